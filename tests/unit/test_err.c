/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The error sentence: set, prefixed, cut, made from itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/err.h"
#include "base/text.h"

static void set_says_and_returns_false(void **state)
{
    struct err err = {{0}};

    (void)state;
    assert_false(err_set(&err, "cannot open %s: %d", "x", 7));
    assert_string_equal(err.text, "cannot open x: 7");
    assert_false(err_set(&err, "other"));
    assert_string_equal(err.text, "other");
    err_clear(&err);
    assert_string_equal(err.text, "");
}

static void null_is_allowed(void **state)
{
    (void)state;
    assert_false(err_set(NULL, "x"));
    assert_false(err_prefix(NULL, "x"));
    err_clear(NULL);
}

static void prefix_stands_before(void **state)
{
    struct err err = {{0}};

    (void)state;
    err_set(&err, "no such key");
    assert_false(err_prefix(&err, "%s:%d", "conf", 12));
    assert_string_equal(err.text, "conf:12: no such key");
    err_clear(&err);
    err_prefix(&err, "alone");
    assert_string_equal(err.text, "alone");
}

static void may_hold_its_own_text(void **state)
{
    struct err err = {{0}};

    (void)state;
    err_set(&err, "inner");
    err_set(&err, "outer (%s)", err.text);
    assert_string_equal(err.text, "outer (inner)");
    err_prefix(&err, "[%s]", err.text);
    assert_string_equal(err.text, "[outer (inner)]: outer (inner)");
}

static void long_text_is_cut_at_a_character(void **state)
{
    char text[3 * ERR_TEXT_MAX + 1];

    (void)state;
    for (size_t lead = 0; lead < 4; lead++) {
        struct err err = {{0}};

        memset(text, 'a', lead);
        for (size_t i = lead; i + 4 < sizeof(text); i += 4)
            memcpy(text + i, "\xf0\x9f\x98\x80", 5);
        err_set(&err, "%s", text);
        assert_in_range(strlen(err.text), ERR_TEXT_MAX - 4, ERR_TEXT_MAX - 1);
        assert_true(text_is_utf8(err.text, strlen(err.text)));
        err_prefix(&err, "ab");
        assert_in_range(strlen(err.text), ERR_TEXT_MAX - 4, ERR_TEXT_MAX - 1);
        assert_true(text_is_utf8(err.text, strlen(err.text)));
        assert_memory_equal(err.text, "ab: ", 4);
        err_prefix(&err, "%s", text);
        assert_true(text_is_utf8(err.text, strlen(err.text)));
    }
}

static void longest_text_fits_whole(void **state)
{
    char text[ERR_TEXT_MAX];
    struct err err = {{0}};

    (void)state;
    memset(text, 'x', sizeof(text));
    text[ERR_TEXT_MAX - 1] = '\0';
    err_set(&err, "%s", text);
    assert_string_equal(err.text, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_says_and_returns_false),
        cmocka_unit_test(null_is_allowed),
        cmocka_unit_test(prefix_stands_before),
        cmocka_unit_test(may_hold_its_own_text),
        cmocka_unit_test(long_text_is_cut_at_a_character),
        cmocka_unit_test(longest_text_fits_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
