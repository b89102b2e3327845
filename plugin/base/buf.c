/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The bounded buffer: bytes[len] is always NUL where there is memory, and len never passes limit. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64 };

/* One byte is kept for the NUL, so that no sum of lengths below can overflow. */
static const size_t LIMIT_MAX = SIZE_MAX / 4;

void buf_init(struct buf *b, size_t limit)
{
    *b = (struct buf){.limit = limit < LIMIT_MAX ? limit : LIMIT_MAX};
}

void buf_init_secret(struct buf *b, size_t limit)
{
    buf_init(b, limit);
    b->secret = true;
}

static void drop(struct buf *b)
{
    if (b->secret && b->bytes)
        explicit_bzero(b->bytes, b->room);
    free(b->bytes);
    b->bytes = NULL;
    b->len = 0;
    b->room = 0;
}

void buf_free(struct buf *b)
{
    drop(b);
    b->failed = false;
}

void buf_wipe(struct buf *b)
{
    if (b->bytes)
        explicit_bzero(b->bytes, b->room);
    buf_free(b);
}

void buf_reset(struct buf *b)
{
    b->failed = false;
    buf_cut(b, 0);
}

bool buf_fail(struct buf *b)
{
    drop(b);
    b->failed = true;
    return false;
}

static char *resize(struct buf *b, size_t room)
{
    char *bytes;

    if (!b->secret)
        return realloc(b->bytes, room);
    /* realloc would leave a copy behind in freed memory. */
    bytes = malloc(room);
    if (bytes && b->bytes) {
        memcpy(bytes, b->bytes, b->len + 1);
        explicit_bzero(b->bytes, b->room);
        free(b->bytes);
    }
    return bytes;
}

/* Room for `more` bytes and a NUL behind them. */
static bool reserve(struct buf *b, size_t more)
{
    size_t need, room;
    char *bytes;

    if (b->failed)
        return false;
    if (more > b->limit - b->len)
        return buf_fail(b);
    need = b->len + more + 1;
    if (need <= b->room)
        return true;
    room = b->room * 2 > ROOM_FIRST ? b->room * 2 : ROOM_FIRST;
    if (room > b->limit + 1)
        room = b->limit + 1;
    if (room < need)
        room = need;
    bytes = resize(b, room);
    if (!bytes)
        return buf_fail(b);
    b->bytes = bytes;
    b->room = room;
    b->bytes[b->len] = '\0';
    return true;
}

bool buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (!reserve(b, len))
        return false;
    if (len > 0)
        memcpy(b->bytes + b->len, bytes, len);
    b->len += len;
    b->bytes[b->len] = '\0';
    return true;
}

bool buf_str(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

bool buf_char(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    bool ok;

    va_start(args, format);
    ok = buf_vprintf(b, format, args);
    va_end(args);
    return ok;
}

bool buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    int len;
    bool ok;

    if (!reserve(b, 0))
        return false;
    va_copy(again, args);
    len = vsnprintf(b->bytes + b->len, b->room - b->len, format, args);
    if (len < 0)
        ok = buf_fail(b);
    else if ((size_t)len < b->room - b->len)
        ok = true;
    else {
        b->bytes[b->len] = '\0';
        ok = reserve(b, (size_t)len);
        if (ok)
            vsnprintf(b->bytes + b->len, (size_t)len + 1, format, again);
    }
    va_end(again);
    if (ok)
        b->len += (size_t)len;
    return ok;
}

void *buf_grow(struct buf *b, size_t len)
{
    void *start;

    if (!reserve(b, len))
        return NULL;
    start = b->bytes + b->len;
    memset(start, 0, len + 1);
    b->len += len;
    return start;
}

void buf_cut(struct buf *b, size_t len)
{
    if (len > b->len || !b->bytes)
        return;
    if (b->secret)
        explicit_bzero(b->bytes + len, b->len - len);
    b->len = len;
    b->bytes[len] = '\0';
}

const char *buf_text(const struct buf *b)
{
    return b->bytes ? b->bytes : "";
}

size_t buf_len(const struct buf *b)
{
    return b->len;
}

bool buf_ok(const struct buf *b)
{
    return !b->failed;
}

char *buf_take(struct buf *b, size_t *len)
{
    char *bytes;

    if (!reserve(b, 0))
        return NULL;
    bytes = b->bytes;
    if (len)
        *len = b->len;
    b->bytes = NULL;
    b->len = 0;
    b->room = 0;
    return bytes;
}
