/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Advisory locks of the kernel: held by an open file description, gone with its holder. */
#ifndef TTA_BASE_LOCK_H
#define TTA_BASE_LOCK_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>

/* One lock file; each name in it is a lock of its own (a byte range chosen by a 62-bit hash of the name). */
struct lock_file;

enum lock_result { LOCK_HELD, LOCK_BUSY, LOCK_FAILED };

/* Opens or creates (0660) the lock file. NULL with *err. */
struct lock_file *lock_open(const char *path, struct err *err) TTA_MUST_CHECK;
/* Releases all. */
void lock_close(struct lock_file *file);
/* Takes the lock if it is free; never waits. LOCK_BUSY: another open file description, here or in another process,
 * holds it. The same lock_file may take its lock again; one release ends it. A forked child shares the lock, which
 * ends only when both have closed it. */
enum lock_result lock_try(struct lock_file *file, const char *name, struct err *err) TTA_MUST_CHECK;
void lock_release(struct lock_file *file, const char *name);

#endif
