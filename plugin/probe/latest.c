/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Follows the published snapshot by the stamp of its file. It is read, not mapped: who keeps a mapping for minutes
 * dies with the file that somebody cuts short. */
#include "probe/latest.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

/* A snapshot with the bytes it lies in. */
struct reading {
    struct buf bytes;
    struct snapshot *snapshot; /* NULL: none */
};

struct latest {
    struct file_stamp stamp;   /* of the file that is open */
    struct file_stamp refused; /* of one that could not be opened, and is tried again; said once */
    struct reading open;
};

struct latest *latest_new(void)
{
    return calloc(1, sizeof(struct latest));
}

static void drop(struct reading *reading)
{
    snapshot_close(reading->snapshot);
    buf_free(&reading->bytes);
    reading->snapshot = NULL;
}

void latest_free(struct latest *latest)
{
    if (!latest)
        return;
    drop(&latest->open);
    free(latest);
}

static bool load(const char *path, struct reading *out, struct err *err)
{
    out->snapshot = NULL;
    buf_init(&out->bytes, SNAPSHOT_SIZE_MAX);
    if (file_read(path, &out->bytes, err))
        out->snapshot = snapshot_open(buf_text(&out->bytes), buf_len(&out->bytes), err);
    if (out->snapshot)
        return true;
    drop(out);
    return false;
}

static void swap(struct latest *latest, const struct reading *fresh)
{
    drop(&latest->open);
    latest->open = *fresh;
}

bool latest_look(struct latest *latest, const struct config *config)
{
    char *path = config_state_file(config, "snapshot");
    struct file_stamp stamp;
    struct reading fresh;
    struct err why = {""};
    bool changed = path && file_stamp_of(path, &stamp, NULL) && !file_stamp_equal(&stamp, &latest->stamp);
    bool ok = changed && load(path, &fresh, &why);

    free(path);
    if (ok)
        latest->stamp = stamp;
    if (changed && !ok && !file_stamp_equal(&stamp, &latest->refused))
        log_warning("snapshot", "%s", why.text);
    if (changed && !ok)
        latest->refused = stamp;
    if (ok)
        swap(latest, &fresh);
    return ok;
}

bool latest_take(struct latest *latest, int fd)
{
    struct reading fresh;
    struct err why = {""};
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (!load(path, &fresh, &why)) {
        log_warning("snapshot", "%s", why.text);
        return false;
    }
    swap(latest, &fresh);
    return true;
}

const struct snapshot *latest_snapshot(const struct latest *latest)
{
    return latest->open.snapshot;
}
