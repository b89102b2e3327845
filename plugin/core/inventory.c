/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The inventory's life: rows collected, sorted once, duplicates found side by side; then searched by bisection. */
#include "core/inventory.h"

#include "core/inventory_build.h"

#include <stdlib.h>
#include <string.h>

static void free_advertiser(struct advertiser *advertiser)
{
    free(advertiser->name);
    free(advertiser->owner);
    free(advertiser->client);
    permissions_free(&advertiser->required);
}

struct ranked {
    const char *name;
    size_t app;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct ranked *)a)->name, ((const struct ranked *)b)->name);
}

/* Per app of the config, its place in the order of names. NULL: out of memory. */
static size_t *rank_apps(const struct config *config)
{
    size_t *rank = calloc(config->app_count + 1, sizeof(*rank));
    struct ranked *app = calloc(config->app_count + 1, sizeof(*app));

    if (rank && app) {
        for (size_t i = 0; i < config->app_count; i++)
            app[i] = (struct ranked){config->app[i].name, i};
        qsort(app, config->app_count, sizeof(*app), by_name);
        for (size_t i = 0; i < config->app_count; i++)
            rank[app[i].app] = i;
    } else {
        free(rank);
        rank = NULL;
    }
    free(app);
    return rank;
}

struct inventory_builder *inventory_begin(const struct config *config, struct complaints *complaints)
{
    struct inventory_builder *builder = calloc(1, sizeof(*builder));

    if (!builder)
        return NULL;
    builder->config = config;
    builder->complaints = complaints;
    builder->app_rank = rank_apps(config);
    if (!builder->app_rank) {
        free(builder);
        return NULL;
    }
    return builder;
}

/* The rows whose advertisers went into an inventory must hold none any more. */
static void free_builder(struct inventory_builder *builder)
{
    for (size_t i = 0; i < builder->count; i++)
        free_advertiser(&builder->row[i].advertiser);
    for (size_t i = 0; i < builder->files; i++)
        free(builder->file[i]);
    free(builder->row);
    free(builder->file);
    free(builder->app_rank);
    free(builder);
}

static void add_sections(struct inventory_builder *builder)
{
    const struct config *config = builder->config;

    for (size_t i = 0; i < config->advertiser_count; i++) {
        const struct config_advertiser *a = &config->advertiser[i];

        inventory_add_row(builder, &(struct row_text){config->path, a->line, a->id, a->name, a->tokens, a->owner,
                                                      a->client, a->until, a->required});
    }
}

static int compare_ids(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);

    return a_len != b_len ? (a_len > b_len) - (a_len < b_len) : memcmp(a, b, a_len);
}

static int by_app_and_id(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    int ids;

    if (x->app_rank != y->app_rank)
        return x->app_rank < y->app_rank ? -1 : 1;
    ids = compare_ids(x->advertiser.id, y->advertiser.id);
    if (ids != 0)
        return ids;
    return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

static bool is_same(const struct row *a, const struct row *b)
{
    return a->app_rank == b->app_rank && strcmp(a->advertiser.id, b->advertiser.id) == 0;
}

/* Moves the advertisers of sorted rows over, the first of each only. */
static void take_rows(struct inventory_builder *builder, struct inventory *out)
{
    const struct row *first = NULL;

    for (size_t i = 0; i < builder->count; i++) {
        struct row *row = &builder->row[i];

        if (first && is_same(first, row)) {
            complain(builder->complaints, row->file, row->line, SUBJECT_ADVERTISER, row->advertiser.id,
                     "advertiser %s is listed a second time under app %s (first in %s line %u); the first stands",
                     row->advertiser.id, builder->config->app[row->advertiser.app].name, first->file, first->line);
            continue;
        }
        first = row;
        out->item[out->count++] = row->advertiser;
        row->advertiser.name = row->advertiser.owner = row->advertiser.client = NULL;
        row->advertiser.required = (struct permissions){0};
    }
}

static struct advertiser *find_sorted(const struct config *config, const struct inventory *inventory, size_t app,
                                      const char *id);

static void add_token(struct advertiser *advertiser, size_t token)
{
    for (size_t i = 0; i < advertiser->token_count; i++)
        if (advertiser->token[i] == token)
            return;
    if (advertiser->token_count < ADVERTISER_TOKENS_MAX)
        advertiser->token[advertiser->token_count++] = token;
}

/* Adds the tokens that cover an advertiser though its row does not say so. */
static void bind_tokens(const struct config *config, struct inventory *inventory)
{
    for (size_t t = 0; t < config->token_count; t++) {
        const struct config_token *token = &config->token[t];

        for (size_t i = 0; i < token->bound_count && token->app != SIZE_MAX; i++) {
            struct advertiser *advertiser = find_sorted(config, inventory, token->app, token->bound[i]);

            if (advertiser)
                add_token(advertiser, t);
        }
    }
}

/* A counting sort of the rows by token: whoever asks for a token's rows need not look at the others'. */
static bool index_by_token(struct inventory *inventory, size_t tokens)
{
    size_t total = 0;

    inventory->token_first = calloc(tokens + 1, sizeof(*inventory->token_first));
    for (size_t i = 0; i < inventory->count; i++)
        total += inventory->item[i].token_count;
    inventory->by_token = calloc(total + 1, sizeof(*inventory->by_token));
    if (!inventory->token_first || !inventory->by_token)
        return false;
    for (size_t i = 0; i < inventory->count; i++)
        for (size_t k = 0; k < inventory->item[i].token_count; k++)
            inventory->token_first[inventory->item[i].token[k] + 1]++;
    for (size_t t = 0; t < tokens; t++)
        inventory->token_first[t + 1] += inventory->token_first[t];
    /* Filled from behind, each token's end moves down to its beginning. */
    for (size_t i = inventory->count; i-- > 0;) {
        for (size_t k = 0; k < inventory->item[i].token_count; k++) {
            size_t t = inventory->item[i].token[k];

            inventory->by_token[--inventory->token_first[t + 1]] = (uint32_t)i;
        }
    }
    for (size_t t = 0; t < tokens; t++)
        inventory->token_first[t] = inventory->token_first[t + 1];
    inventory->token_first[tokens] = total;
    return true;
}

const uint32_t *inventory_of_token(const struct inventory *inventory, size_t token, size_t *count)
{
    *count = inventory->token_first[token + 1] - inventory->token_first[token];
    return inventory->by_token + inventory->token_first[token];
}

struct inventory *inventory_finish(struct inventory_builder *builder)
{
    struct inventory *inventory = calloc(1, sizeof(*inventory));

    add_sections(builder);
    if (inventory)
        inventory->item = calloc(builder->count + 1, sizeof(*inventory->item));
    if (!inventory || !inventory->item || builder->no_memory) {
        free_builder(builder);
        inventory_free(inventory);
        return NULL;
    }
    if (builder->count > 0)
        qsort(builder->row, builder->count, sizeof(*builder->row), by_app_and_id);
    take_rows(builder, inventory);
    bind_tokens(builder->config, inventory);
    if (!index_by_token(inventory, builder->config->token_count)) {
        inventory_free(inventory);
        inventory = NULL;
    }
    free_builder(builder);
    return inventory;
}

void inventory_free(struct inventory *inventory)
{
    if (!inventory)
        return;
    for (size_t i = 0; i < inventory->count; i++)
        free_advertiser(&inventory->item[i]);
    free(inventory->item);
    free(inventory->by_token);
    free(inventory->token_first);
    free(inventory);
}

static const char *app_name_of(const struct config *config, const struct advertiser *advertiser)
{
    return config->app[advertiser->app].name;
}

/* The first item from `begin` on that is not before (app, id); id NULL: that is behind the whole app. */
static size_t bisect(const struct config *config, const struct inventory *inventory, size_t begin, const char *app,
                     const char *id)
{
    size_t end = inventory->count;

    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        const struct advertiser *item = &inventory->item[middle];
        int order = strcmp(app_name_of(config, item), app);

        if (order == 0)
            order = id ? compare_ids(item->id, id) : -1;
        if (order < 0)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

static struct advertiser *find_sorted(const struct config *config, const struct inventory *inventory, size_t app,
                                      const char *id)
{
    size_t at = bisect(config, inventory, 0, config->app[app].name, id);
    struct advertiser *item = &inventory->item[at];

    return at < inventory->count && item->app == app && strcmp(item->id, id) == 0 ? item : NULL;
}

const struct advertiser *inventory_find(const struct config *config, const struct inventory *inventory,
                                        const char *app, const char *id, bool *more)
{
    const struct advertiser *found = NULL;
    bool other = false;

    /* One step per app of the inventory: they are few. */
    for (size_t i = 0; i < inventory->count;) {
        const char *here = app_name_of(config, &inventory->item[i]);
        size_t at = bisect(config, inventory, i, here, id);

        if (at < inventory->count && strcmp(app_name_of(config, &inventory->item[at]), here) == 0 &&
            strcmp(inventory->item[at].id, id) == 0) {
            if (!found && (!app || strcmp(app, here) == 0))
                found = &inventory->item[at];
            else
                other = true;
        }
        i = bisect(config, inventory, at, here, NULL);
    }
    if (more)
        *more = found && other;
    return found;
}

bool inventory_shrinks(size_t before, size_t after)
{
    return after < before && before - after > before / 10;
}
