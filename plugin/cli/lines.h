/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pieces of text about a snapshot that more than one command shows. */
#ifndef TTA_CLI_LINES_H
#define TTA_CLI_LINES_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/jsonw.h"
#include "cli/screen.h"
#include "cli/table.h"
#include "probe/probe.h"

#include <stdbool.h>
#include <stdint.h>

enum { LINES_OUTPUT_MAX = 512 << 20 };

/* "3 critical, 1 unknown, 994 ok", the worst first, zeros left out; "none" without any. */
void line_counts(const struct counts *counts, struct buf *out);
/* "app access lost [40001]" */
void line_cause(const struct verdict *verdict, struct buf *out);
/* "TikTok 50002: System error (HTTP 502)": why an attempt verified nothing; not made safe yet. */
void line_fault(const struct fault *fault, struct buf *out);
/* Table of the root causes that explain more than themselves, with a title; nothing when there are none. False:
 * out of memory. */
bool lines_roots(const struct screen *screen, const struct snapshot *snapshot, int64_t now,
                 struct buf *out) TTA_MUST_CHECK;
/* A table of advertisers: its columns fit the screen, and say the app only where there are several. On a narrow
 * screen who acts, since when and the owner stand below the row. NULL: out of memory. */
struct lines_advertisers;
struct lines_advertisers *lines_advertisers_new(const struct screen *screen, const struct config *config,
                                                const struct snapshot *snapshot, int64_t now) TTA_MUST_CHECK;
void lines_advertisers_free(struct lines_advertisers *lines);
/* Adds one, the verdict as it reads now. */
void lines_advertisers_add(struct lines_advertisers *lines, uint32_t index);
bool lines_advertisers_write(const struct lines_advertisers *lines, struct buf *out) TTA_MUST_CHECK;
/* What makes a verdict of this snapshot too old. */
int64_t lines_stale_after_s(const struct config *config, const struct snapshot *snapshot);
/* A time as RFC 3339; null for never. */
void lines_json_time(struct jsonw *w, const char *key, int64_t t);
/* {"ok": 1, "warning": 0, ..., "unauthorized": 0} */
void lines_json_counts(struct jsonw *w, const char *key, const struct counts *counts);
/* True when the word stands in a list of words with blanks between them. */
bool lines_has_word(const char *list, const char *word);
/* Writes the buffer to standard output and empties it; a buffer that failed is said on standard error. False then.
 */
bool lines_print(struct buf *out);

#endif
