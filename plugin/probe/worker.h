/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Work in a process of its own: forked, bounded in time, its result brought back through a pipe. */
#ifndef TTA_PROBE_WORKER_H
#define TTA_PROBE_WORKER_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker;

/* Runs in the child. `result` is zeroed and as long as worker_new was told; plain bytes, no pointers. */
typedef void worker_fn(const void *arg, void *result);

/* NULL: out of memory. */
struct worker *worker_new(size_t result_size) TTA_MUST_CHECK;
/* Ends what is under way: SIGTERM, which a child blocks only while it does what can't be done again, and SIGKILL
 * where that takes long. NULL is fine. */
void worker_free(struct worker *worker);

/* Begins: in a process group of its own, without the parent's descriptors but `keep_fd` (-1: none). It dies with
 * its parent, and is killed at the deadline (mono). The parent has one thread. False with *err: no process can be
 * had. */
bool worker_start(struct worker *worker, worker_fn *fn, const void *arg, int keep_fd, int64_t deadline_ms,
                  struct err *err) TTA_MUST_CHECK;
bool worker_is_running(const struct worker *worker);
/* Readable when it is over, or died; -1: nothing is under way. */
int worker_fd(const struct worker *worker);
/* When worker_step must be called (mono), beside every second or so; INT64_MAX: no need. */
int64_t worker_wake_ms(const struct worker *worker);
/* Looks after it; never waits. True once for each start, when it is gone: worker_result then tells. */
bool worker_step(struct worker *worker, int64_t mono_ms) TTA_MUST_CHECK;
/* The result, of the start that ended last. NULL with *err: `what` ("the round") was stopped, died or ended early.
 */
const void *worker_result(const struct worker *worker, const char *what, struct err *err);

#endif
