/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A round in a process of its own, so that neither a database that is busy, nor an operator's slow [tokens]
 * command, nor the arithmetic over 100,000 advertisers keeps its parent from answering; and so that its memory
 * goes with it. */
#ifndef TTA_PROBE_SWEEPER_H
#define TTA_PROBE_SWEEPER_H

#include "base/attr.h"
#include "base/err.h"
#include "probe/standing.h"

#include <stdbool.h>
#include <stdint.h>

struct sweeper;

struct sweeper_options {
    int64_t max_age_ms;  /* as round_options has them */
    int64_t deadline_ms; /* mono; a minute after it the process is killed */
    bool ignore_backoff;
};

struct sweeper_result {
    bool ran;      /* a round came to its end; else `fault` says why not, and nothing else is known */
    bool verified; /* something was */
    bool quiet;    /* nothing was due */
    int64_t asked, left, calls, throttled, faulty, changes;
    bool published;
    char fault[ERR_TEXT_MAX]; /* why there was no round, or no publishing; "" */
};

/* NULL: out of memory. */
struct sweeper *sweeper_new(void) TTA_MUST_CHECK;
/* Kills what is under way. */
void sweeper_free(struct sweeper *sweeper);

/* Begins a round. The parent has one thread and no store open. False with *err: no process can be had. */
bool sweeper_start(struct sweeper *sweeper, const struct standing *standing, const struct sweeper_options *options,
                   struct err *err) TTA_MUST_CHECK;
bool sweeper_is_running(const struct sweeper *sweeper);
/* Readable when the round is over, or its process died; -1: nothing is under way. */
int sweeper_fd(const struct sweeper *sweeper);
/* When sweeper_step must be called (mono), beside every second or so; INT64_MAX: no need. */
int64_t sweeper_wake_ms(const struct sweeper *sweeper);
/* Looks after it; never waits. True once for each round, with its result. */
bool sweeper_step(struct sweeper *sweeper, int64_t mono_ms, struct sweeper_result *result) TTA_MUST_CHECK;
/* A descriptor with the snapshot of the round that ended last, where it was not published; -1 none. Good until the
 * next start. */
int sweeper_snapshot_fd(const struct sweeper *sweeper);

#endif
