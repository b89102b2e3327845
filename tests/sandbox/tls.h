/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Certificates made at start, good and bad: no private key is ever on disk. */
#ifndef SANDBOX_TLS_H
#define SANDBOX_TLS_H

#include "fields.h"

#include <stdbool.h>

enum tls_kind {
    TLS_OFF,
    TLS_GOOD,
    TLS_WRONG_HOST,
    TLS_EXPIRED,
    TLS_SELF_SIGNED,
    TLS_HANG,   /* accepts, and never answers the handshake */
    TLS_NOT_TLS /* says https and speaks plain HTTP */
};

/* PEM texts, NULL where the kind needs none. */
struct tls_files {
    char *ca;
    char *certificate;
    char *key;
};

/* Reads off, good, untrusted, wrong-host, expired, self-signed, tls-hang or not-tls; false for others. */
bool tls_parse(enum tls_kind *kind, const char *text) __attribute__((warn_unused_result));

/* Makes what the kind needs. False and what is wrong otherwise. */
bool tls_make(enum tls_kind kind, struct tls_files *files, struct problem *problem);

void tls_free(struct tls_files *files);

#endif
