/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tokens are refreshed before they are asked with. */
#include "probe/round_private.h"

#include <stdlib.h>

bool round_begin_refreshing(struct round *round)
{
    size_t count = round->config->token_count;
    bool *chosen = calloc(count + 1, sizeof(*chosen));
    bool any = false;

    if (!chosen)
        return false;
    for (size_t t = 0; t < count; t++) {
        chosen[t] = round->todo[t] == TODO_ASK && round->config->token[t].refresh;
        any |= chosen[t];
    }
    /* Neither is done without: the store has the intents, the locks make it one request a token. */
    if (any && round->store && round->locks) {
        round->refresher = refresher_new(&(struct refresher_options){
            .env = round->env,
            .setup = round->setup,
            .store = round->store,
            .locks = round->locks,
            .chosen = chosen,
            .leave_busy = true, /* sweeps of others go on meanwhile, and there is time for the next round */
            .began_ms = round->options.began_ms,
            .deadline_ms = round->options.deadline_ms,
            .who = round->options.who ? round->options.who : "sweep",
        });
        any = round->refresher == NULL;
    } else
        any = false;
    free(chosen);
    return !any;
}

bool round_refresh(struct round *round, int64_t *wake_ms)
{
    const struct refresher_result *result;

    if (round->refresher && !refresher_step(round->refresher, wake_ms))
        return false;
    round->state = ROUND_SWEEPING;
    if (!round->refresher)
        return true;
    result = refresher_result(round->refresher);
    round->result.refreshed = result->done;
    round->result.calls += result->calls;
    round->result.throttled += result->throttled;
    round->unpublished |= result->changed;
    for (size_t t = 0; t < round->config->token_count; t++)
        if (refresher_did(round->refresher, t)) {
            round->renewed[t] = true;
            free(round->stamp[t]);
            round->stamp[t] = round_secret_stamp(round, t);
        }
    if (result->store_fault.text[0])
        round_lose_store(round, &result->store_fault);
    refresher_free(round->refresher);
    round->refresher = NULL;
    return true;
}
