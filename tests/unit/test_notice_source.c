/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/notice_source: notices of the agent's alerts and of engines' notifications, joined with a snapshot. */
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
#include "core/message.h"
#include "core/notice_source.h"
#include "core/roster.h"

#define APP_ID "7055107885017071618"

static const char INI[] = "[app main]\n"
                          "app_id = " APP_ID "\n"
                          "[app second]\n"
                          "app_id = 7055107885017071619\n"
                          "[token emea-01]\n"
                          "app = main\n"
                          "token_file = a\n"
                          "required_permissions = GET /campaign/get/\n"
                          "[token emea-07]\n"
                          "app = main\n"
                          "token_file = b\n"
                          "[token apac]\n"
                          "app = second\n"
                          "token_file = c\n"
                          "[inventory]\n"
                          "file = clients.csv\n"
                          "[fix account_suspended]\n"
                          "text = Call Anna\n"
                          "runbook_url = https://wiki.example/suspended\n"
                          "[feed icinga]\n"
                          "kind = icinga2\n"
                          "url = https://icinga.example:5665\n"
                          "user = u\n"
                          "password_file = p\n"
                          "host = ads_{app}_host\n";

/* Everything that a notice is made of. */
struct bench {
    struct board_fixture f;
    struct complaints complaints;
    struct config *config;
    struct arena arena;
    struct notice_source source;
    struct notice n;
};

static void begin(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    complaints_init(&b->complaints);
    b->config = config_fixture(INI, &b->complaints);
    board_fixture(&b->f);
    b->source = (struct notice_source){.config = b->config, .arena = &b->arena, .now = BOARD_NOW};
}

/* The board as it is by now becomes the snapshot. */
static void publish(struct bench *b)
{
    b->source.snapshot = board_fixture_snapshot(&b->f);
}

static void end(struct bench *b)
{
    board_fixture_free(&b->f);
    config_free(b->config);
    complaints_free(&b->complaints);
    arena_free(&b->arena);
}

static struct engine_event an_event(const char *type, const char *host, const char *service, const char *state)
{
    return (struct engine_event){
        .engine = "nagios",
        .type = type,
        .host = host,
        .service = service,
        .state = state,
        .time = "1795316300",
        .since = "1795316290",
        .output = "TIKTOK AUTH CRITICAL - something",
    };
}

static const struct notice *event(struct bench *b, const char *type, const char *host, const char *service,
                                  const char *state)
{
    struct engine_event e = an_event(type, host, service, state);
    struct err err = {""};

    if (!notice_of_event(&b->source, &e, &b->n, &err))
        fail_msg("%s", err.text);
    return &b->n;
}

/* --- what the agent tells -------------------------------------------------------------------------------------
 */

static struct alert an_alert(enum scope kind, const char *app, const char *id, enum cause cause)
{
    return (struct alert){
        .at = BOARD_NOW - 10,
        .kind = kind,
        .app = app,
        .id = id,
        .name = id,
        .owner = "",
        .client = "",
        .state = cause_info(cause)->state,
        .cause = cause,
        .old_cause = CAUSE_AUTHORIZED,
        .message = "",
        .request_id = "",
        .urgency = cause_info(cause)->urgency,
        .actor = ACTOR_CLIENT,
        .action = "client must re-authorize",
        .fix = "1. a 2. b",
        .reauth_url = "",
        .members = 1,
        .since = BOARD_LOST,
        .note = "",
    };
}

static void an_alert_of_an_advertiser(void **state)
{
    struct bench b;
    struct alert alert = an_alert(SCOPE_ADVERTISER, "main", "7502022393087590401", CAUSE_REVOKED);

    (void)state;
    begin(&b);
    publish(&b);
    alert.name = "Acme GmbH";
    alert.owner = "team-emea";
    alert.has_code = true;
    alert.code = 40001;
    assert_true(notice_of_alert(&b.source, 17, &alert, &b.n));
    assert_string_equal(b.n.id, "agent/17");
    assert_string_equal(b.n.key, "tiktok-auth/" APP_ID "/7502022393087590401");
    assert_int_equal(b.n.type, NOTICE_PROBLEM);
    assert_false(b.n.from_engine);
    assert_string_equal(b.n.sender, "agent");
    assert_int_equal(b.n.at, BOARD_NOW - 10);
    assert_string_equal(b.n.advertiser_id, "7502022393087590401");
    assert_string_equal(b.n.app_id, APP_ID);
    assert_string_equal(b.n.token, "emea-01");
    assert_string_equal(b.n.owner, "team-emea");
    assert_string_equal(b.n.client, "Acme");
    assert_int_equal(b.n.last_ok, BOARD_LOST - 300);
    assert_int_equal(b.n.verified_at, BOARD_NOW - 60);
    assert_string_equal(b.n.reauth_url, "https://connect.example/7502022393087590401/again");
    assert_non_null(b.n.fix[3]);
    assert_non_null(strstr(b.n.fix[0], "TikTok Business Center"));
    end(&b);
}

static void an_alert_of_what_is_above(void **state)
{
    struct bench b;
    struct alert alert = an_alert(SCOPE_TOKEN, "main", "emea-07", CAUSE_TOKEN_REVOKED);

    (void)state;
    begin(&b);
    publish(&b);
    alert.members = 2;
    assert_true(notice_of_alert(&b.source, 1, &alert, &b.n));
    assert_string_equal(b.n.key, "tiktok-auth/" APP_ID "/token/emea-07");
    assert_string_equal(b.n.owner, roster_platform);
    assert_string_equal(b.n.token, "emea-07");
    assert_int_equal(b.n.members, 2);
    assert_string_equal(b.n.advertiser_id, "");

    alert = an_alert(SCOPE_API, "", "", CAUSE_NOT_VERIFIED);
    alert.name = "TikTok API";
    assert_true(notice_of_alert(&b.source, 2, &alert, &b.n));
    assert_string_equal(b.n.key, "tiktok-auth/api");
    assert_string_equal(b.n.owner, roster_platform);

    alert = an_alert(SCOPE_ENDPOINT, "main", "emea-01 GET /file/video/ad/search/", CAUSE_ENDPOINT_PERMISSION);
    alert.owner = "team-emea";
    assert_true(notice_of_alert(&b.source, 3, &alert, &b.n));
    assert_string_equal(b.n.key, "tiktok-auth/" APP_ID "/token/emea-01/endpoint/file/video/ad/search");
    assert_string_equal(b.n.token, "emea-01");
    assert_string_equal(b.n.endpoint, "GET /file/video/ad/search/");
    assert_string_equal(b.n.owner, roster_platform);

    alert = an_alert(SCOPE_CLIENT, "main", "Acme", CAUSE_REVOKED);
    alert.owner = "team-emea";
    assert_true(notice_of_alert(&b.source, 4, &alert, &b.n));
    assert_string_equal(b.n.key, "tiktok-auth/" APP_ID "/client/Acme");
    assert_string_equal(b.n.owner, "team-emea");
    assert_string_equal(b.n.client, "Acme");
    end(&b);
}

static void the_end_of_a_trouble(void **state)
{
    struct bench b;
    struct alert alert = an_alert(SCOPE_ADVERTISER, "main", "7502022393087590400", CAUSE_AUTHORIZED);

    (void)state;
    begin(&b);
    publish(&b);
    alert.old_state = STATE_CRITICAL;
    alert.old_cause = CAUSE_REVOKED;
    alert.note = "no longer monitored";
    assert_true(notice_of_alert(&b.source, 1, &alert, &b.n));
    assert_int_equal(b.n.type, NOTICE_RECOVERY);
    assert_int_equal(notice_trouble_cause(&b.n), CAUSE_REVOKED);
    assert_null(b.n.fix[0]);
    assert_string_equal(b.n.note, "no longer monitored");
    assert_string_equal(b.n.name, "7502022393087590400");
    end(&b);
}

static void words_of_the_user_come_first(void **state)
{
    struct bench b;
    struct alert alert = an_alert(SCOPE_ADVERTISER, "main", "7502022393087590404", CAUSE_ACCOUNT_SUSPENDED);

    (void)state;
    begin(&b);
    publish(&b);
    assert_true(notice_of_alert(&b.source, 1, &alert, &b.n));
    assert_string_equal(b.n.fix[0], "Call Anna");
    assert_null(b.n.fix[1]);
    assert_string_equal(b.n.runbook_url, "https://wiki.example/suspended");
    /* No snapshot, no configuration: what the alert says is enough. */
    b.source.snapshot = NULL;
    b.source.config = NULL;
    assert_true(notice_of_alert(&b.source, 1, &alert, &b.n));
    assert_string_equal(b.n.key, "tiktok-auth/app/main/7502022393087590404");
    assert_non_null(b.n.fix[0]);
    end(&b);
}

/* --- a whole board --------------------------------------------------------------------------------------------
 */

struct heard {
    struct arena arena;
    struct notice notice[20];
    struct notice_open open[20];
    size_t count;
};

static bool keep(void *arg, const struct notice *notice)
{
    struct heard *heard = arg;

    assert_true(heard->count < TTA_LEN(heard->notice));
    assert_true(notice_copy(notice, &heard->arena, &heard->notice[heard->count]));
    heard->open[heard->count] =
        (struct notice_open){heard->notice[heard->count].key, &heard->notice[heard->count]};
    heard->count++;
    return true;
}

static void a_board_tells_what_is_news(void **state)
{
    struct bench b;
    struct heard first = {0}, second = {0}, third = {0};

    (void)state;
    begin(&b);
    publish(&b);
    assert_true(notices_of_board(&b.source, 7, NULL, 0, keep, &first));
    assert_int_equal(first.count, 4); /* the token, one revoked, one suspended, an endpoint */
    for (size_t i = 0; i < first.count; i++) {
        assert_int_equal(first.notice[i].type, NOTICE_PROBLEM);
        assert_memory_equal(first.notice[i].id, "agent/7/", 8);
        assert_true(first.notice[i].cause != CAUSE_COUNT);
        assert_non_null(first.notice[i].fix[0]);
        assert_int_equal(first.notice[i].since, BOARD_LOST);
    }
    assert_string_equal(first.notice[0].key, "tiktok-auth/" APP_ID "/token/emea-07");
    assert_int_equal(first.notice[0].code, 40105);
    assert_int_equal(first.notice[0].members, 2);

    /* Nothing is told twice. */
    assert_true(notices_of_board(&b.source, 8, first.open, first.count, keep, &second));
    assert_int_equal(second.count, 0);

    /* The token lives again, one of its advertisers is lost for itself; one is as it was; one left. */
    b.f.token[AT_EMEA_07].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_TOKEN, "emea-07");
    b.f.advertiser[AT_DEAD].verdict = board_verdict(CAUSE_REVOKED, SCOPE_ADVERTISER, b.f.advertiser[AT_DEAD].id);
    b.f.advertiser[AT_DEAD_TOO].verdict =
        board_verdict(CAUSE_AUTHORIZED, SCOPE_ADVERTISER, b.f.advertiser[AT_DEAD_TOO].id);
    b.f.advertiser[AT_ENDPOINT].verdict =
        board_verdict(CAUSE_AUTHORIZED, SCOPE_ADVERTISER, b.f.advertiser[AT_ENDPOINT].id);
    b.f.advertiser[AT_WARNING].id = "7502022393087590409";
    b.f.advertiser[AT_WARNING].verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_ADVERTISER, "7502022393087590409");
    b.f.advertiser[AT_ENDPOINT] = b.f.advertiser[AT_WARNING];
    b.f.advertiser[AT_WARNING] = b.f.advertiser[AT_RETIRED];
    b.f.advertiser[AT_RETIRED] = b.f.advertiser[AT_ENDPOINT];
    b.f.advertiser[AT_RETIRED].id = "7502022393087590406";
    publish(&b);
    assert_true(notices_of_board(&b.source, 9, first.open, first.count, keep, &third));
    assert_int_equal(third.count, 4);
    assert_int_equal(third.notice[0].type, NOTICE_PROBLEM);
    assert_string_equal(third.notice[0].advertiser_id, b.f.advertiser[AT_DEAD].id);
    for (size_t i = 1; i < third.count; i++) {
        assert_int_equal(third.notice[i].type, NOTICE_RECOVERY);
        assert_int_equal(third.notice[i].state, STATE_OK);
        assert_true(third.notice[i].old_cause != CAUSE_COUNT && third.notice[i].old_state != STATE_OK);
        if (strstr(third.notice[i].key, "7502022393087590404"))
            assert_string_equal(third.notice[i].note, "no longer monitored");
        else
            assert_string_equal(third.notice[i].note, "");
    }
    arena_free(&first.arena);
    arena_free(&second.arena);
    arena_free(&third.arena);
    end(&b);
}

/* What something higher explains now is not over. */
static void what_is_explained_stays_open(void **state)
{
    struct bench b;
    struct heard first = {0}, second = {0};

    (void)state;
    begin(&b);
    publish(&b);
    assert_true(notices_of_board(&b.source, 7, NULL, 0, keep, &first));
    b.f.token[AT_EMEA_01].verdict = board_verdict(CAUSE_TOKEN_REVOKED, SCOPE_TOKEN, "emea-01");
    for (size_t i = 0; i < BOARD_ADVERTISERS; i++)
        if (b.f.advertiser[i].token == AT_EMEA_01 && i != AT_RETIRED)
            b.f.advertiser[i].verdict = b.f.token[AT_EMEA_01].verdict;
    publish(&b);
    assert_true(notices_of_board(&b.source, 8, first.open, first.count, keep, &second));
    assert_int_equal(second.count, 1);
    assert_string_equal(second.notice[0].key, "tiktok-auth/" APP_ID "/token/emea-01");
    arena_free(&first.arena);
    arena_free(&second.arena);
    end(&b);
}

/* --- what an engine tells -------------------------------------------------------------------------------------
 */

static void services_are_known_by_their_names(void **state)
{
    static const struct {
        const char *host, *service, *key, *owner;
        enum scope kind;
    } ROW[] = {
        {"tiktok-main", "api", "tiktok-auth/api", "platform", SCOPE_API},
        {"tiktok-second", "api", "tiktok-auth/api", "platform", SCOPE_API},
        {"tiktok-main", "app", "tiktok-auth/" APP_ID, "platform", SCOPE_APP},
        {"tiktok-main", "", "tiktok-auth/" APP_ID, "platform", SCOPE_APP},
        {"tiktok-main", "token-emea-07", "tiktok-auth/" APP_ID "/token/emea-07", "platform", SCOPE_TOKEN},
        {"tiktok-main", "token-emea-01/file/video/ad/search",
         "tiktok-auth/" APP_ID "/token/emea-01/endpoint/file/video/ad/search", "platform", SCOPE_ENDPOINT},
        {"tiktok-main", "token-emea-01/campaign/get", "tiktok-auth/" APP_ID "/token/emea-01/endpoint/campaign/get",
         "platform", SCOPE_ENDPOINT},
        {"tiktok-main", "7502022393087590401", "tiktok-auth/" APP_ID "/7502022393087590401", "team-emea",
         SCOPE_ADVERTISER},
        {"ads_second_host", "7502022393087590401", "tiktok-auth/7055107885017071619/7502022393087590401",
         "team-emea", SCOPE_ADVERTISER},
        {"tiktok-main", "9", "tiktok-auth/" APP_ID "/9", "platform", SCOPE_ADVERTISER},
    };
    struct bench b;

    (void)state;
    begin(&b);
    publish(&b);
    for (size_t i = 0; i < TTA_LEN(ROW); i++) {
        const struct notice *n = event(&b, "PROBLEM", ROW[i].host, ROW[i].service, "CRITICAL");

        assert_string_equal(n->key, ROW[i].key);
        assert_int_equal(n->kind, ROW[i].kind);
        assert_string_equal(n->owner, ROW[i].owner);
        assert_false(n->is_foreign);
    }
    end(&b);
}

static void a_client_is_known_by_its_slug(void **state)
{
    struct bench b;
    struct arena arena = {0};
    const char *service;
    const struct notice *n;

    (void)state;
    begin(&b);
    for (size_t i = 0; i < BOARD_ADVERTISERS; i++)
        b.f.advertiser[i].client = i % 2 ? "Acme GmbH & Co" : "Other";
    publish(&b);
    service = arena_printf(&arena, "client-%s", roster_slug(&arena, "Acme GmbH & Co"));
    n = event(&b, "PROBLEM", "tiktok-main", service, "CRITICAL");
    assert_int_equal(n->kind, SCOPE_CLIENT);
    assert_string_equal(n->client, "Acme GmbH & Co");
    assert_string_equal(n->key, "tiktok-auth/" APP_ID "/client/Acme GmbH & Co");
    n = event(&b, "PROBLEM", "tiktok-main", "client-nobody", "CRITICAL");
    assert_true(n->is_foreign);
    arena_free(&arena);
    end(&b);
}

static void the_snapshot_says_why(void **state)
{
    struct bench b;
    const struct notice *n;

    (void)state;
    begin(&b);
    publish(&b);
    n = event(&b, "PROBLEM", "tiktok-main", "7502022393087590401", "CRITICAL");
    assert_true(n->from_engine);
    assert_string_equal(n->sender, "nagios");
    assert_int_equal(n->at, 1795316300);
    assert_int_equal(n->since, 1795316290);
    assert_int_equal(n->state, STATE_CRITICAL);
    assert_int_equal(n->cause, CAUSE_REVOKED);
    assert_int_equal(n->code, 40001);
    assert_string_equal(n->request_id, "20261122021400ABCDEF");
    assert_string_equal(n->name, "Acme GmbH");
    assert_string_equal(n->token, "emea-01");
    assert_string_equal(n->action, "client must re-authorize");
    assert_string_equal(n->reauth_url, "https://connect.example/7502022393087590401/again");
    assert_non_null(n->fix[0]);
    assert_int_equal(n->last_ok, BOARD_LOST - 300);
    assert_string_equal(n->output, "TIKTOK AUTH CRITICAL - something");
    n = event(&b, "PROBLEM", "tiktok-main", "token-emea-07", "CRITICAL");
    assert_int_equal(n->cause, CAUSE_TOKEN_REVOKED);
    assert_int_equal(n->code, 40105);
    n = event(&b, "PROBLEM", "tiktok-main", "token-emea-01/file/video/ad/search", "WARNING");
    assert_int_equal(n->cause, CAUSE_ENDPOINT_PERMISSION);
    assert_int_equal(n->members, 1);
    assert_string_equal(n->root, "emea-01 GET /file/video/ad/search/");
    n = event(&b, "PROBLEM", "tiktok-main", "token-emea-01/campaign/get", "WARNING");
    assert_string_equal(n->root, "emea-01 GET /campaign/get/"); /* as the configuration has it */
    end(&b);
}

/* What the snapshot does not bear out, or does not know, is still told, with what the engine gave. */
static void nothing_is_lost(void **state)
{
    struct bench b;
    const struct notice *n;
    struct engine_event e;
    struct err err = {""};

    (void)state;
    begin(&b);
    publish(&b);
    n = event(&b, "PROBLEM", "tiktok-main", "7502022393087590400", "UNKNOWN"); /* it is OK there */
    assert_int_equal(n->cause, CAUSE_COUNT);
    assert_int_equal(n->state, STATE_UNKNOWN);
    assert_int_equal(n->urgency, URGENCY_HIGH);
    assert_int_equal(n->actor, ACTOR_US);
    assert_string_equal(n->name, "Good Co");
    assert_null(n->fix[0]);
    n = event(&b, "PROBLEM", "tiktok-main", "all", "WARNING");
    assert_true(n->is_foreign);
    assert_string_equal(n->key, "tiktok-auth/engine/tiktok-main/all");
    assert_string_equal(n->name, "all on tiktok-main");
    assert_int_equal(n->urgency, URGENCY_LOW);
    n = event(&b, "PROBLEM", "db1", "", "DOWN");
    assert_true(n->is_foreign);
    assert_string_equal(n->name, "db1");
    assert_int_equal(n->state, STATE_CRITICAL);
    assert_string_equal(n->owner, roster_platform);
    n = event(&b, "PROBLEM", "tiktok-main", "token-/x", "CRITICAL");
    assert_true(n->is_foreign);
    n = event(&b, "PROBLEM", "tiktok-mainz", "app", "CRITICAL");
    assert_true(n->is_foreign);
    /* The engine calls it a trouble, [severity] does not. */
    b.f.advertiser[AT_WARNING].verdict.state = STATE_OK;
    publish(&b);
    n = event(&b, "PROBLEM", "tiktok-main", "7502022393087590404", "CRITICAL");
    assert_int_equal(n->cause, CAUSE_COUNT);
    e = an_event("PROBLEM", "db1", "disk", "CRITICAL");
    e.display_name = "The disk";
    assert_true(notice_of_event(&b.source, &e, &b.n, &err));
    assert_string_equal(b.n.name, "The disk");
    /* Neither snapshot nor configuration. */
    b.source.snapshot = NULL;
    n = event(&b, "PROBLEM", "tiktok-main", "7502022393087590401", "CRITICAL");
    assert_string_equal(n->key, "tiktok-auth/" APP_ID "/7502022393087590401");
    assert_int_equal(n->cause, CAUSE_COUNT);
    b.source.config = NULL;
    n = event(&b, "PROBLEM", "tiktok-main", "7502022393087590401", "CRITICAL");
    assert_true(n->is_foreign);
    e = an_event("PARTY", "db1", "disk", "CRITICAL");
    assert_false(notice_of_event(&b.source, &e, &b.n, &err));
    assert_true(err.text[0]);
    e = an_event("PROBLEM", NULL, "disk", "CRITICAL");
    assert_false(notice_of_event(&b.source, &e, &b.n, &err));
    end(&b);
}

static void states_of_hosts_and_recoveries(void **state)
{
    struct bench b;
    const struct notice *n;
    struct engine_event e;
    struct err err = {""};

    (void)state;
    begin(&b);
    publish(&b);
    n = event(&b, "RECOVERY", "tiktok-main", "", "UP");
    assert_int_equal(n->type, NOTICE_RECOVERY);
    assert_int_equal(n->state, STATE_OK);
    assert_string_equal(n->key, "tiktok-auth/" APP_ID);
    n = event(&b, "PROBLEM", "tiktok-main", "", "UNREACHABLE");
    assert_int_equal(n->state, STATE_UNKNOWN);
    n = event(&b, "PROBLEM", "tiktok-main", "", NULL);
    assert_int_equal(n->state, STATE_UNKNOWN);
    /* A host that is up does not end the trouble of its app. */
    b.f.app[0].verdict = board_verdict(CAUSE_APP_BLOCKED, SCOPE_APP, "main");
    publish(&b);
    n = event(&b, "RECOVERY", "tiktok-main", "", "UP");
    assert_int_equal(n->type, NOTICE_PROBLEM);
    assert_int_equal(n->state, STATE_CRITICAL);
    assert_int_equal(n->cause, CAUSE_APP_BLOCKED);
    n = event(&b, "RECOVERY", "tiktok-main", "app", "OK");
    assert_int_equal(n->type, NOTICE_RECOVERY);
    n = event(&b, "RECOVERY", "tiktok-main", "app", NULL);
    assert_int_equal(n->state, STATE_OK);
    e = an_event("RECOVERY", "tiktok-main", "token-emea-07", "OK");
    e.old_state = "CRITICAL";
    assert_true(notice_of_event(&b.source, &e, &b.n, &err));
    assert_int_equal(b.n.old_state, STATE_CRITICAL);
    assert_int_equal(b.n.cause, CAUSE_AUTHORIZED);
    assert_null(b.n.fix[0]);
    e = an_event("ACKNOWLEDGEMENT", "tiktok-main", "token-emea-07", "CRITICAL");
    e.author = "anna";
    e.comment = "mine";
    assert_true(notice_of_event(&b.source, &e, &b.n, &err));
    assert_int_equal(b.n.type, NOTICE_ACKNOWLEDGEMENT);
    assert_string_equal(b.n.author, "anna");
    assert_string_equal(b.n.comment, "mine");
    assert_int_equal(b.n.cause, CAUSE_TOKEN_REVOKED);
    end(&b);
}

/* The same notification for each contact; another one is another. */
static void an_event_has_one_id(void **state)
{
    struct bench b;
    struct engine_event e = an_event("PROBLEM", "tiktok-main", "app", "CRITICAL"), other = e;
    char id[NOTICE_ID_MAX];
    struct err err = {""};

    (void)state;
    begin(&b);
    publish(&b);
    e.event_id = other.event_id = "12";
    assert_true(notice_of_event(&b.source, &e, &b.n, &err));
    snprintf(id, sizeof(id), "%s", b.n.id);
    assert_memory_equal(id, "nagios/", 7);
    other.time = "1795316302"; /* the second contact, two seconds later */
    assert_true(notice_of_event(&b.source, &other, &b.n, &err));
    assert_string_equal(b.n.id, id);
    other.event_id = "13";
    assert_true(notice_of_event(&b.source, &other, &b.n, &err));
    assert_string_not_equal(b.n.id, id);
    other = e;
    other.since = "1"; /* the engine's numbers began anew */
    assert_true(notice_of_event(&b.source, &other, &b.n, &err));
    assert_string_not_equal(b.n.id, id);
    end(&b);
}

static void an_event_comes_back_as_it_was(void **state)
{
    struct engine_event e = an_event("CUSTOM", "h", "s", "OK"), back;
    struct arena arena = {0};
    struct err err = {""};
    struct buf line;

    (void)state;
    e.comment = "a\n\"b\"\xff";
    buf_init(&line, NOTICE_LINE_MAX);
    assert_true(engine_event_encode(&e, &line));
    if (!engine_event_decode(buf_text(&line), buf_len(&line), &arena, &back, &err))
        fail_msg("%s", err.text);
    assert_string_equal(back.type, "CUSTOM");
    assert_string_equal(back.host, "h");
    assert_string_equal(back.comment, "a \"b\"?");
    assert_null(back.author);
    assert_false(engine_event_decode("{}", 2, &arena, &back, &err));
    assert_false(engine_event_decode("{\"event\":1,\"host\":2}", 20, &arena, &back, &err));
    assert_false(engine_event_decode("{\"event\":2}", 11, &arena, &back, &err));
    buf_free(&line);
    arena_free(&arena);
}

static void a_test_is_no_trouble(void **state)
{
    struct arena arena = {0};
    struct notice n;
    struct buf out;
    struct message m = {.tell = TELL_TRIGGER, .notice = &n, .hours = "", .version = "", .now = BOARD_NOW};

    (void)state;
    assert_true(notice_of_test(&arena, "oncall", NOTICE_PROBLEM, BOARD_NOW, &n));
    assert_string_equal(n.key, "tiktok-auth/test/oncall");
    buf_init(&out, PHONE_MAX);
    assert_true(message_phone(&m, &out));
    assert_string_equal(buf_text(&out),
                        "Nothing to do tonight: Test of [notify oncall], nothing is wrong: WARNING");
    buf_free(&out);
    assert_true(notice_of_test(&arena, "oncall", NOTICE_RECOVERY, BOARD_NOW, &n));
    assert_int_equal(n.state, STATE_OK);
    arena_free(&arena);
}

/* --- without memory -------------------------------------------------------------------------------------------
 */

static bool nothing(void *arg, const struct notice *notice)
{
    (void)arg;
    return notice->key[0] != '\0';
}

static bool make_all(void *arg)
{
    struct bench *b = arg;
    struct arena arena = {0};
    struct notice_source source = b->source;
    struct engine_event e = an_event("PROBLEM", "tiktok-main", "token-emea-01/campaign/get", "CRITICAL");
    struct alert alert = an_alert(SCOPE_TOKEN, "main", "emea-07", CAUSE_TOKEN_REVOKED);
    struct notice told, n;
    struct notice_open open = {.key = "tiktok-auth/x", .notice = &told};
    struct err err = {""};
    bool ok;

    notice_init(&told);
    told.key = open.key;
    told.kind = SCOPE_ADVERTISER;
    told.app = "main";
    told.root = "1";
    told.state = STATE_CRITICAL;
    source.arena = &arena;
    ok = notice_of_alert(&source, 1, &alert, &n) && notices_of_board(&source, 2, &open, 1, nothing, NULL) &&
         notice_of_event(&source, &e, &n, &err) && notice_of_test(&arena, "x", NOTICE_PROBLEM, 1, &n);
    arena_free(&arena);
    return ok;
}

static void without_memory_it_says_so(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    publish(&b);
    assert_true(alloc_fail_each(make_all, &b) > 5);
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_of_an_advertiser),
        cmocka_unit_test(an_alert_of_what_is_above),
        cmocka_unit_test(the_end_of_a_trouble),
        cmocka_unit_test(words_of_the_user_come_first),
        cmocka_unit_test(a_board_tells_what_is_news),
        cmocka_unit_test(what_is_explained_stays_open),
        cmocka_unit_test(services_are_known_by_their_names),
        cmocka_unit_test(a_client_is_known_by_its_slug),
        cmocka_unit_test(the_snapshot_says_why),
        cmocka_unit_test(nothing_is_lost),
        cmocka_unit_test(states_of_hosts_and_recoveries),
        cmocka_unit_test(an_event_has_one_id),
        cmocka_unit_test(an_event_comes_back_as_it_was),
        cmocka_unit_test(a_test_is_no_trouble),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
