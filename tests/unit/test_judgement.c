/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is judged how: states, ages, faults, thresholds, refusals, notes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board_fixture.h"
#include "config_fixture.h"
#include "core/judgement.h"

#include <stdlib.h>
#include <string.h>

static const char INI[] = "[app main]\n"
                          "app_id = 7055107885017071618\n"
                          "secret_file = main.secret\n"
                          "[app second]\n"
                          "app_id = 7055107885017071619\n"
                          "secret_file = second.secret\n"
                          "[token emea-01]\n"
                          "app = main\n"
                          "token_file = a\n"
                          "[token emea-07]\n"
                          "app = main\n"
                          "token_file = b\n"
                          "[token apac]\n"
                          "app = second\n"
                          "token_file = c\n"
                          "[inventory]\n"
                          "file = clients.csv\n";

/* A board under a configuration, and the judgement of one moment. */
struct bench {
    struct board_fixture f;
    struct complaints complaints;
    struct config *config;
    struct thresholds thresholds;
    enum state timeout_state;
    int64_t now;
    struct judgement j;
};

static void begin_with(struct bench *b, const char *more)
{
    struct buf ini;

    memset(b, 0, sizeof(*b));
    buf_init(&ini, 8192);
    buf_str(&ini, INI);
    buf_str(&ini, more);
    complaints_init(&b->complaints);
    b->config = config_fixture(buf_text(&ini), &b->complaints);
    buf_free(&ini);
    board_fixture(&b->f);
    b->timeout_state = STATE_UNKNOWN;
    b->now = BOARD_NOW;
}

static void begin(struct bench *b)
{
    begin_with(b, "");
    assert_int_equal(b->complaints.count, 0);
}

static void end(struct bench *b)
{
    board_fixture_free(&b->f);
    config_free(b->config);
    complaints_free(&b->complaints);
}

static const struct judgement *judge(struct bench *b, enum selection_kind kind, const char *app, const char *id)
{
    struct selection selection = {kind, app, id};

    if (!b->f.snapshot)
        board_fixture_snapshot(&b->f);
    judgement_make(b->config, &b->complaints, b->f.snapshot, NULL, &selection, &b->thresholds, b->timeout_state,
                   b->now, &b->j);
    return &b->j;
}

static const struct judgement *judge_advertiser(struct bench *b, unsigned at)
{
    return judge(b, SELECT_ADVERTISER, b->f.app[b->f.advertiser[at].app].name, b->f.advertiser[at].id);
}

static bool has_note(const struct judgement *j, const char *part)
{
    for (unsigned i = 0; i < j->note_count; i++)
        if (strstr(j->note[i], part))
            return true;
    return false;
}

static void assert_note(const struct judgement *j, const char *part)
{
    if (!has_note(j, part))
        fail_msg("no note of %u says \"%s\"; the first: %s", j->note_count, part, j->note[0]);
}

static void assert_refused(const struct judgement *j, const char *sentence)
{
    assert_string_equal(j->refusal, sentence);
    assert_int_equal(j->state, STATE_UNKNOWN);
    assert_int_equal(j->verdict.cause, CAUSE_NOT_VERIFIED);
    assert_false(j->has_counts);
}

static void range(struct bench *b, const char *warning, const char *critical)
{
    b->thresholds = (struct thresholds){.has_warning = warning != NULL, .has_critical = critical != NULL};
    assert_true(!warning || range_read(warning, &b->thresholds.warning, NULL));
    assert_true(!critical || range_read(critical, &b->thresholds.critical, NULL));
}

/* --- one advertiser ---------------------------------------------------------------------------------------------
 */

static void test_advertiser_ok(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    j = judge_advertiser(&b, AT_OK);
    assert_int_equal(j->state, STATE_OK);
    assert_int_equal(j->verdict.cause, CAUSE_AUTHORIZED);
    assert_string_equal(j->name, "Good Co");
    assert_string_equal(j->owner, "team-emea");
    assert_string_equal(j->client, "Acme");
    assert_string_equal(j->token, "emea-01");
    assert_string_equal(j->app, "main");
    assert_string_equal(j->app_id, "7055107885017071618");
    assert_string_equal(j->login, "Jane D.");
    assert_string_equal(j->reauth_url, "https://connect.example/7502022393087590400/again");
    assert_string_equal(j->refusal, "");
    assert_string_equal(j->runbook_url, "");
    assert_int_equal(j->age_s, 60);
    assert_int_equal(j->note_count, 0);
    assert_false(j->has_counts);
    assert_false(j->held);
    end(&b);
}

static void test_advertiser_lost(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    j = judge_advertiser(&b, AT_LOST);
    assert_int_equal(j->state, STATE_CRITICAL);
    assert_int_equal(j->verdict.cause, CAUSE_REVOKED);
    assert_int_equal(j->verdict.code, 40001);
    assert_string_equal(j->fix_short, "client must re-authorize");
    assert_ptr_equal(j->fix[0], cause_info(CAUSE_REVOKED)->fix[0]);
    b.f.token[AT_EMEA_01].granted_by = GRANTED_BY_US;
    board_fixture_free(&b.f);
    j = judge_advertiser(&b, AT_LOST);
    assert_string_equal(j->fix_short, cause_info(CAUSE_REVOKED)->fix_short_us);
    assert_ptr_equal(j->fix[0], cause_info(CAUSE_REVOKED)->fix_us_first);
    end(&b);
}

static void test_advertiser_of_two_apps(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    assert_refused(judge(&b, SELECT_ADVERTISER, NULL, "7502022393087590401"),
                   "advertiser 7502022393087590401: in the inventory of several apps (main, second)");
    assert_string_equal(judge(&b, SELECT_ADVERTISER, "second", "7502022393087590401")->name, "Acme again");
    assert_string_equal(judge(&b, SELECT_ADVERTISER, NULL, "7502022393087590402")->name, "Beta Ltd");
    end(&b);
}

static void test_advertiser_not_found(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    assert_refused(judge(&b, SELECT_ADVERTISER, NULL, "12"), "advertiser 12: not in the inventory (clients.csv)");
    assert_string_equal(b.j.fix_short, "add it, see tiktok-auth discover");
    assert_null(b.j.fix[0]);
    assert_refused(judge(&b, SELECT_ADVERTISER, "second", "7502022393087590402"),
                   "advertiser 7502022393087590402: not in the inventory of app second (clients.csv)");
    assert_refused(judge(&b, SELECT_ADVERTISER, "third", "7502022393087590402"),
                   "app third is not in the configuration");
    b.timeout_state = STATE_OK; /* what is not in the inventory is our fault, not the API's */
    assert_int_equal(judge(&b, SELECT_ADVERTISER, NULL, "12")->state, STATE_UNKNOWN);
    end(&b);
}

static void test_complaint_about_advertiser(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.complaint[0] = (struct board_complaint){SUBJECT_ADVERTISER, "12", "clients.csv line 7: no token"};
    b.f.complaint[1] =
        (struct board_complaint){SUBJECT_ADVERTISER, b.f.advertiser[AT_OK].id, "clients.csv line 9: twice"};
    b.f.complaint[2] = (struct board_complaint){SUBJECT_NOBODY, "", "clients.csv line 1: unknown column"};
    b.f.board.complaint_count = 3;
    assert_refused(judge(&b, SELECT_ADVERTISER, NULL, "12"),
                   "advertiser 12: not in the inventory: no token (clients.csv line 7)");
    assert_int_equal(judge_advertiser(&b, AT_OK)->state, STATE_OK);
    assert_int_equal(b.j.note_count, 1);
    assert_note(&b.j, "clients.csv line 9: twice");
    assert_int_equal(judge_advertiser(&b, AT_DEAD)->note_count, 0);
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->note_count, 3);
    end(&b);
}

/* The configuration's complaints and the snapshot's are one list: what both have is said once. */
static void test_complaints_of_both(void **state)
{
    struct bench b;
    char text[COMPLAINT_TEXT_MAX];

    (void)state;
    begin_with(&b, "[token emea-01]\ngranted_by = nobody\n[sweep]\nspeed = 5\n");
    assert_true(b.complaints.count >= 2);
    complaint_text(&b.complaints.item[0], text, sizeof(text));
    b.f.complaint[0] =
        (struct board_complaint){(int)b.complaints.item[0].subject, b.complaints.item[0].name, text};
    b.f.complaint[1] = (struct board_complaint){SUBJECT_TOKEN, "apac", "token file: mode 0644"};
    b.f.board.complaint_count = 2;
    judge_advertiser(&b, AT_OK);
    assert_int_equal(b.j.note_count, b.complaints.count);
    assert_false(has_note(&b.j, "mode 0644"));
    judge(&b, SELECT_ADVERTISER, "second", "7502022393087590401");
    assert_note(&b.j, "mode 0644");
    judge(&b, SELECT_API, NULL, NULL);
    assert_int_equal(b.j.complaint_count, b.complaints.count + 1);
    end(&b);
}

static void test_complaint_of_app_and_token(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.complaint[0] = (struct board_complaint){SUBJECT_TOKEN, "emea-07", "token file: mode 0644"};
    b.f.complaint[1] = (struct board_complaint){SUBJECT_APP, "main", "secret file: empty"};
    b.f.board.complaint_count = 2;
    b.f.advertiser[AT_OK].tokens = "emea-01 emea-07";
    assert_int_equal(judge_advertiser(&b, AT_OK)->note_count, 2);
    assert_int_equal(judge_advertiser(&b, AT_LOST)->note_count, 1);
    assert_int_equal(judge(&b, SELECT_TOKEN, NULL, "emea-07")->note_count, 2);
    assert_int_equal(judge(&b, SELECT_TOKEN, NULL, "emea-01")->note_count, 1);
    assert_int_equal(judge(&b, SELECT_TOKEN, NULL, "apac")->note_count, 0);
    assert_int_equal(judge(&b, SELECT_APP, "main", NULL)->note_count, 2);
    assert_int_equal(judge(&b, SELECT_APP, "second", NULL)->note_count, 0);
    end(&b);
}

/* --- age and faults ---------------------------------------------------------------------------------------------
 */

static void test_ages(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    b.now = BOARD_NOW - 60 + 1800; /* just as old as allowed */
    assert_int_equal(judge_advertiser(&b, AT_LOST)->state, STATE_CRITICAL);
    b.now++;
    j = judge_advertiser(&b, AT_LOST);
    assert_int_equal(j->state, STATE_UNKNOWN);
    assert_int_equal(j->verdict.cause, CAUSE_NOT_VERIFIED);
    assert_int_equal(j->verdict.root_kind, SCOPE_API);
    assert_string_equal(j->verdict.root_id, "");
    assert_int_equal(j->verdict.urgency, cause_info(CAUSE_NOT_VERIFIED)->urgency);
    assert_int_equal(j->verdict.actor, ACTOR_US);
    assert_int_equal(j->verdict.since, BOARD_LOST);
    assert_int_equal(j->verdict.last_ok, BOARD_LOST - 300);
    assert_int_equal(j->verdict.code, 40001);
    assert_true(j->verdict.has_code);
    assert_int_equal(j->age_s, 1801);
    j = judge_advertiser(&b, AT_RETIRED);
    assert_int_equal(j->state, STATE_OK);
    assert_int_equal(j->verdict.cause, CAUSE_RETIRED);
    end(&b);
}

static void test_severity_of_staleness(void **state)
{
    struct bench b;

    (void)state;
    begin_with(&b, "[severity]\nnot_verified = warning\n");
    b.now += 4000;
    assert_int_equal(judge_advertiser(&b, AT_LOST)->state, STATE_WARNING);
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->state, STATE_WARNING);
    end(&b);
}

/* A clock that was set back makes nothing old, and hostile times overflow nothing. */
static void test_odd_clocks(void **state)
{
    static const int64_t TIMES[] = {INT64_MIN, INT64_MIN + 1, -1, 1, INT64_MAX};
    struct verdict v = board_verdict(CAUSE_AUTHORIZED, SCOPE_API, ""), now_reads;
    struct bench b;

    (void)state;
    begin(&b);
    b.now = BOARD_NOW - 100000;
    assert_int_equal(judge_advertiser(&b, AT_LOST)->state, STATE_CRITICAL);
    assert_int_equal(b.j.age_s, 0);
    assert_note(&b.j, "ahead of the clock");
    for (size_t i = 0; i < TTA_LEN(TIMES); i++)
        for (size_t k = 0; k < TTA_LEN(TIMES); k++) {
            v.verified_at = TIMES[i];
            verdict_at(b.config, &v, TIMES[k], TIMES[TTA_LEN(TIMES) - 1 - k], &now_reads);
        }
    b.now = INT64_MAX;
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->state, STATE_UNKNOWN);
    b.now = INT64_MIN;
    judge(&b, SELECT_ALL, NULL, NULL);
    end(&b);
}

static const struct fault DOWN = {CAUSE_TIKTOK_FAULT, SCOPE_API, true, 50002, "Internal error.", "rid-5", 200};

/* A fault changes nothing as long as the verdict is young. */
static void test_fault_beside_verdict(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    b.f.token[AT_EMEA_01].fault = DOWN;
    j = judge_advertiser(&b, AT_LOST);
    assert_int_equal(j->state, STATE_CRITICAL);
    assert_int_equal(j->verdict.cause, CAUSE_REVOKED);
    assert_int_equal(j->fault.cause, CAUSE_TIKTOK_FAULT);
    assert_int_equal(j->fault.code, 50002);
    assert_int_equal(judge_advertiser(&b, AT_DEAD)->fault.cause, CAUSE_AUTHORIZED);
    assert_int_equal(judge_advertiser(&b, AT_RETIRED)->fault.cause, CAUSE_AUTHORIZED);
    b.now += 4000;
    j = judge_advertiser(&b, AT_LOST);
    assert_int_equal(j->verdict.cause, CAUSE_NOT_VERIFIED);
    assert_int_equal(j->fault.code, 50002);
    assert_ptr_equal(j->fix[0], cause_info(CAUSE_TIKTOK_FAULT)->fix[0]); /* what mends the fault comes first */
    end(&b);
}

static void test_own_fault_first(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.token[AT_EMEA_01].fault = DOWN;
    b.f.advertiser[AT_LOST].fault =
        (struct fault){CAUSE_UNKNOWN, SCOPE_ADVERTISER, true, 99999, "What?", "rid-9", 200};
    assert_int_equal(judge_advertiser(&b, AT_LOST)->fault.code, 99999);
    assert_int_equal(judge_advertiser(&b, AT_OK)->fault.code, 50002);
    end(&b);
}

static void never_verified(struct verdict *v)
{
    *v = board_verdict(CAUSE_NOT_VERIFIED, SCOPE_API, "");
    v->verified_at = v->last_ok = v->since = 0;
}

static void test_never_verified(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    never_verified(&b.f.advertiser[AT_OK].verdict);
    never_verified(&b.f.token[AT_APAC].verdict);
    never_verified(&b.f.app[1].verdict);
    j = judge_advertiser(&b, AT_OK);
    assert_int_equal(j->state, STATE_UNKNOWN);
    assert_int_equal(j->verdict.cause, CAUSE_NOT_VERIFIED);
    assert_int_equal(j->age_s, -1);
    b.timeout_state = STATE_WARNING;
    assert_int_equal(judge_advertiser(&b, AT_OK)->state, STATE_WARNING);
    assert_int_equal(judge(&b, SELECT_TOKEN, NULL, "apac")->state, STATE_WARNING);
    assert_int_equal(judge(&b, SELECT_APP, "second", NULL)->state, STATE_WARNING);
    assert_int_equal(judge_advertiser(&b, AT_LOST)->state, STATE_CRITICAL); /* a state is known */
    b.now += 4000;
    assert_int_equal(judge_advertiser(&b, AT_LOST)->state, STATE_UNKNOWN); /* and was, though it is old */
    end(&b);
}

static void test_never_verified_for_a_fault(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    never_verified(&b.f.advertiser[AT_OK].verdict);
    b.f.token[AT_EMEA_01].fault = DOWN;
    j = judge_advertiser(&b, AT_OK);
    assert_int_equal(j->state, STATE_UNKNOWN);
    assert_int_equal(j->verdict.cause, CAUSE_TIKTOK_FAULT);
    assert_int_equal(j->verdict.actor, ACTOR_TIKTOK);
    assert_true(j->verdict.has_code);
    assert_int_equal(j->verdict.code, 50002);
    assert_string_equal(j->verdict.message, "Internal error.");
    assert_string_equal(j->verdict.request_id, "rid-5");
    assert_int_equal(j->verdict.root_kind, SCOPE_API);
    assert_string_equal(j->fix_short, cause_info(CAUSE_TIKTOK_FAULT)->fix_short);
    b.timeout_state = STATE_OK;
    assert_int_equal(judge_advertiser(&b, AT_OK)->state, STATE_OK);
    end(&b);
}

static void test_fault_scope_is_the_root(void **state)
{
    static const struct {
        enum scope scope, root;
        const char *id;
    } CASE[] = {{SCOPE_API, SCOPE_API, ""},
                {SCOPE_APP, SCOPE_APP, "main"},
                {SCOPE_TOKEN, SCOPE_TOKEN, "emea-01"},
                {SCOPE_ENDPOINT, SCOPE_API, ""},
                {SCOPE_ADVERTISER, SCOPE_ADVERTISER, "7502022393087590400"}};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct bench b;

        begin(&b);
        never_verified(&b.f.advertiser[AT_OK].verdict);
        b.f.advertiser[AT_OK].fault = DOWN;
        b.f.advertiser[AT_OK].fault.scope = CASE[i].scope;
        judge_advertiser(&b, AT_OK);
        assert_int_equal(b.j.verdict.root_kind, CASE[i].root);
        assert_string_equal(b.j.verdict.root_id, CASE[i].id);
        end(&b);
    }
}

/* What the board itself names as the reason for having verified nothing stands, in lists too. */
static void test_stored_reason_stands(void **state)
{
    struct verdict v = board_verdict(CAUSE_NETWORK_FAULT, SCOPE_API, ""), now_reads;
    struct bench b;

    (void)state;
    begin(&b);
    v.verified_at = 0;
    verdict_at(b.config, &v, 1800, BOARD_NOW, &now_reads);
    assert_int_equal(now_reads.cause, CAUSE_NETWORK_FAULT);
    assert_int_equal(now_reads.state, STATE_UNKNOWN);
    v.cause = CAUSE_REVOKED;
    verdict_at(b.config, &v, 1800, BOARD_NOW, &now_reads);
    assert_int_equal(now_reads.cause, CAUSE_NOT_VERIFIED);
    end(&b);
}

static void test_held(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    b.f.advertiser[AT_OK].held = true;
    b.f.advertiser[AT_LOST].held = true;
    j = judge_advertiser(&b, AT_OK);
    assert_true(j->held);
    assert_int_equal(j->held_since, BOARD_NOW - 62);
    assert_int_equal(j->state, STATE_OK);
    assert_false(judge_advertiser(&b, AT_LOST)->held); /* it is lost already */
    b.f.token[AT_EMEA_01].mass_since = BOARD_NOW - 300;
    board_fixture_free(&b.f);
    j = judge_advertiser(&b, AT_OK);
    assert_int_equal(j->held_since, BOARD_NOW - 300);
    assert_note(j, "left its list at once at Nov 22 02:55Z");
    end(&b);
}

/* --- texts of the user's own ------------------------------------------------------------------------------------
 */

static void test_own_fix_and_runbook(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin_with(&b, "[fix revoked]\ntext = Call the account manager.\nrunbook_url = https://wiki.example/tiktok\n");
    j = judge_advertiser(&b, AT_LOST);
    assert_string_equal(j->fix[0], "Call the account manager.");
    assert_null(j->fix[1]);
    assert_string_equal(j->runbook_url, "https://wiki.example/tiktok");
    assert_string_equal(judge_advertiser(&b, AT_DEAD)->runbook_url, "");
    end(&b);
}

static void test_reauth_url(void **state)
{
    struct bench b;
    static char long_url[700] = "https://connect.example/{advertiser_id}/";

    (void)state;
    begin_with(&b, "[app main]\n");
    complaints_free(&b.complaints);
    /* The configuration's wins over the snapshot's, and without a place for the id it is taken as it is. */
    b.f.app[1].reauth_url = "https://connect.example/second";
    assert_string_equal(judge(&b, SELECT_ADVERTISER, "second", "7502022393087590401")->reauth_url,
                        "https://connect.example/second");
    assert_string_equal(judge(&b, SELECT_APP, "second", NULL)->reauth_url, "https://connect.example/second");
    assert_string_equal(judge(&b, SELECT_APP, "main", NULL)->reauth_url, ""); /* no id to fill in */
    b.f.app[1].reauth_url = "https://m.example/r/{link}";
    board_fixture_free(&b.f);
    assert_string_equal(judge(&b, SELECT_ADVERTISER, "second", "7502022393087590401")->reauth_url, "");
    b.f.advertiser[OTHER_APP].link = "7502022393087590401/abc";
    board_fixture_free(&b.f);
    assert_string_equal(judge(&b, SELECT_ADVERTISER, "second", "7502022393087590401")->reauth_url,
                        "https://m.example/r/7502022393087590401/abc");
    memset(long_url + strlen(long_url), 'x', sizeof(long_url) - 1 - strlen(long_url));
    b.f.app[0].reauth_url = long_url;
    board_fixture_free(&b.f);
    assert_string_equal(judge_advertiser(&b, AT_LOST)->reauth_url, ""); /* half a link leads nowhere */
    end(&b);
}

/* --- tokens and apps --------------------------------------------------------------------------------------------
 */

static void test_token(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    j = judge(&b, SELECT_TOKEN, NULL, "emea-01");
    assert_int_equal(j->state, STATE_OK); /* its lost advertisers are only counted */
    assert_int_equal(j->total, 5);
    assert_int_equal(j->counts.unauthorized, 2);
    assert_int_equal(j->counts.state[STATE_OK], 2);
    assert_int_equal(j->counts.state[STATE_WARNING], 1);
    range(&b, "0", "5");
    assert_int_equal(judge(&b, SELECT_TOKEN, NULL, "emea-01")->state, STATE_WARNING);
    range(&b, NULL, "1");
    assert_int_equal(judge(&b, SELECT_TOKEN, NULL, "emea-01")->state, STATE_CRITICAL);
    range(&b, "10", "20");
    j = judge(&b, SELECT_TOKEN, NULL, "emea-07");
    assert_int_equal(j->state, STATE_CRITICAL); /* the worst of both */
    assert_int_equal(j->verdict.code, 40105);
    assert_string_equal(j->app, "main");
    assert_string_equal(j->name, "emea-07");
    end(&b);
}

static void test_unknown_token_and_app(void **state)
{
    struct bench b;

    (void)state;
    begin_with(&b, "[token new]\napp = main\ntoken_file = d\n[app newer]\napp_id = 1\nsecret_file = e\n");
    assert_refused(judge(&b, SELECT_TOKEN, NULL, "nosuch"), "token nosuch is not in the configuration");
    assert_refused(judge(&b, SELECT_TOKEN, NULL, "new"),
                   "token new is new in the configuration, no sweep has asked it yet");
    assert_refused(judge(&b, SELECT_APP, "nosuch", NULL), "app nosuch is not in the configuration");
    assert_refused(judge(&b, SELECT_APP, "newer", NULL),
                   "app newer is new in the configuration, no sweep has asked it yet");
    complain(&b.complaints, "t.conf", 3, SUBJECT_TOKEN, "new", "no token_file");
    assert_refused(judge(&b, SELECT_TOKEN, NULL, "new"), "token new: no token_file (t.conf line 3)");
    complain(&b.complaints, "t.conf", 4, SUBJECT_APP, "newer", "no app_id");
    assert_refused(judge(&b, SELECT_APP, "newer", NULL), "app newer: no app_id (t.conf line 4)");
    end(&b);
    begin_with(&b, "[tokens]\nfile = tokens.json\n");
    assert_refused(judge(&b, SELECT_TOKEN, NULL, "nosuch"),
                   "token nosuch is neither in the configuration nor in the last snapshot");
    end(&b);
}

static void test_token_that_left_the_configuration(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.token[AT_APAC].name = "zulu";
    b.f.advertiser[OTHER_APP].tokens = "zulu";
    assert_int_equal(judge(&b, SELECT_TOKEN, NULL, "zulu")->state, STATE_OK);
    assert_note(&b.j, "token zulu is no longer in the configuration");
    end(&b);
}

static void test_token_that_is_kept_from_an_authorization(void **state)
{
    (void)state;
    for (int kept = 0; kept <= 1; kept++) {
        struct bench b;

        begin(&b);
        char *path = config_own_list(b.config);
        struct board_input list = {.path = path, .stamp = {.size = kept}}; /* a missing file's is zeroed */

        b.f.token[AT_APAC].name = "zulu";
        b.f.advertiser[OTHER_APP].tokens = "zulu";
        b.f.board.input = &list;
        b.f.board.input_count = 1;
        assert_int_equal(judge(&b, SELECT_TOKEN, NULL, "zulu")->state, STATE_OK);
        assert_int_equal(has_note(&b.j, "token zulu is no longer in the configuration"), !kept);
        end(&b);
        free(path);
    }
}

static void test_app(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    j = judge(&b, SELECT_APP, "main", NULL);
    assert_int_equal(j->state, STATE_OK);
    assert_int_equal(j->total, OTHER_APP);
    assert_int_equal(j->counts.unauthorized, 4);
    assert_string_equal(j->name, "main");
    assert_string_equal(j->token, "");
    assert_int_equal(judge(&b, SELECT_APP, "second", NULL)->total, 1);
    range(&b, NULL, "3");
    assert_int_equal(judge(&b, SELECT_APP, "main", NULL)->state, STATE_CRITICAL);
    end(&b);
}

/* --- all --------------------------------------------------------------------------------------------------------
 */

static void test_all(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    j = judge(&b, SELECT_ALL, NULL, NULL);
    assert_int_equal(j->state, STATE_CRITICAL);
    assert_int_equal(j->total, BOARD_ADVERTISERS);
    assert_int_equal(j->counts.unauthorized, 4);
    assert_int_equal(j->stale, 0);
    assert_int_equal(j->verdict.cause, CAUSE_TOKEN_REVOKED); /* it explains most */
    assert_int_equal(j->verdict.code, 40105);
    assert_int_equal(j->verdict.root_kind, SCOPE_TOKEN);
    assert_string_equal(j->verdict.root_id, "emea-07");
    assert_int_equal(j->age_s, 60);
    range(&b, NULL, "4");
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->state, STATE_WARNING); /* a member's */
    b.f.advertiser[AT_WARNING].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_ADVERTISER, "7502022393087590404");
    board_fixture_free(&b.f);
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->state, STATE_OK);
    assert_int_equal(b.j.verdict.cause, CAUSE_AUTHORIZED);
    range(&b, "@0:10", NULL);
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->state, STATE_WARNING);
    end(&b);
}

/* UNKNOWN that is no matter of age: our own configuration keeps a member from being judged. */
static void test_all_with_an_unknown(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.advertiser[AT_OK].verdict = board_verdict(CAUSE_TOKEN_EMPTY, SCOPE_TOKEN, "emea-01");
    range(&b, NULL, "100");
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->state, STATE_UNKNOWN);
    assert_int_equal(b.j.stale, 0);
    end(&b);
}

static void test_all_when_one_is_stale(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    b.f.advertiser[AT_OK].verdict.verified_at = BOARD_NOW - 1790;
    b.now = BOARD_NOW + 5;
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->counts.state[STATE_UNKNOWN], 0);
    b.now = BOARD_NOW + 11;
    j = judge(&b, SELECT_ALL, NULL, NULL);
    assert_int_equal(j->counts.state[STATE_UNKNOWN], 1);
    assert_int_equal(j->stale, 1);
    assert_int_equal(j->state, STATE_CRITICAL); /* critical > unknown */
    assert_int_equal(j->verdict.cause, CAUSE_TOKEN_REVOKED);
    range(&b, NULL, "100");
    j = judge(&b, SELECT_ALL, NULL, NULL);
    assert_int_equal(j->state, STATE_UNKNOWN); /* unknown > warning */
    assert_int_equal(j->verdict.cause, CAUSE_NOT_VERIFIED);
    end(&b);
}

static void test_all_stale(void **state)
{
    const struct judgement *j;
    struct bench b;

    (void)state;
    begin(&b);
    b.now += 4000;
    j = judge(&b, SELECT_ALL, NULL, NULL);
    assert_int_equal(j->state, STATE_UNKNOWN);
    assert_int_equal(j->stale, BOARD_ADVERTISERS - 1); /* retired never ages */
    assert_int_equal(j->counts.unauthorized, 0);
    assert_int_equal(j->verdict.cause, CAUSE_NOT_VERIFIED);
    assert_int_equal(judge(&b, SELECT_TOKEN, NULL, "emea-07")->counts.state[STATE_UNKNOWN], 2);
    assert_int_equal(judge(&b, SELECT_APP, "second", NULL)->counts.state[STATE_UNKNOWN], 1);
    end(&b);
}

/* --timeout-result is for when none was ever known; one that was is enough to read UNKNOWN. */
static void test_all_never_verified(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    for (unsigned i = 0; i < BOARD_ADVERTISERS; i++)
        if (i != AT_RETIRED)
            never_verified(&b.f.advertiser[i].verdict);
    b.timeout_state = STATE_OK;
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->state, STATE_OK);
    assert_int_equal(b.j.verdict.cause, CAUSE_NOT_VERIFIED);
    assert_int_equal(b.j.never, BOARD_ADVERTISERS - 1);
    b.f.advertiser[AT_OK].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_ADVERTISER, "7502022393087590400");
    board_fixture_free(&b.f);
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->state, STATE_UNKNOWN);
    assert_int_equal(b.j.never, BOARD_ADVERTISERS - 2);
    end(&b);
}

/* Whatever [severity] makes of a loss, it counts, unless that is ok; what was never verified is no known loss. */
static void test_unauthorized(void **state)
{
    static const struct {
        enum cause cause;
        enum state state;
        bool never, counts;
    } CASE[] = {
        {CAUSE_REVOKED, STATE_CRITICAL, false, true},      {CAUSE_REVOKED, STATE_WARNING, false, true},
        {CAUSE_REVOKED, STATE_UNKNOWN, false, true},       {CAUSE_REVOKED, STATE_OK, false, false},
        {CAUSE_TOKEN_REVOKED, STATE_WARNING, false, true}, {CAUSE_APP_BLOCKED, STATE_WARNING, false, true},
        {CAUSE_DELETED, STATE_WARNING, false, true},       {CAUSE_ACCOUNT_CLOSED, STATE_WARNING, false, true},
        {CAUSE_REFRESH_DUE, STATE_CRITICAL, false, false}, {CAUSE_ACCOUNT_SUSPENDED, STATE_CRITICAL, false, false},
        {CAUSE_TOKEN_EMPTY, STATE_CRITICAL, false, false}, {CAUSE_APP_CREDENTIALS, STATE_UNKNOWN, true, false},
        {CAUSE_AUTHORIZED, STATE_OK, false, false},        {CAUSE_NOT_VERIFIED, STATE_CRITICAL, false, false},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct verdict v = board_verdict(CASE[i].cause, SCOPE_ADVERTISER, "1");

        v.state = CASE[i].state;
        if (CASE[i].never)
            v.verified_at = 0;
        if (verdict_is_unauthorized(&v) != CASE[i].counts)
            fail_msg("row %zu", i);
    }
}

/* What is unverified about a token belongs to the token, not to each of its advertisers. */
static void test_note_of_a_token(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.token[AT_EMEA_01].note = "not verified: POST /x/";
    assert_int_equal(judge_advertiser(&b, AT_OK)->note_count, 0);
    assert_note(judge(&b, SELECT_TOKEN, NULL, "emea-01"), "not verified: POST /x/");
    end(&b);
}

static void test_empty_inventory(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.board.advertiser_count = 0;
    assert_refused(judge(&b, SELECT_ALL, NULL, NULL), "no advertisers in the inventory (clients.csv)");
    complain(&b.complaints, "clients.csv", 0, SUBJECT_ALL, "", "permission denied");
    assert_refused(judge(&b, SELECT_ALL, NULL, NULL),
                   "no advertisers in the inventory: permission denied (clients.csv)");
    end(&b);
}

static void test_many_complaints(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    for (unsigned i = 0; i < 20; i++)
        complain(&b.complaints, "clients.csv", i + 2, SUBJECT_ADVERTISER, "1", "fault %u", i);
    judge(&b, SELECT_ALL, NULL, NULL);
    assert_int_equal(b.j.note_count, 5);
    assert_note(&b.j, "clients.csv line 2: fault 0");
    assert_note(&b.j, "16 more faults in configuration and inventory");
    end(&b);
}

/* --- the api ----------------------------------------------------------------------------------------------------
 */

static void test_api(void **state)
{
    struct bench b;

    (void)state;
    begin_with(&b, "[sweep]\nstale_after = 2h\n");
    b.f.board.stale_after_s = 7200;
    assert_int_equal(judge(&b, SELECT_API, NULL, NULL)->state, STATE_OK);
    b.now = BOARD_NOW - 60 + 1800;
    assert_int_equal(judge(&b, SELECT_API, NULL, NULL)->state, STATE_OK);
    b.now++;
    assert_int_equal(judge(&b, SELECT_API, NULL, NULL)->state, STATE_WARNING);
    assert_int_equal(b.j.verdict.cause, CAUSE_NOT_VERIFIED);
    b.now = BOARD_NOW - 60 + 7201;
    assert_int_equal(judge(&b, SELECT_API, NULL, NULL)->state, STATE_UNKNOWN);
    end(&b);
}

static void test_api_never_verified(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    never_verified(&b.f.board.api);
    b.f.board.api_fault = (struct fault){CAUSE_NETWORK_FAULT, SCOPE_API, false, 0, "connection refused", "", 0};
    judge(&b, SELECT_API, NULL, NULL);
    assert_int_equal(b.j.state, STATE_UNKNOWN);
    assert_int_equal(b.j.verdict.cause, CAUSE_NETWORK_FAULT);
    assert_false(b.j.verdict.has_code);
    b.timeout_state = STATE_OK;
    assert_int_equal(judge(&b, SELECT_API, NULL, NULL)->state, STATE_OK);
    end(&b);
}

static void test_api_complaints(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.complaint[0] = (struct board_complaint){SUBJECT_TOKEN, "apac", "token file: mode 0644"};
    b.f.board.complaint_count = 1;
    assert_int_equal(judge(&b, SELECT_API, NULL, NULL)->state, STATE_OK); /* shown, no state */
    assert_int_equal(b.j.complaint_count, 1);
    complain(&b.complaints, "t.conf", 9, SUBJECT_ALL, "", "key 'x' is not known");
    assert_int_equal(judge(&b, SELECT_API, NULL, NULL)->state, STATE_WARNING);
    assert_int_equal(b.j.complaint_count, 2);
    assert_int_equal(judge(&b, SELECT_ALL, NULL, NULL)->state, STATE_CRITICAL);
    assert_note(&b.j, "t.conf line 9: key x is not known");
    end(&b);
}

static void test_store_fault(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.board.store_fault = "disk full";
    assert_int_equal(judge_advertiser(&b, AT_OK)->state, STATE_OK);
    assert_note(&b.j, "disk full");
    assert_int_equal(judge(&b, SELECT_API, NULL, NULL)->state, STATE_WARNING);
    end(&b);
}

/* --- without a snapshot, and notes ------------------------------------------------------------------------------
 */

static void test_no_snapshot(void **state)
{
    static const struct {
        struct selection selection;
        const char *refusal;
    } CASE[] = {
        {{SELECT_ADVERTISER, NULL, "7502022393087590401"}, "advertiser 7502022393087590401: it is gone"},
        {{SELECT_TOKEN, NULL, "emea-01"}, "token emea-01: it is gone"},
        {{SELECT_APP, "main", NULL}, "app main: it is gone"},
        {{SELECT_API, NULL, NULL}, "TikTok API: it is gone"},
        {{SELECT_ALL, NULL, NULL}, "it is gone"},
    };
    struct bench b;

    (void)state;
    begin(&b);
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        judgement_make(b.config, NULL, NULL, "it is gone", &CASE[i].selection, &b.thresholds, STATE_UNKNOWN,
                       BOARD_NOW, &b.j);
        assert_refused(&b.j, CASE[i].refusal);
        assert_non_null(b.j.fix[0]);
        judgement_make(b.config, NULL, NULL, NULL, &CASE[i].selection, &b.thresholds, STATE_OK, BOARD_NOW, &b.j);
        assert_int_equal(b.j.state, STATE_OK);
    }
    end(&b);
}

static void test_service_that_stopped(void **state)
{
    struct bench b;

    (void)state;
    begin_with(&b, "[sweep]\nby = service\n");
    b.f.board.real_interval_s = 600;
    b.now = b.f.board.made_at + 1800;
    assert_false(has_note(judge_advertiser(&b, AT_RETIRED), "tiktok-auth-agent"));
    b.now = b.f.board.made_at + 1800 + 600;
    assert_note(judge_advertiser(&b, AT_RETIRED), "is the service tiktok-auth-agent running?");
    assert_note(judge(&b, SELECT_API, NULL, NULL), "a full round takes 10 min at this budget");
    end(&b);
}

static void test_notes_are_bounded(void **state)
{
    static char text[2000];
    struct bench b;

    (void)state;
    begin(&b);
    judge_advertiser(&b, AT_OK);
    memset(text, 'x', sizeof(text) - 1);
    /* A character of three bytes across the limit is not torn. */
    memcpy(text + JUDGEMENT_TEXT_MAX - 3, "\xe2\x82\xac", 3);
    for (unsigned i = 0; i < 2 * JUDGEMENT_NOTES_MAX; i++)
        judgement_note(&b.j, "%s", text);
    assert_int_equal(b.j.note_count, JUDGEMENT_NOTES_MAX);
    assert_int_equal(strlen(b.j.note[0]), JUDGEMENT_TEXT_MAX - 3);
    end(&b);
}

static void test_damaged_rows(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    b.f.advertiser[AT_OK].verdict.cause = CAUSE_COUNT; /* what no writer writes */
    board_fixture_snapshot(&b.f);
    judge_advertiser(&b, AT_OK);
    assert_int_equal(b.j.state, STATE_UNKNOWN);
    assert_true(b.j.refusal[0] != '\0');
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_advertiser_ok),
        cmocka_unit_test(test_advertiser_lost),
        cmocka_unit_test(test_advertiser_of_two_apps),
        cmocka_unit_test(test_advertiser_not_found),
        cmocka_unit_test(test_complaint_about_advertiser),
        cmocka_unit_test(test_complaints_of_both),
        cmocka_unit_test(test_complaint_of_app_and_token),
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_severity_of_staleness),
        cmocka_unit_test(test_odd_clocks),
        cmocka_unit_test(test_fault_beside_verdict),
        cmocka_unit_test(test_own_fault_first),
        cmocka_unit_test(test_never_verified),
        cmocka_unit_test(test_never_verified_for_a_fault),
        cmocka_unit_test(test_fault_scope_is_the_root),
        cmocka_unit_test(test_stored_reason_stands),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_own_fix_and_runbook),
        cmocka_unit_test(test_reauth_url),
        cmocka_unit_test(test_token),
        cmocka_unit_test(test_unknown_token_and_app),
        cmocka_unit_test(test_token_that_left_the_configuration),
        cmocka_unit_test(test_token_that_is_kept_from_an_authorization),
        cmocka_unit_test(test_app),
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_all_with_an_unknown),
        cmocka_unit_test(test_all_when_one_is_stale),
        cmocka_unit_test(test_all_stale),
        cmocka_unit_test(test_all_never_verified),
        cmocka_unit_test(test_unauthorized),
        cmocka_unit_test(test_note_of_a_token),
        cmocka_unit_test(test_empty_inventory),
        cmocka_unit_test(test_many_complaints),
        cmocka_unit_test(test_api),
        cmocka_unit_test(test_api_never_verified),
        cmocka_unit_test(test_api_complaints),
        cmocka_unit_test(test_store_fault),
        cmocka_unit_test(test_no_snapshot),
        cmocka_unit_test(test_service_that_stopped),
        cmocka_unit_test(test_notes_are_bounded),
        cmocka_unit_test(test_damaged_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
