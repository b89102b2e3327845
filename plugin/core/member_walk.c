/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Walks and counts advertisers, each as it reads now. */
#include "core/member_walk.h"

int64_t member_age(int64_t then, int64_t now)
{
    int64_t age;

    if (then == 0)
        return -1;
    if (__builtin_sub_overflow(now, then, &age))
        return then < 0 ? INT64_MAX : 0;
    return age < 0 ? 0 : age;
}

bool member_is_stale(int64_t verified_at, int64_t stale_after_s, int64_t now)
{
    return verified_at == 0 || member_age(verified_at, now) > stale_after_s;
}

void verdict_at(const struct config *config, const struct verdict *verdict, int64_t stale_after_s, int64_t now,
                struct verdict *out)
{
    const struct cause_info *info = cause_info(CAUSE_NOT_VERIFIED);

    *out = *verdict;
    if (verdict->cause == CAUSE_RETIRED || !member_is_stale(verdict->verified_at, stale_after_s, now))
        return;
    /* Never verified, and the board says what kept us from it. */
    if (verdict->verified_at == 0 && cause_info(verdict->cause)->keeps) {
        out->state = config_state_of(config, verdict->cause);
        return;
    }
    out->cause = CAUSE_NOT_VERIFIED;
    out->state = config_state_of(config, CAUSE_NOT_VERIFIED);
    out->urgency = info->urgency;
    out->actor = info->actor;
    out->root_kind = SCOPE_API;
    out->root_id = "";
}

void member_walk_all(struct member_walk *walk, const struct config *config, const struct snapshot *snapshot,
                     int64_t stale_after_s, int64_t now)
{
    *walk = (struct member_walk){
        .config = config,
        .snapshot = snapshot,
        .stale_after_s = stale_after_s,
        .now = now,
        .end = snapshot_board(snapshot)->advertiser_count,
        .token = UINT32_MAX,
    };
}

void member_walk_app(struct member_walk *walk, const struct config *config, const struct snapshot *snapshot,
                     int64_t stale_after_s, int64_t now, uint32_t app)
{
    uint32_t first, count;

    member_walk_all(walk, config, snapshot, stale_after_s, now);
    snapshot_app_members(snapshot, app, &first, &count);
    walk->at = first;
    walk->end = first + count;
}

void member_walk_token(struct member_walk *walk, const struct config *config, const struct snapshot *snapshot,
                       int64_t stale_after_s, int64_t now, uint32_t app, uint32_t token)
{
    member_walk_app(walk, config, snapshot, stale_after_s, now, app);
    walk->token = token;
}

void member_walk_judged(struct member_walk *walk, const struct judgement *j)
{
    struct board_token token;
    struct board_app app;
    uint32_t index;

    member_walk_all(walk, j->config, j->snapshot, j->stale_after_s, j->now);
    if (j->selection.kind == SELECT_TOKEN && snapshot_find_token(j->snapshot, j->selection.id, &token, &index))
        member_walk_token(walk, j->config, j->snapshot, j->stale_after_s, j->now, token.app, index);
    if (j->selection.kind == SELECT_APP && snapshot_find_app(j->snapshot, j->selection.app, &app, &index))
        member_walk_app(walk, j->config, j->snapshot, j->stale_after_s, j->now, index);
}

bool member_next(struct member_walk *walk, struct member *out)
{
    while (walk->at < walk->end) {
        uint32_t at = walk->at++;

        if (snapshot_advertiser(walk->snapshot, at, &out->row) &&
            (walk->token == UINT32_MAX || walk->token == out->row.token)) {
            verdict_at(walk->config, &out->row.verdict, walk->stale_after_s, walk->now, &out->verdict);
            return true;
        }
    }
    return false;
}

void member_count(struct member_walk *walk, struct counts *counts, struct member_ages *ages)
{
    struct member member;

    *counts = (struct counts){0};
    *ages = (struct member_ages){0};
    while (member_next(walk, &member)) {
        counts->state[member.verdict.state]++;
        counts->unauthorized += verdict_is_unauthorized(&member.verdict);
        if (member.verdict.cause == CAUSE_RETIRED)
            continue;
        ages->known += member.verdict.verified_at != 0;
        ages->never += member.verdict.verified_at == 0;
        ages->stale += member_is_stale(member.verdict.verified_at, walk->stale_after_s, walk->now);
    }
}
