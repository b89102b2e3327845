/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * All complaints that a judgement knows of: those of the configuration now, then those of the snapshot. */
#ifndef TTA_CORE_COMPLAINT_WALK_H
#define TTA_CORE_COMPLAINT_WALK_H

#include "base/attr.h"
#include "core/complaint.h"
#include "core/snapshot.h"

#include <stdbool.h>
#include <stddef.h>

enum { COMPLAINT_WALK_TEXT_MAX = 512 };

/* The fields above the blank line are the walk's result, set by complaint_next. */
struct complaint_walk {
    int subject; /* enum subject */
    const char *name;
    char text[COMPLAINT_WALK_TEXT_MAX]; /* with file and line; engines strip quotes, so it has none around words */

    const struct complaints *now;
    const struct snapshot *snapshot;
    size_t at;
};

/* Either may be NULL. */
void complaint_walk(struct complaint_walk *walk, const struct complaints *now, const struct snapshot *snapshot);
/* The next one; one that both have comes once. */
bool complaint_next(struct complaint_walk *walk) TTA_MUST_CHECK;
/* The text with what is wrong first: "no token (/etc/x/clients.csv line 7)". */
void complaint_reason_first(const struct complaint_walk *walk, char *out, size_t size);

#endif
