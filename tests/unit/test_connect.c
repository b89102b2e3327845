/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/connect: links, callbacks and exchanges against an API that answers from a list. */
#include "probe/connect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ext/store.h"
#include "probe_fixture.h"
#include "scratch.h"

static const char EXCHANGE[] = "/oauth2/access_token/", LIST[] = "/oauth2/advertiser/get/";
#define NEW_TOKEN                                                                                          \
    "{\"code\":0,\"message\":\"OK\",\"data\":{\"access_token\":\"brand-new\",\"advertiser_ids\":[\"11\"]," \
    "\"scope\":[1,4]}}"
#define LIST_OF(ids) "{\"code\":0,\"message\":\"OK\",\"data\":{\"list\":[" ids "]}}"
#define ITEM(id) "{\"advertiser_id\":\"" id "\",\"advertiser_name\":\"x\"}"
#define FAULT "{\"code\":50000,\"message\":\"Internal error\",\"data\":{}}"
#define DEAD "{\"code\":40105,\"message\":\"Access token is incorrect or has been revoked.\",\"data\":{}}"

/* "main" with a redirect_uri, an inventory of 11 and 22 under token "one", and quick confirmation. */
static const char *config(void)
{
    static char text[4096];
    const char *path = probe_config("[sweep]\nconfirm_delay = 0\n[inventory]\nfile = a.csv\n");
    const char *old = probe_read("t.conf"), *behind = strstr(old, "tier = ultimate");

    assert_non_null(behind);
    (void)snprintf(text, sizeof(text), "%.*sredirect_uri = http://127.0.0.1:8765/cb\n%s", (int)(behind - old), old,
                   behind);
    (void)probe_file("a.csv",
                     "advertiser_id,name,token,owner,client\n11,Eleven,one,me,Acme & Co\n22,Two,one,me,\n");
    (void)path;
    return probe_file("t.conf", text);
}

static struct connect_target target_of(const char *path, const char *token, const char *advertiser)
{
    struct setup *setup = probe_setup(path, false, false);
    struct connect_target target;
    struct err err = {""};

    if (!connect_target_find(setup, token, NULL, advertiser, &target, &err))
        fail_msg("%s", err.text);
    setup_free(setup);
    return target;
}

/* The callback's query for a link that is made now. */
static const char *link_for(const char *path, const struct connect_target *target)
{
    static char query[256];
    struct setup *setup = probe_setup(path, false, false);
    char url[CONNECT_URL_MAX];
    const char *state;
    struct err err = {""};

    if (!connect_begin(setup, target, "alice", PROBE_NOW, url, &err))
        fail_msg("%s", err.text);
    setup_free(setup);
    assert_non_null(strstr(url, "http://127.0.0.1:1/portal/auth?app_id=7055107885017071618&state="));
    state = strstr(url, "&state=") + 7;
    (void)snprintf(query, sizeof(query), "auth_code=the-code&state=%.*s", (int)strcspn(state, "&"), state);
    return query;
}

static struct connect_outcome *finish(const char *path, struct fake_api *api, const char *query)
{
    static struct connect_outcome out;

    connect_finish(path, &api->env, &(struct connect_callback){.query = query, .who = "remote 192.0.2.7"}, &out);
    assert_true(out.text[0] && out.plain[0]);
    return &out;
}

static void nothing_of_the_code_is_kept(void)
{
    static const char *const name[] = {"state.db", "state.db-wal", "snapshot", "tokens.own"};

    for (size_t i = 0; i < TTA_LEN(name); i++) {
        char bytes[1 << 16];
        FILE *file = fopen(scratch_path(name[i]), "re");
        size_t len = file ? fread(bytes, 1, sizeof(bytes), file) : 0;

        if (file)
            fclose(file);
        assert_null(memmem(bytes, len, "the-code", 8));
        assert_null(memmem(bytes, len, "brand-new", 9));
    }
}

static void the_new_token_replaces_the_old(void **state)
{
    const char *path = config();
    struct connect_target target = target_of(path, "one", NULL);
    struct fake_api api;
    struct connect_outcome *out;
    const char *query;

    (void)state;
    fake_api(&api);
    fake_reply(&api, NULL, EXCHANGE, NEW_TOKEN);
    fake_reply(&api, "brand-new", LIST, LIST_OF(ITEM("11") "," ITEM("22")));
    fake_reply(&api, "token-of-one", LIST, LIST_OF(ITEM("11")));
    query = link_for(path, &target);
    out = finish(path, &api, query);
    assert_int_equal(out->end, CONNECT_REPLACED);
    assert_true(connect_worked(out) && out->changed && out->swept && out->authorized);
    assert_int_equal(out->covered, 2);
    assert_int_equal(out->hand, HAND_NOBODY);
    assert_string_equal(probe_read("one.token"), "brand-new\n");
    assert_non_null(strstr(out->text, "Your own software still uses the old token"));
    nothing_of_the_code_is_kept();
    /* The same callback once more. */
    out = finish(path, &api, query);
    assert_int_equal(out->end, CONNECT_REPLAYED);
}

static void a_narrower_one_is_kept_beside_it(void **state)
{
    const char *path = config();
    struct connect_target target = target_of(path, NULL, "11");
    struct fake_api api;
    struct connect_outcome *out;
    struct setup *setup;
    struct stat st;

    (void)state;
    assert_string_equal(target.token, "one");
    fake_api(&api);
    fake_reply(&api, NULL, EXCHANGE, NEW_TOKEN);
    fake_reply(&api, "brand-new", LIST, LIST_OF(ITEM("11")));
    fake_reply(&api, "token-of-one", LIST, LIST_OF(ITEM("22")));
    fake_reply(&api, "token-of-one", "/advertiser/info/",
               "{\"code\":40001,\"message\":\"No permission\",\"data\":{}}");
    out = finish(path, &api, link_for(path, &target));
    assert_int_equal(out->end, CONNECT_KEPT);
    assert_string_equal(out->own, "one-acme-co");
    assert_true(out->authorized);
    assert_non_null(strstr(out->lines, "[token one-acme-co]\napp = main\ntoken_file = "));
    assert_non_null(strstr(out->lines, "# 11 Eleven\n"));
    assert_null(strstr(out->lines, "22"));
    assert_string_equal(probe_read("one.token"), "token-of-one\n");
    assert_string_equal(probe_read("tokens/one-acme-co"), "brand-new\n");
    assert_int_equal(stat(scratch_path("tokens/one-acme-co"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    setup = probe_setup(path, false, false);
    assert_int_not_equal(config_find_token(setup_config(setup), "one-acme-co"), SIZE_MAX);
    setup_free(setup);
    nothing_of_the_code_is_kept();
}

/* The old token's list leaves one out for a moment: it is asked about, and stays covered. */
static void a_list_that_is_short_for_a_moment_loses_nothing(void **state)
{
    const char *path = config();
    struct connect_target target = target_of(path, "one", NULL);
    struct fake_api api;
    struct connect_outcome *out;
    struct err err = {""};
    struct store *store;
    const struct store_grant grant = {
        .advertiser_id = "22", .status = "covered", .cause = "authorized", .since = 1};
    const struct store_token row = {.status = "alive", .since = 1};

    (void)state;
    store = store_open(scratch_path("state.db"), STORE_WRITE, &err);
    assert_non_null(store);
    assert_true(store_commit_step(
        store,
        &(struct store_step){.app = "main", .token = "one", .row = &row, .grants = &grant, .grant_count = 1},
        &err));
    store_close(store);
    fake_api(&api);
    fake_reply(&api, NULL, EXCHANGE, NEW_TOKEN);
    fake_reply(&api, "brand-new", LIST, LIST_OF(ITEM("11")));
    fake_reply(&api, "token-of-one", LIST, LIST_OF(ITEM("11")));
    fake_reply(&api, "token-of-one", "/advertiser/info/",
               "{\"code\":0,\"message\":\"OK\",\"data\":{\"list\":[{\"advertiser_id\":\"22\",\"status\":\"STATUS_"
               "ENABLE\"}]}}");
    out = finish(path, &api, link_for(path, &target));
    assert_int_equal(out->end, CONNECT_KEPT);
    assert_string_equal(probe_read("one.token"), "token-of-one\n");
}

/* Neither TikTok's list nor its answer says what the new token covers: it waits, and goes on later. */
static void what_can_not_be_judged_waits(void **state)
{
    const char *path = config();
    struct connect_target target = target_of(path, "one", NULL);
    struct fake_api api;
    static struct connect_outcome later;
    struct connect_outcome *out;
    const struct store_exchange dead = {"main", "two", "", "alice", PROBE_NOW + 100};
    struct store *store;
    struct err err = {""};
    bool fresh;

    (void)state;
    fake_api(&api);
    fake_reply(&api, NULL, EXCHANGE, "{\"code\":0,\"message\":\"OK\",\"data\":{\"access_token\":\"brand-new\"}}");
    fake_reply(&api, NULL, LIST, FAULT);
    out = finish(path, &api, link_for(path, &target));
    assert_int_equal(out->end, CONNECT_UNSAVED);
    assert_false(out->changed);
    assert_string_equal(probe_read("one.token"), "token-of-one\n");
    assert_string_equal(probe_read("tokens/.new-one"), "brand-new\n\n");
    /* A second authorization does not push it aside. */
    assert_int_equal(finish(path, &api, link_for(path, &target))->end, CONNECT_UNSAVED);
    assert_true(connect_resume(path, &api.env, "one", "bob", &later));
    assert_int_equal(later.end, CONNECT_UNSAVED);
    assert_false(connect_resume(path, &api.env, NULL, "bob", &later));
    /* Nor does it keep another from coming to its end. */
    store = store_open(scratch_path("state.db"), STORE_WRITE, &err);
    assert_non_null(store);
    assert_true(store_begin_exchange(store, NULL, &dead, &fresh, &err));
    store_close(store);
    assert_true(connect_resume(path, &api.env, NULL, "bob", &later));
    assert_int_equal(later.end, CONNECT_SPENT);
    assert_string_equal(later.target.token, "two");
    assert_false(connect_resume(path, &api.env, NULL, "bob", &later));
    fake_api(&api);
    fake_reply(&api, "brand-new", LIST, LIST_OF(ITEM("11") "," ITEM("22")));
    fake_reply(&api, "token-of-one", LIST, DEAD);
    assert_false(connect_resume(path, &api.env, "two", "bob", &later));
    assert_true(connect_resume(path, &api.env, NULL, "bob", &later));
    assert_int_equal(later.end, CONNECT_REPLACED);
    assert_string_equal(probe_read("one.token"), "brand-new\n");
    assert_int_equal(access(scratch_path("tokens/.new-one"), F_OK), -1);
    assert_false(connect_resume(path, &api.env, NULL, "bob", &later));
}

static void answers_never_show_the_code(void **state)
{
    const char *path = config();
    struct connect_target target = target_of(path, "one", NULL);
    struct fake_api api;
    struct connect_outcome *out;

    (void)state;
    fake_api(&api);
    fake_reply(&api, NULL, EXCHANGE,
               "{\"code\":40110,\"message\":\"The auth_code the-code is expired.\",\"data\":{}}");
    out = finish(path, &api, link_for(path, &target));
    assert_int_equal(out->end, CONNECT_CODE_REFUSED);
    assert_null(strstr(out->text, "the-code"));
    assert_non_null(strstr(out->text, "[40110]"));
    nothing_of_the_code_is_kept();
    fake_api(&api);
    fake_reply(&api, NULL, EXCHANGE, "{\"code\":40113,\"message\":\"app_id is wrong\",\"data\":{}}");
    assert_int_equal(finish(path, &api, link_for(path, &target))->end, CONNECT_APP_REFUSED);
}

static void nothing_is_spent_without_a_connection(void **state)
{
    const char *path = config();
    struct connect_target target = target_of(path, "one", NULL);
    struct fake_api api;
    struct connect_outcome *out;
    const char *query;

    (void)state;
    fake_api(&api);
    fake_reply(&api, NULL, EXCHANGE, NULL);
    api.reply[0].outcome = HTTP_NO_CONNECT;
    api.reply[0].detail = "Connection refused";
    query = link_for(path, &target);
    out = finish(path, &api, query);
    assert_int_equal(out->end, CONNECT_NOT_NOW);
    assert_non_null(strstr(out->text, "Connection refused"));
    api.reply[0] = (struct fake_reply){.path = EXCHANGE, .outcome = HTTP_TIMED_OUT, .detail = "timed out"};
    assert_int_equal(finish(path, &api, query)->end, CONNECT_SPENT);
    assert_int_equal(finish(path, &api, query)->end, CONNECT_REPLAYED);
    assert_string_equal(probe_read("one.token"), "token-of-one\n");
}

static void targets_need_an_app_that_can_connect(void **state)
{
    static const struct {
        const char *token, *advertiser, *says;
    } ROW[] = {
        {"nobody", NULL, "there is no token 'nobody'"},
        {"one", "99", "99 is not in the inventory of app main"},
        {NULL, "99", "99 is not in the inventory"},
        {NULL, NULL, "neither a token nor an advertiser"},
        {"user", NULL, "of kind tt_user"},
        {"bare", NULL, "redirect_uri: is missing"},
        {"poor", NULL, "secret_file: is missing"},
    };
    const char *path = config();
    struct setup *setup;
    static char text[4096];

    (void)state;
    (void)snprintf(
        text, sizeof(text),
        "%s[token user]\napp = main\ntoken_file = u\nkind = tt_user\n[app b]\napp_id = 1\nsecret_file = s\n"
        "[token bare]\napp = b\ntoken_file = t\n[app p]\napp_id = 2\nredirect_uri = http://127.0.0.1/\n"
        "[token poor]\napp = p\ntoken_file = t\n",
        probe_read("t.conf"));
    path = probe_file("t.conf", text);
    setup = probe_setup(path, false, false);
    for (size_t i = 0; i < TTA_LEN(ROW); i++) {
        struct connect_target target;
        struct err err = {""};

        assert_false(connect_target_find(setup, ROW[i].token, NULL, ROW[i].advertiser, &target, &err));
        if (!strstr(err.text, ROW[i].says))
            fail_msg("%s: %s", ROW[i].says, err.text);
    }
    setup_free(setup);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_new_token_replaces_the_old),
        TEST(a_narrower_one_is_kept_beside_it),
        TEST(a_list_that_is_short_for_a_moment_loses_nothing),
        TEST(what_can_not_be_judged_waits),
        TEST(answers_never_show_the_code),
        TEST(nothing_is_spent_without_a_connection),
        TEST(targets_need_an_app_that_can_connect),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
