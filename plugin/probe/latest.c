/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Follows the published snapshot by the stamp of its file. */
#include "probe/latest.h"

#include "base/file.h"
#include "base/log.h"
#include "probe/published.h"

#include <stdio.h>
#include <stdlib.h>

struct latest {
    struct file_stamp stamp; /* of the file that was looked at last */
    struct published open;
};

struct latest *latest_new(void)
{
    return calloc(1, sizeof(struct latest));
}

void latest_free(struct latest *latest)
{
    if (!latest)
        return;
    published_close(&latest->open);
    free(latest);
}

static int64_t made_at(const struct snapshot *snapshot)
{
    return snapshot ? snapshot_board(snapshot)->made_at : 0;
}

static void swap(struct latest *latest, struct published *fresh)
{
    published_close(&latest->open);
    latest->open = *fresh;
}

bool latest_look(struct latest *latest, const struct config *config)
{
    char *path = config_state_file(config, "snapshot");
    struct file_stamp stamp;
    struct published fresh;
    bool changed = path && file_stamp_of(path, &stamp, NULL) && !file_stamp_equal(&stamp, &latest->stamp);

    free(path);
    if (!changed)
        return false;
    fresh = published_open(config);
    latest->stamp = stamp;
    if (!fresh.snapshot || made_at(fresh.snapshot) < made_at(latest->open.snapshot)) {
        published_close(&fresh);
        return false;
    }
    swap(latest, &fresh);
    return true;
}

bool latest_take(struct latest *latest, int fd)
{
    struct published fresh = {0};
    struct err why = {""};
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    fresh.bytes = file_map(path, SNAPSHOT_SIZE_MAX, &fresh.len, &why);
    if (fresh.bytes)
        fresh.snapshot = snapshot_open(fresh.bytes, fresh.len, &why);
    if (fresh.snapshot) {
        swap(latest, &fresh);
        return true;
    }
    log_warning("snapshot", "%s", why.text);
    published_close(&fresh);
    return false;
}

const struct snapshot *latest_snapshot(const struct latest *latest)
{
    return latest->open.snapshot;
}
