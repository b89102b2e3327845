/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Gathers the root causes of a board, each with the verdict that speaks for it. */
#include "core/alert_trouble.h"

#include "core/fix_line.h"
#include "core/judgement.h"
#include "core/memory.h"
#include "core/reauth_url.h"

#include <stdlib.h>
#include <string.h>

static struct told key_of(enum scope kind, const char *app, const char *id)
{
    return (struct told){.kind = kind, .app = app, .id = id};
}

static int trouble_order(const void *a, const void *b)
{
    const struct trouble *x = a, *y = b;
    struct told left = key_of(x->kind, x->app, x->id), right = key_of(y->kind, y->app, y->id);

    return told_order(&left, &right);
}

static struct trouble *find(const struct troubles *troubles, enum scope kind, const char *app, const char *id)
{
    struct trouble key = {.kind = kind, .app = app, .id = id};

    if (troubles->count == 0)
        return NULL;
    return bsearch(&key, troubles->item, troubles->count, sizeof(key), trouble_order);
}

const struct trouble *troubles_find(const struct troubles *troubles, const struct told *row)
{
    return find(troubles, row->kind, row->app, row->id);
}

bool cause_is_access(enum cause cause)
{
    return cause == CAUSE_REVOKED || cause == CAUSE_NEVER_CONNECTED || cause == CAUSE_ACCOUNT_ACCESS;
}

static const struct board_app *app_of(const struct board *board, const char *name)
{
    for (uint32_t a = 0; a < board->app_count; a++)
        if (strcmp(board->app[a].name, name) == 0)
            return &board->app[a];
    return NULL;
}

static const struct board_token *token_of(const struct board *board, const char *app, const char *name, size_t len)
{
    for (uint32_t t = 0; t < board->token_count; t++)
        if (strncmp(board->token[t].name, name, len) == 0 && board->token[t].name[len] == '\0' &&
            strcmp(board->app[board->token[t].app].name, app) == 0)
            return &board->token[t];
    return NULL;
}

/* The token of an endpoint's id, "TOKEN GET /path/". */
static const struct board_token *token_of_endpoint(const struct board *board, const char *app, const char *id)
{
    return token_of(board, app, id, strcspn(id, " "));
}

static const struct board_advertiser *advertiser_of(const struct board *board, const char *app, const char *id)
{
    uint32_t low = 0, high = board->advertiser_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct board_advertiser *row = &board->advertiser[middle];
        int order = strcmp(app, board->app[row->app].name);

        if (order == 0)
            order = advertiser_id_order(id, row->id);
        if (order == 0)
            return row;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static void speak(struct trouble *trouble, const struct verdict *verdict)
{
    trouble->verdict = *verdict;
    trouble->spoken = true;
}

/* A member that names a client or an endpoint as its root cause: the worst one speaks. */
static void take_member(struct trouble *trouble, const struct board *board, const struct board_advertiser *row)
{
    bool first = !trouble->spoken;

    if (first) {
        trouble->owner = row->owner;
        trouble->client = row->client;
    } else {
        if (strcmp(trouble->owner, row->owner) != 0)
            trouble->owner = "";
        if (strcmp(trouble->client, row->client) != 0)
            trouble->client = "";
    }
    if (first || state_severity(row->verdict.state) > state_severity(trouble->verdict.state)) {
        speak(trouble, &row->verdict);
        trouble->link = row->link;
        trouble->granted_by = board->token[row->token].granted_by;
    }
}

static void take_members(struct troubles *troubles)
{
    const struct board *board = troubles->input->board;

    for (uint32_t i = 0; i < board->advertiser_count; i++) {
        const struct board_advertiser *row = &board->advertiser[i];
        enum scope kind = row->verdict.root_kind;
        struct trouble *trouble;

        if (row->verdict.state == STATE_OK || (kind != SCOPE_CLIENT && kind != SCOPE_ENDPOINT))
            continue;
        trouble = find(troubles, kind, board->app[row->app].name, row->verdict.root_id);
        if (trouble)
            take_member(trouble, board, row);
    }
}

/* The words of a root cause that has a verdict of its own. */
static void take_own(struct trouble *trouble, const struct board *board)
{
    const struct board_app *app = app_of(board, trouble->app);
    const struct board_token *token = NULL;
    const struct board_advertiser *advertiser = NULL;

    if (app)
        trouble->reauth_url = app->reauth_url;
    if (trouble->kind == SCOPE_APP && app)
        speak(trouble, &app->verdict);
    if (trouble->kind == SCOPE_TOKEN)
        token = token_of(board, trouble->app, trouble->id, strlen(trouble->id));
    if (trouble->kind == SCOPE_ADVERTISER)
        advertiser = advertiser_of(board, trouble->app, trouble->id);
    if (token) {
        speak(trouble, &token->verdict);
        trouble->link = token->link;
        trouble->granted_by = token->granted_by;
    }
    if (advertiser) {
        speak(trouble, &advertiser->verdict);
        trouble->link = advertiser->link;
        trouble->name = advertiser->name;
        trouble->owner = advertiser->owner;
        trouble->client = advertiser->client;
        trouble->granted_by = board->token[advertiser->token].granted_by;
    }
}

/* State and cause are the root's, whoever speaks; words about another cause are not for this one. */
static void settle(struct trouble *trouble)
{
    static const struct verdict nothing = {.message = "", .request_id = "", .endpoint = "", .root_id = ""};
    const struct board_root *root = trouble->root;

    if (!trouble->spoken || trouble->verdict.cause != root->cause)
        trouble->verdict = nothing;
    trouble->verdict.cause = root->cause;
    trouble->verdict.state = root->state;
    trouble->verdict.urgency = root->urgency;
    trouble->verdict.actor = root->actor;
    trouble->verdict.since = root->since;
}

static struct trouble *add(struct troubles *troubles, enum scope kind, const char *app, const char *id)
{
    struct trouble *trouble = &troubles->item[troubles->count++];

    *trouble = (struct trouble){
        .kind = kind,
        .app = app,
        .id = id,
        .name = id,
        .owner = "",
        .client = "",
        .reauth_url = "",
        .link = "",
        .granted_by = GRANTED_BY_US,
    };
    return trouble;
}

/* What keeps the api from being verified is what is said of it. */
static void add_api(struct troubles *troubles)
{
    const struct board *board = troubles->input->board;
    struct trouble *trouble = add(troubles, SCOPE_API, "", "");

    trouble->name = "TikTok API";
    trouble->members = board->advertiser_count;
    speak(trouble, troubles->input->api);
    if (board->api_fault.cause != CAUSE_AUTHORIZED) {
        trouble->verdict.has_code = board->api_fault.has_code;
        trouble->verdict.code = board->api_fault.code;
        trouble->verdict.message = board->api_fault.message;
        trouble->verdict.request_id = board->api_fault.request_id;
    }
}

/* Whether nothing has verified it for longer than stale_after; how it reads then is in *now. */
static bool token_is_unverified(const struct alert_input *input, const struct board_token *token,
                                struct verdict *now)
{
    if (token->verdict.state != STATE_OK || token->verdict.verified_at == 0)
        return false;
    verdict_at(input->config, &token->verdict, input->board->stale_after_s, input->now, now);
    return now->cause == CAUSE_NOT_VERIFIED && now->state != STATE_OK;
}

/* Before the items are sorted. */
static bool is_listed(const struct troubles *troubles, enum scope kind, const char *app, const char *id)
{
    for (size_t i = 0; i < troubles->count; i++) {
        const struct trouble *item = &troubles->item[i];

        if (item->kind == kind && strcmp(item->app, app) == 0 && strcmp(item->id, id) == 0)
            return true;
    }
    return false;
}

/* While the api works, a token that was asked since and can't be verified is a trouble of its own: its secret
 * can't be read, or it alone is refused in a way that decides nothing. Its last states stand, and a loss behind it
 * is unseen. */
static void add_unverified(struct troubles *troubles)
{
    const struct alert_input *input = troubles->input;

    for (uint32_t t = 0; input->api->state == STATE_OK && t < input->board->token_count; t++) {
        const struct board_token *token = &input->board->token[t];
        const char *app = input->board->app[token->app].name;
        struct trouble *trouble;
        struct verdict verdict;

        /* In an outage the token that was asked first goes stale first: others must have gone on without it. After
         * one, also of our own rounds, its turn comes: it must have been asked since it went stale. */
        if (token->ended <= input->api->since || !token_is_unverified(input, token, &verdict) ||
            input->api->verified_at - token->verdict.verified_at < input->board->stale_after_s ||
            token->ended - token->verdict.verified_at < input->board->stale_after_s ||
            is_listed(troubles, SCOPE_TOKEN, app, token->name))
            continue;
        trouble = add(troubles, SCOPE_TOKEN, app, token->name);
        verdict.since = token->verdict.verified_at;
        verdict.has_code = token->fault.has_code;
        verdict.code = token->fault.code;
        verdict.message = token->fault.message;
        verdict.request_id = token->fault.request_id;
        speak(trouble, &verdict);
        trouble->granted_by = token->granted_by;
        trouble->members = token->members.state[STATE_OK] + token->members.state[STATE_WARNING] +
                           token->members.state[STATE_CRITICAL] + token->members.state[STATE_UNKNOWN];
    }
}

struct troubles *troubles_of(const struct alert_input *input)
{
    const struct board *board = input->board;
    struct troubles *out = calloc(1, sizeof(*out));
    struct trouble *item = calloc((size_t)board->root_count + board->token_count + 1, sizeof(*item));

    if (!out || !item) {
        free(out);
        free(item);
        return NULL;
    }
    *out = (struct troubles){.item = item, .input = input};
    if (input->api->state != STATE_OK)
        add_api(out);
    for (uint32_t i = 0; i < board->root_count; i++) {
        const struct board_root *root = &board->root[i];
        struct trouble *trouble;

        if (root->kind == SCOPE_API || root->state == STATE_OK)
            continue;
        trouble = add(out, root->kind, root->app, root->id);
        trouble->root = root;
        trouble->members = root->members;
        take_own(trouble, board);
    }
    add_unverified(out);
    qsort(item, out->count, sizeof(*item), trouble_order);
    take_members(out);
    for (size_t i = 0; i < out->count; i++)
        if (item[i].root)
            settle(&item[i]);
    return out;
}

void troubles_free(struct troubles *troubles)
{
    if (!troubles)
        return;
    free(troubles->item);
    free(troubles);
}

/* A member that is lost as the client was told to be, or with something higher. Other trouble of the client's
 * accounts is no part of it. */
static bool is_part_of_client(const struct verdict *verdict, const struct told *row)
{
    if (verdict->state == STATE_OK)
        return false;
    return verdict->root_kind == SCOPE_APP || verdict->root_kind == SCOPE_TOKEN ||
           (verdict->state == row->state &&
            (verdict->cause == row->cause || (cause_is_access(verdict->cause) && cause_is_access(row->cause))));
}

static enum trouble_rest rest_of_client(const struct board *board, const struct told *row)
{
    for (uint32_t i = 0; i < board->advertiser_count; i++) {
        const struct board_advertiser *a = &board->advertiser[i];

        if (is_part_of_client(&a->verdict, row) && strcmp(a->client, row->id) == 0 &&
            strcmp(board->app[a->app].name, row->app) == 0)
            return REST_TROUBLED;
    }
    return REST_OVER;
}

static enum trouble_rest rest_of(const struct verdict *verdict)
{
    return !verdict ? REST_GONE : verdict->state != STATE_OK ? REST_TROUBLED : REST_OVER;
}

enum trouble_rest troubles_rest(const struct troubles *troubles, const struct told *row)
{
    const struct board *board = troubles->input->board;
    const struct board_token *token = NULL;
    const struct board_app *app;
    const struct board_advertiser *advertiser;

    switch (row->kind) {
    case SCOPE_API:
        return rest_of(troubles->input->api);
    case SCOPE_APP:
        app = app_of(board, row->id);
        return rest_of(app ? &app->verdict : NULL);
    case SCOPE_TOKEN:
        token = token_of(board, row->app, row->id, strlen(row->id));
        if (token && token_is_unverified(troubles->input, token, &(struct verdict){0}))
            return REST_TROUBLED;
        return rest_of(token ? &token->verdict : NULL);
    case SCOPE_CLIENT:
        return rest_of_client(board, row);
    case SCOPE_ENDPOINT:
        token = token_of_endpoint(board, row->app, row->id);
        return rest_of(token ? &token->verdict : NULL);
    case SCOPE_ADVERTISER:
        advertiser = advertiser_of(board, row->app, row->id);
        return rest_of(advertiser ? &advertiser->verdict : NULL);
    case SCOPE_VIDEO:
    case SCOPE_CONNECT:
        break;
    }
    return REST_GONE;
}

void trouble_describe(const struct config *config, const struct trouble *trouble, struct arena *arena,
                      struct alert *alert)
{
    enum grantor granted_by = trouble ? trouble->granted_by : GRANTED_BY_CLIENT;
    char url[REAUTH_URL_MAX];
    struct buf fix;

    alert->action = cause_fix_short(alert->cause, granted_by);
    buf_init(&fix, FIX_LINE_MAX);
    if (!fix_line_of(config, alert->cause, granted_by, &fix))
        arena->failed = true;
    alert->fix = arena_dup(arena, buf_text(&fix));
    buf_free(&fix);
    alert->reauth_url = "";
    if (!trouble) {
        alert->actor = cause_info(alert->cause)->actor;
        alert->urgency = cause_info(alert->cause)->urgency;
        return;
    }
    alert->has_code = trouble->verdict.has_code;
    alert->code = trouble->verdict.code;
    alert->message = trouble->verdict.message;
    alert->request_id = trouble->verdict.request_id;
    alert->urgency = trouble->verdict.urgency;
    alert->actor = trouble->verdict.actor;
    alert->members = trouble->members;
    alert->since = trouble->verdict.since ? trouble->verdict.since : alert->at;
    if (reauth_url_fill(trouble->reauth_url, trouble->kind == SCOPE_ADVERTISER ? trouble->id : NULL, trouble->link,
                        url, sizeof(url)))
        alert->reauth_url = arena_dup(arena, url);
}
