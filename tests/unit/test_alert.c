/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/alert: one alert for each root cause as it comes, changes and goes. The test keeps the rows of what was
 * told, as the store does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "board_fixture.h"
#include "config_fixture.h"
#include "core/alert.h"

enum { ROWS_MAX = 64, TEXT_SIZE = 4096 };

struct stage {
    struct complaints complaints;
    struct config *config;
    struct board_fixture board;
    struct verdict api;
    struct told told[ROWS_MAX];
    size_t told_count;
    bool begun;
    int64_t now;
    struct alerts *alerts;
    char shown[TEXT_SIZE];
};

static struct stage *stage_new(const char *snmp)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    char ini[512];

    assert_non_null(stage);
    complaints_init(&stage->complaints);
    snprintf(ini, sizeof(ini),
             "[app main]\napp_id = 1\nsecret_file = s\n[app second]\napp_id = 2\nsecret_file = s\n"
             "[token emea-01]\napp = main\ntoken_file = t\n[token emea-07]\napp = main\ntoken_file = t\n"
             "[token apac]\napp = second\ntoken_file = t\n[snmp]\n%s",
             snmp);
    stage->config = config_fixture(ini, &stage->complaints);
    board_fixture(&stage->board);
    stage->api = stage->board.board.api;
    stage->now = BOARD_NOW;
    return stage;
}

static void stage_free(struct stage *stage)
{
    alerts_free(stage->alerts);
    board_fixture_free(&stage->board);
    config_free(stage->config);
    complaints_free(&stage->complaints);
    free(stage);
}

static int sort(const void *a, const void *b)
{
    return told_order(a, b);
}

/* Strings of rows live in the arenas of boards that are gone: the few that tests compare are constants. */
static void keep(struct stage *stage)
{
    const struct alerts *alerts = stage->alerts;

    for (size_t i = 0; i < alerts->put_count; i++) {
        size_t k = 0;

        while (k < stage->told_count && told_order(&stage->told[k], &alerts->put[i]) != 0)
            k++;
        assert_true(k < ROWS_MAX);
        stage->told[k] = alerts->put[i];
        stage->told_count += k == stage->told_count;
    }
    for (size_t i = 0; i < alerts->drop_count; i++)
        for (size_t k = 0; k < stage->told_count; k++)
            if (told_order(&stage->told[k], &alerts->drop[i]) == 0) {
                stage->told[k] = stage->told[--stage->told_count];
                break;
            }
    qsort(stage->told, stage->told_count, sizeof(stage->told[0]), sort);
}

/* What is told of the board as it is now: "kind id old>new/cause; ..." */
static const char *tell(struct stage *stage)
{
    size_t len = 0;

    alerts_free(stage->alerts);
    (void)board_fixture_snapshot(&stage->board);
    stage->alerts = alerts_find(&(struct alert_input){
        .config = stage->config,
        .board = &stage->board.board,
        .api = &stage->api,
        .told = stage->told,
        .told_count = stage->told_count,
        .baseline = !stage->begun,
        .now = stage->now,
    });
    assert_non_null(stage->alerts);
    keep(stage);
    stage->begun = true;
    stage->shown[0] = '\0';
    for (size_t i = 0; i < stage->alerts->alert_count; i++) {
        const struct alert *a = &stage->alerts->alert[i];

        if (a->summary)
            len += (size_t)snprintf(stage->shown + len, TEXT_SIZE - len, "summary %s %d/%d; ",
                                    state_name(a->state), (int)a->changes, (int)a->suppressed);
        else
            len += (size_t)snprintf(stage->shown + len, TEXT_SIZE - len, "%s %s %s>%s/%s; ", scope_name(a->kind),
                                    a->id, state_name(a->old_state), state_name(a->state), cause_name(a->cause));
    }
    return stage->shown;
}

static void set(struct stage *stage, uint32_t at, enum cause cause)
{
    struct board_advertiser *a = &stage->board.advertiser[at];

    a->verdict = board_verdict(cause, SCOPE_ADVERTISER, a->id);
}

static void pass(struct stage *stage, int64_t seconds)
{
    stage->now += seconds;
}

/* As the fixture has it: told already. */
static struct stage *stage_with_baseline(const char *snmp)
{
    struct stage *stage = stage_new(snmp);

    assert_string_equal(tell(stage), "");
    pass(stage, 300);
    return stage;
}

static void the_first_board_is_the_baseline(void **state)
{
    struct stage *stage = stage_new("");

    (void)state;
    assert_string_equal(tell(stage), "");
    assert_int_equal(stage->told_count, 4); /* two advertisers, a token, an endpoint */
    pass(stage, 300);
    assert_string_equal(tell(stage), "");
    assert_int_equal(stage->alerts->put_count + stage->alerts->drop_count, 0);
    stage_free(stage);
}

static void a_loss_is_told_with_all_that_is_to_be_known(void **state)
{
    struct stage *stage = stage_with_baseline("");
    const struct alert *a;

    (void)state;
    stage->board.advertiser[AT_OK].verdict = stage->board.advertiser[AT_LOST].verdict;
    stage->board.advertiser[AT_OK].verdict.root_id = stage->board.advertiser[AT_OK].id;
    assert_string_equal(tell(stage), "advertiser 7502022393087590400 ok>critical/revoked; ");
    a = &stage->alerts->alert[0];
    assert_string_equal(a->app, "main");
    assert_string_equal(a->name, "Good Co");
    assert_string_equal(a->owner, "team-emea");
    assert_string_equal(a->client, "Acme");
    assert_true(a->has_code);
    assert_int_equal(a->code, 40001);
    assert_string_equal(a->request_id, "20261122021400ABCDEF");
    assert_int_equal(a->urgency, URGENCY_LOW);
    assert_int_equal(a->actor, ACTOR_CLIENT);
    assert_string_equal(a->action, "client must re-authorize");
    assert_non_null(strstr(a->fix, "1. Have whoever granted access re-grant the app"));
    assert_non_null(strstr(a->fix, "4. Run the authorization again"));
    assert_string_equal(a->reauth_url, "https://connect.example/7502022393087590400/again");
    assert_int_equal(a->members, 1);
    assert_int_equal(a->since, BOARD_LOST);
    assert_int_equal(a->at, stage->now);
    stage_free(stage);
}

/* Ours is for one root cause: its own link, or that of the worst of its members. */
static void a_link_leads_to_what_is_lost(void **state)
{
    struct stage *stage = stage_with_baseline("");
    struct board_fixture *board = &stage->board;
    static const char endpoint[] = "emea-01 GET /file/video/ad/search/";

    (void)state;
    board->app[0].reauth_url = "https://m.example/r/{link}";
    board->advertiser[AT_OK].verdict = board->advertiser[AT_LOST].verdict;
    board->advertiser[AT_OK].verdict.root_id = board->advertiser[AT_OK].id;
    board->advertiser[AT_OK].link = "7502022393087590400/abc";
    assert_string_equal(tell(stage), "advertiser 7502022393087590400 ok>critical/revoked; ");
    assert_string_equal(stage->alerts->alert[0].reauth_url, "https://m.example/r/7502022393087590400/abc");
    pass(stage, 300);
    board->token[AT_EMEA_07].verdict.cause = CAUSE_TOKEN_EXPIRED;
    board->token[AT_EMEA_07].link = board->advertiser[AT_DEAD].link = "emea-07/abc";
    board->advertiser[AT_DEAD].verdict.cause = CAUSE_TOKEN_EXPIRED;
    board->advertiser[AT_ENDPOINT].verdict.cause = CAUSE_SCOPE_MISSING;
    board->advertiser[AT_ENDPOINT].link = "emea-01/abc";
    (void)tell(stage);
    assert_int_equal(stage->alerts->alert_count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(stage->alerts->alert[i].reauth_url, strcmp(stage->alerts->alert[i].id, endpoint) == 0
                                                                    ? "https://m.example/r/emea-01/abc"
                                                                    : "https://m.example/r/emea-07/abc");
    stage_free(stage);
}

static void what_is_over_is_told_once(void **state)
{
    struct stage *stage = stage_with_baseline("");

    (void)state;
    set(stage, AT_LOST, CAUSE_AUTHORIZED);
    assert_string_equal(tell(stage), "advertiser 7502022393087590401 critical>ok/authorized; ");
    assert_string_equal(stage->alerts->alert[0].name, "Acme GmbH");
    assert_string_equal(stage->alerts->alert[0].reauth_url, "");
    assert_int_equal(stage->told_count, 4);
    pass(stage, 300);
    assert_string_equal(tell(stage), "");
    assert_int_equal(stage->told_count, 3); /* its row is over too */
    stage_free(stage);
}

static void another_cause_is_told_but_not_a_more_exact_one(void **state)
{
    struct stage *stage = stage_with_baseline("");

    (void)state;
    set(stage, AT_LOST, CAUSE_NEVER_CONNECTED);
    assert_string_equal(tell(stage), "");
    set(stage, AT_LOST, CAUSE_ACCOUNT_ACCESS);
    assert_string_equal(tell(stage), "");
    pass(stage, 300);
    set(stage, AT_LOST, CAUSE_DELETED);
    assert_string_equal(tell(stage), "advertiser 7502022393087590401 critical>critical/deleted; ");
    stage_free(stage);
}

static void a_higher_cause_takes_over_without_an_end(void **state)
{
    struct stage *stage = stage_with_baseline("");
    struct verdict lost = stage->board.advertiser[AT_LOST].verdict;

    (void)state;
    stage->board.token[AT_EMEA_01].verdict = board_verdict(CAUSE_TOKEN_EXPIRED, SCOPE_TOKEN, "emea-01");
    for (uint32_t i = 0; i < BOARD_ADVERTISERS; i++)
        if (i != AT_RETIRED && stage->board.advertiser[i].token == AT_EMEA_01)
            stage->board.advertiser[i].verdict = stage->board.token[AT_EMEA_01].verdict;
    assert_string_equal(tell(stage), "token emea-01 ok>critical/token_expired; ");
    assert_int_equal(stage->alerts->alert[0].members, 4);
    pass(stage, 300);
    /* The token lives again. What was lost by itself before is so still, and nobody is told twice. */
    stage->board.token[AT_EMEA_01].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_TOKEN, "emea-01");
    set(stage, AT_OK, CAUSE_AUTHORIZED);
    set(stage, AT_WARNING, CAUSE_AUTHORIZED);
    set(stage, AT_ENDPOINT, CAUSE_AUTHORIZED);
    stage->board.advertiser[AT_LOST].verdict = lost;
    assert_string_equal(tell(stage), "advertiser 7502022393087590404 warning>ok/authorized; "
                                     "endpoint emea-01 GET /file/video/ad/search/ critical>ok/authorized; "
                                     "token emea-01 critical>ok/authorized; ");
    stage_free(stage);
}

static void clients_and_endpoints_speak_through_their_worst_member(void **state)
{
    struct stage *stage = stage_with_baseline("");

    (void)state;
    for (uint32_t i = AT_OK; i <= AT_LOST; i++) {
        stage->board.advertiser[i].verdict = board_verdict(CAUSE_REVOKED, SCOPE_CLIENT, "Acme");
        stage->board.advertiser[i].verdict.has_code = true;
        stage->board.advertiser[i].verdict.code = 40001;
    }
    stage->board.advertiser[AT_OK].owner = "somebody else";
    assert_string_equal(tell(stage), "client Acme ok>critical/revoked; ");
    assert_string_equal(stage->alerts->alert[0].owner, ""); /* not of one owner */
    assert_string_equal(stage->alerts->alert[0].client, "Acme");
    assert_int_equal(stage->alerts->alert[0].code, 40001);
    assert_int_equal(stage->alerts->alert[0].members, 2);
    pass(stage, 300);
    /* One of them is well again: the client is not yet. */
    set(stage, AT_OK, CAUSE_AUTHORIZED);
    set(stage, AT_LOST, CAUSE_REVOKED);
    assert_string_equal(tell(stage), "");
    pass(stage, 300);
    for (uint32_t i = 0; i < BOARD_ADVERTISERS; i++)
        set(stage, i, CAUSE_AUTHORIZED);
    stage->board.token[AT_EMEA_07].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_TOKEN, "emea-07");
    assert_non_null(strstr(tell(stage), "client Acme critical>ok"));
    stage_free(stage);
}

static void the_api_is_told_with_what_it_said(void **state)
{
    struct stage *stage = stage_with_baseline("");

    (void)state;
    stage->api = board_verdict(CAUSE_NOT_VERIFIED, SCOPE_API, "");
    stage->board.board.api_fault = (struct fault){
        .cause = CAUSE_TIKTOK_FAULT, .has_code = true, .code = 50002, .message = "busy", .request_id = "r1"};
    assert_string_equal(tell(stage), "api  ok>unknown/not_verified; ");
    assert_int_equal(stage->alerts->alert[0].code, 50002);
    assert_string_equal(stage->alerts->alert[0].name, "TikTok API");
    pass(stage, 300);
    assert_string_equal(tell(stage), "");
    stage->api = stage->board.board.api;
    assert_string_equal(tell(stage), "api  unknown>ok/authorized; ");
    stage_free(stage);
}

static void what_is_no_longer_configured_is_over(void **state)
{
    struct stage *stage = stage_with_baseline("");

    (void)state;
    memmove(&stage->board.advertiser[AT_LOST], &stage->board.advertiser[AT_DEAD],
            (BOARD_ADVERTISERS - AT_DEAD) * sizeof(stage->board.advertiser[0]));
    stage->board.board.advertiser_count = BOARD_ADVERTISERS - 1;
    assert_string_equal(tell(stage), "advertiser 7502022393087590401 critical>ok/authorized; ");
    assert_string_equal(stage->alerts->alert[0].note, "no longer monitored");
    stage_free(stage);
}

static void flapping_is_damped(void **state)
{
    struct stage *stage = stage_with_baseline("notify_interval = 10m\n");
    const char *lost = "advertiser 7502022393087590400 ok>critical/revoked; ";

    (void)state;
    set(stage, AT_OK, CAUSE_REVOKED);
    assert_string_equal(tell(stage), lost);
    for (int i = 0; i < 2; i++) { /* there and back, within the interval */
        pass(stage, 60);
        set(stage, AT_OK, CAUSE_AUTHORIZED);
        assert_string_equal(tell(stage), "");
        pass(stage, 60);
        set(stage, AT_OK, CAUSE_REVOKED);
        assert_string_equal(tell(stage), "");
    }
    pass(stage, 60);
    set(stage, AT_OK, CAUSE_AUTHORIZED);
    assert_string_equal(tell(stage), "");
    pass(stage, 360);
    assert_string_equal(tell(stage), "advertiser 7502022393087590400 critical>ok/authorized; ");
    assert_int_equal(stage->alerts->alert[0].suppressed, 4);
    /* A new loss too soon after that waits as well, and counts from then. */
    pass(stage, 60);
    set(stage, AT_OK, CAUSE_REVOKED);
    assert_string_equal(tell(stage), "");
    pass(stage, 600);
    assert_string_equal(tell(stage), lost);
    assert_int_equal(stage->alerts->alert[0].suppressed, 0);
    stage_free(stage);
}

static void a_clock_set_back_holds_nothing_up(void **state)
{
    struct stage *stage = stage_with_baseline("notify_interval = 1d\n");

    (void)state;
    stage->now -= 10 * 86400;
    set(stage, AT_LOST, CAUSE_AUTHORIZED);
    assert_string_equal(tell(stage), "advertiser 7502022393087590401 critical>ok/authorized; ");
    stage_free(stage);
}

static void above_the_burst_a_summary_stands_for_the_rest(void **state)
{
    struct stage *stage = stage_with_baseline("notify_burst = 2\nnotify_interval = 0s\n");

    (void)state;
    set(stage, AT_OK, CAUSE_REVOKED);
    set(stage, AT_LOST, CAUSE_AUTHORIZED);
    set(stage, AT_WARNING, CAUSE_AUTHORIZED);
    set(stage, AT_ENDPOINT, CAUSE_DELETED);
    /* Worst first, news before ends; changes 5: two told, three not. */
    assert_string_equal(tell(stage), "advertiser 7502022393087590400 ok>critical/revoked; "
                                     "advertiser 7502022393087590406 ok>critical/deleted; summary critical 5/3; ");
    assert_string_equal(stage->alerts->alert[2].note,
                        "5 changes at once: 2 new or worse, 3 over; 2 told one by one");
    pass(stage, 1);
    assert_string_equal(tell(stage), ""); /* all are told by it */
    stage_free(stage);
}

static void an_end_of_what_was_told_alone_is_never_summed_up(void **state)
{
    struct stage *stage = stage_with_baseline("notify_burst = 2\nnotify_interval = 0s\n");

    (void)state;
    set(stage, AT_OK, CAUSE_REVOKED);
    assert_string_equal(tell(stage), "advertiser 7502022393087590400 ok>critical/revoked; ");
    pass(stage, 1);
    set(stage, AT_OK, CAUSE_AUTHORIZED);
    set(stage, AT_LOST, CAUSE_DELETED);
    set(stage, AT_WARNING, CAUSE_DELETED);
    set(stage, AT_ENDPOINT, CAUSE_DELETED);
    /* Three news and two ends: one end was told alone and waits, the other is of the baseline. */
    assert_string_equal(tell(stage), "advertiser 7502022393087590401 critical>critical/deleted; "
                                     "advertiser 7502022393087590404 warning>critical/deleted; "
                                     "summary critical 4/2; ");
    pass(stage, 1);
    assert_string_equal(tell(stage), "advertiser 7502022393087590400 critical>ok/authorized; ");
    pass(stage, 1);
    /* What a summary has told may end in one. */
    set(stage, AT_LOST, CAUSE_AUTHORIZED);
    set(stage, AT_WARNING, CAUSE_AUTHORIZED);
    set(stage, AT_ENDPOINT, CAUSE_AUTHORIZED);
    assert_string_equal(tell(stage), "advertiser 7502022393087590401 critical>ok/authorized; "
                                     "advertiser 7502022393087590404 critical>ok/authorized; "
                                     "summary ok 3/1; ");
    stage_free(stage);
}

static void the_rest_of_a_client_is_not_told_again(void **state)
{
    struct stage *stage = stage_with_baseline("notify_interval = 0s\n");

    (void)state;
    stage->board.advertiser[AT_DEAD].client = stage->board.advertiser[AT_DEAD_TOO].client = "Beta";
    for (uint32_t i = AT_OK; i <= AT_LOST; i++)
        stage->board.advertiser[i].verdict = board_verdict(CAUSE_DELETED, SCOPE_CLIENT, "Acme");
    assert_string_equal(tell(stage), "client Acme ok>critical/deleted; ");
    pass(stage, 300);
    set(stage, AT_LOST, CAUSE_AUTHORIZED);
    set(stage, AT_OK, CAUSE_DELETED); /* alone now, its own root cause */
    assert_string_equal(tell(stage), "advertiser 7502022393087590401 critical>ok/authorized; ");
    pass(stage, 300);
    /* The client's account that is suspended is another matter. */
    set(stage, AT_OK, CAUSE_AUTHORIZED);
    assert_string_equal(tell(stage), "client Acme critical>ok/authorized; ");
    stage_free(stage);
}

static void a_token_that_can_t_be_verified_is_told_while_the_api_works(void **state)
{
    struct stage *stage = stage_with_baseline("");
    struct board_token *token = &stage->board.token[AT_APAC];

    (void)state;
    /* In an outage it goes stale a little before the api does: that is the api's to tell. */
    token->verdict.verified_at = stage->now - 7200;
    stage->api.verified_at = stage->now - 7190;
    token->ended = stage->now - 10;
    stage->api.since = stage->now - 86400;
    assert_string_equal(tell(stage), "");
    /* The rounds died, so that nothing tells of the outage, and this one has not come to the token yet. */
    stage->api.verified_at = stage->now;
    token->ended = stage->now - 7200;
    assert_string_equal(tell(stage), "");
    stage->api.verified_at = stage->now - 60;
    token->ended = stage->now - 10;
    stage->api.since = stage->now - 86400;
    token->fault = (struct fault){.cause = CAUSE_TOKEN_EMPTY, .message = "no such file", .request_id = ""};
    assert_string_equal(tell(stage), "token apac ok>unknown/not_verified; ");
    assert_string_equal(stage->alerts->alert[0].message, "no such file");
    pass(stage, 300);
    /* The api goes too: it alone is told, and the token's alert stays open. */
    stage->api = board_verdict(CAUSE_NOT_VERIFIED, SCOPE_API, "");
    assert_string_equal(tell(stage), "api  ok>unknown/not_verified; ");
    pass(stage, 300);
    /* The api is back, and the token was not asked since. */
    stage->api = stage->board.board.api;
    stage->api.since = stage->now;
    assert_string_equal(tell(stage), "api  unknown>ok/authorized; ");
    pass(stage, 300);
    token->verdict.verified_at = stage->now;
    assert_string_equal(tell(stage), "token apac unknown>ok/authorized; ");
    stage_free(stage);
}

static bool find_all(void *arg)
{
    struct stage *stage = arg;
    struct alerts *alerts = alerts_find(&(struct alert_input){
        .config = stage->config,
        .board = &stage->board.board,
        .api = &stage->api,
        .told = stage->told,
        .told_count = stage->told_count,
        .now = stage->now,
    });
    bool ok = alerts != NULL;

    alerts_free(alerts);
    return ok;
}

static void out_of_memory_finds_nothing(void **state)
{
    struct stage *stage = stage_with_baseline("notify_burst = 1\n");

    (void)state;
    set(stage, AT_OK, CAUSE_REVOKED);
    set(stage, AT_LOST, CAUSE_AUTHORIZED);
    (void)board_fixture_snapshot(&stage->board);
    assert_true(alloc_fail_each(find_all, stage) > 0);
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_board_is_the_baseline),
        cmocka_unit_test(a_loss_is_told_with_all_that_is_to_be_known),
        cmocka_unit_test(a_link_leads_to_what_is_lost),
        cmocka_unit_test(what_is_over_is_told_once),
        cmocka_unit_test(another_cause_is_told_but_not_a_more_exact_one),
        cmocka_unit_test(a_higher_cause_takes_over_without_an_end),
        cmocka_unit_test(clients_and_endpoints_speak_through_their_worst_member),
        cmocka_unit_test(the_api_is_told_with_what_it_said),
        cmocka_unit_test(what_is_no_longer_configured_is_over),
        cmocka_unit_test(flapping_is_damped),
        cmocka_unit_test(a_clock_set_back_holds_nothing_up),
        cmocka_unit_test(above_the_burst_a_summary_stands_for_the_rest),
        cmocka_unit_test(an_end_of_what_was_told_alone_is_never_summed_up),
        cmocka_unit_test(the_rest_of_a_client_is_not_told_again),
        cmocka_unit_test(a_token_that_can_t_be_verified_is_told_while_the_api_works),
        cmocka_unit_test(out_of_memory_finds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
