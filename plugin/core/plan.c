/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a full round costs, and how often the budget allows one. */
#include "core/plan.h"

#include "core/quota.h"

#include <stdlib.h>

enum { STALE_INTERVALS = 6 };

/* Advertisers per token of the whole configuration; the caller frees. NULL: out of memory. */
static size_t *count_members(const struct config *config, const struct inventory *inventory)
{
    size_t *members = calloc(config->token_count + 1, sizeof(*members));

    if (!members)
        return NULL;
    for (size_t i = 0; i < inventory->count; i++)
        for (size_t k = 0; k < inventory->item[i].token_count; k++)
            members[inventory->item[i].token[k]]++;
    return members;
}

static int64_t calls_of_app(const struct config *config, const size_t *members, size_t app)
{
    bool listed = config->app[app].secret_file != NULL;
    int64_t interval_s = config->sweep.interval_s, permission_s = config->sweep.permission_interval_s;
    int64_t calls = 0;
    int64_t probes = 0;

    for (size_t t = 0; t < config->token_count; t++) {
        const struct config_token *token = &config->token[t];

        if (token->app != app || !token->usable)
            continue;
        if (listed)
            calls++;
        if (!listed || config->sweep.account_status)
            calls += (int64_t)((members[t] + INFO_BATCH_MAX - 1) / INFO_BATCH_MAX);
        probes += (int64_t)token->required.count;
    }
    if (permission_s < interval_s) /* a sweep asks for each once */
        permission_s = interval_s;
    if (permission_s > 0)
        calls += (probes * interval_s + permission_s - 1) / permission_s;
    return calls;
}

int64_t plan_round_calls(const struct config *config, const struct inventory *inventory, size_t app)
{
    size_t *members = count_members(config, inventory);
    int64_t calls = members ? calls_of_app(config, members, app) : 0;

    free(members);
    return calls;
}

int64_t plan_round_s(const struct config *config, const struct inventory *inventory)
{
    size_t *members = count_members(config, inventory);
    int64_t total_ms = 0;

    for (size_t a = 0; members && a < config->app_count; a++) {
        struct quota_budget budget = quota_budget_of(&config->app[a], config->sweep.hosts);
        int64_t calls = calls_of_app(config, members, a);
        int64_t by_spacing = calls * budget.spacing_ms;
        int64_t by_minute = calls / budget.per_minute * 60 * 1000;
        int64_t by_day = calls / budget.per_day * 86400 * 1000;

        if (by_minute > by_spacing)
            by_spacing = by_minute;
        total_ms += by_day > by_spacing ? by_day : by_spacing;
    }
    free(members);
    return (total_ms + 999) / 1000;
}

int64_t plan_real_interval_s(const struct config *config, const struct inventory *inventory)
{
    int64_t round_s = plan_round_s(config, inventory);

    return round_s > config->sweep.interval_s ? round_s : config->sweep.interval_s;
}

int64_t plan_stale_after_s(const struct config *config, const struct inventory *inventory)
{
    int64_t least = STALE_INTERVALS * plan_real_interval_s(config, inventory);

    return least > config->sweep.stale_after_s ? least : config->sweep.stale_after_s;
}
