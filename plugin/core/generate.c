/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Works out who is called for what, and the texts of a service. */
#include "core/generate.h"

#include "base/text.h"
#include "core/cause.h"
#include "core/config_value.h"
#include "core/plan.h"
#include "core/reauth_link.h"
#include "core/reauth_url.h"

#include <stdlib.h>
#include <string.h>

enum {
    FRESH_ROUNDS = 3,
    /* Engines look for what has grown too old every 60 s, and need a moment more to ask and to take the answer. */
    NOTICE_S = 90,
    NAME_SHOWN_MAX = 64,
    TOKENS_SHOWN_MAX = 200,
    NOTE_SHOWN_MAX = 100
};

static const struct service *service_at(const struct generate *g, size_t service)
{
    return &g->given.roster->item[service];
}

bool generate_has(const struct generate *g, size_t service)
{
    return !service_at(g, service)->retired;
}

bool generate_is_first_api(const struct generate *g, size_t service)
{
    return service_at(g, service)->kind == SERVICE_API && service_at(g, service)->count == 0;
}

int64_t generate_fresh_s(const struct generate *g, size_t service)
{
    return generate_is_first_api(g, service) ? g->fresh_api_s : g->fresh_s;
}

bool generate_warning_explains(const struct generate *g, size_t service)
{
    const struct config *config = g->given.config;

    switch (service_at(g, service)->kind) {
    case SERVICE_API:
        return false;
    case SERVICE_APP:
    case SERVICE_TOKEN:
        break;
    case SERVICE_ENDPOINT:
    case SERVICE_CLIENT:
    case SERVICE_ADVERTISER:
        return true;
    }
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        const struct cause_info *info = cause_info((enum cause)cause);

        if ((info->class == CLASS_TOKEN || info->class == CLASS_APP) && info->state == STATE_CRITICAL &&
            config_state_of(config, (enum cause)cause) == STATE_WARNING)
            return true;
    }
    return false;
}

bool generate_is_urgent(const struct generate *g, size_t service)
{
    switch (service_at(g, service)->kind) {
    case SERVICE_API:
    case SERVICE_APP:
    case SERVICE_TOKEN:
        return true;
    case SERVICE_ENDPOINT:
    case SERVICE_CLIENT:
    case SERVICE_ADVERTISER:
        return false;
    }
    return true;
}

/* --- who is called ------------------------------------------------------------------------------------------- */

static int name_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void fill_owner(struct generate *g, const char *name, struct generate_owner *out)
{
    const struct config_owner *given = config_find_owner(g->given.config, name);
    struct err err;

    out->name = name;
    out->slug = roster_slug(&g->arena, name);
    if (given && given->email)
        out->email = given->email;
    else if (value_is_email(name))
        out->email = name;
    out->has_hours = given && given->hours && hours_read(given->hours, &out->hours, &err);
}

static bool find_owners(struct generate *g)
{
    const struct roster *roster = g->given.roster;
    const char **name = calloc(roster->count + 1, sizeof(*name));
    size_t count = 0;

    if (!name)
        return false;
    name[count++] = roster_platform;
    for (size_t i = 0; i < roster->count; i++)
        if (roster->item[i].kind == SERVICE_ADVERTISER && generate_has(g, i))
            name[count++] = roster_owner(&roster->item[i]);
    qsort(name, count, sizeof(*name), name_order);
    g->owner = calloc(count, sizeof(*g->owner));
    for (size_t i = 0; g->owner && i < count; i++)
        if (i == 0 || strcmp(name[i], name[i - 1]) != 0)
            fill_owner(g, name[i], &g->owner[g->owner_count++]);
    free(name);
    return g->owner != NULL;
}

static int owner_order(const void *key, const void *owner)
{
    return strcmp(key, ((const struct generate_owner *)owner)->name);
}

static uint32_t find_owner(const struct generate *g, const char *name)
{
    const struct generate_owner *found = bsearch(name, g->owner, g->owner_count, sizeof(*g->owner), owner_order);

    return found ? (uint32_t)(found - g->owner) : ROSTER_NONE;
}

struct call_pair {
    uint32_t service, owner;
};

static int pair_order(const void *a, const void *b)
{
    const struct call_pair *x = a, *y = b;

    if (x->service != y->service)
        return x->service < y->service ? -1 : 1;
    return (x->owner > y->owner) - (x->owner < y->owner);
}

/* Each service with its owner; the owner of an advertiser is called for its client, too. */
static size_t add_pairs(const struct generate *g, struct call_pair *pair)
{
    const struct roster *roster = g->given.roster;
    size_t count = 0;

    for (uint32_t i = 0; i < roster->count; i++) {
        const struct service *service = &roster->item[i];
        uint32_t owner;

        if (service->retired || service->kind == SERVICE_CLIENT)
            continue;
        owner = find_owner(g, roster_owner(service));
        pair[count++] = (struct call_pair){i, owner};
        for (uint32_t p = 0; service->kind == SERVICE_ADVERTISER && p < service->count; p++) {
            uint32_t parent = roster->parent[service->first + p];

            if (roster->item[parent].kind == SERVICE_CLIENT)
                pair[count++] = (struct call_pair){parent, owner};
        }
    }
    return count;
}

static bool find_called(struct generate *g)
{
    const struct roster *roster = g->given.roster;
    struct call_pair *pair = calloc(2 * roster->count + 1, sizeof(*pair));
    size_t pairs, count = 0, next = 0;

    g->called = calloc(2 * roster->count + 1, sizeof(*g->called));
    g->called_first = calloc(roster->count + 1, sizeof(*g->called_first));
    if (pair && g->called && g->called_first) {
        pairs = add_pairs(g, pair);
        qsort(pair, pairs, sizeof(*pair), pair_order);
        for (size_t i = 0; i < roster->count; i++) {
            g->called_first[i] = count;
            for (; next < pairs && pair[next].service == i; next++)
                if (count == g->called_first[i] || g->called[count - 1] != pair[next].owner)
                    g->called[count++] = pair[next].owner;
        }
        g->called_first[roster->count] = count;
    }
    free(pair);
    return pair && g->called && g->called_first;
}

const uint32_t *generate_called(const struct generate *g, size_t service, size_t *count)
{
    *count = g->called_first[service + 1] - g->called_first[service];
    return g->called + g->called_first[service];
}

const struct generate_owner *generate_hours_of(const struct generate *g, size_t service)
{
    size_t count;
    const uint32_t *owner = generate_called(g, service, &count);

    return count == 1 && g->owner[owner[0]].has_hours ? &g->owner[owner[0]] : NULL;
}

bool generate_make(const struct generate_options *options, struct generate *out)
{
    int64_t round_s = plan_real_interval_s(options->config, options->inventory);

    *out = (struct generate){.given = *options};
    out->fresh_api_s = FRESH_ROUNDS * round_s;
    out->fresh_s = out->fresh_api_s + (out->fresh_api_s > NOTICE_S ? out->fresh_api_s : NOTICE_S);
    return find_owners(out) && find_called(out) && !out->arena.failed;
}

void generate_free(struct generate *g)
{
    free(g->owner);
    free(g->called);
    free(g->called_first);
    arena_free(&g->arena);
    *g = (struct generate){.owner = NULL};
}

/* --- texts --------------------------------------------------------------------------------------------------- */

static void plain(struct buf *out, const char *text, size_t max)
{
    text_plain(out, text, strlen(text), max);
}

void generate_tokens(const struct generate *g, size_t service, struct buf *out)
{
    const struct service *s = service_at(g, service);
    const struct config_token *token = g->given.config->token;
    struct buf names;

    if (s->token != SIZE_MAX)
        buf_str(out, token[s->token].name);
    if (!s->advertiser)
        return;
    buf_init(&names, ADVERTISER_TOKENS_MAX * 64);
    for (size_t i = 0; i < s->advertiser->token_count; i++)
        buf_printf(&names, "%s%s", i > 0 ? " " : "", token[s->advertiser->token[i]].name);
    plain(out, buf_text(&names), TOKENS_SHOWN_MAX);
    buf_free(&names);
}

void generate_client(const struct generate *g, size_t service, struct buf *out)
{
    const struct service *s = service_at(g, service);

    plain(out, s->advertiser ? s->advertiser->client : s->kind == SERVICE_CLIENT ? s->root : "", NOTE_SHOWN_MAX);
}

void generate_owner_name(const struct generate_owner *owner, struct buf *out)
{
    size_t before = buf_len(out);

    plain(out, owner->name, NAME_SHOWN_MAX);
    if (buf_len(out) == before)
        buf_str(out, owner->slug);
}

void generate_display_name(const struct generate *g, size_t service, struct buf *out)
{
    const struct service *s = service_at(g, service);
    size_t before = buf_len(out);

    switch (s->kind) {
    case SERVICE_API:
        buf_str(out, "TikTok API");
        return;
    case SERVICE_APP:
        buf_str(out, "app ");
        break;
    case SERVICE_TOKEN:
        buf_str(out, "token ");
        break;
    case SERVICE_ENDPOINT:
        buf_str(out, "endpoint ");
        break;
    case SERVICE_CLIENT:
        buf_str(out, "client ");
        break;
    case SERVICE_ADVERTISER:
        plain(out, s->advertiser->name, NAME_SHOWN_MAX);
        buf_printf(out, buf_len(out) > before ? " (%s)" : "%s", s->name);
        return;
    }
    plain(out, s->root, NAME_SHOWN_MAX + NAME_SHOWN_MAX);
}

static enum grantor grantor_of(const struct generate *g, const struct service *s)
{
    size_t token = s->advertiser ? s->advertiser->token[0] : s->token;

    return token < g->given.config->token_count ? g->given.config->token[token].granted_by : GRANTED_BY_CLIENT;
}

/* The loss that a service mostly tells of. */
static enum cause cause_of(enum service_kind kind)
{
    switch (kind) {
    case SERVICE_API:
        return CAUSE_NOT_VERIFIED;
    case SERVICE_APP:
        return CAUSE_APP_BLOCKED;
    case SERVICE_TOKEN:
        return CAUSE_TOKEN_REVOKED;
    case SERVICE_ENDPOINT:
        return CAUSE_ENDPOINT_PERMISSION;
    case SERVICE_CLIENT:
    case SERVICE_ADVERTISER:
        return CAUSE_REVOKED;
    }
    return CAUSE_UNKNOWN;
}

static void advertiser_notes(const struct generate *g, size_t service, struct buf *out)
{
    const struct advertiser *a = service_at(g, service)->advertiser;

    if (a->client[0]) {
        buf_str(out, "Client ");
        generate_client(g, service, out);
        buf_str(out, ". ");
    }
    buf_str(out, a->token_count > 1 ? "Tokens " : "Token ");
    generate_tokens(g, service, out);
    buf_printf(out, " of app %s. ", g->given.config->app[a->app].name);
    if (a->owner[0]) {
        buf_str(out, "Owner ");
        plain(out, a->owner, NOTE_SHOWN_MAX);
        buf_str(out, ". ");
    }
}

void generate_notes(const struct generate *g, size_t service, struct buf *out)
{
    const struct service *s = service_at(g, service);

    switch (s->kind) {
    case SERVICE_API:
        buf_str(out, "Whether TikTok answers and results arrive. All other services stand below it.");
        return;
    case SERVICE_APP:
        buf_str(out, "A loss of the whole app. ");
        break;
    case SERVICE_TOKEN:
        buf_printf(out, "A loss of the whole token, of app %s. ", g->given.config->app[s->app].name);
        break;
    case SERVICE_ENDPOINT:
        buf_str(out, "A permission that the token should have. ");
        break;
    case SERVICE_CLIENT:
        buf_str(out, "A loss of several accounts of this client at once. ");
        break;
    case SERVICE_ADVERTISER:
        advertiser_notes(g, service, out);
        break;
    }
    buf_str(out, "When it is lost: ");
    plain(out, cause_fix_short(cause_of(s->kind), grantor_of(g, s)), NOTE_SHOWN_MAX);
}

static void link(struct buf *out, const char *url)
{
    text_link(out, url, strlen(url));
}

void generate_notes_url(const struct generate *g, size_t service, struct buf *out)
{
    const char *runbook = g->given.config->runbook_url[cause_of(service_at(g, service)->kind)];

    link(out, runbook ? runbook : cause_documentation);
}

static const char *signed_link(const struct generate *g, const struct service *s)
{
    bool has_one = s->kind == SERVICE_TOKEN || s->kind == SERVICE_ENDPOINT || s->kind == SERVICE_ADVERTISER;

    return has_one && g->given.link ? g->given.link(g->given.link_arg, s) : "";
}

void generate_action_url(const struct generate *g, size_t service, struct buf *out)
{
    const struct service *s = service_at(g, service);
    char url[REAUTH_URL_MAX];
    struct buf pattern;

    if (s->kind == SERVICE_API)
        return;
    buf_init(&pattern, REAUTH_URL_MAX);
    reauth_link_pattern(&g->given.config->app[s->app], &pattern);
    if (reauth_url_fill(buf_text(&pattern), s->advertiser ? s->advertiser->id : NULL, signed_link(g, s), url,
                        sizeof(url)))
        link(out, url);
    buf_free(&pattern);
}
