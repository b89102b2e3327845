/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An app's quota of calls per second, minute and day. */
#ifndef SANDBOX_QUOTA_H
#define SANDBOX_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

enum quota_window { QUOTA_NONE, QUOTA_QPS, QUOTA_QPM, QUOTA_QPD };

/* {0} is a quota that refuses nothing but still counts. A limit of 0 is no limit. */
struct quota {
    int64_t qps, qpm, qpd;       /* limits */
    int64_t second, minute, day; /* the windows counted in, as numbers since 1970 */
    int64_t in_second, in_minute, in_day;
    int64_t minute_stop_ms, day_stop_ms; /* refused until then */
    int64_t peak_second, peak_minute;    /* the most taken in one window; what was refused counts here too */
    int64_t asked_second, asked_minute;
    int64_t taken, refused;
};

/* Sets the limits of a tier: none, basic, advanced, premium, ultimate. False if there is no such tier. */
bool quota_tier(struct quota *quota, const char *tier) __attribute__((warn_unused_result));

/* Takes one call at that time. Returns what refuses it, or QUOTA_NONE, and the limit reached in *limit.
 * Over QPM: refused for five minutes. Over QPD: refused until 00:00 UTC. */
enum quota_window quota_take(struct quota *quota, int64_t now_ms, int64_t *limit);

/* "QPS", "QPM", "QPD", or "" for none. */
const char *quota_window_name(enum quota_window window);

#endif
