/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A table on a terminal: columns as wide as they must be, cut where the screen ends. */
#ifndef TTA_CLI_TABLE_H
#define TTA_CLI_TABLE_H

#include "base/attr.h"
#include "base/buf.h"
#include "cli/screen.h"

#include <stdbool.h>
#include <stddef.h>

enum { TABLE_COLUMNS_MAX = 10 };

struct table_column {
    const char *header;
    size_t least; /* columns that are kept when the screen is narrow; 0: never cut */
};

struct table;

/* Borrows `columns` and `screen`. NULL: out of memory. */
struct table *table_new(const struct screen *screen, const struct table_column *columns,
                        size_t count) TTA_MUST_CHECK;
void table_free(struct table *table);
/* Adds a row: one text per column, copied and made safe here; NULL is empty. The first cell is painted. Out of
 * memory shows when the table is written. */
void table_row(struct table *table, enum paint paint, const char *const *cells);
/* Puts a line below the row added last, behind an arrow; "" none. */
void table_below(struct table *table, const char *text);
size_t table_rows(const struct table *table);
/* Appends the table with its header line; a screen too narrow takes columns from the widest that may be cut.
 * False: out of memory somewhere on the way. */
bool table_write(const struct table *table, struct buf *out) TTA_MUST_CHECK;

#endif
