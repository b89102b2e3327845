/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One question to the API: slot, request, retries, answer. */
#ifndef TTA_PROBE_ASK_H
#define TTA_PROBE_ASK_H

#include "base/attr.h"
#include "base/err.h"
#include "core/sweep.h"
#include "ext/store.h"
#include "probe/env.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stdint.h>

/*  IDLE --begin--> SLOT --taken--> SENT --answer--> DONE
 *                   |  ^             |
 *                   |  +--- PAUSE <--+  a failure that may pass, retries and time left
 *                   +--> DONE           no slot before the deadline, or the API said stop */
struct ask;

struct ask_options {
    const struct env *env;
    const struct setup *setup;
    struct store *store;         /* NULL: no slots can be taken; then at most one request is sent in all */
    size_t token;                /* index into the configuration */
    const struct secret *secret; /* asks with this one in the token's stead; NULL: the token's own */
    int64_t deadline_ms;         /* mono; INT64_MAX: none */
};

/* Reads the token's secret and, if the app has one, the app's. NULL with *err; *said then says it as a fault (its
 * strings are the caller's to clear). */
struct ask *ask_new(const struct ask_options *options, struct said *said, struct err *err) TTA_MUST_CHECK;
void ask_free(struct ask *ask);

/* Begins a question, copied; the one before must be done. */
void ask_begin(struct ask *ask, const struct question *question);
/* Moves on. True: the answer is there (ask_answer). False: call again when a request is done, or at *wake_ms
 * (mono). */
bool ask_step(struct ask *ask, int64_t *wake_ms);
/* The answer to the last question; valid until the next ask_begin or ask_free. When no request could be sent, it
 * is a fault without a code. */
const struct answer *ask_answer(const struct ask *ask);
/* Requests sent, and of them answered by a throttle. */
int64_t ask_calls(const struct ask *ask);
int64_t ask_throttled(const struct ask *ask);
/* Why the store failed when a slot was to be taken; "" it did not. */
const char *ask_store_fault(const struct ask *ask);

/* The whole at once, for commands: asks and waits. The caller frees *answer (answer_free). False with *err: the
 * secret can't be read, or out of memory. */
bool ask_once(const struct ask_options *options, const struct question *question, struct answer *answer,
              struct err *err) TTA_MUST_CHECK;

#endif
