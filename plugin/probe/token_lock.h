/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The lock of one token, in "sweep.lock" of the state folder: who holds it asks with the token, or changes it. */
#ifndef TTA_PROBE_TOKEN_LOCK_H
#define TTA_PROBE_TOKEN_LOCK_H

#include "base/lock.h"
#include "base/parse.h"
#include "core/config.h"

enum { TOKEN_LOCK_MAX = 2 * SECTION_NAME_MAX + 16 };

/* NULL with *err. */
struct lock_file *token_lock_open(const struct config *config, struct err *err) TTA_MUST_CHECK;
/* The name of its lock, for lock_try. The token is of a known app. */
void token_lock_name(const struct config *config, size_t token, char out[TOKEN_LOCK_MAX]);

#endif
