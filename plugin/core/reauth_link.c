/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Links as text, in base 32 (RFC 4648, lower case). */
#include "core/reauth_link.h"

#include "core/reauth_url.h"

#include <string.h>

enum {
    BITS = 5,
    DAY_DIGITS = 4, /* 20 bits: days until the year 4840 */
    MAC_DIGITS = REAUTH_MAC_BYTES * 8 / BITS,
    DAY_MAX = (1 << (DAY_DIGITS * BITS)) - 1,
};
_Static_assert(MAC_DIGITS *BITS == REAUTH_MAC_BYTES * 8, "a MAC is a whole number of digits");
_Static_assert(DAY_DIGITS + MAC_DIGITS == REAUTH_SIGNATURE_MAX, "a signature");
_Static_assert((int)ADVERTISER_ID_MAX <= (int)SECTION_NAME_MAX, "an id is an advertiser's or a token's name");

static const char DIGITS[] = "abcdefghijklmnopqrstuvwxyz234567";

static const char *const KIND[] = {[REAUTH_ADVERTISER] = "advertiser", [REAUTH_TOKEN] = "token"};

void reauth_link_words(const char *app_id, enum reauth_kind kind, const char *id, int64_t day, struct buf *out)
{
    buf_printf(out, "tiktok-auth link 1\n%s\n%s\n%s\n%lld\n", app_id, KIND[kind], id, (long long)day);
}

const char *reauth_link_write(const struct reauth_link *link, char *out)
{
    size_t at = strlen(link->id);
    unsigned held = 0, bits = 0;

    memcpy(out, link->id, at);
    out[at++] = '/';
    for (int digit = DAY_DIGITS; link->day > 0 && digit-- > 0;)
        out[at++] = DIGITS[link->day >> (digit * BITS) & 31];
    for (size_t i = 0; i < sizeof(link->mac); i++) {
        held = (held << 8 | link->mac[i]) & 0xfff;
        for (bits += 8; bits >= BITS; bits -= BITS)
            out[at++] = DIGITS[held >> (bits - BITS) & 31];
    }
    out[at] = '\0';
    return out;
}

/* -1: no digit. */
static int digit_of(char c)
{
    const char *at;

    if (c >= 'A' && c <= 'Z')
        c = (char)(c - 'A' + 'a');
    at = c ? strchr(DIGITS, c) : NULL;
    return at ? (int)(at - DIGITS) : -1;
}

bool reauth_link_read(const char *text, struct reauth_link *out)
{
    size_t id_len = strcspn(text, "/");
    const char *digits = text[id_len] ? text + id_len + 1 : "";
    size_t count = strlen(digits);
    unsigned held = 0, bits = 0;
    size_t bytes = 0;

    memset(out, 0, sizeof(*out));
    if (id_len >= sizeof(out->id) || (count != MAC_DIGITS && count != REAUTH_SIGNATURE_MAX))
        return false;
    memcpy(out->id, text, id_len);
    if (!parse_section_name(out->id))
        return false;
    for (size_t i = 0; i < count; i++) {
        int digit = digit_of(digits[i]);

        if (digit < 0)
            return false;
        if (i + MAC_DIGITS < count) {
            out->day = out->day << BITS | digit;
            continue;
        }
        held = (held << BITS | (unsigned)digit) & 0xfff;
        bits += BITS;
        if (bits >= 8) {
            bits -= 8;
            out->mac[bytes++] = (unsigned char)(held >> bits);
        }
    }
    return count == MAC_DIGITS || out->day > 0;
}

bool reauth_link_is_ours(const struct config_app *app)
{
    return app->public_url && !app->reauth_url && app->app_id && app->redirect_uri && app->secret_file;
}

void reauth_link_pattern(const struct config_app *app, struct buf *out)
{
    if (app->reauth_url)
        buf_str(out, app->reauth_url);
    else if (reauth_link_is_ours(app))
        buf_printf(out, "%s/r/" REAUTH_URL_LINK, app->public_url);
}
