/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Notices of what the agent found: one by one, and of a whole board where a summary stood for many. */
#include "core/notice_source.h"

#include "base/hash.h"
#include "core/alert_trouble.h"
#include "core/name_index.h"
#include "core/notice_join.h"
#include "core/output_words.h"
#include "core/roster.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char AGENT[] = "agent";
static const char GONE[] = "no longer monitored";

/* --- one alert ------------------------------------------------------------------------------------------------
 */

static void begin(struct notice *notice, enum scope kind, const char *app, const char *root)
{
    notice_init(notice);
    notice->sender = AGENT;
    notice->kind = kind;
    notice->app = app;
    notice->root = root;
}

/* What the alert says comes before what the snapshot says by now. */
static void take_alert(const struct notice_source *source, const struct alert *alert, struct notice *out)
{
    out->at = alert->at;
    out->type = alert->state == STATE_OK ? NOTICE_RECOVERY : NOTICE_PROBLEM;
    out->state = alert->state;
    out->old_state = alert->old_state;
    out->cause = alert->cause;
    out->old_cause = alert->old_cause;
    out->has_code = alert->has_code;
    out->code = alert->code;
    out->message = alert->message;
    out->request_id = alert->request_id;
    out->urgency = alert->urgency;
    out->actor = alert->actor;
    out->since = alert->since;
    out->note = alert->note ? alert->note : "";
    out->name = alert->name;
    out->client = alert->client;
    if (out->kind == SCOPE_ADVERTISER || out->kind == SCOPE_CLIENT)
        out->owner = alert->owner;
    out->reauth_url = alert->reauth_url;
    if (out->type == NOTICE_RECOVERY)
        return;
    out->members = alert->members;
    out->action = alert->action;
    notice_take_fix(source->config, alert->cause, alert->actor, out);
}

bool notice_of_alert(const struct notice_source *source, int64_t number, const struct alert *alert,
                     struct notice *out)
{
    struct joined joined;

    begin(out, alert->kind, alert->app, alert->kind == SCOPE_API ? "" : alert->id);
    out->id = arena_printf(source->arena, "%s/%" PRId64, AGENT, number);
    take_alert(source, alert, out);
    return notice_join(source, out, &joined);
}

/* --- a whole board --------------------------------------------------------------------------------------------
 */

struct board_walk {
    const struct notice_source *source;
    int64_t number;
    const struct notice_open *open;
    size_t open_count;
    struct name_index index; /* of open, by key */
    bool *seen;              /* by open */
    notice_fn *fn;
    void *arg;
};

static void name_it(const struct board_walk *walk, struct notice *notice)
{
    notice->id = arena_printf(walk->source->arena, "%s/%" PRId64 "/%016" PRIx64, AGENT, walk->number,
                              hash_text(notice->key));
    notice->at = walk->source->now;
}

static bool is_as_told(const struct notice *told, const struct notice *now)
{
    return notice_is_trouble(told) && told->state == now->state &&
           (told->cause == now->cause || (cause_is_access(told->cause) && cause_is_access(now->cause)));
}

/* A root cause that there is: told, unless it is open as it is. */
static bool tell_root(struct board_walk *walk, const struct board_root *root)
{
    const struct notice_source *source = walk->source;
    struct joined joined;
    struct notice notice;
    size_t at;

    begin(&notice, root->kind, root->app, root->id);
    notice.type = NOTICE_PROBLEM;
    notice.state = root->state;
    notice.members = root->members;
    notice.since = root->since;
    if (!notice_join(source, &notice, &joined))
        return false;
    notice_take_trouble(source, &joined, &notice);
    if (notice.cause != root->cause) {
        notice.cause = root->cause;
        notice.urgency = root->urgency;
        notice.actor = root->actor;
        notice.action = cause_fix_short(root->cause, output_grantor(root->actor));
        notice_take_fix(source->config, root->cause, root->actor, &notice);
    }
    at = name_index_find(&walk->index, notice.key);
    if (at != SIZE_MAX) {
        walk->seen[at] = true;
        notice.old_state = walk->open[at].notice->state;
        notice.old_cause = walk->open[at].notice->cause;
        if (is_as_told(walk->open[at].notice, &notice))
            return true;
    }
    name_it(walk, &notice);
    return !source->arena->failed && walk->fn(walk->arg, &notice);
}

static bool tell_api(struct board_walk *walk)
{
    const struct notice_source *source = walk->source;
    struct joined joined;
    struct notice notice;
    struct board_root root = {.kind = SCOPE_API, .app = "", .id = ""};

    begin(&notice, SCOPE_API, "", "");
    if (!notice_join(source, &notice, &joined))
        return false;
    if (!joined.is_known || joined.judgement.verdict.state == STATE_OK)
        return true;
    root.state = joined.judgement.verdict.state;
    root.cause = joined.judgement.verdict.cause;
    root.urgency = joined.judgement.verdict.urgency;
    root.actor = joined.judgement.verdict.actor;
    root.since = joined.judgement.verdict.since;
    root.members = snapshot_board(source->snapshot)->advertiser_count;
    return tell_root(walk, &root);
}

/* What is open, and no root cause any more: over, unless something higher explains it now. */
static bool is_over(const struct board_walk *walk, const struct notice *open, const struct joined *joined)
{
    struct board_token token;
    const char *name;

    switch (open->kind) {
    case SCOPE_CLIENT:
        return !notice_client_is_lost(walk->source->snapshot, open->app, open->root);
    case SCOPE_ENDPOINT:
        name = arena_printf(walk->source->arena, "%.*s", (int)strcspn(open->root, " "), open->root);
        return !snapshot_find_token(walk->source->snapshot, name, &token, NULL) || token.verdict.state == STATE_OK;
    case SCOPE_API:
    case SCOPE_APP:
    case SCOPE_TOKEN:
    case SCOPE_ADVERTISER:
        return !joined->is_known || joined->judgement.verdict.state == STATE_OK;
    case SCOPE_VIDEO:
    case SCOPE_CONNECT:
        break;
    }
    return false;
}

static bool tell_end(struct board_walk *walk, const struct notice_open *open)
{
    const struct notice_source *source = walk->source;
    const struct notice *told = open->notice;
    struct joined joined;
    struct notice notice;

    begin(&notice, told->kind, told->app, told->root);
    notice.key = open->key;
    notice.name = told->name;
    notice.owner = told->owner;
    notice.client = told->client;
    notice.token = told->token;
    if (!notice_join(source, &notice, &joined))
        return false;
    if (!is_over(walk, told, &joined))
        return true;
    notice.type = NOTICE_RECOVERY;
    notice.cause = CAUSE_AUTHORIZED;
    notice.old_state = told->state;
    notice.old_cause = told->cause;
    notice.since = source->now;
    if (!joined.is_known && told->kind != SCOPE_CLIENT && told->kind != SCOPE_ENDPOINT)
        notice.note = GONE;
    name_it(walk, &notice);
    return !source->arena->failed && walk->fn(walk->arg, &notice);
}

static bool tell_all(struct board_walk *walk)
{
    const struct snapshot *snapshot = walk->source->snapshot;
    uint32_t count = snapshot_board(snapshot)->root_count;
    struct board_root root;

    for (size_t i = 0; i < walk->open_count; i++)
        if (name_index_find(&walk->index, walk->open[i].key) == SIZE_MAX &&
            !name_index_add(&walk->index, walk->open[i].key, i))
            return false;
    if (!tell_api(walk))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (snapshot_root(snapshot, i, &root) && root.kind != SCOPE_API && root.state != STATE_OK &&
            !tell_root(walk, &root))
            return false;
    for (size_t i = 0; i < walk->open_count; i++)
        if (!walk->seen[i] && !walk->open[i].notice->from_engine && notice_is_trouble(walk->open[i].notice) &&
            !tell_end(walk, &walk->open[i]))
            return false;
    return true;
}

bool notices_of_board(const struct notice_source *source, int64_t number, const struct notice_open *open,
                      size_t open_count, notice_fn *fn, void *arg)
{
    struct board_walk walk = {.source = source,
                              .number = number,
                              .open = open,
                              .open_count = open_count,
                              .seen = calloc(open_count + 1, sizeof(bool)),
                              .fn = fn,
                              .arg = arg};
    bool ok;

    if (!source->snapshot || !source->config) {
        free(walk.seen);
        return true;
    }
    ok = walk.seen && tell_all(&walk);
    name_index_free(&walk.index);
    free(walk.seen);
    return ok;
}

/* --- a test ---------------------------------------------------------------------------------------------------
 */

bool notice_of_test(struct arena *arena, const char *receiver, enum notice_type type, int64_t now,
                    struct notice *out)
{
    notice_init(out);
    out->is_foreign = true;
    out->id = arena_printf(arena, "test/%s/%s/%" PRId64, receiver, notice_type_name(type), now);
    out->key = arena_printf(arena, "tiktok-auth/test/%s", receiver);
    out->type = type;
    out->sender = "test";
    out->at = out->since = now;
    out->root = receiver;
    out->name = arena_printf(arena, "Test of [notify %s], nothing is wrong", receiver);
    out->owner = roster_platform;
    out->state = type == NOTICE_RECOVERY ? STATE_OK : STATE_WARNING;
    out->old_state = type == NOTICE_RECOVERY ? STATE_WARNING : STATE_OK;
    out->output = "tiktok-auth notify --test";
    out->urgency = type == NOTICE_RECOVERY ? URGENCY_NONE : URGENCY_LOW;
    out->actor = ACTOR_NOBODY;
    return !arena->failed;
}
