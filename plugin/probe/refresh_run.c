/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens what a refresh needs. */
#include "probe/refresh_run.h"

#include "base/file.h"
#include "core/plan.h"
#include "probe/renewal.h"
#include "probe/token_lock.h"

bool refresh_look(const struct setup *setup, const bool *chosen, bool by_hand, int64_t now, refresh_look_fn *fn,
                  void *arg, struct err *err)
{
    const struct config *config = setup_config(setup);
    const int64_t interval_s = plan_real_interval_s(config, setup_inventory(setup));
    struct file_stamp stamp;
    bool missing = false, ok = true;
    struct store *store = NULL;

    if (file_stamp_of(config->store_path, &stamp, &missing) || !missing)
        store = store_open(config->store_path, STORE_READ, err);
    if (!store && !missing)
        return false;
    for (size_t t = 0; ok && t < config->token_count; t++) {
        struct refresh_watch watch;
        enum refresh_turn turn;
        int64_t at;

        if (!chosen[t])
            continue;
        ok = renewal_read(setup, store, t, &watch, err);
        if (!ok)
            break;
        watch.wanted |= by_hand;
        watch.interval_s = interval_s;
        turn = refresh_turn_of(&watch, config->token[t].name, by_hand, now, &at);
        if (watch.watched)
            fn(arg, t, &watch, turn, at);
        refresh_watch_free(&watch);
    }
    store_close(store);
    return ok;
}

bool refresh_run(const struct refresher_options *options, struct refresher_result *result, struct err *err)
{
    struct refresher_options whole = *options;
    const struct config *config = setup_config(options->setup);
    struct refresher *refresher = NULL;

    *result = (struct refresher_result){0};
    whole.store = store_open(config->store_path, STORE_WRITE, err);
    whole.locks = whole.store ? token_lock_open(config, err) : NULL;
    if (whole.locks) {
        refresher = refresher_new(&whole);
        if (!refresher)
            err_set(err, "out of memory");
    }
    if (refresher) {
        refresher_run(refresher);
        *result = *refresher_result(refresher);
        if (result->store_fault.text[0])
            err_set(err, "%s", result->store_fault.text);
    }
    refresher_free(refresher);
    lock_close(whole.locks);
    store_close(whole.store);
    return refresher && !result->store_fault.text[0];
}
