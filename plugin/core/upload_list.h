/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Watched uploads as the text that is published for the checks. */
#ifndef TTA_CORE_UPLOAD_LIST_H
#define TTA_CORE_UPLOAD_LIST_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/upload.h"

#include <stdbool.h>
#include <stddef.h>

enum { UPLOAD_LIST_BYTES_MAX = 8 << 20 };

struct upload_list {
    struct upload *item;
    size_t count;
};

/* Room for one more, zeroed; NULL: out of memory, or there are UPLOADS_MAX. */
struct upload *upload_list_add(struct upload_list *list);
void upload_list_free(struct upload_list *list);

/* Appends the list as CSV: a row that names the format, then a row for each. */
bool upload_list_encode(const struct upload_list *list, struct buf *out) TTA_MUST_CHECK;
/* Reads it back into an empty list. False with *err: another format, damaged, out of memory; the list is empty
 * then. */
bool upload_list_decode(const char *text, size_t len, struct upload_list *list, struct err *err) TTA_MUST_CHECK;

#endif
