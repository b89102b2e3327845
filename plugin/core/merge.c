/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Merges what is remembered of all tokens into a board of verdicts, with root causes and changes. */
#include "core/merge.h"

#include "core/merge_private.h"
#include "core/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int id_order(const char *a, const char *b)
{
    return advertiser_id_order(a, b);
}

int past_order(const struct past *a, const struct past *b)
{
    int order;

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    order = strcmp(a->app, b->app);
    return order ? order : id_order(a->id, b->id);
}

static int past_order_void(const void *a, const void *b)
{
    return past_order(a, b);
}

const struct past *merge_past(const struct merging *merging, enum scope kind, const char *app, const char *id)
{
    struct past key = {.kind = kind, .app = app, .id = id};

    if (merging->input->past_count == 0)
        return NULL;
    return bsearch(&key, merging->input->past, merging->input->past_count, sizeof(key), past_order_void);
}

static const char *text(const char *maybe)
{
    return maybe ? maybe : "";
}

struct fault merge_fault(const struct said *said)
{
    return (struct fault){
        .cause = said->cause,
        .scope = said->scope,
        .has_code = said->has_code,
        .code = said->code,
        .message = text(said->message),
        .request_id = text(said->request_id),
        .http_status = said->http_status,
    };
}

void merge_say(struct merging *merging, struct verdict *verdict, enum cause cause, const struct said *said,
               enum grantor granted_by)
{
    const struct cause_info *info = cause_info(cause);

    verdict->cause = cause;
    verdict->state = config_state_of(merging->input->config, cause);
    verdict->urgency = info->urgency;
    verdict->actor = actor_resolve(info->actor, granted_by);
    verdict->has_code = said && said->has_code;
    verdict->code = said ? said->code : 0;
    verdict->message = text(said ? said->message : NULL);
    verdict->request_id = text(said ? said->request_id : NULL);
    verdict->endpoint = "";
}

const char *merge_endpoint_named(struct merging *merging, const struct said *said)
{
    struct finding finding;

    if (!said || !said->has_code)
        return "";
    catalog_classify(said->code, said->message, &finding);
    if (!finding.path[0])
        return "";
    return arena_printf(&merging->out->arena, "%s %s", finding.method[0] ? finding.method : "GET", finding.path);
}

enum cause merge_loss_cause(const struct merging *merging, const struct grant *grant, int64_t first_ok)
{
    if (grant->said.cause != CAUSE_ACCOUNT_ACCESS)
        return grant->said.cause;
    if (grant->last_ok || first_ok)
        return CAUSE_REVOKED;
    if (merging->input->now - grant->since >= merging->input->config->sweep.known_after_s)
        return CAUSE_NEVER_CONNECTED;
    return CAUSE_ACCOUNT_ACCESS;
}

static bool board_new(struct merging *merging)
{
    const struct merge_input *input = merging->input;
    const struct config *config = input->config;
    struct board *board = &merging->out->board;
    size_t complaints = input->complaints ? input->complaints->count : 0;

    *board = (struct board){
        .made_at = input->now,
        .interval_s = config->sweep.interval_s,
        .real_interval_s = plan_real_interval_s(config, input->inventory),
        .stale_after_s = plan_stale_after_s(config, input->inventory),
        .by_service = config->sweep.by_service,
        .store_fault = "",
        .version = "",
        .app_count = (uint32_t)config->app_count,
        .complaint_count = (uint32_t)complaints,
    };
    board->app = calloc(config->app_count + 1, sizeof(*board->app));
    board->token = calloc(config->token_count + 1, sizeof(*board->token));
    board->advertiser = calloc(input->inventory->count + 1, sizeof(*board->advertiser));
    board->problem = calloc(input->inventory->count + 1, sizeof(*board->problem));
    board->root =
        calloc(input->inventory->count + config->token_count + config->app_count + 2, sizeof(*board->root));
    board->complaint = calloc(complaints + 1, sizeof(*board->complaint));
    merging->token = calloc(config->token_count + 1, sizeof(*merging->token));
    if (!board->app || !board->token || !board->advertiser || !board->problem || !board->root ||
        !board->complaint || !merging->token)
        return false;
    for (size_t i = 0; i < complaints; i++) {
        const struct complaint *complaint = &input->complaints->item[i];
        char place[COMPLAINT_TEXT_MAX];

        complaint_text(complaint, place, sizeof(place));
        board->complaint[i] = (struct board_complaint){
            .subject = (int)complaint->subject,
            .name = complaint->name,
            .text = arena_dup(&merging->out->arena, place),
        };
    }
    return true;
}

struct merged *merge(const struct merge_input *input)
{
    struct merged *merged = calloc(1, sizeof(*merged));
    struct merging merging = {.input = input, .out = merged};
    bool ok;

    if (!merged)
        return NULL;
    ok = board_new(&merging) && merge_tokens(&merging) && merge_advertisers(&merging) && merge_roots(&merging) &&
         merge_changes(&merging);
    free(merging.token);
    if (!ok || merged->arena.failed) {
        merged_free(merged);
        return NULL;
    }
    return merged;
}

void merged_free(struct merged *merged)
{
    if (!merged)
        return;
    free(merged->board.app);
    free(merged->board.token);
    free(merged->board.advertiser);
    free(merged->board.problem);
    free(merged->board.root);
    free(merged->board.complaint);
    free(merged->change);
    free(merged->gone);
    arena_free(&merged->arena);
    free(merged);
}
