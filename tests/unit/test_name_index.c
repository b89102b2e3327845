/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names and their numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "alloc_fail.h"
#include "core/name_index.h"

static void an_empty_one_has_nothing(void **state)
{
    struct name_index index = {0};

    (void)state;
    assert_int_equal(name_index_find(&index, ""), SIZE_MAX);
    assert_int_equal(name_index_find(&index, "a"), SIZE_MAX);
    name_index_free(&index);
}

static void finds_each_of_many(void **state)
{
    static char name[10000][8];
    struct name_index index = {0};

    (void)state;
    for (size_t i = 0; i < 10000; i++) {
        snprintf(name[i], sizeof(name[i]), "n%zu", i);
        assert_int_equal(name_index_find(&index, name[i]), SIZE_MAX);
        assert_true(name_index_add(&index, name[i], i));
        assert_true(index.count * 2 <= index.slots);
    }
    assert_int_equal(index.count, 10000);
    for (size_t i = 0; i < 10000; i++)
        assert_int_equal(name_index_find(&index, name[i]), i);
    assert_int_equal(name_index_find(&index, "n10000"), SIZE_MAX);
    name_index_free(&index);
    assert_int_equal(index.count, 0);
    assert_int_equal(name_index_find(&index, "n1"), SIZE_MAX);
}

static void without_memory_nothing_changes(void **state)
{
    static const char name[9][2] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
    struct name_index index = {0};

    (void)state;
    alloc_fail_at(1);
    assert_false(name_index_add(&index, name[0], 0));
    for (size_t i = 0; i < 8; i++)
        assert_true(name_index_add(&index, name[i], i));
    alloc_fail_at(1);
    assert_false(name_index_add(&index, name[8], 8));
    assert_int_equal(index.count, 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(name_index_find(&index, name[i]), i);
    assert_int_equal(name_index_find(&index, name[8]), SIZE_MAX);
    name_index_free(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_one_has_nothing),
        cmocka_unit_test(finds_each_of_many),
        cmocka_unit_test(without_memory_nothing_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
