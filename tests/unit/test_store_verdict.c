/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Verdicts and events: as given, together, in order, pruned. */
#include "store_fixture.h"

#include "base/attr.h"

#include <stdio.h>
#include <string.h>

static const struct store_event full_event = {
    .at = 100,
    .kind = "advertiser",
    .app = "main",
    .object = "7502022393087590401",
    .name = "Acme \xe2\x82\xac GmbH",
    .state = "critical",
    .old_state = "ok",
    .cause = "account_access",
    .old_cause = "authorized",
    .has_code = true,
    .code = 40001,
    .message = "no permission",
    .request_id = "req",
    .root_kind = "token",
    .root_id = "emea-07",
    .note = "baseline",
    .who = "alice",
};

static void assert_same_event(const struct store_event *a, const struct store_event *b)
{
    assert_int_equal(a->at, b->at);
    assert_string_equal(a->kind, b->kind);
    assert_string_equal(a->app, b->app);
    assert_string_equal(a->object, b->object);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->state, b->state);
    assert_string_equal(a->old_state, b->old_state);
    assert_string_equal(a->cause, b->cause);
    assert_string_equal(a->old_cause, b->old_cause);
    assert_int_equal(a->has_code, b->has_code);
    assert_int_equal(a->code, b->code);
    assert_string_equal(a->message, b->message);
    assert_string_equal(a->request_id, b->request_id);
    assert_string_equal(a->root_kind, b->root_kind);
    assert_string_equal(a->root_id, b->root_id);
    assert_string_equal(a->note, b->note);
    assert_string_equal(a->who, b->who);
}

static bool expect_full_event(void *arg, const struct store_event *row)
{
    assert_same_event(row, &full_event);
    assert_true(row->id > 0);
    ++*(int *)arg;
    return true;
}

/* Writes "id@at " per event. */
struct list {
    char text[256];
    int64_t last_id;
};

static bool list_event(void *arg, const struct store_event *row)
{
    struct list *list = arg;
    size_t len = strlen(list->text);
    (void)snprintf(list->text + len, sizeof(list->text) - len, "%lld@%lld ", (long long)row->id,
                   (long long)row->at);
    list->last_id = row->id;
    return true;
}

static void assert_history(struct fixture *f, const char *kind, const char *app, const char *object, size_t most,
                           const char *expected)
{
    struct list list = {.text = ""};
    assert_works(f, store_history(f->store, kind, app, object, most, list_event, &list, &f->err));
    assert_string_equal(list.text, expected);
}

static void an_event_comes_back_whole(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    struct store_event event = full_event;
    event.id = 4711; /* ignored */
    assert_works(f, store_commit_verdicts(f->store, NULL, 0, &event, 1, &f->err));
    int calls = 0;
    assert_works(f, store_history(f->store, "advertiser", "main", full_event.object, 10, expect_full_event, &calls,
                                  &f->err));
    assert_int_equal(calls, 1);
    assert_history(f, NULL, NULL, full_event.object, 10, "1@100 ");
}

static void history_is_newest_first_and_of_one_object(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    const struct store_event events[] = {
        {.at = 1, .kind = "advertiser", .app = "a", .object = "7"},
        {.at = 2, .kind = "advertiser", .app = "b", .object = "7"},
        {.at = 3, .kind = "token", .app = "a", .object = "7"},
        {.at = 4, .kind = "advertiser", .app = "a", .object = "8"},
        {.at = 5, .kind = "advertiser", .app = "a", .object = "7"},
        {.at = 6, .kind = "api", .object = NULL},
    };
    assert_works(f, store_commit_verdicts(f->store, NULL, 0, events, TTA_LEN(events), &f->err));
    assert_history(f, NULL, NULL, "7", 10, "5@5 3@3 2@2 1@1 ");
    assert_history(f, "advertiser", NULL, "7", 10, "5@5 2@2 1@1 ");
    assert_history(f, NULL, "a", "7", 10, "5@5 3@3 1@1 ");
    assert_history(f, "advertiser", "a", "7", 10, "5@5 1@1 ");
    assert_history(f, "advertiser", "a", "7", 1, "5@5 ");
    assert_history(f, "advertiser", "a", "7", 0, "");
    assert_history(f, "advertiser", "a", "7", SIZE_MAX, "5@5 1@1 ");
    assert_history(f, "advertiser", "c", "7", 10, "");
    assert_history(f, "api", "", "", 10, "6@6 ");
}

static void pruning_never_gives_a_number_again(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    const struct store_event events[] = {{.at = 10, .kind = "api"}, {.at = 20, .kind = "api"}};
    const struct store_sweep sweep = {"main", "t", 10, 20, true, 3, 1, ""};
    assert_works(f, store_add_sweep(f->store, &sweep, &f->err));
    assert_works(f, store_commit_verdicts(f->store, NULL, 0, events, TTA_LEN(events), &f->err));
    assert_works(f, store_prune(f->store, 20, 0, &f->err));
    assert_history(f, NULL, NULL, "", 10, "2@20 ");
    assert_works(f, store_prune(f->store, 21, 0, &f->err));
    assert_history(f, NULL, NULL, "", 10, "");
    assert_works(f, store_commit_verdicts(f->store, NULL, 0, events, TTA_LEN(events), &f->err));
    assert_history(f, NULL, NULL, "", 10, "4@20 3@10 ");
}

static bool list_doer(void *arg, const struct store_event *row)
{
    struct list *list = arg;
    size_t len = strlen(list->text);
    (void)snprintf(list->text + len, sizeof(list->text) - len, "%s;", row->who);
    return true;
}

static void pruning_forgets_where_remote_people_were(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    const struct store_event events[] = {
        {.at = 10, .kind = "api", .who = "remote 192.0.2.7"},   {.at = 11, .kind = "api", .who = "alice"},
        {.at = 12, .kind = "api", .who = "remotely"},           {.at = 13, .kind = "api"},
        {.at = 20, .kind = "api", .who = "remote 2001:db8::1"},
    };
    struct list list = {.text = ""};
    assert_works(f, store_commit_verdicts(f->store, NULL, 0, events, TTA_LEN(events), &f->err));
    assert_works(f, store_prune(f->store, 0, 20, &f->err));
    assert_works(f, store_history(f->store, NULL, NULL, "", 10, list_doer, &list, &f->err));
    assert_string_equal(list.text, "remote 2001:db8::1;;remotely;alice;remote;");
}

struct verdicts {
    const struct store_verdict *rows;
    size_t count, seen;
};

static bool expect_verdict(void *arg, const struct store_verdict *row)
{
    struct verdicts *verdicts = arg;
    assert_true(verdicts->seen < verdicts->count);
    const struct store_verdict *expected = &verdicts->rows[verdicts->seen++];
    assert_string_equal(row->kind, expected->kind);
    assert_string_equal(row->app, expected->app);
    assert_string_equal(row->id, expected->id);
    assert_string_equal(row->state, expected->state);
    assert_string_equal(row->cause, expected->cause);
    assert_int_equal(row->since, expected->since);
    assert_int_equal(row->first_ok, expected->first_ok);
    assert_int_equal(row->first_seen, expected->first_seen);
    return true;
}

static void assert_verdicts(struct fixture *f, const struct store_verdict *rows, size_t count)
{
    struct verdicts expected = {rows, count, 0};
    assert_works(f, store_each_verdict(f->store, expect_verdict, &expected, &f->err));
    assert_int_equal(expected.seen, count);
}

static void verdicts_change_and_go(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    const struct store_verdict rows[] = {
        {"advertiser", "main", "6", "ok", "authorized", 1, 2, 3},
        {"advertiser", "main", "7", "critical", "account_access", 4, 5, 6},
        {"api", "", "", "ok", "", 7, 8, 9},
    };
    const struct store_verdict given[] = {rows[2], rows[1], rows[0]};
    assert_works(f, store_commit_verdicts(f->store, given, TTA_LEN(given), NULL, 0, &f->err));
    assert_verdicts(f, rows, TTA_LEN(rows));

    struct store_verdict changed = rows[0];
    changed.state = "warning";
    changed.since = 99;
    const struct store_verdict changes[] = {
        changed,
        {"advertiser", "main", "7", NULL, NULL, 0, 0, 0},
        {"advertiser", "main", "never there", NULL, NULL, 0, 0, 0},
    };
    assert_works(f, store_commit_verdicts(f->store, changes, TTA_LEN(changes), &full_event, 1, &f->err));
    const struct store_verdict left[] = {changed, rows[2]};
    assert_verdicts(f, left, TTA_LEN(left));
    assert_history(f, NULL, NULL, full_event.object, 10, "1@100 ");
    fixture_open(f, STORE_READ);
    assert_verdicts(f, left, TTA_LEN(left));
}

static void many_events_at_once(void **state)
{
    enum { MANY = 5000 };
    static struct store_event events[MANY];
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    for (size_t i = 0; i < MANY; i++)
        events[i] = full_event;
    assert_works(f, store_commit_verdicts(f->store, NULL, 0, events, MANY, &f->err));
    int calls = 0;
    assert_works(
        f, store_history(f->store, NULL, NULL, full_event.object, SIZE_MAX, expect_full_event, &calls, &f->err));
    assert_int_equal(calls, MANY);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(an_event_comes_back_whole),
        TEST(history_is_newest_first_and_of_one_object),
        TEST(pruning_never_gives_a_number_again),
        TEST(pruning_forgets_where_remote_people_were),
        TEST(verdicts_change_and_go),
        TEST(many_events_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
