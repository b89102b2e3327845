/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Hands a new token to the user's own software: on_new_token gets it on standard input. */
#ifndef TTA_PROBE_HANDOVER_H
#define TTA_PROBE_HANDOVER_H

#include "base/err.h"
#include "base/secret.h"
#include "core/config.h"
#include "ext/store.h"
#include "probe/connect.h"

#include <stdint.h>

enum { HANDOVER_TIME_MS = 60 * 1000 };

struct handover {
    struct store *store;
    const struct config_app *app;
    const char *token;  /* its name */
    const char *beside; /* the token that it stands beside; "" it took that one's place */
    const char *who;    /* for the history */
    int64_t now;        /* s */
};

/* Records that the token is to be handed over, where anybody wants it: whatever happens to this process, the check
 * tells until it is done. */
void handover_expect(const struct handover *handover);
/* Runs on_new_token, which has `time_ms`, and records what came of it. HAND_FAILED with *err. */
enum connect_hand handover_run(const struct handover *handover, const struct secret *secret, int64_t time_ms,
                               struct err *err);

#endif
