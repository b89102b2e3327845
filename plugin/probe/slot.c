/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slots of an app's quota, taken in the store before a request is sent. */
#include "probe/slot.h"

static struct quota from_store(const struct store_quota *row)
{
    return (struct quota){
        .next_ms = row->next_ms,
        .minute = row->minute,
        .minute_count = row->minute_count,
        .day = row->day,
        .day_count = row->day_count,
        .stopped_until = row->stopped_until,
        .slow_until = row->slow_until,
        .throttled = row->throttled,
    };
}

static struct store_quota to_store(const struct quota *quota)
{
    return (struct store_quota){
        .next_ms = quota->next_ms,
        .minute = quota->minute,
        .minute_count = quota->minute_count,
        .day = quota->day,
        .day_count = quota->day_count,
        .stopped_until = quota->stopped_until,
        .slow_until = quota->slow_until,
        .throttled = quota->throttled,
    };
}

struct taking {
    struct quota_budget budget;
    int64_t now_ms;
    enum quota_wait result;
    int64_t wait_ms;
};

static void take(void *arg, struct store_quota *row)
{
    struct taking *taking = arg;
    struct quota quota = from_store(row);

    taking->result = quota_take(&quota, &taking->budget, taking->now_ms, &taking->wait_ms);
    *row = to_store(&quota);
}

bool slot_take(struct store *store, const struct config_app *app, int hosts, int64_t now_ms,
               enum quota_wait *result, int64_t *wait_ms, struct err *err)
{
    struct taking taking = {.budget = quota_budget_of(app, hosts), .now_ms = now_ms};

    if (!store_update_quota(store, app->name, take, &taking, err))
        return false;
    *result = taking.result;
    *wait_ms = taking.wait_ms;
    return true;
}

struct throttling {
    enum throttle_window window;
    int64_t retry_after_s;
    int64_t now_ms;
};

static void throttle(void *arg, struct store_quota *row)
{
    const struct throttling *throttling = arg;
    struct quota quota = from_store(row);

    quota_throttled(&quota, throttling->window, throttling->retry_after_s, throttling->now_ms);
    *row = to_store(&quota);
}

bool slot_throttled(struct store *store, const struct config_app *app, enum throttle_window window,
                    int64_t retry_after_s, int64_t now_ms, struct err *err)
{
    struct throttling throttling = {.window = window, .retry_after_s = retry_after_s, .now_ms = now_ms};

    return store_update_quota(store, app->name, throttle, &throttling, err);
}
