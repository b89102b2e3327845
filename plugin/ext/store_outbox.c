/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The outbox as a database: its schema, and one step as one transaction. */
#include "ext/store_outbox.h"

#include "base/text.h"
#include "ext/store_outbox_private.h"

#include <stdlib.h>

static const char version_1[] =
    "CREATE TABLE notices (id TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE places (name TEXT NOT NULL PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;"

    "CREATE TABLE targets ("
    " id TEXT NOT NULL PRIMARY KEY, receiver TEXT NOT NULL, reach TEXT NOT NULL) WITHOUT ROWID;"

    /* AUTOINCREMENT: the order of deliveries is that of their numbers, whatever was deleted. */
    "CREATE TABLE deliveries ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, notice TEXT NOT NULL, target TEXT NOT NULL, receiver TEXT NOT NULL,"
    " key TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, is_group INTEGER NOT NULL, at INTEGER NOT NULL,"
    " due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL, fault TEXT NOT NULL, dead INTEGER NOT NULL);"
    "CREATE INDEX deliveries_of ON deliveries (target, key);"

    "CREATE TABLE alerts ("
    " target TEXT NOT NULL, key TEXT NOT NULL, first TEXT NOT NULL, body TEXT NOT NULL, group_key TEXT NOT NULL,"
    " acknowledged INTEGER NOT NULL, is_over INTEGER NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (target, key)) WITHOUT ROWID;"

    /* What was said last of a key, so that an old dead letter does not say the contrary. */
    "CREATE TABLE said ("
    " target TEXT NOT NULL, key TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL,"
    " PRIMARY KEY (target, key)) WITHOUT ROWID;";

static const char *const steps[] = {version_1};
enum { APPLICATION = 0x5454416f }; /* "TTAo" */
static const struct store_schema schema = {
    .steps = steps,
    .version = TTA_LEN(steps),
    .application = APPLICATION,
    .none = "no notice was ever taken in",
    .next = "tiktok-auth notify --worker",
};

struct outbox *outbox_open(const char *path, bool write, int patience_ms, struct err *err)
{
    struct outbox *outbox = calloc(1, sizeof(*outbox));

    if (!outbox) {
        err_set(err, "out of memory while opening %s", path);
        return NULL;
    }
    outbox->store = store_open_as(path, &schema, write ? STORE_WRITE : STORE_READ, patience_ms, err);
    if (outbox->store)
        return outbox;
    free(outbox);
    return NULL;
}

void outbox_close(struct outbox *outbox)
{
    if (!outbox)
        return;
    store_close(outbox->store);
    free(outbox);
}

/* --- one step -------------------------------------------------------------------------------------------------
 */

static bool put_notice(struct store *store, const struct outbox_step *step, struct err *err)
{
    static const char text[] = "INSERT OR IGNORE INTO notices (id, at) VALUES (?, ?)";
    struct sql sql;

    if (!step->notice)
        return true;
    sql = sql_start(store, text);
    sql_bind_text(&sql, step->notice);
    sql_bind_int(&sql, step->at);
    return sql_run(&sql, err);
}

static bool put_place(struct store *store, const struct outbox_step *step, struct err *err)
{
    static const char text[] = "REPLACE INTO places (name, number) VALUES (?, ?)";
    struct sql sql;

    if (!step->place)
        return true;
    sql = sql_start(store, text);
    sql_bind_text(&sql, step->place);
    sql_bind_int(&sql, step->number);
    return sql_run(&sql, err);
}

static bool put_target(struct store *store, const struct outbox_target *target, struct err *err)
{
    static const char text[] = "REPLACE INTO targets (" OUTBOX_TARGET_COLUMNS ") VALUES (?, ?, ?)";
    struct sql sql = sql_start(store, text);

    sql_bind_row(&sql, outbox_target_fields, OUTBOX_TARGET_FIELDS, target);
    return sql_run(&sql, err);
}

static bool add_delivery(struct store *store, const struct outbox_delivery *delivery, int64_t *id, struct err *err)
{
    static const char text[] = "INSERT INTO deliveries (" OUTBOX_DELIVERY_COLUMNS ")"
                               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    struct sql sql = sql_start(store, text);

    sql_bind_row(&sql, outbox_delivery_fields + 1, OUTBOX_DELIVERY_FIELDS - 1, delivery);
    if (!sql_run(&sql, err))
        return false;
    *id = sqlite3_last_insert_rowid(store->db);
    return true;
}

static bool put_delivery(struct store *store, const struct outbox_delivery *delivery, struct err *err)
{
    static const char text[] = "UPDATE deliveries SET due_ms = ?, attempts = ?, fault = ?, dead = ? WHERE id = ?";
    struct sql sql = sql_start(store, text);

    sql_bind_int(&sql, delivery->due_ms);
    sql_bind_int(&sql, delivery->attempts);
    sql_bind_text(&sql, delivery->fault);
    sql_bind_int(&sql, delivery->dead);
    sql_bind_int(&sql, delivery->id);
    return sql_run(&sql, err);
}

static bool run_on(struct store *store, const char *text, int64_t id, struct err *err)
{
    struct sql sql = sql_start(store, text);

    sql_bind_int(&sql, id);
    return sql_run(&sql, err);
}

static bool drop_delivery(struct store *store, int64_t id, struct err *err)
{
    static const char say[] = "REPLACE INTO said (target, key, id, at)"
                              " SELECT target, key, id, at FROM deliveries WHERE id = ?";
    static const char drop[] = "DELETE FROM deliveries WHERE id = ?";

    return run_on(store, say, id, err) && run_on(store, drop, id, err);
}

static bool open_alert(struct store *store, const struct outbox_alert *alert, struct err *err)
{
    static const char text[] = "REPLACE INTO alerts (" OUTBOX_ALERT_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    struct sql sql = sql_start(store, text);

    sql_bind_row(&sql, outbox_alert_fields, OUTBOX_ALERT_FIELDS, alert);
    return sql_run(&sql, err);
}

static bool close_alert(struct store *store, const struct outbox_alert *alert, struct err *err)
{
    static const char text[] = "DELETE FROM alerts WHERE target = ? AND key = ?";
    struct sql sql = sql_start(store, text);

    sql_bind_text(&sql, alert->target);
    sql_bind_text(&sql, alert->key);
    return sql_run(&sql, err);
}

static bool commit_deliveries(struct store *store, const struct outbox_step *step, struct err *err)
{
    int64_t id;
    bool ok = true;

    for (size_t i = 0; ok && i < step->drop_count; i++)
        ok = drop_delivery(store, step->drop[i], err);
    for (size_t i = 0; ok && i < step->put_count; i++)
        ok = put_delivery(store, &step->put[i], err);
    for (size_t i = 0; ok && i < step->add_count; i++)
        ok = add_delivery(store, &step->add[i], step->added ? &step->added[i] : &id, err);
    return ok;
}

static bool commit(struct store *store, const struct outbox_step *step, struct err *err)
{
    bool ok = put_notice(store, step, err) && put_place(store, step, err);

    for (size_t i = 0; ok && i < step->target_count; i++)
        ok = put_target(store, &step->target[i], err);
    ok = ok && commit_deliveries(store, step, err);
    for (size_t i = 0; ok && i < step->close_count; i++)
        ok = close_alert(store, &step->close[i], err);
    for (size_t i = 0; ok && i < step->open_count; i++)
        ok = open_alert(store, &step->open[i], err);
    return ok;
}

bool outbox_commit(struct outbox *outbox, const struct outbox_step *step, struct err *err)
{
    return sql_begin(outbox->store, err) && sql_end(outbox->store, commit(outbox->store, step, err), err);
}

/* --- dead letters, and an end of memory -----------------------------------------------------------------------
 */

#define IS_OVER                                                                                       \
    "dead AND (?1 = 0 OR id = ?1) AND"                                                                \
    " (EXISTS (SELECT 1 FROM said WHERE said.target = deliveries.target AND said.key ="               \
    " deliveries.key AND said.id > deliveries.id)"                                                    \
    " OR EXISTS (SELECT 1 FROM deliveries AS newer WHERE newer.target = deliveries.target AND newer." \
    "key = deliveries.key AND newer.id > deliveries.id AND NOT newer.dead))"

static bool retry(struct store *store, int64_t id, int64_t now_ms, struct outbox_retried *out, struct err *err)
{
    static const char drop[] = "DELETE FROM deliveries WHERE " IS_OVER;
    static const char again[] = "UPDATE deliveries SET dead = 0, attempts = 0, at = ?2 / 1000, due_ms = 0"
                                " WHERE dead AND (?1 = 0 OR id = ?1)";
    struct sql sql;

    if (!run_on(store, drop, id, err))
        return false;
    out->dropped = sqlite3_changes(store->db);
    sql = sql_start(store, again);
    sql_bind_int(&sql, id);
    sql_bind_int(&sql, now_ms);
    if (!sql_run(&sql, err))
        return false;
    out->again = sqlite3_changes(store->db);
    return true;
}

bool outbox_retry(struct outbox *outbox, int64_t id, int64_t now_ms, struct outbox_retried *out, struct err *err)
{
    *out = (struct outbox_retried){0};
    return sql_begin(outbox->store, err) &&
           sql_end(outbox->store, retry(outbox->store, id, now_ms, out, err), err);
}

static bool prune(struct store *store, int64_t before, struct err *err)
{
    static const char *const texts[] = {
        "DELETE FROM notices WHERE at < ?",
        "DELETE FROM deliveries WHERE dead AND at < ?",
        "DELETE FROM said WHERE at < ?",
        ("DELETE FROM targets WHERE ? AND id NOT IN (SELECT target FROM deliveries)"
         " AND id NOT IN (SELECT target FROM alerts)"),
    };
    bool ok = true;

    for (size_t i = 0; ok && i < TTA_LEN(texts); i++)
        ok = run_on(store, texts[i], before, err);
    return ok;
}

bool outbox_prune(struct outbox *outbox, int64_t before, struct err *err)
{
    return sql_begin(outbox->store, err) && sql_end(outbox->store, prune(outbox->store, before, err), err);
}
