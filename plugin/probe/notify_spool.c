/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Engines as a source: what their commands have put down is joined with what the snapshot knows, and taken in. */
#include "probe/notify_private.h"

#include "base/log.h"
#include "core/notice_source.h"
#include "probe/enqueue.h"
#include "probe/spool.h"

#include <stdlib.h>

enum { FILES_AT_ONCE = 200 };

enum taken { TAKEN, NO_NOTICE, NOT_NOW };

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
    return notify_take(notify, &notice, NULL, 0, false, err) ? TAKEN : NOT_NOW;
}

/* False with *err: no more of them now. What can't be read lies there still and holds up nothing: *unread says
 * why. */
static bool take_file(struct notify *notify, const char *folder, const char *name, struct err *unread,
                      struct err *err)
{
    struct arena arena = {0};
    struct err why = {""};
    struct buf bytes;
    bool ok = false;

    buf_init(&bytes, SPOOL_FILE_MAX);
    if (!spool_read(folder, name, &bytes, unread)) {
        buf_free(&bytes);
        return true;
    }
    switch (take(notify, &bytes, &arena, &why)) {
    case TAKEN:
        ok = spool_drop(folder, name, err);
        break;
    case NO_NOTICE:
        log_warning("notify", "%s/%s is no notification and is set aside: %s", folder, name, why.text);
        ok = spool_set_aside(folder, name, err);
        break;
    case NOT_NOW:
        *err = why;
        break;
    }
    buf_free(&bytes);
    arena_free(&arena);
    return ok;
}

bool notify_look_at_spool(struct notify *notify, struct err *err)
{
    char *folder = notify_spool_folder(notify->config);
    struct spool_list list = {0};
    struct err unread = {""};
    size_t at = 0, most = FILES_AT_ONCE;
    bool ok = folder || err_set(err, "out of memory");

    ok = ok && spool_list(folder, &list, err);
    for (; ok && at < list.count && at < most && !notify->stale; at++) {
        struct err why = {""};

        ok = take_file(notify, folder, list.name[at], &why, err);
        if (why.text[0]) {
            unread = why;
            most++;
        }
    }
    if (ok && at < list.count)
        notify->look_ms = 0; /* there is more */
    if (ok && unread.text[0]) {
        *err = unread;
        ok = false;
    }
    spool_list_free(&list);
    free(folder);
    return ok;
}
