/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which word a mistyped one is taken for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "core/nearest.h"

static const char *const WORD[] = {"app", "api", "token", "token_file", "interval", "required_permissions"};

static const char *nearest_to(const char *typed)
{
    struct nearest search;

    nearest_begin(&search, typed);
    for (size_t i = 0; i < TTA_LEN(WORD); i++)
        nearest_try(&search, WORD[i]);
    return search.best;
}

static void takes_what_is_close(void **state)
{
    (void)state;
    assert_string_equal(nearest_to("token_file"), "token_file");
    assert_string_equal(nearest_to("tokenfile"), "token_file");
    assert_string_equal(nearest_to("TOKEN-FILE"), "token_file");
    assert_string_equal(nearest_to("token_files"), "token_file");
    assert_string_equal(nearest_to("tokne_file"), "token_file");
    assert_string_equal(nearest_to("toekn_flie"), "token_file");
    assert_string_equal(nearest_to("tokens"), "token");
    assert_string_equal(nearest_to("intervall"), "interval");
    assert_string_equal(nearest_to("inetrval"), "interval");
    assert_string_equal(nearest_to("required_permission"), "required_permissions");
}

static void leaves_what_is_far(void **state)
{
    (void)state;
    assert_null(nearest_to(""));
    assert_null(nearest_to("colour"));
    assert_null(nearest_to("tkne"));
    assert_null(nearest_to("a"));
    assert_null(nearest_to("int"));
    assert_null(nearest_to("required_permissions_of_the_token"));
}

static void the_closest_wins_and_then_the_first(void **state)
{
    struct nearest search;

    (void)state;
    nearest_begin(&search, "ap");
    nearest_try(&search, "app");
    nearest_try(&search, "api");
    assert_string_equal(search.best, "app");
    nearest_begin(&search, "api");
    nearest_try(&search, "app");
    nearest_try(&search, "api");
    assert_string_equal(search.best, "api");
    assert_int_equal(search.distance, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_close),
        cmocka_unit_test(leaves_what_is_far),
        cmocka_unit_test(the_closest_wins_and_then_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
