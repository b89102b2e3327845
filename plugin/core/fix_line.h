/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The steps of a fix in one line: "1. ... 2. ...". */
#ifndef TTA_CORE_FIX_LINE_H
#define TTA_CORE_FIX_LINE_H

#include "base/buf.h"
#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>

enum { FIX_LINE_MAX = 4096 }; /* bytes; every fix of the catalog is shorter */

/* Each appends. A fix of one step stands without a number. */
bool fix_line(const char *const *step, size_t count, struct buf *out);
/* The catalog's steps for this grantor, or what [fix CAUSE] says instead. */
bool fix_line_of(const struct config *config, enum cause cause, enum grantor granted_by, struct buf *out);

#endif
