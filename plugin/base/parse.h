/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Strict, bounded reading of numbers, durations, ids and words. */
#ifndef TTA_BASE_PARSE_H
#define TTA_BASE_PARSE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An advertiser id: 1 to 20 decimal digits (in practice 19), always text. */
enum { ADVERTISER_ID_MAX = 20 };
/* A video id: 1 to 48 of [A-Za-z0-9_-], the first a letter or digit (in practice 32). */
enum { VIDEO_ID_MAX = 48 };
/* The name of an app, token or feed: 1 to 32 of [A-Za-z0-9._-], the first a letter or digit. */
enum { SECTION_NAME_MAX = 32 };

/* Each takes the whole text (no blanks, no sign unless said, nothing after) and returns true, or false with *out
 * untouched. */
bool parse_u64(const char *text, uint64_t max, uint64_t *out) TTA_MUST_CHECK;
bool parse_i64(const char *text, int64_t min, int64_t max, int64_t *out) TTA_MUST_CHECK; /* leading '-' allowed */
/* "10ms", "5s", "5m", "2h", "1d" and only these units, no bare integer but "0"; in milliseconds; at most 3650d. */
bool parse_duration(const char *text, int64_t *ms) TTA_MUST_CHECK;
/* "64MiB", "10KiB", "1GiB" or bare bytes. */
bool parse_size(const char *text, uint64_t *bytes) TTA_MUST_CHECK;
/* "10%": 1 to 100 */
bool parse_percent(const char *text, int *percent) TTA_MUST_CHECK;
bool parse_yes_no(const char *text, bool *out) TTA_MUST_CHECK; /* exactly "yes" or "no" */
bool parse_advertiser_id(const char *text) TTA_MUST_CHECK;
bool parse_video_id(const char *text) TTA_MUST_CHECK;
bool parse_section_name(const char *text) TTA_MUST_CHECK;
/* A decimal number such as "-1.5" or "20", dot as the point whatever the locale, no exponent, at most 15
 * digits before the point; what is finer than a double can tell is left out. */
bool parse_decimal(const char *text, double *out) TTA_MUST_CHECK;
/* Days "2026-11-22" in UTC; *out is that day's first second. */
bool parse_date(const char *text, int64_t *out) TTA_MUST_CHECK;
/* A moment as clock_rfc3339 writes it, "2026-11-22T02:14:05Z" and no other form; in seconds since the epoch. */
bool parse_time(const char *text, int64_t *out) TTA_MUST_CHECK;

/* Cuts blanks off both ends, in place; returns the new start. */
char *parse_trim(char *text);
/* The next word of a list separated by any of `separators`, runs of them counted once; blanks trimmed. Returns its
 * length, 0 at the end; *cursor moves behind it and *word points into the text, which is not changed. */
size_t parse_word(const char **cursor, const char *separators, const char **word);

#endif
