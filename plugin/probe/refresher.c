/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Refreshes tokens: lock, slot, room, intent, request, file, record, in this order. */
#include "probe/refresher.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "core/plan.h"
#include "probe/audit.h"
#include "probe/handover.h"
#include "probe/heard.h"
#include "probe/renewal.h"
#include "probe/slot.h"
#include "probe/token_lock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char refresh_path[] = "/tt_user/oauth2/refresh_token/";

enum {
    BUSY_POLL_MS = 50,
    SILENT_MAX = 3,        /* so many in a row that nobody answered: the rest waits for the next time */
    LEAST_TIME_MS = 11000, /* for one request and its file: it is not begun where it might be cut off */
    TOKEN_MODE = 0640
};

enum phase { PHASE_SLOT, PHASE_SENT, PHASE_ANSWERED };

/* The token that has its turn. */
struct attempt {
    size_t token;
    enum phase phase;
    struct refresh_watch watch;
    struct token_file pair;
    struct secret *app_secret;
    struct file_room *room;
    int64_t wake_ms;
    struct http_call *call;
    struct answer answer;
    bool has_answer, sent;
};

struct refresher {
    struct refresher_options options;
    const struct config *config;
    bool *todo, *did;   /* by token */
    int64_t interval_s; /* as the budget allows */
    bool busy;          /* the turn is held up by `attempt` */
    struct attempt attempt;
    int silent; /* in a row */
    bool held;  /* signals that would end the process wait; `mask` is as it was before */
    sigset_t mask;
    struct refresher_result result;
};

static int64_t mono(const struct refresher *r)
{
    return r->options.env->mono_ms(r->options.env->ctx);
}

static int64_t wall_ms(const struct refresher *r)
{
    return r->options.env->wall_ms(r->options.env->ctx);
}

static int64_t left(const struct refresher *r)
{
    return r->options.deadline_ms == INT64_MAX ? INT64_MAX : r->options.deadline_ms - mono(r);
}

static const struct config_token *config_of(const struct refresher *r, size_t token)
{
    return &r->config->token[token];
}

static const struct config_app *app_of(const struct refresher *r, size_t token)
{
    return &r->config->app[config_of(r, token)->app];
}

struct refresher *refresher_new(const struct refresher_options *options)
{
    struct refresher *r = calloc(1, sizeof(*r));
    size_t count = setup_config(options->setup)->token_count;

    if (!r)
        return NULL;
    r->options = *options;
    r->options.chosen = NULL;
    r->config = setup_config(options->setup);
    r->interval_s = plan_real_interval_s(r->config, setup_inventory(options->setup));
    r->todo = calloc(count + 1, sizeof(*r->todo));
    r->did = calloc(count + 1, sizeof(*r->did));
    if (!r->todo || !r->did) {
        refresher_free(r);
        return NULL;
    }
    for (size_t t = 0; t < count; t++) {
        const struct config_token *token = config_of(r, t);

        r->todo[t] = options->chosen[t] && token->usable && app_of(r, t)->usable && token->kind == TOKEN_TT_USER &&
                     (token->refresh || options->by_hand);
    }
    return r;
}

/* From the intent to its result only kill -9 ends this process: its refresh token may be spent. */
static void hold_signals(struct refresher *r)
{
    sigset_t ending;

    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGHUP);
    r->held = sigprocmask(SIG_BLOCK, &ending, &r->mask) == 0;
}

static void release_signals(struct refresher *r)
{
    if (r->held)
        (void)sigprocmask(SIG_SETMASK, &r->mask, NULL); /* what came meanwhile comes now */
    r->held = false;
}

static void clear_attempt(struct refresher *r)
{
    struct attempt *a = &r->attempt;

    if (a->call)
        r->options.env->cancel(r->options.env->ctx, a->call);
    if (a->has_answer)
        answer_wipe(&a->answer);
    refresh_watch_free(&a->watch);
    token_file_free(&a->pair);
    secret_free(a->app_secret);
    file_room_free(a->room);
    *a = (struct attempt){0};
    r->busy = false;
    release_signals(r);
}

void refresher_free(struct refresher *r)
{
    if (!r)
        return;
    if (r->busy)
        clear_attempt(r);
    free(r->todo);
    free(r->did);
    free(r);
}

const struct refresher_result *refresher_result(const struct refresher *r)
{
    return &r->result;
}

bool refresher_did(const struct refresher *r, size_t token)
{
    return r->did[token];
}

/* --- ends of a turn -----------------------------------------------------------------------------------------
 */

static void leave(struct refresher *r, enum refresher_end end, enum refresh_turn turn, int64_t at,
                  const char *sentence)
{
    char name[TOKEN_LOCK_MAX];
    size_t token = r->attempt.token;

    r->todo[token] = false;
    r->result.done += end == REFRESHER_DONE;
    r->result.failed += end == REFRESHER_FAILED;
    r->result.shared += end == REFRESHER_SHARED;
    /* The sentence may be the attempt's. */
    if (r->options.told)
        r->options.told(
            r->options.told_arg,
            &(struct refresher_told){.token = token, .end = end, .turn = turn, .at = at, .sentence = sentence});
    clear_attempt(r);
    token_lock_name(r->config, token, name);
    lock_release(r->options.locks, name);
}

/* A store that failed is left alone: without it nothing more is refreshed. */
static void lose_store(struct refresher *r, const struct err *why)
{
    log_warning("refresh", "%s", why->text);
    if (!r->result.store_fault.text[0])
        err_set(&r->result.store_fault, "%s", why->text);
}

static bool commit(struct refresher *r)
{
    struct err err = {""};

    r->result.changed = true;
    if (renewal_commit(r->options.setup, r->options.store, r->attempt.token, &r->attempt.watch.known, &err))
        return true;
    lose_store(r, &err);
    return false;
}

/* Into the history. */
static void audit(struct refresher *r, const char *what, const char *result)
{
    const struct config_token *token = config_of(r, r->attempt.token);
    struct err err = {""};

    if (!audit_record(r->options.store,
                      &(struct audit){
                          .at = wall_ms(r) / 1000,
                          .kind = scope_name(SCOPE_TOKEN),
                          .app = app_of(r, r->attempt.token)->name,
                          .object = token->name,
                          .name = token->name,
                          .who = r->options.who,
                          .what = what,
                          .result = result,
                      },
                      &err))
        lose_store(r, &err);
}

/* No new tokens, and the record says why. */
static void fail(struct refresher *r, enum refresh_result result, const struct said *said)
{
    struct attempt *a = &r->attempt;
    char sentence[ERR_TEXT_MAX];

    snprintf(sentence, sizeof(sentence), "%s", said->message ? said->message : cause_name(said->cause));
    if (!refresh_end(&a->watch.known, result, said, wall_ms(r)))
        log_error("refresh", "out of memory");
    (void)commit(r); /* lose_store has told */
    /* Of faults in a row the first one is enough. */
    if (result == REFRESH_REFUSED || (result != REFRESH_LOST && a->watch.known.failures == 1))
        audit(r, "not refreshed", sentence);
    if (result == REFRESH_LOST)
        audit(r, "refresh without an answer", sentence);
    log_warning("refresh", "token %s: %s: %s", config_of(r, a->token)->name, refresh_result_name(result),
                sentence);
    leave(r, REFRESHER_FAILED, REFRESH_NOW, 0, sentence);
}

static void fail_ourselves(struct refresher *r, enum refresh_result result, const char *sentence)
{
    struct said said = {.cause = CAUSE_AUTHORIZED};

    if (!said_own(&said, CAUSE_REFRESH_DUE, sentence))
        log_error("refresh", "out of memory");
    fail(r, result, &said);
    said_clear(&said);
}

/* --- new tokens ---------------------------------------------------------------------------------------------
 */

/* Forgets tokens that were kept: the file is as new. */
static void drop_kept(const struct refresher *r, size_t token)
{
    char *path = renewal_kept_path(r->config, token);

    if (path)
        (void)unlink(path); /* mostly there is none */
    free(path);
}

static struct handover handover_of(const struct refresher *r)
{
    return (struct handover){
        .store = r->options.store,
        .app = app_of(r, r->attempt.token),
        .token = config_of(r, r->attempt.token)->name,
        .beside = "",
        .who = r->options.who,
        .now = wall_ms(r) / 1000,
    };
}

/* The user's software gets the new access token. False with *err: it did not take it, and the check tells. */
static bool hand_over(struct refresher *r, struct err *err)
{
    const struct handover handover = handover_of(r);
    int64_t time_ms = left(r) < HANDOVER_TIME_MS ? left(r) : HANDOVER_TIME_MS;
    struct secret *secret;
    bool ok;

    err_clear(err);
    if (!handover.app->on_new_token)
        return true;
    secret = setup_token_secret(r->options.setup, r->attempt.token, err);
    ok = secret && handover_run(&handover, secret, time_ms > 0 ? time_ms : 1, err) == HAND_DONE;
    secret_free(secret);
    if (ok)
        return true;
    log_error("refresh", "token %s: new token not handed over: %s", handover.token, err->text);
    r->result.not_handed++;
    return false;
}

/* New tokens are in the file. */
static void record_done(struct refresher *r, int64_t expires, int64_t refresh_expires)
{
    struct attempt *a = &r->attempt;
    struct err unheard = {""};
    char stamp[FILE_STAMP_TEXT_MAX], when[CLOCK_TEXT_MAX], result[64] = "";

    drop_kept(r, a->token);
    r->did[a->token] = true;
    if (!refresh_end_new(&a->watch.known, REFRESH_DONE, NULL, expires, refresh_expires,
                         file_stamp_text(config_of(r, a->token)->token_file, stamp), wall_ms(r)))
        log_error("refresh", "out of memory");
    (void)commit(r); /* lose_store has told */
    if (expires)
        snprintf(result, sizeof(result), "good until %s", clock_rfc3339(expires, when));
    audit(r, "refreshed", result);
    log_info("refresh", "token %s: refreshed, %s", config_of(r, a->token)->name, result);
    (void)hand_over(r, &unheard); /* the sentence tells */
    leave(r, REFRESHER_DONE, REFRESH_NOW, expires, unheard.text);
}

/* The file of the token can't be written although room was made: the state folder keeps what must not be lost. */
static void keep(struct refresher *r, const struct token_file *pair, const struct err *why)
{
    struct attempt *a = &r->attempt;
    char *path = renewal_kept_path(r->config, a->token);
    struct said said = {.cause = CAUSE_AUTHORIZED};
    struct err err = {""}, unheard = {""};
    char stamp[FILE_STAMP_TEXT_MAX];
    bool kept = path && token_file_write(path, pair, TOKEN_MODE, &err);

    free(path);
    if (!kept) {
        log_error("refresh", "token %s: the new tokens can be written nowhere: %s; %s",
                  config_of(r, a->token)->name, why->text, err.text);
        fail_ourselves(r, REFRESH_LOST, why->text);
        return;
    }
    r->did[a->token] = true;
    if (!said_own(&said, CAUSE_REFRESH_DUE, why->text) ||
        !refresh_end_new(&a->watch.known, REFRESH_KEPT, &said, pair->expires, pair->refresh_expires,
                         file_stamp_text(config_of(r, a->token)->token_file, stamp), wall_ms(r)))
        log_error("refresh", "out of memory");
    said_clear(&said);
    (void)commit(r); /* lose_store has told */
    audit(r, "refreshed, the tokens are kept in the state folder", why->text);
    log_error("refresh", "token %s: the new tokens are kept in the state folder: %s", config_of(r, a->token)->name,
              why->text);
    (void)hand_over(r, &unheard); /* it has told */
    leave(r, REFRESHER_FAILED, REFRESH_NOW, 0, why->text);
}

static void write_pair(struct refresher *r, const struct token_file *pair)
{
    const struct handover handover = handover_of(r);
    struct err err = {""};
    struct buf text;
    bool ok;

    handover_expect(&handover);
    buf_init_secret(&text, TOKEN_FILE_MAX);
    ok = token_file_format(pair, &text) ? file_room_fill(r->attempt.room, buf_text(&text), buf_len(&text), &err)
                                        : err_set(&err, "out of memory");
    buf_wipe(&text);
    if (ok)
        record_done(r, pair->expires, pair->refresh_expires);
    else
        keep(r, pair, &err);
}

/* The answer's tokens as the file will have them. */
static void take_tokens(struct refresher *r, const struct refresh_tokens *tokens)
{
    struct attempt *a = &r->attempt;
    int64_t now = wall_ms(r) / 1000;
    const char *refresh = tokens->refresh ? tokens->refresh : "";
    struct token_file pair = {
        .access = secret_new(tokens->access, strlen(tokens->access)),
        .refresh = secret_new(refresh, strlen(refresh)),
        .expires = tokens->expires_in ? now + tokens->expires_in : 0,
        .refresh_expires = tokens->refresh_expires_in ? now + tokens->refresh_expires_in : 0,
    };

    if (!tokens->refresh) {
        pair.refresh = a->pair.refresh;
        a->pair.refresh = NULL;
        if (!pair.refresh_expires)
            pair.refresh_expires = a->watch.refresh_expires;
    } else if (!pair.refresh_expires && secret_equal(pair.refresh, a->pair.refresh))
        pair.refresh_expires = a->watch.refresh_expires;
    if (pair.access && pair.refresh)
        write_pair(r, &pair);
    else
        fail_ourselves(r, REFRESH_LOST, "out of memory");
    token_file_free(&pair);
}

static void take_answer(struct refresher *r)
{
    struct attempt *a = &r->attempt;
    enum answer_class class = a->answer.finding.class;
    struct said said = {.cause = CAUSE_AUTHORIZED};
    struct refresh_tokens tokens;
    struct err err = {""};

    r->silent = class == CLASS_TRANSIENT && !a->answer.has_code ? r->silent + 1 : 0;
    if (class == CLASS_RATE) {
        r->result.throttled++;
        if (!slot_throttled(r->options.store, app_of(r, a->token), a->answer.finding.window,
                            a->answer.retry_after_s, wall_ms(r), &err))
            lose_store(r, &err);
    }
    if (class == CLASS_OK && refresh_read_answer(&a->answer, &tokens, &err)) {
        take_tokens(r, &tokens);
        return;
    }
    if (class == CLASS_OK) {
        fail_ourselves(r, REFRESH_LOST, err.text);
        return;
    }
    if (!said_take(&said, &a->answer))
        log_error("refresh", "out of memory");
    fail(r, refresh_result_of(&a->answer, a->sent), &said);
    said_clear(&said);
}

/* --- the request --------------------------------------------------------------------------------------------
 */

static void receive(void *arg, const struct http_answer *http)
{
    struct refresher *r = arg;
    struct attempt *a = &r->attempt;

    a->call = NULL;
    heard_read(http, &a->answer);
    heard_hide(&a->answer, a->app_secret);
    heard_hide(&a->answer, a->pair.refresh);
    a->has_answer = true;
    a->sent = http->sent || http->outcome == HTTP_DONE;
    a->phase = PHASE_ANSWERED;
    log_debug("refresh", "%s of token %s: HTTP %d, %s after %lld ms", refresh_path, config_of(r, a->token)->name,
              a->answer.http_status, cause_name(a->answer.finding.cause), (long long)http->took_ms);
}

/* All that can be proved beforehand: the secrets are there, and so is the room for the new ones. */
static bool prepare(struct refresher *r, struct err *err)
{
    struct attempt *a = &r->attempt;
    const struct config_token *token = config_of(r, a->token);
    char stamp[FILE_STAMP_TEXT_MAX];

    if (!token_file_read(token->token_file, &a->pair, err))
        return false;
    if (strcmp(file_stamp_text(token->token_file, stamp), a->watch.stamp) != 0)
        return err_set(err, "%s was changed just now", token->token_file);
    if (!a->pair.refresh)
        return err_set(err, "%s holds no refresh token", token->token_file);
    a->app_secret = setup_app_secret(r->options.setup, token->app, err);
    if (!a->app_secret)
        return false;
    a->room = file_room_take(token->token_file, TOKEN_FILE_MAX, TOKEN_MODE, err);
    return a->room != NULL;
}

static void send_request(struct refresher *r)
{
    struct attempt *a = &r->attempt;
    const struct env *env = r->options.env;
    struct err err = {""};

    bool able = prepare(r, &err), begun = refresh_begin(&a->watch.known, a->watch.stamp, wall_ms(r));

    if (!able) {
        fail_ourselves(r, REFRESH_UNABLE, err.text);
        return;
    }
    hold_signals(r);
    if (!begun || !commit(r)) {
        leave(r, REFRESHER_LEFT, REFRESH_NOW, 0, r->result.store_fault.text);
        return;
    }
    a->phase = PHASE_SENT;
    r->result.calls++;
    a->call = env->start(env->ctx,
                         &(struct http_request){
                             .method = HTTP_POST,
                             .path = refresh_path,
                             .params =
                                 (const struct http_param[]){
                                     {.name = "client_id", .value = app_of(r, a->token)->app_id},
                                     {.name = "client_secret", .secret = a->app_secret},
                                     {.name = "grant_type", .value = "refresh_token"},
                                     {.name = "refresh_token", .secret = a->pair.refresh},
                                 },
                             .param_count = 4,
                             .params_in_body = true,
                             .timeout_ms = left(r) == INT64_MAX ? 0 : left(r),
                         },
                         receive, r);
    if (!a->call)
        fail_ourselves(r, REFRESH_FAULT, "out of memory while a request was made");
}

static void take_slot(struct refresher *r)
{
    struct attempt *a = &r->attempt;
    enum quota_wait result = QUOTA_TAKEN;
    int64_t now_ms = wall_ms(r), wait_ms = 0;
    char until[CLOCK_TEXT_MAX], sentence[200];
    struct err err = {""};

    if (!slot_take(r->options.store, app_of(r, a->token), r->config->sweep.hosts, now_ms, &result, &wait_ms,
                   &err)) {
        lose_store(r, &err);
        leave(r, REFRESHER_LEFT, REFRESH_NOW, 0, err.text);
    } else if (result == QUOTA_TAKEN) {
        send_request(r);
    } else if (result == QUOTA_PACE && wait_ms <= left(r) - LEAST_TIME_MS) {
        a->wake_ms = mono(r) + wait_ms;
    } else {
        snprintf(sentence, sizeof(sentence), "the quota of app %s has no room before %s",
                 app_of(r, a->token)->name, clock_rfc3339((now_ms + wait_ms + 999) / 1000, until));
        leave(r, REFRESHER_LEFT, REFRESH_NOW, (now_ms + wait_ms + 999) / 1000, sentence);
    }
}

/* --- turns --------------------------------------------------------------------------------------------------
 */

/* A process died after it had written the file and before it could say so, or somebody wrote another one. */
static void take_over(struct refresher *r)
{
    struct attempt *a = &r->attempt;

    log_info("refresh", "token %s: its file has new tokens of a refresh whose process died",
             config_of(r, a->token)->name);
    record_done(r, a->watch.expires, a->watch.refresh_expires);
}

/* Tokens that were kept go where they belong. */
static void put_back(struct refresher *r)
{
    struct attempt *a = &r->attempt;
    char *path = renewal_kept_path(r->config, a->token);
    struct err err = {""};
    bool read = path && token_file_read(path, &a->pair, &err);

    free(path);
    if (!read) {
        fail_ourselves(r, REFRESH_LOST, err.text[0] ? err.text : "out of memory");
        return;
    }
    if (!token_file_write(config_of(r, a->token)->token_file, &a->pair, TOKEN_MODE, &err)) {
        leave(r, REFRESHER_FAILED, REFRESH_NOW, 0, err.text);
        return;
    }
    record_done(r, a->pair.expires, a->pair.refresh_expires);
}

/* The lock is held: what the store says is true, and what it says is under way died. */
static void begin_turn(struct refresher *r, size_t token)
{
    struct attempt *a = &r->attempt;
    struct refresh row;
    enum refresh_turn turn;
    struct err err = {""};
    bool died, wrote;
    int64_t at;

    r->busy = true;
    *a = (struct attempt){.token = token};
    if (!renewal_read(r->options.setup, r->options.store, token, &a->watch, &err) ||
        !renewal_load(r->options.setup, r->options.store, token, &row, &err)) {
        lose_store(r, &err);
        leave(r, REFRESHER_LEFT, REFRESH_NOW, 0, err.text);
        return;
    }
    a->watch.wanted |= r->options.by_hand;
    a->watch.interval_s = r->interval_s;
    if (!a->watch.kept)
        drop_kept(r, token); /* somebody wrote a younger file */
    died = refresh_is_under_way(&row);
    wrote = died && strcmp(row.stamp ? row.stamp : "", a->watch.stamp) != 0;
    refresh_free(&row);
    if (wrote && a->watch.has_pair) {
        take_over(r);
        return;
    }
    if (died && !wrote) {
        log_warning("refresh", "token %s: the process of its last refresh died before the answer came",
                    config_of(r, token)->name);
        refresh_bury(&a->watch.known, wall_ms(r));
        if (!commit(r)) {
            leave(r, REFRESHER_LEFT, REFRESH_NOW, 0, r->result.store_fault.text);
            return;
        }
        audit(r, "refresh without an answer", "its process died");
    }
    if (a->watch.known.result == REFRESH_DONE && a->watch.known.began_ms >= r->options.began_ms) {
        r->did[token] = true;
        leave(r, REFRESHER_SHARED, REFRESH_LATER, a->watch.expires, "");
        return;
    }
    turn = refresh_turn_of(&a->watch, config_of(r, token)->name, r->options.by_hand, wall_ms(r) / 1000, &at);
    if (turn != REFRESH_NOW)
        leave(r, REFRESHER_NOT_DUE, turn, at, a->watch.fault ? a->watch.fault : "");
    else if (a->watch.kept)
        put_back(r);
    else if (left(r) < LEAST_TIME_MS)
        leave(r, REFRESHER_LEFT, turn, 0, "there is no time for it now");
    else
        a->phase = PHASE_SLOT;
}

/* False: none is left (*wake_ms INT64_MAX), or all that are left are others' just now. */
static bool next_turn(struct refresher *r, int64_t *wake_ms)
{
    char name[TOKEN_LOCK_MAX];
    bool busy = false;

    for (size_t t = 0; t < r->config->token_count; t++) {
        struct err err = {""};

        if (!r->todo[t])
            continue;
        token_lock_name(r->config, t, name);
        switch (lock_try(r->options.locks, name, &err)) {
        case LOCK_BUSY:
            busy = true;
            continue;
        case LOCK_FAILED:
            /* Without single flight a refresh token may be spent twice. */
            log_warning("refresh", "token %s: %s", config_of(r, t)->name, err.text);
            r->todo[t] = false;
            continue;
        case LOCK_HELD:
            break;
        }
        begin_turn(r, t);
        return true;
    }
    if (busy && !r->options.leave_busy)
        *wake_ms = mono(r) + BUSY_POLL_MS;
    return false;
}

bool refresher_step(struct refresher *r, int64_t *wake_ms)
{
    for (;;) {
        *wake_ms = INT64_MAX;
        if (!r->busy) {
            if (!r->options.store || r->result.store_fault.text[0] || r->silent >= SILENT_MAX || left(r) <= 0)
                return true;
            if (next_turn(r, wake_ms))
                continue;
            return *wake_ms == INT64_MAX;
        }
        switch (r->attempt.phase) {
        case PHASE_SLOT:
            if (mono(r) < r->attempt.wake_ms) {
                *wake_ms = r->attempt.wake_ms;
                return false;
            }
            take_slot(r);
            break;
        case PHASE_SENT:
            return false; /* the request's own time ends it */
        case PHASE_ANSWERED:
            take_answer(r);
            break;
        }
    }
}

void refresher_run(struct refresher *r)
{
    const struct env *env = r->options.env;
    int64_t wake_ms;

    while (!refresher_step(r, &wake_ms)) {
        int64_t now = mono(r);
        int64_t pause = wake_ms == INT64_MAX ? 60 * 1000 : wake_ms > now ? wake_ms - now : 0;

        env->wait(env->ctx, pause);
    }
}
