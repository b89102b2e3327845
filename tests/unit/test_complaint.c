/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Complaints are bounded, safe to print, and found by whom they affect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alloc_fail.h"
#include "base/text.h"
#include "core/complaint.h"

static const char *shown(const struct complaint *complaint)
{
    static char text[1000];

    complaint_text(complaint, text, sizeof(text));
    return text;
}

static void holds_copies(void **state)
{
    struct complaints list;
    char name[] = "emea", file[] = "t.conf";

    (void)state;
    complaints_init(&list);
    complain(&list, file, 7, SUBJECT_TOKEN, name, "%s has %d", "it", 5);
    name[0] = file[0] = 'X';
    assert_int_equal(list.count, 1);
    assert_string_equal(list.item[0].file, "t.conf");
    assert_string_equal(list.item[0].name, "emea");
    assert_string_equal(list.item[0].text, "it has 5");
    assert_int_equal(list.item[0].line, 7);
    assert_int_equal(list.item[0].subject, SUBJECT_TOKEN);
    complaints_free(&list);
    assert_int_equal(list.count, 0);
    complaints_free(&list);
}

static void text_names_the_place(void **state)
{
    struct complaints list;

    (void)state;
    complaints_init(&list);
    complain(&list, "/etc/t.conf", 12, SUBJECT_ALL, "", "wrong");
    complain(&list, "/etc/t.conf", 0, SUBJECT_ALL, "", "wrong");
    complain(&list, "", 3, SUBJECT_ALL, "", "wrong");
    complain(&list, NULL, 0, SUBJECT_ALL, NULL, "wrong");
    assert_string_equal(shown(&list.item[0]), "/etc/t.conf line 12: wrong");
    assert_string_equal(shown(&list.item[1]), "/etc/t.conf: wrong");
    assert_string_equal(shown(&list.item[2]), "line 3: wrong");
    assert_string_equal(shown(&list.item[3]), "wrong");
    complaints_free(&list);
}

static void text_is_cut_between_characters(void **state)
{
    struct complaints list;
    char out[16];

    (void)state;
    complaints_init(&list);
    complain(&list, "f", 1, SUBJECT_ALL, "", "M\xc3\xbcller");
    memset(out, 'x', sizeof(out));
    complaint_text(&list.item[0], out, 0);
    assert_int_equal(out[0], 'x');
    complaint_text(&list.item[0], out, 1);
    assert_string_equal(out, "");
    complaint_text(&list.item[0], out, 13); /* "f line 1: M" and the first half of a character */
    assert_string_equal(out, "f line 1: M");
    complaint_text(&list.item[0], out, 14);
    assert_string_equal(out, "f line 1: M\xc3\xbc");
    complaints_free(&list);
}

static void hostile_parts_are_made_safe(void **state)
{
    static char huge[100000];
    struct complaints list;

    (void)state;
    complaints_init(&list);
    complain(&list, "a\nb\x1b[2J", 1, SUBJECT_ADVERTISER, "7\r\n8", "%s",
             "x\x1b]0;y\x07\xe2\x80\xae\xff\n"
             "M\xc3\xbcller");
    assert_string_equal(list.item[0].file, "a b?[2J");
    assert_string_equal(list.item[0].name, "7 8");
    assert_string_equal(list.item[0].text, "x?]0;y??? M\xc3\xbcller");
    for (size_t i = 0; i + 2 < sizeof(huge); i += 2)
        memcpy(huge + i, "\xc3\xbc", 2);
    complain(&list, "f", 1, SUBJECT_ADVERTISER, huge, "%s", huge);
    complain(&list, "f", 1, SUBJECT_ADVERTISER, huge, ".%s", huge);
    for (size_t i = 1; i < 3; i++) {
        assert_true(strlen(list.item[i].text) <= 600);
        assert_true(strlen(list.item[i].text) > 590);
        assert_true(text_is_utf8(list.item[i].text, strlen(list.item[i].text)));
        assert_true(strlen(list.item[i].name) <= 64);
    }
    complaints_free(&list);
}

static void list_is_bounded(void **state)
{
    struct complaints list;

    (void)state;
    complaints_init(&list);
    for (unsigned i = 1; i <= COMPLAINTS_MAX + 7; i++)
        complain(&list, "f", i, SUBJECT_ALL, "", "wrong");
    assert_int_equal(list.count, COMPLAINTS_MAX);
    assert_int_equal(list.dropped, 7);
    assert_int_equal(list.item[COMPLAINTS_MAX - 1].line, COMPLAINTS_MAX);
    complaints_free(&list);
    assert_int_equal(list.dropped, 0);
}

static unsigned line_about(const struct complaints *list, enum subject subject, const char *name)
{
    const struct complaint *found = complaints_about(list, subject, name);

    return found ? found->line : 0;
}

static void finds_the_first_that_affects(void **state)
{
    struct complaints list;

    (void)state;
    complaints_init(&list);
    assert_null(complaints_about(&list, SUBJECT_ALL, ""));
    complain(&list, "f", 1, SUBJECT_NOBODY, "", "x");
    complain(&list, "f", 2, SUBJECT_APP, "main", "x");
    complain(&list, "f", 3, SUBJECT_TOKEN, "main", "x");
    complain(&list, "f", 4, SUBJECT_TOKEN, "main", "x");
    complain(&list, "f", 5, SUBJECT_ADVERTISER, "75", "x");
    assert_int_equal(line_about(&list, SUBJECT_APP, "main"), 2);
    assert_int_equal(line_about(&list, SUBJECT_TOKEN, "main"), 3);
    assert_int_equal(line_about(&list, SUBJECT_ADVERTISER, "75"), 5);
    assert_int_equal(line_about(&list, SUBJECT_ADVERTISER, "7"), 0);
    assert_int_equal(line_about(&list, SUBJECT_TOKEN, "75"), 0);
    assert_int_equal(line_about(&list, SUBJECT_ALL, ""), 0);
    assert_int_equal(line_about(&list, SUBJECT_NOBODY, ""), 0);
    complain(&list, "f", 6, SUBJECT_ALL, "", "x");
    assert_int_equal(line_about(&list, SUBJECT_ADVERTISER, "7"), 6);
    assert_int_equal(line_about(&list, SUBJECT_ADVERTISER, "75"), 5);
    assert_int_equal(line_about(&list, SUBJECT_ALL, NULL), 6);
    assert_int_equal(line_about(&list, SUBJECT_NOBODY, NULL), 6);
    complaints_free(&list);
}

/* True when the complaint was kept; when not, it must be counted. */
static bool complain_twice(void *arg)
{
    struct complaints list;
    bool kept;

    (void)arg;
    complaints_init(&list);
    complain(&list, "f", 1, SUBJECT_APP, "a", "x");
    complain(&list, "f", 2, SUBJECT_APP, "b", "y");
    assert_int_equal(list.count + list.dropped, 2);
    kept = list.dropped == 0;
    complaints_free(&list);
    return kept;
}

static void without_memory_it_is_counted(void **state)
{
    (void)state;
    assert_true(alloc_fail_each(complain_twice, NULL) >= 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_copies),
        cmocka_unit_test(text_names_the_place),
        cmocka_unit_test(text_is_cut_between_characters),
        cmocka_unit_test(hostile_parts_are_made_safe),
        cmocka_unit_test(list_is_bounded),
        cmocka_unit_test(finds_the_first_that_affects),
        cmocka_unit_test(without_memory_it_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
