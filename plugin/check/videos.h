/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the check says of watched uploads. */
#ifndef TTA_CHECK_VIDEOS_H
#define TTA_CHECK_VIDEOS_H

#include "base/attr.h"
#include "base/buf.h"
#include "check/options.h"

#include <stdbool.h>
#include <stdint.h>

/* Appends the whole answer, and gives its state. Asks first about what is due, until `until_ms` (clock_mono_ms),
 * where sweeps are made by checks. `view` NULL: the configuration can't be read, `why` says so. False: out of
 * memory. */
bool videos_judge(const struct options *options, const struct view *view, const char *why, int64_t until_ms,
                  enum state *state, struct buf *out) TTA_MUST_CHECK;

#endif
