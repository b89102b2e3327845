/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Links that are used once, exchanges, hand-overs, scopes. */
#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct store_link link = {.digest = "d1",
                                       .app = "main",
                                       .token = "one",
                                       .advertiser_id = "7",
                                       .who = "alice",
                                       .made = 10,
                                       .expires = 20};
static const struct store_exchange exchange = {
    .app = "main", .token = "one", .advertiser_id = "7", .who = "bob", .began = 15};

static void note_link(void *arg, const struct store_link *row)
{
    (void)snprintf(arg, 128, "%s %s/%s/%s %s %lld-%lld used %lld", row->digest, row->app, row->token,
                   row->advertiser_id, row->who, (long long)row->made, (long long)row->expires,
                   (long long)row->used);
}

static void assert_link(struct fixture *f, const char *digest, const char *expected)
{
    char text[128] = "";
    assert_works(f, store_find_link(f->store, digest, note_link, text, &f->err));
    assert_string_equal(text, expected);
}

static bool list_exchange(void *arg, const struct store_exchange *row)
{
    char *list = arg;
    size_t len = strlen(list);
    (void)snprintf(list + len, 128 - len, "%s/%s/%s %s %lld;", row->app, row->token, row->advertiser_id, row->who,
                   (long long)row->began);
    return true;
}

static void assert_exchanges(struct fixture *f, const char *expected)
{
    char list[128] = "";
    assert_works(f, store_each_exchange(f->store, list_exchange, list, &f->err));
    assert_string_equal(list, expected);
}

static bool begin(struct fixture *f, const char *digest, int64_t at)
{
    struct store_exchange now = exchange;
    bool fresh = false;
    now.began = at;
    assert_works(f, store_begin_exchange(f->store, digest, &now, &fresh, &f->err));
    return fresh;
}

static void a_link_is_used_once(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_add_link(f->store, &link, 0, &f->err));
    assert_link(f, "d1", "d1 main/one/7 alice 10-20 used 0");
    assert_link(f, "d2", "");
    assert_false(begin(f, "d2", 15));
    assert_exchanges(f, "");
    assert_true(begin(f, "d1", 15));
    assert_exchanges(f, "main/one/7 bob 15;");
    assert_link(f, "d1", "d1 main/one/7 alice 10-20 used 15");
    assert_false(begin(f, "d1", 16));
    assert_exchanges(f, "main/one/7 bob 15;");
    assert_works(f, store_end_exchange(f->store, "main", "one", &f->err));
    assert_exchanges(f, "");
    assert_false(begin(f, "d1", 17));
    assert_works(f, store_renew_link(f->store, "d1", &f->err));
    assert_true(begin(f, "d1", 18));
}

static void links_end(void **state)
{
    struct fixture *f = *state;
    struct store_link other = link;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_add_link(f->store, &link, 0, &f->err));
    assert_false(begin(f, "d1", 20));
    other.digest = "d2";
    other.expires = 40;
    assert_works(f, store_add_link(f->store, &other, 20, &f->err));
    assert_link(f, "d1", "d1 main/one/7 alice 10-20 used 0");
    other.digest = "d3";
    assert_works(f, store_add_link(f->store, &other, 21, &f->err));
    assert_link(f, "d1", "");
    assert_false(store_add_link(f->store, &other, 0, &f->err)); /* the same state twice never happens */
}

/* What two callbacks at once come to: one process wins. */
static bool use_link(struct fixture *f)
{
    bool fresh = false;
    struct store *store = store_open(f->path, STORE_WRITE, &f->err);
    return store && store_begin_exchange(store, "d1", &exchange, &fresh, &f->err) && fresh;
}

static void a_link_is_used_by_one_process(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_add_link(f->store, &link, 0, &f->err));
    fixture_close(f);
    assert_true(fixture_in_child(f, use_link));
    assert_false(fixture_in_child(f, use_link));
}

static void without_a_link_an_exchange_begins(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_true(begin(f, NULL, 15));
    assert_true(begin(f, NULL, 16));
    assert_exchanges(f, "main/one/7 bob 16;");
}

static bool list_handover(void *arg, const struct store_handover *row)
{
    char *list = arg;
    size_t len = strlen(list);
    (void)snprintf(list + len, 128 - len, "%s/%s %lld %s;", row->app, row->token, (long long)row->since, row->why);
    return true;
}

static void handovers_wait_until_they_are_done(void **state)
{
    struct fixture *f = *state;
    char list[128] = "";
    fixture_open(f, STORE_WRITE);
    const struct store_handover one = {"main", "one", 5, "exit status 1"}, two = {"main", "two", 6, ""};
    assert_works(f, store_put_handover(f->store, &two, &f->err));
    assert_works(f, store_put_handover(f->store, &one, &f->err));
    assert_works(f, store_each_handover(f->store, list_handover, list, &f->err));
    assert_string_equal(list, "main/one 5 exit status 1;main/two 6 ;");
    assert_works(f, store_end_handover(f->store, "main", "one", &f->err));
    list[0] = '\0';
    assert_works(f, store_each_handover(f->store, list_handover, list, &f->err));
    assert_string_equal(list, "main/two 6 ;");
}

static void scopes_are_kept(void **state)
{
    struct fixture *f = *state;
    char *scope = NULL;
    int64_t at = -1;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_get_scope(f->store, "main", "one", &at, &scope, &f->err));
    assert_null(scope);
    assert_works(f, store_set_scope(f->store, "main", "one", 5, "1 4", &f->err));
    assert_works(f, store_set_scope(f->store, "main", "one", 6, "1 4 9", &f->err));
    assert_works(f, store_get_scope(f->store, "main", "one", &at, &scope, &f->err));
    assert_string_equal(scope, "1 4 9");
    assert_int_equal(at, 6);
    free(scope);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(a_link_is_used_once),
        TEST(links_end),
        TEST(a_link_is_used_by_one_process),
        TEST(without_a_link_an_exchange_begins),
        TEST(handovers_wait_until_they_are_done),
        TEST(scopes_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
