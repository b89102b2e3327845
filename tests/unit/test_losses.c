/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/losses: the history's changes as losses, with owner and client of the snapshot. */
#include "probe/losses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "board_fixture.h"
#include "ext/store.h"
#include "probe_fixture.h"
#include "scratch.h"

static const char LOST[] = "7502022393087590401";

static void add(struct store *store, int64_t at, const char *id, const char *state, const char *cause)
{
    struct err err = {.text = ""};
    const struct store_verdict verdict = {
        .kind = "advertiser", .app = "main", .id = id, .state = state, .cause = cause};
    const struct store_event event = {.at = at,
                                      .kind = "advertiser",
                                      .app = "main",
                                      .object = id,
                                      .name = "Acme",
                                      .state = state,
                                      .old_state = "ok",
                                      .cause = cause,
                                      .old_cause = "authorized",
                                      .root_kind = "advertiser",
                                      .root_id = id};

    assert_true(store_commit_verdicts(store, &verdict, 1, &event, 1, &err));
}

static void losses_of_a_store(void **state)
{
    struct setup *setup = probe_setup(probe_config(""), false, false);
    struct store *store = store_open(setup_config(setup)->store_path, STORE_WRITE, NULL);
    struct err err = {.text = ""};
    struct board_fixture f;
    struct losses losses;

    (void)state;
    assert_non_null(store);
    add(store, 100, LOST, "ok", "authorized");
    add(store, 200, LOST, "critical", "revoked");
    add(store, 250, LOST, "critical", "a cause of another release");
    add(store, 300, LOST, "ok", "authorized");
    add(store, 400, "8", "critical", "deleted");
    store_close(store);
    board_fixture(&f);
    assert_true(losses_read(setup_config(setup), board_fixture_snapshot(&f), 150, &losses, &err));
    assert_int_equal(losses.begins, 100);
    assert_int_equal(losses.count, 2);
    assert_string_equal(losses.item[0].id, LOST);
    assert_int_equal(losses.item[0].lost_at, 200);
    assert_int_equal(losses.item[0].ended_at, 300);
    assert_string_equal(losses.item[0].owner, "team-emea");
    assert_string_equal(losses.item[0].client, "Acme");
    assert_string_equal(losses.item[1].id, "8");
    assert_int_equal(losses.item[1].end, LOSS_OPEN);
    assert_string_equal(losses.item[1].owner, "");
    losses_free(&losses);
    board_fixture_free(&f);
    setup_free(setup);
}

static void without_a_store_it_says_why(void **state)
{
    struct setup *setup = probe_setup(probe_config(""), false, false);
    struct err err = {.text = ""};
    struct losses losses;

    (void)state;
    assert_false(losses_read(setup_config(setup), NULL, 0, &losses, &err));
    assert_true(err.text[0]);
    assert_int_equal(access(scratch_path("state.db"), F_OK), -1);
    losses_free(&losses);
    setup_free(setup);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(losses_of_a_store),
        TEST(without_a_store_it_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
