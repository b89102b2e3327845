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

static bool take_file(struct notify *notify, const char *folder, const char *name, struct err *err)
{
    struct arena arena = {0};
    struct err why = {""};
    enum taken taken = NOT_NOW;
    struct buf bytes;
    bool ok = false;

    buf_init(&bytes, SPOOL_FILE_MAX);
    if (spool_read(folder, name, &bytes, err))
        taken = take(notify, &bytes, &arena, &why);
    switch (taken) {
    case TAKEN:
        ok = spool_drop(folder, name, err);
        break;
    case NO_NOTICE:
        log_warning("notify", "%s/%s is no notification and is set aside: %s", folder, name, why.text);
        ok = spool_set_aside(folder, name, err);
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

bool notify_look_at_spool(struct notify *notify, struct err *err)
{
    char *folder = notify_spool_folder(notify->config);
    struct spool_list list = {0};
    bool ok = folder || err_set(err, "out of memory");

    ok = ok && spool_list(folder, &list, err);
    for (size_t i = 0; ok && i < list.count && i < FILES_AT_ONCE && !notify->stale; i++)
        ok = take_file(notify, folder, list.name[i], err);
    if (ok && list.count > FILES_AT_ONCE)
        notify->look_ms = 0; /* there is more */
    spool_list_free(&list);
    free(folder);
    return ok;
}
