/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The CSV reader: a row is read whole or handed over as faulty, and then only its first line is given up. */
#include "base/csv.h"

#include "base/text.h"

#include <string.h>

static const char TOO_LONG_FIELD[] = "a field is longer than 8192 bytes";
static const char TOO_LONG_ROW[] = "the row is longer than 65536 bytes";

struct reader {
    const char *at, *end;
    struct buf bytes; /* the row's fields, each with its NUL */
    size_t start[CSV_FIELDS_MAX];
    struct csv_row row;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Length of the line end at p: LF, CRLF, or a CR that is the text's last byte. 0: none. */
static size_t line_end(const struct reader *r, const char *p)
{
    if (p < r->end && *p == '\n')
        return 1;
    if (p < r->end && *p == '\r' && (p + 1 == r->end || p[1] == '\n'))
        return p + 1 == r->end ? 1 : 2;
    return 0;
}

static bool at_row_end(const struct reader *r)
{
    return r->at == r->end || line_end(r, r->at) > 0;
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

static const char *begin_of_next_line(const char *from, const char *end)
{
    const char *lf = memchr(from, '\n', (size_t)(end - from));

    return lf ? lf + 1 : end;
}

/* Each of these takes bytes from r->at and returns NULL, or what is wrong. */

static const char *read_quoted(struct reader *r)
{
    size_t start = buf_len(&r->bytes);

    for (r->at++; r->at < r->end; r->at++) {
        if (*r->at == '"') {
            if (r->at + 1 == r->end || r->at[1] != '"') {
                r->at++;
                skip_blanks(r);
                return at_row_end(r) || *r->at == ',' ? NULL : "there is text behind a closing quote";
            }
            r->at++;
        }
        if (buf_len(&r->bytes) - start >= CSV_FIELD_BYTES_MAX)
            return TOO_LONG_FIELD;
        buf_char(&r->bytes, *r->at);
    }
    return "a quote is not closed";
}

static const char *read_plain(struct reader *r)
{
    const char *start = r->at;
    size_t len;

    while (!at_row_end(r) && *r->at != ',')
        r->at++;
    len = (size_t)(r->at - start);
    while (len > 0 && is_blank(start[len - 1]))
        len--;
    if (len > CSV_FIELD_BYTES_MAX)
        return TOO_LONG_FIELD;
    buf_add(&r->bytes, start, len);
    return NULL;
}

static const char *read_field(struct reader *r)
{
    size_t start = buf_len(&r->bytes);
    const char *fault, *bytes;
    size_t len;

    if (r->row.count == CSV_FIELDS_MAX)
        return "there are more than 64 fields";
    skip_blanks(r);
    fault = r->at < r->end && *r->at == '"' ? read_quoted(r) : read_plain(r);
    if (fault)
        return fault;
    if (!buf_ok(&r->bytes))
        return "out of memory"; /* read_row sees it too; `start` lies behind what is left */
    bytes = buf_text(&r->bytes) + start;
    len = buf_len(&r->bytes) - start;
    if (memchr(bytes, '\0', len))
        return "there is a NUL byte";
    if (!text_is_utf8(bytes, len))
        return "the text is not UTF-8";
    buf_char(&r->bytes, '\0');
    r->start[r->row.count++] = start;
    return NULL;
}

static const char *read_fields(struct reader *r)
{
    const char *start = r->at, *fault;

    for (;; r->at++) {
        fault = read_field(r);
        if (fault)
            return fault;
        if (r->at - start > CSV_ROW_BYTES_MAX)
            return TOO_LONG_ROW;
        if (at_row_end(r))
            return NULL;
    }
}

/* Reads one row from r->at. False: out of memory. */
static bool read_row(struct reader *r)
{
    const char *start = r->at;

    buf_reset(&r->bytes);
    r->row.count = 0;
    r->row.fault = read_fields(r);
    /* After a fault the quotes can't be trusted, so the row's later lines count as rows of their own. */
    r->at = r->row.fault ? begin_of_next_line(start, r->end) : r->at + line_end(r, r->at);
    for (size_t i = 0; i < r->row.count; i++)
        r->row.field[i] = buf_text(&r->bytes) + r->start[i];
    return buf_ok(&r->bytes);
}

static bool is_left_out(const struct reader *r)
{
    const char *p = r->at;

    if (*p == '#')
        return true;
    while (p < r->end && is_blank(*p))
        p++;
    return p == r->end || line_end(r, p) > 0;
}

static unsigned count_lines(const char *from, const char *to)
{
    unsigned lines = 0;

    while ((from = memchr(from, '\n', (size_t)(to - from))) != NULL) {
        lines++;
        from++;
    }
    return lines;
}

bool csv_read(const char *text, size_t len, csv_row_fn *fn, void *arg)
{
    static const char BOM[] = "\xef\xbb\xbf";
    struct reader r = {.at = text, .row = {.line = 1}};
    bool ok = true;

    if (len == 0)
        return true;
    r.end = text + len;
    buf_init(&r.bytes, CSV_ROW_BYTES_MAX + CSV_FIELD_BYTES_MAX + CSV_FIELDS_MAX);
    if (len >= 3 && memcmp(text, BOM, 3) == 0)
        r.at += 3;
    while (ok && r.at < r.end) {
        const char *start = r.at;

        if (is_left_out(&r))
            r.at = begin_of_next_line(r.at, r.end);
        else
            ok = read_row(&r) && fn(arg, &r.row);
        r.row.line += count_lines(start, r.at);
    }
    buf_free(&r.bytes);
    return ok;
}

static bool wants_quotes(const char *text, bool first)
{
    size_t len = strlen(text);

    if (len == 0)
        return first; /* a lone empty field would read as a blank line */
    return strpbrk(text, ",\"\r\n") || is_blank(text[0]) || is_blank(text[len - 1]) ||
           (first && (text[0] == '#' || text[0] == '\xef'));
}

bool csv_write_field(struct buf *out, const char *text, bool first)
{
    bool quotes = wants_quotes(text, first);

    if (!first)
        buf_char(out, ',');
    if (quotes)
        buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            buf_char(out, '"');
        buf_char(out, *text == '\r' || *text == '\n' ? ' ' : *text);
    }
    if (quotes)
        buf_char(out, '"');
    return buf_ok(out);
}
