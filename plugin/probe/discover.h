/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the tokens cover, held against the inventory. */
#ifndef TTA_PROBE_DISCOVER_H
#define TTA_PROBE_DISCOVER_H

#include "base/attr.h"
#include "base/err.h"
#include "probe/env.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>

struct discover;

typedef void discover_progress_fn(void *arg, size_t done, size_t total, const char *token);

struct discover_options {
    const char *app; /* NULL: all */
    discover_progress_fn *progress;
    void *progress_arg;
};

/* A token that was to be listed. */
struct discover_token {
    size_t token;   /* index into the configuration */
    bool listed;    /* its list could be read */
    size_t covered; /* advertisers on it */
    struct err why; /* why it could not be read */
};

enum discover_kind {
    DISCOVER_NEW,     /* covered, and not in the inventory of this app */
    DISCOVER_GONE,    /* in the inventory, and on the list of none of its tokens, all of which were read */
    DISCOVER_UNOWNED, /* in the inventory without an owner */
};

struct discover_item {
    enum discover_kind kind;
    size_t app;
    const char *id;
    const char *name;                    /* as TikTok has it for a new one; may be "" */
    size_t token[ADVERTISER_TOKENS_MAX]; /* those that cover a new one; else those of the inventory */
    size_t token_count;
};

/* Asks every token of discover = yes for its list, through slots of the quota. Advertisers that are retired or
 * past their until date are no items. Borrows env and setup. NULL with *err: out of memory, no such app. Tokens
 * that can't be listed are told one by one. */
struct discover *discover_run(const struct env *env, const struct setup *setup,
                              const struct discover_options *options, struct err *err) TTA_MUST_CHECK;
void discover_free(struct discover *discover);

size_t discover_tokens(const struct discover *discover, const struct discover_token **tokens);
/* Ordered by kind, then app and id. */
size_t discover_items(const struct discover *discover, const struct discover_item **items);
/* Why the store could not be used; "". */
const char *discover_store_fault(const struct discover *discover);

#endif
