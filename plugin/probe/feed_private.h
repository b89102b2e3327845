/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the two ways of delivery share. Only feed*.c and doctor_feed.c include this. */
#ifndef TTA_PROBE_FEED_PRIVATE_H
#define TTA_PROBE_FEED_PRIVATE_H

#include "base/attr.h"
#include "core/feed.h"
#include "core/inventory.h"
#include "probe/env.h"
#include "probe/feed.h"
#include "probe/feed_state.h"

#include <stdbool.h>
#include <stdint.h>

/* feed_ground.c's to fill. */
struct feed_ground {
    struct config *config;
    struct inventory *inventory;
    struct complaints complaints;
};

struct feed_job {
    const struct config *config;
    const struct config_feed *target;
    struct feed *feed;
    struct feed_state *state;
    int64_t now;         /* s: what the results are judged at, and say of themselves */
    int64_t slack_s;     /* how much newer than its evidence a result may call itself */
    int64_t deadline_ms; /* mono */
    struct feed_outcome *out;
};

/* Each fills out->text, ok and counts. */
void feed_spool_deliver(struct feed_job *job);
void feed_rest_deliver(struct feed_job *job);
/* The same through this environment. */
void feed_rest_send(struct feed_job *job, const struct env *env);

/* Whether results could be handed over through this folder, and read by its owner. False with *err, naming folder,
 * user and group. */
bool feed_spool_usable(const char *dir, struct err *err) TTA_MUST_CHECK;
/* Whether our file of this state still lies there. */
bool feed_spool_is_untaken(const struct feed_state *state);

#endif
