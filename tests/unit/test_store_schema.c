/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Schema versions: an empty file is made ours, steps are taken once and whole, what isn't ours is left alone. */
#include "store_fixture.h"

#include "base/attr.h"
#include "ext/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_VERSION = 60, AT_APPLICATION = 68 }; /* in the file's header, four bytes each, big-endian */

/* The current schema and two more steps. */
static const struct store_schema *longer(const char *second, const char *third)
{
    static const char *steps[32];
    static struct store_schema schema;
    int now = store_schema_current.version;
    assert_true(now + 2 <= (int)TTA_LEN(steps));
    for (int i = 0; i < now; i++)
        steps[i] = store_schema_current.steps[i];
    steps[now] = second;
    steps[now + 1] = third;
    schema = (struct store_schema){.steps = steps, .version = now + 2};
    return &schema;
}

/* `text` with the current version's number plus `more` in it; lives until the next call. */
static const char *with_version(const char *before, int more, const char *after)
{
    static char text[128];
    (void)snprintf(text, sizeof(text), "%s%d%s", before, store_schema_current.version + more, after);
    return text;
}

static int version_of(struct fixture *f, const struct store_schema *schema)
{
    int version = -1;
    assert_works(f, store_schema_read(f->store, schema, &version, &f->err));
    return version;
}

static void an_empty_file_becomes_a_store(void **state)
{
    struct fixture *f = *state;
    fixture_poke(f, "", 0, "", 0);
    assert_int_equal(fixture_size(f, ""), 0);
    fixture_open(f, STORE_WRITE);
    assert_int_equal(version_of(f, &store_schema_current), store_schema_current.version);
    assert_works(f, store_set_value(f->store, "a", "b", &f->err));
}

static void an_empty_file_holds_nothing_to_read(void **state)
{
    struct fixture *f = *state;
    fixture_poke(f, "", 0, "", 0);
    fixture_refused(f, STORE_READ, f->path,
                    with_version("holds nothing of this release yet (schema 0 of ", 0, ")"));
    assert_int_equal(fixture_size(f, ""), 0);
}

static void an_older_schema_is_upgraded_with_its_rows(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_set_value(f->store, "a", "b", &f->err));
    const struct store_schema *schema =
        longer("ALTER TABLE named_values ADD COLUMN note TEXT NOT NULL DEFAULT 'n'",
               "UPDATE named_values SET value = value || note");
    assert_works(f, store_schema_upgrade(f->store, schema, &f->err));
    assert_int_equal(version_of(f, schema), store_schema_current.version + 2);
    char *value = NULL;
    assert_works(f, store_get_value(f->store, "a", &value, &f->err));
    assert_string_equal(value, "bn");
    free(value);
    /* Nothing happens twice. */
    assert_works(f, store_schema_upgrade(f->store, schema, &f->err));
    assert_works(f, store_get_value(f->store, "a", &value, &f->err));
    assert_string_equal(value, "bn");
    free(value);
}

static void version_1_gains_the_alerts(void **state)
{
    struct fixture *f = *state;
    static const char *const first[] = {""};
    struct store_schema old = {.steps = first, .version = 1};
    sqlite3 *db = NULL;
    bool begun = true;
    int64_t last = -1, count = -1;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, store_schema_current.steps[0], NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "INSERT INTO named_values VALUES ('a', 'b');"
                                  "PRAGMA application_id = 0x54544173; PRAGMA user_version = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    fixture_refused(f, STORE_READ, f->path,
                    with_version("holds nothing of this release yet (schema 1 of ", 0, ")"));
    fixture_open(f, STORE_WRITE);
    assert_int_equal(version_of(f, &store_schema_current), store_schema_current.version);
    assert_works(f, store_alerts_begun(f->store, &begun, &f->err));
    assert_false(begun);
    assert_works(f, store_alert_count(f->store, 0, &last, &count, &f->err));
    assert_int_equal(last + count, 0);
    char *value = NULL;
    assert_works(f, store_get_value(f->store, "a", &value, &f->err));
    assert_string_equal(value, "b");
    free(value);
    /* The release before refuses it now. */
    assert_false(store_schema_read(f->store, &old, &(int){0}, &f->err));
    assert_true(fixture_says(f, "newer release"));
}

static bool has_no_doer(void *arg, const struct store_event *row)
{
    assert_string_equal(row->who, "");
    assert_string_equal(row->note, "baseline");
    ++*(int *)arg;
    return true;
}

static void version_2_gains_who_did_it(void **state)
{
    struct fixture *f = *state;
    const struct store_schema old = {.steps = store_schema_current.steps, .version = 2};
    static const char event[] =
        "INSERT INTO events (at, kind, app, object, name, state, old_state, cause, old_cause,"
        " message, request_id, root_kind, root_id, note) VALUES"
        " (1, 'api', '', 'x', '', '', '', '', '', '', '', '', '', 'baseline')";
    sqlite3 *db = NULL;
    int seen = 0;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    for (int i = 0; i < old.version; i++)
        assert_int_equal(sqlite3_exec(db, old.steps[i], NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, event, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA application_id = 0x54544173; PRAGMA user_version = 2", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_history(f->store, NULL, NULL, "x", 10, has_no_doer, &seen, &f->err));
    assert_int_equal(seen, 1);
}

static void a_step_that_fails_leaves_the_old_schema(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_set_value(f->store, "a", "b", &f->err));
    const struct store_schema *schema = longer("DROP TABLE named_values", "CREATE TABLE grants (x)");
    assert_false(store_schema_upgrade(f->store, schema, &f->err));
    assert_true(fixture_says(f, with_version("upgrade to schema ", 2, "")));
    assert_int_equal(version_of(f, schema), store_schema_current.version);
    assert_works(f, store_set_value(f->store, "c", "d", &f->err));
    fixture_open(f, STORE_WRITE);
    char *value = NULL;
    assert_works(f, store_get_value(f->store, "a", &value, &f->err));
    assert_string_equal(value, "b");
    free(value);
}

static void a_newer_schema_is_refused_untouched(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    fixture_close(f);
    const char newer[] = {0, 0, 0, (char)(store_schema_current.version + 1)};
    fixture_poke(f, "", AT_VERSION, newer, sizeof(newer));
    fixture_refused(f, STORE_WRITE, f->path,
                    with_version("was made by a newer release (schema ", 1, ", this one"));
    fixture_refused(f, STORE_READ, f->path, with_version("this one knows ", 0, ")"));
    fixture_poke(f, "", AT_VERSION, "\xff\xff\xff\xff", 4);
    fixture_refused(f, STORE_WRITE, f->path, "newer release (schema -1");
}

static void an_upgrade_by_another_process_stops_our_writes(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_set_value(f->store, "a", "b", &f->err));
    struct store *newer = store_open(f->path, STORE_WRITE, &f->err);
    assert_non_null(newer);
    assert_works(f, store_schema_upgrade(newer, longer("CREATE TABLE x (y)", "CREATE TABLE z (y)"), &f->err));
    store_close(newer);
    assert_false(store_set_value(f->store, "a", "c", &f->err));
    assert_true(fixture_says(f, "newer release"));
    /* And the lock is free again. */
    assert_false(store_set_value(f->store, "a", "c", &f->err));
    assert_true(fixture_says(f, "newer release"));
}

static void a_database_of_another_program_is_left_alone(void **state)
{
    struct fixture *f = *state;
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "CREATE TABLE theirs (x)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    off_t size = fixture_size(f, "");
    fixture_refused(f, STORE_WRITE, f->path, "is a database of another program");
    fixture_refused(f, STORE_READ, f->path, "is a database of another program");
    fixture_poke(f, "", AT_APPLICATION, "abcd", 4);
    fixture_refused(f, STORE_WRITE, f->path, "is a database of another program");
    assert_int_equal(fixture_size(f, ""), size);
    assert_int_equal(fixture_size(f, "-wal"), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(an_empty_file_becomes_a_store),
        TEST(an_empty_file_holds_nothing_to_read),
        TEST(an_older_schema_is_upgraded_with_its_rows),
        TEST(version_1_gains_the_alerts),
        TEST(version_2_gains_who_did_it),
        TEST(a_step_that_fails_leaves_the_old_schema),
        TEST(a_newer_schema_is_refused_untouched),
        TEST(an_upgrade_by_another_process_stops_our_writes),
        TEST(a_database_of_another_program_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
