/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Decides what is grouped, and speaks for a group. */
#include "core/group.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char KEY_BEGIN[] = "tiktok-auth/group/";
static const char SEVERAL[] = "see the list: several causes";

bool group_takes(const struct notice *notice)
{
    if (notice->type != NOTICE_PROBLEM || !notice_is_trouble(notice))
        return false;
    switch (notice->kind) {
    case SCOPE_CLIENT:
    case SCOPE_ENDPOINT:
    case SCOPE_ADVERTISER:
    case SCOPE_VIDEO:
    case SCOPE_CONNECT:
        return true;
    case SCOPE_API:
    case SCOPE_APP:
    case SCOPE_TOKEN:
        break;
    }
    return false;
}

const char *group_part(enum notify_kind kind, const struct notice *notice)
{
    return kind == NOTIFY_ALERTMANAGER ? notice->owner : "";
}

enum group_choice group_choose(size_t fresh, int group_over, int64_t joined_at, int64_t now)
{
    if (joined_at > 0 && now - joined_at < GROUP_JOIN_S)
        return GROUP_JOIN;
    return fresh > (size_t)group_over ? GROUP_NEW : GROUP_ALONE;
}

const char *group_key(struct arena *arena, const struct notice *first)
{
    return arena_printf(arena, "%s%016" PRIx64, KEY_BEGIN, hash_text(first->id));
}

enum tell group_tell(const struct group_member *member, size_t count)
{
    bool all_over = true, all_taken = true;

    for (size_t i = 0; i < count; i++) {
        all_over = all_over && member[i].over;
        all_taken = all_taken && (member[i].over || member[i].acknowledged);
    }
    return all_over ? TELL_RESOLVE : all_taken ? TELL_ACKNOWLEDGE : TELL_TRIGGER;
}

static int left_order(const void *a, const void *b)
{
    const struct notice *x = (*(const struct group_member *const *)a)->notice;
    const struct notice *y = (*(const struct group_member *const *)b)->notice;
    int order = state_severity(y->state) - state_severity(x->state);

    if (order == 0)
        order = (int)y->urgency - (int)x->urgency;
    return order ? order : strcmp(x->key, y->key);
}

const struct group_member **group_left(const struct group_member *member, size_t count, size_t *left)
{
    const struct group_member **list = calloc(count + 1, sizeof(*list));

    *left = 0;
    for (size_t i = 0; list && i < count; i++)
        if (!member[i].over)
            list[(*left)++] = &member[i];
    if (list && *left > 1)
        qsort(list, *left, sizeof(*list), left_order);
    return list;
}

/* --- the notice of a group ----------------------------------------------------------------------------------- */

/* Keeps what all have the same. */
static void merge_text(const char **into, const char *of, const char *several)
{
    if (strcmp(*into, of) != 0)
        *into = several;
}

static void merge(struct notice *out, const struct notice *member)
{
    merge_text(&out->app, member->app, "");
    merge_text(&out->app_id, member->app_id, "");
    merge_text(&out->token, member->token, "");
    merge_text(&out->endpoint, member->endpoint, "");
    merge_text(&out->owner, member->owner, "");
    merge_text(&out->client, member->client, "");
    merge_text(&out->reauth_url, member->reauth_url, "");
    merge_text(&out->runbook_url, member->runbook_url, "");
    merge_text(&out->engine_url, member->engine_url, "");
    merge_text(&out->notes_url, member->notes_url, "");
    merge_text(&out->host, member->host, "");
    merge_text(&out->action, member->action, SEVERAL);
    if (out->cause != member->cause) {
        out->cause = CAUSE_COUNT;
        out->fix[0] = NULL;
    }
    if (out->actor != member->actor)
        out->actor = ACTOR_US; /* who reads the list, and has them act */
    if (!out->has_code || !member->has_code || out->code != member->code)
        out->has_code = false;
    if (member->urgency > out->urgency)
        out->urgency = member->urgency;
    out->state = state_worst(out->state, member->state);
    out->members += member->members > 0 ? member->members : 1;
    if (member->since > 0 && (out->since == 0 || member->since < out->since))
        out->since = member->since;
    if (member->verified_at > out->verified_at)
        out->verified_at = member->verified_at;
    if (member->at > out->at) {
        out->at = member->at;
        out->author = member->author;
        out->comment = member->comment;
    }
}

static const char *name_of(struct arena *arena, size_t count, size_t advertisers)
{
    const char *what = advertisers == count ? "advertiser" : "loss";
    const char *plural = count == 1 ? "" : advertisers == count ? "s" : "es";

    return arena_printf(arena, "%zu %s%s", count, what, plural);
}

/* All that are over speak as one: what it was is told by the number. */
static void end(struct notice *out, const struct group_member *member, size_t count, struct arena *arena)
{
    size_t advertisers = 0;

    out->type = NOTICE_RECOVERY;
    out->state = STATE_OK;
    out->cause = CAUSE_AUTHORIZED;
    out->urgency = URGENCY_NONE;
    out->actor = ACTOR_NOBODY;
    out->old_state = STATE_OK;
    out->old_cause = notice_trouble_cause(member[0].notice);
    for (size_t i = 0; i < count; i++) {
        advertisers += member[i].notice->kind == SCOPE_ADVERTISER;
        out->old_state = state_worst(out->old_state, notice_trouble_state(member[i].notice));
        if (notice_trouble_cause(member[i].notice) != out->old_cause)
            out->old_cause = CAUSE_COUNT;
    }
    out->has_code = false;
    out->action = "";
    out->fix[0] = NULL;
    out->name = name_of(arena, count, advertisers);
}

static void speak(const struct group_member *member, size_t count, const struct group_member *const *list,
                  size_t left, struct arena *arena, struct notice *out)
{
    const struct notice *first = left > 0 ? list[0]->notice : member[0].notice;
    size_t advertisers = 0;

    *out = *first;
    out->kind = SCOPE_ADVERTISER;
    out->advertiser_id = out->message = out->request_id = out->note = out->output = out->service = "";
    out->last_ok = 0;
    out->old_state = STATE_OK;
    out->old_cause = CAUSE_COUNT;
    out->members = 0;
    for (size_t i = 0; i < left; i++) {
        merge(out, list[i]->notice);
        advertisers += list[i]->notice->kind == SCOPE_ADVERTISER;
    }
    for (size_t i = 0; i < count && left == 0; i++)
        merge(out, member[i].notice);
    if (left == 0) {
        end(out, member, count, arena);
        return;
    }
    out->type = group_tell(member, count) == TELL_ACKNOWLEDGE ? NOTICE_ACKNOWLEDGEMENT : NOTICE_PROBLEM;
    out->name = name_of(arena, left, advertisers);
    if (left < count)
        out->note = arena_printf(arena, "%zu of %zu are well again", count - left, count);
}

bool group_notice(const struct group_member *member, size_t count, const char *key, const char *id,
                  struct arena *arena, struct notice *out)
{
    size_t left = 0;
    const struct group_member **list = group_left(member, count, &left);

    notice_init(out);
    if (!list || count == 0) {
        free(list);
        return false;
    }
    speak(member, count, list, left, arena, out);
    out->key = out->root = key;
    out->id = id;
    free(list);
    return !arena->failed;
}
