/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Who repaired what, with which result: events of the history beside the changes that were found. */
#ifndef TTA_PROBE_AUDIT_H
#define TTA_PROBE_AUDIT_H

#include "base/attr.h"
#include "base/err.h"
#include "ext/store.h"

#include <stdint.h>

enum { AUDIT_WHO_MAX = 80, AUDIT_NOTE_MAX = 300, AUDIT_REMOTE_KEPT_S = 30 * 24 * 60 * 60 };

struct audit {
    int64_t at;         /* s */
    const char *kind;   /* app, token, client or advertiser */
    const char *app;    /* section name */
    const char *object; /* its name or advertiser id */
    const char *name;   /* display name; NULL none */
    const char *who;    /* audit_local, audit_remote, or a program's name for what it does by itself */
    const char *what;   /* "re-authorized", "refreshed", "token kept as emea-acme", "handed over", "forgot", ... */
    const char *result; /* a sentence's worth, TikTok's words escaped or not; NULL none. Never a secret. */
};

/* Adds the event; the object's state stays as it stands, for a repair alone proves nothing: the next sweep does.
 * What is too long is cut, what is not printable is escaped. */
bool audit_record(struct store *store, const struct audit *audit, struct err *err) TTA_MUST_CHECK;

/* The login name of who runs this program; behind sudo the person before it. */
void audit_local(char out[AUDIT_WHO_MAX]);
/* "remote ADDRESS"; the history forgets the address after AUDIT_REMOTE_KEPT_S. */
void audit_remote(const char *address, char out[AUDIT_WHO_MAX]);

#endif
