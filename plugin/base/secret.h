/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A secret in memory: kept out of core dumps where the system allows, wiped when freed, printed as ***. */
#ifndef TTA_BASE_SECRET_H
#define TTA_BASE_SECRET_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { SECRET_MAX = 4096 };

struct secret;

/* A copy of the bytes, in memory pages of its own. NULL when out of memory, empty, over SECRET_MAX, or holding a
 * byte outside 0x21-0x7e. */
struct secret *secret_new(const char *bytes, size_t len) TTA_MUST_CHECK;
/* Wipes and frees; NULL is fine. */
void secret_free(struct secret *s);
/* The bytes, NUL-terminated: only for the adapter that sends them. */
const char *secret_reveal(const struct secret *s);
size_t secret_len(const struct secret *s);
bool secret_equal(const struct secret *a, const struct secret *b);
/* True when the text holds it: such a text is shown to nobody. */
bool secret_is_in(const struct secret *s, const char *text, size_t len);

/* Reads a secret from a file: the first line, blanks trimmed. Refused, with the sentence in *err: no such file,
 * not a regular file, others may read or write it or its group may write it ("mode 0644: others can read it; chmod
 * 0640"), empty, too long. A file under $CREDENTIALS_DIRECTORY is exempt from the mode rule (the service manager
 * keeps it). */
struct secret *secret_read(const char *path, struct err *err) TTA_MUST_CHECK;
/* The same rule alone, without reading: true when the mode is safe. */
bool secret_mode_ok(const char *path, struct err *err) TTA_MUST_CHECK;
/* True for the path of a credential of the service manager, ours or another unit's: nobody can rewrite it. */
bool secret_is_credential(const char *path) TTA_MUST_CHECK;

#endif
