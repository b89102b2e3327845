/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Watched uploads: taken on, asked about until they are settled, published for the checks, let go. */
#include "probe/watch.h"

#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"
#include "ext/store.h"
#include "probe/uploads.h"
#include "probe/watched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PUBLISHED_MODE = 0640, BUSY_POLL_MS = 50 };

/* --- the store's rows ---------------------------------------------------------------------------------------- */

static struct store_upload to_store(const struct upload *u)
{
    return (struct store_upload){
        .app = u->app,
        .advertiser_id = u->advertiser_id,
        .video_id = u->id,
        .granted_by = u->granted_by == GRANTED_BY_US ? "us" : "client",
        .cause = cause_name(u->cause),
        .fault = cause_name(u->fault),
        .has_code = u->has_code,
        .code = u->code,
        .message = u->message,
        .request_id = u->request_id,
        .since = u->since,
        .verified_at = u->verified_at,
        .asked_at = u->asked_at,
        .next_at = u->next_at,
        .asked = u->asked,
        .deadline = u->deadline,
    };
}

/* NULL: out of memory. */
static struct store_upload *rows_of(const struct upload *const *upload, size_t count)
{
    struct store_upload *rows = calloc(count + 1, sizeof(*rows));

    for (size_t i = 0; rows && i < count; i++)
        rows[i] = to_store(upload[i]);
    return rows;
}

/* A row that another release wrote otherwise is left out. */
static bool from_store(void *arg, const struct store_upload *row)
{
    struct upload_list *list = arg;
    struct upload *u;

    if (!parse_section_name(row->app) || !parse_advertiser_id(row->advertiser_id) ||
        !parse_video_id(row->video_id))
        return true;
    u = upload_list_add(list);
    if (!u)
        return list->count == UPLOADS_MAX;
    upload_begin(u, row->app, row->advertiser_id, row->video_id, row->deadline, row->since);
    u->granted_by = strcmp(row->granted_by, "us") == 0 ? GRANTED_BY_US : GRANTED_BY_CLIENT;
    if (!cause_from_name(row->cause, &u->cause))
        u->cause = CAUSE_VIDEO_PROCESSING;
    if (!cause_from_name(row->fault, &u->fault))
        u->fault = CAUSE_AUTHORIZED;
    u->has_code = row->has_code;
    u->code = row->code;
    (void)snprintf(u->message, sizeof(u->message), "%s", row->message);          /* it was cut to that */
    (void)snprintf(u->request_id, sizeof(u->request_id), "%s", row->request_id); /* likewise */
    u->verified_at = row->verified_at;
    u->asked_at = row->asked_at;
    u->next_at = row->next_at;
    u->asked = row->asked;
    return true;
}

static bool load(struct store *store, struct upload_list *list, struct err *err)
{
    return store_each_upload(store, from_store, list, err) || (!err->text[0] && err_set(err, "out of memory"));
}

/* --- the published list -------------------------------------------------------------------------------------- */

static bool publish(const struct config *config, const struct upload_list *list, struct err *err)
{
    char *path = config_state_file(config, watched_file);
    struct buf bytes;
    bool ok;

    buf_init(&bytes, UPLOAD_LIST_BYTES_MAX);
    ok = path && upload_list_encode(list, &bytes);
    if (ok)
        ok = file_replace(path, buf_text(&bytes), buf_len(&bytes), PUBLISHED_MODE, err);
    else
        err_set(err, "out of memory");
    buf_free(&bytes);
    free(path);
    return ok;
}

/* Whether what is published names other uploads, or says otherwise of them. */
static bool is_published(const struct config *config, const struct upload_list *list)
{
    struct upload_list then = {.item = NULL};
    struct err ignored = {""};
    bool same = watched_read(config, &then, &ignored) && then.count == list->count;
    struct buf now, before;

    buf_init(&now, UPLOAD_LIST_BYTES_MAX);
    buf_init(&before, UPLOAD_LIST_BYTES_MAX);
    same = same && upload_list_encode(list, &now) && upload_list_encode(&then, &before) &&
           strcmp(buf_text(&now), buf_text(&before)) == 0;
    buf_free(&now);
    buf_free(&before);
    upload_list_free(&then);
    return same;
}

/* --- taking on and letting go -------------------------------------------------------------------------------- */

static bool find(const struct upload_list *list, const struct upload *u)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->item[i].id, u->id) == 0 && strcmp(list->item[i].advertiser_id, u->advertiser_id) == 0 &&
            strcmp(list->item[i].app, u->app) == 0)
            return true;
    return false;
}

static bool there_is_room(struct store *store, const struct upload *const *upload, size_t count, struct err *err)
{
    struct upload_list list = {.item = NULL};
    size_t more = 0;
    bool ok = load(store, &list, err);

    for (size_t i = 0; ok && i < count; i++)
        more += !find(&list, upload[i]);
    if (ok && list.count + more > UPLOADS_MAX)
        ok = err_set(err, "%zu uploads are watched already, and %d are allowed: --unwatch some", list.count,
                     UPLOADS_MAX);
    upload_list_free(&list);
    return ok;
}

bool watch_add(const struct config *config, const struct upload *const *upload, size_t count, struct err *err)
{
    struct store *store = store_open(config->store_path, STORE_WRITE, err);
    struct store_upload *rows = rows_of(upload, count);
    bool ok = store && (rows || err_set(err, "out of memory")) && there_is_room(store, upload, count, err) &&
              store_watch(store, rows, count, err);

    free(rows);
    store_close(store);
    return ok;
}

bool watch_remove(const struct config *config, const struct upload *const *upload, size_t count, struct err *err)
{
    struct store *store = store_open(config->store_path, STORE_WRITE, err);
    struct store_upload *rows = rows_of(upload, count);
    struct upload_list list = {.item = NULL};
    bool ok = store && (rows || err_set(err, "out of memory")) && store_unwatch(store, rows, count, err) &&
              load(store, &list, err) && (is_published(config, &list) || publish(config, &list, err));

    upload_list_free(&list);
    free(rows);
    store_close(store);
    return ok;
}

/* --- asking -------------------------------------------------------------------------------------------------- */

struct watching {
    const struct watch_options *options;
    const struct config *config;
    struct store *store;
    struct upload_list list;
    struct upload **due; /* into the list: room for all */
};

static int64_t wall(const struct watching *w)
{
    return w->options->env->wall_ms(w->options->env->ctx) / 1000;
}

static bool is_late(const struct watching *w)
{
    return w->options->env->mono_ms(w->options->env->ctx) >= w->options->deadline_ms;
}

/* Asks about those that are due among the uploads of one advertiser, and notes what came of it. */
static bool ask_group(struct watching *w, size_t first, size_t end, struct err *err)
{
    const struct upload *one = &w->list.item[first];
    struct uploads_options options = {
        .env = w->options->env,
        .setup = w->options->setup,
        .store = w->store,
        .advertiser =
            inventory_find(w->config, setup_inventory(w->options->setup), one->app, one->advertiser_id, NULL),
        .deadline_ms = w->options->deadline_ms,
        .longest_s = WATCHED_LONGEST_S,
    };
    struct store_upload *rows;
    size_t count = 0;
    bool ok;

    for (size_t i = first; i < end; i++)
        if (watched_is_due(&w->list.item[i], wall(w)))
            w->due[count++] = &w->list.item[i];
    if (count == 0)
        return true;
    if (!uploads_ask(&options, w->due, count, err))
        return false;
    rows = rows_of((const struct upload *const *)w->due, count);
    ok = rows ? store_note_uploads(w->store, rows, count, err) : err_set(err, "out of memory");
    free(rows);
    return ok;
}

static bool same_advertiser(const struct upload *a, const struct upload *b)
{
    return strcmp(a->app, b->app) == 0 && strcmp(a->advertiser_id, b->advertiser_id) == 0;
}

static bool ask_all(struct watching *w, struct err *err)
{
    size_t end;

    for (size_t first = 0; first < w->list.count; first = end) {
        end = first + 1;
        while (end < w->list.count && same_advertiser(&w->list.item[first], &w->list.item[end]))
            end++;
        if (!is_late(w) && !ask_group(w, first, end, err))
            return false;
    }
    return true;
}

/* Takes out of list and store what was settled long ago. */
static bool let_go(struct watching *w, struct err *err)
{
    size_t kept = 0, gone = 0;
    struct store_upload *rows = calloc(w->list.count + 1, sizeof(*rows));
    struct upload *past = calloc(w->list.count + 1, sizeof(*past));
    bool ok = rows && past;

    for (size_t i = 0; ok && i < w->list.count; i++) {
        struct upload *u = &w->list.item[i];

        if (upload_is_settled(u) && u->since + w->config->videos.keep_s <= wall(w)) {
            past[gone] = *u;
            rows[gone] = to_store(&past[gone]);
            gone++;
        } else
            w->list.item[kept++] = *u;
    }
    if (ok)
        w->list.count = kept;
    else
        err_set(err, "out of memory");
    ok = ok && (gone == 0 || store_unwatch(w->store, rows, gone, err));
    free(rows);
    free(past);
    return ok;
}

static bool poll_locked(struct watching *w, struct err *err)
{
    bool ok;

    if (!load(w->store, &w->list, err))
        return false;
    w->due = calloc(w->list.count + 1, sizeof(struct upload *));
    ok = (w->due || err_set(err, "out of memory")) && ask_all(w, err) && let_go(w, err);
    /* Also what was there before, when it failed on the way: it may be that nobody published that. */
    if (!is_published(w->config, &w->list)) {
        struct err unpublished = {""};

        if (!publish(w->config, &w->list, &unpublished))
            ok = err_set(err, "%s", unpublished.text);
    }
    free(w->due);
    upload_list_free(&w->list);
    return ok;
}

/* Waits for another process that does the same. False: it took too long, or there can be no lock. */
static bool take_lock(const struct watch_options *options, struct lock_file *locks, struct err *err)
{
    for (;;) {
        switch (lock_try(locks, "videos", err)) {
        case LOCK_HELD:
            return true;
        case LOCK_FAILED:
            return false;
        case LOCK_BUSY:
            if (options->env->mono_ms(options->env->ctx) >= options->deadline_ms)
                return err_set(err, "another process asks about the uploads");
            options->env->wait(options->env->ctx, BUSY_POLL_MS);
        }
    }
}

bool watch_poll(const struct watch_options *options, struct err *err)
{
    struct watching w = {.options = options, .config = setup_config(options->setup)};
    char *path = config_state_file(w.config, "sweep.lock");
    struct lock_file *locks = path ? lock_open(path, err) : NULL;
    bool ok = false;

    if (!path)
        err_set(err, "out of memory");
    if (locks && take_lock(options, locks, err)) {
        w.store = store_open(w.config->store_path, STORE_WRITE, err);
        ok = w.store && poll_locked(&w, err);
        store_close(w.store);
    }
    lock_close(locks);
    free(path);
    return ok;
}
