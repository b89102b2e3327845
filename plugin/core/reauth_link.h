/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The signed link to the page where somebody authorizes again, as text: PUBLIC_URL/r/ID/SIGNATURE.
 *
 * The id is an advertiser's, or the name of a token. The signature is the day the link ends (none: it does not)
 * and a MAC over app, kind, id and day, in letters and digits alone: no engine, mail program or telephone breaks
 * it. It grants nothing: it only says that we made the link. */
#ifndef TTA_CORE_REAUTH_LINK_H
#define TTA_CORE_REAUTH_LINK_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/parse.h"
#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REAUTH_MAC_BYTES = 15, /* of the signature that is made: 120 bits */
    REAUTH_SIGNATURE_MAX = 28,
    REAUTH_LINK_MAX = SECTION_NAME_MAX + 1 + REAUTH_SIGNATURE_MAX, /* "ID/SIGNATURE" */
    REAUTH_LINK_DAYS = 30, /* what is shown and mailed is good for so long at least */
    DAY_SECONDS = 86400,
};

enum reauth_kind { REAUTH_ADVERTISER, REAUTH_TOKEN };

struct reauth_link {
    char id[SECTION_NAME_MAX + 1];
    int64_t day; /* since the epoch: the last one; 0: it does not end */
    unsigned char mac[REAUTH_MAC_BYTES];
};

/* The words that are signed. */
void reauth_link_words(const char *app_id, enum reauth_kind kind, const char *id, int64_t day, struct buf *out);
/* Writes "ID/SIGNATURE" (REAUTH_LINK_MAX + 1 bytes) and returns it. */
const char *reauth_link_write(const struct reauth_link *link, char *out);
/* Reads it; letters of both cases. False: it is none. */
bool reauth_link_read(const char *text, struct reauth_link *out) TTA_MUST_CHECK;

/* The template of the links of an app: its own page, else ours with {link}, else "". Fills the buffer. */
void reauth_link_pattern(const struct config_app *app, struct buf *out);
/* Whether links of ours are shown for the app. */
bool reauth_link_is_ours(const struct config_app *app);

#endif
