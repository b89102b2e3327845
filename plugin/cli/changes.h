/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What one snapshot says otherwise than another. */
#ifndef TTA_CLI_CHANGES_H
#define TTA_CLI_CHANGES_H

#include "base/attr.h"
#include "probe/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct change {
    uint32_t index; /* of the advertiser, in the newer snapshot */
    bool is_new;    /* the older one has no such advertiser */
    enum state old_state;
    enum cause old_cause;
};

/* The advertisers whose state or cause differs, in the newer one's order. The caller frees. NULL: out of memory.
 */
struct change *changes_between(const struct snapshot *older, const struct snapshot *newer,
                               size_t *count) TTA_MUST_CHECK;

#endif
