/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Times: seconds since the epoch (wall) and milliseconds (monotonic), read and written. */
#ifndef TTA_BASE_CLOCK_H
#define TTA_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* The system's clocks; only struct env's real implementation, front ends and log lines call these. */
int64_t clock_wall(void);    /* s since the epoch, UTC */
int64_t clock_wall_ms(void); /* ms since the epoch, UTC */
int64_t clock_mono_ms(void); /* ms, never steps back */

/* The first second of a UTC day (Gregorian, years 0-9999, month 1-12, day 1-31). */
int64_t clock_of_date(int year, int month, int day);

enum { CLOCK_TEXT_MAX = 32 };

/* Each writes into `out` (CLOCK_TEXT_MAX bytes) and returns it. The year is clamped to 0000-9999; t = 0 gives
 * "never" in the short form. */
const char *clock_rfc3339(int64_t t, char *out);            /* 2026-11-22T02:14:05Z */
const char *clock_short(int64_t t, int64_t now, char *out); /* Nov 22 02:14Z; 2025-11-22 when over 300 days off */
/* A length of time for people: 45 s, 12 min, 3 h 5 min, 2 d 4 h. Negative reads as 0 s. */
const char *clock_span(int64_t seconds, char *out);
/* A duration as configuration writes it: 300000 -> "5m". */
const char *clock_duration(int64_t ms, char *out);

#endif
