/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file of a token that can be refreshed: the access token, its refresh token, and when each ends.
 *
 *     act.example                              line 1, as in every token's file
 *     rft.example                              line 2
 *     expires 2026-11-23T02:14:05Z             of the access token; optional, like the next one
 *     refresh_expires 2027-11-22T02:14:05Z     of the refresh token */
#ifndef TTA_BASE_TOKEN_FILE_H
#define TTA_BASE_TOKEN_FILE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* More than any such file has. */
enum { TOKEN_FILE_MAX = 2 * SECRET_MAX + 512 };

/* Owned: token_file_free. */
struct token_file {
    struct secret *access;
    struct secret *refresh;  /* NULL: the file has only the access token */
    int64_t expires;         /* s since the epoch; 0 not known */
    int64_t refresh_expires; /* the same */
};

/* Strict: blanks around a line and empty lines at the end are all that is let pass. False with *err, which quotes
 * nothing of the file; *out is empty then. */
bool token_file_parse(const char *bytes, size_t len, struct token_file *out, struct err *err) TTA_MUST_CHECK;
/* Appends the file's text to a buffer that wipes (buf_init_secret). */
bool token_file_format(const struct token_file *file, struct buf *out);
/* token_file_parse over a file that secret_read would take; *err names it. */
bool token_file_read(const char *path, struct token_file *out, struct err *err) TTA_MUST_CHECK;
/* Replaces the file whole, as file_replace does. */
bool token_file_write(const char *path, const struct token_file *file, mode_t mode,
                      struct err *err) TTA_MUST_CHECK;
/* Wipes and empties. */
void token_file_free(struct token_file *file);

#endif
