/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Retires advertisers in the store. */
#include "probe/retire.h"

#include "base/buf.h"
#include "base/text.h"
#include "ext/store.h"
#include "probe/audit.h"

#include <stdio.h>
#include <string.h>

enum { WHO_MAX = 64 };

static void copy_safe(char *out, size_t size, const char *text)
{
    struct buf safe;

    buf_init(&safe, size);
    text_safe(&safe, text, strlen(text), false, size - 1);
    (void)snprintf(out, size, "%s", buf_text(&safe)); /* fits: cut above */
    buf_free(&safe);
}

/* --- which app ----------------------------------------------------------------------------------------------- */

/* What the store's list of retired advertisers says of one id. */
struct retired {
    const char *id;
    const char *app; /* NULL: any */
    size_t found;
    char first_app[SECTION_NAME_MAX + 1];
    int64_t at;
    char by[ERR_TEXT_MAX];
};

static bool look_at_retired(void *arg, const char *app, const char *advertiser_id, int64_t at, const char *who)
{
    struct retired *r = arg;

    if (strcmp(advertiser_id, r->id) != 0 || (r->app && strcmp(app, r->app) != 0))
        return true;
    if (r->found++ == 0) {
        copy_safe(r->first_app, sizeof(r->first_app), app);
        copy_safe(r->by, sizeof(r->by), who);
        r->at = at;
    }
    return true;
}

static bool look_up(struct store *store, const char *id, const char *app, struct retired *out, struct err *err)
{
    *out = (struct retired){.id = id, .app = app};
    return store_each_retired(store, look_at_retired, out, err);
}

static bool choose_app(const struct config *config, const struct inventory *inventory, struct store *store,
                       const struct retire_options *options, struct retire_result *out, struct err *err)
{
    bool more = false;
    const struct advertiser *a = inventory_find(config, inventory, options->app, options->id, &more);
    struct retired retired;

    if (a && !(more && !options->app)) {
        copy_safe(out->app, sizeof(out->app), config->app[a->app].name);
        return true;
    }
    if (a)
        return err_set(err, "%s is in the inventory of more than one app: say which with --app", options->id);
    /* One that has left the inventory since can still be taken back. */
    if (!options->undo)
        return err_set(err, "%s is not in the inventory%s%s", options->id, options->app ? " of app " : "",
                       options->app ? options->app : "");
    if (!look_up(store, options->id, options->app, &retired, err))
        return false;
    if (retired.found == 0)
        return err_set(err, "%s is not retired", options->id);
    if (retired.found > 1)
        return err_set(err, "%s is retired in more than one app: say which with --app", options->id);
    copy_safe(out->app, sizeof(out->app), retired.first_app);
    return true;
}

/* --- the line of history ------------------------------------------------------------------------------------- */

static bool add_event(struct store *store, const struct inventory *inventory, const struct config *config,
                      const struct retire_options *options, const char *app, struct err *err)
{
    const struct advertiser *a = inventory_find(config, inventory, app, options->id, NULL);
    char what[WHO_MAX + 64], who[WHO_MAX];

    copy_safe(who, sizeof(who), options->who);
    (void)snprintf(what, sizeof(what), "%s by %s", options->undo ? "taken back from retirement" : "retired",
                   who); /* fits: its parts are bounded */
    return audit_record(store,
                        &(struct audit){
                            .at = options->now,
                            .kind = "advertiser",
                            .app = app,
                            .object = options->id,
                            .name = a ? a->name : NULL,
                            .who = who,
                            .what = what,
                            .result = options->reason,
                        },
                        err);
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

static bool change(struct store *store, const struct config *config, const struct inventory *inventory,
                   const struct retire_options *options, struct retire_result *out, struct err *err)
{
    struct retired retired;
    struct err gap = {.text = ""};
    char who[WHO_MAX];

    if (!choose_app(config, inventory, store, options, out, err) ||
        !look_up(store, options->id, out->app, &retired, err))
        return false;
    out->changed = options->undo == (retired.found > 0);
    if (!out->changed) {
        out->since = retired.at;
        copy_safe(out->by, sizeof(out->by), retired.by);
        return true;
    }
    copy_safe(who, sizeof(who), options->who);
    if (options->undo ? !store_unretire(store, out->app, options->id, err)
                      : !store_retire(store, out->app, options->id, options->now, who, err))
        return false;
    if (!add_event(store, inventory, config, options, out->app, &gap))
        copy_safe(out->gap, sizeof(out->gap), gap.text[0] ? gap.text : "the store can't be written");
    return true;
}

bool retire_advertiser(const struct config *config, const struct inventory *inventory,
                       const struct retire_options *options, struct retire_result *out, struct err *err)
{
    struct store *store = store_open(config->store_path, STORE_WRITE, err);
    bool ok;

    *out = (struct retire_result){.changed = false};
    if (!store)
        return false;
    ok = change(store, config, inventory, options, out, err);
    store_close(store);
    return ok;
}
