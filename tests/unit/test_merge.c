/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/merge: from what is remembered of tokens to verdicts, root causes and changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "config_fixture.h"
#include "core/merge.h"
#include "core/merge_private.h"

enum { NOW = 1700000000, BEFORE = NOW - 300, LONG_AGO = NOW - 100000, PAST_MAX = 64 };

static const char two_apps[] = "[app one]\napp_id = 1\nsecret_file = s\n"
                               "[app two]\napp_id = 2\nsecret_file = s\n"
                               "[token a]\napp = one\ntoken_file = t\n"
                               "[token b]\napp = one\ntoken_file = t\ngranted_by = us\n"
                               "[token c]\napp = two\ntoken_file = t\n";

struct stage {
    struct complaints complaints;
    struct config *config;
    struct inventory *inventory;
    struct memory *memory; /* by token */
    struct past past[PAST_MAX];
    size_t past_count;
    struct retirement retired[2];
    size_t retired_count;
    struct untaken untaken[2];
    size_t untaken_count;
    int64_t now;
    struct merged *merged;
};

/* Every token alive and verified now, every advertiser covered by all its tokens. */
static struct stage *stage_new(const char *ini, const char *csv)
{
    struct stage *stage = calloc(1, sizeof(*stage));

    assert_non_null(stage);
    complaints_init(&stage->complaints);
    stage->config = config_fixture(ini, &stage->complaints);
    stage->inventory = inventory_fixture(stage->config, csv, &stage->complaints);
    stage->memory = calloc(stage->config->token_count + 1, sizeof(*stage->memory));
    assert_non_null(stage->memory);
    stage->now = NOW;
    for (size_t t = 0; t < stage->config->token_count; t++) {
        struct memory *memory = &stage->memory[t];

        memory_init(memory);
        memory->status = TOKEN_ALIVE;
        memory->since = LONG_AGO;
        memory->last_ok = memory->verified_at = memory->list_at = NOW;
        memory->began_ms = memory->ended_ms = (int64_t)NOW * 1000;
        memory->verified = true;
    }
    for (size_t i = 0; i < stage->inventory->count; i++) {
        const struct advertiser *advertiser = &stage->inventory->item[i];

        for (size_t k = 0; k < advertiser->token_count; k++) {
            struct grant *grant = memory_add_grant(&stage->memory[advertiser->token[k]], advertiser->id);

            assert_non_null(grant);
            grant->status = GRANT_COVERED;
            grant->since = LONG_AGO;
            grant->last_ok = grant->verified_at = LONG_AGO;
        }
    }
    return stage;
}

static void stage_free(struct stage *stage)
{
    merged_free(stage->merged);
    for (size_t t = 0; t < stage->config->token_count; t++)
        memory_free(&stage->memory[t]);
    free(stage->memory);
    inventory_free(stage->inventory);
    config_free(stage->config);
    complaints_free(&stage->complaints);
    free(stage);
}

static struct merge_input input_of(const struct stage *stage)
{
    return (struct merge_input){
        .config = stage->config,
        .inventory = stage->inventory,
        .complaints = &stage->complaints,
        .memory = stage->memory,
        .past = stage->past,
        .past_count = stage->past_count,
        .retired = stage->retired,
        .retired_count = stage->retired_count,
        .untaken = stage->untaken,
        .untaken_count = stage->untaken_count,
        .now = stage->now,
    };
}

static const struct board *judge(struct stage *stage)
{
    struct merge_input input = input_of(stage);

    merged_free(stage->merged);
    stage->merged = merge(&input);
    assert_non_null(stage->merged);
    return &stage->merged->board;
}

static size_t token_index(const struct stage *stage, const char *name)
{
    size_t t = config_find_token(stage->config, name);

    assert_true(t < stage->config->token_count);
    return t;
}

static struct memory *memory_of(struct stage *stage, const char *token)
{
    return &stage->memory[token_index(stage, token)];
}

static struct grant *grant_of(struct stage *stage, const char *token, const char *id)
{
    struct grant *grant = memory_grant(memory_of(stage, token), id);

    assert_non_null(grant);
    return grant;
}

static void lose(struct stage *stage, const char *token, const char *id, enum cause cause, int64_t since)
{
    struct grant *grant = grant_of(stage, token, id);

    assert_true(said_own(&grant->said, cause, "why"));
    grant->said.has_code = true;
    grant->said.code = 40001;
    grant->status = GRANT_LOST;
    grant->since = since;
}

static void unsee(struct stage *stage, const char *token, const char *id)
{
    struct grant *grant = grant_of(stage, token, id);

    grant->status = GRANT_UNSEEN;
    grant->since = grant->last_ok = grant->verified_at = 0;
}

static void kill_token(struct stage *stage, const char *token, enum cause cause, int64_t since)
{
    struct memory *memory = memory_of(stage, token);

    memory->status = TOKEN_DEAD;
    memory->since = since;
    memory->last_ok = since - 300;
    assert_true(said_own(&memory->said, cause, "dead"));
}

static const struct board_advertiser *row_of(const struct stage *stage, const char *app, const char *id)
{
    const struct board *board = &stage->merged->board;

    for (uint32_t i = 0; i < board->advertiser_count; i++)
        if (strcmp(board->advertiser[i].id, id) == 0 &&
            strcmp(board->app[board->advertiser[i].app].name, app) == 0)
            return &board->advertiser[i];
    return NULL;
}

static void assert_verdict(const struct stage *stage, const char *app, const char *id, enum cause cause,
                           enum state state)
{
    const struct board_advertiser *row = row_of(stage, app, id);

    assert_non_null(row);
    assert_string_equal(cause_name(row->verdict.cause), cause_name(cause));
    assert_int_equal(row->verdict.state, state);
}

static void assert_root(const struct stage *stage, uint32_t place, enum scope kind, const char *app,
                        const char *id, uint32_t members)
{
    const struct board_root *root = &stage->merged->board.root[place];

    assert_true(place < stage->merged->board.root_count);
    assert_string_equal(scope_name(root->kind), scope_name(kind));
    assert_string_equal(root->app, app);
    assert_string_equal(root->id, id);
    assert_int_equal(root->members, members);
}

/* Takes over what changed as the past of the next merge, as the store does. */
static void remember(struct stage *stage)
{
    for (size_t i = 0; i < stage->merged->change_count; i++) {
        const struct change *change = &stage->merged->change[i];
        struct past now = {
            .kind = change->kind,
            .app = change->app,
            .id = change->id,
            .state = change->verdict->state,
            .cause = change->verdict->cause,
            .since = change->verdict->since,
            .first_ok = change->first_ok,
            .first_seen = change->first_seen,
        };
        size_t place = 0;

        while (place < stage->past_count && past_order(&stage->past[place], &now) < 0)
            place++;
        if (place == stage->past_count || past_order(&stage->past[place], &now) != 0) {
            assert_in_range(stage->past_count, 0, PAST_MAX - 1);
            memmove(&stage->past[place + 1], &stage->past[place],
                    (stage->past_count - place) * sizeof(stage->past[0]));
            stage->past_count++;
        }
        stage->past[place] = now;
        /* The strings must outlive the merge: they are the config's, the inventory's, or "". */
    }
}

/* --- one advertiser ------------------------------------------------------------------------------------------ */

static void test_ok_if_any_token_covers(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,One,a b,o\n2,Two,a,o\n");

    (void)state;
    lose(stage, "a", "1", CAUSE_ACCOUNT_ACCESS, BEFORE);
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_AUTHORIZED, STATE_OK);
    assert_string_equal(stage->merged->board.token[row_of(stage, "one", "1")->token].name, "b");
    assert_string_equal(row_of(stage, "one", "1")->tokens, "a b");
    kill_token(stage, "a", CAUSE_TOKEN_REVOKED, BEFORE);
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_AUTHORIZED, STATE_OK);
    assert_verdict(stage, "one", "2", CAUSE_TOKEN_REVOKED, STATE_CRITICAL);
    /* One app's token says nothing for another app's. */
    assert_int_equal(stage->merged->board.token[0].verdict.state, STATE_CRITICAL);
    assert_int_equal(stage->merged->board.token[1].verdict.state, STATE_OK);
    stage_free(stage);
}

static void test_lost_and_never_verified_is_unknown(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,One,a b,o\n");

    (void)state;
    lose(stage, "a", "1", CAUSE_ACCOUNT_ACCESS, BEFORE);
    unsee(stage, "b", "1");
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_NOT_VERIFIED, STATE_UNKNOWN);
    assert_int_equal(row_of(stage, "one", "1")->verdict.root_kind, SCOPE_API);
    assert_int_equal(stage->merged->board.members.unauthorized, 0);
    stage_free(stage);
}

static void test_the_api_is_one_root_cause_for_all_apps(void **state)
{
    struct stage *stage =
        stage_new(two_apps, "advertiser_id,name,token,owner\n1,One,a,o\n2,Two,b,o\n3,Three,c,o\n");

    (void)state;
    for (size_t t = 0; t < stage->config->token_count; t++) {
        stage->memory[t].status = TOKEN_NEVER;
        stage->memory[t].verified_at = stage->memory[t].last_ok = stage->memory[t].list_at = 0;
        unsee(stage, stage->config->token[t].name, t == 0 ? "1" : t == 1 ? "2" : "3");
    }
    judge(stage);
    assert_int_equal(stage->merged->board.root_count, 1);
    assert_int_equal(stage->merged->board.root[0].kind, SCOPE_API);
    assert_int_equal(stage->merged->board.root[0].members, 3);
    stage_free(stage);
}

static void test_what_happened_last_explains_a_loss(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,One,a b,o\n2,Two,a b,o\n");

    (void)state;
    lose(stage, "a", "1", CAUSE_ACCOUNT_ACCESS, LONG_AGO);
    kill_token(stage, "b", CAUSE_TOKEN_REVOKED, BEFORE);
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_TOKEN_REVOKED, STATE_CRITICAL);
    assert_verdict(stage, "one", "2", CAUSE_AUTHORIZED, STATE_OK);
    assert_int_equal(stage->merged->board.root_count, 1);
    assert_root(stage, 0, SCOPE_TOKEN, "one", "b", 1);
    grant_of(stage, "a", "1")->since = NOW;
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_REVOKED, STATE_CRITICAL);
    stage_free(stage);
}

static void test_history_tells_losses_apart(void **state)
{
    struct stage *stage =
        stage_new(two_apps, "advertiser_id,name,token,owner\n1,,a,o\n2,,a,o\n3,,a,o\n4,,a,o\n5,,a,o\n6,,a,o\n");

    (void)state;
    lose(stage, "a", "1", CAUSE_ACCOUNT_ACCESS, BEFORE);
    lose(stage, "a", "2", CAUSE_ACCOUNT_ACCESS, BEFORE);
    grant_of(stage, "a", "2")->last_ok = 0;
    lose(stage, "a", "3", CAUSE_ACCOUNT_ACCESS, NOW - 86400);
    grant_of(stage, "a", "3")->last_ok = 0;
    lose(stage, "a", "4", CAUSE_ACCOUNT_ACCESS, NOW - 86400);
    grant_of(stage, "a", "4")->last_ok = 0;
    stage->past[stage->past_count++] = (struct past){.kind = SCOPE_ADVERTISER,
                                                     .app = "one",
                                                     .id = "4",
                                                     .state = STATE_OK,
                                                     .cause = CAUSE_AUTHORIZED,
                                                     .since = LONG_AGO,
                                                     .first_ok = LONG_AGO,
                                                     .first_seen = LONG_AGO};
    lose(stage, "a", "5", CAUSE_DELETED, BEFORE);
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_REVOKED, STATE_CRITICAL);
    assert_verdict(stage, "one", "2", CAUSE_ACCOUNT_ACCESS, STATE_CRITICAL);
    assert_verdict(stage, "one", "3", CAUSE_NEVER_CONNECTED, STATE_CRITICAL);
    assert_verdict(stage, "one", "4", CAUSE_REVOKED, STATE_CRITICAL); /* another token had it once */
    assert_verdict(stage, "one", "5", CAUSE_DELETED, STATE_CRITICAL);
    assert_verdict(stage, "one", "6", CAUSE_AUTHORIZED, STATE_OK);
    assert_int_equal(row_of(stage, "one", "1")->verdict.actor, ACTOR_CLIENT);
    assert_int_equal(stage->merged->board.members.unauthorized, 5);
    assert_int_equal(stage->merged->board.members.state[STATE_CRITICAL], 5);
    stage_free(stage);
}

static void test_severity_overrides(void **state)
{
    struct stage *stage =
        stage_new("[app one]\napp_id = 1\nsecret_file = s\n[token a]\napp = one\ntoken_file = t\n"
                  "[severity]\nnever_connected = ok\nrevoked = warning\n",
                  "advertiser_id,name,token,owner\n1,,a,o\n2,,a,o\n3,,a,o\n");

    (void)state;
    lose(stage, "a", "1", CAUSE_ACCOUNT_ACCESS, NOW - 86400);
    grant_of(stage, "a", "1")->last_ok = 0;
    lose(stage, "a", "2", CAUSE_ACCOUNT_ACCESS, BEFORE);
    for (int k = 0; k < 3; k++) {
        judge(stage);
        assert_verdict(stage, "one", "1", CAUSE_NEVER_CONNECTED, STATE_OK); /* that never was authorized, though */
        assert_verdict(stage, "one", "2", CAUSE_REVOKED, STATE_WARNING);
        remember(stage);
        stage->now += 300;
    }
    assert_int_equal(stage->merged->board.members.unauthorized, 1); /* a loss is a loss, unless it is OK */
    stage_free(stage);
}

static void test_account_causes_and_endpoints(void **state)
{
    struct stage *stage = stage_new("[app one]\napp_id = 1\nsecret_file = s\n"
                                    "[token a]\napp = one\ntoken_file = t\nrequired_permissions = GET /a/\n",
                                    "advertiser_id,name,token,owner,client,until,required_permissions\n"
                                    "1,,a,o,,,\n2,,a,o,,,GET /b/\n3,,a,o,,,\n");
    struct endpoint *endpoint;

    (void)state;
    grant_of(stage, "a", "1")->said.cause = CAUSE_ACCOUNT_SUSPENDED;
    grant_of(stage, "a", "3")->said.cause = CAUSE_ACCOUNT_CLOSED;
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_ACCOUNT_SUSPENDED, STATE_WARNING);
    assert_verdict(stage, "one", "3", CAUSE_ACCOUNT_CLOSED, STATE_CRITICAL);
    endpoint = memory_endpoint(memory_of(stage, "a"), "GET", "/b/");
    assert_non_null(endpoint);
    endpoint->status = ENDPOINT_MISSING;
    endpoint->since = BEFORE;
    assert_true(said_own(&endpoint->said, CAUSE_ENDPOINT_PERMISSION, "no"));
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_ACCOUNT_SUSPENDED, STATE_WARNING);
    assert_verdict(stage, "one", "2", CAUSE_ENDPOINT_PERMISSION, STATE_CRITICAL);
    assert_string_equal(row_of(stage, "one", "2")->verdict.endpoint, "GET /b/");
    assert_int_equal(row_of(stage, "one", "2")->verdict.since, BEFORE);
    endpoint = memory_endpoint(memory_of(stage, "a"), "GET", "/a/");
    assert_non_null(endpoint);
    endpoint->status = ENDPOINT_MISSING;
    assert_true(said_own(&endpoint->said, CAUSE_SCOPE_MISSING, "no"));
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_SCOPE_MISSING, STATE_CRITICAL);
    assert_verdict(stage, "one", "3", CAUSE_ACCOUNT_CLOSED, STATE_CRITICAL); /* worse than an endpoint */
    assert_int_equal(stage->merged->board.root_count, 3);
    stage_free(stage);
}

static void test_held_and_doubted(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,,a,o\n2,,a,o\n");

    (void)state;
    grant_of(stage, "a", "1")->missing_since = BEFORE;
    assert_true(said_own(&grant_of(stage, "a", "2")->fault, CAUSE_UNKNOWN, "strange"));
    memory_of(stage, "a")->mass_since = BEFORE;
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_AUTHORIZED, STATE_OK);
    assert_true(row_of(stage, "one", "1")->held);
    assert_int_equal(row_of(stage, "one", "1")->verdict.verified_at, LONG_AGO);
    assert_int_equal(row_of(stage, "one", "2")->fault.cause, CAUSE_UNKNOWN);
    assert_string_equal(row_of(stage, "one", "2")->fault.message, "strange");
    assert_int_equal(stage->merged->board.token[0].mass_since, BEFORE);
    assert_int_equal(stage->merged->board.oldest, LONG_AGO);
    stage_free(stage);
}

static void test_held_since_the_token_came_back(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,,a,o\n2,,a,o\n");

    (void)state;
    kill_token(stage, "a", CAUSE_TOKEN_REVOKED, LONG_AGO);
    judge(stage);
    remember(stage);
    /* It lives again, with fewer: what it had before its death is no verdict of now, and no recovery. */
    said_clear(&memory_of(stage, "a")->said);
    memory_of(stage, "a")->status = TOKEN_ALIVE;
    memory_of(stage, "a")->since = BEFORE;
    grant_of(stage, "a", "1")->missing_since = BEFORE;
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_NOT_VERIFIED, STATE_UNKNOWN);
    assert_true(row_of(stage, "one", "1")->held);
    assert_verdict(stage, "one", "2", CAUSE_AUTHORIZED, STATE_OK);
    for (size_t i = 0; i < stage->merged->change_count; i++)
        assert_string_not_equal(stage->merged->change[i].id, "1");
    stage_free(stage);
}

/* --- root causes --------------------------------------------------------------------------------------------- */

static void test_roots_have_precedence_and_counts(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner,client\n"
                                              "1,,a,o,x\n2,,a,o,x\n3,,b,o,x\n4,,b,o,\n"
                                              "11,,c,o,x\n12,,c,o,x\n13,,c,o,x\n14,,c,o,y\n15,,c,o,\n");
    const struct board *board;

    (void)state;
    kill_token(stage, "a", CAUSE_TOKEN_REVOKED, BEFORE);
    lose(stage, "c", "11", CAUSE_ACCOUNT_ACCESS, BEFORE);
    lose(stage, "c", "12", CAUSE_ACCOUNT_ACCESS, BEFORE + 60);
    lose(stage, "c", "14", CAUSE_ACCOUNT_ACCESS, BEFORE);
    board = judge(stage);
    assert_int_equal(board->root_count, 3);
    assert_root(stage, 0, SCOPE_TOKEN, "one", "a", 2);
    assert_root(stage, 1, SCOPE_CLIENT, "two", "x", 2);
    assert_root(stage, 2, SCOPE_ADVERTISER, "two", "14", 1);
    assert_int_equal(board->root[0].urgency, URGENCY_HIGH);
    assert_int_equal(board->root[1].urgency, URGENCY_LOW);
    assert_int_equal(board->problem_count, 5);
    assert_int_equal(board->app[0].members.unauthorized, 2);
    assert_int_equal(board->app[1].members.unauthorized, 3);
    assert_int_equal(board->token[0].members.unauthorized, 2);
    /* Another round, another cause: not one root cause. */
    grant_of(stage, "c", "12")->since = BEFORE - 1000;
    board = judge(stage);
    assert_int_equal(board->root_count, 4);
    stage_free(stage);
}

static void test_the_app_when_all_its_tokens_say_so(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,,a,o\n2,,b,o\n3,,c,o\n");
    const struct board *board;

    (void)state;
    kill_token(stage, "c", CAUSE_TOKEN_REVOKED, BEFORE);
    kill_token(stage, "a", CAUSE_TOKEN_REVOKED, BEFORE);
    board = judge(stage);
    assert_int_equal(board->app[0].verdict.state, STATE_OK);
    assert_int_equal(board->app[1].verdict.state, STATE_OK); /* one token is not an app */
    kill_token(stage, "b", CAUSE_TOKEN_EXPIRED, BEFORE);
    board = judge(stage);
    assert_int_equal(board->app[0].verdict.state, STATE_CRITICAL);
    assert_int_equal(board->app[0].verdict.urgency, URGENCY_HIGH);
    assert_int_equal(board->root_count, 2);
    assert_root(stage, 0, SCOPE_APP, "one", "one", 2);
    assert_root(stage, 1, SCOPE_TOKEN, "two", "c", 1);
    assert_int_equal(row_of(stage, "one", "2")->verdict.root_kind, SCOPE_APP);
    assert_int_equal(row_of(stage, "one", "2")->verdict.cause, CAUSE_TOKEN_EXPIRED); /* its own honest state */
    assert_int_equal(board->token[1].verdict.root_kind, SCOPE_APP);
    stage_free(stage);
}

static void test_the_app_when_told_so_once(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,,a,o\n2,,b,o\n3,,c,o\n");
    const struct board *board;

    (void)state;
    kill_token(stage, "c", CAUSE_APP_BLOCKED, BEFORE);
    board = judge(stage);
    assert_int_equal(board->app[1].verdict.cause, CAUSE_APP_BLOCKED);
    assert_root(stage, 0, SCOPE_APP, "two", "two", 1);
    assert_int_equal(board->root_count, 1);
    stage_free(stage);
}

static void test_memberless_tokens_are_roots_too(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,,a b,o\n2,,b,o\n");

    (void)state;
    kill_token(stage, "a", CAUSE_TOKEN_REVOKED, BEFORE);
    kill_token(stage, "c", CAUSE_TOKEN_REVOKED, BEFORE);
    judge(stage);
    assert_int_equal(stage->merged->board.root_count, 2);
    assert_root(stage, 0, SCOPE_TOKEN, "one", "a", 0);
    assert_root(stage, 1, SCOPE_TOKEN, "two", "c", 0);
    assert_int_equal(stage->merged->board.members.state[STATE_OK], 2);
    stage_free(stage);
}

static void test_a_token_that_covers_none_of_its_own(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,,a,o\n2,,a,o\n3,,b,o\n4,,b,o\n");

    (void)state;
    lose(stage, "a", "1", CAUSE_ACCOUNT_ACCESS, LONG_AGO);
    lose(stage, "a", "2", CAUSE_ACCOUNT_ACCESS, BEFORE);
    lose(stage, "b", "3", CAUSE_ACCOUNT_ACCESS, BEFORE);
    judge(stage);
    assert_int_equal(stage->merged->board.token[0].verdict.cause, CAUSE_REVOKED);
    assert_int_equal(stage->merged->board.token[1].verdict.state, STATE_OK);
    assert_int_equal(stage->merged->board.root_count, 2);
    assert_root(stage, 0, SCOPE_TOKEN, "one", "a", 2);
    assert_root(stage, 1, SCOPE_ADVERTISER, "one", "3", 1);
    /* A retired one counts neither way. */
    stage->retired[0] = (struct retirement){.app = "one", .id = "4", .at = BEFORE};
    stage->retired_count = 1;
    judge(stage);
    assert_int_equal(stage->merged->board.token[1].verdict.state,
                     STATE_OK); /* one advertiser is not all of many */
    stage->retired[0].id = "2";
    judge(stage);
    assert_int_equal(stage->merged->board.token[0].verdict.state, STATE_OK);
    stage_free(stage);
}

static void test_mass_loss_names_the_token(void **state)
{
    struct buf csv;
    struct stage *stage;

    (void)state;
    buf_init(&csv, 1 << 16);
    buf_str(&csv, "advertiser_id,name,token,owner\n");
    for (int i = 100; i < 150; i++)
        buf_printf(&csv, "%d,,a,o\n", i);
    stage = stage_new(two_apps, buf_text(&csv));
    buf_free(&csv);
    lose(stage, "a", "149", CAUSE_ACCOUNT_ACCESS, LONG_AGO);
    for (int i = 100; i < 110; i++) {
        char id[8];

        snprintf(id, sizeof(id), "%d", i);
        lose(stage, "a", id, CAUSE_ACCOUNT_ACCESS, BEFORE);
    }
    judge(stage);
    assert_int_equal(stage->merged->board.root_count, 2);
    assert_root(stage, 0, SCOPE_TOKEN, "one", "a", 10);
    assert_root(stage, 1, SCOPE_ADVERTISER, "one", "149", 1);
    assert_int_equal(stage->merged->board.token[0].verdict.cause, CAUSE_REVOKED);
    assert_int_equal(stage->merged->board.token[0].verdict.since, BEFORE);
    /* Nine are not a mass. */
    grant_of(stage, "a", "105")->status = GRANT_COVERED;
    said_clear(&grant_of(stage, "a", "105")->said);
    judge(stage);
    assert_int_equal(stage->merged->board.token[0].verdict.state, STATE_OK);
    assert_int_equal(stage->merged->board.root_count, 10);
    stage_free(stage);
}

/* --- retired, tokens of no app ------------------------------------------------------------------------------- */

static void test_retired_by_date_and_by_command(void **state)
{
    struct stage *stage =
        stage_new(two_apps, "advertiser_id,name,token,owner,client,until\n"
                            "1,,a,o,,2023-11-13\n2,,a,o,,\n3,,a,o,,2023-11-14\n4,,a,o,,2023-10-01\n");

    (void)state; /* NOW is 2023-11-14 */
    kill_token(stage, "a", CAUSE_TOKEN_REVOKED, BEFORE);
    stage->retired[0] = (struct retirement){.app = "one", .id = "2", .at = NOW - 30 * 86400 + 300};
    stage->retired_count = 1;
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_RETIRED, STATE_OK);
    assert_verdict(stage, "one", "2", CAUSE_RETIRED, STATE_OK);
    assert_verdict(stage, "one", "3", CAUSE_TOKEN_REVOKED, STATE_CRITICAL);
    assert_null(row_of(stage, "one", "4")); /* over 30 days ago */
    assert_int_equal(stage->merged->board.root[0].members, 1);
    remember(stage);
    stage->now += 300;
    judge(stage);
    assert_null(row_of(stage, "one", "2"));
    assert_int_equal(stage->merged->gone_count, 1);
    assert_string_equal(stage->merged->gone[0]->id, "2");
    stage_free(stage);
}

static void test_a_token_of_no_app_is_not_on_the_board(void **state)
{
    struct stage *stage =
        stage_new("[app one]\napp_id = 1\nsecret_file = s\n[token x]\napp = none\ntoken_file = t\n"
                  "[token a]\napp = one\ntoken_file = t\n",
                  "advertiser_id,name,token,owner\n1,,x a,o\n");

    (void)state;
    lose(stage, "a", "1", CAUSE_ACCOUNT_ACCESS, BEFORE);
    judge(stage);
    assert_int_equal(stage->merged->board.token_count, 1);
    assert_string_equal(stage->merged->board.token[row_of(stage, "one", "1")->token].name, "a");
    assert_verdict(stage, "one", "1", CAUSE_REVOKED, STATE_CRITICAL);
    kill_token(stage, "a", CAUSE_TOKEN_REVOKED, NOW);
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_TOKEN_REVOKED, STATE_CRITICAL);
    stage_free(stage);
}

/* --- tokens that were not handed over -------------------------------------------------------------------------
 */

/* It works here and nowhere else: that is told of the token, and of nobody under it. */
static void test_a_token_that_nobody_took(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,,a,o\n2,,a,o\n3,,a,o\n");
    const struct board_token *token;

    (void)state;
    stage->untaken[0] = (struct untaken){.app = "two", .token = "a", .why = "another app's", .since = BEFORE};
    stage->untaken[1] = (struct untaken){.app = "one", .token = "a", .why = "exit status 7", .since = BEFORE};
    stage->untaken_count = 2;
    lose(stage, "a", "3", CAUSE_ACCOUNT_ACCESS, BEFORE);
    token = &judge(stage)->token[0];
    assert_int_equal(token->verdict.cause, CAUSE_NOT_HANDED_OVER);
    assert_int_equal(token->verdict.state, STATE_CRITICAL);
    assert_string_equal(token->verdict.message, "exit status 7");
    assert_int_equal(token->verdict.since, BEFORE);
    assert_false(verdict_is_unauthorized(&token->verdict));
    assert_verdict(stage, "one", "1", CAUSE_AUTHORIZED, STATE_OK);
    assert_verdict(stage, "one", "3", CAUSE_REVOKED, STATE_CRITICAL);
    assert_int_equal(row_of(stage, "one", "3")->verdict.root_kind, SCOPE_ADVERTISER);
    assert_int_equal(stage->merged->board.root_count, 2);
    /* A milder severity is still told, a dead token is worse. */
    stage->config->severity[CAUSE_NOT_HANDED_OVER] = STATE_WARNING;
    assert_int_equal(judge(stage)->root_count, 2);
    assert_int_equal(stage->merged->board.token[0].verdict.state, STATE_WARNING);
    kill_token(stage, "a", CAUSE_TOKEN_REVOKED, NOW);
    assert_int_equal(judge(stage)->token[0].verdict.cause, CAUSE_TOKEN_REVOKED);
    stage_free(stage);
}

/* --- changes ------------------------------------------------------------------------------------------------- */

static void test_changes_and_baseline(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,One,a,o\n2,Two,a,o\n");
    const struct change *change;

    (void)state;
    unsee(stage, "a", "2");
    judge(stage);
    /* The api, two apps, three tokens and one advertiser; the other was never verified. */
    assert_int_equal(stage->merged->change_count, 7);
    for (size_t i = 0; i < stage->merged->change_count; i++)
        assert_null(stage->merged->change[i].past);
    remember(stage);
    judge(stage);
    assert_int_equal(stage->merged->change_count, 0);
    lose(stage, "a", "1", CAUSE_ACCOUNT_ACCESS, NOW + 300);
    stage->now = NOW + 301;
    judge(stage);
    assert_int_equal(stage->merged->change_count, 1);
    change = &stage->merged->change[0];
    assert_string_equal(change->id, "1");
    assert_string_equal(change->name, "One");
    assert_int_equal(change->past->state, STATE_OK);
    assert_int_equal(change->verdict->cause, CAUSE_REVOKED);
    assert_int_equal(change->verdict->since, NOW + 300);
    assert_int_equal(change->first_ok, NOW);
    remember(stage);
    grant_of(stage, "a", "1")->since = NOW + 9999; /* recorded is recorded */
    judge(stage);
    assert_int_equal(stage->merged->change_count, 0);
    assert_int_equal(row_of(stage, "one", "1")->verdict.since, NOW + 300);
    stage_free(stage);
}

static void test_what_is_no_more_is_gone(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,One,a,o\n");

    (void)state;
    stage->past[0] = (struct past){.kind = SCOPE_APP, .app = "one", .id = "one"};
    stage->past[1] = (struct past){.kind = SCOPE_APP, .app = "old", .id = "old"};
    stage->past[2] = (struct past){.kind = SCOPE_TOKEN, .app = "one", .id = "a"};
    stage->past[3] = (struct past){.kind = SCOPE_TOKEN, .app = "one", .id = "z"};
    stage->past[4] = (struct past){.kind = SCOPE_ADVERTISER, .app = "one", .id = "1"};
    stage->past[5] = (struct past){.kind = SCOPE_ADVERTISER, .app = "one", .id = "9"};
    stage->past[6] = (struct past){.kind = SCOPE_ADVERTISER, .app = "two", .id = "1"};
    stage->past_count = 7;
    qsort(stage->past, stage->past_count, sizeof(stage->past[0]),
          (int (*)(const void *, const void *))(void (*)(void))past_order);
    judge(stage);
    assert_int_equal(stage->merged->gone_count, 4);
    stage_free(stage);
}

static void test_the_api_goes_stale_and_comes_back(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,One,a,o\n");

    (void)state;
    judge(stage);
    remember(stage);
    for (size_t t = 0; t < 3; t++) {
        assert_true(said_own(&stage->memory[t].fault, CAUSE_TIKTOK_FAULT, "down"));
        stage->memory[t].ended_ms += 1800 * 1000;
    }
    stage->now = NOW + 1800;
    judge(stage);
    assert_int_equal(stage->merged->change_count, 0);
    assert_int_equal(stage->merged->board.api_fault.cause, CAUSE_TIKTOK_FAULT);
    stage->now = NOW + 1801;
    judge(stage);
    assert_int_equal(stage->merged->change_count, 1); /* said once, on the api; the members keep what is known */
    assert_int_equal(stage->merged->change[0].kind, SCOPE_API);
    assert_int_equal(stage->merged->change[0].verdict->cause, CAUSE_NOT_VERIFIED);
    assert_int_equal(stage->merged->change[0].verdict->state, STATE_UNKNOWN);
    assert_verdict(stage, "one", "1", CAUSE_AUTHORIZED, STATE_OK);
    remember(stage);
    judge(stage);
    assert_int_equal(stage->merged->change_count, 0);
    stage->memory[0].verified_at = stage->now;
    judge(stage);
    assert_int_equal(stage->merged->change_count, 1);
    assert_int_equal(stage->merged->change[0].verdict->state, STATE_OK);
    stage_free(stage);
}

static void test_nothing_known_at_all(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner\n1,One,a,o\n");

    (void)state;
    for (size_t t = 0; t < 3; t++)
        memory_free(&stage->memory[t]);
    assert_true(said_own(&stage->memory[0].fault, CAUSE_NETWORK_FAULT, "no name"));
    judge(stage);
    assert_verdict(stage, "one", "1", CAUSE_NETWORK_FAULT, STATE_UNKNOWN);
    assert_int_equal(stage->merged->board.api.state, STATE_UNKNOWN);
    assert_int_equal(stage->merged->board.app[0].verdict.state, STATE_UNKNOWN);
    assert_int_equal(stage->merged->board.token[0].verdict.cause, CAUSE_NETWORK_FAULT);
    assert_int_equal(stage->merged->change_count, 0);
    assert_int_equal(stage->merged->board.oldest, 0);
    stage_free(stage);
}

static bool merge_whole(void *arg)
{
    struct merge_input input = input_of(arg);
    struct merged *merged = merge(&input);
    bool ok = merged != NULL;

    merged_free(merged);
    return ok;
}

static void test_out_of_memory(void **state)
{
    struct stage *stage = stage_new(two_apps, "advertiser_id,name,token,owner,client\n"
                                              "1,,a b,o,x\n2,,a,o,x\n3,,a,o,x\n");

    (void)state;
    lose(stage, "a", "2", CAUSE_ACCOUNT_ACCESS, BEFORE);
    lose(stage, "a", "3", CAUSE_ACCOUNT_ACCESS, BEFORE);
    assert_true(alloc_fail_each_lenient(merge_whole, stage) > 5);
    stage_free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ok_if_any_token_covers),
        cmocka_unit_test(test_lost_and_never_verified_is_unknown),
        cmocka_unit_test(test_the_api_is_one_root_cause_for_all_apps),
        cmocka_unit_test(test_what_happened_last_explains_a_loss),
        cmocka_unit_test(test_history_tells_losses_apart),
        cmocka_unit_test(test_severity_overrides),
        cmocka_unit_test(test_account_causes_and_endpoints),
        cmocka_unit_test(test_held_and_doubted),
        cmocka_unit_test(test_held_since_the_token_came_back),
        cmocka_unit_test(test_roots_have_precedence_and_counts),
        cmocka_unit_test(test_the_app_when_all_its_tokens_say_so),
        cmocka_unit_test(test_the_app_when_told_so_once),
        cmocka_unit_test(test_memberless_tokens_are_roots_too),
        cmocka_unit_test(test_a_token_that_covers_none_of_its_own),
        cmocka_unit_test(test_mass_loss_names_the_token),
        cmocka_unit_test(test_retired_by_date_and_by_command),
        cmocka_unit_test(test_a_token_that_nobody_took),
        cmocka_unit_test(test_a_token_of_no_app_is_not_on_the_board),
        cmocka_unit_test(test_changes_and_baseline),
        cmocka_unit_test(test_what_is_no_more_is_gone),
        cmocka_unit_test(test_the_api_goes_stale_and_comes_back),
        cmocka_unit_test(test_nothing_known_at_all),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
