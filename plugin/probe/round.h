/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A round: refreshes of the tokens that need one, sweeps of those that are due, one after the other, and the
 * snapshot that comes of them. */
#ifndef TTA_PROBE_ROUND_H
#define TTA_PROBE_ROUND_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/judgement.h"
#include "ext/store.h"
#include "probe/env.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct round;

struct round_progress {
    size_t tokens_done, tokens_total;
    const char *token; /* being asked now; "" none */
    int64_t waiting_s; /* for quota or back-off; 0: asking */
};
typedef void round_progress_fn(void *arg, const struct round_progress *progress);

struct round_options {
    struct selection selection; /* whose tokens are asked */
    int64_t
        max_age_ms; /* tokens asked no longer ago are left alone; 0: ask, unless an attempt began after began_ms */
    int64_t began_ms;            /* wall: when the caller began to want this */
    int64_t deadline_ms;         /* mono: answer by then; INT64_MAX: none */
    bool ignore_backoff;         /* a person asked: the back-off after failures does not hold */
    bool republish;              /* also where nothing was asked and nothing is new */
    const char *who;             /* for the history, where tokens are refreshed; NULL: "sweep" */
    round_progress_fn *progress; /* NULL: none */
    void *progress_arg;
};

struct round_result {
    size_t asked;              /* tokens that were asked */
    size_t verified;           /* of them, those that verified something */
    size_t shared;             /* tokens whose result another process brought meanwhile */
    size_t left;               /* tokens not reached by the deadline, or held back */
    int64_t calls;             /* requests sent */
    int64_t throttled;         /* answers that said to slow down */
    size_t faulty;             /* sweeps in which something could not be verified */
    size_t changes;            /* verdicts that changed */
    size_t refreshed;          /* tokens that were refreshed */
    bool published;            /* the snapshot lies in the state folder */
    const char *publish_fault; /* why not; "" */
    const char *store_fault;   /* why the store could not be used; "" */
};

/* Borrows env and setup. Opens the store (its failure is no failure of the round) and the published snapshot.
 * NULL: out of memory. */
struct round *round_new(const struct env *env, const struct setup *setup,
                        const struct round_options *options) TTA_MUST_CHECK;
/* Moves on as far as it goes without waiting. False: it is over. Else *wake_ms (mono) says when to call again at
 * the latest; a finished request is a reason to call again too. */
bool round_step(struct round *round, int64_t *wake_ms);
/* round_step and env->wait until it is over. */
void round_run(struct round *round);
const struct round_result *round_result(const struct round *round);
/* The snapshot's bytes as of the end (published or not). */
const struct buf *round_snapshot(const struct round *round);
void round_free(struct round *round);

#endif
