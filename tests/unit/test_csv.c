/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * CSV rows, their lines and their faults; what is written is read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alloc_fail.h"
#include "base/csv.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

/* Rows as "line:[field][field]!fault" lines. */
static bool show_row(void *arg, const struct csv_row *row)
{
    struct buf *shown = arg;

    buf_printf(shown, "%u:", row->line);
    for (size_t i = 0; i < row->count; i++)
        buf_printf(shown, "[%s]", row->field[i]);
    if (row->fault)
        buf_printf(shown, "!%s", row->fault);
    return buf_char(shown, '\n');
}

static void assert_rows(const char *text, size_t len, const char *expected)
{
    struct buf shown;

    buf_init(&shown, 1 << 20);
    assert_true(csv_read(text, len, show_row, &shown));
    assert_true(buf_ok(&shown));
    assert_string_equal(buf_text(&shown), expected);
    buf_free(&shown);
}

static void plain_rows(void **state)
{
    (void)state;
    assert_rows(NULL, 0, "");
    assert_rows(BYTES(""), "");
    assert_rows(BYTES("a"), "1:[a]\n");
    assert_rows(BYTES("a\n"), "1:[a]\n");
    assert_rows(BYTES("a,b\nc,d\n"), "1:[a][b]\n2:[c][d]\n");
    assert_rows(BYTES("a,b\r\nc,d\r\n"), "1:[a][b]\n2:[c][d]\n");
    assert_rows(BYTES("a,b\r\nc,d\r"), "1:[a][b]\n2:[c][d]\n");
    assert_rows(BYTES("a,\n,b\n,\n"), "1:[a][]\n2:[][b]\n3:[][]\n");
    assert_rows(BYTES("\xef\xbb\xbf"
                      "id,name\n1,M\xc3\xbcller"),
                "1:[id][name]\n2:[1][M\xc3\xbcller]\n");
    assert_rows(BYTES("\xef\xbb\xbf"), "");
}

static void blank_lines_and_comments_are_left_out(void **state)
{
    (void)state;
    assert_rows(BYTES("\n\r\n  \t\n# a, \"comment\n#\nx\n#y"), "6:[x]\n");
    assert_rows(BYTES("\xef\xbb\xbf# comment\nx"), "2:[x]\n");
    assert_rows(BYTES(" # no comment\nx#y\n"), "1:[# no comment]\n2:[x#y]\n");
    assert_rows(BYTES("   "), "");
}

static void blanks_are_trimmed_outside_quotes(void **state)
{
    (void)state;
    assert_rows(BYTES("  a b\t, c \n"), "1:[a b][c]\n");
    assert_rows(BYTES("\" a \",  \" b \"  ,c\n"), "1:[ a ][ b ][c]\n");
}

static void quotes(void **state)
{
    (void)state;
    assert_rows(BYTES("\"a,b\",\"c\"\"d\",\"\"\n"), "1:[a,b][c\"d][]\n");
    assert_rows(BYTES("\"\"\"\"\n"), "1:[\"]\n");
    assert_rows(BYTES("\"a\nb\",c\nd\n"), "1:[a\nb][c]\n3:[d]\n");
    assert_rows(BYTES("\"a\r\nb\",c\r\nd\r\n"), "1:[a\r\nb][c]\n3:[d]\n");
    assert_rows(BYTES("\"#a\"\n"), "1:[#a]\n");
    assert_rows(BYTES("6\" pipes,a\"b\"\n"), "1:[6\" pipes][a\"b\"]\n");
}

static void a_fault_costs_its_line_alone(void **state)
{
    (void)state;
    assert_rows(BYTES("1,\"a\"b\n2,c\n"), "1:[1]!there is text behind a closing quote\n2:[2][c]\n");
    assert_rows(BYTES("1,\"a\n2,c\n3,d\n"), "1:[1]!a quote is not closed\n2:[2][c]\n3:[3][d]\n");
    /* The quote of line 3 seems to close that of line 1: lines 2 and 3 are read all the same. */
    assert_rows(BYTES("1,\"a\n2,b\n3,\"c\"\n4,d\n"),
                "1:[1]!there is text behind a closing quote\n2:[2][b]\n3:[3][c]\n4:[4][d]\n");
    assert_rows(BYTES("1,a\0b\n2,c\n"), "1:[1]!there is a NUL byte\n2:[2][c]\n");
    assert_rows(BYTES("1,\"a\0b\"\n2,c\n"), "1:[1]!there is a NUL byte\n2:[2][c]\n");
    assert_rows(BYTES("1,\xe9t\xe9,x\n2,c\n"), "1:[1]!the text is not UTF-8\n2:[2][c]\n");
    assert_rows(BYTES("1,\xc0\xaf\n\xff\n2,c"),
                "1:[1]!the text is not UTF-8\n2:!the text is not UTF-8\n3:[2][c]\n");
    assert_rows(BYTES("\""), "1:!a quote is not closed\n");
}

static void a_lone_cr_is_no_line_end(void **state)
{
    (void)state;
    assert_rows(BYTES("a\rb,c\n"), "1:[a\rb][c]\n");
    assert_rows(BYTES("\"a\"\rb\n"), "1:!there is text behind a closing quote\n");
}

/* Text with one row of many fields or of one long field, and a good row behind it. */
static void assert_last_rows(const char *middle, size_t times, const char *after, const char *expected_end)
{
    struct buf text, shown;

    buf_init(&text, 1 << 22);
    buf_init(&shown, 1 << 22);
    for (size_t i = 0; i < times; i++)
        buf_str(&text, middle);
    buf_str(&text, after);
    assert_true(buf_ok(&text));
    assert_true(csv_read(buf_text(&text), buf_len(&text), show_row, &shown));
    assert_true(buf_len(&shown) >= strlen(expected_end));
    assert_string_equal(buf_text(&shown) + buf_len(&shown) - strlen(expected_end), expected_end);
    buf_free(&text);
    buf_free(&shown);
}

static void limits(void **state)
{
    (void)state;
    assert_last_rows("x,", CSV_FIELDS_MAX - 1, "y\nnext\n", "[x][y]\n2:[next]\n");
    assert_last_rows("x,", CSV_FIELDS_MAX, "y\nnext\n", "[x]!there are more than 64 fields\n2:[next]\n");
    assert_last_rows("x", CSV_FIELD_BYTES_MAX, ",y\nnext\n", "x][y]\n2:[next]\n");
    assert_last_rows("x", CSV_FIELD_BYTES_MAX + 1, ",y\nnext\n",
                     "1:!a field is longer than 8192 bytes\n2:[next]\n");
    assert_last_rows("\"\"", 1 + CSV_FIELD_BYTES_MAX, "\nnext\n", "2:[next]\n");
    assert_last_rows("\"", 3 + 2 * CSV_FIELD_BYTES_MAX, "\nnext\n",
                     "1:!a field is longer than 8192 bytes\n2:[next]\n");
    assert_last_rows(
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123,", 60,
        "y\nnext\n", "[y]\n2:[next]\n");
}

static void the_limit_of_a_quoted_field_is_the_same(void **state)
{
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        struct buf text, shown;

        buf_init(&text, 1 << 20);
        buf_init(&shown, 1 << 20);
        buf_char(&text, '"');
        for (size_t i = 0; i < CSV_FIELD_BYTES_MAX + over; i++)
            buf_char(&text, 'x');
        buf_str(&text, "\"\nnext");
        assert_true(csv_read(buf_text(&text), buf_len(&text), show_row, &shown));
        if (over)
            assert_string_equal(buf_text(&shown), "1:!a field is longer than 8192 bytes\n2:[next]\n");
        else
            assert_non_null(strstr(buf_text(&shown), "xx]\n2:[next]\n"));
        buf_free(&text);
        buf_free(&shown);
    }
}

static void a_row_has_a_limit_too(void **state)
{
    struct buf text, shown;

    (void)state;
    buf_init(&text, 1 << 20);
    buf_init(&shown, 1 << 20);
    for (int i = 0; i < 9; i++)
        buf_printf(&text, "%8000d,", i);
    for (int i = 0; i < 9; i++) {
        buf_char(&text, 'a');
        for (int n = 0; n < 8000; n++)
            buf_char(&text, 'b');
        buf_char(&text, i < 8 ? ',' : '\n');
    }
    buf_str(&text, "next");
    assert_true(csv_read(buf_text(&text), buf_len(&text), show_row, &shown));
    assert_non_null(strstr(buf_text(&shown), "!the row is longer than 65536 bytes\n2:[next]\n"));
    buf_free(&text);
    buf_free(&shown);
}

static bool stop_at_second(void *arg, const struct csv_row *row)
{
    unsigned *rows = arg;

    (void)row;
    return ++*rows < 2;
}

static void the_callback_can_end_it(void **state)
{
    unsigned rows = 0;

    (void)state;
    assert_false(csv_read(BYTES("a\nb\nc\n"), stop_at_second, &rows));
    assert_int_equal(rows, 2);
    rows = 0;
    assert_true(csv_read(BYTES("a\n"), stop_at_second, &rows));
}

static void writes(const char *text, bool first, const char *expected)
{
    struct buf out;

    buf_init(&out, 1000);
    assert_true(csv_write_field(&out, text, first));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void written_fields(void **state)
{
    (void)state;
    writes("a", true, "a");
    writes("a", false, ",a");
    writes("", true, "\"\"");
    writes("", false, ",");
    writes("a,b", false, ",\"a,b\"");
    writes("a\"b", false, ",\"a\"\"b\"");
    writes("a\r\nb", false, ",\"a  b\"");
    writes(" a", false, ",\" a\"");
    writes("a\t", false, ",\"a\t\"");
    writes("#a", true, "\"#a\"");
    writes("#a", false, ",#a");
}

static bool compare_row(void *arg, const struct csv_row *row)
{
    const char *const *field = arg;

    assert_null(row->fault);
    for (size_t i = 0; i < row->count; i++)
        assert_string_equal(row->field[i], field[i]);
    return row->count == 6;
}

static void what_is_written_is_read_back(void **state)
{
    static const char *field[][6] = {
        {"", "", "", "", "", ""},
        {"#1", "a,b", "c\"d", " e ", "\"", "M\xc3\xbcller"},
        {"\xef\xbb\xbfx", "\t", "'", "\"\"", ",", "#"},
    };

    (void)state;
    for (size_t row = 0; row < TTA_LEN(field); row++) {
        struct buf out;

        buf_init(&out, 1000);
        for (size_t i = 0; i < 6; i++)
            assert_true(csv_write_field(&out, field[row][i], i == 0));
        assert_true(buf_char(&out, '\n'));
        assert_true(csv_read(buf_text(&out), buf_len(&out), compare_row, field[row]));
        buf_free(&out);
    }
}

static bool count_rows(void *arg, const struct csv_row *row)
{
    int *rows = arg;

    assert_null(row->fault);
    ++*rows;
    return true;
}

static bool read_table(void *arg)
{
    static const char TABLE[] = "id,name\n1,\"a long name that makes the memory grow past its first room, twice: "
                                "0123456789012345678901234567890123456789\"\n";
    int rows = 0;

    (void)arg;
    return csv_read(TABLE, sizeof(TABLE) - 1, count_rows, &rows) && rows == 2;
}

static void out_of_memory_at_each_step(void **state)
{
    (void)state;
    assert_in_range(alloc_fail_each(read_table, NULL), 2, 10);
}

static bool count_all_rows(void *arg, const struct csv_row *row)
{
    unsigned *rows = arg;

    assert_true(row->line > *rows);
    *rows = row->line;
    return true;
}

/* An unclosed quote on every line: none is seen twice, and none hides the rest of the text. */
static void hostile_quotes_do_not_hide_lines(void **state)
{
    enum { LINES = 20000 };
    struct buf text;
    unsigned last = 0;

    (void)state;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < LINES; i++)
        buf_str(&text, i % 2 ? "x,\"y\n" : "x,\"\"\",\n");
    assert_true(buf_ok(&text));
    assert_true(csv_read(buf_text(&text), buf_len(&text), count_all_rows, &last));
    assert_in_range(last, LINES - 1, LINES);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_rows),
        cmocka_unit_test(blank_lines_and_comments_are_left_out),
        cmocka_unit_test(blanks_are_trimmed_outside_quotes),
        cmocka_unit_test(quotes),
        cmocka_unit_test(a_fault_costs_its_line_alone),
        cmocka_unit_test(a_lone_cr_is_no_line_end),
        cmocka_unit_test(limits),
        cmocka_unit_test(the_limit_of_a_quoted_field_is_the_same),
        cmocka_unit_test(a_row_has_a_limit_too),
        cmocka_unit_test(the_callback_can_end_it),
        cmocka_unit_test(written_fields),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(out_of_memory_at_each_step),
        cmocka_unit_test(hostile_quotes_do_not_hide_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
