/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A sweep of one token as a pure state machine: it says what to ask, is told the answer, and updates the memory.
 */
#include "core/sweep.h"

#include "core/sweep_private.h"

#include <stdlib.h>
#include <string.h>

struct sweep *sweep_new(const struct sweep_plan *plan, struct memory *memory)
{
    struct sweep *sweep = calloc(1, sizeof(*sweep));

    if (!sweep)
        return NULL;
    sweep->plan = *plan;
    sweep->memory = memory;
    sweep->mark = calloc(plan->id_count + 1, sizeof(*sweep->mark));
    sweep->grant = calloc(plan->id_count + 1, sizeof(struct grant *));
    if (!sweep->mark || !sweep->grant || !batches_init(&sweep->batches, plan->id_count)) {
        sweep_free(sweep);
        return NULL;
    }
    for (size_t i = 0; i < plan->id_count; i++) {
        sweep->grant[i] = memory_grant(memory, plan->ids[i]);
        if (!sweep->grant[i]) {
            sweep_free(sweep);
            return NULL;
        }
    }
    return sweep;
}

void sweep_free(struct sweep *sweep)
{
    if (!sweep)
        return;
    batches_free(&sweep->batches);
    free(sweep->mark);
    free(sweep->grant);
    free(sweep);
}

bool sweep_verified(const struct sweep *sweep)
{
    return sweep->verified;
}

bool sweep_out_of_memory(const struct sweep *sweep)
{
    return sweep->out_of_memory;
}

void sweep_must(struct sweep *sweep, bool worked)
{
    if (!worked)
        sweep->out_of_memory = true;
}

size_t sweep_member(const struct sweep *sweep, const char *id)
{
    size_t low = 0;
    size_t high = sweep->plan.id_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = advertiser_id_order(id, sweep->plan.ids[middle]);

        if (order == 0)
            return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return SIZE_MAX;
}

enum sweep_step sweep_next(struct sweep *sweep, int64_t now, struct question *question, int64_t *pause_ms)
{
    memset(question, 0, sizeof(*question));
    *pause_ms = 0;
    if (sweep->phase == PHASE_LIST && !sweep->plan.listed) {
        sweep->phase = PHASE_STATUS;
        sweep->reads = sweep->plan.confirm_reads;
    }
    if (sweep->phase == PHASE_LIST) {
        question->kind = ASK_LIST;
        return SWEEP_ASK;
    }
    if (sweep->phase == PHASE_CONFIRM && !sweep->paused) {
        sweep->paused = true;
        *pause_ms = sweep->plan.confirm_delay_ms;
        return SWEEP_PAUSE;
    }
    if (sweep->phase == PHASE_CONFIRM) {
        question->kind = ASK_LIST;
        question->fresh_connection = true;
        return SWEEP_ASK;
    }
    if (sweep->phase == PHASE_STATUS) {
        if (!sweep->status_begun)
            sweep_begin_status(sweep);
        if (sweep_next_info(sweep, question))
            return SWEEP_ASK;
        sweep_end_status(sweep, now);
        sweep->phase = PHASE_DIAGNOSE;
        sweep_begin_diagnose(sweep);
    }
    if (sweep->phase == PHASE_DIAGNOSE) {
        if (sweep_next_info(sweep, question))
            return SWEEP_ASK;
        sweep_end_diagnose(sweep, now);
        sweep->phase = PHASE_PROBE;
    }
    if (sweep->phase == PHASE_PROBE) {
        if (!sweep->plan.single && sweep_next_probe(sweep, now, question))
            return SWEEP_ASK;
        sweep->phase = PHASE_OVER;
    }
    return SWEEP_OVER;
}

void sweep_answer(struct sweep *sweep, const struct answer *answer, int64_t now)
{
    switch (sweep->phase) {
    case PHASE_LIST:
    case PHASE_CONFIRM:
        sweep_answer_list(sweep, answer, now);
        break;
    case PHASE_STATUS:
    case PHASE_DIAGNOSE:
        sweep_answer_info(sweep, answer, now);
        if (sweep->plan.single)
            sweep->phase = PHASE_OVER;
        break;
    case PHASE_PROBE:
        sweep_answer_probe(sweep, answer, now);
        break;
    case PHASE_OVER:
        break;
    }
}

void sweep_abort(struct sweep *sweep, const struct said *said, int64_t now)
{
    if (sweep->phase == PHASE_STATUS) {
        sweep->pass_complete = false;
        sweep_end_status(sweep, now);
    }
    if (said)
        sweep_must(sweep, said_copy(&sweep->memory->fault, said));
    sweep->phase = PHASE_OVER;
}
