/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading INI: events in order with their lines, and faults that take nothing with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fail.h"
#include "base/buf.h"
#include "ext/ini.h"

/* One line per event: "3 [section]", "4 section.key = value", "5 section.key + value", "6 section! fault". */
static bool note(void *arg, const struct ini_line *line)
{
    struct buf *out = arg;
    switch (line->event) {
    case INI_SECTION:
        assert_null(line->key);
        assert_null(line->value);
        assert_false(line->continues);
        return buf_printf(out, "%u [%s]\n", line->line, line->section);
    case INI_KEY:
        return buf_printf(out, "%u %s.%s %s %s\n", line->line, line->section, line->key,
                          line->continues ? "+" : "=", line->value);
    case INI_FAULT:
        assert_null(line->key);
        assert_false(line->continues);
        return buf_printf(out, "%u %s! %s\n", line->line, line->section, line->value);
    }
    return false;
}

static void expect_n(const char *text, size_t len, const char *events)
{
    struct buf out;
    char *exact = malloc(len > 0 ? len : 1); /* the sanitizer watches its end */
    assert_non_null(exact);
    memcpy(exact, text, len);
    buf_init(&out, 1 << 20);
    assert_true(ini_read(exact, len, note, &out));
    assert_string_equal(buf_text(&out), events);
    buf_free(&out);
    free(exact);
}

static void expect(const char *text, const char *events)
{
    expect_n(text, strlen(text), events);
}

static void events_come_in_order(void **state)
{
    (void)state;
    expect("", "");
    expect("\n\n \n", "");
    expect("a = 1", "1 .a = 1\n");
    expect("; comment\n# comment\n  ; comment\n\na=1\n[app acme]\nb : 2\n\n[ token x ]  ; why\nc d = e f \n",
           "5 .a = 1\n6 [app acme]\n7 app acme.b = 2\n9 [token x]\n10 token x.c d = e f\n");
    expect("[a]\r\nb = c\r\n", "1 [a]\n2 a.b = c\n");
    expect("\xef\xbb\xbf[a]\nb = \xc3\xa9\n", "1 [a]\n2 a.b = \xc3\xa9\n");
    expect("a =\nb = \n", "1 .a = \n2 .b = \n");
    expect("a\t=\tb\t\n", "1 .a = b\n");
}

static void a_header_twice_is_two_events(void **state)
{
    (void)state;
    expect("[a]\n[a]\nb = 1\n[a]\n", "1 [a]\n2 [a]\n3 a.b = 1\n4 [a]\n");
}

static void comments_begin_with_a_blank(void **state)
{
    (void)state;
    expect("a = b ; c\nd = e;f\ng = h #i\nj = ;k\nl = m\t; n ; o\n",
           "1 .a = b\n2 .d = e;f\n3 .g = h #i\n4 .j = \n5 .l = m\n");
    /* what a comment holds is not looked at */
    expect("a = b ; \xff\x01\n; \xff\n", "1 .a = b\n");
    expect_n("#\0\n;\0", 5, "");
}

static void values_keep_what_is_theirs(void **state)
{
    (void)state;
    expect("url = https://h:1/a?b=c\nx = \"q\" = [y]\n", "1 .url = https://h:1/a?b=c\n2 .x = \"q\" = [y]\n");
}

static void indented_lines_continue(void **state)
{
    (void)state;
    expect("[t]\np = a,\n  b,\n\tc ; why\n\n; comment\n  [POST] /d = e\nq = 1\n r = 2\n",
           "1 [t]\n2 t.p = a,\n3 t.p + b,\n4 t.p + c\n7 t.p + [POST] /d = e\n8 t.q = 1\n9 t.q + r = 2\n");
    expect("[a]\nb = 1\n[c]\n  d = 2\n  e = 3\nf = 4\n", "1 [a]\n2 a.b = 1\n3 [c]\n4 c! begins with a blank, but "
                                                         "there is no key above it to continue\n6 c.f = 4\n");
    expect(" a = 1\n", "1 ! begins with a blank, but there is no key above it to continue\n");
}

static void each_bad_line_is_a_fault(void **state)
{
    (void)state;
    expect("bad\n[a]\nworse\nb = 1\n= 2\nbad ; a = b\nlast",
           "1 ! neither [section] nor key = value\n2 [a]\n3 a! neither [section] nor key = value\n4 a.b = 1\n"
           "5 a! no key before the '='\n6 a! neither [section] nor key = value\n"
           "7 a! neither [section] nor key = value\n");
    expect("a = \x01\nb = \x7f\nc = 1\rd = 2\ne = \f\nf = \xc3\x28\n\xff\xfe = 1\ng = 1\n",
           "1 ! a control character\n2 ! a control character\n3 ! a control character\n4 ! a control character\n"
           "5 ! bytes that are no UTF-8\n6 ! bytes that are no UTF-8\n7 .g = 1\n");
    expect_n("a = \0b\nc\0 = d\ne = f", 19, "1 ! a NUL byte\n2 ! a NUL byte\n3 .e = f\n");
    expect_n("a = b\0", 6, "1 ! a NUL byte\n");
}

static void what_continues_a_fault_is_left_out(void **state)
{
    (void)state;
    expect("a = 1\nbad\n  2\n\n  b = 3\nc = 4\n  5\n",
           "1 .a = 1\n2 ! neither [section] nor key = value\n6 .c = 4\n7 .c + 5\n");
    expect("a = 1\n= 2\n  3\n", "1 .a = 1\n2 ! no key before the '='\n");
    expect("a = 1\n  \x01\n  2\n", "1 .a = 1\n2 ! a control character\n");
}

static void a_broken_header_takes_its_keys_along(void **state)
{
    (void)state;
    expect("[a]\nb = 1\n[c\nd = 2\n  3\nbad\n[e]\nf = 4\n",
           "1 [a]\n2 a.b = 1\n3 a! no ']' behind the section name\n7 [e]\n8 e.f = 4\n");
    expect("[a]\n[b] c = 1\nd = 2\n[]\ne = 3\n[ ]\n[f;]\ng = 4\n[h ;]\ni = 5\n[a]]\n",
           "1 [a]\n2 a! text behind the ']' of a section\n4 a! no section name\n6 a! no section name\n7 [f;]\n"
           "8 f;.g = 4\n9 f;! no ']' behind the section name\n11 f;! text behind the ']' of a section\n");
    expect("[a]\n[b\xff]\nc = 1\n[d]\n", "1 [a]\n2 a! bytes that are no UTF-8\n4 [d]\n");
}

/* "key = xxx..." of `len` bytes. */
static const char *long_line(struct buf *b, const char *beginning, size_t len, const char *rest)
{
    buf_str(b, beginning);
    while (buf_len(b) < len)
        buf_char(b, 'x');
    return buf_str(b, rest) ? buf_text(b) : NULL;
}

static bool count_bytes(void *arg, const struct ini_line *line)
{
    assert_int_equal(line->event, INI_KEY);
    *(size_t *)arg += strlen(line->value);
    return true;
}

static void long_lines_are_faults_or_whole(void **state)
{
    static const char fault[] = "too long a line; a value can go on in lines below that begin with a blank";
    struct buf b, events;
    (void)state;
    buf_init(&b, 1 << 20);
    buf_init(&events, 1000);
    size_t most = 0;
    for (size_t len = 150; len < 250; len++) {
        size_t got = 0;
        buf_reset(&b);
        long_line(&b, "k = ", len, "\n");
        buf_reset(&events);
        assert_true(ini_read(buf_text(&b), buf_len(&b), note, &events));
        if (strstr(buf_text(&events), fault))
            break;
        assert_true(ini_read(buf_text(&b), buf_len(&b), count_bytes, &got));
        assert_int_equal(got, len - 4);
        most = len;
    }
    assert_int_equal(most, 198); /* ini.h says so to people */
    assert_string_equal(buf_text(&events),
                        "1 ! too long a line; a value can go on in lines below that begin with a blank\n");

    /* neither its end nor what follows it is taken for something else */
    buf_reset(&b);
    expect(long_line(&b, "a = 1\nb = ", 206, "\nc = 2\n"),
           "1 .a = 1\n2 ! too long a line; a value can go on in lines below that begin with a blank\n3 .c = 2\n");
    buf_reset(&b);
    expect(long_line(&b, "a = 1\nb = ", 206, "y = 3\n  more\nc = 2\n"),
           "1 .a = 1\n2 ! too long a line; a value can go on in lines below that begin with a blank\n4 .c = 2\n");
    buf_reset(&b);
    expect(long_line(&b, "[a]\n[token ", 300, "]\nc = 2\n[d]\n"),
           "1 [a]\n2 a! too long a line; a value can go on in lines below that begin with a blank\n4 [d]\n");
    /* blanks and comments don't count */
    buf_reset(&b);
    expect(long_line(&b, "a = 1 ; ", 300000, "\nb = 2\n"), "1 .a = 1\n2 .b = 2\n");
    buf_free(&events);
    buf_free(&b);
}

static void long_names_are_whole_or_faults(void **state)
{
    struct buf b;
    char events[400];
    (void)state;
    buf_init(&b, 1000);
    long_line(&b, "[", 150, "]\na = 1\n");
    (void)snprintf(events, sizeof(events), "1 %.151s\n2 %.149s.a = 1\n", buf_text(&b), buf_text(&b) + 1);
    expect(buf_text(&b), events); /* libinih would cut the section's name at 49 bytes */

    buf_reset(&b);
    long_line(&b, "k", 49, " = 1\n 2\n");
    (void)snprintf(events, sizeof(events), "1 .%.49s = 1\n2 .%.49s + 2\n", buf_text(&b), buf_text(&b));
    expect(buf_text(&b), events);
    buf_reset(&b);
    expect(long_line(&b, "k", 50, " = 1\n 2\n"), "1 ! a key longer than 49 bytes\n");
    buf_free(&b);
}

struct stop {
    unsigned after;
    unsigned calls;
};

static bool stop_after(void *arg, const struct ini_line *line)
{
    struct stop *stop = arg;
    (void)line;
    return ++stop->calls < stop->after;
}

static void a_false_return_ends_it(void **state)
{
    static const char text[] = "[a]\nb = 1\nbad\n c\nd = \xff\n[e\nbad\n";
    (void)state;
    for (unsigned after = 1; after <= 5; after++) {
        struct stop stop = {.after = after};
        assert_false(ini_read(text, strlen(text), stop_after, &stop));
        assert_int_equal(stop.calls, after);
    }
    struct stop never = {.after = 6};
    assert_true(ini_read(text, strlen(text), stop_after, &never));
    assert_int_equal(never.calls, 5);
}

static bool read_sections(void *arg)
{
    struct stop never = {.after = 100};
    return ini_read(arg, strlen(arg), stop_after, &never);
}

static void memory_may_run_out(void **state)
{
    char text[] =
        "[a]\n[a section with a name that makes the buffer grow once more, and another time after that]\n";
    (void)state;
    assert_true(alloc_fail_each(read_sections, text) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_order),
        cmocka_unit_test(a_header_twice_is_two_events),
        cmocka_unit_test(comments_begin_with_a_blank),
        cmocka_unit_test(values_keep_what_is_theirs),
        cmocka_unit_test(indented_lines_continue),
        cmocka_unit_test(each_bad_line_is_a_fault),
        cmocka_unit_test(what_continues_a_fault_is_left_out),
        cmocka_unit_test(a_broken_header_takes_its_keys_along),
        cmocka_unit_test(long_lines_are_faults_or_whole),
        cmocka_unit_test(long_names_are_whole_or_faults),
        cmocka_unit_test(a_false_return_ends_it),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
