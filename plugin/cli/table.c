/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keeps the cells until the widths are known, then writes line by line. */
#include "cli/table.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

enum { GAP = 2, ARROW = 3, CELL_BYTES_MAX = 4096 };

static const char CUT_MARK[] = "...";

struct table {
    const struct screen *screen;
    const struct table_column *column;
    size_t columns;
    size_t widest[TABLE_COLUMNS_MAX];
    const char **cell;  /* rows x columns */
    const char **below; /* per row; "" none */
    enum paint *paint;  /* per row */
    size_t rows, room;
    struct arena arena;
    bool failed;
};

struct table *table_new(const struct screen *screen, const struct table_column *columns, size_t count)
{
    struct table *table = calloc(1, sizeof(*table));

    if (!table)
        return NULL;
    table->screen = screen;
    table->column = columns;
    table->columns = count < TABLE_COLUMNS_MAX ? count : TABLE_COLUMNS_MAX;
    for (size_t i = 0; i < table->columns; i++)
        table->widest[i] = strlen(columns[i].header);
    return table;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    arena_free(&table->arena);
    free(table->cell);
    free(table->below);
    free(table->paint);
    free(table);
}

static bool make_room(struct table *table)
{
    size_t room = table->room ? 2 * table->room : 64;
    const char **cell, **below;
    enum paint *paint;

    if (table->rows < table->room)
        return true;
    cell = reallocarray(table->cell, room * table->columns, sizeof(*cell));
    if (!cell)
        return false;
    table->cell = cell;
    below = reallocarray(table->below, room, sizeof(*below));
    if (!below)
        return false;
    table->below = below;
    paint = reallocarray(table->paint, room, sizeof(*paint));
    if (!paint)
        return false;
    table->paint = paint;
    table->room = room;
    return true;
}

void table_row(struct table *table, enum paint paint, const char *const *cells)
{
    struct buf safe;

    if (table->failed || !make_room(table)) {
        table->failed = true;
        return;
    }
    buf_init(&safe, CELL_BYTES_MAX);
    for (size_t i = 0; i < table->columns; i++) {
        size_t width;

        buf_reset(&safe);
        screen_text(table->screen, cells[i] ? cells[i] : "", &safe);
        table->failed = table->failed || !buf_ok(&safe);
        table->cell[table->rows * table->columns + i] = arena_dup(&table->arena, buf_text(&safe));
        width = screen_width_of(table->screen, buf_text(&safe), buf_len(&safe));
        if (width > table->widest[i])
            table->widest[i] = width;
    }
    table->below[table->rows] = "";
    table->paint[table->rows++] = paint;
    buf_free(&safe);
}

void table_below(struct table *table, const char *text)
{
    struct buf safe;

    if (table->rows == 0)
        return;
    buf_init(&safe, CELL_BYTES_MAX);
    screen_text(table->screen, text, &safe);
    table->failed = table->failed || !buf_ok(&safe);
    table->below[table->rows - 1] = arena_dup(&table->arena, buf_text(&safe));
    buf_free(&safe);
}

size_t table_rows(const struct table *table)
{
    return table->rows;
}

/* Takes columns from the widest column that may give some, until all fit or none may. */
static void fit(const struct table *table, size_t *width)
{
    size_t total = GAP * (table->columns - 1);

    for (size_t i = 0; i < table->columns; i++) {
        width[i] = table->widest[i];
        total += width[i];
    }
    while (table->screen->width > 0 && total > table->screen->width) {
        size_t pick = SIZE_MAX;

        for (size_t i = 0; i < table->columns; i++)
            if (table->column[i].least > 0 && width[i] > table->column[i].least &&
                (pick == SIZE_MAX || width[i] > width[pick]))
                pick = i;
        if (pick == SIZE_MAX)
            return;
        width[pick]--;
        total--;
    }
}

/* Appends a cell; returns the columns it took. */
static size_t write_cell(const struct table *table, const char *text, size_t width, struct buf *out)
{
    size_t len = strlen(text), used = 0, mark = sizeof(CUT_MARK) - 1;

    if (screen_width_of(table->screen, text, len) <= width) {
        buf_str(out, text);
        return screen_width_of(table->screen, text, len);
    }
    if (width <= mark)
        mark = 0;
    len = screen_cut(table->screen, text, len, width - mark, &used);
    for (; len > 0 && text[len - 1] == ' '; len--)
        used--;
    buf_add(out, text, len);
    buf_add(out, CUT_MARK, mark);
    return used + mark;
}

static void write_line(const struct table *table, const size_t *width, const char *const *cells, enum paint first,
                       enum paint all, struct buf *out)
{
    size_t last = table->columns, open = 0; /* blanks owed before the next cell that has text */

    while (last > 0 && !cells[last - 1][0])
        last--;
    screen_begin(table->screen, all, out);
    for (size_t i = 0; i < last; i++) {
        buf_printf(out, "%*s", (int)open, "");
        if (i == 0)
            screen_begin(table->screen, first, out);
        open = width[i] + GAP - write_cell(table, cells[i], width[i], out);
        if (i == 0)
            screen_end(table->screen, first, out);
    }
    screen_end(table->screen, all, out);
    buf_char(out, '\n');
}

bool table_write(const struct table *table, struct buf *out)
{
    size_t width[TABLE_COLUMNS_MAX];
    const char *header[TABLE_COLUMNS_MAX];

    if (table->failed || table->arena.failed)
        return false;
    fit(table, width);
    for (size_t i = 0; i < table->columns; i++)
        header[i] = table->column[i].header;
    write_line(table, width, header, PAINT_NONE, PAINT_BOLD, out);
    for (size_t row = 0; row < table->rows; row++) {
        write_line(table, width, table->cell + row * table->columns, table->paint[row], PAINT_NONE, out);
        if (!table->below[row][0])
            continue;
        buf_printf(out, "%*s-> ", (int)(width[0] + GAP), "");
        screen_fold(table->screen, table->below[row], width[0] + GAP + ARROW, width[0] + GAP + ARROW, out);
    }
    return buf_ok(out);
}
