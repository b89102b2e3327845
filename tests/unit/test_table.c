/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * cli/table and cli/screen: widths, cuts, wide characters, colours, hostile cells. */
#include "cli/table.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"

static const struct table_column COLUMN[] = {{"STATE", 0}, {"NAME", 6}, {"CAUSE", 8}};
static const struct screen PLAIN = {.width = 0, .utf8 = true};

static void assert_table(const struct screen *screen, const char *const (*rows)[3], size_t count,
                         const char *expected)
{
    struct table *table = table_new(screen, COLUMN, TTA_LEN(COLUMN));
    struct buf out;

    assert_non_null(table);
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < count; i++)
        table_row(table, PAINT_BAD, rows[i]);
    assert_int_equal(table_rows(table), count);
    assert_true(table_write(table, &out));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
    table_free(table);
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    static const char *const ROWS[][3] = {{"OK", "Acme", "authorized"}, {"CRITICAL", "A longer name", "lost"}};

    (void)state;
    assert_table(&PLAIN, ROWS, 2,
                 "STATE     NAME           CAUSE\n"
                 "OK        Acme           authorized\n"
                 "CRITICAL  A longer name  lost\n");
}

static void no_line_ends_with_blanks(void **state)
{
    static const char *const ROWS[][3] = {{"OK", "", ""}, {"OK", "x", NULL}, {"", "", ""}};

    (void)state;
    assert_table(&PLAIN, ROWS, 3, "STATE  NAME  CAUSE\nOK\nOK     x\n\n");
}

static void a_narrow_screen_cuts_what_may_be_cut(void **state)
{
    static const char *const ROWS[][3] = {
        {"CRITICAL", "Acme Holding International GmbH", "app access lost [40001]"}};
    const struct screen narrow = {.width = 40, .utf8 = true};

    (void)state;
    assert_table(&narrow, ROWS, 1,
                 "STATE     NAME            CAUSE\n"
                 "CRITICAL  Acme Holdin...  app access...\n");
}

static void what_is_never_cut_may_be_wider_than_the_screen(void **state)
{
    static const char *const ROWS[][3] = {{"7502022393087590401", "Acme Holding", "app access lost"}};
    const struct screen narrow = {.width = 10, .utf8 = true};

    (void)state;
    assert_table(&narrow, ROWS, 1, "STATE                NAME    CAUSE\n7502022393087590401  Acm...  app a...\n");
}

static void a_sentence_can_stand_below_a_row(void **state)
{
    static const char *const FIRST[] = {"CRITICAL", "Acme", "lost"}, *const SECOND[] = {"OK", "Blue",
                                                                                        "authorized"};
    const struct screen narrow = {.width = 34, .utf8 = true};
    struct table *table = table_new(&narrow, COLUMN, TTA_LEN(COLUMN));
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    table_below(table, "no row yet");
    table_row(table, PAINT_BAD, FIRST);
    table_below(table, "client must \033 re-authorize now");
    table_row(table, PAINT_GOOD, SECOND);
    table_below(table, "");
    assert_true(table_write(table, &out));
    assert_string_equal(buf_text(&out), "STATE     NAME  CAUSE\n"
                                        "CRITICAL  Acme  lost\n"
                                        "          -> client must ?\n"
                                        "             re-authorize now\n"
                                        "OK        Blue  authorized\n");
    buf_free(&out);
    table_free(table);
}

static void wide_characters_take_two_columns(void **state)
{
    static const char *const ROWS[][3] = {{"OK", "\xe8\x87\xaa\xe8\xbb\xa2\xe8\xbb\x8a", "x"},
                                          {"OK", "e\xcc\x81t\xc3\xa9", "y"}};
    const struct screen narrow = {.width = 20, .utf8 = true};
    static const char *const LONG[][3] = {
        {"OK", "\xe8\x87\xaa\xe8\xbb\xa2\xe8\xbb\x8a\xe8\x87\xaa\xe8\xbb\xa2\xe8\xbb\x8a", "12345678"}};

    (void)state;
    assert_table(&PLAIN, ROWS, 2,
                 "STATE  NAME    CAUSE\n"
                 "OK     \xe8\x87\xaa\xe8\xbb\xa2\xe8\xbb\x8a  x\n"
                 "OK     e\xcc\x81t\xc3\xa9     y\n");
    /* Six columns hold one wide character and the mark, which leaves one column blank. */
    assert_table(&narrow, LONG, 1,
                 "STATE  NAME    CAUSE\n"
                 "OK     \xe8\x87\xaa...   12345678\n");
}

static void hostile_cells_stay_one_line_of_text(void **state)
{
    static const char *const ROWS[][3] = {{"OK", "a\nb\tc\rd", "\033[2J\xff\xe2\x80\xae!"}};
    const struct screen ascii = {.width = 0, .utf8 = false};
    static const char *const ACCENT[][3] = {{"OK", "caf\xc3\xa9", "%s%n"}};

    (void)state;
    assert_table(&PLAIN, ROWS, 1,
                 "STATE  NAME     CAUSE\nOK     a b c d  ?[2J?"
                 "?!\n");
    assert_table(&ascii, ACCENT, 1, "STATE  NAME  CAUSE\nOK     caf?  %s%n\n");
}

static void colours_are_only_there_when_wanted(void **state)
{
    static const char *const ROWS[][3] = {{"OK", "a", "b"}};
    const struct screen colored = {.width = 0, .utf8 = true, .color = true};

    (void)state;
    assert_table(&colored, ROWS, 1,
                 "\033[1mSTATE  NAME  CAUSE\033[0m\n"
                 "\033[1;31mOK\033[0m     a     b\n");
}

static void many_rows_are_no_matter(void **state)
{
    static const char *const CELLS[] = {"OK", "name", "cause"};
    struct table *table = table_new(&PLAIN, COLUMN, TTA_LEN(COLUMN));
    struct buf out;

    (void)state;
    buf_init(&out, 8 << 20);
    for (int i = 0; i < 100000; i++)
        table_row(table, PAINT_NONE, CELLS);
    assert_true(table_write(table, &out));
    assert_int_equal(buf_len(&out), 19 + 100000 * 19);
    buf_free(&out);
    table_free(table);
}

static bool make_table(void *arg)
{
    static const char *const CELLS[] = {"OK", "name", "cause"};
    struct table *table = table_new(&PLAIN, COLUMN, TTA_LEN(COLUMN));
    struct buf out;
    bool ok = table != NULL;

    (void)arg;
    buf_init(&out, 1 << 20);
    for (int i = 0; table && i < 100; i++)
        table_row(table, PAINT_NONE, CELLS);
    ok = ok && table_write(table, &out);
    buf_free(&out);
    table_free(table);
    return ok;
}

static void out_of_memory_shows(void **state)
{
    (void)state;
    assert_true(alloc_fail_each(make_table, NULL) > 5);
}

/* --- the screen ---------------------------------------------------------------------------------------------- */

static void colour_follows_the_option_and_the_environment(void **state)
{
    FILE *file = tmpfile();
    struct screen screen;

    (void)state;
    assert_non_null(file);
    unsetenv("NO_COLOR");
    assert_true(screen_of(file, NULL, &screen));
    assert_false(screen.color);
    assert_int_equal(screen.width, 0);
    assert_true(screen_of(file, "always", &screen));
    assert_true(screen.color);
    assert_true(screen_of(file, "never", &screen));
    assert_false(screen.color);
    assert_false(screen_of(file, "sometimes", &screen));
    setenv("NO_COLOR", "1", 1);
    assert_true(screen_of(file, "always", &screen));
    assert_true(screen.color);
    fclose(file);
}

static void folding_keeps_words_and_indents(void **state)
{
    const struct screen narrow = {.width = 20, .utf8 = true};
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    buf_str(&out, "key: ");
    screen_fold(&narrow, "one two three averyveryverylongword four", 5, 5, &out);
    assert_string_equal(buf_text(&out), "key: one two three\n     averyveryverylongword\n     four\n");
    buf_free(&out);
}

static void a_cut_never_splits_a_character(void **state)
{
    size_t used = 0;

    (void)state;
    assert_int_equal(screen_cut(&PLAIN, "\xe8\x87\xaa\xe8\xbb\xa2", 6, 3, &used), 3);
    assert_int_equal(used, 2);
    assert_int_equal(screen_cut(&PLAIN, "abc", 3, 2, &used), 2);
    assert_int_equal(screen_width_of(&PLAIN, "a\xe8\x87\xaa", 4), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(no_line_ends_with_blanks),
        cmocka_unit_test(a_narrow_screen_cuts_what_may_be_cut),
        cmocka_unit_test(what_is_never_cut_may_be_wider_than_the_screen),
        cmocka_unit_test(a_sentence_can_stand_below_a_row),
        cmocka_unit_test(wide_characters_take_two_columns),
        cmocka_unit_test(hostile_cells_stay_one_line_of_text),
        cmocka_unit_test(colours_are_only_there_when_wanted),
        cmocka_unit_test(many_rows_are_no_matter),
        cmocka_unit_test(out_of_memory_shows),
        cmocka_unit_test(colour_follows_the_option_and_the_environment),
        cmocka_unit_test(folding_keeps_words_and_indents),
        cmocka_unit_test(a_cut_never_splits_a_character),
    };

    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return 77; /* no locale in which characters have widths: skipped */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
