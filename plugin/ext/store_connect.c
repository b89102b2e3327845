/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Authorizations under way: links that were given out, exchanges, tokens to hand over, what tokens may do. */
#include "base/text.h"
#include "ext/store_private.h"

/* --- links to the portal ------------------------------------------------------------------------------------- */

#define LINK(member) SQL_FIELD(struct store_link, member)
static const struct sql_field link_fields[] = {
    LINK(digest), LINK(app), LINK(token), LINK(advertiser_id), LINK(who), LINK(made), LINK(expires), LINK(used),
};
#define LINK_COLUMNS "digest, app, token, advertiser_id, who, made, expires, used"

bool store_add_link(struct store *store, const struct store_link *link, int64_t forget_before, struct err *err)
{
    static const char text[] = "INSERT INTO links (" LINK_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    if (!sql_begin(store, err))
        return false;
    struct sql drop = sql_start(store, "DELETE FROM links WHERE expires < ?");
    sql_bind_int(&drop, forget_before);
    bool ok = sql_run(&drop, err);
    if (ok) {
        struct sql sql = sql_start(store, text);
        sql_bind_row(&sql, link_fields, TTA_LEN(link_fields), link);
        ok = sql_run(&sql, err);
    }
    return sql_end(store, ok, err);
}

bool store_find_link(struct store *store, const char *digest, store_link_fn *fn, void *arg, struct err *err)
{
    struct sql sql = sql_start(store, "SELECT " LINK_COLUMNS " FROM links WHERE digest = ?");
    struct store_link row;
    sql_bind_text(&sql, digest);
    if (sql_next(&sql) && sql_read(&sql, link_fields, TTA_LEN(link_fields), &row))
        fn(arg, &row);
    return sql_done(&sql, err);
}

/* --- exchanges ----------------------------------------------------------------------------------------------- */

#define EXCHANGE(member) SQL_FIELD(struct store_exchange, member)
static const struct sql_field exchange_fields[] = {
    EXCHANGE(app), EXCHANGE(token), EXCHANGE(advertiser_id), EXCHANGE(who), EXCHANGE(began),
};
#define EXCHANGE_COLUMNS "app, token, advertiser_id, who, began"

/* *used: whether this call used the link up. */
static bool use_link(struct store *store, const char *digest, int64_t now, bool *used, struct err *err)
{
    struct sql sql = sql_start(store, "UPDATE links SET used = ? WHERE digest = ? AND used = 0 AND expires > ?");
    sql_bind_int(&sql, now);
    sql_bind_text(&sql, digest);
    sql_bind_int(&sql, now);
    if (!sql_run(&sql, err))
        return false;
    *used = sqlite3_changes(store->db) == 1;
    return true;
}

static bool put_exchange(struct store *store, const struct store_exchange *exchange, struct err *err)
{
    struct sql sql = sql_start(store, "REPLACE INTO exchanges (" EXCHANGE_COLUMNS ") VALUES (?, ?, ?, ?, ?)");
    sql_bind_row(&sql, exchange_fields, TTA_LEN(exchange_fields), exchange);
    return sql_run(&sql, err);
}

bool store_begin_exchange(struct store *store, const char *digest, const struct store_exchange *exchange,
                          bool *fresh, struct err *err)
{
    *fresh = digest == NULL;
    if (!sql_begin(store, err))
        return false;
    return sql_end(store,
                   (!digest || use_link(store, digest, exchange->began, fresh, err)) &&
                       (!*fresh || put_exchange(store, exchange, err)),
                   err);
}

/* A statement about one token, in a transaction of its own. */
static bool change_token(struct store *store, const char *text, const char *app, const char *token,
                         struct err *err)
{
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    return sql_end(store, sql_run(&sql, err), err);
}

bool store_end_exchange(struct store *store, const char *app, const char *token, struct err *err)
{
    static const char text[] = "DELETE FROM exchanges WHERE app = ? AND token = ?";
    return change_token(store, text, app, token, err);
}

bool store_renew_link(struct store *store, const char *digest, struct err *err)
{
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, "UPDATE links SET used = 0 WHERE digest = ?");
    sql_bind_text(&sql, digest);
    return sql_end(store, sql_run(&sql, err), err);
}

struct exchange_visitor {
    store_exchange_fn *fn;
    void *arg;
};

static bool visit_exchange(void *visitor, const void *row)
{
    const struct exchange_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_each_exchange(struct store *store, store_exchange_fn *fn, void *arg, struct err *err)
{
    struct sql sql = sql_start(store, "SELECT " EXCHANGE_COLUMNS " FROM exchanges ORDER BY began, app, token");
    struct exchange_visitor visitor = {fn, arg};
    struct store_exchange row;
    return sql_walk(&sql, exchange_fields, TTA_LEN(exchange_fields), &row, visit_exchange, &visitor, err);
}

/* --- tokens to hand over ------------------------------------------------------------------------------------- */

#define HANDOVER(member) SQL_FIELD(struct store_handover, member)
static const struct sql_field handover_fields[] = {
    HANDOVER(app),
    HANDOVER(token),
    HANDOVER(since),
    HANDOVER(why),
};
#define HANDOVER_COLUMNS "app, token, since, why"

bool store_put_handover(struct store *store, const struct store_handover *handover, struct err *err)
{
    static const char text[] = "REPLACE INTO handovers (" HANDOVER_COLUMNS ") VALUES (?, ?, ?, ?)";
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, text);
    sql_bind_row(&sql, handover_fields, TTA_LEN(handover_fields), handover);
    return sql_end(store, sql_run(&sql, err), err);
}

bool store_end_handover(struct store *store, const char *app, const char *token, struct err *err)
{
    static const char text[] = "DELETE FROM handovers WHERE app = ? AND token = ?";
    return change_token(store, text, app, token, err);
}

struct handover_visitor {
    store_handover_fn *fn;
    void *arg;
};

static bool visit_handover(void *visitor, const void *row)
{
    const struct handover_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_each_handover(struct store *store, store_handover_fn *fn, void *arg, struct err *err)
{
    struct sql sql = sql_start(store, "SELECT " HANDOVER_COLUMNS " FROM handovers ORDER BY app, token");
    struct handover_visitor visitor = {fn, arg};
    struct store_handover row;
    return sql_walk(&sql, handover_fields, TTA_LEN(handover_fields), &row, visit_handover, &visitor, err);
}

/* --- what a token may do ------------------------------------------------------------------------------------- */

bool store_set_scope(struct store *store, const char *app, const char *token, int64_t at, const char *scope,
                     struct err *err)
{
    static const char text[] = "REPLACE INTO scopes (app, token, at, scope) VALUES (?, ?, ?, ?)";
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    sql_bind_int(&sql, at);
    sql_bind_text(&sql, scope);
    return sql_end(store, sql_run(&sql, err), err);
}

bool store_get_scope(struct store *store, const char *app, const char *token, int64_t *at, char **scope,
                     struct err *err)
{
    struct sql sql = sql_start(store, "SELECT at, scope FROM scopes WHERE app = ? AND token = ?");
    const char *found = NULL;
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    *at = 0;
    *scope = NULL;
    if (sql_next(&sql) && sql_text(&sql, 1, &found)) {
        *at = sqlite3_column_int64(sql.statement, 0);
        *scope = text_dup(found);
        if (!*scope)
            sql.code = SQLITE_NOMEM;
    }
    return sql_done(&sql, err);
}
