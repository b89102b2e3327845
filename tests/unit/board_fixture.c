/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A board to encode, judge and print. */
#include "board_fixture.h"

#include "core/judgement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

const int64_t BOARD_NOW = 1795316400;
const int64_t BOARD_LOST = 1795313640;

enum { DAY = 86400, YEAR = 365 * DAY };

struct verdict board_verdict(enum cause cause, enum scope root_kind, const char *root_id)
{
    const struct cause_info *info = cause_info(cause);

    return (struct verdict){
        .cause = cause,
        .state = info->state,
        .urgency = info->urgency,
        .actor = actor_resolve(info->actor, GRANTED_BY_CLIENT),
        .message = "",
        .request_id = "",
        .endpoint = "",
        .root_kind = root_kind,
        .root_id = root_id,
        .since = BOARD_LOST,
        .last_ok = info->state == STATE_OK ? BOARD_NOW - 60 : BOARD_LOST - 300,
        .verified_at = BOARD_NOW - 60,
    };
}

static const struct fault NONE = {.cause = CAUSE_AUTHORIZED, .message = "", .request_id = ""};

static void add(struct board_fixture *f, uint32_t at, uint32_t app, uint32_t token, const char *id,
                const char *name, enum cause cause)
{
    f->advertiser[at] = (struct board_advertiser){
        .app = app,
        .token = token,
        .id = id,
        .name = name,
        .owner = "team-emea",
        .client = "Acme",
        .tokens = f->token[token].name,
        .link = "",
        .verdict = board_verdict(cause, SCOPE_ADVERTISER, id),
        .fault = NONE,
    };
}

static void add_token(struct board_fixture *f, uint32_t at, uint32_t app, const char *name, enum cause cause)
{
    f->token[at] = (struct board_token){
        .name = name,
        .app = app,
        .granted_by = GRANTED_BY_CLIENT,
        .login = "Jane D.",
        .verdict = board_verdict(cause, SCOPE_TOKEN, name),
        .fault = NONE,
        .began = BOARD_NOW - 62,
        .ended = BOARD_NOW - 60,
        .note = "",
        .link = "",
    };
}

static void say(struct verdict *verdict, int64_t code, const char *message, const char *request_id)
{
    verdict->has_code = true;
    verdict->code = code;
    verdict->message = message;
    verdict->request_id = request_id;
}

static void fill_advertisers(struct board_fixture *f)
{
    add(f, AT_OK, 0, AT_EMEA_01, "7502022393087590400", "Good Co", CAUSE_AUTHORIZED);
    add(f, AT_LOST, 0, AT_EMEA_01, "7502022393087590401", "Acme GmbH", CAUSE_REVOKED);
    say(&f->advertiser[AT_LOST].verdict, 40001, "No permission to operate advertiser: 7502022393087590401",
        "20261122021400ABCDEF");
    add(f, AT_DEAD, 0, AT_EMEA_07, "7502022393087590402", "Beta Ltd", CAUSE_TOKEN_REVOKED);
    add(f, AT_DEAD_TOO, 0, AT_EMEA_07, "7502022393087590403", "Gamma SA", CAUSE_TOKEN_REVOKED);
    for (uint32_t i = AT_DEAD; i <= AT_DEAD_TOO; i++) {
        f->advertiser[i].verdict = f->token[AT_EMEA_07].verdict;
        f->advertiser[i].verdict.root_kind = SCOPE_TOKEN;
        f->advertiser[i].verdict.root_id = "emea-07";
    }
    add(f, AT_WARNING, 0, AT_EMEA_01, "7502022393087590404", "Delta", CAUSE_ACCOUNT_SUSPENDED);
    add(f, AT_RETIRED, 0, AT_EMEA_01, "7502022393087590405", "Old Inc", CAUSE_RETIRED);
    f->advertiser[AT_RETIRED].verdict.verified_at = BOARD_NOW - YEAR;
    add(f, AT_ENDPOINT, 0, AT_EMEA_01, "7502022393087590406", "Epsilon", CAUSE_ENDPOINT_PERMISSION);
    f->advertiser[AT_ENDPOINT].verdict.endpoint = "GET /file/video/ad/search/";
    f->advertiser[AT_ENDPOINT].verdict.root_kind = SCOPE_ENDPOINT;
    f->advertiser[AT_ENDPOINT].verdict.root_id = "emea-01 GET /file/video/ad/search/";
    add(f, OTHER_APP, 1, AT_APAC, "7502022393087590401", "Acme again", CAUSE_AUTHORIZED);
}

void board_fixture(struct board_fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->app[0] = (struct board_app){.name = "main",
                                   .app_id = "7055107885017071618",
                                   .reauth_url = "https://connect.example/{advertiser_id}/again",
                                   .verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_APP, "main"),
                                   .fault = NONE};
    f->app[1] = (struct board_app){.name = "second",
                                   .app_id = "7055107885017071619",
                                   .reauth_url = "",
                                   .verdict = board_verdict(CAUSE_AUTHORIZED, SCOPE_APP, "second"),
                                   .fault = NONE};
    add_token(f, AT_EMEA_01, 0, "emea-01", CAUSE_AUTHORIZED);
    add_token(f, AT_EMEA_07, 0, "emea-07", CAUSE_TOKEN_REVOKED);
    say(&f->token[AT_EMEA_07].verdict, 40105, "Access token is incorrect or has been revoked.",
        "20261122021400FEDCBA");
    add_token(f, AT_APAC, 1, "apac", CAUSE_AUTHORIZED);
    fill_advertisers(f);
    f->board = (struct board){
        .made_at = BOARD_NOW - 58,
        .interval_s = 300,
        .real_interval_s = 300,
        .stale_after_s = 1800,
        .store_fault = "",
        .version = "0.1.0",
        .api = board_verdict(CAUSE_AUTHORIZED, SCOPE_API, ""),
        .api_fault = NONE,
        .app = f->app,
        .app_count = 2,
        .token = f->token,
        .token_count = BOARD_TOKENS,
        .advertiser = f->advertiser,
        .advertiser_count = BOARD_ADVERTISERS,
        .root = f->root,
        .problem = f->problem,
        .complaint = f->complaint,
    };
}

static void count_one(struct counts *counts, int64_t *oldest, const struct verdict *verdict)
{
    counts->state[verdict->state]++;
    counts->unauthorized += verdict_is_unauthorized(verdict);
    if (verdict->cause != CAUSE_RETIRED && verdict->verified_at < *oldest)
        *oldest = verdict->verified_at;
}

static void add_root(struct board_fixture *f, const struct board_advertiser *a)
{
    const struct verdict *v = &a->verdict;
    uint32_t i = 0;

    while (i < f->board.root_count && (f->root[i].kind != v->root_kind || strcmp(f->root[i].id, v->root_id) != 0))
        i++;
    if (i == f->board.root_count) {
        f->root[f->board.root_count++] = (struct board_root){v->root_kind,
                                                             v->root_kind == SCOPE_API ? "" : f->app[a->app].name,
                                                             v->root_id,
                                                             v->state,
                                                             v->cause,
                                                             v->urgency,
                                                             v->actor,
                                                             v->since,
                                                             0};
    }
    f->root[i].members++;
}

static int root_order(const struct board_root *a, const struct board_root *b)
{
    int worse = state_severity(b->state) - state_severity(a->state);

    return worse ? worse : (int)b->members - (int)a->members;
}

const struct snapshot *board_fixture_snapshot(struct board_fixture *f)
{
    struct err err = {.text = ""};

    board_fixture_free(f);
    f->board.oldest = INT64_MAX;
    f->board.members = (struct counts){.unauthorized = 0};
    f->board.root_count = f->board.problem_count = 0;
    for (uint32_t i = 0; i < f->board.app_count; i++) {
        f->app[i].oldest = INT64_MAX;
        f->app[i].members = (struct counts){.unauthorized = 0};
    }
    for (uint32_t i = 0; i < f->board.token_count; i++) {
        f->token[i].oldest = INT64_MAX;
        f->token[i].members = (struct counts){.unauthorized = 0};
    }
    for (uint32_t i = 0; i < f->board.advertiser_count; i++) {
        const struct board_advertiser *a = &f->advertiser[i];

        count_one(&f->board.members, &f->board.oldest, &a->verdict);
        count_one(&f->app[a->app].members, &f->app[a->app].oldest, &a->verdict);
        count_one(&f->token[a->token].members, &f->token[a->token].oldest, &a->verdict);
        if (a->verdict.state == STATE_OK)
            continue;
        f->problem[f->board.problem_count++] = i;
        add_root(f, a);
    }
    for (uint32_t i = 1; i < f->board.root_count; i++)
        for (uint32_t k = i; k > 0 && root_order(&f->root[k - 1], &f->root[k]) > 0; k--) {
            struct board_root other = f->root[k];

            f->root[k] = f->root[k - 1];
            f->root[k - 1] = other;
        }
    buf_init(&f->bytes, SNAPSHOT_SIZE_MAX);
    assert_true(snapshot_encode(&f->board, &f->bytes));
    f->snapshot = snapshot_open(buf_text(&f->bytes), buf_len(&f->bytes), &err);
    if (!f->snapshot)
        fail_msg("snapshot_open: %s", err.text);
    return f->snapshot;
}

void board_fixture_free(struct board_fixture *f)
{
    snapshot_close(f->snapshot);
    buf_free(&f->bytes);
    f->snapshot = NULL;
}
