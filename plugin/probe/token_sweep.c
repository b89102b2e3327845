/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sweep of one token: the pure machine joined to questions, pauses, commits and the attempt's record. */
#include "probe/token_sweep.h"

#include "base/log.h"
#include "base/text.h"
#include "core/sweep.h"
#include "probe/ask.h"
#include "probe/needs.h"

#include <stdlib.h>
#include <string.h>

struct token_sweep {
    struct token_sweep_options options;
    const char *app;
    const char *name;
    struct needs needs;
    struct sweep *sweep;
    struct ask *ask;
    bool asking;
    int64_t pause_until_ms; /* mono; 0: no pause */
    int64_t committed_at_ms;
    int64_t began_ms;
    bool over;
    struct token_sweep_result result;
};

static int64_t mono(const struct token_sweep *sweep)
{
    return sweep->options.env->mono_ms(sweep->options.env->ctx);
}

static int64_t wall_ms(const struct token_sweep *sweep)
{
    return sweep->options.env->wall_ms(sweep->options.env->ctx);
}

/* A store that failed once is left alone for the rest of the sweep: what is known stays in memory. */
static struct store *store_of(const struct token_sweep *sweep)
{
    return sweep->result.store_fault.text[0] ? NULL : sweep->options.store;
}

static void commit(struct token_sweep *sweep)
{
    sweep->committed_at_ms = mono(sweep);
    if (store_of(sweep) && !recall_commit(store_of(sweep), sweep->options.setup, sweep->options.token,
                                          sweep->options.memory, &sweep->result.store_fault))
        log_warning("store", "%s", sweep->result.store_fault.text);
}

static void end(struct token_sweep *sweep)
{
    struct memory *memory = sweep->options.memory;
    bool verified = sweep->sweep && sweep_verified(sweep->sweep);

    sweep->over = true;
    sweep->result.verified = verified;
    sweep->result.calls = sweep->ask ? ask_calls(sweep->ask) : 0;
    sweep->result.throttled = sweep->ask ? ask_throttled(sweep->ask) : 0;
    sweep->result.faulty = said_something(&memory->fault);
    sweep->result.api_silent = !verified && said_something(&memory->fault) && memory->fault.scope == SCOPE_API &&
                               memory->fault.cause != CAUSE_REQUEST_FAULT;
    if (sweep->ask && ask_store_fault(sweep->ask)[0] && sweep->result.store_fault.text[0] == '\0')
        err_set(&sweep->result.store_fault, "%s", ask_store_fault(sweep->ask));
    if (sweep->sweep && sweep_out_of_memory(sweep->sweep))
        log_error("sweep", "token %s: out of memory: some results of this sweep are lost", sweep->name);
    memory->ended_ms = wall_ms(sweep);
    if (memory->ended_ms < memory->began_ms) /* the clock was set back meanwhile */
        memory->ended_ms = memory->began_ms;
    memory->verified = verified;
    memory->failures = verified ? 0 : memory->failures + 1;
    commit(sweep);
    if (store_of(sweep) &&
        !store_add_sweep(store_of(sweep),
                         &(struct store_sweep){
                             .app = sweep->app,
                             .token = sweep->name,
                             .began = memory->began_ms / 1000,
                             .ended = memory->ended_ms / 1000,
                             .verified = verified,
                             .calls = sweep->result.calls,
                             .throttled = sweep->result.throttled,
                             .fault = said_something(&memory->fault) ? cause_name(memory->fault.cause) : "",
                         },
                         &sweep->result.store_fault))
        log_warning("store", "%s", sweep->result.store_fault.text);
    log_info("sweep", "token %s: %s, %lld calls%s%s", sweep->name, verified ? "verified" : "nothing verified",
             (long long)sweep->result.calls, said_something(&memory->fault) ? ", " : "",
             said_something(&memory->fault) ? cause_name(memory->fault.cause) : "");
}

static void record_beginning(struct token_sweep *sweep)
{
    struct memory *memory = sweep->options.memory;
    char *stamp = text_dup(sweep->options.secret_stamp);

    memory->began_ms = wall_ms(sweep);
    said_clear(&memory->fault);
    free(memory->secret_stamp);
    memory->secret_stamp = stamp;
    if (store_of(sweep) && !store_begin_attempt(store_of(sweep), sweep->app, sweep->name, memory->began_ms,
                                                &sweep->result.store_fault))
        log_warning("store", "%s", sweep->result.store_fault.text);
}

static bool make_machine(struct token_sweep *sweep)
{
    const struct config *config = setup_config(sweep->options.setup);
    const struct config_token *token = &config->token[sweep->options.token];
    const struct members *members = &sweep->options.members;

    if (!memory_expect(sweep->options.memory, members->id, members->count) ||
        !needs_of(sweep->options.setup, sweep->options.token, members, &sweep->needs))
        return false;
    sweep->sweep = sweep_new(
        &(struct sweep_plan){
            .listed = config->app[token->app].secret_file != NULL,
            .single = !store_of(sweep),
            .confirm_reads = config->sweep.confirm_reads,
            .confirm_delay_ms = config->sweep.confirm_delay_ms,
            .mass_confirm_s = config->sweep.mass_confirm_s,
            .account_status = config->sweep.account_status,
            .permission_interval_s = config->sweep.permission_interval_s,
            .diagnose_max = config->sweep.diagnose_max,
            .ids = members->id,
            .id_count = members->count,
            .need = sweep->needs.item,
            .need_count = sweep->needs.count,
        },
        sweep->options.memory);
    return sweep->sweep != NULL;
}

struct token_sweep *token_sweep_new(const struct token_sweep_options *options, struct err *err)
{
    const struct config *config = setup_config(options->setup);
    struct token_sweep *sweep = calloc(1, sizeof(*sweep));
    struct members members = options->members;
    struct said said = {.cause = CAUSE_AUTHORIZED};

    if (!sweep) {
        members_free(&members);
        err_set(err, "out of memory");
        return NULL;
    }
    sweep->options = *options;
    sweep->name = config->token[options->token].name;
    sweep->app = config->app[config->token[options->token].app].name;
    record_beginning(sweep);
    sweep->committed_at_ms = mono(sweep);
    sweep->ask = ask_new(
        &(struct ask_options){
            .env = options->env,
            .setup = options->setup,
            .store = store_of(sweep),
            .token = options->token,
            .deadline_ms = options->deadline_ms,
        },
        &said, err);
    if (!make_machine(sweep)) {
        said_clear(&said);
        token_sweep_free(sweep);
        err_set(err, "out of memory");
        return NULL;
    }
    if (!sweep->ask) {
        log_warning("sweep", "token %s: %s", sweep->name, err->text);
        sweep_abort(sweep->sweep, &said, wall_ms(sweep) / 1000);
        end(sweep);
    }
    said_clear(&said);
    return sweep;
}

void token_sweep_free(struct token_sweep *sweep)
{
    if (!sweep)
        return;
    ask_free(sweep->ask);
    sweep_free(sweep->sweep);
    needs_free(&sweep->needs);
    members_free(&sweep->options.members);
    free(sweep);
}

const struct token_sweep_result *token_sweep_result(const struct token_sweep *sweep)
{
    return &sweep->result;
}

/* The deadline came while something was under way. */
static void run_out(struct token_sweep *sweep)
{
    struct said said = {.cause = CAUSE_AUTHORIZED};

    if (sweep->asking && !sweep_verified(sweep->sweep) &&
        !said_own(&said, CAUSE_NETWORK_FAULT, "no answer within the time that the check has"))
        log_error("sweep", "out of memory");
    sweep_abort(sweep->sweep, said_something(&said) ? &said : NULL, wall_ms(sweep) / 1000);
    said_clear(&said);
    end(sweep);
}

/* Lets the machine say what is next. True: it is over. */
static bool next(struct token_sweep *sweep)
{
    struct question question;
    int64_t pause_ms;

    switch (sweep_next(sweep->sweep, wall_ms(sweep) / 1000, &question, &pause_ms)) {
    case SWEEP_ASK:
        ask_begin(sweep->ask, &question);
        sweep->asking = true;
        return false;
    case SWEEP_PAUSE:
        sweep->pause_until_ms = mono(sweep) + pause_ms;
        return false;
    case SWEEP_OVER:
        break;
    }
    end(sweep);
    return true;
}

bool token_sweep_step(struct token_sweep *sweep, int64_t *wake_ms)
{
    *wake_ms = INT64_MAX;
    while (!sweep->over) {
        if (sweep->asking) {
            if (!ask_step(sweep->ask, wake_ms)) {
                if (mono(sweep) < sweep->options.deadline_ms)
                    return false;
                run_out(sweep);
                break;
            }
            sweep->asking = false;
            sweep_answer(sweep->sweep, ask_answer(sweep->ask), wall_ms(sweep) / 1000);
            if (mono(sweep) - sweep->committed_at_ms >= sweep->options.commit_every_ms)
                commit(sweep);
            continue;
        }
        if (mono(sweep) < sweep->pause_until_ms) {
            if (mono(sweep) >= sweep->options.deadline_ms) {
                run_out(sweep);
                break;
            }
            *wake_ms = sweep->pause_until_ms;
            return false;
        }
        if (mono(sweep) >= sweep->options.deadline_ms) {
            run_out(sweep);
            break;
        }
        if (next(sweep))
            break;
    }
    return true;
}
