/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A growing piece of text with a limit, and the escapes that answers need. */
#include "buf.h"

#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool buf_reserve(struct buf *buf, size_t count)
{
    size_t cap = buf->cap == 0 ? 128 : buf->cap;

    if (buf->overflow || count > BUF_LIMIT - buf->len - 1) {
        buf->overflow = true;
        return false;
    }
    if (buf->len + count + 1 <= buf->cap) {
        return true;
    }
    while (cap < buf->len + count + 1) {
        cap *= 2;
    }
    buf->data = mem_grow(buf->data, cap, 1);
    buf->cap = cap;
    return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t count)
{
    if (!buf_reserve(buf, count)) {
        return;
    }
    if (count > 0) {
        memcpy(buf->data + buf->len, bytes, count);
    }
    buf->len += count;
    buf->data[buf->len] = '\0';
}

void buf_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_char(struct buf *buf, char byte)
{
    buf_add(buf, &byte, 1);
}

void buf_format(struct buf *buf, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0 || !buf_reserve(buf, (size_t)length)) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(buf->data + buf->len, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buf->len += (size_t)length;
}

void buf_json(struct buf *buf, const char *text)
{
    const char *from = text;

    if (text == NULL) {
        buf_text(buf, "null");
        return;
    }
    buf_char(buf, '"');
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        buf_add(buf, from, (size_t)(text - from));
        from = text + 1;
        if (byte == '"' || byte == '\\') {
            buf_char(buf, '\\');
            buf_char(buf, (char)byte);
        } else {
            buf_format(buf, "\\u%04x", byte);
        }
    }
    buf_add(buf, from, (size_t)(text - from));
    buf_char(buf, '"');
}

void buf_html(struct buf *buf, const char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        switch (*text) {
        case '&':
            buf_text(buf, "&amp;");
            break;
        case '<':
            buf_text(buf, "&lt;");
            break;
        case '>':
            buf_text(buf, "&gt;");
            break;
        case '"':
            buf_text(buf, "&quot;");
            break;
        case '\'':
            buf_text(buf, "&#39;");
            break;
        default:
            buf_char(buf, *text);
            break;
        }
    }
}

void buf_url(struct buf *buf, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    for (; text != NULL && *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL) {
            buf_char(buf, *text);
        } else {
            buf_format(buf, "%%%02X", (unsigned char)*text);
        }
    }
}

char *buf_take(struct buf *buf)
{
    char *data = buf->data == NULL ? mem_new(1, 1) : buf->data;

    *buf = (struct buf){0};
    return data;
}

const char *buf_string(const struct buf *buf)
{
    return buf->data == NULL ? "" : buf->data;
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}
