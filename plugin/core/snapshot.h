/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot: a board as bytes, laid out so that one row is found without reading the rest. */
#ifndef TTA_CORE_SNAPSHOT_H
#define TTA_CORE_SNAPSHOT_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SNAPSHOT_SIZE_MAX = 1 << 30 };

/* Appends the board as bytes: magic and version, a header, fixed-size rows, a pool of strings each kept once.
 *
 * False when the buffer failed, or the board is not as board.h says (an index outside its array, advertisers not
 * ordered). The same board gives the same bytes. */
bool snapshot_encode(const struct board *board, struct buf *out) TTA_MUST_CHECK;

/* A snapshot opened over bytes that it borrows (mapped, as a rule). */
struct snapshot;

/* Looks at header and section bounds alone, so the cost does not grow with the number of advertisers. NULL with
 * *err: not a snapshot, another version or byte order, cut short. Rows are checked when they are read: a damaged
 * one is "not found", never a crash. */
struct snapshot *snapshot_open(const void *bytes, size_t len, struct err *err) TTA_MUST_CHECK;
void snapshot_close(struct snapshot *snapshot);

/* Header, api and counts; the arrays of the board that this returns are NULL with their counts set. */
const struct board *snapshot_board(const struct snapshot *snapshot);

/* The oldest end of a token's newest attempt, so that a young snapshot is known as such at once; 0: a token was
 * never asked, or its newest attempt failed. With no tokens, INT64_MAX. */
int64_t snapshot_oldest_attempt(const struct snapshot *snapshot);
/* An app's advertisers lie together: the first one's index and how many; 0, 0 for no such app. */
void snapshot_app_members(const struct snapshot *snapshot, uint32_t app, uint32_t *first, uint32_t *count);

/* Each fills *out with strings inside the snapshot; false: no such index, or damaged. */
bool snapshot_app(const struct snapshot *snapshot, uint32_t index, struct board_app *out) TTA_MUST_CHECK;
bool snapshot_token(const struct snapshot *snapshot, uint32_t index, struct board_token *out) TTA_MUST_CHECK;
bool snapshot_advertiser(const struct snapshot *snapshot, uint32_t index,
                         struct board_advertiser *out) TTA_MUST_CHECK;
bool snapshot_root(const struct snapshot *snapshot, uint32_t index, struct board_root *out) TTA_MUST_CHECK;
bool snapshot_problem(const struct snapshot *snapshot, uint32_t index,
                      struct board_advertiser *out) TTA_MUST_CHECK;
bool snapshot_input(const struct snapshot *snapshot, uint32_t index, struct board_input *out) TTA_MUST_CHECK;
bool snapshot_complaint(const struct snapshot *snapshot, uint32_t index,
                        struct board_complaint *out) TTA_MUST_CHECK;

/* By name; the index in *index where given. Advertisers by binary search in (app, id). */
bool snapshot_find_app(const struct snapshot *snapshot, const char *name, struct board_app *out,
                       uint32_t *index) TTA_MUST_CHECK;
bool snapshot_find_token(const struct snapshot *snapshot, const char *name, struct board_token *out,
                         uint32_t *index) TTA_MUST_CHECK;
bool snapshot_find_advertiser(const struct snapshot *snapshot, uint32_t app, const char *id,
                              struct board_advertiser *out, uint32_t *index) TTA_MUST_CHECK;

#endif
