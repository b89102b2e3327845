/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The newest snapshot that a long-running program knows of. */
#ifndef TTA_PROBE_LATEST_H
#define TTA_PROBE_LATEST_H

#include "base/attr.h"
#include "core/config.h"
#include "core/snapshot.h"

#include <stdbool.h>

struct latest;

/* Nothing is open yet. NULL: out of memory. */
struct latest *latest_new(void) TTA_MUST_CHECK;
void latest_free(struct latest *latest);
/* Looks whether another snapshot was published, and opens it: true. What was borrowed from the one before is gone
 * then. One that can't be opened changes nothing. */
bool latest_look(struct latest *latest, const struct config *config);
/* Opens what a round of ours could not publish: a file's descriptor, which stays the caller's. It stands until a
 * newer one is published. */
bool latest_take(struct latest *latest, int fd);
/* NULL: none yet. */
const struct snapshot *latest_snapshot(const struct latest *latest);

#endif
