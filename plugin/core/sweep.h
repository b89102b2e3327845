/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A sweep of one token as a pure state machine: it says what to ask, is told the answer, and updates the memory.
 */
#ifndef TTA_CORE_SWEEP_H
#define TTA_CORE_SWEEP_H

#include "core/memory.h"
#include "core/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*   LIST ---> CONFIRM ---> STATUS ---> DIAGNOSE ---> PROBE ---> OVER
 *     |          |            |            |            |
 *     +----------+------------+------------+------------+---> OVER   (the token is dead, or nothing can be
 * verified now)
 *
 * LIST      oauth2/advertiser/get: what the token covers. Left out for an app without secret.
 * CONFIRM   further list reads, each after confirm_delay on a connection of its own, while ids are newly missing.
 * STATUS    advertiser/info in batches: account status of what is covered, or all there is for an app without
 * secret. DIAGNOSE  advertiser/info on just the newly missing and the suspect ids, bisecting, at most diagnose_max
 * calls. PROBE     a GET for each required permission that is due. A phase with nothing to do is passed through.
 */
struct sweep;

/* A permission that members need. */
struct sweep_need {
    const char *method;
    const char *path;
    const uint32_t *member; /* indices of the members that need it; NULL: all */
    size_t member_count;
};

struct sweep_plan {
    bool listed; /* the app has a secret */
    bool single; /* no store: at most one request; a second read of the list is the next sweep's */
    int confirm_reads;
    int64_t confirm_delay_ms;
    int64_t mass_confirm_s;
    bool account_status;
    int64_t permission_interval_s;
    int diagnose_max;
    const char *const *ids; /* the token's advertisers in the order of ids, no id twice */
    size_t id_count;
    const struct sweep_need *need;
    size_t need_count;
};

enum question_kind {
    ASK_LIST,
    ASK_INFO,
    ASK_PROBE,
    ASK_USER,  /* whose login it is; never in a sweep */
    ASK_VIDEOS /* which videos are usable; never in a sweep */
};

struct question {
    enum question_kind kind;
    bool fresh_connection;
    const char *id[INFO_BATCH_MAX]; /* ASK_INFO, ASK_VIDEOS: ids asked about; ASK_PROBE: one */
    size_t id_count;
    const char *path;          /* ASK_PROBE */
    const char *advertiser_id; /* ASK_VIDEOS */
};

enum sweep_step { SWEEP_ASK, SWEEP_PAUSE, SWEEP_OVER };

/* Borrows the plan's arrays and the memory until sweep_free; the memory must hold a grant for each id
 * (memory_expect). NULL: out of memory. */
struct sweep *sweep_new(const struct sweep_plan *plan, struct memory *memory) TTA_MUST_CHECK;
void sweep_free(struct sweep *sweep);

/* What to do now: SWEEP_ASK fills *question (answer it with sweep_answer), SWEEP_PAUSE sets *pause_ms (then call
 * again), SWEEP_OVER. Times are seconds since the epoch. */
enum sweep_step sweep_next(struct sweep *sweep, int64_t now, struct question *question, int64_t *pause_ms);
/* The answer to the question of the last sweep_next. */
void sweep_answer(struct sweep *sweep, const struct answer *answer, int64_t now);
/* Ends the sweep wherever it is, by an answer or a refusal that ends it from outside (deadline, no slot, no
 * secret). `said` may be NULL. */
void sweep_abort(struct sweep *sweep, const struct said *said, int64_t now);
/* True when anything was verified. */
bool sweep_verified(const struct sweep *sweep);
/* True when an allocation failed: some results of this sweep are lost, the next one brings them. */
bool sweep_out_of_memory(const struct sweep *sweep);

#endif
