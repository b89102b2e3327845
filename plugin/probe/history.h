/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What happened to one advertiser, token, app, or to the api. */
#ifndef TTA_PROBE_HISTORY_H
#define TTA_PROBE_HISTORY_H

#include "base/attr.h"
#include "base/err.h"
#include "core/config.h"
#include "ext/store.h"

#include <stdbool.h>
#include <stddef.h>

struct history_options {
    const char *id;  /* an advertiser id, the name of a token, app or client, or "api" */
    const char *app; /* NULL: any */
    size_t most;     /* events, at most */
};

/* Hands the events over, newest first. False with *err: there is no store yet, or it can't be read. */
bool history_read(const struct config *config, const struct history_options *options, store_event_fn *each,
                  void *arg, struct err *err) TTA_MUST_CHECK;

#endif
