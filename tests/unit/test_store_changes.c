/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Changes since a time: of which objects, in which order, as of one moment. */
#include "store_fixture.h"

#include "base/attr.h"

#include <stdio.h>
#include <string.h>

static const struct store_event EVENT[] = {
    {.at = 10, .kind = "advertiser", .app = "a", .object = "1", .state = "ok"},       /* quiet since, OK */
    {.at = 11, .kind = "advertiser", .app = "a", .object = "2", .state = "critical"}, /* quiet since, lost */
    {.at = 12, .kind = "advertiser", .app = "a", .object = "3", .state = "critical"}, /* changes later */
    {.at = 13, .kind = "token", .app = "a", .object = "3", .state = "critical"},
    {.at = 14, .kind = "advertiser", .app = "b", .object = "3", .state = "ok"},
    {.at = 15, .kind = "advertiser", .app = "a", .object = "4", .state = "critical"}, /* removed */
    {.at = 20, .kind = "advertiser", .app = "a", .object = "3", .state = "ok"},
    {.at = 21, .kind = "token", .app = "a", .object = "1", .state = "ok"},
    {.at = 22, .kind = "advertiser", .app = "a", .object = "5", .state = "critical"}, /* removed, too */
};
static const struct store_verdict VERDICT[] = {
    {"advertiser", "a", "1", "ok", "authorized", 1, 1, 1},
    {"advertiser", "a", "2", "critical", "revoked", 1, 1, 1},
    {"advertiser", "a", "3", "ok", "authorized", 1, 1, 1},
    {"advertiser", "b", "3", "ok", "authorized", 1, 1, 1},
    {"token", "a", "1", "critical", "revoked", 1, 1, 1},
};

/* Writes "app/object@at " per change, with a "-" behind what stands no more. */
struct list {
    char text[512];
    size_t most;
};

static bool list_change(void *arg, const struct store_event *event, bool stands)
{
    struct list *list = arg;
    size_t len = strlen(list->text);

    (void)snprintf(list->text + len, sizeof(list->text) - len, "%s/%s@%lld%s ", event->app, event->object,
                   (long long)event->at, stands ? "" : "-");
    return list->most-- > 1;
}

static struct fixture *filled(void **state)
{
    struct fixture *f = *state;

    fixture_open(f, STORE_WRITE);
    assert_works(f, store_commit_verdicts(f->store, VERDICT, TTA_LEN(VERDICT), EVENT, TTA_LEN(EVENT), &f->err));
    fixture_open(f, STORE_READ);
    return f;
}

static void whole_courses_of_what_changed_or_is_not_ok(void **state)
{
    struct fixture *f = filled(state);
    struct list list = {.text = "", .most = 100};

    assert_works(f, store_changes_since(f->store, "advertiser", 20, list_change, &list, &f->err));
    assert_string_equal(list.text, "a/2@11 a/3@12 b/3@14 a/3@20 a/5@22- ");
}

static void from_the_beginning_it_is_all(void **state)
{
    struct fixture *f = filled(state);
    struct list list = {.text = "", .most = 100};

    assert_works(f, store_changes_since(f->store, "advertiser", 0, list_change, &list, &f->err));
    assert_string_equal(list.text, "a/1@10 a/2@11 a/3@12 b/3@14 a/3@20 a/4@15- a/5@22- ");
}

static void a_callback_ends_the_walk_without_a_sentence(void **state)
{
    struct fixture *f = filled(state);
    struct list list = {.text = "", .most = 2};

    assert_false(store_changes_since(f->store, "advertiser", 0, list_change, &list, &f->err));
    assert_string_equal(f->err.text, "");
    assert_string_equal(list.text, "a/1@10 a/2@11 ");
}

static void the_history_begins_with_its_oldest_event(void **state)
{
    struct fixture *f = *state;
    int64_t at = -1;

    fixture_open(f, STORE_WRITE);
    assert_works(f, store_history_begins(f->store, &at, &f->err));
    assert_int_equal(at, 0);
    assert_works(f, store_commit_verdicts(f->store, NULL, 0, EVENT, TTA_LEN(EVENT), &f->err));
    assert_works(f, store_history_begins(f->store, &at, &f->err));
    assert_int_equal(at, 10);
}

static bool write_more(struct fixture *f)
{
    struct store *store = store_open(f->path, STORE_WRITE, &f->err);

    return store && store_commit_verdicts(store, NULL, 0, EVENT, TTA_LEN(EVENT), &f->err);
}

struct busy {
    struct fixture *f;
    size_t seen;
    bool wrote;
};

static bool write_meanwhile(void *arg, const struct store_event *event, bool stands)
{
    struct busy *busy = arg;

    (void)event;
    (void)stands;
    if (busy->seen++ == 0)
        busy->wrote = fixture_in_child(busy->f, write_more);
    return true;
}

static void another_process_writes_meanwhile_and_is_not_seen(void **state)
{
    struct fixture *f = filled(state);
    struct busy busy = {.f = f};

    assert_works(f, store_changes_since(f->store, "advertiser", 0, write_meanwhile, &busy, &f->err));
    assert_true(busy.wrote);
    assert_int_equal(busy.seen, 7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(whole_courses_of_what_changed_or_is_not_ok),       TEST(from_the_beginning_it_is_all),
        TEST(a_callback_ends_the_walk_without_a_sentence),      TEST(the_history_begins_with_its_oldest_event),
        TEST(another_process_writes_meanwhile_and_is_not_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
