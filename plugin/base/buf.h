/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A growable byte buffer that is born with a limit; failing frees it, and a failed buffer stays failed. */
#ifndef TTA_BASE_BUF_H
#define TTA_BASE_BUF_H

#include "base/attr.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The fields are buf.c's; others use the functions. A buffer lives on the stack or inside a struct. */
struct buf {
    char *bytes;
    size_t len;
    size_t room;
    size_t limit;
    bool failed;
    bool secret;
};

/* An empty buffer that never holds more than `limit` bytes. Allocates nothing. */
void buf_init(struct buf *b, size_t limit);
/* As buf_init, for what will hold a secret: memory is wiped before it is given back, also when the buffer grows,
 * is cut or fails. */
void buf_init_secret(struct buf *b, size_t limit);
/* Frees the contents; the buffer is empty and usable again, with its limit. Safe on a zeroed struct. */
void buf_free(struct buf *b);
/* As buf_free, with the contents wiped first: for what held a secret. */
void buf_wipe(struct buf *b);
/* Forgets the contents, keeps the memory. Clears a failure. */
void buf_reset(struct buf *b);

/* Each appends and returns true, or, past the limit or out of memory, frees the contents, marks the buffer failed
 * and returns false. On a failed buffer all of them do nothing and return false, so a caller can check once at the
 * end. */
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_str(struct buf *b, const char *text);
bool buf_char(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *format, ...) TTA_PRINTF(2, 3);
bool buf_vprintf(struct buf *b, const char *format, va_list args) TTA_PRINTF(2, 0);
/* Room for `len` more bytes, zeroed and counted as contents; NULL as above. The pointer holds until the next
 * append. */
void *buf_grow(struct buf *b, size_t len);
/* Fails the buffer as an append past the limit does: for writers on top of it. Returns false. */
bool buf_fail(struct buf *b);
/* Cuts the contents to `len` bytes; longer than it is: nothing happens. */
void buf_cut(struct buf *b, size_t len);

/* The contents, NUL-terminated ("" when empty or failed); valid until the next append. */
const char *buf_text(const struct buf *b);
size_t buf_len(const struct buf *b);
bool buf_ok(const struct buf *b);
/* Hands the NUL-terminated contents to the caller, who frees them; the buffer is empty then. NULL when failed. */
char *buf_take(struct buf *b, size_t *len) TTA_MUST_CHECK;

#endif
