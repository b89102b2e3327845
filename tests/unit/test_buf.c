/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The buffer: its limit, its failure, its NUL, and memory running out at every step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "base/buf.h"

static void empty_is_text(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 10);
    assert_string_equal(buf_text(&b), "");
    assert_int_equal(buf_len(&b), 0);
    assert_true(buf_ok(&b));
    buf_free(&b);
}

static void zeroed_is_safe_and_holds_nothing(void **state)
{
    struct buf b = {0};

    (void)state;
    buf_free(&b);
    buf_wipe(&b);
    buf_reset(&b);
    buf_cut(&b, 0);
    assert_string_equal(buf_text(&b), "");
    assert_true(buf_str(&b, ""));
    assert_false(buf_char(&b, 'x'));
    buf_free(&b);
}

static void appends_of_all_kinds(void **state)
{
    struct buf b;
    char *grown;

    (void)state;
    buf_init(&b, 1000);
    assert_true(buf_str(&b, "one"));
    assert_true(buf_char(&b, ' '));
    assert_true(buf_add(&b, "two\0three", 9));
    assert_true(buf_printf(&b, " %d %s", 4, "five"));
    assert_int_equal(buf_len(&b), 20);
    assert_memory_equal(buf_text(&b), "one two\0three 4 five", 21);
    grown = buf_grow(&b, 3);
    assert_non_null(grown);
    assert_memory_equal(grown, "\0\0\0", 4);
    memcpy(grown, "abc", 3);
    assert_string_equal(buf_text(&b) + 20, "abc");
    assert_int_equal(buf_len(&b), 23);
    assert_true(buf_add(&b, NULL, 0));
    assert_non_null(buf_grow(&b, 0));
    buf_free(&b);
}

static void grow_zeroes_what_was_cut(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    assert_true(buf_str(&b, "xxxxxxxx"));
    buf_cut(&b, 2);
    assert_memory_equal(buf_grow(&b, 6), "\0\0\0\0\0\0", 7);
    buf_free(&b);
}

static void limit_is_exact(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 5);
    assert_true(buf_str(&b, "12345"));
    assert_true(buf_str(&b, ""));
    assert_false(buf_char(&b, '6'));
    assert_false(buf_ok(&b));
    assert_string_equal(buf_text(&b), "");
    assert_int_equal(buf_len(&b), 0);
    assert_null(b.bytes);
    buf_free(&b);
}

static void limit_holds_for_printf_and_grow(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 5);
    assert_true(buf_printf(&b, "%05d", 7));
    assert_string_equal(buf_text(&b), "00007");
    assert_false(buf_printf(&b, "%s", "x"));
    buf_reset(&b);
    assert_true(buf_ok(&b));
    assert_false(buf_printf(&b, "%06d", 7));
    buf_reset(&b);
    assert_null(buf_grow(&b, 6));
    buf_reset(&b);
    assert_non_null(buf_grow(&b, 5));
    buf_reset(&b);
    assert_null(buf_grow(&b, SIZE_MAX));
    buf_free(&b);
}

static void limit_of_size_max_does_not_overflow(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, SIZE_MAX);
    assert_true(buf_str(&b, "x"));
    assert_false(buf_add(&b, "y", SIZE_MAX));
    buf_reset(&b);
    assert_true(buf_str(&b, "x"));
    assert_false(buf_add(&b, "y", SIZE_MAX - 1));
    buf_free(&b);
}

static void failed_stays_failed(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 3);
    assert_false(buf_str(&b, "1234"));
    assert_false(buf_char(&b, '1'));
    assert_false(buf_add(&b, "", 0));
    assert_false(buf_printf(&b, "%s", ""));
    assert_null(buf_grow(&b, 0));
    assert_null(buf_take(&b, NULL));
    assert_false(buf_ok(&b));
    buf_free(&b);
    assert_true(buf_str(&b, "123"));
    assert_string_equal(buf_text(&b), "123");
    assert_false(buf_fail(&b));
    assert_false(buf_ok(&b));
    assert_string_equal(buf_text(&b), "");
    buf_free(&b);
}

static void printf_longer_than_the_room(void **state)
{
    struct buf b;
    char text[1001];

    (void)state;
    memset(text, 'a', 1000);
    text[1000] = '\0';
    buf_init(&b, 5000);
    assert_true(buf_str(&b, "start "));
    assert_true(buf_printf(&b, "%s-%s", text, text));
    assert_int_equal(buf_len(&b), 6 + 2001);
    assert_int_equal(strlen(buf_text(&b)), 6 + 2001);
    assert_int_equal(buf_text(&b)[6 + 1000], '-');
    buf_free(&b);
}

static void printf_at_each_length(void **state)
{
    (void)state;
    for (int width = 0; width < 300; width++) {
        struct buf b;

        buf_init(&b, 1000);
        assert_true(buf_printf(&b, "%*s", width, ""));
        assert_true(buf_printf(&b, "%*s", width, ""));
        assert_int_equal(buf_len(&b), (size_t)width * 2);
        assert_int_equal(strlen(buf_text(&b)), (size_t)width * 2);
        buf_free(&b);
    }
}

static void cut_and_reset(void **state)
{
    struct buf b;
    const char *memory;

    (void)state;
    buf_init(&b, 100);
    assert_true(buf_str(&b, "abcdef"));
    buf_cut(&b, 7);
    assert_string_equal(buf_text(&b), "abcdef");
    buf_cut(&b, 6);
    assert_string_equal(buf_text(&b), "abcdef");
    buf_cut(&b, 2);
    assert_string_equal(buf_text(&b), "ab");
    memory = b.bytes;
    buf_reset(&b);
    assert_ptr_equal(b.bytes, memory);
    assert_string_equal(buf_text(&b), "");
    assert_true(buf_str(&b, "z"));
    assert_string_equal(buf_text(&b), "z");
    buf_free(&b);
}

static void take_hands_over(void **state)
{
    struct buf b;
    size_t len = 99;
    char *taken;

    (void)state;
    buf_init(&b, 10);
    assert_true(buf_add(&b, "a\0b", 3));
    taken = buf_take(&b, &len);
    assert_int_equal(len, 3);
    assert_memory_equal(taken, "a\0b", 4);
    free(taken);
    assert_int_equal(buf_len(&b), 0);
    taken = buf_take(&b, NULL);
    assert_string_equal(taken, "");
    free(taken);
    assert_true(buf_str(&b, "again"));
    buf_free(&b);
}

static void memory_grows_in_doubles_up_to_the_limit(void **state)
{
    struct buf b;
    size_t last_room = 0;
    int moves = 0;

    (void)state;
    buf_init(&b, 100000);
    for (int i = 0; i < 100000; i++) {
        assert_true(buf_char(&b, 'x'));
        if (b.room != last_room)
            moves++;
        last_room = b.room;
    }
    assert_in_range(moves, 1, 15);
    assert_int_equal(b.room, 100001);
    buf_free(&b);
}

/* What a secret buffer gives back must be wiped: seen by keeping its memory alive through the cut. */
static void secret_is_wiped_when_cut(void **state)
{
    struct buf b;

    (void)state;
    buf_init_secret(&b, 100);
    assert_true(buf_str(&b, "keep-hunter2"));
    buf_cut(&b, 5);
    assert_string_equal(buf_text(&b), "keep-");
    assert_memory_equal(b.bytes + 5, "\0\0\0\0\0\0\0", 8);
    buf_reset(&b);
    assert_memory_equal(b.bytes, "\0\0\0\0\0", 6);
    buf_free(&b);
    assert_true(buf_str(&b, "usable again"));
    buf_wipe(&b);
    assert_null(b.bytes);
}

static void secret_keeps_its_contents_when_it_grows(void **state)
{
    struct buf b;

    (void)state;
    buf_init_secret(&b, 1000);
    for (int i = 0; i < 1000; i++)
        assert_true(buf_char(&b, (char)('a' + i % 26)));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(buf_text(&b)[i], 'a' + i % 26);
    assert_false(buf_char(&b, 'x'));
    buf_free(&b);
}

static bool build(void *arg)
{
    struct buf b;
    char *taken = NULL;

    if (arg)
        buf_init_secret(&b, 5000);
    else
        buf_init(&b, 5000);
    buf_str(&b, "a");
    for (int i = 0; i < 10; i++)
        buf_printf(&b, "%100d", i);
    (void)buf_grow(&b, 2000);
    assert_true(buf_ok(&b) || (buf_len(&b) == 0 && !b.bytes));
    taken = buf_take(&b, NULL);
    free(taken);
    if (!taken)
        assert_false(buf_ok(&b));
    buf_free(&b);
    return taken != NULL;
}

static void out_of_memory_at_each_step(void **state)
{
    static char secret[] = "secret";

    (void)state;
    assert_in_range(alloc_fail_each(build, NULL), 3, 20);
    assert_in_range(alloc_fail_each(build, secret), 3, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_is_text),
        cmocka_unit_test(zeroed_is_safe_and_holds_nothing),
        cmocka_unit_test(appends_of_all_kinds),
        cmocka_unit_test(grow_zeroes_what_was_cut),
        cmocka_unit_test(limit_is_exact),
        cmocka_unit_test(limit_holds_for_printf_and_grow),
        cmocka_unit_test(limit_of_size_max_does_not_overflow),
        cmocka_unit_test(failed_stays_failed),
        cmocka_unit_test(printf_longer_than_the_room),
        cmocka_unit_test(printf_at_each_length),
        cmocka_unit_test(cut_and_reset),
        cmocka_unit_test(take_hands_over),
        cmocka_unit_test(memory_grows_in_doubles_up_to_the_limit),
        cmocka_unit_test(secret_is_wiped_when_cut),
        cmocka_unit_test(secret_keeps_its_contents_when_it_grows),
        cmocka_unit_test(out_of_memory_at_each_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
