/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Times as text against the libc's calendar, and their independence of TZ and locale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static const int64_t FIRST = -62167219200, LAST = 253402300799;

static void known_times(void **state)
{
    char out[CLOCK_TEXT_MAX];

    (void)state;
    assert_string_equal(clock_rfc3339(0, out), "1970-01-01T00:00:00Z");
    assert_string_equal(clock_rfc3339(1795313645, out), "2026-11-22T02:14:05Z");
    assert_string_equal(clock_rfc3339(951782400, out), "2000-02-29T00:00:00Z");
    assert_string_equal(clock_rfc3339(4107542399, out), "2100-02-28T23:59:59Z");
    assert_string_equal(clock_rfc3339(4107542400, out), "2100-03-01T00:00:00Z");
    assert_string_equal(clock_rfc3339(-1, out), "1969-12-31T23:59:59Z");
    assert_string_equal(clock_rfc3339(INT64_C(4294967296), out), "2106-02-07T06:28:16Z");
}

static void years_are_clamped(void **state)
{
    char out[CLOCK_TEXT_MAX];

    (void)state;
    assert_string_equal(clock_rfc3339(FIRST, out), "0000-01-01T00:00:00Z");
    assert_string_equal(clock_rfc3339(FIRST - 1, out), "0000-01-01T00:00:00Z");
    assert_string_equal(clock_rfc3339(INT64_MIN, out), "0000-01-01T00:00:00Z");
    assert_string_equal(clock_rfc3339(LAST, out), "9999-12-31T23:59:59Z");
    assert_string_equal(clock_rfc3339(LAST + 1, out), "9999-12-31T23:59:59Z");
    assert_string_equal(clock_rfc3339(INT64_MAX, out), "9999-12-31T23:59:59Z");
    assert_string_equal(clock_short(INT64_MAX, INT64_MIN, out), "9999-12-31");
    assert_string_equal(clock_short(INT64_MIN, INT64_MAX, out), "0000-01-01");
}

/* Each day of 10,000 years against gmtime_r and timegm, at a changing second of the day. */
static void agrees_with_libc(void **state)
{
    char out[CLOCK_TEXT_MAX], expected[64];
    int64_t second = 0;

    (void)state;
    for (int64_t day = FIRST; day <= LAST; day += 86400) {
        struct tm tm;
        time_t t;

        second = (second + 34567) % 86400;
        t = (time_t)(day + second);
        assert_non_null(gmtime_r(&t, &tm));
        snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
                 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        if (strcmp(clock_rfc3339(t, out), expected) != 0)
            fail_msg("%s is not %s", out, expected);
        if (clock_of_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) != day)
            fail_msg("the day of %s is wrong", expected);
    }
}

static void short_form(void **state)
{
    const int64_t now = 1795313645; /* 2026-11-22T02:14:05Z */
    char out[CLOCK_TEXT_MAX];

    (void)state;
    assert_string_equal(clock_short(now, now, out), "Nov 22 02:14Z");
    assert_string_equal(clock_short(0, now, out), "never");
    assert_string_equal(clock_short(0, 0, out), "never");
    assert_string_equal(clock_short(1, 0, out), "Jan 01 00:00Z");
    assert_string_equal(clock_short(now - INT64_C(300) * 86400, now, out), "Jan 26 02:14Z");
    assert_string_equal(clock_short(now - INT64_C(300) * 86400 - 1, now, out), "2026-01-26");
    assert_string_equal(clock_short(now - INT64_C(365) * 86400, now, out), "2025-11-22");
    assert_string_equal(clock_short(now + INT64_C(300) * 86400, now, out), "Sep 18 02:14Z");
    assert_string_equal(clock_short(now + INT64_C(300) * 86400 + 1, now, out), "2027-09-18");
}

static void spans(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } CASE[] = {
        {INT64_MIN, "0 s"}, {-1, "0 s"},           {0, "0 s"},           {45, "45 s"},
        {59, "59 s"},       {60, "1 min"},         {759, "12 min"},      {3599, "59 min"},
        {3600, "1 h"},      {3659, "1 h"},         {11100, "3 h 5 min"}, {86399, "23 h 59 min"},
        {86400, "1 d"},     {86400 + 3599, "1 d"}, {187200, "2 d 4 h"},  {INT64_MAX, "106751991167300 d 15 h"},
    };
    char out[CLOCK_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(CASE) / sizeof(CASE[0]); i++)
        assert_string_equal(clock_span(CASE[i].seconds, out), CASE[i].text);
}

static void durations(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } CASE[] = {
        {300000, "5m"},
        {0, "0"},
        {-5, "0"},
        {10, "10ms"},
        {1000, "1s"},
        {1500, "1500ms"},
        {90000, "90s"},
        {7200000, "2h"},
        {86400000, "1d"},
        {INT64_C(34560000000), "400d"},
        {INT64_MAX, "9223372036854775807ms"},
    };
    char out[CLOCK_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(CASE) / sizeof(CASE[0]); i++)
        assert_string_equal(clock_duration(CASE[i].ms, out), CASE[i].text);
}

static void zone_and_locale_change_nothing(void **state)
{
    char out[CLOCK_TEXT_MAX];

    (void)state;
    setenv("TZ", "Asia/Kathmandu", 1);
    tzset();
    /* Where this locale is missing, the test still holds. */
    (void)setlocale(LC_ALL, "de_DE.UTF-8");
    known_times(state);
    short_form(state);
    assert_string_equal(clock_short(1767225600, 1767225600, out), "Jan 01 00:00Z");
    setlocale(LC_ALL, "C");
    unsetenv("TZ");
    tzset();
}

static void clocks_run(void **state)
{
    int64_t before = clock_mono_ms(), wall = clock_wall(), wall_ms = clock_wall_ms();
    time_t libc = time(NULL);

    (void)state;
    assert_in_range(libc - wall, 0, 60);
    assert_in_range(wall_ms / 1000 - wall, 0, 60);
    assert_true(clock_mono_ms() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_times),
        cmocka_unit_test(years_are_clamped),
        cmocka_unit_test(agrees_with_libc),
        cmocka_unit_test(short_form),
        cmocka_unit_test(spans),
        cmocka_unit_test(durations),
        cmocka_unit_test(zone_and_locale_change_nothing),
        cmocka_unit_test(clocks_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
