/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Uploads, judged together, as plugin output. */
#ifndef TTA_CORE_UPLOAD_OUTPUT_H
#define TTA_CORE_UPLOAD_OUTPUT_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/upload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct upload_report {
    const struct config *config;
    const struct upload *const *upload;
    size_t count;
    int64_t stale_after_s; /* 0: nothing ages */
    int64_t now;
    const char *refusal;     /* why nothing is judged: UNKNOWN then; "" or NULL none */
    const char *refusal_fix; /* the end of line 1 then */
    const char *note;        /* a sentence below; "" or NULL none */
};

/* The worst state of all, ok without any. */
enum state upload_report_state(const struct upload_report *report);
/* Line 1 as core/output has it, the long text, and perfdata last. `all`: those that are usable too. */
bool upload_report_text(const struct upload_report *report, bool all, struct buf *out);
/* One object, one line without a newline, schema 1. */
bool upload_report_json(const struct upload_report *report, struct buf *out);

#endif
