/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads CSV as RFC 4180 has it, row by row, with the line each row began on. */
#ifndef TTA_BASE_CSV_H
#define TTA_BASE_CSV_H

#include "base/attr.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum { CSV_FIELDS_MAX = 64, CSV_FIELD_BYTES_MAX = 8192, CSV_ROW_BYTES_MAX = 65536 };

/* Fields are NUL-terminated, quotes resolved, outer blanks (space, tab) of unquoted fields trimmed. */
struct csv_row {
    unsigned line; /* of its first byte, from 1 */
    size_t count;
    const char *field[CSV_FIELDS_MAX];
    const char *fault; /* NULL, or what is wrong with the row's form; the fields before the fault are there */
};

/* Called once per row; blank lines and lines whose first byte is '#' are left out. The row lives during the call.
 * A false return ends the reading. */
typedef bool csv_row_fn(void *arg, const struct csv_row *row);

/* Reads the whole text: LF or CRLF, an optional UTF-8 BOM, the last line end optional. A row that is not well
 * formed (text behind a closing quote, a quote not closed by the end, a NUL or bytes that are no UTF-8, too many
 * or too long fields) is handed over with `fault` set, and reading goes on at the line behind the one it began on.
 * False: `fn` ended it, or out of memory. */
bool csv_read(const char *text, size_t len, csv_row_fn *fn, void *arg) TTA_MUST_CHECK;

/* Appends one field (`first`: of its row; the others bring their comma), quoted where RFC 4180 or csv_read wants
 * it; CR and LF inside become blanks, so that a row is one line. The caller ends the row with "\n". */
bool csv_write_field(struct buf *out, const char *text, bool first);

#endif
