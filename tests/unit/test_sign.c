/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Signatures against the published vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "ext/sign.h"

static const char *hex(const unsigned char bytes[SIGN_BYTES])
{
    static char text[2 * SIGN_BYTES + 1];

    for (size_t i = 0; i < SIGN_BYTES; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

static void hmac_is_that_of_rfc_4231(void **state)
{
    static const char words[] = "what do ya want for nothing?";
    struct secret *key = secret_new("Jefe", 4);
    unsigned char out[SIGN_BYTES];

    (void)state;
    assert_non_null(key);
    sign_hmac(key, words, strlen(words), out); /* test case 2 */
    assert_string_equal(hex(out), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    sign_hmac(key, words, strlen(words) - 1, out);
    assert_string_not_equal(hex(out), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    secret_free(key);
}

static void digest_is_that_of_fips_180(void **state)
{
    unsigned char out[SIGN_BYTES];

    (void)state;
    sign_digest("abc", 3, out);
    assert_string_equal(hex(out), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void one_bit_makes_a_difference(void **state)
{
    (void)state;
    assert_true(sign_equal("abcd", "abcd", 4));
    assert_true(sign_equal("abcd", "abce", 3));
    assert_false(sign_equal("abcd", "abce", 4));
    assert_false(sign_equal("abcd", "bbcd", 4));
    assert_true(sign_equal("", "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmac_is_that_of_rfc_4231),
        cmocka_unit_test(digest_is_that_of_fips_180),
        cmocka_unit_test(one_bit_makes_a_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
