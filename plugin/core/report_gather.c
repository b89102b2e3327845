/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Looks at every advertiser once: counts, problems, and which of them the same steps mend. */
#include "core/grow.h"
#include "core/report_private.h"

#include <stdlib.h>
#include <string.h>

bool report_member(const struct report *r, uint32_t index, struct member *out)
{
    if (!snapshot_advertiser(r->in->snapshot, index, &out->row))
        return false;
    verdict_at(r->in->config, &out->row.verdict, r->stale_after_s, r->in->now, &out->verdict);
    return true;
}

bool report_judge(const struct report *r, uint32_t index, struct judgement *out)
{
    static const struct thresholds NONE = {.has_warning = false};
    struct selection selection = {.kind = SELECT_ADVERTISER};
    struct board_advertiser a;
    struct board_app app;

    if (!snapshot_advertiser(r->in->snapshot, index, &a) || !snapshot_app(r->in->snapshot, a.app, &app))
        return false;
    selection.app = app.name;
    selection.id = a.id;
    judgement_make(r->in->config, NULL, r->in->snapshot, "", &selection, &NONE, STATE_UNKNOWN, r->in->now, out);
    return true;
}

/* SIZE_MAX: out of memory. */
static size_t group_of(struct report *r, const struct judgement *j)
{
    bool by_fault = j->verdict.cause == CAUSE_NOT_VERIFIED;
    struct report_group key = {.cause = j->verdict.cause,
                               .fault = by_fault ? j->fault.cause : CAUSE_AUTHORIZED,
                               .granted_by = j->granted_by};
    struct report_group *grown;

    for (uint32_t i = 0; i < r->group_count; i++)
        if (r->group[i].cause == key.cause && r->group[i].fault == key.fault &&
            r->group[i].granted_by == key.granted_by)
            return i;
    grown = grow_by_one(r->group, r->group_count, sizeof(*grown));
    if (!grown)
        return SIZE_MAX;
    r->group = grown;
    r->group[r->group_count] = key;
    return r->group_count++;
}

static int by_trouble(const void *left, const void *right)
{
    const struct report_problem *a = left, *b = right;
    int order = state_severity(b->state) - state_severity(a->state);

    if (order == 0)
        order = (a->since < b->since) - (a->since > b->since);
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static bool find_problems(struct report *r)
{
    r->problem = calloc((size_t)r->board->advertiser_count + 1, sizeof(*r->problem));
    if (!r->problem)
        return false;
    for (uint32_t i = 0; i < r->board->advertiser_count; i++) {
        struct member member;

        if (report_member(r, i, &member) && member.verdict.state != STATE_OK)
            r->problem[r->problem_count++] =
                (struct report_problem){.index = i, .state = member.verdict.state, .since = member.verdict.since};
    }
    qsort(r->problem, r->problem_count, sizeof(*r->problem), by_trouble);
    return true;
}

static bool find_groups(struct report *r)
{
    struct judgement *j = malloc(sizeof(*j));

    if (!j)
        return false;
    for (uint32_t i = 0; i < r->problem_count; i++) {
        size_t group;

        if (!report_judge(r, r->problem[i].index, j))
            continue;
        group = group_of(r, j);
        if (group == SIZE_MAX) {
            free(j);
            return false;
        }
        if (r->group[group].members++ == 0)
            r->group[group].first = i;
        r->problem[i].group = (uint32_t)group;
    }
    free(j);
    return true;
}

bool report_gather(struct report *r)
{
    struct member_walk walk;

    if (!r->in->snapshot)
        return true;
    r->board = snapshot_board(r->in->snapshot);
    r->stale_after_s = r->board->stale_after_s > 0 ? r->board->stale_after_s : r->in->config->sweep.stale_after_s;
    r->several_apps = r->board->app_count > 1;
    member_walk_all(&walk, r->in->config, r->in->snapshot, r->stale_after_s, r->in->now);
    member_count(&walk, &r->counts, &r->ages);
    for (size_t i = 0; i < TTA_LEN(r->counts.state); i++)
        r->total += r->counts.state[i];
    return find_problems(r) && find_groups(r);
}

void report_free(struct report *r)
{
    free(r->problem);
    free(r->group);
}
