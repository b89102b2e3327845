/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Hands the passive results of the newest snapshot to a monitoring engine.
 *
 * Nothing is queued: a delivery is always the whole roster as it reads now. What is kept, in "feed.NAME" beside
 * the store, is what became of the last one. */
#ifndef TTA_PROBE_FEED_H
#define TTA_PROBE_FEED_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/config.h"
#include "core/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

/* Plain bytes, so that it passes through a pipe. */
struct feed_outcome {
    bool ok;                           /* all that the engine has of the roster are there, these or newer ones */
    bool busy;                         /* another process is delivering: nothing was done */
    int64_t total;                     /* results there are */
    int64_t delivered, newer, missing; /* newer: another feeder's stand; missing: not in the engine */
    char text[ERR_TEXT_MAX];           /* "10000 of 10000 results delivered", or what is wrong */
};

/* What is fed: configuration and inventory as the last sweep accepted them, without secrets and without running a
 * [tokens] command. */
struct feed_ground;
/* From the file, or from `config_text` (NULL: none), the text that was accepted. NULL with *err. */
struct feed_ground *feed_ground_load(const char *config_path, const struct buf *config_text,
                                     struct err *err) TTA_MUST_CHECK;
void feed_ground_free(struct feed_ground *ground);
const struct config *feed_ground_config(const struct feed_ground *ground);

/* The feed that "nagios:DIR" names, until feed_adhoc_free. False with *err: it names none. */
bool feed_adhoc(const char *text, struct config_feed *out, struct err *err) TTA_MUST_CHECK;
void feed_adhoc_free(struct config_feed *feed);
bool feed_is_adhoc(const char *name);

/* Delivers, until the deadline (mono) at the latest. `snapshot` NULL: the published one. */
void feed_deliver(const struct feed_ground *ground, const struct config_feed *feed,
                  const struct snapshot *snapshot, int64_t deadline_ms, struct feed_outcome *out);

#endif
