/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs another program, bounded in time and output, without a shell. */
#ifndef TTA_PROBE_SPAWN_H
#define TTA_PROBE_SPAWN_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct spawn {
    const char *const *argv; /* argv[0] is the path of the program */
    const struct buf *in;    /* what it reads from standard input; NULL: /dev/null */
    const char *const *more; /* "NAME=value" beside our own environment, NULL behind the last; NULL: none */
    int keep_fd;             /* the child keeps this fd under its number; -1: none */
    struct buf *out; /* collects standard output, up to the buffer's limit (more is an error); NULL: /dev/null */
    struct buf *err; /* collects the first bytes of standard error; NULL: /dev/null */
    int64_t deadline_ms; /* clock_mono_ms at which the child gets SIGTERM, and SIGKILL when the grace is over */
    int64_t grace_ms;    /* 0: a second */
};

/* Runs it to its end: no other fd is handed on, signals are as at a login. It dies
 * with the thread that calls this. True with its exit status in *status; false with *err: not found, killed by a
 * signal, past the deadline, too much output. */
bool spawn_run(const struct spawn *spawn, int *status, struct err *err) TTA_MUST_CHECK;

#endif
