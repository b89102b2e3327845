/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asks which uploads of an advertiser are usable. */
#include "probe/uploads.h"

#include "base/log.h"
#include "core/upload_poll.h"
#include "probe/ask.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_stopped(const struct uploads_options *options)
{
    return options->stop && options->stop(options->stop_arg);
}

static int64_t mono(const struct uploads_options *options)
{
    return options->env->mono_ms(options->env->ctx);
}

static void let_pass(const struct uploads_options *options, int64_t until_ms)
{
    int64_t now = mono(options), pause = until_ms > now ? until_ms - now : 0;

    options->env->wait(options->env->ctx, pause < UPLOADS_TICK_MS ? pause : UPLOADS_TICK_MS);
}

void uploads_wait(const struct uploads_options *options, int64_t until_ms)
{
    while (mono(options) < until_ms && !is_stopped(options))
        let_pass(options, until_ms);
}

/* What is left can't be asked, or nothing was answered: why. */
static void give_up(struct upload_poll *poll, enum cause cause, const char *why)
{
    struct answer answer = {.finding = {.class = cause_info(cause)->class, .cause = cause}};

    (void)snprintf(answer.message, sizeof(answer.message), "%s", why); /* cut is fine */
    upload_poll_stop(poll, &answer);
}

/* False: the time is over, or it was stopped. */
static bool wait_for_answer(const struct uploads_options *options, struct ask *ask)
{
    int64_t wake_ms;

    while (!ask_step(ask, &wake_ms)) {
        if (is_stopped(options) || mono(options) >= options->deadline_ms)
            return false;
        let_pass(options, wake_ms);
    }
    return true;
}

/* Asks with one token. False: it was refused, and another one may do better. */
static bool ask_with(const struct uploads_options *options, size_t token, struct upload_poll *poll,
                     struct upload *const *upload, size_t count)
{
    const struct config_token *config = &setup_config(options->setup)->token[token];
    struct said said = {.cause = CAUSE_AUTHORIZED};
    struct question question;
    struct err err = {""};
    struct ask *ask = ask_new(
        &(struct ask_options){
            .env = options->env,
            .setup = options->setup,
            .store = options->store,
            .token = token,
            .deadline_ms = options->deadline_ms,
        },
        &said, &err);

    if (!ask) {
        give_up(poll, said_something(&said) ? said.cause : CAUSE_REQUEST_FAULT, err.text);
        said_clear(&said);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        upload[i]->granted_by = config->granted_by;
    while (upload_poll_next(poll, &question)) {
        ask_begin(ask, &question);
        if (!wait_for_answer(options, ask)) {
            give_up(poll, CAUSE_NETWORK_FAULT, "no answer within the time that there was");
            break;
        }
        upload_poll_answer(poll, ask_answer(ask), options->env->wall_ms(options->env->ctx) / 1000);
    }
    log_debug("videos", "advertiser %s, token %s: %" PRId64 " calls about %zu uploads", options->advertiser->id,
              config->name, ask_calls(ask), count);
    ask_free(ask);
    return !upload_poll_is_refused(poll);
}

static void ask_in_turn(const struct uploads_options *options, struct upload_poll *poll,
                        struct upload *const *upload, size_t count)
{
    const struct config *config = setup_config(options->setup);
    const struct advertiser *advertiser = options->advertiser;
    bool done = false, any = false;

    for (size_t k = 0; k < advertiser->token_count && !done; k++) {
        if (!config->token[advertiser->token[k]].usable)
            continue;
        if (any)
            upload_poll_again(poll);
        any = true;
        done = ask_with(options, advertiser->token[k], poll, upload, count);
    }
    if (!any)
        give_up(poll, CAUSE_REQUEST_FAULT, "no token of the advertiser can be used: tiktok-auth doctor says why");
}

bool uploads_ask(const struct uploads_options *options, struct upload *const *upload, size_t count,
                 struct err *err)
{
    const struct config *config = setup_config(options->setup);
    struct upload_poll *poll = upload_poll_new(upload, count);

    if (!poll)
        return err_set(err, "out of memory");
    if (options->advertiser)
        ask_in_turn(options, poll, upload, count);
    else
        give_up(poll, CAUSE_REQUEST_FAULT, "the advertiser is in no inventory any more");
    for (size_t i = 0; i < count; i++)
        upload_asked(upload[i], config->videos.pause_ms, options->longest_s,
                     options->env->wall_ms(options->env->ctx) / 1000);
    upload_poll_free(poll);
    return true;
}
