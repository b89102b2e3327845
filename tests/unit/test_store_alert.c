/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Alerts in the store: rows as given, numbers that are never given twice, one transaction with the verdicts. */
#include "store_fixture.h"

#include "base/attr.h"

#include <stdlib.h>
#include <string.h>

static const struct store_told told_row = {
    .kind = "client",
    .app = "main",
    .id = "Acme \xe2\x82\xac",
    .name = "Acme",
    .owner = "anna",
    .client = "Acme",
    .state = "critical",
    .cause = "revoked",
    .at = 100,
    .alone = true,
    .seen_state = "ok",
    .seen_cause = "authorized",
    .unheard = 3,
};

static const struct store_alert alert_row = {
    .number = 77, /* ignored */
    .at = 100,
    .summary = true,
    .kind = "advertiser",
    .app = "main",
    .object = "7502022393087590401",
    .name = "Acme",
    .owner = "anna",
    .client = "c",
    .state = "critical",
    .old_state = "ok",
    .cause = "revoked",
    .old_cause = "authorized",
    .has_code = true,
    .code = 40001,
    .message = "no",
    .request_id = "r",
    .urgency = "low",
    .actor = "client",
    .action = "act",
    .fix = "1. do",
    .reauth_url = "https://x.example",
    .members = 5,
    .since = 90,
    .changes = 6,
    .suppressed = 7,
    .note = "n",
};

struct seen {
    int64_t number[8];
    size_t count;
};

static bool see_alert(void *arg, const struct store_alert *row)
{
    struct seen *seen = arg;

    seen->number[seen->count++] = row->number;
    assert_int_equal(row->at, alert_row.at);
    assert_true(row->summary);
    assert_string_equal(row->object, alert_row.object);
    assert_string_equal(row->old_state, alert_row.old_state);
    assert_string_equal(row->cause, alert_row.cause);
    assert_true(row->has_code);
    assert_int_equal(row->code, 40001);
    assert_string_equal(row->request_id, "r");
    assert_string_equal(row->actor, "client");
    assert_string_equal(row->fix, "1. do");
    assert_string_equal(row->reauth_url, alert_row.reauth_url);
    assert_int_equal(row->members, 5);
    assert_int_equal(row->since, 90);
    assert_int_equal(row->changes, 6);
    assert_int_equal(row->suppressed, 7);
    assert_string_equal(row->note, "n");
    return true;
}

static void alerts_are_numbered_and_read_from_a_number_on(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {.count = 0};
    int64_t last, count;

    fixture_open(f, STORE_WRITE);
    for (int i = 0; i < 4; i++)
        assert_works(f, store_add_alert(f->store, &alert_row, &f->err));
    assert_works(f, store_alerts_after(f->store, 1, 2, see_alert, &seen, &f->err));
    assert_int_equal(seen.count, 2);
    assert_int_equal(seen.number[0], 2);
    assert_int_equal(seen.number[1], 3);
    assert_works(f, store_alert_count(f->store, 1, &last, &count, &f->err));
    assert_int_equal(last, 4);
    assert_int_equal(count, 3);
    /* What is pruned keeps its number. */
    assert_works(f, store_prune(f->store, 101, 0, &f->err));
    assert_works(f, store_alert_count(f->store, 0, &last, &count, &f->err));
    assert_int_equal(last, 4);
    assert_int_equal(count, 0);
    assert_works(f, store_add_alert(f->store, &alert_row, &f->err));
    seen.count = 0;
    assert_works(f, store_alerts_after(f->store, 0, 10, see_alert, &seen, &f->err));
    assert_int_equal(seen.number[0], 5);
}

static bool see_told(void *arg, const struct store_told *row)
{
    ++*(int *)arg;
    assert_string_equal(row->kind, told_row.kind);
    assert_string_equal(row->id, told_row.id);
    assert_string_equal(row->owner, "anna");
    assert_string_equal(row->seen_state, "ok");
    assert_int_equal(row->at, 100);
    assert_true(row->alone);
    assert_int_equal(row->unheard, 3);
    return true;
}

static void a_board_is_committed_whole(void **state)
{
    struct fixture *f = *state;
    struct store_verdict verdict = {
        .kind = "token", .app = "main", .id = "t", .state = "ok", .cause = "authorized", .since = 1};
    struct store_told gone = {.kind = "client", .app = "main", .id = told_row.id, .state = NULL};
    bool begun = true;
    int64_t last, count;
    int rows = 0;

    fixture_open(f, STORE_WRITE);
    assert_works(f, store_alerts_begun(f->store, &begun, &f->err));
    assert_false(begun);
    assert_works(f, store_begin_board(f->store, &f->err));
    assert_works(f, store_commit_board(f->store,
                                       &(struct store_board){.told_compared = true,
                                                             .verdicts = &verdict,
                                                             .verdict_count = 1,
                                                             .told = &told_row,
                                                             .told_count = 1,
                                                             .alerts = &alert_row,
                                                             .alert_count = 1},
                                       &f->err));
    fixture_open(f, STORE_READ);
    assert_works(f, store_alerts_begun(f->store, &begun, &f->err));
    assert_true(begun);
    assert_works(f, store_each_told(f->store, see_told, &rows, &f->err));
    assert_int_equal(rows, 1);
    assert_works(f, store_alert_count(f->store, 0, &last, &count, &f->err));
    assert_int_equal(count, 1);
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_begin_board(f->store, &f->err));
    assert_works(f, store_commit_board(f->store, &(struct store_board){.told = &gone, .told_count = 1}, &f->err));
    rows = 0;
    assert_works(f, store_each_told(f->store, see_told, &rows, &f->err));
    assert_int_equal(rows, 0);
}

static void what_is_abandoned_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    bool begun = true;
    int rows = 0;

    fixture_open(f, STORE_WRITE);
    assert_works(f, store_begin_board(f->store, &f->err));
    store_abandon_board(f->store);
    assert_works(f, store_begin_board(f->store, &f->err));
    /* A board that was not compared does not begin the alerts. */
    assert_works(f,
                 store_commit_board(f->store, &(struct store_board){.told = &told_row, .told_count = 1}, &f->err));
    assert_works(f, store_alerts_begun(f->store, &begun, &f->err));
    assert_false(begun);
    assert_works(f, store_each_told(f->store, see_told, &rows, &f->err));
    assert_int_equal(rows, 1);
}

static void a_reader_begins_with_its_first_alert(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {.count = 0};
    char *value = NULL;

    fixture_open(f, STORE_WRITE);
    assert_works(f, store_begin_reader(f->store, "told.x", "0", &alert_row, &f->err));
    assert_works(f, store_get_value(f->store, "told.x", &value, &f->err));
    assert_string_equal(value, "0");
    free(value);
    assert_works(f, store_alerts_after(f->store, 0, 5, see_alert, &seen, &f->err));
    assert_int_equal(seen.count, 1);
}

static bool refuse(void *arg, const struct store_alert *row)
{
    (void)arg;
    (void)row;
    return false;
}

static void a_reader_that_stops_is_an_error_without_text(void **state)
{
    struct fixture *f = *state;

    fixture_open(f, STORE_WRITE);
    assert_works(f, store_add_alert(f->store, &alert_row, &f->err));
    err_clear(&f->err);
    assert_false(store_alerts_after(f->store, 0, 1, refuse, NULL, &f->err));
    assert_string_equal(f->err.text, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(alerts_are_numbered_and_read_from_a_number_on),
        TEST(a_board_is_committed_whole),
        TEST(what_is_abandoned_leaves_nothing),
        TEST(a_reader_begins_with_its_first_alert),
        TEST(a_reader_that_stops_is_an_error_without_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
