/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/doctor: each thing that can be wrong is said, with what to do, and nothing secret. */
#include "probe/doctor.h"

#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/lock.h"
#include "board_fixture.h"
#include "ext/store.h"
#include "ext/store_outbox.h"
#include "probe_fixture.h"
#include "scratch.h"

#define LIST "/oauth2/advertiser/get/"
#define USER "/user/info/"

static const char WITH_CSV[] = "[inventory]\nfile = a.csv\n";
static const char ROWS[] = "advertiser_id,name,token,owner\n11,Eleven,one,me\n12,Twelve,two,me\n";
static const char BOTH[] = "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"list\":["
                           "{\"advertiser_id\":\"11\",\"advertiser_name\":\"E\"},"
                           "{\"advertiser_id\":\"12\",\"advertiser_name\":\"T\"}]}}";
static const char JUST_11[] = "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"list\":["
                              "{\"advertiser_id\":\"11\",\"advertiser_name\":\"E\"},"
                              "{\"advertiser_id\":\"99\",\"advertiser_name\":\"N\"}]}}";
static const char ANNA[] = "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"display_name\":\"Anna "
                           "\\u001b[2J\",\"email\":\"a***a@example.com\"}}";
static const char DEAD[] = "{\"code\":40105,\"message\":\"Access token is incorrect or has been revoked.\","
                           "\"request_id\":\"r\",\"data\":{}}";

/* What was found: "PROBLEM area: text -> todo" lines. */
struct found {
    char text[256 * 1024];
    size_t len;
    size_t count[3];
};

static void find(void *arg, const struct doctor_finding *f)
{
    struct found *found = arg;
    int len = snprintf(found->text + found->len, sizeof(found->text) - found->len, "%s %s: %s -> %s\n",
                       doctor_level_name(f->level), f->area, f->text, f->todo);

    assert_in_range(len, 1, sizeof(found->text) - found->len - 1);
    found->len += (size_t)len;
    found->count[f->level]++;
}

/* The line that holds the text must begin so. */
static void assert_found(const struct found *found, const char *begins, const char *part)
{
    const char *at = found->text;

    while ((at = strstr(at, part)) != NULL) {
        const char *line = at;

        while (line > found->text && line[-1] != '\n')
            line--;
        if (strncmp(line, begins, strlen(begins)) == 0)
            return;
        at++;
    }
    fail_msg("not found: %s ... %s\n%s", begins, part, found->text);
}

static void assert_not_found(const struct found *found, const char *part)
{
    if (strstr(found->text, part))
        fail_msg("found: %s\n%s", part, found->text);
}

static struct found *examine(struct setup *setup, const struct env *env)
{
    static struct found found;

    found = (struct found){.len = 0};
    doctor_run(env, setup, &(struct doctor_options){.version = "0.1.0", .find = find, .arg = &found});
    assert_not_found(&found, "token-of-");
    assert_not_found(&found, "app-secret");
    return &found;
}

static struct found *examine_file(const char *path, const struct env *env)
{
    struct setup *setup = probe_setup(path, false, false);
    struct found *found = examine(setup, env);

    setup_free(setup);
    return found;
}

static void well(struct fake_api *api)
{
    fake_api(api);
    fake_reply(api, NULL, LIST, BOTH);
    fake_reply(api, NULL, USER, ANNA);
}

/* A store and a snapshot, as a sweep a minute ago leaves them. */
static void after_a_sweep(const char *version, int64_t made_at)
{
    struct board_fixture fixture;
    struct err err = {.text = ""};
    struct store *store = store_open(scratch_path("state.db"), STORE_WRITE, &err);

    assert_non_null(store);
    store_close(store);
    board_fixture(&fixture);
    fixture.board.made_at = made_at;
    fixture.board.version = version;
    assert_non_null(board_fixture_snapshot(&fixture));
    scratch_write("snapshot", buf_text(&fixture.bytes), buf_len(&fixture.bytes), 0640);
    board_fixture_free(&fixture);
}

/* --- all is well --------------------------------------------------------------------------------------------- */

/* An engine that this machine happens to have must be able to read the snapshot. */
static void share_with_engine(void)
{
    const struct passwd *engine = getpwnam("nagios");

    if (engine && geteuid() == 0)
        assert_int_equal(chown(scratch_path(""), (uid_t)-1, engine->pw_gid), 0);
}

static void a_sound_installation_has_no_problem(void **state)
{
    struct fake_api api;
    struct found *found;

    (void)state;
    share_with_engine();
    assert_int_equal(chmod(scratch_path(""), 02770), 0);
    probe_file("a.csv", ROWS);
    after_a_sweep("0.1.0", PROBE_NOW - 60);
    well(&api);
    found = examine_file(probe_config("[inventory]\nfile = a.csv\n[sweep]\nby = service\n"), &api.env);
    if (found->count[DOCTOR_PROBLEM] > 0)
        fail_msg("%s", found->text);
    assert_found(found, "OK configuration", "1 app, 2 tokens, 2 advertisers expected");
    assert_found(found, "OK secrets", "3 secrets");
    assert_found(found, "OK state", "mode 2770");
    assert_found(found, "OK store", "sound");
    assert_found(found, "OK snapshot", "1 min old");
    assert_found(found, "OK clock", "2026-11-22T03:00:00Z");
    assert_found(found, "OK budget", "app main: 2 calls a round");
    assert_found(found, "OK budget", "the interval is 5m");
    assert_found(found, "OK api", "token one: covers 2 advertisers, all 1 expected");
    assert_int_equal(api.asked, 4);
}

/* --- configuration ------------------------------------------------------------------------------------------- */

static void every_complaint_is_told_with_its_place(void **state)
{
    struct found *found;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,Eleven,one,\nx2,Bad,one,me\n13,Lost,none,me\n");
    found = examine_file(
        probe_config("[inventory]\nfile = a.csv\n[sweep]\ninterval = 5\nbanana = 1\n[fruit]\na = b\n"), NULL);
    assert_found(found, "PROBLEM configuration", "a.csv line 3");
    assert_found(found, "PROBLEM configuration", "a.csv line 4");
    assert_found(found, "PROBLEM configuration", "interval");
    assert_found(found, "PROBLEM configuration", "banana");
    assert_found(found, "NOTE configuration", "fruit");
    assert_found(found, "NOTE configuration", "1 of 1 advertisers have no owner");
    assert_found(found, "NOTE configuration", "names the token two");
}

/* Whoever it means goes unwatched. */
static void what_was_left_out_is_a_problem(void **state)
{
    struct found *found;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner,shoe\n11,E,one,me,42\n12\n,F,one,me,42\n");
    probe_secret("t.jsonl", "{\"name\":\"t1\",\"app\":\"main\",\"token\":\"S3CRET\",\"size\":1}\n{\"name\":\"t2\n"
                            "{\"app\":\"main\",\"token\":\"S3CRET\"}\n");
    found = examine_file(probe_config("[inventory]\nfile = a.csv\n[tokens]\nfile = t.jsonl\n"), NULL);
    assert_found(found, "NOTE configuration", "shoe");
    assert_found(found, "PROBLEM configuration", "a.csv line 3");
    assert_found(found, "PROBLEM configuration", "a.csv line 4");
    assert_found(found, "NOTE configuration", "t.jsonl line 1");
    assert_found(found, "PROBLEM configuration", "t.jsonl line 2");
    assert_found(found, "PROBLEM configuration", "t.jsonl line 3");
}

static void a_refused_inventory_is_a_problem_with_two_ways_out(void **state)
{
    struct found *found;

    (void)state;
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,E,one,me\n12,T,one,me\n");
    setup_free(probe_setup(probe_config(WITH_CSV), false, true));
    probe_file("a.csv", "advertiser_id,name,token,owner\n11,E,one,me\n");
    found = examine_file(probe_config(WITH_CSV), NULL);
    assert_found(found, "PROBLEM configuration", "--accept-shrink");
}

static void an_empty_inventory_is_told(void **state)
{
    (void)state;
    assert_found(examine_file(probe_config(""), NULL), "NOTE configuration", "the inventory is empty");
}

/* --- secrets ------------------------------------------------------------------------------------------------- */

static void a_secret_that_others_can_read_is_a_problem(void **state)
{
    const char *path = probe_config("");
    struct found *found;

    (void)state;
    assert_int_equal(chmod(scratch_path("one.token"), 0644), 0);
    assert_int_equal(unlink(scratch_path("main.secret")), 0);
    found = examine_file(path, NULL);
    assert_found(found, "PROBLEM secrets", "one.token: mode 0644");
    assert_found(found, "PROBLEM secrets", "main.secret");
    assert_not_found(found, "can be read, and by nobody else");
}

static void a_secret_of_somebody_else_is_a_problem(void **state)
{
    const char *path = probe_config("");

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(scratch_path("two.token"), 54321, 0), 0);
    assert_found(examine_file(path, NULL), "PROBLEM secrets", "belongs to uid 54321");
}

static void a_secret_that_the_sweeper_cannot_read_is_a_problem(void **state)
{
    const char *path = probe_config("");
    struct found *found;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(scratch_path(""), 54321, 54322), 0);
    assert_int_equal(chown(scratch_path("one.token"), 0, 54322), 0);
    assert_int_equal(chmod(scratch_path("one.token"), 0640), 0);
    found = examine_file(path, NULL);
    assert_found(found, "PROBLEM secrets", "token two: who sweeps can't read");
    assert_not_found(found, "token one: who sweeps");
}

static void a_credential_cannot_be_rewritten(void **state)
{
    char folder[4096];
    struct found *found;

    (void)state;
    snprintf(folder, sizeof(folder), "%s", scratch_path(""));
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    found = examine_file(
        probe_config("[token user]\napp = main\ntoken_file = one.token\nkind = tt_user\nrefresh = yes\n"
                     "[token user2]\napp = main\ntoken_file = one.token\nkind = tt_user\n"),
        NULL);
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_found(found, "PROBLEM secrets", "token user: refresh = yes");
    assert_not_found(found, "token user2: refresh");
    assert_not_found(found, "token one: refresh");
}

static void tokens_of_users_are_examined(void **state)
{
#define TT_USER(name, more) "[token " name "]\napp = main\ntoken_file = " name ".token\nkind = tt_user\n" more
    struct found *found;

    (void)state;
    probe_secret("good.token", "act.1\nrft.1\nrefresh_expires 2199-01-01T00:00:00Z\n");
    probe_secret("over.token", "act.1\nrft.1\nrefresh_expires 2001-01-01T00:00:00Z\n");
    probe_secret("untold.token", "act.1\nrft.1\n");
    probe_secret("bare.token", "act.1\n");
    found = examine_file(probe_config(TT_USER("good", "refresh = yes\n") TT_USER("over", "") TT_USER("untold", "")
                                          TT_USER("bare", "refresh = yes\n")),
                         NULL);
    assert_found(found, "OK renewal", "1 token of TikTok users");
    assert_found(found, "PROBLEM renewal", "token over: the refresh token ended at 2001-01-01T00:00:00Z");
    assert_found(found, "NOTE renewal", "token untold: it is not known when");
    assert_found(found, "PROBLEM renewal", "token bare: it can not be refreshed: the token file holds no");
    assert_not_found(found, "token one: it is not known");
}

static void an_app_without_a_secret_is_noted(void **state)
{
    (void)state;
    assert_found(examine_file(probe_config("[app bare]\napp_id = 5\n"), NULL), "NOTE secrets",
                 "app bare has no secret");
}

/* --- state folder, store, snapshot --------------------------------------------------------------------------- */

static void the_state_folder_is_examined(void **state)
{
    static const char ELSEWHERE[] = "[app main]\napp_id = 1\n[store]\npath = %s/state.db\n";
    char conf[8192];

    (void)state;
    snprintf(conf, sizeof(conf), ELSEWHERE, "missing");
    assert_found(examine_file(probe_config_alone(conf), NULL), "PROBLEM state", "missing: No such file");
    probe_file("file", "");
    snprintf(conf, sizeof(conf), ELSEWHERE, "file");
    assert_found(examine_file(probe_config_alone(conf), NULL), "PROBLEM state", "file is not a folder");
    assert_int_equal(mkdir(scratch_path("open"), 0777), 0);
    assert_int_equal(chmod(scratch_path("open"), 0777), 0);
    snprintf(conf, sizeof(conf), ELSEWHERE, "open");
    assert_found(examine_file(probe_config_alone(conf), NULL), "PROBLEM state", "anybody can replace");
    assert_int_equal(chmod(scratch_path("open"), 0755), 0);
    assert_found(examine_file(probe_config_alone(conf), NULL), "NOTE state", "others can look into it");
}

static void a_store_is_not_begun_by_looking(void **state)
{
    struct fake_api api;

    (void)state;
    well(&api);
    assert_found(examine_file(probe_config(""), &api.env), "NOTE store", "there is none yet");
    assert_int_equal(access(scratch_path("state.db"), F_OK), -1);
}

static void a_damaged_store_is_a_problem(void **state)
{
    const char *path = probe_config("");

    (void)state;
    probe_file("state.db",
               "this is no database, and long enough to be looked at as one, with more than 100 bytes in "
               "it, to be sure");
    assert_found(examine_file(path, NULL), "PROBLEM store", "state.db");
}

static void a_snapshot_that_is_old_or_foreign_is_told(void **state)
{
    const char *path = probe_config("");
    struct fake_api api;
    struct found *found;

    (void)state;
    well(&api);
    found = examine_file(path, &api.env);
    assert_found(found, "PROBLEM snapshot", "nothing was published yet");
    after_a_sweep("9.9.9", PROBE_NOW - 86400);
    well(&api);
    found = examine_file(path, &api.env);
    assert_found(found, "PROBLEM snapshot", "it is 1 d old");
    assert_found(found, "NOTE snapshot", "version 9.9.9, this is 0.1.0");
    assert_found(found, "OK snapshot", "can be read by");
    assert_int_equal(chmod(scratch_path("snapshot"), 0600), 0);
    well(&api);
    assert_found(examine_file(path, &api.env), "PROBLEM snapshot", "can't read it");
    scratch_write("snapshot", "rubbish", 7, 0640);
    well(&api);
    assert_found(examine_file(path, &api.env), "PROBLEM snapshot", "snapshot");
}

/* --- clock and budget ---------------------------------------------------------------------------------------- */

static void a_clock_that_is_wrong_is_a_problem(void **state)
{
    const char *path = probe_config("");
    struct err err = {.text = ""};
    const struct store_token row = {.status = "alive",
                                    .cause = "",
                                    .message = "",
                                    .request_id = "",
                                    .verified_at = PROBE_NOW + 1000,
                                    .login = "",
                                    .login_mail = "",
                                    .secret_stamp = "",
                                    .fault = {.cause = "", .scope = "", .message = "", .request_id = ""}};
    struct fake_api api;
    struct store *store;

    (void)state;
    well(&api);
    api.wall_ms = 86400 * 1000;
    assert_found(examine_file(path, &api.env), "PROBLEM clock", "it says 1970-01-02");
    store = store_open(scratch_path("state.db"), STORE_WRITE, &err);
    assert_true(store_begin_attempt(store, "main", "one", 1, &err));
    assert_true(store_commit_step(store, &(struct store_step){.app = "main", .token = "one", .row = &row}, &err));
    store_close(store);
    well(&api);
    assert_found(examine_file(path, &api.env), "PROBLEM clock", "it was set back");
    well(&api);
    api.wall_ms += 3600 * 1000;
    assert_found(examine_file(path, &api.env), "OK clock", "2026-11-22T04:00:00Z");
}

static void a_round_that_does_not_fit_is_told(void **state)
{
    char rows[128 * 1024];
    int len = snprintf(rows, sizeof(rows), "advertiser_id,name,token,owner\n");
    struct found *found;

    (void)state;
    for (unsigned i = 0; i < 3000; i++)
        len += snprintf(rows + len, sizeof(rows) - (size_t)len, "%u,N,one,me\n", 1000 + i);
    probe_file("a.csv", rows);
    probe_secret("one.token", "token-of-one\n");
    probe_secret("main.secret", "app-secret\n");
    found = examine_file(
        probe_config_alone(
            "[app main]\napp_id = 1\nsecret_file = main.secret\nbudget = 1%\n[token one]\napp = main\n"
            "token_file = one.token\n[inventory]\nfile = a.csv\n[sweep]\ninterval = 1m\n"
            "account_status = yes\n[store]\npath = state.db\n"),
        NULL);
    assert_found(found, "NOTE budget", "the interval of 1m is stretched to");
    assert_found(found, "OK budget", "31 calls a round; 1 % of tier basic");
}

/* --- the API ------------------------------------------------------------------------------------------------- */

static void offline_sends_nothing(void **state)
{
    (void)state;
    assert_found(examine_file(probe_config(""), NULL), "NOTE api", "is not asked");
}

static bool keep_login(void *arg, const char *app, const char *token, const struct store_token *row)
{
    (void)app;
    (void)token;
    snprintf(arg, 100, "%s %s", row->login, row->login_mail);
    return true;
}

static void whose_login_it_is_is_told_and_kept(void **state)
{
    const char *path = probe_config("");
    struct err err = {.text = ""};
    char login[100] = "";
    struct fake_api api;
    struct store *store = store_open(scratch_path("state.db"), STORE_WRITE, &err);

    (void)state;
    store_close(store);
    well(&api);
    assert_found(examine_file(path, &api.env), "OK api",
                 "login of Anna ?[2J (a***a@example.com), granted_by = client");
    store = store_open(scratch_path("state.db"), STORE_READ, &err);
    assert_true(store_load_token(store, "main", "two", keep_login, login, &err));
    assert_string_equal(login, "Anna ?[2J a***a@example.com");
    store_close(store);
}

static void what_is_missing_or_unexpected_is_counted(void **state)
{
    struct fake_api api;
    struct found *found;

    (void)state;
    probe_file("a.csv", ROWS);
    fake_api(&api);
    fake_reply(&api, NULL, LIST, JUST_11);
    fake_reply(&api, NULL, USER, "{\"code\":40001,\"message\":\"no scope\",\"request_id\":\"r\",\"data\":{}}");
    found = examine_file(probe_config(WITH_CSV), &api.env);
    assert_found(found, "OK api", "token one: covers 2 advertisers, all 1 expected");
    assert_found(found, "PROBLEM api",
                 "token two: covers 2 advertisers; 1 of the 1 expected under it are missing");
    assert_found(found, "NOTE api", "token one: 1 that it covers are not in the inventory");
    assert_found(found, "NOTE api", "token one: it may not say whose login it is [40001]");
}

static void a_dead_token_is_a_problem_and_not_asked_further(void **state)
{
    struct fake_api api;
    struct found *found;

    (void)state;
    fake_api(&api);
    fake_reply(&api, NULL, LIST, DEAD);
    found = examine_file(probe_config(""), &api.env);
    assert_found(found, "PROBLEM api", "[40105]: Access token is incorrect");
    assert_int_equal(api.asked, 2);
}

static void an_api_that_cannot_be_reached_is_asked_twice_at_most(void **state)
{
    struct fake_api api;
    struct found *found;

    (void)state;
    fake_api(&api);
    api.reply[0] = (struct fake_reply){.outcome = HTTP_NO_CONNECT, .detail = "connection refused"};
    api.replies = 1;
    found = examine_file(probe_config("[token three]\napp = main\ntoken_file = one.token\n"
                                      "[token four]\napp = main\ntoken_file = one.token\n"),
                         &api.env);
    assert_found(found, "PROBLEM api", "connection refused");
    assert_found(found, "NOTE api", "2 more tokens were not asked");
    assert_int_equal(api.asked, 2);
}

static void a_throttle_is_no_problem(void **state)
{
    struct fake_api api;
    struct found *found;

    (void)state;
    fake_api(&api);
    fake_reply(&api, NULL, NULL,
               "{\"code\":40100,\"message\":\"Too many requests. Please retry in some time.\","
               "\"request_id\":\"r\",\"data\":{}}");
    found = examine_file(probe_config(""), &api.env);
    assert_found(found, "NOTE api", "Too many requests");
    assert_not_found(found, "PROBLEM api");
}

static void answers_that_are_wrong_are_told(void **state)
{
    static const char *const BAD[] = {
        "<html>", "{\"code\":0,\"message\":\"OK\",\"data\":{}}",
        "{\"code\":0,\"message\":\"OK\",\"data\":{\"list\":[{\"advertiser_id\":12}]}}"};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++) {
        struct fake_api api;

        fake_api(&api);
        fake_reply(&api, NULL, NULL, BAD[i]);
        assert_found(examine_file(probe_config(""), &api.env), "PROBLEM api",
                     "token one: list of its advertisers");
    }
}

static void a_proxy_sees_the_secret_and_keeps_its_password(void **state)
{
    static const char BARE[] = "[store]\npath = state.db\n[api]\nproxy = http://%sproxy.example.com:3128\n";
    char conf[1000];
    struct found *found;

    (void)state;
    snprintf(conf, sizeof(conf), BARE, "");
    found = examine_file(probe_config_alone(conf), NULL);
    assert_found(found, "NOTE api", "query string");
    snprintf(conf, sizeof(conf), BARE, "user:pa55@");
    found = examine_file(probe_config_alone(conf), NULL);
    assert_not_found(found, "pa55");
}

static void tokens_with_a_fault_are_not_asked(void **state)
{
    struct fake_api api;

    (void)state;
    fake_api(&api);
    assert_found(
        examine_file(probe_config_alone("[store]\npath = state.db\n[token lost]\napp = nowhere\n"), &api.env),
        "NOTE api", "no usable token");
    assert_int_equal(api.asked, 0);
}

/* --- out of memory ------------------------------------------------------------------------------------------- */

static bool examine_once(void *arg)
{
    struct fake_api api;

    well(&api);
    (void)examine(arg, &api.env);
    return true;
}

static void survives_every_failing_allocation(void **state)
{
    struct setup *setup;

    (void)state;
    probe_file("a.csv", ROWS);
    setup = probe_setup(probe_config(WITH_CSV), false, false);
    after_a_sweep("0.1.0", PROBE_NOW);
    assert_true(alloc_fail_each_lenient(examine_once, setup) > 20);
    setup_free(setup);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

/* --- links to authorize again ---------------------------------------------------------------------------------
 */

#define LINK_KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
#define APP_LINES "[app x]\napp_id = 1\nsecret_file = x.secret\n"

static struct found *examine_links(const char *app_lines, const char *more)
{
    char text[2000];

    (void)snprintf(text, sizeof(text),
                   APP_LINES "%s[token x]\napp = x\ntoken_file = x.token\n[store]\npath = state.db\n%s", app_lines,
                   more);
    (void)probe_secret("x.secret", "app-secret\n");
    (void)probe_secret("x.token", "token-of-x\n");
    return examine_file(probe_config_alone(text), NULL);
}

static void links_need_two_addresses(void **state)
{
    static const char ours[] = "public_url = https://m.example/t\nredirect_uri = https://m.example/t/callback\n";
    static const char serve[] = "[serve]\nname = Us\ncontact = anna@us.example\n";
    struct found *found;

    (void)state;
    assert_not_found(examine_links("", ""), " links:");
    assert_found(examine_links("", serve), "NOTE links", "no app has links");
    assert_found(examine_links("public_url = https://m.example/t\n", ""), "PROBLEM links", "without redirect_uri");
    assert_found(
        examine_links("public_url = https://m.example/t\nredirect_uri = https://m.example/tt/callback\n", ""),
        "PROBLEM links", "redirect_uri does not lie below public_url");
    found = examine_links(ours, "");
    assert_found(found, "NOTE links", "there is no key");
    assert_found(found, "NOTE links", "clients are not told who asks");
    assert_int_equal(access(scratch_path("link.key"), F_OK), -1); /* a look makes nothing */
    (void)probe_secret("link.key", LINK_KEY);
    found = examine_links(ours, serve);
    assert_found(found, "OK links", "are signed");
    assert_not_found(found, "NOTE links");
    assert_not_found(found, "0123456789abcdef");
    (void)probe_file("link.key", LINK_KEY); /* for all to read */
    assert_found(examine_links(ours, serve), "PROBLEM links", "others can read it");
    assert_found(examine_links("public_url = https://m.example/t\nreauth_url = https://own.example/\n", serve),
                 "OK links", "a page of your own");
}

static void authorizing_again_needs_its_keys(void **state)
{
    static const char loopback[] = "redirect_uri = http://127.0.0.1:8765/callback\n";
    struct found *found;
    char keys[256];

    (void)state;
    assert_found(examine_links("", ""), "OK authorizing", "no redirect_uri");
    assert_not_found(examine_links("reauth_url = https://own.example/\n", ""), " authorizing:");
    assert_not_found(examine_links(loopback, ""), " authorizing:");
    (void)snprintf(keys, sizeof(keys), "%son_new_token = take it\n", loopback);
    assert_found(examine_links(keys, ""), "PROBLEM authorizing", "there is no shell");
    (void)snprintf(keys, sizeof(keys), "%son_new_token = /nowhere/take it\n", loopback);
    assert_found(examine_links(keys, ""), "PROBLEM authorizing", "/nowhere/take can't be run");
    (void)snprintf(keys, sizeof(keys), "%son_new_token = /bin/cat it\n", loopback);
    assert_not_found(examine_links(keys, ""), " authorizing:");
    (void)probe_file(
        "tokens.own",
        "{\"name\":\"x-acme\",\"app\":\"x\",\"of\":\"x\",\"granted_by\":\"client\",\"advertisers\":[\"7\"]}\n");
    found = examine_links(loopback, "");
    assert_found(found, "NOTE authorizing", "token x-acme was kept from an authorization");
}

static void what_authorizations_left_to_do_is_told(void **state)
{
    const struct store_exchange exchange = {"main", "one", "", "alice", 1000};
    const struct store_handover handover = {"main", "two", 2000, "exit status 1"};
    const char *path = probe_config("");
    struct setup *setup = probe_setup(path, false, false);
    struct err err = {""};
    struct store *store = store_open(setup_config(setup)->store_path, STORE_WRITE, &err);
    struct found *found;
    bool fresh;

    (void)state;
    assert_non_null(store);
    assert_true(store_begin_exchange(store, NULL, &exchange, &fresh, &err));
    assert_true(store_put_handover(store, &handover, &err));
    store_close(store);
    setup_free(setup);
    found = examine_file(path, NULL);
    assert_found(found, "PROBLEM authorizing", "token one: an authorization of 1970-01-01T00:16:40Z did not come");
    assert_found(found, "PROBLEM authorizing", "token two: the new token has not been handed over");
}

/* --- on call ------------------------------------------------------------------------------------------------- */

#define RECEIVER(name, more) "[notify " name "]\nkind = pagerduty\nkey_file = pd.key\n" more

static void add_letter(const char *key, bool dead)
{
    struct err err = {""};
    struct outbox *outbox = outbox_open(scratch_path("notify.db"), true, 1000, &err);
    struct outbox_delivery delivery = {.notice = key,
                                       .target = "t",
                                       .receiver = "pd",
                                       .key = key,
                                       .kind = "trigger",
                                       .body = "",
                                       .at = PROBE_NOW - 3600,
                                       .fault = "400: no such key",
                                       .dead = dead};
    const struct outbox_step step = {.add = &delivery, .add_count = 1};

    assert_non_null(outbox);
    assert_true(outbox_commit(outbox, &step, &err));
    outbox_close(outbox);
}

static void what_lies_undelivered_is_told(void **state)
{
    struct fake_api api;
    struct found *found;
    struct lock_file *lock;
    struct err err = {""};

    (void)state;
    well(&api);
    probe_secret("pd.key", "0123456789abcdef0123456789abcdef\n");
    found = examine_file(probe_config(RECEIVER("pd", "")), &api.env);
    assert_found(found, "OK on call", "[notify pd] pagerduty https://events.pagerduty.com, told by the agent");
    assert_found(found, "PROBLEM on call", "nobody delivers to the receivers");
    add_letter("a", false);
    found = examine_file(probe_config(RECEIVER("pd", "")), &api.env);
    assert_found(found, "PROBLEM on call", "1 alert waits to be delivered and nobody delivers");
    lock = lock_open(scratch_path("notify.lock"), &err);
    assert_non_null(lock);
    assert_int_equal(lock_try(lock, "worker", &err), LOCK_HELD);
    add_letter("b", true);
    found = examine_file(probe_config(RECEIVER("pd", "")), &api.env);
    assert_found(found, "PROBLEM on call", "the oldest for 1 h: pd: 400: no such key");
    assert_found(found, "PROBLEM on call", "1 alert could not be delivered: pd: 400: no such key");
    /* One that nobody can take in. */
    assert_int_equal(mkdir(scratch_path("notify"), 02770), 0);
    assert_int_equal(mkdir(scratch_path("notify/0000000000000001-00000001.notice"), 0700), 0);
    found = examine_file(probe_config(RECEIVER("pd", "")), &api.env);
    assert_found(found, "PROBLEM on call", "what lies in the spool can't be read");
    lock_close(lock);
}

static void who_is_told_twice_or_never_is_told(void **state)
{
    struct found *found;

    (void)state;
    probe_secret("pd.key", "0123456789abcdef0123456789abcdef\n");
    probe_file("a.csv", ROWS);
    found = examine_file(probe_config(RECEIVER("pd", "") RECEIVER("nobody", "owner = someone\n")
                                          RECEIVER("rest", "default = yes\n")
                                              RECEIVER("engine", "from = engine\nowner = me\n") "[inventory]\n"
                                                                                                "file = a.csv\n"),
                         NULL);
    assert_found(found, "NOTE on call", "[notify nobody] nobody of its owners owns anything");
    assert_found(found, "NOTE on call", "[notify rest] is the default, but [notify pd] takes everything");
    assert_found(found, "PROBLEM on call",
                 "engine and agent would both tell the same receiver of the same: what is "
                 "owned by me");
    found = examine_file(
        probe_config(
            RECEIVER("pd", "urgency = high\n") "[notify am]\nkind = alertmanager\nurl = http://127.0.0.1:9093\n"
                                               "from = engine\nurgency = low\n"),
        NULL);
    assert_not_found(found, "would both tell");
    found = examine_file(probe_config("[notify pd]\nkind = pagerduty\nkey_file = missing.key\n"), NULL);
    assert_found(found, "PROBLEM on call", "missing.key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sound_installation_has_no_problem),
        TEST(every_complaint_is_told_with_its_place),
        TEST(what_was_left_out_is_a_problem),
        TEST(a_refused_inventory_is_a_problem_with_two_ways_out),
        TEST(an_empty_inventory_is_told),
        TEST(a_secret_that_others_can_read_is_a_problem),
        TEST(a_secret_of_somebody_else_is_a_problem),
        TEST(a_secret_that_the_sweeper_cannot_read_is_a_problem),
        TEST(a_credential_cannot_be_rewritten),
        TEST(tokens_of_users_are_examined),
        TEST(an_app_without_a_secret_is_noted),
        TEST(the_state_folder_is_examined),
        TEST(a_store_is_not_begun_by_looking),
        TEST(a_damaged_store_is_a_problem),
        TEST(a_snapshot_that_is_old_or_foreign_is_told),
        TEST(a_clock_that_is_wrong_is_a_problem),
        TEST(a_round_that_does_not_fit_is_told),
        TEST(offline_sends_nothing),
        TEST(whose_login_it_is_is_told_and_kept),
        TEST(what_is_missing_or_unexpected_is_counted),
        TEST(a_dead_token_is_a_problem_and_not_asked_further),
        TEST(an_api_that_cannot_be_reached_is_asked_twice_at_most),
        TEST(a_throttle_is_no_problem),
        TEST(answers_that_are_wrong_are_told),
        TEST(a_proxy_sees_the_secret_and_keeps_its_password),
        TEST(tokens_with_a_fault_are_not_asked),
        TEST(what_lies_undelivered_is_told),
        TEST(who_is_told_twice_or_never_is_told),
        TEST(survives_every_failing_allocation),
        cmocka_unit_test_setup_teardown(links_need_two_addresses, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(authorizing_again_needs_its_keys, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(what_authorizations_left_to_do_is_told, scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
