/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A growing piece of text with a limit, and the escapes that answers need. */
#ifndef SANDBOX_BUF_H
#define SANDBOX_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* No answer of the sandbox that is held in memory may be larger. */
#define BUF_LIMIT ((size_t)512 * 1024 * 1024)

/* {0} is an empty buffer. data is NUL-terminated once anything was added, but may carry NULs. */
struct buf {
    char *data;
    size_t len;
    size_t cap;
    bool overflow; /* something did not fit under BUF_LIMIT and was dropped */
};

void buf_add(struct buf *buf, const void *bytes, size_t count);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char byte);
void buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text as a JSON string with its quotes; bytes above 0x7f pass as they are. NULL becomes null. */
void buf_json(struct buf *buf, const char *text);

/* The text, harmless inside HTML, XML and attribute values. */
void buf_html(struct buf *buf, const char *text);

/* The text, percent-encoded for a query. */
void buf_url(struct buf *buf, const char *text);

/* The contents, never NULL, which the caller frees; buf is empty afterwards. */
char *buf_take(struct buf *buf);

/* The contents as text; "" for an empty buffer. */
const char *buf_string(const struct buf *buf);

void buf_free(struct buf *buf);

#endif
