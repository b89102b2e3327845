/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A mail in plain words to the advertiser: what happened, what to click, whom to ask. */
#ifndef TTA_CORE_MAIL_H
#define TTA_CORE_MAIL_H

#include "base/buf.h"
#include "base/err.h"
#include "core/cause.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAIL_SIZE_MAX = 64 * 1024, MAIL_OTHERS_MAX = 50 };

struct mail_account {
    const char *id;
    const char *name; /* "" not known */
};

/* Borrowed; texts may be hostile, are never NULL, "" = not known. */
struct mail_facts {
    enum cause cause;
    enum grantor granted_by;
    struct mail_account account;
    const char *owner;
    const char *app;
    const char *login; /* whose login granted the access */
    const char *reauth_url;
    const char *message; /* what TikTok said */
    const char *request_id;
    bool has_code;
    int64_t code;
    int64_t since;                    /* s; 0 not known */
    int64_t last_ok;                  /* s; 0 never */
    const struct mail_account *other; /* further accounts of the client that are lost in the same way */
    size_t other_count;               /* those beyond MAIL_OTHERS_MAX are only counted */
};

/* Appends "Subject: ...", a blank line and the text, in English. *before: what we must have done before it is
 * sent, NULL: nothing. False with *err: the client can do nothing about this cause, and why. */
bool mail_write(const struct mail_facts *facts, struct buf *out, const char **before,
                struct err *err) TTA_MUST_CHECK;

#endif
