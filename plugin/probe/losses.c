/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads changes from the store, and who an advertiser belongs to from the snapshot. */
#include "probe/losses.h"

#include "ext/store.h"

/* Words of another release say nothing: the advertiser is as it was. */
static bool read_change(void *arg, const struct store_event *event, bool stands)
{
    struct losses *losses = arg;
    struct loss_change change = {
        .app = event->app,
        .id = event->object,
        .name = event->name,
        .at = event->at,
        .has_code = event->has_code,
        .code = event->code,
        .root_kind = event->root_kind,
        .root_id = event->root_id,
        .stands = stands,
    };

    return !state_from_name(event->state, &change.state) || !cause_from_name(event->cause, &change.cause) ||
           losses_change(losses, &change);
}

static bool fill_in_owners(const struct snapshot *snapshot, struct losses *losses)
{
    for (size_t i = 0; i < losses->count; i++) {
        struct loss *loss = &losses->item[i];
        struct board_advertiser a;
        struct board_app app;
        uint32_t index;

        if (!snapshot_find_app(snapshot, loss->app, &app, &index) ||
            !snapshot_find_advertiser(snapshot, index, loss->id, &a, NULL))
            continue;
        loss->owner = arena_dup(&losses->arena, a.owner);
        loss->client = arena_dup(&losses->arena, a.client);
    }
    return !losses->arena.failed;
}

static bool read_all(struct store *store, const struct snapshot *snapshot, struct losses *out, struct err *err)
{
    err_clear(err);
    if (store_history_begins(store, &out->begins, err) &&
        store_changes_since(store, scope_name(SCOPE_ADVERTISER), out->since, read_change, out, err) &&
        losses_finish(out) && (!snapshot || fill_in_owners(snapshot, out)))
        return true;
    if (!err->text[0])
        err_set(err, "out of memory");
    return false;
}

bool losses_read(const struct config *config, const struct snapshot *snapshot, int64_t since, struct losses *out,
                 struct err *err)
{
    struct store *store = store_open(config->store_path, STORE_READ, err);
    bool ok;

    losses_init(out, since);
    if (!store)
        return false;
    ok = read_all(store, snapshot, out, err);
    store_close(store);
    return ok;
}
