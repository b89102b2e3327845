/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The counters of an app's quota, changed by one process at a time. */
#include "ext/store_private.h"

#include <string.h>

#define QUOTA(member) SQL_FIELD(struct store_quota, member)
#define QUOTA_COLUMNS "next_ms, minute, minute_count, day, day_count, stopped_until, slow_until, throttled"
static const struct sql_field quota_fields[] = {
    QUOTA(next_ms),   QUOTA(minute),        QUOTA(minute_count), QUOTA(day),
    QUOTA(day_count), QUOTA(stopped_until), QUOTA(slow_until),   QUOTA(throttled),
};

static bool get(struct store *store, const char *app, struct store_quota *quota, struct err *err)
{
    static const char text[] = "SELECT " QUOTA_COLUMNS " FROM quotas WHERE app = ?";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    if (sql_next(&sql))
        (void)sql_read(&sql, quota_fields, TTA_LEN(quota_fields), quota); /* sql_done tells */
    return sql_done(&sql, err);
}

static bool put(struct store *store, const char *app, const struct store_quota *quota, struct err *err)
{
    static const char text[] = "REPLACE INTO quotas (app, " QUOTA_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_row(&sql, quota_fields, TTA_LEN(quota_fields), quota);
    return sql_run(&sql, err);
}

bool store_update_quota(struct store *store, const char *app, store_quota_fn *decide, void *arg, struct err *err)
{
    if (!sql_begin(store, err))
        return false;
    struct store_quota quota = {0};
    bool ok = get(store, app, &quota, err);
    if (ok) {
        const struct store_quota before = quota;
        decide(arg, &quota);
        /* Unchanged counters cost no disk write. The struct has no padding. */
        if (memcmp(&quota, &before, sizeof(quota)) != 0)
            ok = put(store, app, &quota, err);
    }
    return sql_end(store, ok, err);
}
