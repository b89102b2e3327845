/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/history: whose events come, in which order, how many. */
#include "probe/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "probe_fixture.h"
#include "scratch.h"

struct seen {
    char text[4096];
    size_t count;
};

static bool see(void *arg, const struct store_event *event)
{
    struct seen *seen = arg;
    size_t len = strlen(seen->text);

    snprintf(seen->text + len, sizeof(seen->text) - len, "%s/%s/%s@%lld ", event->kind, event->app, event->object,
             (long long)event->at);
    seen->count++;
    return true;
}

static void add(struct store *store, int64_t at, const char *kind, const char *app, const char *object)
{
    struct err err = {.text = ""};
    const struct store_event event = {.at = at,
                                      .kind = kind,
                                      .app = app,
                                      .object = object,
                                      .state = "critical",
                                      .old_state = "ok",
                                      .cause = "revoked",
                                      .old_cause = "authorized"};

    assert_true(store_commit_verdicts(store, NULL, 0, &event, 1, &err));
}

static struct setup *with_events(void)
{
    struct err err = {.text = ""};
    struct setup *setup = probe_setup(probe_config(""), false, false);
    struct store *store = store_open(setup_config(setup)->store_path, STORE_WRITE, &err);

    assert_non_null(store);
    add(store, 100, "advertiser", "main", "11");
    add(store, 200, "advertiser", "other", "11");
    add(store, 300, "token", "main", "one");
    add(store, 400, "api", "", "");
    add(store, 500, "advertiser", "main", "11");
    add(store, 600, "app", "main", "main");
    store_close(store);
    return setup;
}

static struct seen read_events(const struct setup *setup, const char *id, const char *app, size_t most)
{
    struct seen seen = {.count = 0};
    struct err err = {.text = ""};

    assert_true(history_read(setup_config(setup), &(struct history_options){.id = id, .app = app, .most = most},
                             see, &seen, &err));
    return seen;
}

static void newest_first_and_no_more_than_asked_for(void **state)
{
    struct setup *setup = with_events();

    (void)state;
    assert_string_equal(read_events(setup, "11", NULL, 50).text,
                        "advertiser/main/11@500 advertiser/other/11@200 advertiser/main/11@100 ");
    assert_string_equal(read_events(setup, "11", NULL, 1).text, "advertiser/main/11@500 ");
    assert_string_equal(read_events(setup, "11", "other", 50).text, "advertiser/other/11@200 ");
    setup_free(setup);
}

static void names_of_tokens_apps_and_the_api(void **state)
{
    struct setup *setup = with_events();

    (void)state;
    assert_string_equal(read_events(setup, "one", NULL, 50).text, "token/main/one@300 ");
    assert_string_equal(read_events(setup, "main", NULL, 50).text, "app/main/main@600 ");
    assert_string_equal(read_events(setup, "api", NULL, 50).text, "api//@400 ");
    assert_int_equal(read_events(setup, "12", NULL, 50).count, 0);
    assert_int_equal(read_events(setup, "' OR 1=1 --", NULL, 50).count, 0);
    setup_free(setup);
}

static void without_a_store_it_says_why(void **state)
{
    struct setup *setup = probe_setup(probe_config(""), false, false);
    struct seen seen = {.count = 0};
    struct err err = {.text = ""};

    (void)state;
    assert_false(
        history_read(setup_config(setup), &(struct history_options){.id = "11", .most = 5}, see, &seen, &err));
    assert_true(err.text[0]);
    assert_int_equal(access(scratch_path("state.db"), F_OK), -1);
    setup_free(setup);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(newest_first_and_no_more_than_asked_for),
        TEST(names_of_tokens_apps_and_the_api),
        TEST(without_a_store_it_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
