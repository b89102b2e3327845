/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The JSON writer: what precedes a value is decided in one place, and so is every escape. */
#include "base/jsonw.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

void jsonw_init(struct jsonw *w, struct buf *out, bool pretty)
{
    *w = (struct jsonw){.out = out, .pretty = pretty};
}

/* Length of the run of ASCII at the text's start that is written as it is; texts are nearly all of such. */
static size_t plain_run(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && text[n] >= 0x20 && text[n] < 0x7f && text[n] != '"' && text[n] != '\\')
        n++;
    return n;
}

/* Writes the character at the text's start, escaped; returns how many bytes it took. */
static size_t add_char(struct buf *out, const char *text, size_t len)
{
    uint32_t code = 0;
    size_t n = text_char(text, len, &code);

    if (n == 0) {
        buf_str(out, "\xef\xbf\xbd"); /* U+FFFD */
        return 1;
    }
    if (text_is_control(code))
        buf_printf(out, "\\u%04x", (unsigned)code);
    else {
        if (code == '"' || code == '\\')
            buf_char(out, '\\');
        buf_add(out, text, n);
    }
    return n;
}

static void add_text(struct jsonw *w, const char *text, size_t len)
{
    buf_char(w->out, '"');
    for (size_t i = 0; i < len;) {
        size_t run = plain_run(text + i, len - i);

        if (run > 0)
            buf_add(w->out, text + i, run);
        i += run;
        if (i < len)
            i += add_char(w->out, text + i, len - i);
    }
    buf_char(w->out, '"');
}

static void new_line(struct jsonw *w)
{
    if (!w->pretty)
        return;
    buf_char(w->out, '\n');
    for (int i = 0; i < w->depth; i++)
        buf_str(w->out, "  ");
}

/* What stands before a value: comma, line, key. */
static void begin_value(struct jsonw *w, const char *key)
{
    if (w->depth > 0) {
        if (w->has_item[w->depth])
            buf_char(w->out, ',');
        w->has_item[w->depth] = true;
        new_line(w);
    }
    if (key) {
        add_text(w, key, strlen(key));
        buf_str(w->out, w->pretty ? ": " : ":");
    }
}

static void open_level(struct jsonw *w, const char *key, char bracket)
{
    begin_value(w, key);
    if (w->depth == JSONW_DEPTH_MAX) {
        buf_fail(w->out);
        return;
    }
    buf_char(w->out, bracket);
    w->has_item[++w->depth] = false;
}

static void close_level(struct jsonw *w, char bracket)
{
    bool had_item = w->has_item[w->depth];

    if (w->depth == 0) {
        buf_fail(w->out);
        return;
    }
    w->depth--;
    if (had_item)
        new_line(w);
    buf_char(w->out, bracket);
}

void jsonw_object(struct jsonw *w, const char *key)
{
    open_level(w, key, '{');
}

void jsonw_object_end(struct jsonw *w)
{
    close_level(w, '}');
}

void jsonw_array(struct jsonw *w, const char *key)
{
    open_level(w, key, '[');
}

void jsonw_array_end(struct jsonw *w)
{
    close_level(w, ']');
}

void jsonw_string(struct jsonw *w, const char *key, const char *text)
{
    jsonw_string_n(w, key, text, text ? strlen(text) : 0);
}

void jsonw_string_n(struct jsonw *w, const char *key, const char *text, size_t len)
{
    if (!text) {
        jsonw_null(w, key);
        return;
    }
    begin_value(w, key);
    add_text(w, text, len);
}

void jsonw_int(struct jsonw *w, const char *key, int64_t value)
{
    begin_value(w, key);
    buf_printf(w->out, "%" PRId64, value);
}

void jsonw_bool(struct jsonw *w, const char *key, bool value)
{
    begin_value(w, key);
    buf_str(w->out, value ? "true" : "false");
}

void jsonw_null(struct jsonw *w, const char *key)
{
    begin_value(w, key);
    buf_str(w->out, "null");
}
