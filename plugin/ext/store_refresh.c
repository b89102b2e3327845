/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Refreshes of tokens: intents and results. */
#include "ext/store_private.h"

#define REFRESH(member) SQL_FIELD(struct store_refresh, member)
#define REFRESH_COLUMNS \
    "began_ms, ended_ms, result, failures, lost, expires, refresh_expires, stamp, " SQL_FAULT_COLUMNS
static const struct sql_field refresh_fields[] = {
    REFRESH(began_ms),        REFRESH(ended_ms), REFRESH(result),
    REFRESH(failures),        REFRESH(lost),     REFRESH(expires),
    REFRESH(refresh_expires), REFRESH(stamp),    SQL_FAULT_FIELDS(struct store_refresh, said),
};

struct refresh_visitor {
    store_refresh_fn *fn;
    void *arg;
};

static bool visit_refresh(void *visitor, const void *row)
{
    const struct refresh_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_load_refresh(struct store *store, const char *app, const char *token, store_refresh_fn *fn, void *arg,
                        struct err *err)
{
    static const char text[] = "SELECT " REFRESH_COLUMNS " FROM refreshes WHERE app = ? AND token = ?";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    struct refresh_visitor visitor = {fn, arg};
    struct store_refresh row;
    return sql_walk(&sql, refresh_fields, TTA_LEN(refresh_fields), &row, visit_refresh, &visitor, err);
}

bool store_put_refresh(struct store *store, const char *app, const char *token, const struct store_refresh *row,
                       struct err *err)
{
    static const char text[] = "REPLACE INTO refreshes (app, token, " REFRESH_COLUMNS ") VALUES"
                               " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    sql_bind_row(&sql, refresh_fields, TTA_LEN(refresh_fields), row);
    return sql_end(store, sql_run(&sql, err), err);
}
