/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: any bytes as CSV; each good row, written again, reads the same. */
#include "base/csv.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct state {
    unsigned last_line;
    struct buf written;
};

static bool compare(void *arg, const struct csv_row *row)
{
    const struct csv_row *first = arg;

    if (row->fault || row->count != first->count)
        abort();
    for (size_t i = 0; i < row->count; i++) {
        const char *a = first->field[i], *b = row->field[i];

        for (; *a && (*a == *b || ((*a == '\r' || *a == '\n') && *b == ' ')); a++)
            b++;
        if (*a || *b)
            abort();
    }
    return true;
}

static void write_and_read_again(struct buf *out, const struct csv_row *row)
{
    struct csv_row copy = *row;

    buf_reset(out);
    for (size_t i = 0; i < row->count; i++)
        csv_write_field(out, row->field[i], i == 0);
    buf_char(out, '\n');
    /* Escaped quotes can take a written row past the limit of a row. */
    if (!buf_ok(out) || buf_len(out) > CSV_ROW_BYTES_MAX)
        return;
    if (memchr(buf_text(out), '\n', buf_len(out)) != buf_text(out) + buf_len(out) - 1)
        abort();
    if (!csv_read(buf_text(out), buf_len(out), compare, &copy))
        abort();
}

static bool take_row(void *arg, const struct csv_row *row)
{
    struct state *s = arg;

    if (row->line <= s->last_line || row->count > CSV_FIELDS_MAX || (!row->fault && row->count == 0))
        abort();
    s->last_line = row->line;
    for (size_t i = 0; i < row->count; i++) {
        size_t len = strlen(row->field[i]);

        if (len > CSV_FIELD_BYTES_MAX || !text_is_utf8(row->field[i], len))
            abort();
    }
    if (!row->fault)
        write_and_read_again(&s->written, row);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct state s = {0};

    buf_init(&s.written, 4 * CSV_ROW_BYTES_MAX);
    if (!csv_read((const char *)data, size, take_row, &s))
        abort();
    buf_free(&s.written);
    return 0;
}
