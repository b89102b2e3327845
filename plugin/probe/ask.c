/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One question to the API: slot, request, retries, answer. */
#include "probe/ask.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "core/backoff.h"
#include "probe/heard.h"
#include "probe/slot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char list_path[] = "/oauth2/advertiser/get/";
static const char info_path[] = "/advertiser/info/";
static const char user_path[] = "/user/info/";
static const char videos_path[] = "/file/video/ad/info/";

enum { PATH_MAX_BYTES = 160, IDS_MAX_BYTES = 4096, SHORTEST_REQUEST_MS = 200 };

enum ask_state { ASK_IDLE, ASK_SLOT, ASK_SENT, ASK_PAUSED, ASK_DONE };

struct ask {
    struct ask_options options;
    const struct config_app *app;
    struct secret *token_secret;
    struct secret *app_secret;
    enum ask_state state;
    enum question_kind kind;
    bool fresh_connection;
    char path[PATH_MAX_BYTES];
    char ids[IDS_MAX_BYTES];                   /* the value of advertiser_ids, advertiser_id or video_ids */
    char advertiser_id[ADVERTISER_ID_MAX + 1]; /* beside video_ids */
    int64_t wake_ms;
    int retries;
    struct http_call *call;
    struct answer answer;
    bool has_answer;
    int64_t calls;
    int64_t throttled;
    struct err store_fault;
};

static struct secret *copy_secret(const struct secret *secret, struct err *err)
{
    struct secret *copy = secret_new(secret_reveal(secret), secret_len(secret));

    if (!copy)
        err_set(err, "out of memory");
    return copy;
}

struct ask *ask_new(const struct ask_options *options, struct said *said, struct err *err)
{
    const struct config *config = setup_config(options->setup);
    size_t app = config->token[options->token].app;
    struct ask *ask = calloc(1, sizeof(*ask));
    enum cause cause = CAUSE_TOKEN_EMPTY;

    if (!ask) {
        err_set(err, "out of memory");
        return NULL;
    }
    ask->options = *options;
    ask->app = &config->app[app];
    ask->token_secret = options->secret ? copy_secret(options->secret, err)
                                        : setup_token_secret(options->setup, options->token, err);
    if (ask->token_secret && ask->app->secret_file) {
        ask->app_secret = setup_app_secret(options->setup, app, err);
        cause = CAUSE_REQUEST_FAULT; /* our configuration: nothing was asked */
    }
    if (!ask->token_secret || (ask->app->secret_file && !ask->app_secret)) {
        if (!said_own(said, cause, err->text))
            log_error("ask", "out of memory");
        ask_free(ask);
        return NULL;
    }
    return ask;
}

void ask_free(struct ask *ask)
{
    if (!ask)
        return;
    if (ask->call)
        ask->options.env->cancel(ask->options.env->ctx, ask->call);
    if (ask->has_answer)
        answer_free(&ask->answer);
    secret_free(ask->token_secret);
    secret_free(ask->app_secret);
    free(ask);
}

int64_t ask_calls(const struct ask *ask)
{
    return ask->calls;
}

int64_t ask_throttled(const struct ask *ask)
{
    return ask->throttled;
}

const struct answer *ask_answer(const struct ask *ask)
{
    return &ask->answer;
}

const char *ask_store_fault(const struct ask *ask)
{
    return ask->store_fault.text;
}

static int64_t mono(const struct ask *ask)
{
    return ask->options.env->mono_ms(ask->options.env->ctx);
}

static int64_t left(const struct ask *ask)
{
    return ask->options.deadline_ms == INT64_MAX ? INT64_MAX : ask->options.deadline_ms - mono(ask);
}

static void drop_answer(struct ask *ask)
{
    if (ask->has_answer)
        answer_free(&ask->answer);
    memset(&ask->answer, 0, sizeof(ask->answer));
    ask->has_answer = false;
}

/* A fault that no answer said: nothing was sent. */
static void answer_ourselves(struct ask *ask, enum cause cause, const char *sentence)
{
    drop_answer(ask);
    ask->answer.finding.class = cause_info(cause)->class;
    ask->answer.finding.cause = cause;
    ask->answer.finding.scope = cause_info(cause)->scope;
    snprintf(ask->answer.message, sizeof(ask->answer.message), "%s", sentence);
    ask->has_answer = true;
    ask->state = ASK_DONE;
}

/* ["1","2"]; ids are digits, those of videos letters and - and _ as well, so nothing needs escaping. */
static void write_ids(struct ask *ask, const struct question *question)
{
    struct buf list;

    buf_init(&list, IDS_MAX_BYTES - 1);
    if (question->kind == ASK_INFO || question->kind == ASK_VIDEOS) {
        buf_char(&list, '[');
        for (size_t i = 0; i < question->id_count; i++)
            buf_printf(&list, "%s\"%s\"", i ? "," : "", question->id[i]);
        buf_char(&list, ']');
    } else if (question->id_count) {
        buf_str(&list, question->id[0]);
    }
    snprintf(ask->ids, sizeof(ask->ids), "%s", buf_text(&list));
    buf_free(&list);
}

void ask_begin(struct ask *ask, const struct question *question)
{
    const char *path = "";

    drop_answer(ask);
    switch (question->kind) {
    case ASK_LIST:
        path = list_path;
        break;
    case ASK_INFO:
        path = info_path;
        break;
    case ASK_USER:
        path = user_path;
        break;
    case ASK_PROBE:
        path = question->path;
        break;
    case ASK_VIDEOS:
        path = videos_path;
        snprintf(ask->advertiser_id, sizeof(ask->advertiser_id), "%s", question->advertiser_id);
        break;
    }
    snprintf(ask->path, sizeof(ask->path), "%s", path);
    ask->kind = question->kind;
    ask->fresh_connection = question->fresh_connection;
    write_ids(ask, question);
    ask->retries = 0;
    ask->state = ASK_SLOT;
    ask->wake_ms = 0;
}

/* Failures that may pass in seconds. A certificate, a banned address or a request that is wrong stays as it is. */
static bool may_pass(const struct ask *ask, enum http_outcome outcome)
{
    switch (ask->answer.finding.class) {
    case CLASS_TRANSIENT:
        return outcome != HTTP_NO_TLS && outcome != HTTP_TOO_LARGE && outcome != HTTP_BAD_ENCODING &&
               outcome != HTTP_LOCAL && !(ask->answer.http_status >= 300 && ask->answer.http_status < 400);
    case CLASS_RATE:
        return ask->answer.finding.window == THROTTLE_SECOND || ask->answer.finding.window == THROTTLE_UNSAID ||
               ask->answer.finding.window == THROTTLE_NONE;
    case CLASS_OK:
    case CLASS_PARTIAL:
    case CLASS_AUTHZ:
    case CLASS_TOKEN:
    case CLASS_APP:
    case CLASS_PARAM:
    case CLASS_ACCOUNT:
    case CLASS_FILE:
    case CLASS_NETWORK:
    case CLASS_NONE:
    case CLASS_UNKNOWN:
        break;
    }
    return false;
}

static void count_throttle(struct ask *ask)
{
    const struct env *env = ask->options.env;
    struct err err = {""};

    if (ask->answer.finding.class != CLASS_RATE)
        return;
    ask->throttled++;
    if (ask->options.store && !slot_throttled(ask->options.store, ask->app, ask->answer.finding.window,
                                              ask->answer.retry_after_s, env->wall_ms(env->ctx), &err))
        log_warning("ask", "%s", err.text);
}

static void receive(void *arg, const struct http_answer *http)
{
    struct ask *ask = arg;
    const struct env *env = ask->options.env;
    const struct config_api *api = &setup_config(ask->options.setup)->api;
    char code[32] = "no code";
    int64_t longest = backoff_retry_ms(BACKOFF_RETRIES_MAX - 1, api->retry_base_ms, UINT32_MAX);
    int64_t pause;

    ask->call = NULL;
    heard_read(http, &ask->answer);
    heard_hide(&ask->answer, ask->app_secret);
    heard_hide(&ask->answer, ask->token_secret);
    ask->has_answer = true;
    ask->state = ASK_DONE;
    if (ask->answer.has_code)
        snprintf(code, sizeof(code), "code %lld", (long long)ask->answer.code);
    log_debug("ask", "%s of token %s: HTTP %d, %s, %s after %lld ms", ask->path,
              setup_config(ask->options.setup)->token[ask->options.token].name, ask->answer.http_status, code,
              cause_name(ask->answer.finding.cause), (long long)http->took_ms);
    count_throttle(ask);
    if (!may_pass(ask, http->outcome) || ask->retries >= api->retries || !ask->options.store ||
        ask->store_fault.text[0])
        return;
    pause = backoff_retry_ms(ask->retries, api->retry_base_ms, env->random(env->ctx));
    if (ask->answer.retry_after_s * 1000 > pause)
        pause = ask->answer.retry_after_s * 1000;
    if (pause > longest || pause > left(ask) - SHORTEST_REQUEST_MS)
        return; /* longer than any pause of ours: the next sweep's */
    ask->retries++;
    ask->state = ASK_PAUSED;
    ask->wake_ms = mono(ask) + pause;
}

static void send_request(struct ask *ask)
{
    const struct env *env = ask->options.env;
    struct http_param param[3];
    size_t count = 0;
    int64_t timeout = left(ask);

    switch (ask->kind) {
    case ASK_LIST:
        param[count++] = (struct http_param){.name = "app_id", .value = ask->app->app_id};
        param[count++] = (struct http_param){.name = "secret", .secret = ask->app_secret};
        break;
    case ASK_INFO:
        param[count++] = (struct http_param){.name = "advertiser_ids", .value = ask->ids};
        param[count++] = (struct http_param){.name = "fields", .value = "[\"advertiser_id\",\"name\",\"status\"]"};
        break;
    case ASK_PROBE:
        param[count++] = (struct http_param){.name = "advertiser_id", .value = ask->ids};
        param[count++] = (struct http_param){.name = "page_size", .value = "1"};
        break;
    case ASK_VIDEOS:
        param[count++] = (struct http_param){.name = "advertiser_id", .value = ask->advertiser_id};
        param[count++] = (struct http_param){.name = "video_ids", .value = ask->ids};
        break;
    case ASK_USER:
        break;
    }
    drop_answer(ask);
    ask->state = ASK_SENT;
    ask->calls++;
    ask->call = env->start(env->ctx,
                           &(struct http_request){
                               .method = HTTP_GET,
                               .path = ask->path,
                               .params = param,
                               .param_count = count,
                               .access_token = ask->token_secret,
                               .timeout_ms = timeout == INT64_MAX ? 0
                                             : timeout < 1        ? 1
                                                                  : timeout,
                               .fresh_connection = ask->fresh_connection,
                           },
                           receive, ask);
    if (!ask->call)
        answer_ourselves(ask, CAUSE_NETWORK_FAULT, "out of memory while a request was made");
}

/* Takes a slot and sends, or finds out how long to wait for one. */
static void take_slot(struct ask *ask)
{
    const struct env *env = ask->options.env;
    int64_t now_ms = env->wall_ms(env->ctx);
    enum quota_wait result = QUOTA_TAKEN;
    int64_t wait_ms = 0;
    struct err err = {""};
    char until[CLOCK_TEXT_MAX];
    char sentence[160];

    if (!ask->options.store) {
        if (ask->calls == 0)
            send_request(ask);
        else
            answer_ourselves(ask, CAUSE_REQUEST_FAULT, "without the store only one request is sent");
        return;
    }
    if (!slot_take(ask->options.store, ask->app, setup_config(ask->options.setup)->sweep.hosts, now_ms, &result,
                   &wait_ms, &err)) {
        /* A broken store never hides a verdict: one request goes out without a slot, and no more. */
        err_set(&ask->store_fault, "%s", err.text);
        if (ask->calls == 0)
            send_request(ask);
        else
            answer_ourselves(ask, CAUSE_REQUEST_FAULT, err.text);
        return;
    }
    if (result == QUOTA_TAKEN) {
        send_request(ask);
        return;
    }
    if (result == QUOTA_PACE && wait_ms <= left(ask) - SHORTEST_REQUEST_MS) {
        ask->wake_ms = mono(ask) + wait_ms;
        return;
    }
    snprintf(sentence, sizeof(sentence),
             result == QUOTA_STOPPED ? "a limit of app %s is reached, TikTok is asked again at %s"
                                     : "the monitoring share of the quota of app %s is used up until %s",
             ask->app->name, clock_rfc3339((now_ms + wait_ms + 999) / 1000, until));
    if (!ask->has_answer) /* what was answered before the pause says more */
        answer_ourselves(ask, CAUSE_THROTTLED, sentence);
    ask->state = ASK_DONE;
}

bool ask_step(struct ask *ask, int64_t *wake_ms)
{
    *wake_ms = INT64_MAX;
    if (ask->state == ASK_PAUSED && mono(ask) >= ask->wake_ms) {
        ask->state = ASK_SLOT;
        ask->wake_ms = 0;
    }
    if (ask->state == ASK_SLOT && mono(ask) >= ask->wake_ms)
        take_slot(ask);
    if (ask->state == ASK_DONE || ask->state == ASK_IDLE)
        return true;
    if (ask->state != ASK_SENT)
        *wake_ms = ask->wake_ms;
    return false;
}

bool ask_once(const struct ask_options *options, const struct question *question, struct answer *answer,
              struct err *err)
{
    const struct env *env = options->env;
    struct said said = {.cause = CAUSE_AUTHORIZED};
    struct ask *ask = ask_new(options, &said, err);
    int64_t wake_ms;

    said_clear(&said);
    if (!ask)
        return false;
    ask_begin(ask, question);
    while (!ask_step(ask, &wake_ms)) {
        int64_t now = env->mono_ms(env->ctx);
        int64_t pause = wake_ms == INT64_MAX ? 60 * 1000 : wake_ms > now ? wake_ms - now : 0;

        env->wait(env->ctx, pause);
    }
    *answer = ask->answer;
    ask->has_answer = false;
    ask_free(ask);
    return true;
}
