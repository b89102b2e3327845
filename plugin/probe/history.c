/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads events from the store; writes nothing. */
#include "probe/history.h"

#include <string.h>

bool history_read(const struct config *config, const struct history_options *options, store_event_fn *each,
                  void *arg, struct err *err)
{
    bool api = strcmp(options->id, "api") == 0;
    struct store *store = store_open(config->store_path, STORE_READ, err);
    bool ok;

    if (!store)
        return false;
    ok = store_history(store, api ? "api" : NULL, options->app, api ? "" : options->id, options->most, each, arg,
                       err);
    store_close(store);
    return ok;
}
