/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A round: sweeps of the tokens that are due, one after the other, and the snapshot that comes of them. */
#include "probe/round.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/text.h"
#include "core/backoff.h"
#include "core/snapshot.h"
#include "probe/ask.h"
#include "probe/publish.h"
#include "probe/published.h"
#include "probe/recall.h"
#include "probe/restore.h"
#include "probe/token_sweep.h"
#include "probe/turn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BUSY_POLL_MS = 50,       /* between two looks at a lock that another process holds */
    PUBLISH_EVERY_MS = 2000, /* while a long round goes on, */
    PUBLISH_SHARE = 10,      /* and at most this part of its time */
    COMMIT_EVERY_MS = 1000,
    DEAD_API_TOKENS = 3, /* so many tokens in a row without any answer: the rest waits for the next round */
};

/*  SWEEPING --all tokens looked at, or deadline--> PUBLISHING --published, or not possible--> OVER
 *     ^  |
 *     |  +--every PUBLISH_EVERY_MS, between two tokens--> PUBLISHING
 *     +---------------------------------------------------+ */
enum round_state { ROUND_SWEEPING, ROUND_PUBLISHING, ROUND_OVER };

enum token_todo { TODO_NONE, TODO_ASK, TODO_DONE };

struct round {
    const struct env *env;
    const struct setup *setup;
    const struct config *config;
    struct round_options options;
    enum round_state state;
    struct store *store;
    struct err store_fault;
    struct err publish_fault;
    struct lock_file *locks;
    size_t *order;         /* in which the tokens take their turn */
    enum token_todo *todo; /* by token */
    bool *locked;          /* by token: held until what came of it is published */
    struct memory *memory; /* by token: of those asked here, and without a store of all */
    bool *is_own;          /* by token: `memory` is this process's */
    char **stamp;          /* by token: of the secret's file */
    struct token_sweep *current;
    size_t current_token;
    int64_t published_at_ms;
    int64_t publish_pause_ms; /* before the next one of a long round */
    bool unpublished;         /* something to publish */
    int dead_api;             /* tokens in a row without any answer */
    struct round_result result;
    struct buf snapshot;
    bool last; /* this publication ends the round */
};

static int64_t mono(const struct round *round)
{
    return round->env->mono_ms(round->env->ctx);
}

static int64_t wall_ms(const struct round *round)
{
    return round->env->wall_ms(round->env->ctx);
}

/* --- beginning --------------------------------------------------------------------------------------------------
 */

static void select_token(struct round *round, size_t token)
{
    const struct config_token *config = &round->config->token[token];

    if (config->usable && round->config->app[config->app].usable)
        round->todo[token] = TODO_ASK;
}

static void select_tokens(struct round *round)
{
    const struct selection *selection = &round->options.selection;
    const struct inventory *inventory = setup_inventory(round->setup);

    for (size_t t = 0; t < round->config->token_count && selection->kind != SELECT_ADVERTISER; t++) {
        const struct config_token *token = &round->config->token[t];

        if (selection->kind == SELECT_TOKEN && strcmp(token->name, selection->id) != 0)
            continue;
        if (selection->kind == SELECT_APP &&
            (token->app == SIZE_MAX || strcmp(round->config->app[token->app].name, selection->app) != 0))
            continue;
        select_token(round, t);
    }
    for (size_t i = 0; i < inventory->count && selection->kind == SELECT_ADVERTISER; i++) {
        const struct advertiser *advertiser = &inventory->item[i];

        if (strcmp(advertiser->id, selection->id) != 0 ||
            (selection->app && strcmp(round->config->app[advertiser->app].name, selection->app) != 0))
            continue;
        for (size_t k = 0; k < advertiser->token_count; k++)
            select_token(round, advertiser->token[k]);
    }
}

/* Inode, size and time of a secret's file; "" when there is none. */
static void describe_file(const char *path, char *text, size_t size)
{
    struct file_stamp stamp;

    text[0] = '\0';
    if (path && file_stamp_of(path, &stamp, NULL))
        snprintf(text, size, "%llu:%lld:%lld", (unsigned long long)stamp.inode, (long long)stamp.size,
                 (long long)stamp.mtime_ns);
}

/* Of the files of token and app secret: another file lifts the back-off. NULL: out of memory, or no such token. */
static char *secret_stamp(const struct round *round, size_t token)
{
    const struct config_token *config = &round->config->token[token];
    char of_token[80], of_app[80], both[2 * 80];

    if (config->app == SIZE_MAX)
        return NULL;
    describe_file(config->token_file, of_token, sizeof(of_token));
    describe_file(round->config->app[config->app].secret_file, of_app, sizeof(of_app));
    snprintf(both, sizeof(both), "%s%s%s", of_token, of_app[0] ? "," : "", of_app);
    return strdup(both);
}

static bool open_state(struct round *round)
{
    char *path = config_state_file(round->config, "sweep.lock");

    if (!path)
        return false;
    round->store = store_open(round->config->store_path, STORE_WRITE, &round->store_fault);
    if (!round->store)
        log_warning("store", "%s", round->store_fault.text);
    round->locks = lock_open(path, &round->publish_fault);
    free(path);
    return true;
}

/* A store that is new beside a snapshot that is not learns what that knows, before anybody sweeps with it. */
static void restore_store(struct round *round)
{
    struct err err = {""};
    enum lock_result lock = LOCK_BUSY;

    if (!round->store || !restore_is_due(round->store, &err))
        return;
    while (lock == LOCK_BUSY && mono(round) < round->options.deadline_ms) {
        lock = round->locks ? lock_try(round->locks, "restore", &err) : LOCK_FAILED;
        if (lock == LOCK_BUSY)
            round->env->wait(round->env->ctx, BUSY_POLL_MS);
    }
    if (lock != LOCK_BUSY && restore_is_due(round->store, &err) && !restore(round->store, round->setup, &err))
        log_warning("store", "the last snapshot was not taken over: %s", err.text);
    if (lock == LOCK_HELD)
        lock_release(round->locks, "restore");
}

/* Without a store all that is known comes from the last snapshot; what was asked here already stays. */
static bool recall_last(struct round *round)
{
    size_t count = round->config->token_count;
    struct memory *memory = calloc(count + 1, sizeof(*memory));
    struct published published = published_open(round->config);
    const struct snapshot *last = published.snapshot;
    bool ok = memory && recall_snapshot(last, round->setup, memory);

    for (size_t t = 0; memory && t < count; t++) {
        if (ok && !round->is_own[t]) {
            memory_free(&round->memory[t]);
            round->memory[t] = memory[t];
            memory_init(&memory[t]);
            round->memory[t].secret_stamp = text_dup(round->stamp[t]); /* not known: taken as unchanged */
            round->is_own[t] = true;
        }
        memory_free(&memory[t]);
    }
    free(memory);
    published_close(&published);
    return ok;
}

struct round *round_new(const struct env *env, const struct setup *setup, const struct round_options *options)
{
    struct round *round = calloc(1, sizeof(*round));
    size_t count = setup_config(setup)->token_count;

    if (!round)
        return NULL;
    round->env = env;
    round->setup = setup;
    round->config = setup_config(setup);
    round->options = *options;
    round->order = turn_order(round->config);
    round->todo = calloc(count + 1, sizeof(*round->todo));
    round->locked = calloc(count + 1, sizeof(*round->locked));
    round->memory = calloc(count + 1, sizeof(*round->memory));
    round->is_own = calloc(count + 1, sizeof(*round->is_own));
    round->stamp = calloc(count + 1, sizeof(*round->stamp));
    buf_init(&round->snapshot, SNAPSHOT_SIZE_MAX);
    round->published_at_ms = mono(round);
    for (size_t t = 0; t < count && round->stamp; t++)
        round->stamp[t] = secret_stamp(round, t);
    if (!round->order || !round->todo || !round->locked || !round->memory || !round->is_own || !round->stamp ||
        !open_state(round) || (!round->store && !recall_last(round))) {
        round_free(round);
        return NULL;
    }
    restore_store(round);
    select_tokens(round);
    return round;
}

void round_free(struct round *round)
{
    if (!round)
        return;
    token_sweep_free(round->current);
    for (size_t t = 0; round->memory && t < round->config->token_count; t++)
        memory_free(&round->memory[t]);
    for (size_t t = 0; round->stamp && t < round->config->token_count; t++)
        free(round->stamp[t]);
    free(round->order);
    free(round->todo);
    free(round->locked);
    free(round->memory);
    free(round->is_own);
    free(round->stamp);
    lock_close(round->locks);
    store_close(round->store);
    buf_free(&round->snapshot);
    free(round);
}

const struct round_result *round_result(const struct round *round)
{
    return &round->result;
}

const struct buf *round_snapshot(const struct round *round)
{
    return &round->snapshot;
}

/* --- one token --------------------------------------------------------------------------------------------------
 */

static void lock_name(const struct round *round, size_t token, char *out, size_t size)
{
    const struct config_token *config = &round->config->token[token];

    snprintf(out, size, "token/%s/%s", round->config->app[config->app].name, config->name);
}

/* The store is lost for the rest of the round: what was asked here stays in memory, the rest comes from the last
 * snapshot. */
static void lose_store(struct round *round, const struct err *why)
{
    log_warning("store", "%s", why->text);
    if (round->store_fault.text[0])
        return;
    err_set(&round->store_fault, "%s", why->text);
    store_close(round->store);
    round->store = NULL;
    if (!recall_last(round))
        log_error("sweep", "out of memory");
}

enum due { DUE_NOW, DUE_SHARED, DUE_YOUNG, DUE_HELD_BACK };

static enum due due(const struct round *round, const struct memory *memory, bool strange, const char *stamp)
{
    const struct round_options *options = &round->options;
    int64_t now_ms = wall_ms(round);
    int64_t age_ms = now_ms - memory->ended_ms;
    int64_t interval_s = round->config->sweep.interval_s;
    int64_t wait_s;

    if (memory->ended_ms >= memory->began_ms && memory->began_ms >= options->began_ms &&
        memory->began_ms <= now_ms)
        return DUE_SHARED;
    if (memory->verified && memory->ended_ms && !strange && options->max_age_ms > 0 && age_ms >= 0 &&
        age_ms <= options->max_age_ms)
        return DUE_YOUNG;
    wait_s = memory_not_before(memory, interval_s, stamp) - now_ms / 1000;
    /* More than the longest pause, its end rounded up and the present down: the clock was set back. */
    if (!options->ignore_backoff && wait_s > 0 && wait_s <= backoff_attempt_s(INT64_MAX, interval_s) + 1)
        return DUE_HELD_BACK;
    return DUE_NOW;
}

static void unlock(struct round *round, size_t token)
{
    char name[2 * SECTION_NAME_MAX + 16];

    if (!round->locked[token])
        return;
    lock_name(round, token, name, sizeof(name));
    lock_release(round->locks, name);
    round->locked[token] = false;
}

static void leave(struct round *round, size_t token)
{
    round->todo[token] = TODO_DONE;
    unlock(round, token);
}

/* Reads what is known of the token now that its lock is held. */
static void recall(struct round *round, size_t token, const struct members *members, bool *strange)
{
    struct err err = {""};

    *strange = false;
    if (round->store &&
        !recall_token(round->store, round->setup, token, members, &round->memory[token], strange, &err))
        lose_store(round, &err);
}

/* Begins the sweep of a token whose lock is held. */
static void begin_token(struct round *round, size_t token)
{
    struct members members;
    bool strange;
    struct err err = {""};

    if (!members_of(setup_inventory(round->setup), token, &members)) {
        leave(round, token);
        return;
    }
    recall(round, token, &members, &strange);
    switch (due(round, &round->memory[token], strange, round->stamp[token])) {
    case DUE_SHARED:
        round->result.shared++;
        members_free(&members);
        leave(round, token);
        return;
    case DUE_YOUNG:
        members_free(&members);
        leave(round, token);
        return;
    case DUE_HELD_BACK:
        round->result.left++;
        members_free(&members);
        leave(round, token);
        return;
    case DUE_NOW:
        break;
    }
    round->todo[token] = TODO_DONE;
    round->current_token = token;
    round->is_own[token] = true;
    round->unpublished = true;
    round->result.asked++;
    round->current = token_sweep_new(
        &(struct token_sweep_options){
            .env = round->env,
            .setup = round->setup,
            .store = round->store,
            .token = token,
            .members = members,
            .memory = &round->memory[token],
            .secret_stamp = round->stamp[token],
            .deadline_ms = round->options.deadline_ms,
            .commit_every_ms = COMMIT_EVERY_MS,
        },
        &err);
    if (!round->current) {
        log_error("sweep", "token %s: %s", round->config->token[token].name, err.text);
        unlock(round, token);
    }
}

static void end_token(struct round *round)
{
    const struct token_sweep_result *result = token_sweep_result(round->current);

    round->result.calls += result->calls;
    round->result.throttled += result->throttled;
    round->result.faulty += result->faulty;
    round->result.verified += result->verified;
    round->dead_api = result->verified || !result->api_silent ? 0 : round->dead_api + 1;
    if (result->store_fault.text[0])
        lose_store(round, &result->store_fault);
    token_sweep_free(round->current);
    round->current = NULL;
}

/* Takes the next token that is free. False: none is left, or (*wake_ms set) all that are left are held by others.
 */
static bool next_token(struct round *round, int64_t *wake_ms)
{
    char name[2 * SECTION_NAME_MAX + 16];
    bool busy = false;

    for (size_t i = 0; i < round->config->token_count; i++) {
        struct err err = {""};
        enum lock_result lock = LOCK_HELD;
        size_t t = round->order[i];

        if (round->todo[t] != TODO_ASK)
            continue;
        if (round->locks) {
            lock_name(round, t, name, sizeof(name));
            lock = lock_try(round->locks, name, &err);
        }
        switch (lock) {
        case LOCK_BUSY:
            busy = true;
            continue;
        case LOCK_FAILED:
            log_warning("sweep", "%s", err.text); /* without single flight, but not without an answer */
            break;
        case LOCK_HELD:
            round->locked[t] = round->locks != NULL;
            break;
        }
        begin_token(round, t);
        return true;
    }
    if (busy)
        *wake_ms = mono(round) + BUSY_POLL_MS;
    return false;
}

static size_t tokens_left(const struct round *round)
{
    size_t left = 0;

    for (size_t t = 0; t < round->config->token_count; t++)
        left += round->todo[t] == TODO_ASK;
    return left;
}

static void tell_progress(struct round *round, int64_t wake_ms)
{
    struct round_progress progress = {.token = ""};

    if (!round->options.progress)
        return;
    for (size_t t = 0; t < round->config->token_count; t++) {
        progress.tokens_total += round->todo[t] != TODO_NONE;
        progress.tokens_done += round->todo[t] == TODO_DONE;
    }
    if (round->current) {
        progress.tokens_done--;
        progress.token = round->config->token[round->current_token].name;
        if (wake_ms != INT64_MAX && wake_ms > mono(round))
            progress.waiting_s = (wake_ms - mono(round) + 999) / 1000;
    }
    round->options.progress(round->options.progress_arg, &progress);
}

/* --- publishing -------------------------------------------------------------------------------------------------
 */

/* True when the snapshot knows of the newest attempts that the store knows of: their process may have died before
 * it published. */
static bool snapshot_is_complete(const struct round *round, const struct snapshot *snapshot)
{
    for (size_t t = 0; t < round->config->token_count; t++) {
        struct board_token row;

        if (round->memory[t].ended_ms &&
            (!snapshot_find_token(snapshot, round->config->token[t].name, &row, NULL) ||
             row.ended < round->memory[t].ended_ms / 1000))
            return false;
    }
    return true;
}

/* True when the snapshot carries the complaints that there are now. */
static bool snapshot_tells_complaints(const struct round *round, const struct snapshot *last)
{
    const struct complaints *complaints = setup_complaints(round->setup);
    bool same = snapshot_board(last)->complaint_count == complaints->count;

    for (uint32_t i = 0; same && i < complaints->count; i++) {
        struct board_complaint then;
        char text[COMPLAINT_TEXT_MAX];

        complaint_text(&complaints->item[i], text, sizeof(text));
        same = snapshot_complaint(last, i, &then) && strcmp(then.text, text) == 0;
    }
    return same;
}

/* True when the published snapshot was made from the files as they are now, and nothing that was found here is
 * newer. */
static bool snapshot_is_current(const struct round *round)
{
    struct published published = published_open(round->config);
    const struct snapshot *last = published.snapshot;
    const struct board_input *inputs;
    size_t count = setup_inputs(round->setup, &inputs);
    bool current = last && snapshot_board(last)->input_count == count;

    for (uint32_t i = 0; current && i < count; i++) {
        struct board_input then;

        current = snapshot_input(last, i, &then) && strcmp(then.path, inputs[i].path) == 0 &&
                  file_stamp_equal(&then.stamp, &inputs[i].stamp);
    }
    current = current && snapshot_is_complete(round, last) && snapshot_tells_complaints(round, last);
    published_close(&published);
    return current;
}

/* What is older than the store is to keep goes. */
static void prune(struct round *round)
{
    struct err err = {""};

    if (round->store && !store_prune(round->store, wall_ms(round) / 1000 - round->config->keep_s, &err))
        log_warning("store", "%s", err.text);
}

static void publish_now(struct round *round)
{
    int64_t began_ms = mono(round);
    struct publish_result result;
    bool made = publish(
        &(struct publish_input){
            .setup = round->setup,
            .store = round->store,
            .store_fault = round->store_fault.text,
            .own = round->memory,
            .is_own = round->is_own,
            .secret_stamp = (const char *const *)round->stamp,
            .last = round->last,
            .now = wall_ms(round) / 1000,
        },
        &round->snapshot, &result);

    if (result.store_fault.text[0])
        lose_store(round, &result.store_fault);
    err_clear(&round->publish_fault);
    if (!made || !result.published) {
        err_set(&round->publish_fault, "%s", result.fault.text);
        log_warning("publish", "%s", result.fault.text);
    }
    round->result.published = made && result.published;
    round->result.changes += result.changes;
    round->published_at_ms = mono(round);
    round->publish_pause_ms = PUBLISH_SHARE * (round->published_at_ms - began_ms);
    if (round->publish_pause_ms < PUBLISH_EVERY_MS)
        round->publish_pause_ms = PUBLISH_EVERY_MS;
    round->unpublished = false;
}

/* True: done, published or not. */
static bool try_publish(struct round *round, int64_t *wake_ms)
{
    struct err err = {""};
    enum lock_result lock = round->locks ? lock_try(round->locks, "publish", &err) : LOCK_FAILED;

    if (lock == LOCK_BUSY && mono(round) < round->options.deadline_ms) {
        *wake_ms = mono(round) + BUSY_POLL_MS;
        return false;
    }
    publish_now(round);
    if (round->last)
        prune(round);
    if (lock == LOCK_HELD)
        lock_release(round->locks, "publish");
    for (size_t t = 0; t < round->config->token_count; t++)
        if (round->todo[t] == TODO_DONE)
            unlock(round, t);
    return true;
}

/* --- the machine ------------------------------------------------------------------------------------------------
 */

static void finish_sweeping(struct round *round)
{
    round->result.left += tokens_left(round);
    round->last = true;
    round->state = ROUND_PUBLISHING;
    if (!round->unpublished && snapshot_is_current(round)) {
        round->result.published = true;
        round->state = ROUND_OVER;
    }
}

/* True: call again at once. */
static bool step_sweeping(struct round *round, int64_t *wake_ms)
{
    bool late = mono(round) >= round->options.deadline_ms;

    if (round->current) {
        if (!token_sweep_step(round->current, wake_ms)) {
            tell_progress(round, *wake_ms);
            return false;
        }
        end_token(round);
        return true;
    }
    if (round->unpublished && mono(round) - round->published_at_ms >= round->publish_pause_ms &&
        tokens_left(round)) {
        round->state = ROUND_PUBLISHING;
        return true;
    }
    if (late || round->dead_api >= DEAD_API_TOKENS || tokens_left(round) == 0) {
        finish_sweeping(round);
        return true;
    }
    if (next_token(round, wake_ms)) {
        tell_progress(round, INT64_MAX);
        return true;
    }
    if (round->unpublished) /* all that is left is held by others: let them have what came of ours meanwhile */
        round->state = ROUND_PUBLISHING;
    return round->unpublished;
}

bool round_step(struct round *round, int64_t *wake_ms)
{
    bool again = true;

    *wake_ms = INT64_MAX;
    while (again) {
        switch (round->state) {
        case ROUND_SWEEPING:
            again = step_sweeping(round, wake_ms);
            break;
        case ROUND_PUBLISHING:
            again = try_publish(round, wake_ms);
            if (again)
                round->state = round->last ? ROUND_OVER : ROUND_SWEEPING;
            break;
        case ROUND_OVER:
            round->result.publish_fault = round->publish_fault.text;
            round->result.store_fault = round->store_fault.text;
            return false;
        }
    }
    if (*wake_ms > round->options.deadline_ms)
        *wake_ms = round->options.deadline_ms;
    return true;
}

void round_run(struct round *round)
{
    int64_t wake_ms;

    while (round_step(round, &wake_ms)) {
        int64_t now = mono(round);
        int64_t pause = wake_ms == INT64_MAX ? 60 * 1000 : wake_ms > now ? wake_ms - now : 0;

        round->env->wait(round->env->ctx, pause);
    }
}
