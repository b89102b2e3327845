/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes states and portal links. */
#include "core/oauth_portal.h"

#include "base/text.h"

#include <string.h>

/* RFC 4648, base64url. */
static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void oauth_state_write(const unsigned char random[OAUTH_STATE_BYTES], char out[OAUTH_STATE_LEN + 1])
{
    unsigned held = 0; /* bits not written yet, and how many */
    unsigned bits = 0;
    size_t len = 0;

    for (size_t i = 0; i < OAUTH_STATE_BYTES; i++) {
        held = held << 8 | random[i];
        for (bits += 8; bits >= 6; bits -= 6)
            out[len++] = ALPHABET[held >> (bits - 6) & 63];
        held &= (1U << bits) - 1;
    }
    out[len++] = ALPHABET[held << (6 - bits) & 63];
    out[len] = '\0';
}

bool oauth_state_ok(const char *text)
{
    return strlen(text) == OAUTH_STATE_LEN && strspn(text, ALPHABET) == OAUTH_STATE_LEN;
}

/* Bytes of "https://HOST:PORT" at its beginning. */
static size_t origin_len(const char *url)
{
    const char *host = strstr(url, "://");

    return host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : strlen(url);
}

bool oauth_portal_url(const char *base_url, const char *app_id, const char *redirect_uri, const char *state,
                      struct buf *out)
{
    buf_add(out, base_url, origin_len(base_url));
    buf_str(out, "/portal/auth?app_id=");
    text_percent_encode(out, app_id, strlen(app_id));
    buf_str(out, "&state=");
    text_percent_encode(out, state, strlen(state));
    buf_str(out, "&redirect_uri=");
    return text_percent_encode(out, redirect_uri, strlen(redirect_uri));
}
