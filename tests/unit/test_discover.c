/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/discover: what is new, gone and unowned, and that half an answer says nothing. */
#include "probe/discover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "ext/store.h"
#include "probe_fixture.h"
#include "scratch.h"

#define LIST "/oauth2/advertiser/get/"
#define ONE(id, name) "{\"advertiser_id\":\"" id "\",\"advertiser_name\":\"" name "\"}"
#define LISTED(items) "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"list\":[" items "]}}"

static const char DEAD[] = "{\"code\":40105,\"message\":\"Access token is incorrect or has been revoked.\","
                           "\"request_id\":\"r\",\"data\":{}}";
static const char ROWS[] = "advertiser_id,name,token,owner,until\n"
                           "11,Eleven,one,me,\n"
                           "12,Twelve,one,,\n"
                           "13,Both,one two,me,\n"
                           "14,Over,one,,2020-01-01\n";

static struct setup *load(void)
{
    probe_file("a.csv", ROWS);
    return probe_setup(probe_config("[inventory]\nfile = a.csv\n"), false, false);
}

/* "new main/15 Name [one two]; gone main/12 ..." */
static const char *shown(const struct setup *setup, const struct discover *discover)
{
    static const char *const KIND[] = {"new", "gone", "unowned"};
    static char text[8192];
    const struct config *config = setup_config(setup);
    const struct discover_item *item;
    size_t count = discover_items(discover, &item), len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %s/%s %s [", KIND[item[i].kind],
                                config->app[item[i].app].name, item[i].id, item[i].name);
        for (size_t k = 0; k < item[i].token_count; k++)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", k ? " " : "",
                                    config->token[item[i].token[k]].name);
        len += (size_t)snprintf(text + len, sizeof(text) - len, "]; ");
    }
    return text;
}

static struct discover *run(struct fake_api *api, const struct setup *setup, const char *app)
{
    struct err err = {.text = ""};
    struct discover *discover = discover_run(&api->env, setup, &(struct discover_options){.app = app}, &err);

    if (!discover)
        fail_msg("discover_run: %s", err.text);
    return discover;
}

static void finds_what_is_new_gone_and_unowned(void **state)
{
    struct setup *setup = load();
    const struct discover_token *token;
    struct discover *discover;
    struct fake_api api;

    (void)state;
    fake_api(&api);
    fake_reply(&api, "token-of-one", LIST,
               LISTED(ONE("11", "Eleven") "," ONE("16", "Sixteen") "," ONE("15", "Fifteen")));
    fake_reply(&api, "token-of-two", LIST, LISTED(ONE("13", "B") "," ONE("15", "Fifteen")));
    discover = run(&api, setup, NULL);
    assert_string_equal(shown(setup, discover), "new main/15 Fifteen [one two]; new main/16 Sixteen [one]; "
                                                "gone main/12 Twelve [one]; unowned main/12 Twelve [one]; ");
    assert_int_equal(discover_tokens(discover, &token), 2);
    assert_true(token[0].listed && token[1].listed);
    assert_int_equal(token[0].covered, 3);
    assert_int_equal(api.asked, 2);
    assert_string_equal(discover_store_fault(discover), "");
    discover_free(discover);
    setup_free(setup);
}

static void a_token_that_cannot_be_listed_hides_nothing_and_says_why(void **state)
{
    struct setup *setup = load();
    const struct discover_token *token;
    struct discover *discover;
    struct fake_api api;

    (void)state;
    fake_api(&api);
    fake_reply(&api, "token-of-one", LIST, LISTED(ONE("15", "Fifteen")));
    fake_reply(&api, "token-of-two", LIST, DEAD);
    discover = run(&api, setup, NULL);
    /* 13 might be on the list of two, so it is not gone. */
    assert_string_equal(shown(setup, discover), "new main/15 Fifteen [one]; gone main/11 Eleven [one]; "
                                                "gone main/12 Twelve [one]; unowned main/12 Twelve [one]; ");
    assert_int_equal(discover_tokens(discover, &token), 2);
    assert_false(token[1].listed);
    assert_non_null(strstr(token[1].why.text, "[40105]"));
    discover_free(discover);
    setup_free(setup);
}

static void a_damaged_list_counts_for_nothing(void **state)
{
    static const char *const BAD[] = {
        LISTED(ONE("15", "Fifteen") ",{\"advertiser_id\":16}"),
        LISTED(ONE("15", "Fifteen") "," ONE("x6", "Letters")),
        "{\"code\":0,\"message\":\"OK\",\"data\":{}}",
        "{\"code\":0,\"message\":\"OK\",\"data\":{\"list\":[{\"advertiser_id\":\"15\"}",
        "<html>502</html>",
        "",
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++) {
        struct setup *setup = load();
        const struct discover_token *token;
        struct discover *discover;
        struct fake_api api;

        fake_api(&api);
        fake_reply(&api, NULL, LIST, BAD[i]);
        discover = run(&api, setup, NULL);
        assert_string_equal(shown(setup, discover), "unowned main/12 Twelve [one]; ");
        assert_int_equal(discover_tokens(discover, &token), 2);
        assert_false(token[0].listed);
        assert_true(token[0].why.text[0]);
        discover_free(discover);
        setup_free(setup);
    }
}

static void tokens_without_discovery_are_left_alone(void **state)
{
    const char *path;
    const struct discover_token *token;
    struct discover *discover;
    struct setup *setup;
    struct fake_api api;

    (void)state;
    probe_file("a.csv", ROWS);
    path = probe_config("[inventory]\nfile = a.csv\n[app bare]\napp_id = 5\n"
                        "[token of-bare]\napp = bare\ntoken_file = one.token\n"
                        "[token shy]\napp = main\ntoken_file = one.token\ndiscover = no\n"
                        "[token broken]\napp = nowhere\ntoken_file = one.token\n");
    setup = probe_setup(path, false, false);
    fake_api(&api);
    fake_reply(&api, NULL, LIST, LISTED(ONE("11", "Eleven")));
    discover = run(&api, setup, NULL);
    assert_int_equal(api.asked, 2);
    assert_int_equal(discover_tokens(discover, &token), 4);
    assert_false(token[2].listed);
    assert_non_null(strstr(token[2].why.text, "secret_file"));
    assert_false(token[3].listed);
    assert_non_null(strstr(token[3].why.text, "fault"));
    discover_free(discover);
    /* One app alone. */
    discover = run(&api, setup, "bare");
    assert_int_equal(api.asked, 2);
    assert_string_equal(shown(setup, discover), "");
    discover_free(discover);
    setup_free(setup);
}

static void one_account_under_two_apps_is_two(void **state)
{
    struct discover *discover;
    struct setup *setup;
    struct fake_api api;

    (void)state;
    probe_file("a.csv", ROWS);
    setup =
        probe_setup(probe_config("[inventory]\nfile = a.csv\n[app second]\napp_id = 5\nsecret_file = main.secret\n"
                                 "[token far]\napp = second\ntoken_file = far.token\n"),
                    false, false);
    probe_secret("far.token", "token-of-far");
    fake_api(&api);
    fake_reply(&api, "token-of-far", LIST, LISTED(ONE("11", "Eleven")));
    fake_reply(&api, NULL, LIST, LISTED(ONE("11", "Eleven") "," ONE("12", "T") "," ONE("13", "B")));
    discover = run(&api, setup, NULL);
    assert_string_equal(shown(setup, discover), "new second/11 Eleven [far]; unowned main/12 Twelve [one]; ");
    discover_free(discover);
    setup_free(setup);
}

static void retired_ones_are_neither_offered_nor_missed(void **state)
{
    struct setup *setup = load();
    struct err err = {.text = ""};
    struct store *store = store_open(setup_config(setup)->store_path, STORE_WRITE, &err);
    struct discover *discover;
    struct fake_api api;

    (void)state;
    assert_true(store_retire(store, "main", "12", 1, "me", &err));
    assert_true(store_retire(store, "main", "15", 1, "me", &err));
    store_close(store);
    fake_api(&api);
    fake_reply(&api, NULL, LIST, LISTED(ONE("11", "Eleven") "," ONE("13", "B") "," ONE("15", "Fifteen")));
    discover = run(&api, setup, NULL);
    assert_string_equal(shown(setup, discover), "");
    discover_free(discover);
    setup_free(setup);
}

static void an_unknown_app_is_an_error(void **state)
{
    struct setup *setup = load();
    struct err err = {.text = ""};
    struct fake_api api;

    (void)state;
    fake_api(&api);
    assert_null(discover_run(&api.env, setup, &(struct discover_options){.app = "none"}, &err));
    assert_non_null(strstr(err.text, "'none'"));
    setup_free(setup);
}

static void without_a_store_it_asks_once_and_says_so(void **state)
{
    struct setup *setup = load();
    struct discover *discover;
    struct fake_api api;

    (void)state;
    probe_file("state.db",
               "this is no database, and long enough to be looked at as one, with more than 100 bytes in "
               "it, to be sure");
    fake_api(&api);
    fake_reply(&api, NULL, LIST, LISTED(ONE("11", "Eleven")));
    discover = run(&api, setup, NULL);
    assert_true(discover_store_fault(discover)[0]);
    assert_int_equal(api.asked, 2);
    discover_free(discover);
    setup_free(setup);
}

static void the_same_id_twice_on_a_list_is_one(void **state)
{
    struct setup *setup = load();
    struct discover *discover;
    struct fake_api api;

    (void)state;
    fake_api(&api);
    fake_reply(&api, NULL, LIST,
               LISTED(ONE("15", "F") "," ONE("15", "F") "," ONE("11", "") "," ONE("12", "") "," ONE("13", "")));
    discover = run(&api, setup, NULL);
    assert_string_equal(shown(setup, discover), "new main/15 F [one two]; unowned main/12 Twelve [one]; ");
    discover_free(discover);
    setup_free(setup);
}

static bool run_once(void *arg)
{
    const struct setup *setup = arg;
    struct err err = {.text = ""};
    struct fake_api api;
    struct discover *discover;

    fake_api(&api);
    fake_reply(&api, NULL, LIST, LISTED(ONE("11", "Eleven") "," ONE("15", "Fifteen")));
    discover = discover_run(&api.env, setup, &(struct discover_options){.app = NULL}, &err);
    assert_true(discover || err.text[0]);
    discover_free(discover);
    return discover != NULL;
}

static void survives_every_failing_allocation(void **state)
{
    struct setup *setup = load();

    (void)state;
    assert_true(run_once(setup));
    assert_true(alloc_fail_each_lenient(run_once, setup) > 10);
    setup_free(setup);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_what_is_new_gone_and_unowned), TEST(a_token_that_cannot_be_listed_hides_nothing_and_says_why),
        TEST(a_damaged_list_counts_for_nothing),  TEST(tokens_without_discovery_are_left_alone),
        TEST(one_account_under_two_apps_is_two),  TEST(retired_ones_are_neither_offered_nor_missed),
        TEST(an_unknown_app_is_an_error),         TEST(without_a_store_it_asks_once_and_says_so),
        TEST(the_same_id_twice_on_a_list_is_one), TEST(survives_every_failing_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
