/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The report for people: one HTML page that needs nothing beside itself. */
#ifndef TTA_CORE_REPORT_PAGE_H
#define TTA_CORE_REPORT_PAGE_H

#include "base/attr.h"
#include "base/buf.h"
#include "core/judgement.h"
#include "core/loss.h"

#include <stdbool.h>
#include <stdint.h>

/* Problems beyond so many are rows of the script, so that the page stays of a size that opens. */
enum { REPORT_PROBLEMS_MAX = 500, REPORT_ROOTS_MAX = 200 };

/* Style and script, with what their hashes are for the page's policy ("sha256-..."). */
struct report_assets {
    const char *css, *css_hash;
    const char *js, *js_hash;
};

struct report_input {
    const struct config *config;
    const struct complaints *complaints;
    const struct snapshot *snapshot; /* NULL: none, and `why` says why */
    const char *why;
    const struct losses *losses; /* since `since`; NULL: none could be read, and losses_why says why */
    const char *losses_why;
    int64_t since;
    int64_t now;
    const struct report_assets *assets;
};

/* Appends the page; the same input gives the same bytes. False: out of memory, or beyond the buffer's limit. */
bool report_page(const struct report_input *input, struct buf *out) TTA_MUST_CHECK;

#endif
