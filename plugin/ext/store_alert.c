/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What was told of root causes, and the numbered log of what is to be told. */
#include "ext/store_private.h"

#include <stdlib.h>

#define TOLD(member) SQL_FIELD(struct store_told, member)
#define TOLD_COLUMNS "kind, app, id, name, owner, client, state, cause, at, alone, seen_state, seen_cause, unheard"
static const struct sql_field told_fields[] = {
    TOLD(kind),  TOLD(app), TOLD(id),    TOLD(name),       TOLD(owner),      TOLD(client),  TOLD(state),
    TOLD(cause), TOLD(at),  TOLD(alone), TOLD(seen_state), TOLD(seen_cause), TOLD(unheard),
};

#define ALERT(member) SQL_FIELD(struct store_alert, member)
#define ALERT_COLUMNS                                                                                          \
    "at, summary, kind, app, object, name, owner, client, state, old_state, cause, old_cause, code, message, " \
    "request_id, urgency, actor, action, fix, reauth_url, members, since, changes, suppressed, note"
/* The number comes first, so that adding leaves it out. */
static const struct sql_field alert_fields[] = {
    ALERT(number),     ALERT(at),
    ALERT(summary),    ALERT(kind),
    ALERT(app),        ALERT(object),
    ALERT(name),       ALERT(owner),
    ALERT(client),     ALERT(state),
    ALERT(old_state),  ALERT(cause),
    ALERT(old_cause),  SQL_FIELD_CODE(struct store_alert, has_code, code),
    ALERT(message),    ALERT(request_id),
    ALERT(urgency),    ALERT(actor),
    ALERT(action),     ALERT(fix),
    ALERT(reauth_url), ALERT(members),
    ALERT(since),      ALERT(changes),
    ALERT(suppressed), ALERT(note),
};

static const char begun_name[] = "alerts_begun";

struct told_visitor {
    store_told_fn *fn;
    void *arg;
};

static bool visit_told(void *visitor, const void *row)
{
    const struct told_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_each_told(struct store *store, store_told_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT " TOLD_COLUMNS " FROM told ORDER BY kind, app, id";
    struct sql sql = sql_start(store, text);
    struct told_visitor visitor = {fn, arg};
    struct store_told row;
    return sql_walk(&sql, told_fields, TTA_LEN(told_fields), &row, visit_told, &visitor, err);
}

bool store_alerts_begun(struct store *store, bool *begun, struct err *err)
{
    char *value = NULL;
    bool ok = store_get_value(store, begun_name, &value, err);
    *begun = value != NULL;
    free(value);
    return ok;
}

static bool put_told(struct store *store, const struct store_told *told, struct err *err)
{
    static const char put[] =
        "REPLACE INTO told (" TOLD_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    static const char drop[] = "DELETE FROM told WHERE kind = ? AND app = ? AND id = ?";
    struct sql sql = sql_start(store, told->state ? put : drop);
    size_t key = 3;
    sql_bind_row(&sql, told_fields, told->state ? TTA_LEN(told_fields) : key, told);
    return sql_run(&sql, err);
}

static bool add_alert(struct store *store, const struct store_alert *alert, struct err *err)
{
    static const char text[] = "INSERT INTO alerts (" ALERT_COLUMNS ") VALUES"
                               " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct sql sql = sql_start(store, text);
    sql_bind_row(&sql, alert_fields + 1, TTA_LEN(alert_fields) - 1, alert);
    return sql_run(&sql, err);
}

bool store_add_alert(struct store *store, const struct store_alert *alert, struct err *err)
{
    return sql_begin(store, err) && sql_end(store, add_alert(store, alert, err), err);
}

bool store_begin_reader(struct store *store, const char *name, const char *place, const struct store_alert *first,
                        struct err *err)
{
    return sql_begin(store, err) &&
           sql_end(store, store_put_value(store, name, place, err) && add_alert(store, first, err), err);
}

bool store_begin_board(struct store *store, struct err *err)
{
    return sql_begin(store, err);
}

void store_abandon_board(struct store *store)
{
    struct err unused = {""};
    (void)!sql_end(store, false, &unused);
}

bool store_commit_board(struct store *store, const struct store_board *board, struct err *err)
{
    bool ok =
        store_put_verdicts(store, board->verdicts, board->verdict_count, board->events, board->event_count, err);
    for (size_t i = 0; ok && i < board->told_count; i++)
        ok = put_told(store, &board->told[i], err);
    for (size_t i = 0; ok && i < board->alert_count; i++)
        ok = add_alert(store, &board->alerts[i], err);
    ok = ok && (!board->told_compared || store_put_value(store, begun_name, "yes", err));
    return sql_end(store, ok, err);
}

struct alert_visitor {
    store_alert_fn *fn;
    void *arg;
};

static bool visit_alert(void *visitor, const void *row)
{
    const struct alert_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool store_alerts_after(struct store *store, int64_t after, size_t most, store_alert_fn *fn, void *arg,
                        struct err *err)
{
    static const char text[] =
        "SELECT number, " ALERT_COLUMNS " FROM alerts WHERE number > ? ORDER BY number LIMIT ?";
    struct sql sql = sql_start(store, text);
    sql_bind_int(&sql, after);
    sql_bind_int(&sql, most > INT64_MAX ? INT64_MAX : (int64_t)most);
    struct alert_visitor visitor = {fn, arg};
    struct store_alert row;
    return sql_walk(&sql, alert_fields, TTA_LEN(alert_fields), &row, visit_alert, &visitor, err);
}

bool store_alert_count(struct store *store, int64_t after, int64_t *last, int64_t *count, struct err *err)
{
    static const char text[] = "SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'alerts'), 0),"
                               " (SELECT count(*) FROM alerts WHERE number > ?)";
    struct sql sql = sql_start(store, text);
    sql_bind_int(&sql, after);
    *last = *count = 0;
    if (sql_next(&sql)) {
        *last = sqlite3_column_int64(sql.statement, 0);
        *count = sqlite3_column_int64(sql.statement, 1);
    }
    return sql_done(&sql, err);
}
