/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How many advertisers were lost over a time, in parts of equal length. */
#ifndef TTA_CORE_LOST_SERIES_H
#define TTA_CORE_LOST_SERIES_H

#include "base/attr.h"
#include "core/loss.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lost_part {
    int64_t from;  /* its first second */
    uint32_t most; /* lost at once, at any moment of it */
    uint32_t last; /* lost at its end */
    uint32_t begun, repaired, retired;
};

/* Fills `parts` parts of the time from `from` up to `to`, both included. What was removed while lost is left out:
 * nobody knows when it ended. False: out of memory. */
bool lost_series(const struct loss *loss, size_t count, int64_t from, int64_t to, struct lost_part *part,
                 size_t parts) TTA_MUST_CHECK;

#endif
