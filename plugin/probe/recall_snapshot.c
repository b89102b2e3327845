/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Without a store: what the last snapshot says of the tokens, taken as memory. */
#include "probe/recall.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool is_covered(enum cause cause)
{
    return cause == CAUSE_AUTHORIZED || cause == CAUSE_ACCOUNT_SUSPENDED || cause == CAUSE_ACCOUNT_IN_REVIEW ||
           cause == CAUSE_ACCOUNT_REJECTED || cause == CAUSE_ACCOUNT_CLOSED;
}

static bool take_words(struct said *said, const struct verdict *verdict)
{
    said->cause = verdict->cause;
    said->scope = cause_info(verdict->cause)->scope;
    said->has_code = verdict->has_code;
    said->code = verdict->code;
    said->message = text_dup(verdict->message);
    said->request_id = text_dup(verdict->request_id);
    return said->message && said->request_id;
}

static bool take_endpoint(struct memory *memory, const struct verdict *verdict)
{
    char method[FINDING_METHOD_MAX] = "";
    const char *blank = strchr(verdict->endpoint, ' ');
    struct endpoint *endpoint;

    if (!blank || (size_t)(blank - verdict->endpoint) >= sizeof(method))
        return true;
    memcpy(method, verdict->endpoint, (size_t)(blank - verdict->endpoint));
    endpoint = memory_endpoint(memory, method, blank + 1);
    if (!endpoint || endpoint->status == ENDPOINT_MISSING)
        return endpoint != NULL;
    endpoint->status = ENDPOINT_MISSING;
    endpoint->since = verdict->since;
    endpoint->last_ok = verdict->last_ok;
    endpoint->verified_at = verdict->verified_at;
    return take_words(&endpoint->said, verdict);
}

static bool take_grant(struct memory *memory, struct grant *grant, const struct board_advertiser *row)
{
    const struct verdict *verdict = &row->verdict;

    grant->since = verdict->since;
    grant->last_ok = verdict->last_ok;
    grant->verified_at = verdict->verified_at;
    grant->missing_since = row->held ? memory->began_ms / 1000 : 0;
    if (verdict->verified_at == 0 || verdict->cause == CAUSE_RETIRED)
        return true;
    if (memory->status == TOKEN_DEAD || verdict->root_kind == SCOPE_ENDPOINT) {
        grant->status = verdict->last_ok ? GRANT_COVERED : GRANT_UNSEEN;
        return memory->status == TOKEN_DEAD || take_endpoint(memory, verdict);
    }
    if (is_covered(verdict->cause)) {
        grant->status = GRANT_COVERED;
        grant->said.cause = verdict->cause;
        return true;
    }
    grant->status = GRANT_LOST;
    return take_words(&grant->said, verdict);
}

static bool take_token(struct memory *memory, const struct board_token *row)
{
    enum answer_class class = cause_info(row->verdict.cause)->class;

    memory->since = row->verdict.since;
    memory->last_ok = row->verdict.last_ok;
    memory->verified_at = row->verdict.verified_at;
    memory->list_at = row->verdict.last_ok;
    memory->login = text_dup(row->login);
    memory->began_ms = row->began * 1000;
    memory->ended_ms = row->ended * 1000;
    memory->mass_since = row->mass_since;
    memory->verified = row->ended >= row->began && row->fault.cause == CAUSE_AUTHORIZED;
    memory->failures = row->not_before > row->ended;
    if (row->verdict.verified_at == 0)
        return memory->login != NULL;
    memory->status =
        class == CLASS_TOKEN || class == CLASS_APP || row->verdict.endpoint[0] ? TOKEN_DEAD : TOKEN_ALIVE;
    if (memory->status == TOKEN_DEAD && !take_words(&memory->said, &row->verdict))
        return false;
    return memory->login != NULL;
}

bool recall_snapshot(const struct snapshot *snapshot, const struct setup *setup, struct memory *memory)
{
    const struct config *config = setup_config(setup);
    const struct inventory *inventory = setup_inventory(setup);

    for (size_t t = 0; snapshot && t < config->token_count; t++) {
        struct board_token row;

        if (snapshot_find_token(snapshot, config->token[t].name, &row, NULL) && !take_token(&memory[t], &row))
            return false;
    }
    /* In the inventory's order, so that each token's grants come in the order of ids. */
    for (size_t i = 0; i < inventory->count; i++) {
        const struct advertiser *advertiser = &inventory->item[i];
        struct board_advertiser row;
        struct board_app app;
        uint32_t app_index;
        bool known = snapshot &&
                     snapshot_find_app(snapshot, config->app[advertiser->app].name, &app, &app_index) &&
                     snapshot_find_advertiser(snapshot, app_index, advertiser->id, &row, NULL);

        for (size_t k = 0; k < advertiser->token_count; k++) {
            struct memory *of_token = &memory[advertiser->token[k]];
            struct grant *grant = memory_add_grant(of_token, advertiser->id);
            struct board_token spoke;

            if (!grant)
                return false;
            if (known && snapshot_token(snapshot, row.token, &spoke) &&
                strcmp(spoke.name, config->token[advertiser->token[k]].name) == 0 &&
                !take_grant(of_token, grant, &row))
                return false;
        }
    }
    return true;
}
