/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes JSON text piece by piece; commas, escapes and UTF-8 are its business. */
#ifndef TTA_BASE_JSONW_H
#define TTA_BASE_JSONW_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSONW_DEPTH_MAX = 16 };

struct jsonw {
    struct buf *out; /* borrowed */
    int depth;
    bool pretty;
    bool has_item[JSONW_DEPTH_MAX + 1];
};

/* Values go to `out`; failures are the buffer's. Going deeper than JSONW_DEPTH_MAX, or ending what was not begun,
 * fails it. `pretty`: two blanks an indent, else one line. */
void jsonw_init(struct jsonw *w, struct buf *out, bool pretty);

/* In an object `key` names the value; in an array, and for the outermost value, it is NULL. Strings: bytes that
 * are no UTF-8 become U+FFFD, what text_is_control names becomes \uXXXX; NULL text gives null. */
void jsonw_object(struct jsonw *w, const char *key);
void jsonw_object_end(struct jsonw *w);
void jsonw_array(struct jsonw *w, const char *key);
void jsonw_array_end(struct jsonw *w);
void jsonw_string(struct jsonw *w, const char *key, const char *text);
void jsonw_string_n(struct jsonw *w, const char *key, const char *text, size_t len);
void jsonw_int(struct jsonw *w, const char *key, int64_t value);
void jsonw_bool(struct jsonw *w, const char *key, bool value);
void jsonw_null(struct jsonw *w, const char *key);

#endif
