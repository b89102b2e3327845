/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words that line 1 and the long text share. */
#ifndef TTA_CORE_OUTPUT_WORDS_H
#define TTA_CORE_OUTPUT_WORDS_H

#include "base/buf.h"
#include "core/board.h"
#include "core/judgement.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OUTPUT_NAME_MAX = 64 };

bool output_has_fault(const struct fault *fault);
/* What kept the last attempt from verifying, in few words: "TikTok 50002", "HTTP 502", "TikTok not reached". Only
 * a code that was received is named. */
void output_fault_words(const struct fault *fault, struct buf *out);
/* "token emea-07", "TikTok API", "endpoint emea-07 GET /path/": safe for line 1, the id at most `max` bytes. */
void output_root_words(enum scope kind, const char *id, size_t max, struct buf *out);
/* "1 advertiser", "75 advertisers" */
void output_advertisers(uint32_t count, struct buf *out);
/* How many of a token's or app's advertisers its loss took: "12 of 50 advertisers", "50 advertisers" for all. */
void output_lost_advertisers(const struct counts *counts, struct buf *out);
/* What happened, of the advertiser or of the token, app or api itself. */
const char *output_lost_words(enum cause cause, bool own);
/* Line 1 of output_root_parts and of output_quiet_parts. */
bool output_root_line(const struct judgement *member, const struct board_root *root, struct buf *out);
bool output_quiet_line(enum scope kind, const char *id, bool stale, enum state state, int64_t verified_at,
                       int64_t now, struct buf *out);
/* Who acts: "the client", "us", "an admin of the Business Center". */
const char *output_actor_words(enum actor actor);
/* Whose grant it is, as far as who must act tells. */
enum grantor output_grantor(enum actor actor);

#endif
