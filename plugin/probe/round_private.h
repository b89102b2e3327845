/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A round's own: for the files round*.c alone. */
#ifndef TTA_PROBE_ROUND_PRIVATE_H
#define TTA_PROBE_ROUND_PRIVATE_H

#include "base/lock.h"
#include "probe/recall.h"
#include "probe/refresher.h"
#include "probe/round.h"
#include "probe/token_sweep.h"

enum { ROUND_BUSY_POLL_MS = 50 }; /* between two looks at a lock that another process holds */

/*  REFRESHING --nothing more to refresh--> SWEEPING
 *  SWEEPING --all tokens looked at, or deadline--> PUBLISHING --published, or not possible--> OVER
 *     ^  |
 *     |  +--every PUBLISH_EVERY_MS, between two tokens--> PUBLISHING
 *     +---------------------------------------------------+ */
enum round_state { ROUND_REFRESHING, ROUND_SWEEPING, ROUND_PUBLISHING, ROUND_OVER };

enum token_todo { TODO_NONE, TODO_ASK, TODO_DONE };

struct round {
    const struct env *env;
    const struct setup *setup;
    const struct config *config;
    struct round_options options;
    enum round_state state;
    struct store *store;
    struct err store_fault;
    struct err publish_fault;
    struct lock_file *locks;
    size_t *order;               /* in which the tokens take their turn */
    enum token_todo *todo;       /* by token */
    bool *locked;                /* by token: held until what came of it is published */
    bool *renewed;               /* by token: refreshed here, so what was found before is of another token */
    struct memory *memory;       /* by token: of those asked here, and without a store of all */
    bool *is_own;                /* by token: `memory` is this process's */
    char **stamp;                /* by token: of the secret's file */
    struct refresher *refresher; /* NULL: nothing is to be refreshed, or no longer */
    struct token_sweep *current;
    size_t current_token;
    int64_t published_at_ms;
    int64_t publish_pause_ms; /* before the next one of a long round */
    bool unpublished;         /* something to publish */
    int dead_api;             /* tokens in a row without any answer */
    struct round_result result;
    struct buf snapshot;
    bool last; /* this publication ends the round */
};

int64_t round_mono(const struct round *round);
int64_t round_wall_ms(const struct round *round);
/* The store is lost for the rest of the round: what was asked here stays in memory, the rest comes from the last
 * snapshot. */
void round_lose_store(struct round *round, const struct err *why);

/* Marks those that the options select. */
void round_select_tokens(struct round *round);
/* Of the files of token and app secret: another file lifts the back-off. NULL: out of memory, or no such token. */
char *round_secret_stamp(const struct round *round, size_t token);
/* Takes the next token that is free. False: none is left, or (*wake_ms set) all that are left are held by others.
 */
bool round_next_token(struct round *round, int64_t *wake_ms);
/* Counts what came of the current one. */
void round_end_token(struct round *round);
void round_unlock(struct round *round, size_t token);

/* Makes the refresher of those that are asked. False: out of memory. */
bool round_begin_refreshing(struct round *round) TTA_MUST_CHECK;
/* True: call again at once, or it is over. */
bool round_refresh(struct round *round, int64_t *wake_ms);

/* True when the published snapshot was made from the files as they are now, and nothing that was found here is
 * newer. */
bool round_is_published(const struct round *round);
/* True: done, published or not. False: another process publishes; look again at *wake_ms. */
bool round_publish(struct round *round, int64_t *wake_ms);

#endif
