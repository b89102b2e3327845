/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The share of an app's quota that monitoring may use, and its counters. */
#ifndef TTA_CORE_QUOTA_H
#define TTA_CORE_QUOTA_H

#include "core/catalog.h"
#include "core/config.h"

#include <stdint.h>

/* What this host may send for one app: the tier's limits times budget, divided by hosts. */
struct quota_budget {
    int64_t spacing_ms; /* between two requests */
    int64_t per_minute;
    int64_t per_day;
};

/* The counters; all zero for an app that was never asked. */
struct quota {
    int64_t next_ms; /* the next request may go out then (wall clock) */
    int64_t minute;  /* minute of the epoch that minute_count counts */
    int64_t minute_count;
    int64_t day; /* day of the epoch, UTC */
    int64_t day_count;
    int64_t stopped_until; /* s: after the API said that a minute's or a day's limit is reached */
    int64_t slow_until;    /* s: after any throttled answer the spacing is doubled until then */
    int64_t throttled;     /* throttled answers ever */
};

enum quota_wait { QUOTA_TAKEN, QUOTA_PACE, QUOTA_STOPPED };

struct quota_budget quota_budget_of(const struct config_app *app, int hosts);

/* Takes a slot at `now_ms` (wall clock) if there is one. QUOTA_PACE: the budget says wait, *wait_ms long;
 * QUOTA_STOPPED: the API itself said stop, for *wait_ms. A wall clock that was set back never blocks longer than a
 * minute or two spacings, or than a stop of the API lasts. */
enum quota_wait quota_take(struct quota *quota, const struct quota_budget *budget, int64_t now_ms,
                           int64_t *wait_ms);

/* The API answered "too many requests": over the second's limit, one second's pause; over the minute's, 5 minutes;
 * over the day's, until 00:00 UTC; unsaid, what Retry-After says, or one second at first and 5 minutes when it
 * comes again within ten minutes. */
void quota_throttled(struct quota *quota, enum throttle_window window, int64_t retry_after_s, int64_t now_ms);

#endif
