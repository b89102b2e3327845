/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the old and the new token cover, asked of TikTok now, and what follows from it. */
#include "base/parse.h"
#include "core/inventory.h"
#include "core/memory.h"
#include "probe/ask.h"
#include "probe/connect_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Advertisers that are asked about one by one; of more the old token is taken to cover them. */
enum { SINGLE_QUESTIONS_MAX = 20 };

static int by_id(const void *a, const void *b)
{
    return advertiser_id_order(a, b);
}

static bool add_id(void *arg, const char *advertiser_id, const char *name)
{
    struct connect_coverage *out = arg;

    (void)name;
    if (out->count == out->room) {
        size_t room = out->room ? 2 * out->room : 64;
        char(*grown)[ADVERTISER_ID_MAX + 1] = reallocarray(out->id, room, sizeof(*grown));

        if (!grown)
            return false;
        out->id = grown;
        out->room = room;
    }
    (void)snprintf(out->id[out->count++], sizeof(*out->id), "%s", advertiser_id); /* fits: an id */
    return true;
}

static bool ask(const struct connecting *c, const struct secret *secret, const struct question *question,
                struct answer *answer, struct err *err)
{
    return ask_once(
        &(struct ask_options){
            .env = c->env,
            .setup = c->setup,
            .store = c->store,
            .token = c->token,
            .secret = secret,
            .deadline_ms = c->deadline_ms,
        },
        question, answer, err);
}

static void read_list(const struct answer *answer, struct connect_coverage *out)
{
    struct err why = {""};

    if (answer->finding.class == CLASS_TOKEN)
        out->status = OLD_DEAD;
    if (answer->finding.class != CLASS_OK)
        (void)snprintf(out->why, sizeof(out->why), "%.300s", answer->message);
    else if (answer_each_listed(answer, add_id, out, &why))
        out->status = OLD_ALIVE;
    else
        (void)snprintf(out->why, sizeof(out->why), "%s", why.text[0] ? why.text : "out of memory");
    if (out->count > 0)
        qsort(out->id, out->count, sizeof(*out->id), by_id);
}

void connect_ask_list(const struct connecting *c, const struct secret *secret, struct connect_coverage *out)
{
    static const struct question list = {.kind = ASK_LIST, .fresh_connection = true};
    struct answer answer;
    struct err err = {""};

    *out = (struct connect_coverage){.status = OLD_UNKNOWN};
    if (ask(c, secret, &list, &answer, &err)) {
        read_list(&answer, out);
        answer_free(&answer);
    } else
        (void)snprintf(out->why, sizeof(out->why), "%s", err.text);
}

bool connect_covers(const struct connect_coverage *coverage, const char *advertiser_id)
{
    return coverage->count > 0 &&
           bsearch(advertiser_id, coverage->id, coverage->count, sizeof(*coverage->id), by_id) != NULL;
}

void connect_coverage_free(struct connect_coverage *coverage)
{
    free(coverage->id);
    coverage->id = NULL;
    coverage->count = coverage->room = 0;
}

/* --- what the old token covers still ------------------------------------------------------------------------- */

static bool is_missing(const struct config_token *token)
{
    struct file_stamp stamp;
    bool missing = false;

    return token->token_file && !file_stamp_of(token->token_file, &stamp, &missing) && missing;
}

static void ask_old(const struct connecting *c, struct connect_coverage *out)
{
    *out = (struct connect_coverage){.status = OLD_NONE};
    if (!is_missing(connect_token(c)))
        connect_ask_list(c, NULL, out);
}

struct remembered {
    const char *id;
    bool lost;
};

static bool look_at_grant(void *arg, const struct store_grant *row)
{
    struct remembered *r = arg;

    if (strcmp(row->advertiser_id, r->id) == 0)
        r->lost = strcmp(row->status, "lost") == 0;
    return true;
}

/* An advertiser that the old token's list leaves out although no sweep has confirmed its loss: lists do that. Only
 * when TikTok refuses the advertiser itself is it taken for lost. */
static bool is_lost(const struct connecting *c, const char *id)
{
    const struct question info = {.kind = ASK_INFO, .fresh_connection = true, .id = {id}, .id_count = 1};
    struct remembered r = {.id = id};
    struct answer answer;
    struct err err = {""};
    bool lost;

    if (store_each_grant(c->store, connect_app(c)->name, connect_token(c)->name, look_at_grant, &r, &err) &&
        r.lost)
        return true;
    if (!ask(c, NULL, &info, &answer, &err))
        return false;
    lost = (answer.finding.class == CLASS_AUTHZ && answer.finding.scope == SCOPE_ADVERTISER) ||
           answer.finding.class == CLASS_TOKEN || answer.finding.class == CLASS_ACCOUNT;
    answer_free(&answer);
    return lost;
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

static bool names_token(const struct advertiser *advertiser, size_t token)
{
    for (size_t i = 0; i < advertiser->token_count; i++)
        if (advertiser->token[i] == token)
            return true;
    return false;
}

/* The advertisers of the app. NULL: out of memory. */
static struct oauth_member *members(const struct connecting *c, const struct connect_coverage *old,
                                    const struct connect_coverage *new, size_t *count)
{
    const struct inventory *inventory = setup_inventory(c->setup);
    struct oauth_member *member = calloc(inventory->count + 1, sizeof(*member));
    size_t questions = 0;

    *count = 0;
    for (size_t i = 0; member && i < inventory->count; i++) {
        const struct advertiser *a = &inventory->item[i];
        struct oauth_member *m = &member[*count];

        if (a->app != connect_token(c)->app)
            continue;
        ++*count;
        m->named = names_token(a, c->token);
        m->asked = strcmp(a->id, c->out->target.advertiser) == 0;
        m->old_covers = connect_covers(old, a->id);
        m->new_told = oauth_grant_has(&c->grant, a->id);
        m->new_covers = new->status == OLD_ALIVE ? connect_covers(new, a->id) : m->new_told;
        if (m->named && !m->old_covers && !m->new_covers && old->status == OLD_ALIVE)
            m->old_covers = questions++ >= SINGLE_QUESTIONS_MAX || !is_lost(c, a->id);
    }
    return member;
}

/* The old token worked when it was asked last. */
static bool worked(void *arg, const char *app, const char *token, const struct store_token *row)
{
    (void)app;
    (void)token;
    *(bool *)arg = strcmp(row->status, "alive") == 0;
    return true;
}

static void note_old(struct connecting *c, const struct connect_coverage *old)
{
    struct err err = {""};
    bool alive = false;

    c->old = old->status;
    if (old->status == OLD_DEAD &&
        store_load_token(c->store, connect_app(c)->name, connect_token(c)->name, worked, &alive, &err))
        c->out->old_ended = alive;
}

/* What counts from here on: what the new token's list says, and what TikTok told with it. False: out of memory. */
static bool join_ids(struct connecting *c, struct connect_coverage *new)
{
    struct oauth_grant *grant = &c->grant;
    size_t listed = new->count;

    for (size_t i = 0; i < grant->count; i++) {
        struct connect_coverage known = {.id = new->id, .count = listed};

        if (!connect_covers(&known, grant->id[i]) && !add_id(new, grant->id[i], ""))
            return false;
    }
    c->contradicted = new->count > listed;
    if (c->contradicted)
        qsort(new->id, new->count, sizeof(*new->id), by_id);
    free(grant->id);
    grant->id = new->id;
    grant->count = new->count;
    grant->ids_known = true;
    new->id = NULL;
    return true;
}

static bool has_number(const char *list, const char *number, size_t number_len)
{
    const char *word;
    size_t len;

    while ((len = parse_word(&list, " ", &word)) > 0)
        if (len == number_len && memcmp(word, number, len) == 0)
            return true;
    return false;
}

/* At the portal, permissions can be switched off: a token that may do less takes no place of one that works.
 * Judged only where both were told at their authorizations. */
static void note_permissions(struct connecting *c)
{
    char *before = NULL;
    const char *cursor, *word;
    struct err err = {""};
    int64_t at;
    size_t len;

    if (c->fixed[0] || !c->grant.scope[0] ||
        !store_get_scope(c->store, connect_app(c)->name, connect_token(c)->name, &at, &before, &err) || !before)
        return;
    cursor = before;
    while (!c->fixed[0] && (len = parse_word(&cursor, " ", &word)) > 0)
        if (!has_number(c->grant.scope, word, len))
            (void)snprintf(c->fixed, sizeof(c->fixed),
                           "permission %.*s, which the old one was given, was switched off this time",
                           (int)(len < 40 ? len : 40), word); /* fits */
    free(before);
}

bool connect_judge(struct connecting *c)
{
    struct connect_coverage old, new;
    struct oauth_member *member = NULL;
    size_t count = 0;
    bool known, any;

    connect_ask_list(c, c->grant.token, &new);
    known = new.status == OLD_ALIVE || c->grant.ids_known;
    if (!known)
        (void)snprintf(c->said, sizeof(c->said), "%s", new.why); /* fits */
    ask_old(c, &old);
    note_old(c, &old);
    if (old.status == OLD_ALIVE)
        note_permissions(c);
    if (known) {
        member = members(c, &old, &new, &count);
        known = member && (new.status != OLD_ALIVE || join_ids(c, &new));
        if (!known)
            (void)snprintf(c->said, sizeof(c->said), "out of memory");
    }
    if (known) {
        any = new.count > 0 || c->grant.count > 0;
        c->judgement = oauth_choose(member, count, old.status, c->out->target.advertiser[0] != '\0',
                                    c->fixed[0] == '\0', any);
        c->out->covered = c->judgement.covered;
        c->out->still = c->judgement.still;
        if (!any)
            c->out->end = CONNECT_NO_ACCOUNTS;
    }
    free(member);
    connect_coverage_free(&old);
    connect_coverage_free(&new);
    return known;
}
