/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Verdicts as they stand, and the events that led there. */
#include "ext/store_private.h"

#define VERDICT(member) SQL_FIELD(struct store_verdict, member)
#define VERDICT_COLUMNS "kind, app, id, state, cause, since, first_ok, first_seen"
static const struct sql_field verdict_fields[] = {
    VERDICT(kind),  VERDICT(app),   VERDICT(id),       VERDICT(state),
    VERDICT(cause), VERDICT(since), VERDICT(first_ok), VERDICT(first_seen),
};

#define EVENT(member) SQL_FIELD(struct store_event, member)
#define EVENT_COLUMNS                                                                                         \
    "at, kind, app, object, name, state, old_state, cause, old_cause, code, message, request_id, root_kind, " \
    "root_id, note, who"
/* The id comes first, so that adding leaves it out. */
static const struct sql_field event_fields[] = {
    EVENT(id),
    EVENT(at),
    EVENT(kind),
    EVENT(app),
    EVENT(object),
    EVENT(name),
    EVENT(state),
    EVENT(old_state),
    EVENT(cause),
    EVENT(old_cause),
    SQL_FIELD_CODE(struct store_event, has_code, code),
    EVENT(message),
    EVENT(request_id),
    EVENT(root_kind),
    EVENT(root_id),
    EVENT(note),
    EVENT(who),
};

struct verdict_visitor {
    store_verdict_fn *fn;
    void *arg;
};

static bool visit_verdict(void *visitor, const void *row)
{
    const struct verdict_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_each_verdict(struct store *store, store_verdict_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT " VERDICT_COLUMNS " FROM verdicts ORDER BY kind, app, id";
    struct sql sql = sql_start(store, text);
    struct verdict_visitor visitor = {fn, arg};
    struct store_verdict row;
    return sql_walk(&sql, verdict_fields, TTA_LEN(verdict_fields), &row, visit_verdict, &visitor, err);
}

bool store_load_verdict(struct store *store, const char *kind, const char *app, const char *id,
                        store_verdict_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT " VERDICT_COLUMNS " FROM verdicts WHERE kind = ? AND app = ? AND id = ?";
    struct sql sql = sql_start(store, text);
    struct verdict_visitor visitor = {fn, arg};
    struct store_verdict row;
    sql_bind_text(&sql, kind);
    sql_bind_text(&sql, app);
    sql_bind_text(&sql, id);
    return sql_walk(&sql, verdict_fields, TTA_LEN(verdict_fields), &row, visit_verdict, &visitor, err);
}

static bool put_verdict(struct store *store, const struct store_verdict *verdict, struct err *err)
{
    static const char put[] = "REPLACE INTO verdicts (" VERDICT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    static const char drop[] = "DELETE FROM verdicts WHERE kind = ? AND app = ? AND id = ?";
    struct sql sql = sql_start(store, verdict->state ? put : drop);
    size_t key = 3;
    sql_bind_row(&sql, verdict_fields, verdict->state ? TTA_LEN(verdict_fields) : key, verdict);
    return sql_run(&sql, err);
}

static bool add_event(struct store *store, const struct store_event *event, struct err *err)
{
    static const char text[] = "INSERT INTO events (" EVENT_COLUMNS ") VALUES"
                               " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct sql sql = sql_start(store, text);
    sql_bind_row(&sql, event_fields + 1, TTA_LEN(event_fields) - 1, event);
    return sql_run(&sql, err);
}

bool store_put_verdicts(struct store *store, const struct store_verdict *verdicts, size_t verdict_count,
                        const struct store_event *events, size_t event_count, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < verdict_count; i++)
        ok = put_verdict(store, &verdicts[i], err);
    for (size_t i = 0; ok && i < event_count; i++)
        ok = add_event(store, &events[i], err);
    return ok;
}

bool store_commit_verdicts(struct store *store, const struct store_verdict *verdicts, size_t verdict_count,
                           const struct store_event *events, size_t event_count, struct err *err)
{
    return sql_begin(store, err) &&
           sql_end(store, store_put_verdicts(store, verdicts, verdict_count, events, event_count, err), err);
}

struct event_visitor {
    store_event_fn *fn;
    void *arg;
};

static bool visit_event(void *visitor, const void *row)
{
    const struct event_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_history(struct store *store, const char *kind, const char *app, const char *object, size_t most,
                   store_event_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT id, " EVENT_COLUMNS " FROM events WHERE object = ?"
                               " AND (? OR kind = ?) AND (? OR app = ?) ORDER BY id DESC LIMIT ?";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, object);
    sql_bind_int(&sql, !kind);
    sql_bind_text(&sql, kind);
    sql_bind_int(&sql, !app);
    sql_bind_text(&sql, app);
    sql_bind_int(&sql, most > INT64_MAX ? INT64_MAX : (int64_t)most);
    struct event_visitor visitor = {fn, arg};
    struct store_event row;
    return sql_walk(&sql, event_fields, TTA_LEN(event_fields), &row, visit_event, &visitor, err);
}

bool store_changes_since(struct store *store, const char *kind, int64_t since, store_change_fn *fn, void *arg,
                         struct err *err)
{
    static const char text[] =
        "SELECT id, " EVENT_COLUMNS ", EXISTS (SELECT 1 FROM verdicts AS v WHERE v.kind = events.kind"
        " AND v.app = events.app AND v.id = events.object) FROM events WHERE kind = ?1 AND object IN"
        " (SELECT object FROM events WHERE at >= ?2 AND kind = ?1 UNION"
        " SELECT id FROM verdicts WHERE kind = ?1 AND state <> 'ok') ORDER BY object, id";
    struct sql sql = sql_start(store, text);
    sql_bind_text(&sql, kind);
    sql_bind_int(&sql, since);
    bool wanted = true;
    struct store_event row;
    while (wanted && sql_next(&sql))
        wanted = sql_read(&sql, event_fields, TTA_LEN(event_fields), &row) &&
                 fn(arg, &row, sqlite3_column_int(sql.statement, TTA_LEN(event_fields)) != 0);
    if (!sql_done(&sql, err))
        return false;
    if (!wanted)
        err_clear(err);
    return wanted;
}

bool store_history_begins(struct store *store, int64_t *at, struct err *err)
{
    struct sql sql = sql_start(store, "SELECT coalesce(min(at), 0) FROM events");
    *at = 0;
    if (sql_next(&sql))
        *at = sqlite3_column_int64(sql.statement, 0);
    return sql_done(&sql, err);
}

static bool forget(struct store *store, const char *text, int64_t before, struct err *err)
{
    struct sql sql = sql_start(store, text);
    sql_bind_int(&sql, before);
    return sql_run(&sql, err);
}

bool store_prune(struct store *store, int64_t before, int64_t remote_before, struct err *err)
{
    if (!sql_begin(store, err))
        return false;
    bool ok = forget(store, "DELETE FROM events WHERE at < ?", before, err) &&
              forget(store, "DELETE FROM alerts WHERE at < ?", before, err) &&
              forget(store, "DELETE FROM sweeps WHERE ended < ?", before, err) &&
              forget(store, "UPDATE events SET who = 'remote' WHERE at < ? AND who <> '' AND who GLOB 'remote *'",
                     remote_before, err);
    return sql_end(store, ok, err);
}
