/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Alerts: what is told of root causes as they come, change and go. One root cause, one alert. */
#ifndef TTA_CORE_ALERT_H
#define TTA_CORE_ALERT_H

#include "base/arena.h"
#include "core/board.h"
#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A root cause, as it was told last and as it was seen last. The life of one:
 *
 *     (not there) --raised--> told: trouble --cleared--> told: OK --after notify_interval--> (not there)
 *                                 |   ^                       |
 *                                 +---+ state or cause changed +--> raised again
 *
 * A change within notify_interval of the last telling waits: the next board tells what then holds, and what went
 * by unheard is counted in `unheard`. Strings are borrowed. */
struct told {
    enum scope kind;
    const char *app; /* "" for the api */
    const char *id;
    const char *name, *owner, *client; /* as told */
    enum state state;
    enum cause cause;
    int64_t at; /* when it was told */
    bool alone; /* by an alert of its own, so that its end is told by one too; else by a summary */
    enum state seen_state;
    enum cause seen_cause;
    int64_t unheard; /* changes since then that were never told */
};

/* One thing to tell. Strings are borrowed from the board, the configuration, or the result's arena. */
struct alert {
    int64_t at;
    bool summary; /* of a board with too many changes: only changes, suppressed and note say something */
    enum scope kind;
    const char *app, *id, *name, *owner, *client;
    enum state state, old_state;
    enum cause cause, old_cause;
    bool has_code;
    int64_t code;
    const char *message, *request_id;
    enum urgency urgency;
    enum actor actor;
    const char *action;     /* who does what, short */
    const char *fix;        /* numbered steps in one line */
    const char *reauth_url; /* "" none */
    uint32_t members;       /* advertisers that it explains */
    int64_t since;
    int64_t changes;    /* summary: of this board */
    int64_t suppressed; /* changes that are not told one by one: before this one, or instead of which it stands */
    const char *note;
    size_t row;     /* alerts_find's own: its row in `put`, */
    bool was_alone; /* and how the row before was told */
};

struct alert_input {
    const struct config *config;
    const struct board *board;
    const struct verdict *api; /* as it reads now */
    const struct told *told;   /* in told_order */
    size_t told_count;
    bool baseline; /* nothing was ever told: take all as told, tell nothing */
    int64_t now;
};

struct alerts {
    struct alert *alert; /* in the order in which they are to be told */
    size_t alert_count;
    struct told *put; /* rows that are new or changed */
    size_t put_count;
    struct told *drop; /* rows that are over */
    size_t drop_count;
    struct arena arena;
};

int told_order(const struct told *a, const struct told *b);
/* NULL: out of memory. The input must outlive the result. */
struct alerts *alerts_find(const struct alert_input *input) TTA_MUST_CHECK;
void alerts_free(struct alerts *alerts);

#endif
