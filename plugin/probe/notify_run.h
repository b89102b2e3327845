/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The worker as a process: one at a time, until it is told to end. */
#ifndef TTA_PROBE_NOTIFY_RUN_H
#define TTA_PROBE_NOTIFY_RUN_H

#include "base/attr.h"
#include "base/err.h"
#include "core/config.h"
#include "probe/notify.h"

#include <stdbool.h>

enum notify_heard { NOTIFY_GO_ON, NOTIFY_RELOAD, NOTIFY_END };

struct notify_hooks {
    void *arg;
    int fd; /* readable: `hear` has something to hear; -1: none */
    enum notify_heard (*hear)(void *arg);
    /* The configuration to work by: asked at the beginning and after NOTIFY_RELOAD. */
    const struct config *(*config)(void *arg);
    /* About every second. `notify` NULL: another worker is at it. NULL: nobody wants to know. */
    void (*tell)(void *arg, const struct notify *notify);
};

/* Waits for the end of another worker, then delivers until it hears NOTIFY_END; what is under way then has a few
 * seconds to come to its end. False with *err: it could not begin. */
bool notify_run(const struct notify_hooks *hooks, struct err *err) TTA_MUST_CHECK;
/* Whether there is something to do for a worker: receivers, or an outbox that receivers of before have left. */
bool notify_is_needed(const struct config *config);
/* Whether a worker is at it now. False with *err as well: that can't be known. */
bool notify_is_running(const struct config *config, struct err *err) TTA_MUST_CHECK;

#endif
