/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Threshold ranges of the monitoring plugin guidelines: [@]start:end, inclusive, ~ for minus infinity. */
#ifndef TTA_CORE_RANGE_H
#define TTA_CORE_RANGE_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>

struct range {
    double start; /* -INFINITY for '~' */
    double end;   /* INFINITY when left out */
    bool inside;  /* '@': alert when inside */
};

/* "10" is 0:10. False with *err saying what is allowed: start over end, anything else than numbers. */
bool range_read(const char *text, struct range *out, struct err *err) TTA_MUST_CHECK;
bool range_alerts(const struct range *range, double value);
/* The one number that perfdata shows for it ("10" for 0:10, "10:" and "@0:10" have none that engines keep): true
 * and *out, or false. */
bool range_plain(const struct range *range, double *out) TTA_MUST_CHECK;

#endif
