/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the worker alive: one that ends is begun again after a pause. */
#include "agent/oncall.h"

#include "base/log.h"

#include <stdlib.h>

enum { AGAIN_MS = 5000 };

/* What the child says when it ends, which it does not do by itself. */
struct ending {
    struct err why;
};

struct oncall {
    const struct standing *standing;
    struct worker *worker; /* NULL: none was needed yet */
    int64_t begin_ms;      /* not before */
};

struct oncall *oncall_new(const struct standing *standing)
{
    struct oncall *oncall = calloc(1, sizeof(*oncall));

    if (oncall)
        oncall->standing = standing;
    return oncall;
}

void oncall_free(struct oncall *oncall)
{
    if (!oncall)
        return;
    worker_free(oncall->worker);
    free(oncall);
}

void oncall_reload(struct oncall *oncall)
{
    worker_free(oncall->worker);
    oncall->worker = NULL;
    oncall->begin_ms = 0;
}

/* --- in the child ---------------------------------------------------------------------------------------------
 */

static const struct config *config_of(void *arg)
{
    const struct oncall *oncall = arg;

    return standing_config(oncall->standing);
}

static void deliver(const void *arg, void *result)
{
    struct oncall oncall = *(const struct oncall *)arg;
    struct ending *ending = result;
    const struct notify_hooks hooks = {.arg = &oncall, .fd = -1, .config = config_of};

    (void)!notify_run(&hooks, &ending->why);
}

/* --- in the parent --------------------------------------------------------------------------------------------
 */

static void begin(struct oncall *oncall, int64_t mono_ms)
{
    struct err err = {""};

    oncall->begin_ms = mono_ms + AGAIN_MS;
    if (!oncall->worker)
        oncall->worker = worker_new(sizeof(struct ending));
    if (!oncall->worker)
        log_error("notify", "out of memory");
    else if (!worker_start(oncall->worker, deliver, oncall, -1, INT64_MAX, &err))
        log_error("notify", "%s", err.text);
}

static void tell_end(struct oncall *oncall)
{
    struct err err = {""};
    const struct ending *ending = worker_result(oncall->worker, "the worker", &err);

    log_error("notify", "the worker ended and is begun again: %s", ending ? ending->why.text : err.text);
}

void oncall_step(struct oncall *oncall, int64_t mono_ms, int64_t *wake_ms)
{
    *wake_ms = INT64_MAX;
    if (oncall->worker && worker_step(oncall->worker, mono_ms))
        tell_end(oncall);
    if (oncall->worker && worker_is_running(oncall->worker))
        return;
    if (!notify_is_needed(standing_config(oncall->standing)))
        return;
    if (mono_ms >= oncall->begin_ms)
        begin(oncall, mono_ms);
    *wake_ms = oncall->begin_ms;
}
