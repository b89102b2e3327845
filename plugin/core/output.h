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
/* The same apart: text without perfdata, and perfdata alone ("unauthorized=0;;;0;1 age=60s;;;0"), "" none. */
bool output_parts(const struct judgement *judgement, int verbose, struct buf *text, struct buf *perfdata);
/* Likewise of a root cause that no selection names, a client or an endpoint. `member`: the judgement of an
 * advertiser that it took, which has what was answered and what to do. */
bool output_root_parts(const struct judgement *member, const struct board_root *root, struct buf *text,
                       struct buf *perfdata);
/* And of one that took nothing: OK, or past stale_after (`stale`, `state`) that it was last known so at
 * `verified_at`. */
bool output_quiet_parts(enum scope kind, const char *id, bool stale, enum state state, int64_t verified_at,
                        int64_t now, struct buf *text, struct buf *perfdata);
/* One object, one line without a newline, schema 1. */
bool output_json(const struct judgement *judgement, struct buf *out);
/* One advertiser as an item of such an object's "advertisers". */
void output_json_advertiser(struct jsonw *w, const struct snapshot *snapshot, const struct member *member,
                            int64_t now);

#endif
