/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot that lies in the state folder, opened. */
#include "probe/published.h"

#include "base/file.h"

#include <stdlib.h>

struct published published_open(const struct config *config)
{
    struct published published = {0};
    char *path = config_state_file(config, "snapshot");
    struct err why = {""};

    if (path)
        published.bytes = file_map(path, SNAPSHOT_SIZE_MAX, &published.len, &why);
    if (published.bytes)
        published.snapshot = snapshot_open(published.bytes, published.len, &why);
    free(path);
    return published;
}

void published_close(struct published *published)
{
    snapshot_close(published->snapshot);
    if (published->bytes)
        file_unmap(published->bytes, published->len);
    *published = (struct published){0};
}
