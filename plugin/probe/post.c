/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One slot, one request, one answer. */
#include "probe/post.h"

#include "base/clock.h"
#include "base/log.h"
#include "probe/heard.h"
#include "probe/slot.h"

#include <stdio.h>

enum { SHORTEST_REQUEST_MS = 200 };

/* Nothing was sent, or nobody knows what became of it: a sentence of ours. */
static void say(struct answer *answer, enum cause cause, const char *sentence)
{
    *answer = (struct answer){
        .finding = {.class = cause_info(cause)->class, .cause = cause, .scope = cause_info(cause)->scope}};
    (void)snprintf(answer->message, sizeof(answer->message), "%s", sentence); /* cut is fine */
}

static int64_t left(const struct post *post)
{
    return post->deadline_ms - post->env->mono_ms(post->env->ctx);
}

/* Waits for a slot. False, and said why: there is none before the deadline. */
static bool take_slot(const struct post *post, struct answer *answer)
{
    const struct env *env = post->env;
    const struct config *config = setup_config(post->setup);
    const struct config_app *app = &config->app[post->app];
    char until[CLOCK_TEXT_MAX], sentence[200];

    for (;;) {
        int64_t now_ms = env->wall_ms(env->ctx), wait_ms = 0;
        enum quota_wait result = QUOTA_TAKEN;
        struct err err = {""};

        if (!slot_take(post->store, app, config->sweep.hosts, now_ms, &result, &wait_ms, &err)) {
            say(answer, CAUSE_REQUEST_FAULT, err.text);
            return false;
        }
        if (result == QUOTA_TAKEN)
            return true;
        if (wait_ms > left(post) - SHORTEST_REQUEST_MS) {
            (void)snprintf(sentence, sizeof(sentence), "the quota of app %s has no room before %s", app->name,
                           clock_rfc3339((now_ms + wait_ms + 999) / 1000, until)); /* fits */
            say(answer, CAUSE_THROTTLED, sentence);
            return false;
        }
        env->wait(env->ctx, wait_ms > 0 ? wait_ms : 1);
    }
}

struct waiting {
    const struct post *post;
    struct answer *answer;
    enum post_end end;
    bool done;
};

static enum post_end end_of(enum http_outcome outcome, const struct answer *answer)
{
    switch (outcome) {
    case HTTP_NO_NAME:
    case HTTP_NO_CONNECT:
    case HTTP_NO_TLS:
        return POST_UNSENT;
    case HTTP_DONE:
        if (!answer->has_code || answer->finding.class == CLASS_TRANSIENT)
            return POST_UNKNOWN;
        return answer->finding.class == CLASS_RATE ? POST_UNSENT : POST_ANSWERED;
    case HTTP_TIMED_OUT:
    case HTTP_BROKEN:
    case HTTP_TOO_LARGE:
    case HTTP_BAD_ENCODING:
    case HTTP_LOCAL:
        break;
    }
    return POST_UNKNOWN;
}

static void receive(void *arg, const struct http_answer *http)
{
    struct waiting *w = arg;
    const struct env *env = w->post->env;
    const struct config_app *app = &setup_config(w->post->setup)->app[w->post->app];
    struct err err = {""};

    heard_read(http, w->answer);
    for (size_t i = 0; i < w->post->param_count; i++)
        heard_hide(w->answer, w->post->params[i].secret);
    w->end = end_of(http->outcome, w->answer);
    w->done = true;
    log_debug("post", "%s for app %s: HTTP %d, %s after %lld ms", w->post->path, app->name, w->answer->http_status,
              cause_name(w->answer->finding.cause), (long long)http->took_ms);
    if (w->answer->finding.class == CLASS_RATE &&
        !slot_throttled(w->post->store, app, w->answer->finding.window, w->answer->retry_after_s,
                        env->wall_ms(env->ctx), &err))
        log_warning("post", "%s", err.text);
}

enum post_end post_once(const struct post *post, struct answer *answer)
{
    const struct env *env = post->env;
    struct waiting w = {.post = post, .answer = answer};
    struct http_call *call;

    if (!take_slot(post, answer))
        return POST_UNSENT;
    call = env->start(env->ctx,
                      &(struct http_request){
                          .method = HTTP_POST,
                          .path = post->path,
                          .params = post->params,
                          .param_count = post->param_count,
                          .params_in_body = true,
                          .timeout_ms = left(post) < 1 ? 1 : left(post),
                      },
                      receive, &w);
    if (!call) {
        say(answer, CAUSE_NETWORK_FAULT, "out of memory while a request was made");
        return POST_UNSENT;
    }
    /* The request's own time ends it. */
    while (!w.done)
        env->wait(env->ctx, 1000);
    return w.end;
}
