/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The inventory: the advertisers that we expect to be authorized. */
#ifndef TTA_CORE_INVENTORY_H
#define TTA_CORE_INVENTORY_H

#include "base/buf.h"
#include "base/parse.h"
#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADVERTISER_TOKENS_MAX = 16 };

/* One advertiser under one app: identity is (app, id). */
struct advertiser {
    char id[ADVERTISER_ID_MAX + 1];
    char *name;                          /* "" not given */
    char *owner;                         /* "" not given */
    char *client;                        /* "" not given */
    size_t app;                          /* index into config->app */
    size_t token[ADVERTISER_TOKENS_MAX]; /* indices into config->token, all of this app */
    size_t token_count;
    int64_t until;               /* first second after its last day; 0 = no end */
    struct permissions required; /* its own; its tokens' come on top */
};

struct inventory {
    struct advertiser *item; /* ordered by app name, then id as bytes with shorter ids first */
    size_t count;
    uint32_t *by_token;  /* indices into item, token after token, each token's in the order of ids */
    size_t *token_first; /* by token: where its indices begin in by_token; one more behind the last */
};

/* Building: create, feed each CSV text and then the config's own [advertiser] sections (inventory_finish does
 * that), finish. A row that names tokens of two apps becomes one advertiser under each. A row with no known token,
 * a bad id, a missing column, an id a second time (same app) is complained about (SUBJECT_ADVERTISER where an id
 * can be made out) and left out; the rest stands. Columns: advertiser_id, name, token, owner; optional client,
 * until, required_permissions; their order is the header line's; an unknown column is complained about once and
 * ignored. */
struct inventory_builder;
struct inventory_builder *inventory_begin(const struct config *config,
                                          struct complaints *complaints) TTA_MUST_CHECK;
void inventory_csv(struct inventory_builder *builder, const char *file, const char *text, size_t len);
/* NULL: out of memory. Frees the builder either way. */
struct inventory *inventory_finish(struct inventory_builder *builder) TTA_MUST_CHECK;
void inventory_free(struct inventory *inventory);

/* Indices into item of the advertisers that name this token, in the order of ids; borrowed. */
const uint32_t *inventory_of_token(const struct inventory *inventory, size_t token, size_t *count);

/* The first advertiser of this id (any app, or the named app); NULL: none. *more tells, where given, that another
 * app has it too. */
const struct advertiser *inventory_find(const struct config *config, const struct inventory *inventory,
                                        const char *app, const char *id, bool *more);
/* Writes header and rows as CSV that reads back to the same inventory. */
bool inventory_write_csv(const struct config *config, const struct inventory *inventory, struct buf *out);
/* True when going from `before` to `after` advertisers is more than 10 % at once. */
bool inventory_shrinks(size_t before, size_t after);

#endif
