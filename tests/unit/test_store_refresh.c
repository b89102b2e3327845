/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Refreshes of tokens: an intent outlives its process, and a result follows it. */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 256 };

static bool write_row(void *arg, const struct store_refresh *row)
{
    (void)snprintf(arg, TEXT_BYTES, "%lld-%lld %s %s/%s %d:%lld %s %s %lld; %lld %lld, %lld %lld %s",
                   (long long)row->began_ms, (long long)row->ended_ms, row->result, row->said.cause,
                   row->said.scope, row->said.has_code, (long long)row->said.code, row->said.message,
                   row->said.request_id, (long long)row->said.http_status, (long long)row->failures,
                   (long long)row->lost, (long long)row->expires, (long long)row->refresh_expires, row->stamp);
    return true;
}

static void assert_row(struct fixture *f, const char *app, const char *token, const char *expected)
{
    char text[TEXT_BYTES] = "none";

    assert_works(f, store_load_refresh(f->store, app, token, write_row, text, &f->err));
    assert_string_equal(text, expected);
}

static bool leave_an_intent(struct fixture *f)
{
    fixture_open(f, STORE_WRITE);
    return store_put_refresh(
        f->store, "main", "a",
        &(struct store_refresh){
            .began_ms = 5000, .ended_ms = 4000, .result = "done", .expires = 9, .stamp = "1:2:3"},
        &f->err);
}

static void an_intent_outlives_its_process(void **state)
{
    struct fixture *f = *state;

    assert_works(f, fixture_in_child(f, leave_an_intent));
    fixture_open(f, STORE_WRITE);
    assert_row(f, "main", "a", "5000-4000 done / 0:0   0; 0 0, 9 0 1:2:3");
    assert_row(f, "main", "b", "none");
    assert_row(f, "other", "a", "none");
}

static void a_result_replaces_the_row_whole(void **state)
{
    struct fixture *f = *state;

    assert_works(f, leave_an_intent(f));
    assert_works(f, store_put_refresh(f->store, "main", "a",
                                      &(struct store_refresh){
                                          .began_ms = 5000,
                                          .ended_ms = 6000,
                                          .result = "refused",
                                          .said = {.cause = "token_revoked",
                                                   .scope = "token",
                                                   .has_code = true,
                                                   .code = 40107,
                                                   .message = "invalid",
                                                   .request_id = "r1",
                                                   .http_status = 200},
                                          .failures = 1,
                                          .lost = 2,
                                          .refresh_expires = 10,
                                      },
                                      &f->err));
    assert_row(f, "main", "a", "5000-6000 refused token_revoked/token 1:40107 invalid r1 200; 1 2, 0 10 ");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_intent_outlives_its_process, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(a_result_replaces_the_row_whole, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
