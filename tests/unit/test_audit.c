/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/audit: a repair is an event that changes no state, safe to show, with who did it. */
#include "probe/audit.h"

#include "store_fixture.h"

#include <stdlib.h>
#include <string.h>

static bool check_whole(void *arg, const struct store_event *event)
{
    assert_int_equal(event->at, 77);
    assert_string_equal(event->kind, "token");
    assert_string_equal(event->app, "main");
    assert_string_equal(event->object, "emea");
    assert_string_equal(event->name, "");
    assert_string_equal(event->state, "critical");
    assert_string_equal(event->old_state, "critical");
    assert_string_equal(event->cause, "token_revoked");
    assert_string_equal(event->note, "re-authorized: covers 75 advertisers");
    assert_string_equal(event->who, "remote 192.0.2.7");
    ++*(int *)arg;
    return true;
}

static void a_repair_is_an_event_of_the_state_that_stands(void **state)
{
    struct fixture *f = *state;
    const struct store_verdict dead[] = {
        {.kind = "token", .app = "other", .id = "emea", .state = "ok", .cause = "authorized"},
        {.kind = "token", .app = "main", .id = "emea", .state = "critical", .cause = "token_revoked"},
    };
    char who[AUDIT_WHO_MAX];
    int seen = 0;

    fixture_open(f, STORE_WRITE);
    assert_works(f, store_commit_verdicts(f->store, dead, 2, NULL, 0, &f->err));
    audit_remote("192.0.2.7", who);
    assert_works(f, audit_record(f->store,
                                 &(struct audit){.at = 77,
                                                 .kind = "token",
                                                 .app = "main",
                                                 .object = "emea",
                                                 .who = who,
                                                 .what = "re-authorized",
                                                 .result = "covers 75 advertisers"},
                                 &f->err));
    assert_works(f, store_history(f->store, NULL, NULL, "emea", 10, check_whole, &seen, &f->err));
    assert_int_equal(seen, 1);
}

static bool check_safe(void *arg, const struct store_event *event)
{
    assert_true(strlen(event->note) <= AUDIT_NOTE_MAX);
    assert_true(strlen(event->who) < AUDIT_WHO_MAX);
    assert_null(strpbrk(event->note, "\033\n"));
    assert_null(strpbrk(event->who, "\033\n"));
    assert_string_equal(event->state, "");
    ++*(int *)arg;
    return true;
}

static void hostile_words_are_escaped_and_cut(void **state)
{
    struct fixture *f = *state;
    char much[2001];
    int seen = 0;

    memset(much, 'x', sizeof(much) - 1);
    much[sizeof(much) - 1] = '\0';
    memcpy(much, "\033[31m\n", 6);
    fixture_open(f, STORE_WRITE);
    assert_works(f, audit_record(f->store,
                                 &(struct audit){.at = 1,
                                                 .kind = "advertiser",
                                                 .app = "main",
                                                 .object = "7",
                                                 .who = much,
                                                 .what = much,
                                                 .result = much},
                                 &f->err));
    assert_works(f, store_history(f->store, NULL, NULL, "7", 10, check_safe, &seen, &f->err));
    assert_int_equal(seen, 1);
}

static void a_local_user_has_a_name(void **state)
{
    char who[AUDIT_WHO_MAX] = "";

    (void)state;
    (void)unsetenv("SUDO_USER");
    audit_local(who);
    assert_true(who[0] != '\0');
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(a_repair_is_an_event_of_the_state_that_stands),
        TEST(hostile_words_are_escaped_and_cut),
        TEST(a_local_user_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
