/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The phases LIST and CONFIRM of a sweep. */
#include "core/sweep_private.h"

static bool see_listed(void *arg, const char *id, const char *name)
{
    struct sweep *sweep = arg;
    size_t member = sweep_member(sweep, id);

    (void)name;
    if (member != SIZE_MAX)
        sweep->mark[member] |= MARK_LISTED;
    return true;
}

/* Covers what the lists have; returns how many are newly missing, and of them how many were covered. */
static size_t compare_with_list(struct sweep *sweep, int64_t now, size_t *left)
{
    struct memory *memory = sweep->memory;
    size_t missing = 0;

    *left = 0;
    for (size_t i = 0; i < sweep->plan.id_count; i++) {
        struct grant *grant = sweep->grant[i];
        bool keeps_account = sweep->plan.account_status && grant->status == GRANT_COVERED;

        sweep->mark[i] &= (uint8_t)~MARK_MISSING;
        if (sweep->mark[i] & MARK_LISTED) {
            if (!(grant->status == GRANT_LOST && grant->by_info && sweep->plan.account_status)) {
                grant_cover(grant, keeps_account ? grant->said.cause : CAUSE_AUTHORIZED, now);
            } else if (grant->missing_since) {
                grant->missing_since = 0;
                grant->changed = true;
            }
            continue;
        }
        if (grant->status == GRANT_LOST && !grant->by_info)
            continue;
        missing++;
        if (grant->status == GRANT_COVERED)
            (*left)++;
        grant_miss(grant, memory->list_at, now);
        sweep->mark[i] |= MARK_MISSING;
    }
    return missing;
}

static void judge_mass(struct sweep *sweep, size_t left, int64_t now)
{
    struct memory *memory = sweep->memory;

    if (left < MASS_LOSS_MIN || left * 100 < sweep->plan.id_count * MASS_LOSS_PERCENT) {
        memory->mass_since = 0;
        sweep->mass_due = false;
        return;
    }
    if (memory->mass_since == 0 || memory->mass_since > now) /* the clock was set back */
        memory->mass_since = now;
    sweep->mass_due = now - memory->mass_since >= sweep->plan.mass_confirm_s;
    sweep->holds = !sweep->mass_due;
}

/* A read that brought no list. As the first one it leaves nothing to compare; as a confirming one it confirms
 * nothing, and what else is known still counts. */
static void miss_list(struct sweep *sweep, const struct answer *answer, const struct err *why)
{
    if (sweep->phase == PHASE_LIST) {
        if (why)
            sweep_note_bad_body(sweep, answer, why);
        else
            sweep_note_fault(sweep, answer);
        sweep->phase = PHASE_OVER;
        return;
    }
    for (size_t i = 0; i < sweep->plan.id_count && !why; i++)
        if (sweep->mark[i] & MARK_MISSING)
            sweep_must(sweep, grant_doubt(sweep->memory, sweep->grant[i], answer));
    sweep->holds = true;
    sweep->phase = PHASE_STATUS;
}

void sweep_answer_list(struct sweep *sweep, const struct answer *answer, int64_t now)
{
    struct memory *memory = sweep->memory;
    struct err why = {""};
    size_t missing;
    size_t left;

    if (answer->finding.class != CLASS_OK) { /* nothing follows from what a partial list lacks */
        if (sweep_reach(answer) == REACH_FAULT)
            miss_list(sweep, answer, NULL);
        else /* the list is asked about the whole token */
            sweep_token_dead(sweep, answer, now);
        return;
    }
    if (!answer_each_listed(answer, see_listed, sweep, &why)) {
        miss_list(sweep, answer, &why);
        return;
    }
    sweep->reads++;
    missing = compare_with_list(sweep, now, &left);
    memory->list_at = now;
    sweep_token_alive(sweep, now);
    said_clear(&memory->fault);
    judge_mass(sweep, left, now);
    if (sweep->plan.single) {
        sweep_lose_missed_again(sweep, now);
        sweep->phase = PHASE_OVER;
    } else if (missing == 0 || sweep->holds || sweep->reads >= sweep->plan.confirm_reads) {
        sweep->phase = PHASE_STATUS;
    } else {
        sweep->phase = PHASE_CONFIRM;
    }
    sweep->paused = false;
}
