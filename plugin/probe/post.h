/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A request that changes something at TikTok: in a slot of the quota, sent once and never again by itself. */
#ifndef TTA_PROBE_POST_H
#define TTA_PROBE_POST_H

#include "base/attr.h"
#include "core/answer.h"
#include "ext/store.h"
#include "probe/env.h"
#include "probe/setup.h"

#include <stddef.h>
#include <stdint.h>

/* What the caller must take for granted afterwards. */
enum post_end {
    POST_UNSENT,   /* it had no effect: no slot, no connection, or TikTok says "too many requests" */
    POST_ANSWERED, /* TikTok decided: the answer's code says how */
    POST_UNKNOWN,  /* it was sent and may have had its effect: no answer, none that can be read, a fault of TikTok
                    */
};

struct post {
    const struct env *env;
    const struct setup *setup;
    struct store *store;
    size_t app;                      /* index into the configuration: whose quota */
    const char *path;                /* "/oauth2/access_token/" */
    const struct http_param *params; /* the members of the JSON body; borrowed */
    size_t param_count;
    int64_t deadline_ms; /* mono */
};

/* Waits for a slot, sends, waits for the answer. `answer` is filled in every case, with a sentence of ours in
 * `message` where TikTok gave none or repeated a secret that was sent, and is the caller's to end with
 * answer_wipe. */
enum post_end post_once(const struct post *post, struct answer *answer) TTA_MUST_CHECK;

#endif
