/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The phases STATUS and DIAGNOSE of a sweep: advertiser/info. */
#include "core/sweep_private.h"

#include <string.h>

static const char info_path[] = "/advertiser/info/";

/* What was not verified for longest first, those with a doubt last. */
static int urgency_order(const void *a, const void *b, void *arg)
{
    const struct sweep *sweep = arg;
    const struct grant *x = sweep->grant[*(const uint32_t *)a];
    const struct grant *y = sweep->grant[*(const uint32_t *)b];
    bool x_doubted = said_something(&x->fault);
    bool y_doubted = said_something(&y->fault);

    if (x_doubted != y_doubted)
        return x_doubted ? 1 : -1;
    if (x->verified_at != y->verified_at)
        return x->verified_at < y->verified_at ? -1 : 1;
    return advertiser_id_order(x->id, y->id);
}

/* Queues what STATUS asks about: all that is believed covered, and without a list all that is not known to be
 * lost. */
void sweep_begin_status(struct sweep *sweep)
{
    bool wanted = sweep->plan.account_status || !sweep->plan.listed;

    sweep->status_begun = true;
    batches_clear(&sweep->batches);
    if (!wanted)
        return;
    for (size_t i = 0; i < sweep->plan.id_count; i++) {
        const struct grant *grant = sweep->grant[i];

        if (grant->status == GRANT_LOST || (sweep->mark[i] & MARK_MISSING))
            continue;
        batches_add(&sweep->batches, (uint32_t)i);
    }
    if (!sweep->plan.listed)
        batches_sort(&sweep->batches, urgency_order, sweep);
    batches_cut(&sweep->batches, INFO_BATCH_MAX);
    sweep->pass_complete = true;
}

/* Queues the newly missing ids that were covered, or those that never were. */
static void queue_missing(struct sweep *sweep, bool covered)
{
    for (size_t i = 0; i < sweep->plan.id_count; i++)
        if ((sweep->mark[i] & MARK_MISSING) && !(sweep->mark[i] & (MARK_SUSPECT | MARK_SAMPLE)) &&
            (sweep->grant[i]->status == GRANT_COVERED) == covered)
            batches_add(&sweep->batches, (uint32_t)i);
    batches_sort(&sweep->batches, urgency_order, sweep);
    batches_cut(&sweep->batches, INFO_BATCH_MAX);
}

/* A mass loss is judged by some of its ids, spread evenly, each asked alone: a refusal of many names the lost ones
 * only, so it says nothing of the others. */
static void mark_sample(struct sweep *sweep)
{
    size_t most = (size_t)sweep->plan.diagnose_max * 3 / 4 + 1;
    size_t left = 0;
    size_t seen = 0;

    for (size_t i = 0; i < sweep->plan.id_count; i++)
        left += (sweep->mark[i] & MARK_MISSING) && sweep->grant[i]->status == GRANT_COVERED;
    for (size_t i = 0; i < sweep->plan.id_count; i++) {
        if (!(sweep->mark[i] & MARK_MISSING) || sweep->grant[i]->status != GRANT_COVERED)
            continue;
        if (left <= most || seen * most / left != (seen + 1) * most / left)
            sweep->mark[i] |= MARK_SAMPLE;
        seen++;
    }
}

static void queue_sample(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->plan.id_count; i++)
        if (sweep->mark[i] & MARK_SAMPLE)
            batches_add(&sweep->batches, (uint32_t)i);
    batches_cut(&sweep->batches, 1);
}

/* Queues what DIAGNOSE asks about: newly missing ids in batches, those that were covered first, then suspects one
 * by one, and behind them, while the budget lasts, ids that advertiser/info took away and only it can give back.
 */
void sweep_begin_diagnose(struct sweep *sweep)
{
    bool asks_info = sweep->plan.account_status || !sweep->plan.listed;

    batches_clear(&sweep->batches);
    for (size_t i = 0; i < sweep->plan.id_count && asks_info; i++) {
        const struct grant *grant = sweep->grant[i];

        if (grant->status == GRANT_LOST && grant->by_info && !(sweep->mark[i] & MARK_MISSING)) {
            sweep->mark[i] |= MARK_RECHECK;
            batches_add(&sweep->batches, (uint32_t)i);
        }
    }
    batches_sort(&sweep->batches, urgency_order, sweep);
    batches_cut(&sweep->batches, 1);
    for (size_t i = 0; i < sweep->plan.id_count; i++)
        if (sweep->mark[i] & MARK_SUSPECT)
            batches_add(&sweep->batches, (uint32_t)i);
    batches_cut(&sweep->batches, 1);
    if (sweep->holds)
        return;
    if (sweep->mass_due)
        mark_sample(sweep);
    queue_missing(sweep, false);
    queue_missing(sweep, true);
    queue_sample(sweep);
}

struct account_walk {
    struct sweep *sweep;
    int64_t now;
};

/* advertiser/info serves this id. */
static void serve(struct sweep *sweep, size_t member, enum cause account, int64_t now)
{
    struct grant *grant = sweep->grant[member];

    if (sweep->mark[member] & MARK_DECIDED)
        return;
    sweep->mark[member] |= MARK_DECIDED;
    if (sweep->mark[member] & MARK_MISSING)
        sweep->refuted++;
    sweep->mark[member] &= (uint8_t) ~(MARK_MISSING | MARK_SUSPECT);
    grant_cover(grant, account, now);
    grant->verified_at = now;
    if (sweep->phase == PHASE_DIAGNOSE)
        grant->changed = true;
}

static bool see_account(void *arg, const char *id, const char *status, const char *name)
{
    struct account_walk *walk = arg;
    struct sweep *sweep = walk->sweep;
    size_t member = sweep_member(sweep, id);
    enum cause account = CAUSE_AUTHORIZED;

    (void)name;
    if (member == SIZE_MAX || !batches_current_has(&sweep->batches, (uint32_t)member))
        return true;
    if (sweep->plan.account_status && status[0]) {
        account = catalog_account_status(status);
        if (account == CAUSE_UNKNOWN) /* a status word that is not known says nothing of the account */
            account = sweep->grant[member]->status == GRANT_COVERED ? sweep->grant[member]->said.cause
                                                                    : CAUSE_AUTHORIZED;
    }
    serve(sweep, member, account, walk->now);
    return true;
}

/* All losses of one sweep get one moment: by it those that came together are known. */
static void lose(struct sweep *sweep, size_t member, const struct answer *answer, bool by_info, int64_t now)
{
    if (sweep->lost++ == 0)
        sweep->lost_at = now;
    sweep->mark[member] |= MARK_DECIDED;
    sweep_must(sweep, grant_lose(sweep->memory, sweep->grant[member], answer, by_info, now));
    sweep->grant[member]->since = sweep->lost_at;
}

/* The answer speaks of this one id. NULL: advertiser/info answered 0 and left it out. */
static void decide(struct sweep *sweep, size_t member, const struct answer *answer, int64_t now)
{
    struct grant *grant = sweep->grant[member];
    bool by_info = !(sweep->mark[member] & MARK_MISSING);

    if (sweep->mark[member] & MARK_DECIDED)
        return;
    if (sweep->phase == PHASE_STATUS) {
        sweep->suspects += !(sweep->mark[member] & MARK_SUSPECT);
        sweep->mark[member] |= MARK_SUSPECT;
        sweep->pass_complete = false;
        return;
    }
    sweep->verified = true;
    if (sweep->mark[member] & MARK_RECHECK && grant->status == GRANT_LOST &&
        (!answer || grant->said.cause == answer->finding.cause)) {
        sweep->mark[member] |= MARK_DECIDED;
        grant->verified_at = now;
        grant->changed = true;
        return;
    }
    lose(sweep, member, answer, by_info, now);
}

/* advertiser/info itself is not permitted: then the list reads decide, and no code was received for the ids. Where
 * the list has the ids, a refusal of the app is no loss of theirs either. */
static bool refuses_info(const struct sweep *sweep, const struct answer *answer)
{
    const struct finding *finding = &answer->finding;

    if (finding->class != CLASS_AUTHZ)
        return false;
    if (finding->path[0])
        return strcmp(finding->path, info_path) == 0;
    return finding->cause == CAUSE_ENDPOINT_PERMISSION || finding->cause == CAUSE_SCOPE_MISSING ||
           (finding->cause == CAUSE_NOT_ALLOWED && sweep->phase == PHASE_STATUS);
}

static void lose_missing(struct sweep *sweep, int64_t now)
{
    if (!sweep->plan.listed || sweep->holds || sweep->reads < sweep->plan.confirm_reads)
        return;
    for (size_t i = 0; i < sweep->plan.id_count; i++)
        if ((sweep->mark[i] & MARK_MISSING) && !(sweep->mark[i] & MARK_DECIDED))
            lose(sweep, i, NULL, false, now);
}

void sweep_lose_missed_again(struct sweep *sweep, int64_t now)
{
    int64_t apart_ms = (sweep->plan.confirm_reads - 1) * sweep->plan.confirm_delay_ms;

    for (size_t i = 0; i < sweep->plan.id_count && !sweep->holds; i++) {
        int64_t since = sweep->grant[i]->missing_since;

        if ((sweep->mark[i] & MARK_MISSING) &&
            (sweep->plan.confirm_reads == 1 || (since < now && (now - since) * 1000 >= apart_ms)))
            lose(sweep, i, NULL, false, now);
    }
}

/* Nothing follows from the answer for this id. */
static void doubt(struct sweep *sweep, size_t member, const struct answer *answer)
{
    sweep_must(sweep, grant_doubt(sweep->memory, sweep->grant[member], answer));
}

/* Ends STATUS or DIAGNOSE early: what was not reached waits for the next sweep. */
static void stop_asking_info(struct sweep *sweep)
{
    if (sweep->phase == PHASE_STATUS)
        sweep->pass_complete = false;
    batches_clear(&sweep->batches);
}

static void answer_info_ok(struct sweep *sweep, const struct answer *answer, int64_t now)
{
    struct account_walk walk = {sweep, now};
    struct err why = {""};

    if (!answer_each_account(answer, see_account, &walk, &why)) {
        if (!sweep->plan.listed)
            sweep_note_bad_body(sweep, answer, &why);
        stop_asking_info(sweep);
        return;
    }
    if (!sweep->plan.listed) {
        sweep_token_alive(sweep, now);
        said_clear(&sweep->memory->fault);
    }
    sweep->verified = true;
    for (size_t k = 0; k < batches_current_count(&sweep->batches); k++) {
        size_t member = batches_current(&sweep->batches, k);

        if (sweep->mark[member] & MARK_DECIDED)
            continue;
        if (answer->finding.class == CLASS_OK) {
            decide(sweep, member, NULL, now);
        } else { /* nothing follows from what a partial answer lacks */
            doubt(sweep, member, answer);
            sweep->pass_complete = false;
        }
    }
    batches_done(&sweep->batches);
}

/* The member that an answer's text names, if it was asked about now; SIZE_MAX: none. */
static size_t named_member(const struct sweep *sweep, const struct answer *answer)
{
    size_t named = SIZE_MAX;

    if (answer->finding.advertiser_id[0])
        named = sweep_member(sweep, answer->finding.advertiser_id);
    if (named != SIZE_MAX && !batches_current_has(&sweep->batches, (uint32_t)named))
        named = SIZE_MAX;
    return named;
}

/* An answer from which nothing follows for the ids: the states before stand. One id that the API finds no sense in
 * must not hide the others: such answers are bisected. */
static void answer_info_fault(struct sweep *sweep, const struct answer *answer)
{
    bool about_ids = answer->finding.class == CLASS_UNKNOWN || answer->finding.class == CLASS_FILE ||
                     answer->finding.class == CLASS_PARAM;
    size_t count = batches_current_count(&sweep->batches);

    if (about_ids && count > 1) {
        batches_split(&sweep->batches);
        return;
    }
    if (!sweep->plan.listed && (!about_ids || !sweep->verified))
        sweep_note_fault(sweep, answer);
    if ((about_ids || sweep->plan.listed) && (sweep->phase == PHASE_DIAGNOSE || !sweep->plan.listed))
        for (size_t k = 0; k < count; k++)
            doubt(sweep, batches_current(&sweep->batches, k), answer);
    if (about_ids)
        batches_done(&sweep->batches);
    else
        stop_asking_info(sweep);
}

void sweep_answer_info(struct sweep *sweep, const struct answer *answer, int64_t now)
{
    size_t named = named_member(sweep, answer);

    if (sweep_succeeded(answer)) {
        answer_info_ok(sweep, answer, now);
        return;
    }
    if (refuses_info(sweep, answer)) {
        if (!sweep->plan.listed)
            sweep_note_fault(sweep, answer);
        if (sweep->phase == PHASE_DIAGNOSE)
            lose_missing(sweep, now);
        stop_asking_info(sweep);
        return;
    }
    switch (sweep_reach(answer)) {
    case REACH_TOKEN:
        sweep_token_dead(sweep, answer, now);
        return;
    case REACH_FAULT:
        answer_info_fault(sweep, answer);
        return;
    case REACH_SUBJECT:
        break;
    }
    if (!sweep->plan.listed) { /* an answer about accounts came: the token works */
        sweep_token_alive(sweep, now);
        said_clear(&sweep->memory->fault);
    }
    if (batches_current_count(&sweep->batches) == 1) {
        decide(sweep, batches_current(&sweep->batches, 0), answer, now);
        batches_done(&sweep->batches);
    } else if (named != SIZE_MAX) {
        decide(sweep, named, answer, now);
        batches_drop(&sweep->batches, (uint32_t)named);
    } else {
        batches_split(&sweep->batches);
    }
}

void sweep_end_status(struct sweep *sweep, int64_t now)
{
    struct memory *memory = sweep->memory;

    if (sweep->pass_complete && (sweep->plan.account_status || !sweep->plan.listed) && sweep->verified) {
        memory->account_at = now;
        return;
    }
    if (sweep->plan.listed)
        return;
    /* The pass broke off: what it verified is kept id by id. */
    for (size_t i = 0; i < sweep->plan.id_count; i++)
        if (sweep->grant[i]->verified_at > memory->account_at)
            sweep->grant[i]->changed = true;
}

void sweep_end_diagnose(struct sweep *sweep, int64_t now)
{
    if (!sweep->mass_due || sweep->refuted > 0 || sweep->lost == 0)
        return;
    lose_missing(sweep, now);
    sweep->memory->mass_since = 0;
}

static void ask_info(struct sweep *sweep, struct question *question)
{
    question->kind = ASK_INFO;
    question->id_count = batches_current_count(&sweep->batches);
    for (size_t k = 0; k < question->id_count; k++)
        question->id[k] = sweep->plan.ids[batches_current(&sweep->batches, k)];
}

/* True: the current batch may be asked: the plain batches of STATUS are free, all else is within diagnose_max.
 * STATUS leaves as much of it as the suspects need, so that each sweep decides some of them. */
static bool affordable(struct sweep *sweep)
{
    int reserved = sweep->phase == PHASE_STATUS ? sweep->suspects + 1 : 0;

    if (sweep->phase == PHASE_STATUS && !batches_current_is_part(&sweep->batches))
        return true;
    if (sweep->extra_calls + reserved >= sweep->plan.diagnose_max)
        return false;
    sweep->extra_calls++;
    return true;
}

/* True: *question is to be asked. What is not affordable waits for the next sweep. */
bool sweep_next_info(struct sweep *sweep, struct question *question)
{
    for (; !batches_empty(&sweep->batches); batches_done(&sweep->batches)) {
        if (affordable(sweep)) {
            ask_info(sweep, question);
            return true;
        }
        sweep->pass_complete = false;
    }
    return false;
}
