/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Signatures over nettle. */
#include "ext/sign.h"

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>

_Static_assert((int)SIGN_BYTES == (int)SHA256_DIGEST_SIZE, "a signature holds a whole digest");

void sign_hmac(const struct secret *key, const void *bytes, size_t len, unsigned char out[SIGN_BYTES])
{
    struct hmac_sha256_ctx ctx;

    hmac_sha256_set_key(&ctx, secret_len(key), (const uint8_t *)secret_reveal(key));
    hmac_sha256_update(&ctx, len, bytes);
    hmac_sha256_digest(&ctx, SIGN_BYTES, out);
    explicit_bzero(&ctx, sizeof(ctx));
}

void sign_digest(const void *bytes, size_t len, unsigned char out[SIGN_BYTES])
{
    struct sha256_ctx ctx;

    sha256_init(&ctx);
    sha256_update(&ctx, len, bytes);
    sha256_digest(&ctx, SIGN_BYTES, out);
    explicit_bzero(&ctx, sizeof(ctx));
}

bool sign_equal(const void *a, const void *b, size_t len)
{
    return memeql_sec(a, b, len) != 0;
}
