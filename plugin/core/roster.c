/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes the roster from configuration and inventory, app by app. */
#include "core/roster.h"

#include "base/hash.h"
#include "core/grow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char roster_platform[] = "platform";

enum { SLUG_MAX = 32 };

struct making {
    struct roster *out;
    const struct config *config;
    const struct inventory *inventory;
    const char *pattern;
    roster_retired_fn *retired;
    void *retired_arg;
    int64_t now;
    bool failed;
    size_t app;
    const char *host;
    const struct advertiser *member; /* of this app */
    size_t member_count;
    bool *member_retired;
    uint32_t *client_of;     /* by member: its client's service, ROSTER_NONE */
    uint32_t *token_service; /* by token of the configuration */
    uint32_t first_api, app_service;
};

/* Names of our own templates begin with "auth", and a hash ends in eight digits: what looks like either gets a
 * hash of its own, so that nobody's name is another object's. */
static bool looks_made(const char *slug, size_t len)
{
    return strncmp(slug, "auth", 4) == 0 ||
           (len >= 9 && slug[len - 9] == '-' && strspn(slug + len - 8, "0123456789abcdef") == 8);
}

const char *roster_slug(struct arena *arena, const char *text)
{
    char slug[SLUG_MAX + 1];
    size_t len = 0;
    uint64_t hash = hash_text(text);
    bool lost = strlen(text) > SLUG_MAX;

    for (const char *p = text; *p && len < SLUG_MAX; p++) {
        char c = *p;

        if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
            lost = true;
        }
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            slug[len++] = c;
            continue;
        }
        lost = lost || c != '-';
        if (len > 0 && slug[len - 1] != '-')
            slug[len++] = '-';
        else
            lost = true;
    }
    while (len > 0 && slug[len - 1] == '-') {
        len--;
        lost = true;
    }
    slug[len] = '\0';
    if (!lost && !looks_made(slug, len))
        return arena_dup(arena, slug);
    return arena_printf(arena, "%s%s%08x", slug, len > 0 ? "-" : "", (unsigned)((hash ^ hash >> 32) & UINT32_MAX));
}

const char *roster_owner(const struct service *service)
{
    switch (service->kind) {
    case SERVICE_API:
    case SERVICE_APP:
    case SERVICE_TOKEN:
    case SERVICE_ENDPOINT:
        return roster_platform;
    case SERVICE_CLIENT:
        return "";
    case SERVICE_ADVERTISER:
        return service->advertiser->owner[0] ? service->advertiser->owner : roster_platform;
    }
    return "";
}

static const char *host_name(struct making *making, const char *app)
{
    const char *name = arena_dup(&making->out->arena, "");

    for (const char *p = making->pattern; *p; p++) {
        if (strncmp(p, "{app}", 5) == 0) {
            name = arena_printf(&making->out->arena, "%s%s", name, app);
            p += 4;
        } else {
            name = arena_printf(&making->out->arena, "%s%c", name, *p);
        }
    }
    return name;
}

/* A token that is CRITICAL because its refresh token nears its end works on for days: what is lost under it
 * meanwhile must be heard, so it silences nobody. */
static bool alarms_early(const struct config *config, size_t token)
{
    int severity = config->severity[CAUSE_REFRESH_DUE];

    return config->token[token].kind == TOKEN_TT_USER &&
           (severity < 0 || severity == STATE_CRITICAL || severity == STATE_UNKNOWN);
}

/* Adds a service; its parents follow by stand_below. ROSTER_NONE: out of memory. */
static uint32_t add(struct making *making, enum service_kind kind, const char *name, const char *root)
{
    struct roster *roster = making->out;
    struct service *grown = grow_by_one(roster->item, roster->count, sizeof(*grown));

    if (!grown) {
        making->failed = true;
        return ROSTER_NONE;
    }
    roster->item = grown;
    roster->item[roster->count] = (struct service){
        .kind = kind,
        .app = making->app,
        .host = making->host,
        .name = name,
        .root = root,
        .token = SIZE_MAX,
        .first = (uint32_t)roster->parent_count,
    };
    return (uint32_t)roster->count++;
}

/* The service that was added last stands below this one. */
static void stand_below(struct making *making, uint32_t parent)
{
    struct roster *roster = making->out;
    uint32_t *grown;

    if (parent == ROSTER_NONE || making->failed)
        return;
    grown = grow_by_one(roster->parent, roster->parent_count, sizeof(*grown));
    if (!grown) {
        making->failed = true;
        return;
    }
    roster->parent = grown;
    roster->parent[roster->parent_count++] = parent;
    roster->item[roster->count - 1].count++;
}

static void stand_below_token(struct making *making, size_t token)
{
    stand_below(making, alarms_early(making->config, token) ? making->app_service : making->token_service[token]);
}

static void add_tokens(struct making *making)
{
    const struct config *config = making->config;

    for (size_t t = 0; t < config->token_count; t++) {
        const char *name = config->token[t].name;

        if (config->token[t].app != making->app)
            continue;
        making->token_service[t] =
            add(making, SERVICE_TOKEN, arena_printf(&making->out->arena, "token-%s", name), name);
        stand_below(making, making->app_service);
        if (!making->failed)
            making->out->item[making->token_service[t]].token = t;
    }
}

/* --- endpoints ------------------------------------------------------------------------------------------------
 */

/* Without the slashes at its end. */
static size_t path_len(const char *path)
{
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/')
        len--;
    return len;
}

/* "token-NAME/path/of/endpoint" */
static const char *endpoint_name(struct making *making, size_t token, const struct permission *permission)
{
    size_t len = path_len(permission->path);

    return arena_printf(&making->out->arena, "token-%s%.*s", making->config->token[token].name, (int)len,
                        permission->path);
}

/* The service of this endpoint among those from `first` on; ROSTER_NONE: none. Two spellings with and without a
 * slash at the end are one service. */
static uint32_t find_endpoint(const struct making *making, size_t first, size_t token, const char *path)
{
    const struct roster *roster = making->out;

    for (size_t i = first; i < roster->count && roster->item[i].kind == SERVICE_ENDPOINT; i++) {
        const char *space = strrchr(roster->item[i].root, ' ');

        if (roster->item[i].token == token && space && path_len(space + 1) == path_len(path) &&
            strncmp(space + 1, path, path_len(path)) == 0)
            return (uint32_t)i;
    }
    return ROSTER_NONE;
}

static void add_needed(struct making *making, size_t first, size_t token, const struct permissions *needed)
{
    for (size_t k = 0; k < needed->count && !making->failed; k++) {
        const struct permission *permission = &needed->item[k];
        uint32_t at;

        /* What only a POST could show has no state. */
        if (strcmp(permission->method, "GET") != 0 ||
            find_endpoint(making, first, token, permission->path) != ROSTER_NONE)
            continue;
        at = add(
            making, SERVICE_ENDPOINT, endpoint_name(making, token, permission),
            arena_printf(&making->out->arena, "%s GET %s", making->config->token[token].name, permission->path));
        stand_below_token(making, token);
        if (!making->failed)
            making->out->item[at].token = token;
    }
}

static void add_endpoints(struct making *making)
{
    const struct config *config = making->config;

    for (size_t t = 0; t < config->token_count; t++) {
        size_t first = making->out->count, count;
        const uint32_t *index;

        if (config->token[t].app != making->app)
            continue;
        add_needed(making, first, t, &config->token[t].required);
        index = inventory_of_token(making->inventory, t, &count);
        for (size_t i = 0; i < count; i++)
            add_needed(making, first, t, &making->inventory->item[index[i]].required);
    }
}

/* --- clients --------------------------------------------------------------------------------------------------
 */

static int client_order(const void *a, const void *b, void *arg)
{
    const struct making *making = arg;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int order = strcmp(making->member[x].client, making->member[y].client);

    return order ? order : (x > y) - (x < y);
}

static void add_clients(struct making *making)
{
    uint32_t *index = calloc(making->member_count + 1, sizeof(*index));
    size_t count = 0;

    if (!index) {
        making->failed = true;
        return;
    }
    for (size_t i = 0; i < making->member_count; i++)
        if (making->member[i].client[0])
            index[count++] = (uint32_t)i;
    qsort_r(index, count, sizeof(*index), client_order, making);
    for (size_t first = 0, next; first < count && !making->failed; first = next) {
        const char *client = making->member[index[first]].client;
        size_t active = 0;
        uint32_t at;

        for (next = first; next < count && strcmp(making->member[index[next]].client, client) == 0; next++)
            active += !making->member_retired[index[next]];
        if (next - first < 2)
            continue;
        at = add(making, SERVICE_CLIENT,
                 arena_printf(&making->out->arena, "client-%s", roster_slug(&making->out->arena, client)), client);
        stand_below(making, making->app_service);
        if (making->failed)
            break;
        making->out->item[at].retired = active < 2;
        for (size_t k = first; k < next; k++)
            making->client_of[index[k]] = at;
    }
    free(index);
}

/* --- advertisers ----------------------------------------------------------------------------------------------
 */

static void stand_below_endpoints(struct making *making, size_t endpoints, size_t token,
                                  const struct permissions *needed)
{
    for (size_t k = 0; k < needed->count; k++) {
        uint32_t at;

        if (strcmp(needed->item[k].method, "GET") != 0)
            continue;
        at = find_endpoint(making, endpoints, token, needed->item[k].path);
        /* Asked for by both token and advertiser: one parent. */
        if (at != ROSTER_NONE) {
            const struct roster *roster = making->out;
            const struct service *service = &roster->item[roster->count - 1];
            uint32_t p = 0;

            while (p < service->count && roster->parent[service->first + p] != at)
                p++;
            if (p == service->count)
                stand_below(making, at);
        }
    }
}

static void add_advertisers(struct making *making, size_t endpoints)
{
    for (size_t i = 0; i < making->member_count && !making->failed; i++) {
        const struct advertiser *member = &making->member[i];
        uint32_t at = add(making, SERVICE_ADVERTISER, member->id, member->id);

        if (making->failed)
            return;
        making->out->item[at].advertiser = member;
        making->out->item[at].retired = making->member_retired[i];
        if (member->token_count == 1) {
            size_t token = member->token[0];

            stand_below_token(making, token);
            stand_below_endpoints(making, endpoints, token, &making->config->token[token].required);
            stand_below_endpoints(making, endpoints, token, &member->required);
        } else {
            stand_below(making, making->app_service);
        }
        stand_below(making, making->client_of[i]);
    }
}

/* The members of the app lie together in the inventory. */
static bool find_members(struct making *making)
{
    const struct inventory *inventory = making->inventory;
    size_t first = 0;

    while (first < inventory->count && inventory->item[first].app != making->app)
        first++;
    making->member = inventory->item + first;
    making->member_count = 0;
    while (first + making->member_count < inventory->count &&
           making->member[making->member_count].app == making->app)
        making->member_count++;
    making->member_retired = calloc(making->member_count + 1, sizeof(*making->member_retired));
    making->client_of = calloc(making->member_count + 1, sizeof(*making->client_of));
    if (!making->member_retired || !making->client_of)
        return false;
    for (size_t i = 0; i < making->member_count; i++) {
        const struct advertiser *member = &making->member[i];

        making->client_of[i] = ROSTER_NONE;
        making->member_retired[i] =
            (member->until > 0 && making->now >= member->until) ||
            making->retired(making->retired_arg, making->config->app[making->app].name, member->id);
    }
    return true;
}

static void add_app(struct making *making)
{
    const char *name = making->config->app[making->app].name;
    uint32_t api;
    size_t endpoints;

    making->host = host_name(making, name);
    if (find_members(making)) {
        api = add(making, SERVICE_API, "api", "");
        stand_below(making, making->first_api);
        if (making->first_api == ROSTER_NONE)
            making->first_api = api;
        making->app_service = add(making, SERVICE_APP, "app", name);
        stand_below(making, api);
        add_tokens(making);
        endpoints = making->out->count;
        add_endpoints(making);
        add_clients(making);
        add_advertisers(making, endpoints);
    } else {
        making->failed = true;
    }
    free(making->member_retired);
    free(making->client_of);
    making->member_retired = NULL;
    making->client_of = NULL;
}

bool roster_make(const struct config *config, const struct inventory *inventory, const char *host,
                 roster_retired_fn *retired, void *arg, int64_t now, struct roster *out)
{
    struct making making = {
        .out = out,
        .config = config,
        .inventory = inventory,
        .pattern = host,
        .retired = retired,
        .retired_arg = arg,
        .now = now,
        .first_api = ROSTER_NONE,
    };

    *out = (struct roster){0};
    making.token_service = calloc(config->token_count + 1, sizeof(*making.token_service));
    if (!making.token_service)
        return false;
    for (size_t t = 0; t < config->token_count; t++)
        making.token_service[t] = ROSTER_NONE;
    for (size_t a = 0; a < config->app_count && !making.failed; a++) {
        making.app = a;
        add_app(&making);
    }
    free(making.token_service);
    return !making.failed && !out->arena.failed;
}

void roster_free(struct roster *roster)
{
    free(roster->item);
    free(roster->parent);
    arena_free(&roster->arena);
    *roster = (struct roster){0};
}
