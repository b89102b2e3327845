/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which advertisers were retired, as the store has it now. */
#ifndef TTA_PROBE_RETIRED_H
#define TTA_PROBE_RETIRED_H

#include "base/attr.h"
#include "base/err.h"
#include "core/config.h"

#include <stdbool.h>

struct retired;

/* Reads the list. A store that is not there yet makes an empty one; one that can't be read too, with *err set.
 * NULL: out of memory. */
struct retired *retired_load(const struct config *config, struct err *err) TTA_MUST_CHECK;
void retired_free(struct retired *retired);
bool retired_has(const struct retired *retired, const char *app, const char *id);

#endif
