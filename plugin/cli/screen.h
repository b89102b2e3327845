/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What standard output is: a terminal of some width, with colours and UTF-8, or not. */
#ifndef TTA_CLI_SCREEN_H
#define TTA_CLI_SCREEN_H

#include "base/attr.h"
#include "base/buf.h"
#include "probe/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum paint { PAINT_NONE, PAINT_GOOD, PAINT_WARNING, PAINT_BAD, PAINT_UNKNOWN, PAINT_DIM, PAINT_BOLD };

struct screen {
    size_t width; /* columns; 0: as wide as the text */
    bool color;
    bool utf8;
};

/* `color`: "always", "never", "auto" or NULL for auto: on a terminal that is not dumb, unless NO_COLOR is set.
 * False: another word. */
bool screen_of(FILE *to, const char *color, struct screen *out) TTA_MUST_CHECK;

/* True when a table has no room for sentences: they stand below its rows then. */
bool screen_is_narrow(const struct screen *screen);
enum paint screen_paint_of(enum state state);
/* Appends what begins and ends a colour; nothing without colours or for PAINT_NONE. */
void screen_begin(const struct screen *screen, enum paint paint, struct buf *out);
void screen_end(const struct screen *screen, enum paint paint, struct buf *out);

/* Appends text from outside, safe for this screen, on one line. */
void screen_text(const struct screen *screen, const char *text, struct buf *out);
/* Columns that well-formed text without control characters takes. */
size_t screen_width_of(const struct screen *screen, const char *text, size_t len);
/* Bytes of the longest start of the text that takes at most `columns`; what it takes in *used. */
size_t screen_cut(const struct screen *screen, const char *text, size_t len, size_t columns, size_t *used);

/* Appends a paragraph folded at blanks, each line behind `indent` blanks; the first line as it stands, with
 * `column` columns taken already. Ends with a newline. */
void screen_fold(const struct screen *screen, const char *text, size_t indent, size_t column, struct buf *out);

#endif
