/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A folder of notices on their way to the worker: each a file that is there whole or not at all, taken in the
 * order in which they were put there.
 *
 * A file's name is its number, the time in milliseconds: never lower than the highest that lies there, so that a
 * clock that is set back changes no order. */
#ifndef TTA_PROBE_SPOOL_H
#define TTA_PROBE_SPOOL_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOOL_NAME_MAX = 64, SPOOL_FILE_MAX = 1 << 20 };

/* Makes the folder (2770) where there is none; who may write the folder above it may. */
bool spool_make(const char *folder, struct err *err) TTA_MUST_CHECK;
/* Puts the bytes there; durable when it returns. */
bool spool_put(const char *folder, int64_t now_ms, uint32_t random, const void *bytes, size_t len,
               struct err *err) TTA_MUST_CHECK;

struct spool_list {
    char (*name)[SPOOL_NAME_MAX]; /* oldest first */
    size_t count;
    size_t aside; /* files that could not be read as notices */
};
/* What lies there now; none where there is no folder. The caller frees with spool_list_free either way. */
bool spool_list(const char *folder, struct spool_list *out, struct err *err) TTA_MUST_CHECK;
void spool_list_free(struct spool_list *list);
/* Appends a file's bytes. */
bool spool_read(const char *folder, const char *name, struct buf *out, struct err *err) TTA_MUST_CHECK;
/* Whether it still lies there. */
bool spool_has(const char *folder, const char *name) TTA_MUST_CHECK;
bool spool_drop(const char *folder, const char *name, struct err *err) TTA_MUST_CHECK;
/* Keeps a file that is no notice out of the way, for people to look at. */
bool spool_set_aside(const char *folder, const char *name, struct err *err) TTA_MUST_CHECK;

#endif
