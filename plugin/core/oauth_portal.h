/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The link to TikTok's portal, and the state that comes back with its answer. */
#ifndef TTA_CORE_OAUTH_PORTAL_H
#define TTA_CORE_OAUTH_PORTAL_H

#include "base/attr.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum { OAUTH_STATE_BYTES = 32, OAUTH_STATE_LEN = 43 };

/* Random bytes as the text that travels: letters, digits, '-' and '_' only, so no encoding changes it. */
void oauth_state_write(const unsigned char random[OAUTH_STATE_BYTES], char out[OAUTH_STATE_LEN + 1]);
/* True for what oauth_state_write could have written: all else is nobody's state. */
bool oauth_state_ok(const char *text) TTA_MUST_CHECK;

/* Appends the portal's address: the host of the API's base URL, its one path, and the three parameters. */
bool oauth_portal_url(const char *base_url, const char *app_id, const char *redirect_uri, const char *state,
                      struct buf *out);

#endif
