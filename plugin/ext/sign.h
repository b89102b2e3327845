/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keyed signatures (nettle): HMAC-SHA256, and the comparison that tells nothing by its time. */
#ifndef TTA_EXT_SIGN_H
#define TTA_EXT_SIGN_H

#include "base/attr.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>

enum { SIGN_BYTES = 32 };

/* The HMAC-SHA256 (RFC 2104) of the bytes under the key's characters as they stand in its file. */
void sign_hmac(const struct secret *key, const void *bytes, size_t len, unsigned char out[SIGN_BYTES]);
/* SHA-256: what may be stored of something that must not be. */
void sign_digest(const void *bytes, size_t len, unsigned char out[SIGN_BYTES]);
/* True when both hold the same bytes; takes as long whether or not they do. */
bool sign_equal(const void *a, const void *b, size_t len) TTA_MUST_CHECK;

#endif
