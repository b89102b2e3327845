/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The strict readers: what each takes, what it refuses, and that a refusal leaves *out alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"

static void u64(void **state)
{
    static const char *const BAD[] = {"",
                                      " ",
                                      " 1",
                                      "1 ",
                                      "+1",
                                      "-1",
                                      "1a",
                                      "0x1",
                                      "1.0",
                                      "1e3",
                                      "\t1",
                                      "1\n",
                                      "\xd9\xa1",
                                      "18446744073709551616",
                                      "99999999999999999999999999"};
    uint64_t out = 77;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        assert_false(parse_u64(BAD[i], UINT64_MAX, &out));
    assert_false(parse_u64("101", 100, &out));
    assert_false(parse_u64("1000", 100, &out));
    assert_false(parse_u64("1", 0, &out));
    assert_int_equal(out, 77);
    assert_true(parse_u64("100", 100, &out));
    assert_int_equal(out, 100);
    assert_true(parse_u64("0", 0, &out));
    assert_int_equal(out, 0);
    assert_true(parse_u64("007", 9, &out));
    assert_int_equal(out, 7);
    assert_true(parse_u64("18446744073709551615", UINT64_MAX, &out));
    assert_true(out == UINT64_MAX);
}

static void i64(void **state)
{
    static const char *const BAD[] = {
        "", "-", "--1", "+1", "- 1", "1-", "9223372036854775808", "-9223372036854775809"};
    int64_t out = 77;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        assert_false(parse_i64(BAD[i], INT64_MIN, INT64_MAX, &out));
    assert_false(parse_i64("-6", -5, 5, &out));
    assert_false(parse_i64("6", -5, 5, &out));
    assert_int_equal(out, 77);
    assert_true(parse_i64("-5", -5, 5, &out));
    assert_int_equal(out, -5);
    assert_true(parse_i64("5", -5, 5, &out));
    assert_int_equal(out, 5);
    assert_true(parse_i64("-0", -5, 5, &out));
    assert_int_equal(out, 0);
    assert_true(parse_i64("9223372036854775807", INT64_MIN, INT64_MAX, &out));
    assert_true(out == INT64_MAX);
    assert_true(parse_i64("-9223372036854775808", INT64_MIN, INT64_MAX, &out));
    assert_true(out == INT64_MIN);
}

static void duration(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } GOOD[] = {{"0", 0},
                {"0s", 0},
                {"10ms", 10},
                {"5s", 5000},
                {"5m", 300000},
                {"2h", 7200000},
                {"1d", 86400000},
                {"3650d", INT64_C(315360000000)},
                {"315360000000ms", INT64_C(315360000000)}};
    static const char *const BAD[] = {"",
                                      "5",
                                      "00",
                                      "s",
                                      "5 s",
                                      " 5s",
                                      "5s ",
                                      "-5s",
                                      "+5s",
                                      "5S",
                                      "5sec",
                                      "1.5s",
                                      "5m5s",
                                      "5us",
                                      "5w",
                                      "5y",
                                      "3651d",
                                      "315360000001ms",
                                      "99999999999999999999d",
                                      "18446744073709551615d"};
    int64_t out = 77;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        if (parse_duration(BAD[i], &out))
            fail_msg("took \"%s\"", BAD[i]);
    assert_int_equal(out, 77);
    for (size_t i = 0; i < TTA_LEN(GOOD); i++) {
        char text[CLOCK_TEXT_MAX];
        int64_t again = -1;

        assert_true(parse_duration(GOOD[i].text, &out));
        assert_true(out == GOOD[i].ms);
        assert_true(parse_duration(clock_duration(out, text), &again));
        assert_true(again == out);
    }
}

static void size(void **state)
{
    static const char *const BAD[] = {
        "", "MiB", "1 MiB", "1MB", "1M", "1mib", "-1", "1.5MiB", "1TiB", "17179869184GiB", "18446744073709551616"};
    uint64_t out = 77;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        if (parse_size(BAD[i], &out))
            fail_msg("took \"%s\"", BAD[i]);
    assert_int_equal(out, 77);
    assert_true(parse_size("64MiB", &out));
    assert_int_equal(out, 67108864);
    assert_true(parse_size("10KiB", &out));
    assert_int_equal(out, 10240);
    assert_true(parse_size("1GiB", &out));
    assert_int_equal(out, 1073741824);
    assert_true(parse_size("512", &out));
    assert_int_equal(out, 512);
    assert_true(parse_size("17179869183GiB", &out));
    assert_true(out == UINT64_C(17179869183) << 30);
}

static void percent(void **state)
{
    static const char *const BAD[] = {"", "%", "10", "0%", "101%", "10 %", "10%%", "-1%", "1.5%"};
    int out = 77;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        assert_false(parse_percent(BAD[i], &out));
    assert_int_equal(out, 77);
    assert_true(parse_percent("1%", &out));
    assert_int_equal(out, 1);
    assert_true(parse_percent("100%", &out));
    assert_int_equal(out, 100);
}

static void yes_no(void **state)
{
    static const char *const BAD[] = {"", "y", "Yes", "YES", "true", "1", "yes ", " no", "none"};
    bool out = true;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        assert_false(parse_yes_no(BAD[i], &out));
    assert_true(out);
    assert_true(parse_yes_no("no", &out));
    assert_false(out);
    assert_true(parse_yes_no("yes", &out));
    assert_true(out);
}

static void advertiser_id(void **state)
{
    (void)state;
    assert_true(parse_advertiser_id("7502022393087590401"));
    assert_true(parse_advertiser_id("1"));
    assert_true(parse_advertiser_id("99999999999999999999"));
    assert_false(parse_advertiser_id("999999999999999999999"));
    assert_false(parse_advertiser_id(""));
    assert_false(parse_advertiser_id("75020223930875904O1"));
    assert_false(parse_advertiser_id("-1"));
    assert_false(parse_advertiser_id(" 1"));
    assert_false(parse_advertiser_id("1 "));
    assert_false(parse_advertiser_id("7.5e18"));
}

static void section_name(void **state)
{
    static const char *const GOOD[] = {"a", "A", "0", "emea-07", "a.b_c-d", "abcdefghijklmnopqrstuvwxyz012345"};
    static const char *const BAD[] = {
        "", "-a", ".a", "_a", "a b", "a/b", "a\n", "a]", "a\xc3\xa4", "\xe4", "abcdefghijklmnopqrstuvwxyz0123456"};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(GOOD); i++)
        assert_true(parse_section_name(GOOD[i]));
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        assert_false(parse_section_name(BAD[i]));
}

static void video_id(void **state)
{
    static const char *const GOOD[] = {"v", "0", "v10033g50000c-_Z",
                                       "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL"};
    static const char *const BAD[] = {
        "",    "-v",  "_v",  "v.1",      "v 1",
        "v/1", "v\n", "v\"", "\xc3\xa4", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLM"};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(GOOD); i++)
        assert_true(parse_video_id(GOOD[i]));
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        assert_false(parse_video_id(BAD[i]));
}

static void decimal(void **state)
{
    static const struct {
        const char *text;
        double value;
    } GOOD[] = {{"20", 20},
                {"-1.5", -1.5},
                {"0.1", 0.1},
                {"00.10", 0.1},
                {"0.000000000000001", 1e-15},
                {"123456789012345", 123456789012345.0},
                {"0000000000000000000001", 1},
                {"1.00000000000000000000000000000000000001", 1},
                {"0.0000000000000000000001", 0}};
    static const char *const BAD[] = {"",      ".",  ".5", "5.",  "-",   "-.5", "+1",  "1e3",  "1,5",
                                      "1.2.3", "1 ", " 1", "inf", "nan", "0x1", "--1", "1.-2", "1234567890123456"};
    double out = 77;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        if (parse_decimal(BAD[i], &out))
            fail_msg("took \"%s\"", BAD[i]);
    assert_true(out == 77);
    for (size_t i = 0; i < TTA_LEN(GOOD); i++) {
        assert_true(parse_decimal(GOOD[i].text, &out));
        assert_true(out == GOOD[i].value);
    }
}

static void decimal_agrees_with_libc(void **state)
{
    uint64_t seed = 1;
    char text[64];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        double out = 77;

        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        snprintf(text, sizeof(text), "%s%u.%0*u", seed >> 63 ? "-" : "", (unsigned)(seed >> 33) % 1000000,
                 1 + i % 8, (unsigned)(seed >> 20) % 10);
        assert_true(parse_decimal(text, &out));
        if (out != strtod(text, NULL))
            fail_msg("%s read as %.17g", text, out);
    }
}

static void decimal_ignores_the_locale(void **state)
{
    static const char *const COMMA[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "C.UTF-8"};
    double out = 0;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(COMMA); i++)
        if (setlocale(LC_ALL, COMMA[i]))
            break;
    assert_true(parse_decimal("2.5", &out));
    assert_true(out == 2.5);
    assert_false(parse_decimal("2,5", &out));
    setlocale(LC_ALL, "C");
}

static void date(void **state)
{
    static const char *const BAD[] = {"",           "2026-11-2",  "2026-11-223", "2026-13-01", "2026-00-01",
                                      "2026-01-00", "2026-01-32", "2026-04-31",  "2026-02-29", "2100-02-29",
                                      "2026/11/22", "2026-1-022", "20 6-11-22",  "+026-11-22", "2026-11-22T00",
                                      "2026-11- 2", "2O26-11-22"};
    int64_t out = 77;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        if (parse_date(BAD[i], &out))
            fail_msg("took \"%s\"", BAD[i]);
    assert_int_equal(out, 77);
    assert_true(parse_date("2026-11-22", &out));
    assert_int_equal(out, 1795305600);
    assert_true(parse_date("1970-01-01", &out));
    assert_int_equal(out, 0);
    assert_true(parse_date("2024-02-29", &out));
    assert_int_equal(out, 1709164800);
    assert_true(parse_date("2000-02-29", &out));
    assert_true(parse_date("0000-01-01", &out));
    assert_true(out == INT64_C(-62167219200));
    assert_true(parse_date("9999-12-31", &out));
    assert_true(out == INT64_C(253402214400));
}

static void moment(void **state)
{
    static const char *const BAD[] = {"",
                                      "2026-11-22",
                                      "2026-11-22T02:14:05",
                                      "2026-11-22T02:14:05z",
                                      "2026-11-22 02:14:05Z",
                                      "2026-11-22T02:14:05+00:00",
                                      "2026-11-22T24:00:00Z",
                                      "2026-11-22T02:60:00Z",
                                      "2026-11-22T02:14:60Z",
                                      "2026-11-22T02:14: 5Z",
                                      "2026-02-29T02:14:05Z",
                                      "2026-11-22T02:14:05ZZ",
                                      " 2026-11-22T02:14:05Z"};
    int64_t out = 77;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++)
        if (parse_time(BAD[i], &out))
            fail_msg("took \"%s\"", BAD[i]);
    assert_int_equal(out, 77);
    assert_true(parse_time("1970-01-01T00:00:01Z", &out));
    assert_int_equal(out, 1);
    assert_true(parse_time("2026-11-22T23:59:59Z", &out));
    assert_int_equal(out, 1795305600 + 86399);
}

static void trim(void **state)
{
    static const struct {
        const char *text, *trimmed;
    } CASE[] = {{"", ""}, {"  ", ""}, {" a ", "a"}, {"\t\r\n a b \v\f", "a b"}, {"a", "a"}};
    char text[64];

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        snprintf(text, sizeof(text), "%s", CASE[i].text);
        assert_string_equal(parse_trim(text), CASE[i].trimmed);
    }
}

/* The words joined by '|'. */
static void joined(const char *text, const char *separators, char *out, size_t room)
{
    const char *cursor = text, *word;
    size_t len, used = 0;

    out[0] = '\0';
    while ((len = parse_word(&cursor, separators, &word)) > 0) {
        assert_true(used + len + 2 < room);
        memcpy(out + used, word, len);
        used += len;
        out[used++] = '|';
        out[used] = '\0';
    }
    assert_true(*cursor == '\0');
    assert_int_equal(parse_word(&cursor, separators, &word), 0);
}

static void words(void **state)
{
    static const struct {
        const char *text, *separators, *joined;
    } CASE[] = {
        {"", " ", ""},
        {"   ", " ", ""},
        {" ,, , ", ",", ""},
        {"a", " ", "a|"},
        {"a b  c", " ", "a|b|c|"},
        {"  a  ", " ", "a|"},
        {"a,b;c", ",;", "a|b|c|"},
        {",a,,b,", ",", "a|b|"},
        {"GET /a/b/ , POST /c ,, GET /d\t", ",", "GET /a/b/|POST /c|GET /d|"},
        {"a b", ",", "a b|"},
        {"a\tb\nc", " \t\n", "a|b|c|"},
        {"one", "", "one|"},
    };
    char out[128];

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        joined(CASE[i].text, CASE[i].separators, out, sizeof(out));
        assert_string_equal(out, CASE[i].joined);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(u64),
        cmocka_unit_test(i64),
        cmocka_unit_test(duration),
        cmocka_unit_test(size),
        cmocka_unit_test(percent),
        cmocka_unit_test(yes_no),
        cmocka_unit_test(advertiser_id),
        cmocka_unit_test(section_name),
        cmocka_unit_test(video_id),
        cmocka_unit_test(decimal),
        cmocka_unit_test(decimal_agrees_with_libc),
        cmocka_unit_test(decimal_ignores_the_locale),
        cmocka_unit_test(date),
        cmocka_unit_test(moment),
        cmocka_unit_test(trim),
        cmocka_unit_test(words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
