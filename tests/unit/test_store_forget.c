/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Forgetting: rows of one, words in the texts of others, and the bytes of both. */
#include "base/buf.h"
#include "base/file.h"
#include "ext/store_outbox.h"
#include "ext/store_private.h"
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

#define ID "7502022393087590401"

static struct store_event event(const char *kind, const char *object, const char *message, const char *who)
{
    return (struct store_event){.at = 100,
                                .kind = kind,
                                .app = "main",
                                .object = object,
                                .name = "Zebrafink",
                                .message = message,
                                .root_kind = kind,
                                .root_id = object,
                                .note = message,
                                .who = who};
}

static void filled(struct fixture *f)
{
    const struct store_event events[] = {
        event("advertiser", ID, "lost", ""),
        event("advertiser", "7502022393087590402", "x" ID " " ID "0 are others, " ID ": is meant, " ID,
              "remote 192.0.2.7"),
        event("client", "Zebra", "of Zebra and Zebras", "alice"),
    };
    const struct store_verdict verdicts[] = {
        {.kind = "advertiser", .app = "main", .id = ID, .state = "ok", .cause = "authorized"},
        {.kind = "advertiser", .app = "main", .id = "7502022393087590402", .state = "ok", .cause = "authorized"},
    };
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_commit_verdicts(f->store, verdicts, 2, events, 3, &f->err));
    assert_works(f, store_retire(f->store, "main", ID, 10, "alice", &f->err));
}

static int64_t forget(struct fixture *f, const char *kind, const char *id, bool history_only, bool only_count)
{
    const struct store_event note = {.at = 200, .kind = "app", .app = "main", .object = "main", .note = "forgot"};
    int64_t changed = -1;
    assert_works(f, store_forget(f->store,
                                 &(struct store_forget){.kind = kind,
                                                        .app = "main",
                                                        .id = id,
                                                        .history_only = history_only,
                                                        .word = &id,
                                                        .word_count = history_only ? 0 : 1,
                                                        .event = &note,
                                                        .only_count = only_count},
                                 &changed, &f->err));
    return changed;
}

static bool list_event(void *arg, const struct store_event *row)
{
    char *list = arg;
    size_t len = strlen(list);
    (void)snprintf(list + len, 600 - len, "%s %s|%s|%s;", row->kind, row->object, row->note, row->who);
    return true;
}

static void assert_events(struct fixture *f, const char *expected)
{
    char list[600] = "";
    assert_works(f, store_history(f->store, NULL, NULL, "main", 10, list_event, list, &f->err));
    assert_works(f, store_history(f->store, NULL, NULL, ID, 10, list_event, list, &f->err));
    assert_works(f, store_history(f->store, NULL, NULL, "7502022393087590402", 10, list_event, list, &f->err));
    assert_works(f, store_history(f->store, NULL, NULL, "Zebra", 10, list_event, list, &f->err));
    assert_string_equal(list, expected);
}

static void an_advertiser(void **state)
{
    struct fixture *f = *state;
    filled(f);
    int64_t counted = forget(f, "advertiser", ID, false, true);
    assert_int_equal(counted, 5); /* event, verdict, retirement; the address, and one text with its mentions */
    assert_int_equal(forget(f, "advertiser", ID, false, false), counted);
    assert_events(f, "app main|forgot|;"
                     "advertiser 7502022393087590402|x" ID " " ID
                     "0 are others, [forgotten]: is meant, [forgotten]|remote;"
                     "client Zebra|of Zebra and Zebras|alice;");
    assert_int_equal(forget(f, "advertiser", ID, false, false), 0);
}

static void a_client_and_the_past(void **state)
{
    struct fixture *f = *state;
    filled(f);
    assert_int_equal(forget(f, "client", "Zebra", false, false), 1);
    assert_int_equal(forget(f, "advertiser", ID, true, true), 2);
    assert_int_equal(forget(f, "advertiser", "7502022393087590402", true, false), 1);
    assert_events(f, "app main|forgot|;app main|forgot|;advertiser " ID "|lost|;");
}

static size_t occurrences(const struct fixture *f, const char *suffix, const char *word)
{
    struct buf bytes;
    struct err err = {""};
    size_t count = 0;
    char path[120];

    (void)snprintf(path, sizeof(path), "%s%s", f->path, suffix);
    buf_init(&bytes, 64 << 20);
    if (file_read(path, &bytes, &err))
        for (const char *at = buf_text(&bytes), *end = at + buf_len(&bytes);
             (at = memmem(at, (size_t)(end - at), word, strlen(word))); at++)
            count++;
    buf_free(&bytes);
    return count;
}

static void no_byte_is_left(void **state)
{
    struct fixture *f = *state;
    filled(f);
    /* What was deleted before, as SQLite does it unless it is built otherwise. */
    assert_int_equal(sqlite3_exec(f->store->db, "PRAGMA secure_delete = OFF", NULL, NULL, NULL), SQLITE_OK);
    assert_works(f, store_retire(f->store, "main", "8", 10, "caroline", &f->err));
    assert_works(f, store_unretire(f->store, "main", "8", &f->err));
    assert_true(occurrences(f, "", "alice") + occurrences(f, "-wal", "alice") > 0);
    forget(f, "advertiser", ID, false, false);
    forget(f, "client", "Zebra", false, false);
    assert_works(f, store_purge(f->store, &f->err));
    assert_int_equal(fixture_size(f, "-wal"), 0);
    assert_int_equal(occurrences(f, "", "alice"), 0);
    assert_int_equal(occurrences(f, "", "192.0.2.7"), 0);
    assert_int_equal(occurrences(f, "", "caroline"), 0);
    assert_int_equal(occurrences(f, "", "Zebra "), 0);
    assert_true(occurrences(f, "", "[forgotten]") > 0);
}

static void a_reader_that_holds_the_past_is_told(void **state)
{
    struct fixture *f = *state;
    sqlite3 *reader = NULL;

    filled(f);
    fixture_close(f);
    f->store = store_open_within(f->path, STORE_WRITE, 100, &f->err);
    assert_non_null(f->store);
    assert_int_equal(sqlite3_open(f->path, &reader), SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM events", NULL, NULL, NULL), SQLITE_OK);
    forget(f, "advertiser", ID, false, false);
    assert_false(store_purge(f->store, &f->err));
    assert_true(fixture_says(f, "another process reads what was before"));
    assert_int_equal(sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_works(f, store_purge(f->store, &f->err));
    assert_int_equal(fixture_size(f, "-wal"), 0);
    assert_int_equal(sqlite3_close(reader), SQLITE_OK);
}

static void a_login(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_set_login(f->store, "main", "t", "Quintus", "q***@x", &f->err));
    assert_works(f, store_set_login(f->store, "other", "t", "Berta", "b***@x", &f->err));
    assert_int_equal(forget(f, "token", "t", false, false), 1);
    assert_int_equal(forget(f, "token", "t", false, false), 0);
    assert_works(f, store_purge(f->store, &f->err));
    assert_int_equal(occurrences(f, "", "Quintus"), 0);
    assert_int_equal(occurrences(f, "", "q***@x"), 0);
    assert_int_equal(occurrences(f, "", "Berta"), 1);
}

/* Columns of text that name no advertiser: words of ours, names of sections, what is no text of others. */
static const char *const NEVER[] = {
    "app",
    "token",
    "kind",
    "state",
    "old_state",
    "cause",
    "old_cause",
    "method",
    "path",
    "status",
    "urgency",
    "actor",
    "action",
    "owner",
    "granted_by",
    "fault",
    "fault_cause",
    "fault_scope",
    "fault_request_id",
    "result",
    "stamp",
    "seen_state",
    "seen_cause",
    "root_kind",
    "request_id",
    "secret_stamp",
    "video_id",
    "digest",
    "login",
    "login_mail",
    "scope",
    "who",
};

static bool may_name_one(const char *column)
{
    for (size_t i = 0; i < TTA_LEN(NEVER); i++)
        if (strcmp(NEVER[i], column) == 0)
            return false;
    return true;
}

/* A row with the id in every column that may name an advertiser; the table's columns in a list of names. */
static void put_everywhere(sqlite3 *db, const char *table)
{
    char text[3000], names[1500] = "", values[1500] = "";
    sqlite3_stmt *statement = NULL;

    (void)snprintf(text, sizeof(text), "SELECT name, type FROM pragma_table_info('%s')", table);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        bool is_text = strcmp((const char *)sqlite3_column_text(statement, 1), "TEXT") == 0;
        const char *comma = names[0] ? "," : "", *value = is_text ? "'advertiser'" : "1";

        if (is_text && may_name_one(name))
            value = strcmp(name, "name") == 0 && strcmp(table, "named_values") == 0 ? "'k'" : "'" ID "'";
        (void)snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", comma, name);
        (void)snprintf(values + strlen(values), sizeof(values) - strlen(values), "%s%s", comma, value);
    }
    (void)sqlite3_finalize(statement);
    (void)snprintf(text, sizeof(text), "INSERT INTO %s (%s) VALUES (%s)", table, names, values);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
}

/* Whoever adds a table or a column has it forgotten, or says here that it names nobody. */
static void no_table_is_left_out(void **state)
{
    struct fixture *f = *state;
    sqlite3_stmt *tables = NULL;
    char name[40][40];
    size_t count = 0;

    fixture_open(f, STORE_WRITE);
    assert_int_equal(
        sqlite3_prepare_v2(f->store->db,
                           "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", -1,
                           &tables, NULL),
        SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW && count < TTA_LEN(name))
        (void)snprintf(name[count++], sizeof(name[0]), "%s", (const char *)sqlite3_column_text(tables, 0));
    (void)sqlite3_finalize(tables);
    assert_in_range(count, 10, TTA_LEN(name) - 1);
    for (size_t i = 0; i < count; i++)
        put_everywhere(f->store->db, name[i]);
    assert_true(forget(f, "advertiser", ID, false, false) > 10);
    assert_works(f, store_purge(f->store, &f->err));
    assert_int_equal(occurrences(f, "", ID), 0);
}

static bool list_delivery(void *arg, const struct outbox_delivery *row)
{
    char *list = arg;
    size_t len = strlen(list);
    (void)snprintf(list + len, 300 - len, "%s %s;", row->key, row->body);
    return true;
}

static bool list_alert(void *arg, const struct outbox_alert *row)
{
    char *list = arg;
    size_t len = strlen(list);
    (void)snprintf(list + len, 300 - len, "open %s %s %s;", row->key, row->first, row->body);
    return true;
}

static void what_is_on_its_way(void **state)
{
    struct fixture *f = *state;
    static const char *const words[] = {ID, "Zebrafink \\\"Moden\\\""};
    const struct outbox_delivery deliveries[] = {
        {.notice = "agent/1",
         .target = "t",
         .receiver = "r",
         .key = "tiktok-auth/1/" ID,
         .kind = "trigger",
         .body = "{}",
         .fault = ""},
        {.notice = "agent/2",
         .target = "t",
         .receiver = "r",
         .key = "tiktok-auth/1/" ID "0",
         .kind = "trigger",
         .body = "{\"text\":\"" ID ", Zebrafink \\\"Moden\\\" and others\"}",
         .fault = ""},
    };
    const struct outbox_alert alerts[] = {
        {.target = "t", .key = "tiktok-auth/1/" ID, .body = "{}", .group = ""},
        {.target = "t", .key = "tiktok-auth/1/token/a", .first = "<" ID ">", .body = "[\"" ID "\"]", .group = ""},
    };
    struct outbox *outbox = outbox_open(f->path, true, 1000, &f->err);
    char list[300] = "";
    int64_t changed = 0;

    assert_non_null(outbox);
    assert_works(
        f, outbox_commit(outbox,
                         &(struct outbox_step){.add = deliveries, .add_count = 2, .open = alerts, .open_count = 2},
                         &f->err));
    assert_works(f, outbox_forget(outbox, words, 2, &changed, &f->err));
    assert_works(f, outbox_each_delivery(outbox, false, list_delivery, list, &f->err));
    assert_works(f, outbox_each_alert(outbox, list_alert, list, &f->err));
    assert_string_equal(list, "tiktok-auth/1/" ID "0 {\"text\":\"[forgotten], [forgotten] and others\"};"
                              "open tiktok-auth/1/token/a <[forgotten]> [\"[forgotten]\"];");
    assert_works(f, outbox_purge(outbox, &f->err));
    assert_int_equal(occurrences(f, "", "Zebrafink"), 0);
    assert_works(f, outbox_forget(outbox, words, 2, &changed, &f->err));
    assert_int_equal(changed, 0);
    outbox_close(outbox);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_advertiser, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_client_and_the_past, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(no_byte_is_left, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(no_table_is_left_out, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(what_is_on_its_way, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_reader_that_holds_the_past_is_told, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_login, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
