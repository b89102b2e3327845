/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Refreshes the tokens that are due, one after the other, each once among all processes of this host. */
#ifndef TTA_PROBE_REFRESHER_H
#define TTA_PROBE_REFRESHER_H

#include "base/attr.h"
#include "base/err.h"
#include "base/lock.h"
#include "core/refresh.h"
#include "ext/store.h"
#include "probe/env.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*  NEXT --lock held, due--> SLOT --taken, room made, intent committed--> SENT --answer--> written, recorded -->
 * NEXT |                        +--> NEXT   no slot in time
 *   +--> OVER   none is left, the time is over, or nobody answers */
struct refresher;

/* What became of one token. */
enum refresher_end {
    REFRESHER_DONE,    /* it has new tokens */
    REFRESHER_SHARED,  /* another process brought them meanwhile */
    REFRESHER_FAILED,  /* refresh_watch and the sentence say how */
    REFRESHER_NOT_DUE, /* nothing was to be done: `turn` says why */
    REFRESHER_LEFT,    /* no quota or no time now */
};
struct refresher_told {
    size_t token;
    enum refresher_end end;
    enum refresh_turn turn;
    int64_t at;           /* s: when it will be its turn; 0 not known */
    const char *sentence; /* why not, or what is wrong all the same; "" */
};
typedef void refresher_told_fn(void *arg, const struct refresher_told *told);

struct refresher_options {
    const struct env *env;
    const struct setup *setup;
    struct store *store;     /* none: nothing is refreshed, because no intent can be recorded */
    struct lock_file *locks; /* token_lock_open's */
    const bool *chosen;      /* by token: those that are looked at; copied */
    bool leave_busy;         /* those that another process has in hand are left to it */
    bool by_hand;            /* a person names them: at once, and whatever `refresh` says */
    int64_t began_ms;        /* wall: what another process brought since then is as good */
    int64_t deadline_ms;     /* mono */
    const char *who;         /* for the history */
    refresher_told_fn *told; /* NULL: nobody listens */
    void *told_arg;
};

struct refresher_result {
    size_t done, failed;
    size_t shared;     /* another process's */
    size_t not_handed; /* of those done: on_new_token did not take them */
    bool changed;      /* what is known of a token's renewal is another than before */
    int64_t calls, throttled;
    struct err store_fault; /* "" the store worked */
};

/* NULL: out of memory. */
struct refresher *refresher_new(const struct refresher_options *options) TTA_MUST_CHECK;
/* True: it is over. Else *wake_ms (mono) says when to call again, a finished request apart. */
bool refresher_step(struct refresher *refresher, int64_t *wake_ms);
/* refresher_step and env->wait until it is over. */
void refresher_run(struct refresher *refresher);
const struct refresher_result *refresher_result(const struct refresher *refresher);
/* The token got new ones here, or its file was found changed. */
bool refresher_did(const struct refresher *refresher, size_t token);
void refresher_free(struct refresher *refresher);

#endif
