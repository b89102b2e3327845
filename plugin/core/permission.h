/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A required permission: a method and a path. */
#ifndef TTA_CORE_PERMISSION_H
#define TTA_CORE_PERMISSION_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { PERMISSION_PATH_MAX = 127, PERMISSIONS_MAX = 32 };

struct permission {
    char *method; /* "GET" or "POST" */
    char *path;   /* "/file/video/ad/search/" */
};

struct permissions {
    struct permission *item;
    size_t count;
};

/* What a list may hold, in words for a person. */
extern const char permission_allowed[];

/* Reads "GET /a/, POST /b/" (a comma between them; a bare path is a GET). False with *err naming what is wrong and
 * what is allowed, or with *err empty when memory ran out; *out is empty then. Duplicates are folded. Paths: begin
 * with '/', [A-Za-z0-9_/.-] only, no "..", at most PERMISSION_PATH_MAX bytes; at most PERMISSIONS_MAX of them. */
bool permissions_read(const char *text, struct permissions *out, struct err *err) TTA_MUST_CHECK;
/* Adds those of `more` that are not there yet, however many. False: out of memory, with some of them added. */
bool permissions_merge(struct permissions *into, const struct permissions *more) TTA_MUST_CHECK;
void permissions_free(struct permissions *permissions);

#endif
