/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An app's quota of calls per second, minute and day, in fixed windows of the sandbox's clock. */
#include "quota.h"

#include <stddef.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)
#define MINUTE_PENALTY_MS (5 * MINUTE_MS)

static const struct quota_limits {
    const char *tier;
    int64_t qps, qpm, qpd;
} quota_tiers[] = {
    {"none", 0, 0, 0},
    {"basic", 10, 600, 864000},
    {"advanced", 20, 1200, 1728000},
    {"premium", 30, 1800, 2592000},
    {"ultimate", 50, 3000, 4320000},
};

bool quota_tier(struct quota *quota, const char *tier)
{
    for (size_t i = 0; i < sizeof quota_tiers / sizeof *quota_tiers; i++) {
        if (strcmp(quota_tiers[i].tier, tier) == 0) {
            quota->qps = quota_tiers[i].qps;
            quota->qpm = quota_tiers[i].qpm;
            quota->qpd = quota_tiers[i].qpd;
            return true;
        }
    }
    return false;
}

static void quota_roll(struct quota *quota, int64_t now_ms)
{
    if (quota->second != now_ms / 1000) {
        quota->second = now_ms / 1000;
        quota->in_second = 0;
        quota->asked_second = 0;
    }
    if (quota->minute != now_ms / MINUTE_MS) {
        quota->minute = now_ms / MINUTE_MS;
        quota->in_minute = 0;
        quota->asked_minute = 0;
    }
    if (quota->day != now_ms / DAY_MS) {
        quota->day = now_ms / DAY_MS;
        quota->in_day = 0;
    }
    quota->asked_second++;
    quota->asked_minute++;
    quota->peak_second = quota->asked_second > quota->peak_second ? quota->asked_second : quota->peak_second;
    quota->peak_minute = quota->asked_minute > quota->peak_minute ? quota->asked_minute : quota->peak_minute;
}

static enum quota_window quota_refuses(struct quota *quota, int64_t now_ms)
{
    if (quota->qpd > 0 && now_ms < quota->day_stop_ms) {
        return QUOTA_QPD;
    }
    if (quota->qpm > 0 && now_ms < quota->minute_stop_ms) {
        return QUOTA_QPM;
    }
    if (quota->qpd > 0 && quota->in_day >= quota->qpd) {
        quota->day_stop_ms = (now_ms / DAY_MS + 1) * DAY_MS;
        return QUOTA_QPD;
    }
    if (quota->qpm > 0 && quota->in_minute >= quota->qpm) {
        quota->minute_stop_ms = now_ms + MINUTE_PENALTY_MS;
        return QUOTA_QPM;
    }
    return quota->qps > 0 && quota->in_second >= quota->qps ? QUOTA_QPS : QUOTA_NONE;
}

enum quota_window quota_take(struct quota *quota, int64_t now_ms, int64_t *limit)
{
    enum quota_window window;

    quota_roll(quota, now_ms);
    window = quota_refuses(quota, now_ms);
    switch (window) {
    case QUOTA_NONE:
        quota->in_second++;
        quota->in_minute++;
        quota->in_day++;
        quota->taken++;
        return window;
    case QUOTA_QPS:
        *limit = quota->qps;
        break;
    case QUOTA_QPM:
        *limit = quota->qpm;
        break;
    case QUOTA_QPD:
        *limit = quota->qpd;
        break;
    }
    quota->refused++;
    return window;
}

const char *quota_window_name(enum quota_window window)
{
    switch (window) {
    case QUOTA_NONE:
        return "";
    case QUOTA_QPS:
        return "QPS";
    case QUOTA_QPM:
        return "QPM";
    case QUOTA_QPD:
        return "QPD";
    }
    return "";
}
