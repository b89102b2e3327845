/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sweep of one token: the pure machine joined to questions, pauses, commits and the attempt's record. */
#ifndef TTA_PROBE_TOKEN_SWEEP_H
#define TTA_PROBE_TOKEN_SWEEP_H

#include "base/attr.h"
#include "base/err.h"
#include "core/memory.h"
#include "ext/store.h"
#include "probe/env.h"
#include "probe/recall.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stdint.h>

struct token_sweep;

struct token_sweep_options {
    const struct env *env;
    const struct setup *setup;
    struct store *store; /* NULL: at most one request is sent */
    size_t token;
    struct members members;   /* taken over */
    struct memory *memory;    /* borrowed: updated in place */
    const char *secret_stamp; /* borrowed; NULL not known */
    int64_t deadline_ms;      /* mono */
    int64_t commit_every_ms;
};

struct token_sweep_result {
    int64_t calls;
    int64_t throttled; /* answers */
    bool faulty;       /* something could not be verified */
    bool verified;
    bool api_silent;        /* nothing but faults of api scope was heard */
    struct err store_fault; /* "" the store worked */
};

/* Records the beginning of the attempt. A secret that can't be read ends it with that fault. NULL with *err: out
 * of memory. The members are freed in any case. */
struct token_sweep *token_sweep_new(const struct token_sweep_options *options, struct err *err) TTA_MUST_CHECK;
void token_sweep_free(struct token_sweep *sweep);
/* True: it is over, and recorded. Else *wake_ms (mono) says when to call again. */
bool token_sweep_step(struct token_sweep *sweep, int64_t *wake_ms);
const struct token_sweep_result *token_sweep_result(const struct token_sweep *sweep);

#endif
