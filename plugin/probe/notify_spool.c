/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Engines as a source: what their commands have put down is joined with what the snapshot knows, and taken in. */
#include "probe/notify_private.h"

#include "base/log.h"
#include "core/notice_source.h"
#include "probe/enqueue.h"
#include "probe/spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_AT_ONCE = 200 };

enum taken { TAKEN, NO_NOTICE, KEPT, NOT_NOW };

static bool has_faulty_receiver(const struct config *config)
{
    for (size_t i = 0; i < config->notify_count; i++)
        if (!config->notify[i].usable && config->notify[i].from_engine)
            return true;
    return false;
}

/* It may be for a receiver whose section has a fault, for no other gets it. */
static bool waits_for_mending(const struct notify *notify, const struct notice *notice)
{
    size_t *section = calloc(notify->config->notify_count + 1, sizeof(*section));
    bool nobody = section && route_targets(notify->config, notice, section) == 0;

    free(section);
    for (size_t i = 0; nobody && i < notify->book.target_count; i++)
        nobody = !book_find_alert(&notify->book, notify->book.target[i], notice->key) &&
                 !book_find_item(&notify->book, notify->book.target[i], notice->key);
    if (nobody && !has_faulty_receiver(notify->config))
        log_info("notify", "%s of %s: no receiver takes it", notice_type_name(notice->type), notice->key);
    return nobody && has_faulty_receiver(notify->config);
}

/* NO_NOTICE: *err says why it never will be one. */
static enum taken take(struct notify *notify, const struct buf *bytes, struct arena *arena, struct err *err)
{
    struct notice_source source = {
        .config = notify->config,
        .snapshot = latest_snapshot(notify->latest),
        .arena = arena,
        .now = notify_wall(notify) / 1000,
    };
    struct engine_event event;
    struct notice notice;

    if (!engine_event_decode(buf_text(bytes), buf_len(bytes), arena, &event, err) ||
        !notice_of_event(&source, &event, &notice, err))
        return arena->failed ? NOT_NOW : NO_NOTICE;
    if (waits_for_mending(notify, &notice))
        return KEPT;
    return notify_take(notify, &notice, NULL, 0, false, err) ? TAKEN : NOT_NOW;
}

/* *unread: it can't even be read, which is no reason to leave the others. */
static bool take_file(struct notify *notify, const char *folder, const char *name, bool *unread, struct err *err)
{
    struct arena arena = {0};
    struct err why = {""};
    enum taken taken = NOT_NOW;
    struct buf bytes;
    bool ok = false;

    buf_init(&bytes, SPOOL_FILE_MAX);
    *unread = !spool_read(folder, name, &bytes, err);
    if (!*unread)
        taken = take(notify, &bytes, &arena, &why);
    switch (taken) {
    case TAKEN:
        ok = spool_drop(folder, name, err);
        break;
    case NO_NOTICE:
        log_warning("notify", "%s/%s is no notification and is set aside: %s", folder, name, why.text);
        ok = spool_set_aside(folder, name, err);
        break;
    case KEPT:
        (void)snprintf(notify->kept, sizeof(notify->kept), "%s", name); /* the same size */
        ok = true;
        break;
    case NOT_NOW:
        if (why.text[0])
            *err = why;
        break;
    }
    buf_free(&bytes);
    arena_free(&arena);
    return ok;
}

static bool take_files(struct notify *notify, const char *folder, const struct spool_list *list, struct err *err)
{
    size_t looked = 0;
    bool ok = true, unread = false;

    for (size_t i = 0; i < list->count && looked < FILES_AT_ONCE && !notify->stale; i++) {
        if (strcmp(list->name[i], notify->kept) <= 0)
            continue; /* until the configuration is another one */
        looked++;
        if (take_file(notify, folder, list->name[i], &unread, err))
            continue;
        ok = false;
        if (!unread)
            break;
    }
    if (ok && looked == FILES_AT_ONCE)
        notify->look_ms = 0; /* there is more */
    return ok;
}

bool notify_look_at_spool(struct notify *notify, struct err *err)
{
    char *folder = notify_spool_folder(notify->config);
    struct spool_list list = {0};
    bool ok = folder || err_set(err, "out of memory");

    ok = ok && spool_list(folder, &list, err) && take_files(notify, folder, &list, err);
    spool_list_free(&list);
    free(folder);
    return ok;
}
