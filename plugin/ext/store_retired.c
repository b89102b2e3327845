/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Who retired which advertiser, and when. */
#include "ext/store_private.h"

struct retired_row {
    const char *app;
    const char *advertiser_id;
    int64_t at;
    const char *who;
};

static const struct sql_field retired_fields[] = {
    SQL_FIELD(struct retired_row, app),
    SQL_FIELD(struct retired_row, advertiser_id),
    SQL_FIELD(struct retired_row, at),
    SQL_FIELD(struct retired_row, who),
};

bool store_retire(struct store *store, const char *app, const char *advertiser_id, int64_t at, const char *who,
                  struct err *err)
{
    static const char text[] = "REPLACE INTO retired (app, advertiser_id, at, who) VALUES (?, ?, ?, ?)";
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, text);
    const struct retired_row row = {app, advertiser_id, at, who};
    sql_bind_row(&sql, retired_fields, TTA_LEN(retired_fields), &row);
    return sql_end(store, sql_run(&sql, err), err);
}

bool store_unretire(struct store *store, const char *app, const char *advertiser_id, struct err *err)
{
    static const char text[] = "DELETE FROM retired WHERE app = ? AND advertiser_id = ?";
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, advertiser_id);
    return sql_end(store, sql_run(&sql, err), err);
}

struct retired_visitor {
    store_retired_fn *fn;
    void *arg;
};

static bool visit_retired(void *visitor, const void *row)
{
    const struct retired_visitor *v = visitor;
    const struct retired_row *retired = row;
    return v->fn(v->arg, retired->app, retired->advertiser_id, retired->at, retired->who);
}

bool store_each_retired(struct store *store, store_retired_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT app, advertiser_id, at, who FROM retired ORDER BY app, advertiser_id";
    struct sql sql = sql_start(store, text);
    struct retired_visitor visitor = {fn, arg};
    struct retired_row row;
    return sql_walk(&sql, retired_fields, TTA_LEN(retired_fields), &row, visit_retired, &visitor, err);
}
