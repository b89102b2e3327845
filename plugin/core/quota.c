/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The share of an app's quota that monitoring may use, and its counters. */
#include "core/quota.h"

enum { MINUTE_MS = 60 * 1000, STOP_MINUTE_S = 5 * 60, SLOW_S = 10 * 60, DAY_S = 86400 };

struct quota_budget quota_budget_of(const struct config_app *app, int hosts)
{
    struct tier_limits limits = tier_limits_of(app->tier);
    int64_t percent = app->budget_percent;
    int64_t share = 100 * (int64_t)(hosts > 0 ? hosts : 1);
    int64_t by_second = (1000 * share + limits.qps * percent - 1) / (limits.qps * percent);
    int64_t by_minute = (MINUTE_MS * share + limits.qpm * percent - 1) / (limits.qpm * percent);
    int64_t per_minute = limits.qpm * percent / share;
    int64_t per_day = limits.qpd * percent / share;

    /* Below one request a minute only the spacing can hold the minute's budget. */
    return (struct quota_budget){
        .spacing_ms = per_minute < 1 && by_minute > by_second ? by_minute : by_second,
        .per_minute = per_minute > 1 ? per_minute : 1,
        .per_day = per_day > 1 ? per_day : 1,
    };
}

enum quota_wait quota_take(struct quota *quota, const struct quota_budget *budget, int64_t now_ms,
                           int64_t *wait_ms)
{
    int64_t now_s = now_ms / 1000;
    int64_t minute = now_ms / MINUTE_MS;
    int64_t day = now_s / DAY_S;
    int64_t furthest = 2 * budget->spacing_ms > MINUTE_MS ? 2 * budget->spacing_ms : MINUTE_MS;

    if (quota->stopped_until > now_s + DAY_S)
        quota->stopped_until = 0; /* no stop lasts longer: the clock was set back */
    if (quota->slow_until > now_s + SLOW_S)
        quota->slow_until = 0;
    if (quota->stopped_until > now_s) {
        *wait_ms = quota->stopped_until * 1000 - now_ms;
        return QUOTA_STOPPED;
    }
    if (quota->next_ms > now_ms + furthest)
        quota->next_ms = now_ms;
    if (quota->next_ms > now_ms) {
        *wait_ms = quota->next_ms - now_ms;
        return QUOTA_PACE;
    }
    if (quota->minute != minute) {
        quota->minute = minute;
        quota->minute_count = 0;
    }
    if (quota->day != day) {
        quota->day = day;
        quota->day_count = 0;
    }
    if (quota->day_count >= budget->per_day) {
        *wait_ms = (day + 1) * DAY_S * 1000 - now_ms;
        return QUOTA_PACE;
    }
    if (quota->minute_count >= budget->per_minute) {
        *wait_ms = (minute + 1) * MINUTE_MS - now_ms;
        return QUOTA_PACE;
    }
    quota->minute_count++;
    quota->day_count++;
    quota->next_ms = now_ms + budget->spacing_ms * (quota->slow_until > now_s ? 2 : 1);
    *wait_ms = 0;
    return QUOTA_TAKEN;
}

void quota_throttled(struct quota *quota, enum throttle_window window, int64_t retry_after_s, int64_t now_ms)
{
    int64_t now_s = now_ms / 1000;
    bool again = quota->slow_until > now_s;
    int64_t until = 0;

    switch (window) {
    case THROTTLE_DAY:
        until = (now_s / DAY_S + 1) * DAY_S;
        break;
    case THROTTLE_MINUTE:
        until = now_s + STOP_MINUTE_S;
        break;
    case THROTTLE_NONE:
    case THROTTLE_UNSAID:
        if (again)
            until = now_s + STOP_MINUTE_S;
        break;
    case THROTTLE_SECOND:
        break;
    }
    if (retry_after_s > 0 && until < now_s + retry_after_s)
        until = now_s + (retry_after_s < DAY_S ? retry_after_s : DAY_S);
    if (quota->stopped_until < until)
        quota->stopped_until = until;
    if (quota->next_ms < now_ms + 1000)
        quota->next_ms = now_ms + 1000;
    quota->slow_until = now_s + SLOW_S;
    quota->throttled++;
}
