/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the worker alive: one that ends is begun again after a pause. */
#include "agent/oncall.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AGAIN_MS = 5000 };

/* What the child says when it ends, which it does not do by itself. */
struct ending {
    struct err why;
};

struct oncall {
    const struct standing *standing;
    struct worker *worker; /* NULL: none was needed yet */
    int64_t begin_ms;      /* not before */
    bool over;             /* no other is begun */
    int end_fd;            /* the worker ends when it is closed; -1: it is */
    int hear_fd;           /* the worker's end of it */
};

struct oncall *oncall_new(const struct standing *standing)
{
    struct oncall *oncall = calloc(1, sizeof(*oncall));

    if (!oncall)
        return NULL;
    oncall->standing = standing;
    oncall->end_fd = oncall->hear_fd = -1;
    return oncall;
}

static void tell_to_end(struct oncall *oncall)
{
    if (oncall->end_fd >= 0)
        close(oncall->end_fd);
    oncall->end_fd = -1;
}

void oncall_free(struct oncall *oncall)
{
    if (!oncall)
        return;
    tell_to_end(oncall);
    worker_free(oncall->worker);
    free(oncall);
}

void oncall_end(struct oncall *oncall)
{
    tell_to_end(oncall);
    oncall->over = true;
}

void oncall_reload(struct oncall *oncall)
{
    tell_to_end(oncall);
    oncall->begin_ms = 0;
}

bool oncall_is_idle(const struct oncall *oncall)
{
    return !oncall->worker || !worker_is_running(oncall->worker);
}

/* --- in the child ---------------------------------------------------------------------------------------------
 */

static const struct config *config_of(void *arg)
{
    const struct oncall *oncall = arg;

    return standing_config(oncall->standing);
}

/* Its other end was closed. */
static enum notify_heard hear(void *arg)
{
    const struct oncall *oncall = arg;
    char byte;

    return read(oncall->hear_fd, &byte, 1) == 0 ? NOTIFY_END : NOTIFY_GO_ON;
}

static void deliver(const void *arg, void *result)
{
    struct oncall oncall = *(const struct oncall *)arg;
    struct ending *ending = result;
    const struct notify_hooks hooks = {.arg = &oncall, .fd = oncall.hear_fd, .hear = hear, .config = config_of};

    (void)!notify_run(&hooks, &ending->why);
}

/* --- in the parent --------------------------------------------------------------------------------------------
 */

static bool open_pipe(struct oncall *oncall, struct err *err)
{
    int pair[2];

    tell_to_end(oncall);
    if (pipe2(pair, O_CLOEXEC | O_NONBLOCK) != 0)
        return err_set(err, "no pipe: %s", strerror(errno));
    oncall->hear_fd = pair[0];
    oncall->end_fd = pair[1];
    return true;
}

static void begin(struct oncall *oncall, int64_t mono_ms)
{
    struct err err = {""};

    oncall->begin_ms = mono_ms + AGAIN_MS;
    if (!oncall->worker)
        oncall->worker = worker_new(sizeof(struct ending));
    if (!oncall->worker)
        err_set(&err, "out of memory");
    else if (open_pipe(oncall, &err))
        (void)!worker_start(oncall->worker, deliver, oncall, oncall->hear_fd, INT64_MAX, &err);
    if (oncall->hear_fd >= 0)
        close(oncall->hear_fd);
    oncall->hear_fd = -1;
    if (err.text[0])
        log_error("notify", "%s", err.text);
}

/* Whether it was told to or not. */
static void see_end(const struct oncall *oncall)
{
    struct err err = {""};
    const struct ending *ending = worker_result(oncall->worker, "the worker", &err);
    const char *why = ending ? ending->why.text : err.text;

    if (why[0] || oncall->end_fd >= 0)
        log_error("notify", "the worker ended and is begun again: %s", why);
}

void oncall_step(struct oncall *oncall, int64_t mono_ms, int64_t *wake_ms)
{
    *wake_ms = INT64_MAX;
    if (oncall->worker && worker_step(oncall->worker, mono_ms))
        see_end(oncall);
    if (oncall->over || !oncall_is_idle(oncall) || !notify_is_needed(standing_config(oncall->standing)))
        return;
    if (mono_ms >= oncall->begin_ms)
        begin(oncall, mono_ms);
    *wake_ms = oncall->begin_ms;
}
