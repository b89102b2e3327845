/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is known of tokens: their rows, attempts and sweeps, and the grants and endpoints under them. */
#include "ext/store_private.h"

struct token_row {
    const char *app;
    const char *token;
    struct store_token known;
};

#define TOKEN(member) SQL_FIELD(struct token_row, member)
#define TOKEN_COLUMNS                                                                                         \
    "app, token, began_ms, ended_ms, status, cause, code, message, request_id, since, last_ok, verified_at, " \
    "list_at, "                                                                                               \
    "mass_since, account_at, login, login_mail, verified, failures, secret_stamp, " SQL_FAULT_COLUMNS
static const struct sql_field token_fields[] = {
    TOKEN(app),
    TOKEN(token),
    TOKEN(known.began_ms),
    TOKEN(known.ended_ms),
    TOKEN(known.status),
    TOKEN(known.cause),
    SQL_FIELD_CODE(struct token_row, known.has_code, known.code),
    TOKEN(known.message),
    TOKEN(known.request_id),
    TOKEN(known.since),
    TOKEN(known.last_ok),
    TOKEN(known.verified_at),
    TOKEN(known.list_at),
    TOKEN(known.mass_since),
    TOKEN(known.account_at),
    TOKEN(known.login),
    TOKEN(known.login_mail),
    TOKEN(known.verified),
    TOKEN(known.failures),
    TOKEN(known.secret_stamp),
    SQL_FAULT_FIELDS(struct token_row, known.fault),
};

#define GRANT(member) SQL_FIELD(struct store_grant, member)
#define GRANT_COLUMNS                                                                                       \
    "advertiser_id, status, cause, code, message, request_id, since, last_ok, verified_at, missing_since, " \
    "by_info, " SQL_FAULT_COLUMNS
static const struct sql_field grant_fields[] = {
    GRANT(advertiser_id), GRANT(status),        GRANT(cause),   SQL_FIELD_CODE(struct store_grant, has_code, code),
    GRANT(message),       GRANT(request_id),    GRANT(since),   GRANT(last_ok),
    GRANT(verified_at),   GRANT(missing_since), GRANT(by_info), SQL_FAULT_FIELDS(struct store_grant, fault),
};

#define ENDPOINT(member) SQL_FIELD(struct store_endpoint, member)
#define ENDPOINT_COLUMNS \
    "method, path, status, cause, code, message, request_id, since, last_ok, verified_at, asked_at"
static const struct sql_field endpoint_fields[] = {
    ENDPOINT(method),
    ENDPOINT(path),
    ENDPOINT(status),
    ENDPOINT(cause),
    SQL_FIELD_CODE(struct store_endpoint, has_code, code),
    ENDPOINT(message),
    ENDPOINT(request_id),
    ENDPOINT(since),
    ENDPOINT(last_ok),
    ENDPOINT(verified_at),
    ENDPOINT(asked_at),
};

#define SWEEP(member) SQL_FIELD(struct store_sweep, member)
static const struct sql_field sweep_fields[] = {
    SWEEP(ended),    SWEEP(app),   SWEEP(token),     SWEEP(began),
    SWEEP(verified), SWEEP(calls), SWEEP(throttled), SWEEP(fault),
};

/* --- reading ------------------------------------------------------------------------------------------------- */
struct token_visitor {
    store_token_fn *fn;
    void *arg;
};

static bool visit_token(void *visitor, const void *row)
{
    const struct token_visitor *v = visitor;
    const struct token_row *token = row;
    return v->fn(v->arg, token->app, token->token, &token->known);
}

bool store_each_token(struct store *store, store_token_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT " TOKEN_COLUMNS " FROM tokens ORDER BY app, token";
    struct sql sql = sql_start(store, text);
    struct token_visitor visitor = {fn, arg};
    struct token_row row;
    return sql_walk(&sql, token_fields, TTA_LEN(token_fields), &row, visit_token, &visitor, err);
}

bool store_load_token(struct store *store, const char *app, const char *token, store_token_fn *fn, void *arg,
                      struct err *err)
{
    static const char text[] = "SELECT " TOKEN_COLUMNS " FROM tokens WHERE app = ? AND token = ?";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    struct token_visitor visitor = {fn, arg};
    struct token_row row;
    return sql_walk(&sql, token_fields, TTA_LEN(token_fields), &row, visit_token, &visitor, err);
}

struct grant_visitor {
    store_grant_fn *fn;
    void *arg;
};

static bool visit_grant(void *visitor, const void *row)
{
    const struct grant_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_each_grant(struct store *store, const char *app, const char *token, store_grant_fn *fn, void *arg,
                      struct err *err)
{
    static const char text[] =
        "SELECT " GRANT_COLUMNS " FROM grants WHERE app = ? AND token = ? ORDER BY advertiser_id";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    struct grant_visitor visitor = {fn, arg};
    struct store_grant row;
    return sql_walk(&sql, grant_fields, TTA_LEN(grant_fields), &row, visit_grant, &visitor, err);
}

struct endpoint_visitor {
    store_endpoint_fn *fn;
    void *arg;
};

static bool visit_endpoint(void *visitor, const void *row)
{
    const struct endpoint_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_each_endpoint(struct store *store, const char *app, const char *token, store_endpoint_fn *fn, void *arg,
                         struct err *err)
{
    static const char text[] =
        "SELECT " ENDPOINT_COLUMNS " FROM endpoints WHERE app = ? AND token = ? ORDER BY method, path";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    struct endpoint_visitor visitor = {fn, arg};
    struct store_endpoint row;
    return sql_walk(&sql, endpoint_fields, TTA_LEN(endpoint_fields), &row, visit_endpoint, &visitor, err);
}

/* --- writing ------------------------------------------------------------------------------------------------- */
bool store_begin_attempt(struct store *store, const char *app, const char *token, int64_t now_ms, struct err *err)
{
    static const char text[] = "INSERT INTO tokens (app, token, began_ms) VALUES (?, ?, ?)"
                               " ON CONFLICT (app, token) DO UPDATE SET began_ms = excluded.began_ms";
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    sql_bind_int(&sql, now_ms);
    return sql_end(store, sql_run(&sql, err), err);
}

static bool put_token(struct store *store, const struct store_step *step, struct err *err)
{
    static const char text[] =
        "REPLACE INTO tokens (" TOKEN_COLUMNS ") VALUES"
        " (?1, ?2, coalesce((SELECT began_ms FROM tokens WHERE app = ?1 AND token = ?2), ?3),"
        " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct sql sql = sql_start(store, text);
    const struct token_row row = {step->app, step->token, *step->row};
    sql_bind_row(&sql, token_fields, TTA_LEN(token_fields), &row);
    return sql_run(&sql, err);
}

static bool put_grant(struct store *store, const struct store_step *step, const struct store_grant *grant,
                      struct err *err)
{
    static const char text[] = "REPLACE INTO grants (app, token, " GRANT_COLUMNS ") VALUES"
                               " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, step->app);
    sql_bind_text(&sql, step->token);
    sql_bind_row(&sql, grant_fields, TTA_LEN(grant_fields), grant);
    return sql_run(&sql, err);
}

static bool put_endpoint(struct store *store, const struct store_step *step, const struct store_endpoint *endpoint,
                         struct err *err)
{
    static const char text[] = "REPLACE INTO endpoints (app, token, " ENDPOINT_COLUMNS ") VALUES"
                               " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, step->app);
    sql_bind_text(&sql, step->token);
    sql_bind_row(&sql, endpoint_fields, TTA_LEN(endpoint_fields), endpoint);
    return sql_run(&sql, err);
}

bool store_commit_step(struct store *store, const struct store_step *step, struct err *err)
{
    if (!sql_begin(store, err))
        return false;
    bool ok = put_token(store, step, err);
    for (size_t i = 0; ok && i < step->grant_count; i++)
        ok = put_grant(store, step, &step->grants[i], err);
    for (size_t i = 0; ok && i < step->endpoint_count; i++)
        ok = put_endpoint(store, step, &step->endpoints[i], err);
    return sql_end(store, ok, err);
}

bool store_add_sweep(struct store *store, const struct store_sweep *row, struct err *err)
{
    static const char text[] = "REPLACE INTO sweeps (ended, app, token, began, verified, calls, throttled, fault)"
                               " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, text);
    sql_bind_row(&sql, sweep_fields, TTA_LEN(sweep_fields), row);
    return sql_end(store, sql_run(&sql, err), err);
}

bool store_set_login(struct store *store, const char *app, const char *token, const char *login, const char *mail,
                     struct err *err)
{
    static const char text[] =
        "INSERT INTO tokens (app, token, login, login_mail) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (app, token) DO UPDATE SET login = excluded.login, login_mail = excluded.login_mail";
    if (!sql_begin(store, err))
        return false;
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, token);
    sql_bind_text(&sql, login);
    sql_bind_text(&sql, mail);
    return sql_end(store, sql_run(&sql, err), err);
}
