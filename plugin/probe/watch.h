/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Watched uploads: taken on, asked about until they are settled, published for the checks, let go. */
#ifndef TTA_PROBE_WATCH_H
#define TTA_PROBE_WATCH_H

#include "base/attr.h"
#include "base/err.h"
#include "core/upload_list.h"
#include "probe/env.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes uploads on; those that are watched already begin anew. False with *err: the store can't be written, or
 * there would be more than UPLOADS_MAX. */
bool watch_add(const struct config *config, const struct upload *const *upload, size_t count,
               struct err *err) TTA_MUST_CHECK;
/* Lets uploads go, whatever their state, and publishes the rest; `count` 0: only publishes what is not. */
bool watch_remove(const struct config *config, const struct upload *const *upload, size_t count,
                  struct err *err) TTA_MUST_CHECK;

struct watch_options {
    const struct env *env;
    const struct setup *setup;
    int64_t deadline_ms; /* mono */
};

/* Asks about those whose pause is over, lets go what was settled [videos] keep ago, and publishes the list where
 * anything changed. One process at a time does so; another one that comes waits for it. What the time did not
 * suffice for is the next one's. False with *err: the store or the list can't be written. */
bool watch_poll(const struct watch_options *options, struct err *err) TTA_MUST_CHECK;

#endif
