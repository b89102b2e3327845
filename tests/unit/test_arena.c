/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * base/arena: many strings, freed together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "base/arena.h"

static void test_strings_live_until_the_end(void **state)
{
    struct arena arena = {0};
    const char *kept[3000];
    char expected[32];

    (void)state;
    for (size_t i = 0; i < 3000; i++)
        kept[i] = arena_printf(&arena, "string %zu", i);
    for (size_t i = 0; i < 3000; i++) {
        snprintf(expected, sizeof(expected), "string %zu", i);
        assert_string_equal(kept[i], expected);
    }
    assert_false(arena.failed);
    arena_free(&arena);
    assert_null(arena.block);
    assert_string_equal(arena_dup(&arena, "usable again"), "usable again");
    arena_free(&arena);
}

static void test_empty_and_null(void **state)
{
    struct arena arena = {0};

    (void)state;
    assert_string_equal(arena_dup(&arena, NULL), "");
    assert_string_equal(arena_dup(&arena, ""), "");
    assert_string_equal(arena_printf(&arena, "%s", ""), "");
    assert_null(arena.block); /* costs nothing */
    assert_false(arena.failed);
}

static void test_a_string_larger_than_a_block(void **state)
{
    struct arena arena = {0};
    char *big = malloc(100001);
    const char *first = arena_dup(&arena, "first");
    const char *copy;

    (void)state;
    assert_non_null(big);
    memset(big, 'x', 100000);
    big[100000] = '\0';
    copy = arena_dup(&arena, big);
    assert_string_equal(copy, big);
    assert_string_equal(arena_printf(&arena, "%s!", copy) + 99999, "x!");
    assert_string_equal(first, "first");
    free(big);
    arena_free(&arena);
}

static bool fill(void *arg)
{
    struct arena arena = {0};
    bool ok;

    (void)arg;
    for (int i = 0; i < 3000; i++) {
        const char *text = arena_printf(&arena, "some text %d", i);

        assert_true(text[0] || arena.failed);
    }
    (void)arena_dup(&arena, "more");
    ok = !arena.failed;
    arena_free(&arena);
    assert_false(arena.failed);
    return ok;
}

static void test_a_failed_allocation_is_remembered(void **state)
{
    (void)state;
    assert_true(alloc_fail_each(fill, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings_live_until_the_end),
        cmocka_unit_test(test_empty_and_null),
        cmocka_unit_test(test_a_string_larger_than_a_block),
        cmocka_unit_test(test_a_failed_allocation_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
