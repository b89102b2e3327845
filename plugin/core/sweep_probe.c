/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The phase PROBE of a sweep: permissions. */
#include "core/sweep_private.h"

#include <string.h>

/* The next member to ask a permission with: one that is covered, from index `from` of those that need it. Moves
 * `from` behind it. SIZE_MAX: there is none. */
static size_t covered_member(const struct sweep *sweep, const struct sweep_need *need, size_t *from)
{
    size_t count = need->member ? need->member_count : sweep->plan.id_count;

    while (*from < count) {
        size_t k = (*from)++;
        size_t member = need->member ? need->member[k] : k;
        const struct grant *grant = sweep->grant[member];

        if (grant->status == GRANT_COVERED && grant->missing_since == 0)
            return member;
    }
    return SIZE_MAX;
}

static bool probe_due(struct sweep *sweep, const struct sweep_need *need, int64_t now)
{
    struct endpoint *endpoint = memory_endpoint(sweep->memory, need->method, need->path);

    if (!endpoint) {
        sweep->out_of_memory = true;
        return false;
    }
    if (strcmp(need->method, "GET") != 0) { /* never a request that could change anything: stays "not verified" */
        if (endpoint->since == 0) {
            endpoint->since = now;
            endpoint->changed = true;
        }
        return false;
    }
    if (endpoint->asked_at && now - endpoint->asked_at < sweep->plan.permission_interval_s &&
        endpoint->asked_at <= now)
        return false;
    sweep->asked_member = covered_member(sweep, need, &sweep->next_asked);
    return sweep->asked_member != SIZE_MAX;
}

static void next_need(struct sweep *sweep)
{
    sweep->need++;
    sweep->next_asked = 0;
    sweep->refused_alone = false;
}

/* The answer refuses the advertiser that was asked with: its list may lag, and it says nothing of the others. One
 * more is asked; the permission counts as missing only when there is nobody else to ask. True: nothing follows for
 * the endpoint. */
static bool only_advertiser_refused(struct sweep *sweep, const struct answer *answer)
{
    const struct sweep_need *need = &sweep->plan.need[sweep->need];
    size_t ahead = sweep->next_asked;
    bool others = covered_member(sweep, need, &ahead) != SIZE_MAX;

    if (answer->finding.class != CLASS_AUTHZ || !answer->finding.by_family ||
        answer->finding.cause != CAUSE_ACCOUNT_ACCESS || !others)
        return false;
    sweep_must(sweep, grant_doubt(sweep->memory, sweep->grant[sweep->asked_member], answer));
    if (sweep->refused_alone)
        next_need(sweep);
    else
        sweep->refused_alone = true;
    return true;
}

void sweep_answer_probe(struct sweep *sweep, const struct answer *answer, int64_t now)
{
    const struct sweep_need *need = &sweep->plan.need[sweep->need];
    struct endpoint *endpoint = memory_endpoint(sweep->memory, need->method, need->path);
    enum endpoint_status status = ENDPOINT_UNVERIFIED;
    bool missing = answer->finding.class == CLASS_AUTHZ;
    bool readable = true;

    if (only_advertiser_refused(sweep, answer))
        return;
    next_need(sweep);
    if (!endpoint)
        return;
    if (sweep_reach(answer) == REACH_TOKEN && !sweep_succeeded(answer)) {
        sweep_token_dead(sweep, answer, now);
        return;
    }
    if (sweep_succeeded(answer)) {
        status = ENDPOINT_PRESENT;
    } else if (missing) {
        status = ENDPOINT_MISSING;
    } else if (answer->finding.class != CLASS_PARAM) {
        readable = false; /* a fault changes nothing; asked again in the next sweep */
    }
    if (!readable)
        return;
    sweep->verified = true;
    endpoint->asked_at = now;
    endpoint->verified_at = now;
    endpoint->changed = true;
    if (status == ENDPOINT_PRESENT)
        endpoint->last_ok = now;
    if (endpoint->status != status || endpoint->since == 0)
        endpoint->since = now;
    endpoint->status = status;
    said_clear(&endpoint->said);
    if (status == ENDPOINT_PRESENT)
        return;
    sweep_must(sweep, said_take(&endpoint->said, answer));
    /* Asked about this endpoint for an advertiser that is covered: an unspecific refusal is about the endpoint. */
    if (missing && !answer->finding.by_family && answer->finding.cause == CAUSE_ACCOUNT_ACCESS)
        endpoint->said.cause = CAUSE_ENDPOINT_PERMISSION;
}

bool sweep_next_probe(struct sweep *sweep, int64_t now, struct question *question)
{
    for (; sweep->need < sweep->plan.need_count; next_need(sweep)) {
        if (!probe_due(sweep, &sweep->plan.need[sweep->need], now))
            continue;
        question->kind = ASK_PROBE;
        question->path = sweep->plan.need[sweep->need].path;
        question->id[0] = sweep->plan.ids[sweep->asked_member];
        question->id_count = 1;
        return true;
    }
    return false;
}
