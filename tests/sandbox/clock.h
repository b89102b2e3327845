/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox's clock: the machine's, or one that only moves when it is told to. */
#ifndef SANDBOX_CLOCK_H
#define SANDBOX_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Where a manual clock starts when no time is given: 2025-11-22T02:00:00Z. */
#define CLOCK_DEFAULT_EPOCH INT64_C(1763776800)

struct clock {
    bool manual;
    int64_t start_ms; /* of a manual clock */
    int64_t now_ms;   /* of a manual clock */
};

/* Reads "real", "manual" or "manual:EPOCH"; false if it is none of them. */
bool clock_parse(struct clock *clock, const char *text) __attribute__((warn_unused_result));

/* Milliseconds since 1970, UTC. */
int64_t clock_now_ms(const struct clock *clock);

/* Milliseconds of the machine's monotonic clock, whichever clock is used. */
int64_t clock_monotonic_ms(void);

#endif
