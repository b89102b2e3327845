/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the portal sends a person back with: read strictly, for anybody can write such an address. */
#ifndef TTA_CORE_OAUTH_CALLBACK_H
#define TTA_CORE_OAUTH_CALLBACK_H

#include "base/attr.h"
#include "base/err.h"
#include "base/secret.h"
#include "core/oauth_portal.h"

#include <stdbool.h>
#include <stddef.h>

enum { OAUTH_QUERY_MAX = 8192, OAUTH_ERROR_MAX = 64 };

struct oauth_callback {
    struct secret *code;             /* NULL: none */
    char state[OAUTH_STATE_LEN + 1]; /* "": none, or none of ours by its looks */
    char error[OAUTH_ERROR_MAX + 1]; /* "access_denied"; "" none; printable ASCII */
};

/* Reads a query without its '?'. False with *why, which quotes nothing of it: too long, a parameter of ours twice
 * (auth_code and code may both be there when they say the same), a broken escape, a byte that no code has, neither
 * code nor error. The caller ends it with oauth_callback_clear in every case. */
bool oauth_callback_read(const char *query, struct oauth_callback *out, struct err *why) TTA_MUST_CHECK;
void oauth_callback_clear(struct oauth_callback *callback);

/* The query of an address that a person pasted: what follows `redirect_uri` behind '?' (or '&', where that has a
 * query itself), up to a '#'. False with *why: it is another address, or has no query. */
bool oauth_callback_of_url(const char *url, const char *redirect_uri, const char **query, size_t *len,
                           struct err *why) TTA_MUST_CHECK;

#endif
