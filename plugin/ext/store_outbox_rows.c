/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The outbox's rows, read. */
#include "ext/store_outbox_private.h"

#define TARGET(member) SQL_FIELD(struct outbox_target, member)
const struct sql_field outbox_target_fields[OUTBOX_TARGET_FIELDS] = {
    TARGET(id),
    TARGET(receiver),
    TARGET(reach),
};

#define DELIVERY(member) SQL_FIELD(struct outbox_delivery, member)
const struct sql_field outbox_delivery_fields[OUTBOX_DELIVERY_FIELDS] = {
    DELIVERY(id),       DELIVERY(notice), DELIVERY(target), DELIVERY(receiver), DELIVERY(key),
    DELIVERY(kind),     DELIVERY(body),   DELIVERY(group),  DELIVERY(at),       DELIVERY(due_ms),
    DELIVERY(attempts), DELIVERY(fault),  DELIVERY(dead),
};

#define ALERT(member) SQL_FIELD(struct outbox_alert, member)
const struct sql_field outbox_alert_fields[OUTBOX_ALERT_FIELDS] = {
    ALERT(target), ALERT(key),          ALERT(first), ALERT(body),
    ALERT(group),  ALERT(acknowledged), ALERT(over),  ALERT(at),
};

bool outbox_knows(struct outbox *outbox, const char *notice, bool *known, struct err *err)
{
    static const char text[] = "SELECT 1 FROM notices WHERE id = ?";
    struct sql sql = sql_start(outbox->store, text);

    sql_bind_text(&sql, notice);
    *known = sql_next(&sql);
    return sql_done(&sql, err);
}

bool outbox_place(struct outbox *outbox, const char *place, int64_t *number, bool *known, struct err *err)
{
    static const char text[] = "SELECT number FROM places WHERE name = ?";
    struct sql sql = sql_start(outbox->store, text);

    sql_bind_text(&sql, place);
    *known = sql_next(&sql);
    *number = *known ? sqlite3_column_int64(sql.statement, 0) : 0;
    return sql_done(&sql, err);
}

bool outbox_changed(struct outbox *outbox, int64_t *number, struct err *err)
{
    static const char text[] = "PRAGMA data_version";
    struct sql sql = sql_start(outbox->store, text);

    *number = sql_next(&sql) ? sqlite3_column_int64(sql.statement, 0) : 0;
    return sql_done(&sql, err);
}

struct target_visitor {
    outbox_target_fn *fn;
    void *arg;
};

static bool visit_target(void *visitor, const void *row)
{
    const struct target_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool outbox_each_target(struct outbox *outbox, outbox_target_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT " OUTBOX_TARGET_COLUMNS " FROM targets ORDER BY id";
    struct sql sql = sql_start(outbox->store, text);
    struct target_visitor visitor = {fn, arg};
    struct outbox_target row;

    return sql_walk(&sql, outbox_target_fields, OUTBOX_TARGET_FIELDS, &row, visit_target, &visitor, err);
}

struct delivery_visitor {
    outbox_delivery_fn *fn;
    void *arg;
};

static bool visit_delivery(void *visitor, const void *row)
{
    const struct delivery_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool outbox_each_delivery(struct outbox *outbox, bool dead, outbox_delivery_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT id, " OUTBOX_DELIVERY_COLUMNS " FROM deliveries WHERE dead = ? ORDER BY id";
    struct sql sql = sql_start(outbox->store, text);
    struct delivery_visitor visitor = {fn, arg};
    struct outbox_delivery row;

    sql_bind_int(&sql, dead);
    return sql_walk(&sql, outbox_delivery_fields, OUTBOX_DELIVERY_FIELDS, &row, visit_delivery, &visitor, err);
}

bool outbox_load_delivery(struct outbox *outbox, int64_t id, outbox_delivery_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT id, " OUTBOX_DELIVERY_COLUMNS " FROM deliveries WHERE id = ?";
    struct sql sql = sql_start(outbox->store, text);
    struct delivery_visitor visitor = {fn, arg};
    struct outbox_delivery row;

    sql_bind_int(&sql, id);
    return sql_walk(&sql, outbox_delivery_fields, OUTBOX_DELIVERY_FIELDS, &row, visit_delivery, &visitor, err);
}

struct alert_visitor {
    outbox_alert_fn *fn;
    void *arg;
};

static bool visit_alert(void *visitor, const void *row)
{
    const struct alert_visitor *v = visitor;
    return v->fn(v->arg, row);
}

bool outbox_each_alert(struct outbox *outbox, outbox_alert_fn *fn, void *arg, struct err *err)
{
    static const char text[] = "SELECT " OUTBOX_ALERT_COLUMNS " FROM alerts ORDER BY target, group_key, key";
    struct sql sql = sql_start(outbox->store, text);
    struct alert_visitor visitor = {fn, arg};
    struct outbox_alert row;

    return sql_walk(&sql, outbox_alert_fields, OUTBOX_ALERT_FIELDS, &row, visit_alert, &visitor, err);
}
