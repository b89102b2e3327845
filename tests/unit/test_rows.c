/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * agent/value, agent/rows: what a varbind holds, and in which order rows stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "agent/rows.h"
#include "alloc_fail.h"
#include "board_fixture.h"

static const char *shown(const struct value *value)
{
    static char text[MIB_LONG_TEXT_MAX + 2];

    memcpy(text, value->text, value->len);
    text[value->len] = '\0';
    return text;
}

static void texts_are_made_safe_and_cut(void **state)
{
    struct value value;
    char longer[400];

    (void)state;
    value_text(&value, MIB_TEXT, "Acme & Co");
    assert_string_equal(shown(&value), "Acme & Co");
    value_text(&value, MIB_TEXT, "Fj\xc3\xb6rd");
    assert_string_equal(shown(&value), "Fj\xc3\xb6rd");
    value_text(&value, MIB_TEXT, "a\nb\x1b[2J\xff");
    assert_null(strchr(shown(&value), '\n'));
    assert_null(strchr(shown(&value), '\x1b'));
    assert_null(strchr(shown(&value), '\xff'));
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    memcpy(longer + 254, "\xe2\x82\xac", 3);
    value_text(&value, MIB_TEXT, longer);
    assert_int_equal(value.len, 254); /* not half a character */
    value_text(&value, MIB_LONG_TEXT, longer);
    assert_int_equal(value.len, sizeof(longer) - 1);
    value_text(&value, MIB_WORD, longer);
    assert_int_equal(value.len, 32);
}

static void numbers_fit_their_syntax(void **state)
{
    struct value value;

    (void)state;
    value_number(&value, MIB_GAUGE, -5);
    assert_int_equal(value.number, 0);
    value_number(&value, MIB_GAUGE, INT64_C(1) << 40);
    assert_int_equal(value.number, UINT32_MAX);
    value_number(&value, MIB_COUNTER, (INT64_C(1) << 32) + 7);
    assert_int_equal(value.number, 7);
    value_enum(&value, MIB_STATE, STATE_CRITICAL);
    assert_int_equal(value.number, 3);
    value_age(&value, 0, 100);
    assert_int_equal(value.number, -1);
    value_age(&value, 40, 100);
    assert_int_equal(value.number, 60);
    value_age(&value, 1, INT64_MAX);
    assert_int_equal(value.number, INT32_MAX);
    value_code(&value, false, 40001);
    assert_string_equal(shown(&value), "");
    value_code(&value, true, -1);
    assert_string_equal(shown(&value), "-1");
}

static void times_are_utc_and_never_is_all_zero(void **state)
{
    struct value value;

    (void)state;
    value_time(&value, BOARD_NOW); /* 2026-11-22T03:00:00Z */
    assert_int_equal(value.len, 11);
    assert_memory_equal(value.text, "\x07\xea\x0b\x16\x03\x00\x00\x00+\x00\x00", 11);
    value_time(&value, 0);
    assert_int_equal(value.len, 8);
    assert_memory_equal(value.text, "\0\0\0\0\0\0\0\0", 8);
    value_time(&value, INT64_MAX);
    assert_int_equal(value.len, 8);
}

static void assert_ascending(const struct rows *rows)
{
    for (size_t i = 1; i < rows->count; i++)
        assert_true(snmp_oid_compare(rows->row[i - 1].index.oids, rows->row[i - 1].index.len,
                                     rows->row[i].index.oids, rows->row[i].index.len) < 0);
}

static void rows_stand_in_the_order_of_their_indexes(void **state)
{
    struct board_fixture board;
    struct rows *rows;

    (void)state;
    board_fixture(&board);
    board.app[0].name = "longer"; /* before "zz" by its letters, behind it by its length */
    board.app[1].name = "zz";
    (void)board_fixture_snapshot(&board);
    rows = rows_of_apps(board.snapshot);
    assert_non_null(rows);
    assert_int_equal(rows->count, 2);
    assert_int_equal(rows->row[0].ref.at, 1);
    rows_free(rows);
    rows = rows_of_advertisers(board.snapshot);
    assert_non_null(rows);
    assert_int_equal(rows->count, BOARD_ADVERTISERS);
    assert_int_equal(rows->row[0].ref.at, OTHER_APP);
    assert_int_equal(rows->row[1].ref.at, AT_OK);
    assert_ascending(rows);
    rows_free(rows);
    rows = rows_of_tokens(board.snapshot);
    assert_int_equal(rows->count, BOARD_TOKENS);
    assert_ascending(rows);
    rows_free(rows);
    rows = rows_of_causes();
    assert_int_equal(rows->count, CAUSE_COUNT);
    assert_ascending(rows);
    rows_free(rows);
    board_fixture_free(&board);
}

static void problems_are_root_causes_and_what_is_not_ok(void **state)
{
    struct board_fixture board;
    struct rows *rows;
    size_t kinds[SCOPE_CONNECT + 1] = {0};

    (void)state;
    board_fixture(&board);
    (void)board_fixture_snapshot(&board);
    rows = rows_of_problems(board.snapshot, true);
    assert_non_null(rows);
    assert_ascending(rows);
    for (size_t i = 0; i < rows->count; i++) {
        kinds[rows->row[i].ref.kind]++;
        if (rows->row[i].ref.kind == SCOPE_ENDPOINT)
            assert_int_equal(rows->row[i].ref.member, AT_ENDPOINT);
    }
    assert_int_equal(kinds[SCOPE_API], 1);
    assert_int_equal(kinds[SCOPE_TOKEN], 1);
    assert_int_equal(kinds[SCOPE_ENDPOINT], 1);
    assert_int_equal(kinds[SCOPE_ADVERTISER], 5);
    rows_free(rows);
    rows = rows_of_problems(NULL, false);
    assert_non_null(rows);
    assert_int_equal(rows->count, 0);
    rows_free(rows);
    board_fixture_free(&board);
}

static bool make_rows(void *arg)
{
    const struct snapshot *snapshot = arg;
    struct rows *advertisers = rows_of_advertisers(snapshot);
    struct rows *problems = advertisers ? rows_of_problems(snapshot, true) : NULL;
    bool ok = advertisers && problems;

    rows_free(advertisers);
    rows_free(problems);
    return ok;
}

static void out_of_memory_makes_no_rows(void **state)
{
    struct board_fixture board;

    (void)state;
    board_fixture(&board);
    assert_true(alloc_fail_each(make_rows, (void *)(uintptr_t)board_fixture_snapshot(&board)) > 0);
    board_fixture_free(&board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_made_safe_and_cut),
        cmocka_unit_test(numbers_fit_their_syntax),
        cmocka_unit_test(times_are_utc_and_never_is_all_zero),
        cmocka_unit_test(rows_stand_in_the_order_of_their_indexes),
        cmocka_unit_test(problems_are_root_causes_and_what_is_not_ok),
        cmocka_unit_test(out_of_memory_makes_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
