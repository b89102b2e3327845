/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A round: refreshes, sweeps of the tokens that are due, one after the other, and the snapshot that comes of them.
 */
#include "probe/round_private.h"

#include "base/log.h"
#include "base/text.h"
#include "core/snapshot.h"
#include "probe/published.h"
#include "probe/restore.h"
#include "probe/token_lock.h"
#include "probe/turn.h"

#include <stdlib.h>

enum { DEAD_API_TOKENS = 3 }; /* so many tokens in a row without any answer: the rest waits for the next round */

int64_t round_mono(const struct round *round)
{
    return round->env->mono_ms(round->env->ctx);
}

int64_t round_wall_ms(const struct round *round)
{
    return round->env->wall_ms(round->env->ctx);
}

/* --- beginning --------------------------------------------------------------------------------------------------
 */

static void open_state(struct round *round)
{
    round->store = store_open(round->config->store_path, STORE_WRITE, &round->store_fault);
    if (!round->store)
        log_warning("store", "%s", round->store_fault.text);
    round->locks = token_lock_open(round->config, &round->publish_fault);
}

/* A store that is new beside a snapshot that is not learns what that knows, before anybody sweeps with it. */
static void restore_store(struct round *round)
{
    struct err err = {""};
    enum lock_result lock = LOCK_BUSY;

    if (!round->store || !restore_is_due(round->store, &err))
        return;
    while (lock == LOCK_BUSY && round_mono(round) < round->options.deadline_ms) {
        lock = round->locks ? lock_try(round->locks, "restore", &err) : LOCK_FAILED;
        if (lock == LOCK_BUSY)
            round->env->wait(round->env->ctx, ROUND_BUSY_POLL_MS);
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
    round->renewed = calloc(count + 1, sizeof(*round->renewed));
    round->memory = calloc(count + 1, sizeof(*round->memory));
    round->is_own = calloc(count + 1, sizeof(*round->is_own));
    round->stamp = calloc(count + 1, sizeof(*round->stamp));
    buf_init(&round->snapshot, SNAPSHOT_SIZE_MAX);
    round->published_at_ms = round_mono(round);
    for (size_t t = 0; t < count && round->stamp; t++)
        round->stamp[t] = round_secret_stamp(round, t);
    if (!round->order || !round->todo || !round->locked || !round->renewed || !round->memory || !round->is_own ||
        !round->stamp) {
        round_free(round);
        return NULL;
    }
    open_state(round);
    if (!round->store && !recall_last(round)) {
        round_free(round);
        return NULL;
    }
    restore_store(round);
    round_select_tokens(round);
    if (round_begin_refreshing(round))
        return round;
    round_free(round);
    return NULL;
}

void round_free(struct round *round)
{
    if (!round)
        return;
    token_sweep_free(round->current);
    refresher_free(round->refresher);
    for (size_t t = 0; round->memory && t < round->config->token_count; t++)
        memory_free(&round->memory[t]);
    for (size_t t = 0; round->stamp && t < round->config->token_count; t++)
        free(round->stamp[t]);
    free(round->order);
    free(round->todo);
    free(round->locked);
    free(round->renewed);
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

void round_lose_store(struct round *round, const struct err *why)
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

static size_t round_tokens_left(const struct round *round)
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
        if (wake_ms != INT64_MAX && wake_ms > round_mono(round))
            progress.waiting_s = (wake_ms - round_mono(round) + 999) / 1000;
    }
    round->options.progress(round->options.progress_arg, &progress);
}

/* --- the machine ------------------------------------------------------------------------------------------------
 */

static void finish_sweeping(struct round *round)
{
    round->result.left += round_tokens_left(round);
    round->last = true;
    round->state = ROUND_PUBLISHING;
    if (!round->unpublished && !round->options.republish && round_is_published(round)) {
        round->result.published = true;
        round->state = ROUND_OVER;
    }
}

/* True: call again at once. */
static bool step_sweeping(struct round *round, int64_t *wake_ms)
{
    bool late = round_mono(round) >= round->options.deadline_ms;

    if (round->current) {
        if (!token_sweep_step(round->current, wake_ms)) {
            tell_progress(round, *wake_ms);
            return false;
        }
        round_end_token(round);
        return true;
    }
    if (round->unpublished && round_mono(round) - round->published_at_ms >= round->publish_pause_ms &&
        round_tokens_left(round)) {
        round->state = ROUND_PUBLISHING;
        return true;
    }
    if (late || round->dead_api >= DEAD_API_TOKENS || round_tokens_left(round) == 0) {
        finish_sweeping(round);
        return true;
    }
    if (round_next_token(round, wake_ms)) {
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
        case ROUND_REFRESHING:
            again = round_refresh(round, wake_ms);
            break;
        case ROUND_SWEEPING:
            again = step_sweeping(round, wake_ms);
            break;
        case ROUND_PUBLISHING:
            again = round_publish(round, wake_ms);
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
        int64_t now = round_mono(round);
        int64_t pause = wake_ms == INT64_MAX ? 60 * 1000 : wake_ms > now ? wake_ms - now : 0;

        round->env->wait(round->env->ctx, pause);
    }
}
