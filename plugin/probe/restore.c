/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Commits to an empty store what the last snapshot says. */
#include "probe/restore.h"

#include "probe/published.h"
#include "probe/recall.h"

#include <stdlib.h>

static bool stop_at_first(void *arg, const char *app, const char *token, const struct store_token *row)
{
    bool *found = arg;

    (void)app;
    (void)token;
    (void)row;
    *found = true;
    return false;
}

bool restore_is_due(struct store *store, struct err *err)
{
    bool found = false;

    return store_each_token(store, stop_at_first, &found, err) && !found;
}

static bool commit_tokens(struct store *store, const struct setup *setup, const struct snapshot *snapshot,
                          struct err *err)
{
    size_t count = setup_config(setup)->token_count;
    struct memory *memory = calloc(count + 1, sizeof(*memory));
    bool ok = (memory && recall_snapshot(snapshot, setup, memory)) || err_set(err, "out of memory");

    for (size_t t = 0; memory && t < count; t++) {
        for (size_t i = 0; i < memory[t].grant_count; i++)
            memory[t].grant[i].changed = true;
        for (size_t i = 0; i < memory[t].endpoint_count; i++)
            memory[t].endpoint[i].changed = true;
        ok = ok && (memory[t].ended_ms == 0 || recall_commit(store, setup, t, &memory[t], err));
        memory_free(&memory[t]);
    }
    free(memory);
    return ok;
}

static bool commit_verdicts(struct store *store, const struct recollection *recollection, struct err *err)
{
    struct store_verdict *verdict = calloc(recollection->past_count + 1, sizeof(*verdict));
    bool ok = verdict || err_set(err, "out of memory");

    for (size_t i = 0; ok && i < recollection->past_count; i++) {
        const struct past *past = &recollection->past[i];

        verdict[i] = (struct store_verdict){
            .kind = scope_name(past->kind),
            .app = past->app,
            .id = past->id,
            .state = state_name(past->state),
            .cause = cause_name(past->cause),
            .since = past->since,
            .first_ok = past->first_ok,
            .first_seen = past->first_seen,
        };
    }
    ok = ok && store_commit_verdicts(store, verdict, recollection->past_count, NULL, 0, err);
    for (size_t i = 0; ok && i < recollection->retired_count; i++)
        ok = store_retire(store, recollection->retired[i].app, recollection->retired[i].id,
                          recollection->retired[i].at, "", err);
    free(verdict);
    return ok;
}

/* The tokens last: until they are there the restoring is due. */
static bool commit_all(struct store *store, const struct setup *setup, const struct snapshot *snapshot,
                       struct err *err)
{
    struct recollection recollection = {0};
    bool ok = (recall_past_snapshot(snapshot, &recollection) || err_set(err, "out of memory")) &&
              commit_verdicts(store, &recollection, err) && commit_tokens(store, setup, snapshot, err);

    recollection_free(&recollection);
    return ok;
}

bool restore(struct store *store, const struct setup *setup, struct err *err)
{
    struct published last = published_open(setup_config(setup));
    bool ok = !last.snapshot || commit_all(store, setup, last.snapshot, err);

    published_close(&last);
    return ok;
}
