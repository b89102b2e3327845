/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The hours in which a person may be called for what can wait. */
#ifndef TTA_CORE_HOURS_H
#define TTA_CORE_HOURS_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Minutes of the day, in the engine's time zone; to == from: not on this day. Monday is 0. */
struct hours {
    struct {
        int from, to;
    } day[7];
};

/* What a value may be, in words for a person. */
extern const char hours_allowed[];

/* Reads "mon-fri 09:00-18:00, sat 10:00-12:00". False with *err. */
bool hours_read(const char *text, struct hours *out, struct err *err) TTA_MUST_CHECK;
/* "monday" for 0. */
const char *hours_day_name(unsigned day);

#endif
