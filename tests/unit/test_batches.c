/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/batches: a stack of batches that are asked, split and made smaller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "core/batches.h"

static struct batches filled(size_t members, size_t size)
{
    struct batches batches;

    assert_true(batches_init(&batches, members));
    for (uint32_t i = 0; i < members; i++)
        batches_add(&batches, i);
    batches_cut(&batches, size);
    return batches;
}

static void assert_current(const struct batches *batches, uint32_t first, size_t count)
{
    assert_int_equal(batches_current_count(batches), count);
    for (size_t k = 0; k < count; k++)
        assert_int_equal(batches_current(batches, k), first + k);
}

static void test_cut_in_order(void **state)
{
    struct batches batches = filled(250, 100);

    (void)state;
    assert_current(&batches, 0, 100);
    assert_false(batches_current_is_part(&batches));
    assert_true(batches_current_has(&batches, 99));
    assert_false(batches_current_has(&batches, 100));
    batches_done(&batches);
    assert_current(&batches, 100, 100);
    batches_done(&batches);
    assert_current(&batches, 200, 50);
    batches_done(&batches);
    assert_true(batches_empty(&batches));
    assert_int_equal(batches_current_count(&batches), 0);
    assert_false(batches_current_is_part(&batches));
    batches_done(&batches);
    batches_drop(&batches, 1);
    assert_true(batches_empty(&batches));
    batches_free(&batches);
}

static void test_later_cuts_come_first(void **state)
{
    struct batches batches = filled(3, 100);

    (void)state;
    batches_clear(&batches);
    batches_add(&batches, 2);
    batches_cut(&batches, 1);
    batches_add(&batches, 0);
    batches_add(&batches, 1);
    batches_cut(&batches, 1);
    assert_current(&batches, 0, 1);
    batches_done(&batches);
    assert_current(&batches, 1, 1);
    batches_done(&batches);
    assert_current(&batches, 2, 1);
    batches_free(&batches);
}

static void test_split_to_the_last(void **state)
{
    struct batches batches = filled(100, 100);
    size_t seen = 0;

    (void)state;
    while (!batches_empty(&batches)) {
        if (batches_current_count(&batches) > 1) {
            batches_split(&batches);
            assert_true(batches_current_is_part(&batches));
            continue;
        }
        seen++;
        batches_done(&batches);
    }
    assert_int_equal(seen, 100);
    batches_free(&batches);
}

static void test_both_halves_are_parts(void **state)
{
    struct batches batches = filled(5, 5);

    (void)state;
    batches_split(&batches);
    assert_current(&batches, 2, 3);
    assert_true(batches_current_is_part(&batches));
    batches_done(&batches);
    assert_current(&batches, 0, 2);
    assert_true(batches_current_is_part(&batches));
    batches_free(&batches);
}

static void test_drop(void **state)
{
    struct batches batches = filled(3, 3);

    (void)state;
    batches_drop(&batches, 7);
    assert_false(batches_current_is_part(&batches));
    batches_drop(&batches, 1);
    assert_int_equal(batches_current_count(&batches), 2);
    assert_true(batches_current_has(&batches, 0) && batches_current_has(&batches, 2));
    assert_true(batches_current_is_part(&batches));
    batches_drop(&batches, 0);
    batches_drop(&batches, 2);
    assert_true(batches_empty(&batches));
    batches_free(&batches);
}

static int downwards(const void *a, const void *b, void *arg)
{
    (void)arg;
    return *(const uint32_t *)a < *(const uint32_t *)b ? 1 : -1;
}

static void test_sort_touches_the_pending_alone(void **state)
{
    struct batches batches = filled(2, 2);

    (void)state;
    batches_sort(&batches, downwards, NULL);
    assert_current(&batches, 0, 2);
    batches_clear(&batches);
    batches_add(&batches, 0);
    batches_add(&batches, 1);
    batches_sort(&batches, downwards, NULL);
    batches_cut(&batches, 2);
    assert_int_equal(batches_current(&batches, 0), 1);
    batches_free(&batches);
}

static void test_more_than_there_is_room_for(void **state)
{
    struct batches batches = filled(2, 1);

    (void)state;
    for (uint32_t i = 0; i < 10; i++)
        batches_add(&batches, i);
    batches_cut(&batches, 1);
    assert_int_equal(batches_current_count(&batches), 1);
    batches_free(&batches);
    batches = filled(0, 100);
    assert_true(batches_empty(&batches));
    batches_free(&batches);
}

static bool init(void *arg)
{
    struct batches batches;
    bool ok = batches_init(&batches, 10);

    (void)arg;
    batches_free(&batches);
    return ok;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    assert_int_equal(alloc_fail_each(init, NULL), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_in_order),
        cmocka_unit_test(test_later_cuts_come_first),
        cmocka_unit_test(test_split_to_the_last),
        cmocka_unit_test(test_both_halves_are_parts),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_sort_touches_the_pending_alone),
        cmocka_unit_test(test_more_than_there_is_room_for),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
