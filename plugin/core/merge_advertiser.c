/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The verdict of an advertiser, from all its tokens: it is OK if any of them covers it. */
#include "core/merge_private.h"

#include <stdlib.h>
#include <string.h>

/* How well a token speaks for an advertiser: the best one is heard. Lost by itself or with its token is one rank:
 * what happened last explains why nothing covers it any more. */
enum rank { RANK_OK, RANK_WARNING, RANK_CRITICAL, RANK_UNSEEN, RANK_LOST };

struct candidate {
    enum rank rank;
    size_t token;
    struct verdict verdict;
    const struct said *fault;
    bool held;
};

/* The endpoint that this advertiser needs under this token and that is missing; NULL: none. */
static const struct endpoint *missing_endpoint(const struct merging *merging, const struct advertiser *advertiser,
                                               size_t t)
{
    const struct memory *memory = &merging->input->memory[t];
    const struct permissions *needs[] = {&merging->input->config->token[t].required, &advertiser->required};

    for (size_t e = 0; e < memory->endpoint_count; e++) {
        const struct endpoint *endpoint = &memory->endpoint[e];

        if (endpoint->status != ENDPOINT_MISSING)
            continue;
        for (size_t n = 0; n < TTA_LEN(needs); n++)
            for (size_t k = 0; k < needs[n]->count; k++)
                if (strcmp(needs[n]->item[k].method, endpoint->method) == 0 &&
                    strcmp(needs[n]->item[k].path, endpoint->path) == 0)
                    return endpoint;
    }
    return NULL;
}

static enum rank rank_of_state(enum state state)
{
    switch (state) {
    case STATE_OK:
        return RANK_OK;
    case STATE_WARNING:
        return RANK_WARNING;
    case STATE_CRITICAL:
    case STATE_UNKNOWN:
        break;
    }
    return RANK_CRITICAL;
}

static void root_at_endpoint(struct merging *merging, struct verdict *verdict, const char *token)
{
    verdict->root_kind = SCOPE_ENDPOINT;
    verdict->root_id = arena_printf(&merging->out->arena, "%s %s", token, verdict->endpoint);
}

static void speak_dead(struct merging *merging, struct candidate *candidate, const struct grant *grant)
{
    size_t t = candidate->token;
    const struct memory *memory = &merging->input->memory[t];
    const struct board_token *token = &merging->out->board.token[merging->token[t].row];
    struct verdict *verdict = &candidate->verdict;

    candidate->rank = RANK_LOST;
    *verdict = token->verdict;
    if (grant && grant->status != GRANT_UNSEEN) {
        int64_t seen = grant->status == GRANT_COVERED ? grant_verified_at(memory, grant) : 0;

        verdict->last_ok = seen > grant->last_ok ? seen : grant->last_ok;
    } else {
        verdict->last_ok = 0;
    }
    if (verdict->endpoint[0] && verdict->root_kind == SCOPE_TOKEN)
        root_at_endpoint(merging, verdict, token->name);
}

static void speak_unseen(struct merging *merging, struct candidate *candidate, const struct grant *grant)
{
    const struct config_token *token = &merging->input->config->token[candidate->token];
    const struct memory *memory = &merging->input->memory[candidate->token];
    const struct said *fault = grant && said_something(&grant->fault) ? &grant->fault : &memory->fault;
    enum cause cause = said_something(fault) ? fault->cause : CAUSE_NOT_VERIFIED;

    candidate->rank = RANK_UNSEEN;
    merge_say(merging, &candidate->verdict, cause, said_something(fault) ? fault : NULL, token->granted_by);
    candidate->verdict.state = STATE_UNKNOWN;
    if (grant && fault == &grant->fault)
        return; /* its own root cause */
    candidate->verdict.root_kind = SCOPE_API;
    candidate->verdict.root_id = "";
    if (said_something(fault) && fault->scope == SCOPE_TOKEN) {
        candidate->verdict.root_kind = SCOPE_TOKEN;
        candidate->verdict.root_id = token->name;
    } else if (said_something(fault) && fault->scope == SCOPE_APP) {
        candidate->verdict.root_kind = SCOPE_APP;
        candidate->verdict.root_id = merging->out->board.app[token->app].name;
    }
}

static void speak_lost(struct merging *merging, struct candidate *candidate, const struct grant *grant,
                       int64_t first_ok)
{
    const struct config_token *token = &merging->input->config->token[candidate->token];
    const struct token_view *view = &merging->token[candidate->token];
    struct verdict *verdict = &candidate->verdict;

    candidate->rank = RANK_LOST;
    merge_say(merging, verdict, merge_loss_cause(merging, grant, first_ok), &grant->said, token->granted_by);
    if (grant->said.cause == CAUSE_ENDPOINT_PERMISSION || grant->said.cause == CAUSE_SCOPE_MISSING)
        verdict->endpoint = merge_endpoint_named(merging, &grant->said);
    verdict->since = grant->since;
    verdict->last_ok = grant->last_ok;
    if (view->collective && (view->mass_since == 0 || grant->since == view->mass_since)) {
        verdict->root_kind = SCOPE_TOKEN;
        verdict->root_id = token->name;
    } else if (verdict->endpoint[0]) {
        root_at_endpoint(merging, verdict, token->name);
    }
}

static void speak_covered(struct merging *merging, const struct advertiser *advertiser,
                          struct candidate *candidate, const struct grant *grant, int64_t first_ok)
{
    const struct config_token *token = &merging->input->config->token[candidate->token];
    const struct endpoint *endpoint = missing_endpoint(merging, advertiser, candidate->token);
    struct verdict *verdict = &candidate->verdict;

    merge_say(merging, verdict, grant->said.cause, NULL, token->granted_by);
    verdict->since = grant->since;
    verdict->last_ok = grant_verified_at(&merging->input->memory[candidate->token], grant);
    if (endpoint && verdict->state != STATE_CRITICAL) {
        merge_say(merging, verdict, endpoint->said.cause, &endpoint->said, token->granted_by);
        verdict->endpoint = arena_printf(&merging->out->arena, "%s %s", endpoint->method, endpoint->path);
        verdict->since = endpoint->since;
        /* Never seen present, though the advertiser was OK until the permission was asked for. */
        verdict->last_ok = endpoint->last_ok || !first_ok ? endpoint->last_ok : endpoint->since;
        root_at_endpoint(merging, verdict, token->name);
    }
    candidate->rank = rank_of_state(verdict->state);
}

static void speak(struct merging *merging, const struct advertiser *advertiser, size_t t, int64_t first_ok,
                  struct candidate *candidate)
{
    const struct memory *memory = &merging->input->memory[t];
    const struct grant *grant = memory_grant(memory, advertiser->id);

    *candidate = (struct candidate){.token = t, .fault = grant ? &grant->fault : NULL};
    candidate->verdict.root_kind = SCOPE_ADVERTISER;
    candidate->verdict.root_id = advertiser->id;
    candidate->held = grant && grant->missing_since && grant->status == GRANT_COVERED;
    if (memory->status == TOKEN_DEAD) {
        speak_dead(merging, candidate, grant);
        return;
    }
    /* Missing since its token came back to life: what was known before is no verdict of now. */
    if (!grant || grant->status == GRANT_UNSEEN ||
        (candidate->held && grant_verified_at(memory, grant) < memory->since)) {
        speak_unseen(merging, candidate, grant);
        return;
    }
    candidate->verdict.verified_at = grant_verified_at(memory, grant);
    if (grant->status == GRANT_LOST)
        speak_lost(merging, candidate, grant, first_ok);
    else
        speak_covered(merging, advertiser, candidate, grant, first_ok);
}

int64_t merge_retired_at(const struct merging *merging, const struct advertiser *advertiser)
{
    const struct merge_input *input = merging->input;
    const char *app = input->config->app[advertiser->app].name;
    size_t low = 0;
    size_t high = input->retired_count;

    if (advertiser->until && advertiser->until <= input->now)
        return advertiser->until;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(app, input->retired[middle].app);

        if (order == 0)
            order = advertiser_id_order(advertiser->id, input->retired[middle].id);
        if (order == 0)
            return input->retired[middle].at;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}

static const char *join_tokens(struct merging *merging, const struct advertiser *advertiser)
{
    const char *joined = merging->input->config->token[advertiser->token[0]].name;

    for (size_t k = 1; k < advertiser->token_count; k++)
        joined = arena_printf(&merging->out->arena, "%s %s", joined,
                              merging->input->config->token[advertiser->token[k]].name);
    return joined;
}

static void count(struct counts *counts, const struct verdict *verdict)
{
    counts->state[verdict->state]++;
    counts->unauthorized += verdict_is_unauthorized(verdict);
}

static void age(int64_t *oldest, bool first, int64_t verified_at)
{
    if (first || verified_at < *oldest)
        *oldest = verified_at;
}

static void tally(struct merging *merging, const struct board_advertiser *row, bool *seen_app, bool *seen_token)
{
    struct board *board = &merging->out->board;
    bool first = board->oldest == INT64_MAX;

    count(&board->members, &row->verdict);
    count(&board->app[row->app].members, &row->verdict);
    count(&board->token[row->token].members, &row->verdict);
    if (row->verdict.cause == CAUSE_RETIRED)
        return;
    age(&board->oldest, first, row->verdict.verified_at);
    age(&board->app[row->app].oldest, !seen_app[row->app], row->verdict.verified_at);
    age(&board->token[row->token].oldest, !seen_token[row->token], row->verdict.verified_at);
    seen_app[row->app] = true;
    seen_token[row->token] = true;
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->rank == RANK_LOST && a->verdict.since != b->verdict.since)
        return a->verdict.since > b->verdict.since;
    return a->verdict.verified_at > b->verdict.verified_at;
}

/* The row of one advertiser; false: it retired long ago and has left. */
static bool judge(struct merging *merging, const struct advertiser *advertiser, struct board_advertiser *row)
{
    const struct config *config = merging->input->config;
    const char *app = config->app[advertiser->app].name;
    const struct past *past = merge_past(merging, SCOPE_ADVERTISER, app, advertiser->id);
    int64_t retired = merge_retired_at(merging, advertiser);
    struct candidate best;

    speak(merging, advertiser, advertiser->token[0], past ? past->first_ok : 0, &best);
    for (size_t k = 1; k < advertiser->token_count; k++) {
        struct candidate other;

        speak(merging, advertiser, advertiser->token[k], past ? past->first_ok : 0, &other);
        if (is_better(&other, &best))
            best = other;
    }
    *row = (struct board_advertiser){
        .app = (uint32_t)advertiser->app,
        .token = merging->token[best.token].row,
        .id = advertiser->id,
        .name = advertiser->name,
        .owner = advertiser->owner,
        .client = advertiser->client,
        .tokens = join_tokens(merging, advertiser),
        .verdict = best.verdict,
        .fault = merge_fault(best.fault && best.rank != RANK_UNSEEN ? best.fault
                                                                    : &(struct said){.cause = CAUSE_AUTHORIZED}),
        .held = best.held,
        .link = "",
    };
    if (!retired)
        return true;
    merge_say(merging, &row->verdict, CAUSE_RETIRED, NULL, GRANTED_BY_US);
    row->verdict.since = retired;
    row->verdict.root_kind = SCOPE_ADVERTISER;
    row->verdict.root_id = advertiser->id;
    row->held = false;
    return merging->input->now - retired < RETIRED_STAYS_S;
}

/* What was recorded when this cause and state began stays the moment since when it is so. */
static void keep_since(const struct merging *merging, struct board_advertiser *row, const char *app)
{
    const struct past *past = merge_past(merging, SCOPE_ADVERTISER, app, row->id);

    if (past && past->cause == row->verdict.cause && past->state == row->verdict.state)
        row->verdict.since = past->since;
    else if (row->verdict.since == 0)
        row->verdict.since = merging->input->now;
}

bool merge_advertisers(struct merging *merging)
{
    const struct merge_input *input = merging->input;
    struct board *board = &merging->out->board;
    bool *seen_app = calloc(input->config->app_count + 1, sizeof(bool));
    bool *seen_token = calloc(input->config->token_count + 1, sizeof(bool));
    bool ok = seen_app && seen_token;

    board->oldest = INT64_MAX;
    for (size_t i = 0; ok && i < input->inventory->count; i++) {
        const struct advertiser *advertiser = &input->inventory->item[i];
        struct board_advertiser *row = &board->advertiser[board->advertiser_count];

        if (!judge(merging, advertiser, row))
            continue;
        keep_since(merging, row, input->config->app[advertiser->app].name);
        tally(merging, row, seen_app, seen_token);
        board->advertiser_count++;
    }
    if (board->oldest == INT64_MAX)
        board->oldest = 0;
    free(seen_app);
    free(seen_token);
    return ok;
}
