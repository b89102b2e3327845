/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the list of retired advertisers and looks ids up in it. */
#include "probe/retired.h"

#include "base/arena.h"
#include "base/file.h"
#include "core/grow.h"
#include "ext/store.h"

#include <stdlib.h>
#include <string.h>

struct retired_id {
    const char *app, *id;
};

struct retired {
    struct retired_id *item; /* in id_order */
    size_t count;
    struct arena arena;
    bool failed;
};

static int id_order(const void *a, const void *b)
{
    const struct retired_id *x = a, *y = b;
    int order = strcmp(x->app, y->app);

    return order ? order : strcmp(x->id, y->id);
}

static bool keep(void *arg, const char *app, const char *advertiser_id, int64_t at, const char *who)
{
    struct retired *retired = arg;
    struct retired_id *grown = grow_by_one(retired->item, retired->count, sizeof(*grown));

    (void)at;
    (void)who;
    if (!grown) {
        retired->failed = true;
        return false;
    }
    retired->item = grown;
    grown[retired->count++] =
        (struct retired_id){arena_dup(&retired->arena, app), arena_dup(&retired->arena, advertiser_id)};
    return true;
}

static void read_store(struct retired *retired, const char *path, struct err *err)
{
    struct store *store = store_open(path, STORE_READ, err);

    if (!store)
        return;
    if (!store_each_retired(store, keep, retired, err) && !err->text[0] && !retired->failed)
        err_set(err, "%s can't be read", path);
    store_close(store);
}

struct retired *retired_load(const struct config *config, struct err *err)
{
    struct retired *retired = calloc(1, sizeof(*retired));
    struct file_stamp stamp;
    bool missing = false;

    err->text[0] = '\0';
    if (!retired)
        return NULL;
    if (file_stamp_of(config->store_path, &stamp, &missing) || !missing)
        read_store(retired, config->store_path, err);
    if (retired->failed || retired->arena.failed) {
        retired_free(retired);
        return NULL;
    }
    if (retired->count > 1)
        qsort(retired->item, retired->count, sizeof(*retired->item), id_order);
    return retired;
}

void retired_free(struct retired *retired)
{
    if (!retired)
        return;
    free(retired->item);
    arena_free(&retired->arena);
    free(retired);
}

bool retired_has(const struct retired *retired, const char *app, const char *id)
{
    struct retired_id key = {app, id};

    return retired->count > 0 &&
           bsearch(&key, retired->item, retired->count, sizeof(*retired->item), id_order) != NULL;
}
