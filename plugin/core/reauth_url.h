/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The link where the grantor authorizes again: a template, filled in. The user's own holds {advertiser_id} or
 * nothing; ours (core/reauth_link) holds {link}. */
#ifndef TTA_CORE_REAUTH_URL_H
#define TTA_CORE_REAUTH_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { REAUTH_URL_MAX = 512 };

#define REAUTH_URL_LINK "{link}"

/* Writes the address. False, and "": there is none, it needs an id and `advertiser_id` is NULL, it needs a link
 * and `link` is "", or it is longer than `size` (half a link leads nowhere). */
bool reauth_url_fill(const char *pattern, const char *advertiser_id, const char *link, char *out, size_t size);

#endif
