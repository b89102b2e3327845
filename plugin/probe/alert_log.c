/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the log of alerts, and keeps each reader's place in it in the store. */
#include "probe/alert_log.h"

#include "base/clock.h"
#include "base/parse.h"
#include "core/cause.h"
#include "probe/recall.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_MAX_BYTES = 64, PATIENCE_MS = 200 };

static bool read_place(struct store *store, const char *name, int64_t *told, bool *known, struct err *err)
{
    char *value = NULL;

    if (!store_get_value(store, name, &value, err))
        return false;
    *known = value && parse_i64(value, 0, INT64_MAX, told);
    free(value);
    return true;
}

static bool write_place(struct store *store, const char *name, int64_t told, struct err *err)
{
    char value[32];

    snprintf(value, sizeof(value), "%" PRId64, told);
    return store_set_value(store, name, value, err);
}

static bool begin(struct store *store, const char *name, const char *note, int64_t *told, struct err *err)
{
    struct store_alert summary = {
        .at = clock_wall(),
        .summary = true,
        .kind = "api",
        .state = "ok",
        .old_state = "ok",
        .cause = cause_name(CAUSE_AUTHORIZED),
        .old_cause = cause_name(CAUSE_AUTHORIZED),
        .urgency = "none",
        .actor = "nobody",
        .note = note,
    };
    int64_t pending;
    char value[32];

    if (!store_alert_count(store, 0, told, &pending, err))
        return false;
    snprintf(value, sizeof(value), "%" PRId64, *told);
    return store_begin_reader(store, name, value, &summary, err);
}

bool alert_log_begin(const struct config *config, const char *reader, const char *note, int64_t *told,
                     struct err *err)
{
    struct store *store = store_open_within(config->store_path, STORE_WRITE, PATIENCE_MS, err);
    char name[NAME_MAX_BYTES];
    bool known = false;
    bool ok;

    if (!store)
        return false;
    snprintf(name, sizeof(name), "told.%s", reader);
    ok = read_place(store, name, told, &known, err) && (known || begin(store, name, note, told, err));
    store_close(store);
    return ok;
}

bool alert_log_read(const struct config *config, int64_t after, size_t most, store_alert_fn *fn, void *arg,
                    int64_t *last, int64_t *pending, struct err *err)
{
    struct store *store = store_open_within(config->store_path, STORE_READ, PATIENCE_MS, err);
    bool ok;

    if (!store)
        return false;
    ok = store_alert_count(store, after, last, pending, err) &&
         (most == 0 || *pending == 0 || store_alerts_after(store, after, most, fn, arg, err));
    store_close(store);
    return ok;
}

bool alert_log_told(const struct config *config, const char *reader, int64_t number, struct err *err)
{
    struct store *store = store_open_within(config->store_path, STORE_WRITE, PATIENCE_MS, err);
    char name[NAME_MAX_BYTES];
    bool ok;

    if (!store)
        return false;
    snprintf(name, sizeof(name), "told.%s", reader);
    ok = write_place(store, name, number, err);
    store_close(store);
    return ok;
}

bool alert_log_say_api(const struct config *config, const struct verdict *api, const char *why, int64_t now,
                       struct err *err)
{
    const struct fault fault = {.cause = CAUSE_NOT_VERIFIED, .scope = SCOPE_API, .message = why, .request_id = ""};
    struct store *store = store_open_within(config->store_path, STORE_WRITE, PATIENCE_MS, err);
    bool ok = store && recall_record_api(store, config, api, &fault, now, err);

    store_close(store);
    return ok;
}
