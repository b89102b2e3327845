/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What people ask of on call: a test alert now, what waits and what could not be delivered, and that again. */
#ifndef TTA_PROBE_NOTIFY_TRY_H
#define TTA_PROBE_NOTIFY_TRY_H

#include "base/attr.h"
#include "base/err.h"
#include "core/config.h"
#include "probe/notify.h"

#include <stdbool.h>
#include <stdint.h>

struct notify_tried {
    bool taken;
    bool answered;
    const char *what;        /* "trigger" or "resolve" */
    char said[ERR_TEXT_MAX]; /* what the receiver answered, or why it was not reached */
};
typedef void notify_tried_fn(void *arg, const struct notify_tried *tried);
/* Sends a test alert to the section's receiver and, where it keeps alerts of its own, its end; past what waits.
 * False with *err: it could not be sent; true: `fn` was called for each that was. */
bool notify_try(const struct notify_env *env, const struct config *config, const struct config_notify *section,
                notify_tried_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;

/* A delivery as it lies in the outbox. */
struct notify_letter {
    int64_t id;
    bool dead;
    const char *receiver, *key, *kind;
    int64_t at; /* s */
    int64_t attempts;
    const char *fault;
};
typedef bool notify_letter_fn(void *arg, const struct notify_letter *letter);
/* Dead letters, then what waits. *spooled: notifications that are not taken in yet, *aside: files that are none.
 * No outbox yet: nothing lies in it. */
bool notify_list(const struct config *config, notify_letter_fn *fn, void *arg, size_t *spooled, size_t *aside,
                 struct err *err) TTA_MUST_CHECK;
/* Delivers a dead letter again (0: all). *again: how many, *dropped: those of which something newer was said. */
bool notify_retry(const struct config *config, int64_t id, int64_t now_ms, int64_t *again, int64_t *dropped,
                  struct err *err) TTA_MUST_CHECK;

#endif
