/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The link where the grantor authorizes again: a template of the user's, {advertiser_id} filled in. */
#ifndef TTA_CORE_REAUTH_URL_H
#define TTA_CORE_REAUTH_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { REAUTH_URL_MAX = 512 };

/* Writes the link. False, and "": there is none, it needs an id and `advertiser_id` is NULL, or it is longer than
 * `size` (half a link leads nowhere). */
bool reauth_url_fill(const char *pattern, const char *advertiser_id, char *out, size_t size);

#endif
