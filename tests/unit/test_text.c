/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Remote text made safe: strict UTF-8, hostile names and messages, cuts at every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"

/* A literal with its length, so that NUL bytes count. */
#define BYTES(literal) (literal), sizeof(literal) - 1

static void utf8_accepts_what_is_well_formed(void **state)
{
    static const char *const GOOD[] = {
        "",
        "plain",
        "\x7f",
        "\xc2\x80",         /* U+0080, the least of two bytes */
        "\xdf\xbf",         /* U+07FF */
        "\xe0\xa0\x80",     /* U+0800 */
        "\xed\x9f\xbf",     /* U+D7FF, the last before the surrogates */
        "\xee\x80\x80",     /* U+E000 */
        "\xef\xbf\xbf",     /* U+FFFF */
        "\xf0\x90\x80\x80", /* U+10000 */
        "\xf4\x8f\xbf\xbf", /* U+10FFFF */
        "M\xc3\xbcller \xe6\x9d\xb1\xe4\xba\xac \xf0\x9f\x98\x80",
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(GOOD); i++)
        assert_true(text_is_utf8(GOOD[i], strlen(GOOD[i])));
}

static void utf8_refuses_the_rest(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } BAD[] = {
        {BYTES("a\0b")},
        {BYTES("\x80")},
        {BYTES("\xbf")},
        {BYTES("\xc0\x80")},         /* overlong NUL */
        {BYTES("\xc0\xaf")},         /* overlong slash */
        {BYTES("\xc1\xbf")},         /* overlong */
        {BYTES("\xe0\x80\xaf")},     /* overlong */
        {BYTES("\xe0\x9f\xbf")},     /* overlong */
        {BYTES("\xf0\x80\x80\xaf")}, /* overlong */
        {BYTES("\xf0\x8f\xbf\xbf")}, /* overlong */
        {BYTES("\xed\xa0\x80")},     /* surrogate */
        {BYTES("\xed\xbf\xbf")},     /* surrogate */
        {BYTES("\xf4\x90\x80\x80")}, /* over U+10FFFF */
        {BYTES("\xf5\x80\x80\x80")},
        {BYTES("\xf8\x88\x80\x80\x80")},
        {BYTES("\xfe")},
        {BYTES("\xff")},
        {BYTES("\xc3")},
        {BYTES("\xc3(")},
        {BYTES("\xe2\x82")},
        {BYTES("\xe2(\xa1")},
        {BYTES("\xf0\x9f\x98")},
        {BYTES("ok then \xe9t\xe9")}, /* Latin-1 */
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        assert_false(text_is_utf8(BAD[i].bytes, BAD[i].len));
}

static void utf8_agrees_with_an_encoder(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x110100; c++) {
        char bytes[4];
        size_t len;
        uint32_t code = 0xdead;
        bool good = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);

        if (c < 0x80)
            len = 1, bytes[0] = (char)c;
        else if (c < 0x800)
            len = 2, bytes[0] = (char)(0xc0 | c >> 6);
        else if (c < 0x10000)
            len = 3, bytes[0] = (char)(0xe0 | c >> 12);
        else
            len = 4, bytes[0] = (char)(0xf0 | c >> 18);
        for (size_t i = 1; i < len; i++)
            bytes[i] = (char)(0x80 | (c >> (6 * (len - 1 - i)) & 0x3f));
        assert_int_equal(text_char(bytes, len, &code), good ? len : 0);
        if (good)
            assert_int_equal(code, c);
        assert_int_equal(text_char(bytes, len - 1, &code), 0);
    }
}

enum form { UTF8, ASCII, ENGINE };

static const char *formed(const char *text, size_t len, enum form form, size_t max)
{
    static char shown[4096];
    struct buf b;
    bool ok;

    buf_init(&b, sizeof(shown) - 1);
    ok = form == ENGINE ? text_engine(&b, text, len, max) : text_safe(&b, text, len, form == ASCII, max);
    assert_true(ok);
    assert_true(buf_len(&b) <= max);
    assert_int_equal(strlen(buf_text(&b)), buf_len(&b));
    memcpy(shown, buf_text(&b), buf_len(&b) + 1);
    buf_free(&b);
    return shown;
}

static void hostile_text(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        const char *utf8, *ascii, *engine;
    } CASE[] = {
        {BYTES("Acme GmbH"), "Acme GmbH", "Acme GmbH", "Acme GmbH"},
        {BYTES("M\xc3\xbcller"), "M\xc3\xbcller", "M?ller", "M?ller"},
        {BYTES("\xf0\x9f\x98\x80!"), "\xf0\x9f\x98\x80!", "?!", "?!"},
        /* ANSI: clear the screen, set the title, CSI as C1 in UTF-8 and as a bare byte */
        {BYTES("\x1b[2J\x1b]0;own\x07"), "?[2J?]0;own?", "?[2J?]0;own?", "?[2J?]0;own?"},
        {BYTES("\xc2\x9b"
               "31m"),
         "?31m", "?31m", "?31m"},
        {BYTES("\x9b"
               "31m"),
         "?31m", "?31m", "?31m"},
        {BYTES("a\x7f\x08z"), "a??z", "a??z", "a??z"},
        {BYTES("a\0b"), "a?b", "a?b", "a?b"},
        /* bidi override and isolates, line and paragraph separators, NEL */
        {BYTES("\xe2\x80\xaexe.txt"), "?xe.txt", "?xe.txt", "?xe.txt"},
        {BYTES("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad"), "????", "????", "????"},
        {BYTES("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"), "????", "????", "????"},
        {BYTES("a\xe2\x80\xa8"
               "b\xe2\x80\xa9"
               "c\xc2\x85"
               "d"),
         "a?b?c?d", "a?b?c?d", "a?b?c?d"},
        /* overlong slash and NUL, a surrogate, a lone lead byte, Latin-1: each broken byte one ? */
        {BYTES("\xc0\xaf"), "??", "??", "??"},
        {BYTES("\xc0\x80"), "??", "??", "??"},
        {BYTES("\xed\xa0\x80"), "???", "???", "???"},
        {BYTES("x\xc3"), "x?", "x?", "x?"},
        {BYTES("\xe9t\xe9"), "?t?", "?t?", "?t?"},
        /* lines */
        {BYTES("a\nb\tc\rd"), "a b c d", "a b c d", "a b c d"},
        {BYTES("a\r\nb"), "a b", "a b", "a b"},
        {BYTES("a\n\n b"), "a   b", "a   b", "a b"},
        {BYTES("OK\n[0] PROCESS_HOST_CHECK"), "OK [0] PROCESS_HOST_CHECK", "OK [0] PROCESS_HOST_CHECK",
         "OK [0] PROCESS_HOST_CHECK"},
        /* what engines strip, what ends line 1, what a shell runs */
        {BYTES("`id` $(id) a|b=1"), "`id` $(id) a|b=1", "`id` $(id) a|b=1", " id (id) a b=1"},
        {BYTES("R&D '~' \"x\" <b>"), "R&D '~' \"x\" <b>", "R&D '~' \"x\" <b>", "R D x b "},
        {BYTES("a\\nb"), "a\\nb", "a\\nb", "a nb"},
        {BYTES("a-b"), "a-b", "a-b", "a-b"},
        {BYTES("a  b"), "a  b", "a  b", "a b"},
        {BYTES(""), "", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        assert_string_equal(formed(CASE[i].text, CASE[i].len, UTF8, 1000), CASE[i].utf8);
        assert_string_equal(formed(CASE[i].text, CASE[i].len, ASCII, 1000), CASE[i].ascii);
        assert_string_equal(formed(CASE[i].text, CASE[i].len, ENGINE, 1000), CASE[i].engine);
    }
}

/* Every pair of bytes in every form: nothing that a terminal or an engine acts upon comes out. */
static void no_byte_pair_gets_through(void **state)
{
    (void)state;
    for (int a = 0; a < 256; a++)
        for (int b = 0; b < 256; b++) {
            const char text[] = {(char)a, (char)b};
            const char *shown = formed(text, 2, UTF8, 100);

            assert_true(text_is_utf8(shown, strlen(shown)));
            for (const char *p = shown; *p; p++)
                assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
            for (const char *p = formed(text, 2, ASCII, 100); *p; p++)
                assert_in_range(*p, 0x20, 0x7e);
            shown = formed(text, 2, ENGINE, 100);
            for (const char *p = shown; *p; p++)
                assert_in_range(*p, 0x20, 0x7e);
            assert_null(strpbrk(shown, "`~$&|'\"<>\\"));
        }
}

static void cut_ends_in_dots_at_a_character(void **state)
{
    static const char NAME[] = "\xc3\xa4\xc3\xb6\xc3\xbc\xf0\x9f\x98\x80"; /* 2 + 2 + 2 + 4 bytes */

    (void)state;
    assert_string_equal(formed(BYTES(NAME), UTF8, 10), NAME);
    assert_string_equal(formed(BYTES(NAME), UTF8, 9), "\xc3\xa4\xc3\xb6\xc3\xbc...");
    assert_string_equal(formed(BYTES(NAME), UTF8, 8), "\xc3\xa4\xc3\xb6...");
    assert_string_equal(formed(BYTES(NAME), UTF8, 7), "\xc3\xa4\xc3\xb6...");
    assert_string_equal(formed(BYTES(NAME), UTF8, 6), "\xc3\xa4...");
    assert_string_equal(formed(BYTES(NAME), UTF8, 4), "...");
    assert_string_equal(formed(BYTES(NAME), UTF8, 3), "...");
    assert_string_equal(formed(BYTES(NAME), UTF8, 2), "..");
    assert_string_equal(formed(BYTES(NAME), UTF8, 0), "");
    assert_string_equal(formed(BYTES(NAME), ASCII, 4), "????");
    assert_string_equal(formed(BYTES(NAME), ASCII, 3), "...");
    assert_string_equal(formed(BYTES("abcdef"), ENGINE, 5), "ab...");
    assert_string_equal(formed(BYTES("a     b"), ENGINE, 3), "a b");
}

static void cut_holds_at_every_length(void **state)
{
    static const char HOSTILE[] = "\xe2\x82\xac\xff\xe2\x82|\n\n\xf0\x9f\x98\x80\x1b[0m \xe2\x80\xae end";

    (void)state;
    for (size_t max = 0; max <= sizeof(HOSTILE); max++)
        for (int form = UTF8; form <= ENGINE; form++) {
            const char *shown = formed(BYTES(HOSTILE), (enum form)form, max);

            assert_true(text_is_utf8(shown, strlen(shown)));
        }
}

static void escaping_fails_with_its_buffer(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 3);
    assert_false(text_safe(&b, "abcd", 4, true, 100));
    assert_false(text_engine(&b, "a", 1, 100));
    assert_false(text_percent_encode(&b, "a", 1));
    buf_free(&b);
}

static void escaping_appends(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    assert_true(buf_str(&b, "name="));
    assert_true(text_engine(&b, "a|b", 3, 3));
    assert_string_equal(buf_text(&b), "name=a b");
    buf_free(&b);
}

static void cut_at_boundaries(void **state)
{
    (void)state;
    assert_int_equal(text_cut("abc", 3, 5), 3);
    assert_int_equal(text_cut("abc", 3, 3), 3);
    assert_int_equal(text_cut("abc", 3, 2), 2);
    assert_int_equal(text_cut("abc", 3, 0), 0);
    assert_int_equal(text_cut("\xc3\xa4", 2, 1), 0);
    assert_int_equal(text_cut("a\xf0\x9f\x98\x80z", 6, 4), 1);
    assert_int_equal(text_cut("a\xf0\x9f\x98\x80z", 6, 5), 5);
    /* no character at all: the cut stays where it was asked for */
    assert_int_equal(text_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
    assert_int_equal(text_cut("\x80\x80", 2, 1), 1);
}

static void case_of_ascii_only(void **state)
{
    (void)state;
    assert_true(text_equal_nocase("", ""));
    assert_true(text_equal_nocase("Access TOKEN", "aCCESS token"));
    assert_false(text_equal_nocase("abc", "abcd"));
    assert_false(text_equal_nocase("abcd", "abc"));
    assert_false(text_equal_nocase("[", "{"));
    assert_false(text_equal_nocase("@", "`"));
    assert_false(text_equal_nocase("\xc3\x84", "\xc3\xa4"));
}

static void find_without_case(void **state)
{
    static const char HAY[] = "The Access ACCESS TOKEN is", REPEATED[] = "aaab";

    (void)state;
    assert_ptr_equal(text_find_nocase(HAY, "access token"), HAY + 11);
    assert_ptr_equal(text_find_nocase(HAY, ""), HAY);
    assert_ptr_equal(text_find_nocase(HAY, "IS"), HAY + 24);
    assert_null(text_find_nocase(HAY, "is not"));
    assert_null(text_find_nocase("", "a"));
    assert_non_null(text_find_nocase("", ""));
    assert_ptr_equal(text_find_nocase(REPEATED, "AAB"), REPEATED + 1);
}

static void copies(void **state)
{
    char *copy = text_dup("abc");

    (void)state;
    assert_string_equal(copy, "abc");
    free(copy);
    copy = text_dup_n("abc", 2);
    assert_string_equal(copy, "ab");
    free(copy);
    copy = text_dup_n("", 0);
    assert_string_equal(copy, "");
    free(copy);
    assert_null(text_dup(NULL));
    assert_null(text_dup_n(NULL, 3));
    assert_null(text_dup_n("a", SIZE_MAX));
}

static void percent_encoding(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 1000);
    assert_true(text_percent_encode(&b, BYTES("aZ09-._~")));
    assert_true(text_percent_encode(&b, BYTES(" &=+/?#[\"\xc3\xa4\0%")));
    assert_string_equal(buf_text(&b), "aZ09-._~%20%26%3D%2B%2F%3F%23%5B%22%C3%A4%00%25");
    buf_free(&b);
}

static void assert_plain(const char *text, size_t max, const char *expected)
{
    struct buf out;

    buf_init(&out, 1000);
    assert_true(text_plain(&out, text, strlen(text), max));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void plain_text(void **state)
{
    (void)state;
    assert_plain("Acme GmbH (7502), A/B: c_d+e@f #1 - x.y", 100, "Acme GmbH (7502), A/B: c_d+e@f #1 - x.y");
    assert_plain("`rm` $(rm) ~!$%^&*|'\"<>?={}\\;[]", 100, "rm (rm)");
    assert_plain("  \n\t a\r\nb \x7f", 100, "a b");
    assert_plain("\xe2\x80\xaetxt \xff \xc2\x85 \xf0\x9f\x98\x80 \xc3\xbc", 100, "txt \xf0\x9f\x98\x80 \xc3\xbc");
    assert_plain("", 10, "");
    assert_plain(";;;", 10, "");
    assert_plain("abcdefghijk", 8, "abcde...");
    assert_plain("abc;defghijk", 10, "abc def...");
}

static void plain_text_of_every_byte(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 0x80; c++) {
        char text[] = {'a', (char)c, 'b'};
        struct buf out;

        buf_init(&out, 100);
        assert_true(text_plain(&out, text, sizeof(text), 100));
        assert_int_equal(strspn(buf_text(&out), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                                " .,:()/_+@#-"),
                         3);
        buf_free(&out);
    }
}

static void assert_link(const char *text, const char *expected)
{
    struct buf out;

    buf_init(&out, 1000);
    assert_true(text_link(&out, text, strlen(text)));
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void links(void **state)
{
    (void)state;
    assert_link("https://[::1]:80/a-b_c.d/?x=1&y=(2),*+#@f", "https://[::1]:80/a-b_c.d/?x=1&y=(2),*+#@f");
    assert_link("a;b$c`d'e\"f<g>h|i j\\k{l}m^n~o!p",
                "a%3Bb%24c%60d%27e%22f%3Cg%3Eh%7Ci%20j%5Ck%7Bl%7Dm%5En%7Eo%21p");
    assert_link("50%25 5% %2", "50%25%205%25%20%252");
    assert_link("\xc3\xbc\n", "%C3%BC%0A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_accepts_what_is_well_formed),
        cmocka_unit_test(utf8_refuses_the_rest),
        cmocka_unit_test(utf8_agrees_with_an_encoder),
        cmocka_unit_test(hostile_text),
        cmocka_unit_test(no_byte_pair_gets_through),
        cmocka_unit_test(cut_ends_in_dots_at_a_character),
        cmocka_unit_test(cut_holds_at_every_length),
        cmocka_unit_test(escaping_fails_with_its_buffer),
        cmocka_unit_test(escaping_appends),
        cmocka_unit_test(cut_at_boundaries),
        cmocka_unit_test(case_of_ascii_only),
        cmocka_unit_test(find_without_case),
        cmocka_unit_test(copies),
        cmocka_unit_test(percent_encoding),
        cmocka_unit_test(plain_text),
        cmocka_unit_test(plain_text_of_every_byte),
        cmocka_unit_test(links),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
