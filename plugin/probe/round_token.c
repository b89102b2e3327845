/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The tokens of a round: which take part, which are due, and each one's turn under its lock. */
#include "probe/round_private.h"

#include "base/file.h"
#include "base/log.h"
#include "core/backoff.h"
#include "probe/token_lock.h"

#include <stdio.h>
#include <string.h>

enum { COMMIT_EVERY_MS = 1000 };

static void select_token(struct round *round, size_t token)
{
    const struct config_token *config = &round->config->token[token];

    if (config->usable && round->config->app[config->app].usable)
        round->todo[token] = TODO_ASK;
}

void round_select_tokens(struct round *round)
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

char *round_secret_stamp(const struct round *round, size_t token)
{
    const struct config_token *config = &round->config->token[token];
    char of_token[FILE_STAMP_TEXT_MAX] = "", of_app[FILE_STAMP_TEXT_MAX] = "", both[2 * FILE_STAMP_TEXT_MAX];
    const char *app_file;

    if (config->app == SIZE_MAX)
        return NULL;
    app_file = round->config->app[config->app].secret_file;
    if (config->token_file)
        file_stamp_text(config->token_file, of_token);
    if (app_file)
        file_stamp_text(app_file, of_app);
    snprintf(both, sizeof(both), "%s%s%s", of_token, of_app[0] ? "," : "", of_app);
    return strdup(both);
}

enum due { DUE_NOW, DUE_SHARED, DUE_YOUNG, DUE_HELD_BACK };

static enum due due(const struct round *round, size_t token, bool strange)
{
    const struct memory *memory = &round->memory[token];
    const struct round_options *options = &round->options;
    int64_t now_ms = round_wall_ms(round);
    int64_t age_ms = now_ms - memory->ended_ms;
    int64_t interval_s = round->config->sweep.interval_s;
    int64_t wait_s;

    if (memory->ended_ms >= memory->began_ms && memory->began_ms >= options->began_ms &&
        memory->began_ms <= now_ms)
        return DUE_SHARED;
    if (memory->verified && memory->ended_ms && !strange && !round->renewed[token] && options->max_age_ms > 0 &&
        age_ms >= 0 && age_ms <= options->max_age_ms)
        return DUE_YOUNG;
    wait_s = memory_not_before(memory, interval_s, round->stamp[token]) - now_ms / 1000;
    /* More than the longest pause, its end rounded up and the present down: the clock was set back. */
    if (!options->ignore_backoff && wait_s > 0 && wait_s <= backoff_attempt_s(INT64_MAX, interval_s) + 1)
        return DUE_HELD_BACK;
    return DUE_NOW;
}

void round_unlock(struct round *round, size_t token)
{
    char name[TOKEN_LOCK_MAX];

    if (!round->locked[token])
        return;
    token_lock_name(round->config, token, name);
    lock_release(round->locks, name);
    round->locked[token] = false;
}

static void leave(struct round *round, size_t token)
{
    round->todo[token] = TODO_DONE;
    round_unlock(round, token);
}

/* Reads what is known of the token now that its lock is held. */
static void recall(struct round *round, size_t token, const struct members *members, bool *strange)
{
    struct err err = {""};

    *strange = false;
    if (round->store &&
        !recall_token(round->store, round->setup, token, members, &round->memory[token], strange, &err))
        round_lose_store(round, &err);
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
    switch (due(round, token, strange)) {
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
        round_unlock(round, token);
    }
}

void round_end_token(struct round *round)
{
    const struct token_sweep_result *result = token_sweep_result(round->current);

    round->result.calls += result->calls;
    round->result.throttled += result->throttled;
    round->result.faulty += result->faulty;
    round->result.verified += result->verified;
    round->dead_api = result->verified || !result->api_silent ? 0 : round->dead_api + 1;
    if (result->store_fault.text[0])
        round_lose_store(round, &result->store_fault);
    token_sweep_free(round->current);
    round->current = NULL;
}

bool round_next_token(struct round *round, int64_t *wake_ms)
{
    char name[TOKEN_LOCK_MAX];
    bool busy = false;

    for (size_t i = 0; i < round->config->token_count; i++) {
        struct err err = {""};
        enum lock_result lock = LOCK_HELD;
        size_t t = round->order[i];

        if (round->todo[t] != TODO_ASK)
            continue;
        if (round->locks) {
            token_lock_name(round->config, t, name);
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
        *wake_ms = round_mono(round) + ROUND_BUSY_POLL_MS;
    return false;
}
