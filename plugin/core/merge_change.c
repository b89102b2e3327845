/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Changes: which verdicts differ from their past. */
#include "core/judgement.h"
#include "core/merge_private.h"

#include <stdlib.h>

/* A verdict that nothing ever verified is no change and no beginning. */
static void add_change(struct merging *merging, enum scope kind, const char *app, const char *id, const char *name,
                       struct verdict *verdict)
{
    const struct past *past = merge_past(merging, kind, app, id);
    int64_t now = merging->input->now;
    struct change *change;

    if (verdict->verified_at == 0 && verdict->cause != CAUSE_RETIRED)
        return;
    if (past && past->state == verdict->state && past->cause == verdict->cause) {
        verdict->since = past->since;
        return;
    }
    if (verdict->since == 0)
        verdict->since = now;
    change = &merging->out->change[merging->out->change_count++];
    *change = (struct change){
        .kind = kind,
        .app = app,
        .id = id,
        .name = name,
        .verdict = verdict,
        .past = past,
        .first_seen = past ? past->first_seen : now,
        .first_ok = past ? past->first_ok : 0,
    };
    /* By the cause, not the state: [severity] may make a loss OK. */
    if (change->first_ok == 0 && verdict->cause == CAUSE_AUTHORIZED)
        change->first_ok = now;
}

static bool still_there(const struct merging *merging, const struct past *past)
{
    const struct board *board = &merging->out->board;
    size_t low = 0;
    size_t high = board->advertiser_count;

    if (past->kind == SCOPE_APP)
        return config_find_app(merging->input->config, past->id) != NULL;
    if (past->kind == SCOPE_TOKEN)
        return config_find_token(merging->input->config, past->id) != SIZE_MAX;
    if (past->kind != SCOPE_ADVERTISER)
        return true;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct board_advertiser *row = &board->advertiser[middle];
        struct past key = {.kind = SCOPE_ADVERTISER, .app = board->app[row->app].name, .id = row->id};
        int order = past_order(past, &key);

        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

bool merge_changes(struct merging *merging)
{
    const struct merge_input *input = merging->input;
    struct merged *out = merging->out;
    struct board *board = &out->board;
    size_t room = (size_t)board->advertiser_count + board->token_count + board->app_count + 2;

    out->change = calloc(room, sizeof(*out->change));
    out->gone = calloc(input->past_count + 1, sizeof(*out->gone));
    if (!out->change || !out->gone)
        return false;
    verdict_at(input->config, &board->api, board->stale_after_s, input->now, &out->api);
    add_change(merging, SCOPE_API, "", "", "TikTok API", &out->api);
    board->api.since = out->api.since;
    for (uint32_t a = 0; a < board->app_count; a++)
        add_change(merging, SCOPE_APP, board->app[a].name, board->app[a].name, board->app[a].name,
                   &board->app[a].verdict);
    for (uint32_t t = 0; t < board->token_count; t++)
        add_change(merging, SCOPE_TOKEN, board->app[board->token[t].app].name, board->token[t].name,
                   board->token[t].name, &board->token[t].verdict);
    for (uint32_t i = 0; i < board->advertiser_count; i++) {
        struct board_advertiser *row = &board->advertiser[i];

        add_change(merging, SCOPE_ADVERTISER, board->app[row->app].name, row->id, row->name, &row->verdict);
    }
    for (size_t i = 0; i < input->past_count; i++)
        if (!still_there(merging, &input->past[i]))
            out->gone[out->gone_count++] = &input->past[i];
    return true;
}
