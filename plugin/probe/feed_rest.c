/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Delivery through Icinga 2's REST interface: one request after another over one connection, because their order
 * counts.
 *
 * Two hosts may feed one Icinga, and one of them may be cut off from TikTok: its old verdicts must not overwrite
 * the newer ones of the other. Icinga refuses (409) what began before the newest result that it has, so the
 * beginning of a result says how new its evidence is: it is now, but no later than one interval after what it says
 * was verified. While rounds work that is always now, and what one feeder says never goes back; a feeder that is
 * cut off falls behind within an interval. Icinga's own freshness check begins at its now, so it would keep out
 * what rests on older evidence (TikTok may be down, not we): where a result is refused, and the newer one there is
 * no feeder's but the engine's own, it is sent again as of now. */
#include "base/clock.h"
#include "core/feed_icinga.h"
#include "ext/http.h"
#include "probe/feed_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SOURCE "tiktok-auth@"

enum {
    CONNECT_MS = 10000,
    REQUEST_MS = 60000,
    ANSWER_MAX = 64 << 20,
    BODY_MAX = 1 << 20, /* Icinga takes no more */
    HOST_NAME_BYTES = 256,
    NAME_BYTES = 1024,
    FAULTY_MAX =
        3, /* one service that it fails at is no reason to leave the others untold; so many in a row are */
};

/* One request, waited for. */
struct exchange {
    bool done;
    enum http_outcome outcome;
    int status;
    struct buf body;
    struct err detail;
};

struct rest {
    struct feed_job *job;
    const struct env *env;
    struct feed_names *names; /* NULL: not known which services there are */
    char source[sizeof(SOURCE) + HOST_NAME_BYTES];
    struct buf body;
    int64_t failed, quiet; /* quiet: not there, and no news */
    int faulty;            /* results in a row that the engine failed at */
    struct err first;      /* why one failed */
    bool stopped;          /* nothing more is sent: `first` says why */
};

/* --- one request ----------------------------------------------------------------------------------------------
 */

static void take_answer(void *arg, const struct http_answer *answer)
{
    struct exchange *e = arg;

    e->done = true;
    e->outcome = answer->outcome;
    e->status = answer->status;
    buf_add(&e->body, answer->body, answer->body_len);
    err_set(&e->detail, "%s", answer->detail);
}

static int64_t left_ms(const struct rest *rest)
{
    return rest->job->deadline_ms - rest->env->mono_ms(rest->env->ctx);
}

/* False: it was not answered, and e->detail says why. The caller frees e->body either way. */
static bool ask(const struct rest *rest, struct http_request *request, struct exchange *e)
{
    struct http_call *call;

    *e = (struct exchange){.done = false};
    buf_init(&e->body, ANSWER_MAX);
    if (left_ms(rest) <= 0)
        return err_set(&e->detail, "the time is over");
    request->timeout_ms = left_ms(rest);
    call = rest->env->start(rest->env->ctx, request, take_answer, e);
    if (!call)
        return err_set(&e->detail, "out of memory");
    while (!e->done && left_ms(rest) > 0)
        rest->env->wait(rest->env->ctx, left_ms(rest));
    if (!e->done) {
        rest->env->cancel(rest->env->ctx, call);
        return err_set(&e->detail, "the time is over");
    }
    if (e->outcome != HTTP_DONE)
        return false;
    return buf_ok(&e->body) || err_set(&e->detail, "out of memory");
}

static void stop(struct rest *rest, const char *before, const char *why)
{
    rest->stopped = true;
    err_set(&rest->first, "%s%s", before, why);
}

/* --- which services there are ---------------------------------------------------------------------------------
 */

static void read_names(struct rest *rest, struct exchange *e)
{
    struct err err = {""};

    rest->names = feed_names_read(buf_text(&e->body), buf_len(&e->body), &err);
    if (!rest->names)
        stop(rest, "Icinga is not well, or this is not Icinga: ", err.text);
}

/* Floods of 404 slow the daemon. Without the right to ask (objects/query/Service) it goes on without. */
static void ask_names(struct rest *rest)
{
    const struct http_param params[] = {{.name = "attrs", .value = "__name"}, {.name = "attrs", .value = "state"}};
    struct http_request request = {
        .method = HTTP_GET, .path = "/v1/objects/services", .params = params, .param_count = 2};
    struct exchange e;
    struct err err = {""};

    if (!ask(rest, &request, &e) && e.outcome != HTTP_TOO_LARGE)
        stop(rest, "Icinga not reached: ", e.detail.text);
    else if (e.done && e.outcome == HTTP_DONE && e.status == 200)
        read_names(rest, &e);
    else if (e.outcome == HTTP_DONE && e.status == 401)
        stop(rest, "", "Icinga does not know our user and password, or certificate (401)");
    else if (e.outcome == HTTP_DONE && e.status != 403 && e.status != 404 &&
             feed_icinga_read(e.status, buf_text(&e.body), buf_len(&e.body), &err) == FEED_ICINGA_UNWELL)
        stop(rest, "", err.text);
    buf_free(&e.body);
}

/* Retired advertisers and clients come and go; that they are not there is no news. */
static void count_missing(struct rest *rest, const struct service *service)
{
    if (service->retired || service->kind == SERVICE_CLIENT)
        rest->quiet++;
    else
        rest->job->out->missing++;
}

/* --- one result -----------------------------------------------------------------------------------------------
 */

static int64_t begin_of(const struct feed_job *job, const struct feed_result *result)
{
    int64_t latest = result->verified_at + job->slack_s;

    return result->verified_at > 0 && latest < job->now ? latest : job->now;
}

static enum feed_icinga_meaning post(struct rest *rest, const struct feed_result *result, int64_t begin,
                                     int64_t end, struct err *err)
{
    struct http_request request = {
        .method = HTTP_POST, .path = "/v1/actions/process-check-result", .repeatable = true};
    enum feed_icinga_meaning meaning = FEED_ICINGA_UNWELL;
    struct exchange e;

    buf_reset(&rest->body);
    if (!feed_icinga_body(&rest->body, result, rest->source, (double)begin, (double)end)) {
        err_set(err, "%s!%s: the result is larger than Icinga takes", result->service->host,
                result->service->name);
        return FEED_ICINGA_REFUSED;
    }
    request.body = buf_text(&rest->body);
    if (ask(rest, &request, &e))
        meaning = feed_icinga_read(e.status, buf_text(&e.body), buf_len(&e.body), err);
    else
        err_set(err, "Icinga not reached: %s", e.detail.text);
    buf_free(&e.body);
    return meaning;
}

/* Whether the newest result of a service is another feeder's; what can't be known counts as that. */
static bool is_of_another_feeder(struct rest *rest, const struct service *service)
{
    struct http_param params[] = {{.name = "service"}, {.name = "attrs", .value = "last_check_result"}};
    struct http_request request = {
        .method = HTTP_GET, .path = "/v1/objects/services", .params = params, .param_count = 2};
    struct buf name, source;
    struct exchange e;
    bool other = true;

    buf_init(&name, NAME_BYTES);
    buf_init(&source, NAME_BYTES);
    buf_printf(&name, "%s!%s", service->host, service->name);
    params[0].value = buf_text(&name);
    if (ask(rest, &request, &e) && e.status == 200 &&
        feed_icinga_source(buf_text(&e.body), buf_len(&e.body), &source))
        other = strncmp(buf_text(&source), SOURCE, strlen(SOURCE)) == 0 &&
                strcmp(buf_text(&source), rest->source) != 0;
    buf_free(&e.body);
    buf_free(&name);
    buf_free(&source);
    return other;
}

static void deliver_one(struct rest *rest, const struct feed_result *result)
{
    struct feed_outcome *out = rest->job->out;
    const struct service *service = result->service;
    struct err err = {""};
    int64_t begin = begin_of(rest->job, result);
    enum feed_icinga_meaning meaning;

    if (rest->names && !feed_names_have(rest->names, service->host, service->name)) {
        count_missing(rest, service);
        return;
    }
    meaning = post(rest, result, begin, rest->job->now, &err);
    if (meaning == FEED_ICINGA_NEWER && !is_of_another_feeder(rest, service)) {
        int64_t now = (rest->env->wall_ms(rest->env->ctx) + 999) / 1000;

        meaning = post(rest, result, now, now, &err);
    }
    if (meaning != FEED_ICINGA_FAULTY)
        rest->faulty = 0;
    switch (meaning) {
    case FEED_ICINGA_DELIVERED:
        out->delivered++;
        break;
    case FEED_ICINGA_NEWER:
        out->newer++;
        break;
    case FEED_ICINGA_MISSING:
        count_missing(rest, service);
        break;
    case FEED_ICINGA_REFUSED:
    case FEED_ICINGA_FAULTY:
        rest->failed++;
        if (!rest->first.text[0])
            rest->first = err;
        if (meaning == FEED_ICINGA_FAULTY && ++rest->faulty == FAULTY_MAX)
            stop(rest, "", err.text);
        break;
    case FEED_ICINGA_UNWELL:
    case FEED_ICINGA_DENIED:
        stop(rest, "", err.text);
        break;
    }
}

static void deliver_at(struct rest *rest, size_t place)
{
    struct feed_result result;

    if (feed_result(rest->job->feed, place, &result))
        deliver_one(rest, &result);
    else
        stop(rest, "", "out of memory");
}

/* What the engine shows already is sent all the same, so that it stays fresh. */
static bool is_news(const struct rest *rest, const struct service *service, enum state state)
{
    return !rest->names || !feed_names_read_as(rest->names, service->host, service->name, state);
}

/* Where the time is not enough for all, what is news goes first, in its order; then parents, under which nobody is
 * heard once they are missed; then the rest, from where it was left last. */
static void deliver_all(struct rest *rest)
{
    const struct feed *feed = rest->job->feed;
    size_t count = feed_count(feed);
    size_t start = count > 0 ? (size_t)(uint64_t)rest->job->state->next % count : 0;
    enum state state;

    for (size_t i = 0; i < count && !rest->stopped; i++) {
        const struct service *service = feed_service(feed, i, &state);

        if (is_news(rest, service, state))
            deliver_at(rest, i);
    }
    for (size_t i = 0; i < count && !rest->stopped; i++) {
        const struct service *service = feed_service(feed, i, &state);

        if (service->kind != SERVICE_ADVERTISER && !is_news(rest, service, state))
            deliver_at(rest, i);
    }
    for (size_t i = 0; i < count && !rest->stopped; i++) {
        size_t place = (start + i) % count;
        const struct service *service = feed_service(feed, place, &state);

        if (service->kind != SERVICE_ADVERTISER || is_news(rest, service, state))
            continue;
        deliver_at(rest, place);
        rest->job->state->next = (int64_t)(rest->stopped ? place : 0);
    }
}

/* --- the whole ------------------------------------------------------------------------------------------------
 */

static void conclude(struct rest *rest)
{
    struct feed_outcome *out = rest->job->out;
    int64_t there = out->delivered + out->newer;
    struct buf text;

    out->total -= rest->quiet;
    out->ok = !rest->stopped && rest->failed == 0 && (there > 0 || out->total == 0);
    buf_init(&text, 2 * sizeof(out->text));
    if (rest->stopped || rest->failed > 0)
        buf_printf(&text, "%s; ", rest->first.text);
    buf_printf(&text, "%" PRId64 " of %" PRId64 " results delivered", out->delivered, out->total);
    if (out->newer > 0)
        buf_printf(&text, ", %" PRId64 " newer ones of another feeder stand", out->newer);
    if (out->missing > 0)
        buf_printf(&text, ", %" PRId64 " services are not in Icinga: run tiktok-auth generate icinga2 and reload",
                   out->missing);
    if (rest->stopped)
        buf_str(&text, ", the rest next time");
    (void)snprintf(out->text, sizeof(out->text), "%s", buf_text(&text)); /* cut is fine */
    buf_free(&text);
}

void feed_rest_send(struct feed_job *job, const struct env *env)
{
    struct rest rest = {.job = job, .env = env};
    char host[HOST_NAME_BYTES] = "";

    (void)gethostname(host, sizeof(host) - 1); /* one without a name is one too */
    (void)snprintf(rest.source, sizeof(rest.source), SOURCE "%s", host);
    buf_init(&rest.body, BODY_MAX);
    ask_names(&rest);
    if (!rest.stopped)
        deliver_all(&rest);
    conclude(&rest);
    feed_names_free(rest.names);
    buf_free(&rest.body);
}

static struct http *connect_as(const struct config_feed *target, struct err *err)
{
    struct secret *password = target->password_file ? secret_read(target->password_file, err) : NULL;
    struct http *http = NULL;

    if ((password || !target->password_file) && (!target->key_file || secret_mode_ok(target->key_file, err)))
        http = http_new(
            &(struct http_options){
                .base_url = target->url,
                .ca_file = target->ca_file,
                .connect_timeout_ms = CONNECT_MS,
                .request_timeout_ms = REQUEST_MS,
                .max_response = ANSWER_MAX,
                .user = target->user,
                .password = password,
                .cert_file = target->cert_file,
                .key_file = target->key_file,
            },
            err);
    secret_free(password);
    return http;
}

void feed_rest_deliver(struct feed_job *job)
{
    struct err err = {""};
    struct http *http = connect_as(job->target, &err);
    struct env env;

    if (!http) {
        (void)snprintf(job->out->text, sizeof(job->out->text), "%s", err.text);
        return;
    }
    env = env_real(http);
    feed_rest_send(job, &env);
    http_free(http);
}
