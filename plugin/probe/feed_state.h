/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is known of a feed: "feed.NAME" in the state folder, readable by whoever reads the snapshot. */
#ifndef TTA_PROBE_FEED_STATE_H
#define TTA_PROBE_FEED_STATE_H

#include "base/attr.h"
#include "base/err.h"
#include "core/config.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { FEED_FILE_NAME_LEN = 7 }; /* "c" and six more */

/* Times are seconds since the epoch, 0 never. */
struct feed_state {
    int64_t delivered_at; /* the last one that went well */
    int64_t tried_at;
    int64_t failed_since; /* 0: the last one went well */
    char fault[ERR_TEXT_MAX];
    int64_t total, delivered, newer, missing;
    int64_t next; /* icinga2: the place of the order that the last one did not come to */
    /* nagios: our file that was begun last, whether or not it came to be */
    char dir[PATH_MAX];
    char file[FEED_FILE_NAME_LEN + 1];
    int64_t untaken_since; /* the engine has taken nothing of ours since; 0: it has */
};

/* Zeroed when there is none, or none that can be read; *err says the latter, and false is returned. */
bool feed_state_read(const struct config *config, const char *feed, struct feed_state *out, struct err *err);
bool feed_state_write(const struct config *config, const char *feed, const struct feed_state *state,
                      struct err *err) TTA_MUST_CHECK;
/* The name of a feed as part of a file's name: an ad hoc one has slashes. */
const char *feed_state_name(const char *feed, const char *prefix, char *out, size_t size);

#endif
