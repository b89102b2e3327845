/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot that lies in the state folder, opened. */
#ifndef TTA_PROBE_PUBLISHED_H
#define TTA_PROBE_PUBLISHED_H

#include "core/config.h"
#include "core/snapshot.h"

#include <stddef.h>

struct published {
    struct snapshot *snapshot; /* NULL: there is none that can be read */
    const void *bytes;
    size_t len;
};

struct published published_open(const struct config *config);
void published_close(struct published *published);

#endif
