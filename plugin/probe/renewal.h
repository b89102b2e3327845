/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is known of the renewal of tokens: their files, and what the store has of earlier refreshes. */
#ifndef TTA_PROBE_RENEWAL_H
#define TTA_PROBE_RENEWAL_H

#include "base/attr.h"
#include "base/err.h"
#include "base/token_file.h"
#include "core/refresh.h"
#include "ext/store.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>

/* One token's; *out is the caller's to free. `store` NULL: its file alone tells. What is not tt_user is not
 * watched, and costs nothing. False with *err: the store failed, or out of memory. */
bool renewal_read(const struct setup *setup, struct store *store, size_t token, struct refresh_watch *out,
                  struct err *err) TTA_MUST_CHECK;
/* All of them, by token; renewal_free_all. NULL with *err. */
struct refresh_watch *renewal_read_all(const struct setup *setup, struct store *store,
                                       struct err *err) TTA_MUST_CHECK;
void renewal_free_all(const struct setup *setup, struct refresh_watch *watch);
/* The row as the store has it, of whatever file. */
bool renewal_load(const struct setup *setup, struct store *store, size_t token, struct refresh *out,
                  struct err *err) TTA_MUST_CHECK;
bool renewal_commit(const struct setup *setup, struct store *store, size_t token, const struct refresh *refresh,
                    struct err *err) TTA_MUST_CHECK;

/* Where new tokens are kept while the token's own file can't be written. The caller frees; NULL out of memory. */
char *renewal_kept_path(const struct config *config, size_t token) TTA_MUST_CHECK;
/* The file that has this token now: that one unless token_file is younger, else token_file. The caller frees; NULL
 * out of memory. Only for a token with a file. */
char *renewal_file(const struct config *config, size_t token) TTA_MUST_CHECK;

#endif
