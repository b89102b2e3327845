/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A judgement as plugin output: text with perfdata, or one JSON object. */
#ifndef TTA_CORE_OUTPUT_H
#define TTA_CORE_OUTPUT_H

#include "base/buf.h"
#include "base/jsonw.h"
#include "core/judgement.h"
#include "core/member_walk.h"

#include <stdbool.h>

enum { OUTPUT_LINE_MAX = 130 };

/* Line 1 alone, without a newline: at most OUTPUT_LINE_MAX bytes of US-ASCII, no character that engines strip. */
bool output_line(const struct judgement *judgement, struct buf *out);
/* Line 1, the long text, and perfdata last. `verbose` adds members and details. */
bool output_text(const struct judgement *judgement, int verbose, struct buf *out);
/* One object, one line without a newline, schema 1. */
bool output_json(const struct judgement *judgement, struct buf *out);
/* One advertiser as an item of such an object's "advertisers". */
void output_json_advertiser(struct jsonw *w, const struct snapshot *snapshot, const struct member *member,
                            int64_t now);

#endif
