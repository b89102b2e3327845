/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the lists of the tokens and compares them with the inventory, app by app. */
#include "probe/discover.h"

#include "base/arena.h"
#include "core/answer.h"
#include "core/name_index.h"
#include "ext/store.h"
#include "probe/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTION_MS = 60 * 1000 };

/* One line of one token's list. */
struct line {
    size_t token;
    size_t app;
    const char *id;
    const char *name;
};

struct discover {
    const struct setup *setup;
    int64_t now; /* s */
    struct arena arena;
    struct name_index retired; /* "APP ID" */
    struct line *line;
    size_t lines, line_room;
    struct discover_token *token;
    size_t tokens;
    bool *is_listed; /* by token of the configuration */
    struct discover_item *item;
    size_t items, item_room;
    bool failed; /* out of memory */
    char store_fault[ERR_TEXT_MAX];
};

/* --- retired advertisers are neither missed nor offered ------------------------------------------------------ */

static bool add_retired(void *arg, const char *app, const char *advertiser_id, int64_t at, const char *who)
{
    struct discover *d = arg;
    const char *name = arena_printf(&d->arena, "%s %s", app, advertiser_id);

    (void)at;
    (void)who;
    if (name_index_find(&d->retired, name) == SIZE_MAX && !name_index_add(&d->retired, name, 0))
        d->failed = true;
    return !d->failed;
}

static bool is_retired(const struct discover *d, size_t app, const char *id)
{
    char name[SECTION_NAME_MAX + ADVERTISER_ID_MAX + 2];

    (void)snprintf(name, sizeof(name), "%s %s", setup_config(d->setup)->app[app].name, id); /* fits */
    return name_index_find(&d->retired, name) != SIZE_MAX;
}

static bool is_over(const struct discover *d, const struct advertiser *a)
{
    return (a->until != 0 && a->until <= d->now) || is_retired(d, a->app, a->id);
}

/* --- reading the lists --------------------------------------------------------------------------------------- */

struct reader {
    struct discover *discover;
    size_t token;
};

static bool grow(void **array, size_t *room, size_t count, size_t size)
{
    size_t more = *room ? 2 * *room : 256;
    void *bigger;

    if (count < *room)
        return true;
    bigger = reallocarray(*array, more, size);
    if (!bigger)
        return false;
    *array = bigger;
    *room = more;
    return true;
}

static bool add_line(void *arg, const char *id, const char *name)
{
    struct reader *reader = arg;
    struct discover *d = reader->discover;
    void *array = d->line;

    if (!grow(&array, &d->line_room, d->lines, sizeof(*d->line))) {
        d->failed = true;
        return false;
    }
    d->line = array;
    d->line[d->lines++] = (struct line){
        .token = reader->token,
        .app = setup_config(d->setup)->token[reader->token].app,
        .id = arena_dup(&d->arena, id),
        .name = arena_dup(&d->arena, name),
    };
    return true;
}

static void explain_answer(struct discover_token *token, const struct answer *answer)
{
    const char *lost = cause_info(answer->finding.cause)->lost;

    if (answer->has_code)
        err_set(&token->why, "%s [%lld]: %s", lost, (long long)answer->code, answer->message);
    else
        err_set(&token->why, "%s: %s", lost, answer->message);
}

static void list_token(struct discover *d, struct discover_token *token, const struct ask_options *options)
{
    struct reader reader = {.discover = d, .token = token->token};
    size_t before = d->lines;
    struct answer answer;

    if (!ask_once(options, &(struct question){.kind = ASK_LIST}, &answer, &token->why))
        return;
    if (answer.finding.class != CLASS_OK)
        explain_answer(token, &answer);
    else if (answer_each_listed(&answer, add_line, &reader, &token->why)) {
        token->listed = true;
        token->covered = d->lines - before;
        d->is_listed[token->token] = true;
    }
    answer_free(&answer);
}

/* Why a token is not listed at all; NULL: it is. */
static const char *obstacle(const struct config *config, size_t index)
{
    const struct config_token *token = &config->token[index];

    if (!token->usable || token->app >= config->app_count || !config->app[token->app].usable)
        return "its configuration has a fault: see tiktok-auth doctor";
    if (!config->app[token->app].secret_file)
        return "its app has no secret_file, and without it TikTok gives no list";
    return NULL;
}

static bool is_asked_for(const struct config *config, size_t index, const char *app)
{
    const struct config_token *token = &config->token[index];

    return token->discover &&
           (!app || (token->app < config->app_count && strcmp(config->app[token->app].name, app) == 0));
}

static bool choose_tokens(struct discover *d, const char *app)
{
    const struct config *config = setup_config(d->setup);

    d->token = calloc(config->token_count + 1, sizeof(*d->token));
    d->is_listed = calloc(config->token_count + 1, sizeof(*d->is_listed));
    if (!d->token || !d->is_listed)
        return false;
    for (size_t i = 0; i < config->token_count; i++)
        if (is_asked_for(config, i, app))
            d->token[d->tokens++].token = i;
    return true;
}

static void read_lists(struct discover *d, const struct env *env, const struct discover_options *options)
{
    const struct config *config = setup_config(d->setup);
    struct err err = {.text = ""};
    struct store *store = store_open(config->store_path, STORE_WRITE, &err);

    if (!store || !store_each_retired(store, add_retired, d, &err))
        (void)snprintf(d->store_fault, sizeof(d->store_fault), "%s", err.text); /* same size */
    for (size_t i = 0; i < d->tokens; i++) {
        struct discover_token *token = &d->token[i];
        const char *why = obstacle(config, token->token);

        if (options->progress)
            options->progress(options->progress_arg, i, d->tokens, config->token[token->token].name);
        if (why)
            err_set(&token->why, "%s", why);
        else
            list_token(d, token,
                       &(struct ask_options){.env = env,
                                             .setup = d->setup,
                                             .store = store,
                                             .token = token->token,
                                             .deadline_ms = env->mono_ms(env->ctx) + QUESTION_MS});
    }
    store_close(store);
}

/* --- comparing ----------------------------------------------------------------------------------------------- */

static int by_app_and_id(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    int order;

    if (a->app != b->app)
        return a->app < b->app ? -1 : 1;
    order = strcmp(a->id, b->id);
    if (order != 0)
        return order;
    return a->token < b->token ? -1 : a->token > b->token;
}

static int by_identity(const void *left, const void *right)
{
    const struct line *a = left, *b = right;

    if (a->app != b->app)
        return a->app < b->app ? -1 : 1;
    return strcmp(a->id, b->id);
}

static void add_item(struct discover *d, const struct discover_item *item)
{
    void *array = d->item;

    if (!grow(&array, &d->item_room, d->items, sizeof(*d->item))) {
        d->failed = true;
        return;
    }
    d->item = array;
    d->item[d->items++] = *item;
}

static void find_new(struct discover *d)
{
    const struct config *config = setup_config(d->setup);

    for (size_t i = 0; i < d->lines;) {
        const struct line *first = &d->line[i];
        struct discover_item item = {
            .kind = DISCOVER_NEW, .app = first->app, .id = first->id, .name = first->name};

        for (; i < d->lines && by_identity(first, &d->line[i]) == 0; i++) {
            bool again = item.token_count > 0 && item.token[item.token_count - 1] == d->line[i].token;

            if (!again && item.token_count < ADVERTISER_TOKENS_MAX)
                item.token[item.token_count++] = d->line[i].token;
        }
        if (!is_retired(d, item.app, item.id) &&
            !inventory_find(config, setup_inventory(d->setup), config->app[item.app].name, item.id, NULL))
            add_item(d, &item);
    }
}

static bool all_listed(const struct discover *d, const struct advertiser *a)
{
    for (size_t i = 0; i < a->token_count; i++)
        if (!d->is_listed[a->token[i]])
            return false;
    return true;
}

static void add_expected(struct discover *d, enum discover_kind kind, const struct advertiser *a)
{
    struct discover_item item = {
        .kind = kind, .app = a->app, .id = a->id, .name = a->name, .token_count = a->token_count};

    memcpy(item.token, a->token, sizeof(item.token));
    add_item(d, &item);
}

static void find_gone(struct discover *d)
{
    const struct inventory *inventory = setup_inventory(d->setup);

    for (size_t i = 0; i < inventory->count; i++) {
        const struct advertiser *a = &inventory->item[i];
        struct line key = {.app = a->app, .id = a->id};

        if (!is_over(d, a) && all_listed(d, a) &&
            !(d->lines > 0 && bsearch(&key, d->line, d->lines, sizeof(key), by_identity)))
            add_expected(d, DISCOVER_GONE, a);
    }
}

static void find_unowned(struct discover *d, const char *app)
{
    const struct inventory *inventory = setup_inventory(d->setup);

    for (size_t i = 0; i < inventory->count; i++) {
        const struct advertiser *a = &inventory->item[i];

        if (!a->owner[0] && !is_over(d, a) && (!app || strcmp(setup_config(d->setup)->app[a->app].name, app) == 0))
            add_expected(d, DISCOVER_UNOWNED, a);
    }
}

/* ------------------------------------------------------------------------------------------------------------- */

struct discover *discover_run(const struct env *env, const struct setup *setup,
                              const struct discover_options *options, struct err *err)
{
    struct discover *d;

    if (options->app && !config_find_app(setup_config(setup), options->app)) {
        err_set(err, "there is no app '%s' in the configuration", options->app);
        return NULL;
    }
    d = calloc(1, sizeof(*d));
    if (d) {
        d->setup = setup;
        d->now = env->wall_ms(env->ctx) / 1000;
        d->failed = !choose_tokens(d, options->app);
    }
    if (d && !d->failed) {
        read_lists(d, env, options);
        if (d->lines > 0)
            qsort(d->line, d->lines, sizeof(*d->line), by_app_and_id);
        find_new(d);
        find_gone(d);
        find_unowned(d, options->app);
    }
    if (!d || d->failed || d->arena.failed) {
        err_set(err, "out of memory");
        discover_free(d);
        return NULL;
    }
    return d;
}

void discover_free(struct discover *discover)
{
    if (!discover)
        return;
    arena_free(&discover->arena);
    name_index_free(&discover->retired);
    free(discover->line);
    free(discover->token);
    free(discover->is_listed);
    free(discover->item);
    free(discover);
}

size_t discover_tokens(const struct discover *discover, const struct discover_token **tokens)
{
    *tokens = discover->token;
    return discover->tokens;
}

size_t discover_items(const struct discover *discover, const struct discover_item **items)
{
    *items = discover->item;
    return discover->items;
}

const char *discover_store_fault(const struct discover *discover)
{
    return discover->store_fault;
}
