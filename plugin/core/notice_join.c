/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Joins a notice with the snapshot, by the judgement that a check would make. */
#include "core/notice_join.h"

#include "core/output_words.h"
#include "core/roster.h"

#include <string.h>

static void set(const char **text, const char *value)
{
    if (!(*text)[0])
        *text = value;
}

/* --- clients and endpoints: known by the advertisers that they took --------------------------------------------
 */

static bool is_member(const struct snapshot *snapshot, const struct board_advertiser *row, enum scope kind,
                      const char *app, const char *root)
{
    struct board_app of;

    return row->verdict.root_kind == kind && strcmp(row->verdict.root_id, root) == 0 &&
           snapshot_app(snapshot, row->app, &of) && strcmp(of.name, app) == 0;
}

/* The worst member, and the owner and client of all of them, "" where they have several. */
static bool find_member(const struct snapshot *snapshot, struct notice *notice, struct board_advertiser *worst)
{
    const struct board *board = snapshot_board(snapshot);
    const char *owner = "", *client = "";
    bool found = false;

    for (uint32_t i = 0; i < board->problem_count; i++) {
        struct board_advertiser row;

        if (!snapshot_problem(snapshot, i, &row) ||
            !is_member(snapshot, &row, notice->kind, notice->app, notice->root))
            continue;
        if (!found) {
            *worst = row;
            owner = row.owner;
            client = row.client;
            found = true;
        }
        if (strcmp(owner, row.owner) != 0)
            owner = "";
        if (strcmp(client, row.client) != 0)
            client = "";
    }
    if (found && notice->kind == SCOPE_CLIENT)
        set(&notice->owner, owner);
    if (found)
        set(&notice->client, client);
    return found;
}

static bool find_root(const struct snapshot *snapshot, const struct notice *notice, struct board_root *out)
{
    const struct board *board = snapshot_board(snapshot);

    for (uint32_t i = 0; i < board->root_count; i++)
        if (snapshot_root(snapshot, i, out) && out->kind == notice->kind && strcmp(out->app, notice->app) == 0 &&
            strcmp(out->id, notice->root) == 0)
            return true;
    return false;
}

bool notice_client_is_lost(const struct snapshot *snapshot, const char *app, const char *client)
{
    const struct board *board = snapshot_board(snapshot);

    for (uint32_t i = 0; i < board->problem_count; i++) {
        struct board_advertiser row;
        struct board_app of;

        if (snapshot_problem(snapshot, i, &row) && row.verdict.state != STATE_OK &&
            strcmp(row.client, client) == 0 && snapshot_app(snapshot, row.app, &of) && strcmp(of.name, app) == 0)
            return true;
    }
    return false;
}

/* --- the judgement --------------------------------------------------------------------------------------------
 */

static void judge(const struct notice_source *source, enum selection_kind kind, const char *app, const char *id,
                  struct joined *out)
{
    const struct selection selection = {kind, app, id};

    judgement_make(source->config, NULL, source->snapshot, NULL, &selection, &(struct thresholds){0},
                   STATE_UNKNOWN, source->now, &out->judgement);
    out->is_known = out->judgement.refusal[0] == '\0';
    out->state = out->judgement.state;
}

static void judge_shared(const struct notice_source *source, struct notice *notice, struct joined *out)
{
    struct board_advertiser member = {.id = ""};
    struct board_root root;

    if (!find_member(source->snapshot, notice, &member) || !find_root(source->snapshot, notice, &root))
        return;
    judge(source, SELECT_ADVERTISER, notice->app, member.id, out);
    out->state = root.state;
    notice->members = root.members;
}

static void judge_any(const struct notice_source *source, struct notice *notice, struct joined *out)
{
    switch (notice->kind) {
    case SCOPE_API:
        judge(source, SELECT_API, NULL, NULL, out);
        break;
    case SCOPE_APP:
        judge(source, SELECT_APP, notice->app, NULL, out);
        break;
    case SCOPE_TOKEN:
        judge(source, SELECT_TOKEN, NULL, notice->root, out);
        break;
    case SCOPE_ADVERTISER:
        judge(source, SELECT_ADVERTISER, notice->app, notice->root, out);
        break;
    case SCOPE_CLIENT:
    case SCOPE_ENDPOINT:
        judge_shared(source, notice, out);
        break;
    case SCOPE_VIDEO:
    case SCOPE_CONNECT:
        break;
    }
}

/* --- who it is ------------------------------------------------------------------------------------------------
 */

static void take_identity(const struct notice_source *source, const struct joined *joined, struct notice *notice)
{
    const struct judgement *j = &joined->judgement;
    bool own = notice->kind != SCOPE_CLIENT && notice->kind != SCOPE_ENDPOINT;

    if (notice->kind == SCOPE_ADVERTISER) {
        set(&notice->name, j->name);
        set(&notice->owner, j->owner);
        set(&notice->client, j->client);
    }
    if (notice->kind == SCOPE_ADVERTISER || notice->kind == SCOPE_TOKEN)
        set(&notice->token, j->token);
    if (j->has_counts && notice->members == 0)
        notice->members = j->total;
    if (own) {
        if (notice->last_ok == 0)
            notice->last_ok = j->verdict.last_ok;
        if (notice->verified_at == 0)
            notice->verified_at = j->verdict.verified_at;
        if (!notice->reauth_url[0])
            notice->reauth_url = arena_dup(source->arena, j->reauth_url);
    }
}

/* What the snapshot need not say. */
static void take_names(const struct notice_source *source, struct notice *notice)
{
    const struct config_app *app = source->config ? config_find_app(source->config, notice->app) : NULL;
    struct board_app row;

    if (app && app->app_id)
        set(&notice->app_id, app->app_id);
    if (!notice->app_id[0] && source->snapshot && snapshot_find_app(source->snapshot, notice->app, &row, NULL))
        notice->app_id = row.app_id;
    switch (notice->kind) {
    case SCOPE_API:
        set(&notice->name, "TikTok API");
        notice->owner = roster_platform;
        break;
    case SCOPE_ENDPOINT:
        set(&notice->token, arena_printf(source->arena, "%.*s", (int)strcspn(notice->root, " "), notice->root));
        set(&notice->endpoint, notice->root + strcspn(notice->root, " ") + (strchr(notice->root, ' ') != NULL));
        notice->owner = roster_platform;
        break;
    case SCOPE_TOKEN:
        set(&notice->token, notice->root);
        notice->owner = roster_platform;
        break;
    case SCOPE_APP:
    case SCOPE_VIDEO:
    case SCOPE_CONNECT:
        notice->owner = roster_platform;
        break;
    case SCOPE_CLIENT:
        set(&notice->client, notice->root);
        break;
    case SCOPE_ADVERTISER:
        notice->members = 1;
        set(&notice->advertiser_id, notice->root);
        set(&notice->owner, roster_platform);
        break;
    }
    set(&notice->name, notice->root);
}

bool notice_join(const struct notice_source *source, struct notice *notice, struct joined *out)
{
    out->is_known = false;
    out->state = STATE_OK;
    if (source->config && source->snapshot)
        judge_any(source, notice, out);
    if (out->is_known)
        take_identity(source, out, notice);
    take_names(source, notice);
    if (!notice->key[0])
        notice->key = notice_key(source->arena, notice->kind, notice->app, notice->app_id, notice->root);
    return !source->arena->failed;
}

/* --- what is wrong --------------------------------------------------------------------------------------------
 */

void notice_take_fix(const struct config *config, enum cause cause, enum actor actor, struct notice *notice)
{
    const char *own = config ? config->fix_text[cause] : NULL;
    const char *link = config ? config->runbook_url[cause] : NULL;
    size_t count = 1;

    if (own)
        notice->fix[0] = own;
    else
        count = cause_fix_steps(cause, output_grantor(actor), notice->fix, FIX_STEPS_MAX);
    notice->fix[count] = NULL;
    if (link)
        set(&notice->runbook_url, link);
}

void notice_take_trouble(const struct notice_source *source, const struct joined *joined, struct notice *notice)
{
    const struct judgement *j = &joined->judgement;
    const struct verdict *v = &j->verdict;

    if (!joined->is_known || joined->state == STATE_OK || v->cause == CAUSE_AUTHORIZED)
        return;
    notice->cause = v->cause;
    notice->has_code = v->has_code;
    notice->code = v->code;
    set(&notice->message, v->message);
    set(&notice->request_id, v->request_id);
    set(&notice->endpoint, v->endpoint);
    notice->urgency = v->urgency;
    notice->actor = v->actor;
    set(&notice->action, j->fix_short);
    if (notice->since == 0)
        notice->since = v->since;
    if (!v->has_code && j->fault.cause != CAUSE_AUTHORIZED && v->cause == CAUSE_NOT_VERIFIED) {
        notice->has_code = j->fault.has_code;
        notice->code = j->fault.code;
        set(&notice->message, j->fault.message);
        set(&notice->request_id, j->fault.request_id);
    }
    for (size_t i = 0; i <= FIX_STEPS_MAX; i++)
        notice->fix[i] = j->fix[i];
    set(&notice->runbook_url, j->runbook_url);
    if (!notice->reauth_url[0])
        notice->reauth_url = notice->kind == SCOPE_ENDPOINT || notice->kind == SCOPE_CLIENT
                                 ? ""
                                 : arena_dup(source->arena, j->reauth_url);
}
