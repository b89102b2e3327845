/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Merges what is remembered of all tokens into a board of verdicts, with root causes and changes. */
#ifndef TTA_CORE_MERGE_H
#define TTA_CORE_MERGE_H

#include "base/arena.h"
#include "core/board.h"
#include "core/config.h"
#include "core/inventory.h"
#include "core/memory.h"
#include "core/refresh.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A verdict of the past, as recorded when it last changed. */
struct past {
    enum scope kind;
    const char *app;
    const char *id;
    enum state state;
    enum cause cause;
    int64_t since;
    int64_t first_ok;   /* first time it was ever OK; 0 never */
    int64_t first_seen; /* first time it was judged */
};

struct retirement {
    const char *app;
    const char *id;
    int64_t at;
};

/* A new token that on_new_token has not taken. */
struct untaken {
    const char *app;
    const char *token;
    const char *why;
    int64_t since;
};

struct merge_input {
    const struct config *config;
    const struct inventory *inventory;
    const struct complaints *complaints;
    const struct memory *memory;       /* by token */
    const char *const *secret_stamp;   /* by token; NULL or "" not known */
    const struct refresh_watch *watch; /* by token; NULL: nobody looked */
    const struct past *past;           /* in past_order */
    size_t past_count;
    const struct retirement *retired; /* by app, then id as past_order has them */
    size_t retired_count;
    const struct untaken *untaken; /* few */
    size_t untaken_count;
    int64_t now;
};

/* A verdict that differs from its past, or has none. */
struct change {
    enum scope kind;
    const char *app;
    const char *id;
    const char *name;
    const struct verdict *verdict; /* on the board */
    const struct past *past;       /* NULL: judged for the first time */
    int64_t first_ok;
    int64_t first_seen;
};

struct merged {
    struct board
        board; /* borrows from the input and from the arena; store_fault, version, inputs are the caller's */
    struct verdict api; /* as it reads now: past stale_after it is not_verified */
    struct change *change;
    size_t change_count;
    const struct past **gone; /* advertisers, tokens and apps of the past that are no more */
    size_t gone_count;
    struct arena arena;
};

/* Orders by kind, app, then id (shorter first). */
int past_order(const struct past *a, const struct past *b);

/* NULL: out of memory. The input must outlive the result. */
struct merged *merge(const struct merge_input *input) TTA_MUST_CHECK;
void merged_free(struct merged *merged);

#endif
