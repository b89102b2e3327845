/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The simulated API answers from a small model; time moves in `wait` alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "world.h"

enum {
    BODY_MAX = 16 << 20,
    IDLE_TURNS_MAX = 100000, /* waits of no time in a row: whoever waits is turning in a circle */
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    DAY_MS = 24 * 60 * MINUTE_MS,
};

static const char refresh_path[] = "/tt_user/oauth2/refresh_token/";

/* A request under way. */
struct http_call {
    struct http_call *next;
    http_done_fn *done;
    void *arg;
    int64_t began_ms, due_ms; /* mono */
    enum http_outcome outcome;
    int status;
    int64_t retry_after_s;
    char *body;
};

/* --- the model ----------------------------------------------------------------------------------------------- */

struct world *world_new(size_t tokens, size_t advertisers)
{
    struct world *world = calloc(1, sizeof(*world));

    assert_non_null(world);
    assert_in_range(tokens, 1, WORLD_TOKENS_MAX);
    world->advertiser = calloc(advertisers + 1, sizeof(*world->advertiser));
    assert_non_null(world->advertiser);
    world->now_ms = clock_of_date(2026, 11, 22) * SECOND_MS;
    world->mono_ms = 1000000;
    world->seed = 1;
    world->latency_ms = 50;
    world->token_count = tokens;
    world->advertiser_count = advertisers;
    for (size_t a = 0; a < WORLD_TOKENS_MAX; a++) {
        snprintf(world->app[a].app_id, sizeof(world->app[a].app_id), "70551078850170716%u", (unsigned)(a % 10));
        snprintf(world->app[a].secret, sizeof(world->app[a].secret), "secret-of-app-%u", (unsigned)(a % 10));
    }
    for (size_t t = 0; t < tokens; t++)
        snprintf(world->token[t].text, sizeof(world->token[t].text), "text-of-token-%u", (unsigned)(t % 10));
    for (size_t i = 0; i < advertisers; i++) {
        snprintf(world->advertiser[i].id, sizeof(world->advertiser[i].id), "75020223930%08u",
                 (unsigned)(i % 100000000));
        world->advertiser[i].granted = 1;
    }
    return world;
}

void world_free(struct world *world)
{
    assert_null(world->call); /* whoever asked has waited for the answer, or cancelled */
    free(world->advertiser);
    free(world->request);
    free(world);
}

uint32_t world_random(struct world *world, uint32_t bound)
{
    world->seed = world->seed * 1664525U + 1013904223U;
    return (uint32_t)((uint64_t)(world->seed >> 8) * bound >> 24);
}

void world_pass(struct world *world, int64_t ms)
{
    world->now_ms += ms;
    world->mono_ms += ms;
}

struct world_fault *world_add_fault(struct world *world, const struct world_fault *fault)
{
    assert_in_range(world->fault_count, 0, WORLD_FAULTS_MAX - 1);
    world->fault[world->fault_count] = *fault;
    return &world->fault[world->fault_count++];
}

void world_clear_faults(struct world *world)
{
    world->fault_count = 0;
}

/* --- the log ------------------------------------------------------------------------------------------------- */

void world_forget_requests(struct world *world)
{
    world->request_count = 0;
}

size_t world_count(const struct world *world, const char *path, int token)
{
    size_t count = 0;

    for (size_t i = 0; i < world->request_count; i++)
        count += (!path || strcmp(world->request[i].path, path) == 0) &&
                 (token < 0 || world->request[i].token == token);
    return count;
}

static bool of_app(const struct world *world, size_t i, size_t app)
{
    int token = world->request[i].token;

    return token >= 0 && world->token[token].app == app;
}

static void assert_window(const struct world *world, size_t app, int64_t window_ms, size_t most)
{
    size_t first = 0;
    size_t inside = 0;

    for (size_t i = 0; i < world->request_count; i++) {
        if (!of_app(world, i, app))
            continue;
        inside++;
        for (; world->request[first].wall_ms <= world->request[i].wall_ms - window_ms; first++)
            inside -= of_app(world, first, app);
        if (inside > most)
            fail_msg("app %zu: %zu requests in %lld ms, %zu are its share", app, inside, (long long)window_ms,
                     most);
    }
}

void world_assert_quota(const struct world *world, size_t app, size_t second, size_t minute, size_t day)
{
    assert_window(world, app, SECOND_MS, second);
    assert_window(world, app, MINUTE_MS, minute);
    assert_window(world, app, DAY_MS, day);
}

static const char *param(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->param_count; i++)
        if (strcmp(request->params[i].name, name) == 0)
            return request->params[i].secret ? secret_reveal(request->params[i].secret) : request->params[i].value;
    return "";
}

/* The next run of digits at or behind *cursor, which moves behind it; false: none. */
static bool next_id(const char **cursor, char *id)
{
    const char *start = *cursor + strcspn(*cursor, "0123456789");
    size_t len = strspn(start, "0123456789");

    if (len == 0)
        return false;
    assert_in_range(len, 1, ADVERTISER_ID_MAX);
    memcpy(id, start, len);
    id[len] = '\0';
    *cursor = start + len;
    return true;
}

static struct world_request *log_request(struct world *world, const struct http_request *request)
{
    const char *text = request->access_token ? secret_reveal(request->access_token) : "";
    const char *ids = param(request, "advertiser_ids");
    struct world_request *entry;
    char id[ADVERTISER_ID_MAX + 1];

    if (world->request_count == world->request_room) {
        world->request_room = world->request_room ? world->request_room * 2 : 64;
        world->request = realloc(world->request, world->request_room * sizeof(*world->request));
        assert_non_null(world->request);
    }
    entry = &world->request[world->request_count++];
    *entry = (struct world_request){
        .wall_ms = world->now_ms, .token = -1, .fresh_connection = request->fresh_connection};
    snprintf(entry->path, sizeof(entry->path), "%s", request->path);
    for (size_t t = 0; t < world->token_count; t++)
        if (strcmp(world->token[t].text, text) == 0 ||
            (world->token[t].refresh[0] && strcmp(world->token[t].refresh, param(request, "refresh_token")) == 0))
            entry->token = (int)t;
    ids = ids[0] ? ids : param(request, "advertiser_id");
    while (next_id(&ids, id)) {
        if (entry->id_count++ == 0)
            memcpy(entry->first_id, id, sizeof(id));
    }
    return entry;
}

/* --- answers ------------------------------------------------------------------------------------------------- */

static struct world_advertiser *find_advertiser(const struct world *world, const char *id)
{
    size_t low = 0;
    size_t high = world->advertiser_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(id, world->advertiser[middle].id);

        if (order == 0)
            return &world->advertiser[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static void say(struct buf *body, int code, const char *message)
{
    buf_printf(body, "{\"code\":%d,\"message\":\"%s\",\"request_id\":\"20261122000000\"", code, message);
    if (code != 0)
        buf_str(body, "}");
}

static void answer_list(const struct world *world, size_t t, const struct http_request *request, struct buf *body)
{
    const struct world_app *app = &world->app[world->token[t].app];
    bool first = true;

    if (strcmp(param(request, "secret"), app->secret) != 0) {
        say(body, 40101, "The secret is wrong.");
        return;
    }
    if (strcmp(param(request, "app_id"), app->app_id) != 0) {
        say(body, 40113, "The app_id is inconsistent with the token's app information.");
        return;
    }
    say(body, 0, "OK");
    buf_str(body, ",\"data\":{\"list\":[");
    for (size_t i = 0; i < world->advertiser_count; i++) {
        const struct world_advertiser *advertiser = &world->advertiser[i];
        bool granted = (advertiser->granted >> t & 1) && !advertiser->deleted && !(advertiser->lagging >> t & 1);

        if (!granted && !(advertiser->linger >> t & 1))
            continue;
        buf_printf(body, "%s{\"advertiser_id\":\"%s\",\"advertiser_name\":\"name\"}", first ? "" : ",",
                   advertiser->id);
        first = false;
    }
    buf_str(body, "]}}");
}

/* What advertiser/info says when one of the ids can't be served; false: all can. */
static bool refuse_info(const struct world *world, size_t t, const char *ids, struct buf *body)
{
    char id[ADVERTISER_ID_MAX + 1];
    char message[128];

    while (next_id(&ids, id)) {
        const struct world_advertiser *advertiser = find_advertiser(world, id);

        if (advertiser && advertiser->refusal) {
            buf_str(body, advertiser->refusal);
            return true;
        }
        if (!advertiser || advertiser->deleted) {
            snprintf(message, sizeof(message), "The advertiser %s doesn't exist or has been deleted.", id);
            say(body, 40002, message);
            return true;
        }
        if (!(advertiser->granted >> t & 1)) {
            snprintf(message, sizeof(message), "No permission to operate advertiser%s%s",
                     world->nameless ? "" : ": ", world->nameless ? "" : id);
            say(body, 40001, message);
            return true;
        }
    }
    return false;
}

static void answer_info(const struct world *world, size_t t, const struct http_request *request, struct buf *body)
{
    const char *ids = param(request, "advertiser_ids");
    char id[ADVERTISER_ID_MAX + 1];
    bool first = true;

    if (refuse_info(world, t, ids, body))
        return;
    say(body, 0, "OK");
    buf_str(body, ",\"data\":{\"list\":[");
    for (; next_id(&ids, id); first = false) {
        const struct world_advertiser *advertiser = find_advertiser(world, id);

        buf_printf(body, "%s{\"advertiser_id\":\"%s\",\"name\":\"name\",\"status\":\"%s\"}", first ? "" : ",", id,
                   advertiser && advertiser->status ? advertiser->status : "STATUS_ENABLE");
    }
    buf_str(body, "]}}");
}

static bool is_withheld(const struct world_token *token, const char *path)
{
    return (token->withheld && strcmp(token->withheld, path) == 0) ||
           (token->withheld_too && strcmp(token->withheld_too, path) == 0);
}

/* "text-of-token-0" becomes "text-of-token-0-1", and so on. */
static void rename_token(char *text, size_t size, unsigned number)
{
    char start[24];

    snprintf(start, sizeof(start), "%s", text);
    start[15] = '\0';
    snprintf(text, size, "%.15s-%u", start, number % 1000000);
}

static void answer_refresh(struct world *world, int t, const struct http_request *request, struct buf *body)
{
    struct world_token *token = t < 0 ? NULL : &world->token[t];

    if (!token || token->dead) {
        say(body, 40107, "The refresh token is invalid.");
        return;
    }
    if (strcmp(param(request, "client_secret"), world->app[token->app].secret) != 0 ||
        strcmp(param(request, "client_id"), world->app[token->app].app_id) != 0 ||
        strcmp(param(request, "grant_type"), "refresh_token") != 0) {
        say(body, 40101, "The secret is wrong.");
        return;
    }
    if (token->refresh_expires_ms && world->now_ms >= token->refresh_expires_ms) {
        say(body, 40103, "The refresh token is expired.");
        return;
    }
    token->refreshes++;
    rename_token(token->text, sizeof(token->text), token->refreshes);
    if (token->rotates)
        rename_token(token->refresh, sizeof(token->refresh), token->refreshes);
    token->expires_ms = world->now_ms + token->life_ms;
    say(body, 0, "OK");
    buf_printf(body, ",\"data\":{\"access_token\":\"%s\",\"refresh_token\":\"%s\",\"expires_in\":%lld",
               token->text, token->refresh, (long long)token->life_ms / SECOND_MS);
    if (token->refresh_expires_ms)
        buf_printf(body, ",\"refresh_token_expires_in\":%lld",
                   (long long)(token->refresh_expires_ms - world->now_ms) / SECOND_MS);
    buf_str(body, "}}");
}

static void answer(struct world *world, const struct world_request *entry, const struct http_request *request,
                   struct buf *body)
{
    const struct world_token *token = entry->token < 0 ? NULL : &world->token[entry->token];
    char message[200];

    if (strcmp(request->path, refresh_path) == 0) {
        answer_refresh(world, entry->token, request, body);
    } else if (token && token->expires_ms && world->now_ms >= token->expires_ms) {
        say(body, 40102, "The access token is expired.");
    } else if (!token || token->dead) {
        say(body, 40105, "Access token is incorrect or has been revoked.");
    } else if (world->app[token->app].blocked) {
        say(body, 40001, "App is suspended or rejected");
    } else if (is_withheld(token, request->path)) {
        snprintf(message, sizeof(message), "advertiser does not grant you %s:GET permission", request->path);
        say(body, 40001, message);
    } else if (strcmp(request->path, "/oauth2/advertiser/get/") == 0) {
        answer_list(world, (size_t)entry->token, request, body);
    } else if (strcmp(request->path, "/advertiser/info/") == 0) {
        answer_info(world, (size_t)entry->token, request, body);
    } else if (strcmp(request->path, "/user/info/") == 0) {
        say(body, 0, "OK");
        buf_str(body, ",\"data\":{\"display_name\":\"Jo\",\"email\":\"j***@example.com\"}}");
    } else {
        say(body, 0, "OK");
        buf_str(body, ",\"data\":{}}");
    }
}

static struct world_fault *fault_of(struct world *world, const struct world_request *entry)
{
    for (size_t i = 0; i < world->fault_count; i++) {
        struct world_fault *fault = &world->fault[i];

        if (fault->count <= 0 || (fault->path && strcmp(fault->path, entry->path) != 0) ||
            (fault->token >= 0 && fault->token != entry->token))
            continue;
        if ((fault->from_ms || fault->until_ms) &&
            (world->now_ms < fault->from_ms || world->now_ms >= fault->until_ms))
            continue;
        fault->count--;
        return fault;
    }
    return NULL;
}

static void fill(struct world *world, const struct world_request *entry, const struct http_request *request,
                 struct http_call *call)
{
    const struct world_fault *fault = fault_of(world, entry);
    struct buf body;

    buf_init(&body, BODY_MAX);
    call->outcome = fault ? fault->outcome : HTTP_DONE;
    call->status = fault ? fault->status : 200;
    call->retry_after_s = fault ? fault->retry_after_s : 0;
    if (!fault)
        answer(world, entry, request, &body);
    else if (fault->outcome == HTTP_DONE)
        buf_str(&body, fault->body ? fault->body : "");
    call->body = buf_take(&body, NULL);
    assert_non_null(call->body);
}

/* --- the environment ----------------------------------------------------------------------------------------- */

static int64_t env_wall_ms(void *ctx)
{
    return ((const struct world *)ctx)->now_ms;
}

static int64_t env_mono_ms(void *ctx)
{
    return ((const struct world *)ctx)->mono_ms;
}

static uint32_t env_random(void *ctx)
{
    return world_random(ctx, 1U << 24) << 8;
}

static struct http_call *env_start(void *ctx, const struct http_request *request, http_done_fn *done, void *arg)
{
    struct world *world = ctx;
    struct world_request *entry = log_request(world, request);
    struct http_call *call = calloc(1, sizeof(*call));
    int64_t took = world->latency_ms;

    assert_non_null(call);
    /* Monitoring never sends what could change anything, but for this. */
    assert_true((request->method == HTTP_POST) == (strcmp(request->path, refresh_path) == 0));
    if (world->on_request)
        world->on_request(world, world->on_request_arg);
    call->done = done;
    call->arg = arg;
    call->began_ms = world->mono_ms;
    fill(world, entry, request, call);
    if (request->timeout_ms > 0 && took > request->timeout_ms) {
        took = request->timeout_ms;
        call->outcome = HTTP_TIMED_OUT;
    }
    call->due_ms = call->began_ms + took;
    call->next = world->call;
    world->call = call;
    return call;
}

static void drop(struct world *world, struct http_call *call)
{
    struct http_call **link = &world->call;

    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    free(call->body);
    free(call);
}

static void env_cancel(void *ctx, struct http_call *call)
{
    drop(ctx, call);
}

static struct http_call *first_due(const struct world *world)
{
    struct http_call *first = world->call;

    for (struct http_call *call = world->call; call; call = call->next)
        if (call->due_ms < first->due_ms)
            first = call;
    return first;
}

static void deliver(struct world *world, struct http_call *call)
{
    bool done = call->outcome == HTTP_DONE;
    struct http_answer answer = {
        .outcome = call->outcome,
        .sent = call->outcome != HTTP_NO_NAME && call->outcome != HTTP_NO_CONNECT && call->outcome != HTTP_NO_TLS,
        .status = done ? call->status : 0,
        .body = done ? call->body : "",
        .body_len = done ? strlen(call->body) : 0,
        .detail = done ? "" : "simulated",
        .retry_after_s = call->retry_after_s,
        .took_ms = world->mono_ms - call->began_ms,
    };

    call->done(call->arg, &answer);
    drop(world, call);
}

static void env_wait(void *ctx, int64_t timeout_ms)
{
    struct world *world = ctx;
    struct http_call *call = first_due(world);
    int64_t until = world->mono_ms + timeout_ms;

    if (call && call->due_ms < until)
        until = call->due_ms;
    world->idle_turns = until > world->mono_ms ? 0 : world->idle_turns + 1;
    assert_in_range(world->idle_turns, 0, IDLE_TURNS_MAX);
    if (until > world->mono_ms)
        world_pass(world, until - world->mono_ms);
    if (call && call->due_ms <= world->mono_ms)
        deliver(world, call);
}

struct env world_env(struct world *world)
{
    return (struct env){
        .ctx = world,
        .wall_ms = env_wall_ms,
        .mono_ms = env_mono_ms,
        .random = env_random,
        .start = env_start,
        .cancel = env_cancel,
        .wait = env_wait,
    };
}
