/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/hours: days and hours, read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/hours.h"

static void assert_day(const struct hours *hours, unsigned day, int from, int to)
{
    assert_int_equal(hours->day[day].from, from);
    assert_int_equal(hours->day[day].to, to);
}

static void days_and_hours(void **state)
{
    struct hours hours;
    struct err err = {""};

    (void)state;
    assert_true(hours_read("mon-fri 09:00-18:00, sat 10:00-12:00", &hours, &err));
    for (unsigned day = 0; day < 5; day++)
        assert_day(&hours, day, 9 * 60, 18 * 60);
    assert_day(&hours, 5, 10 * 60, 12 * 60);
    assert_day(&hours, 6, 0, 0);
    assert_true(hours_read("Sun 00:00-24:00", &hours, &err));
    assert_day(&hours, 6, 0, 24 * 60);
    assert_day(&hours, 0, 0, 0);
    assert_true(hours_read("mon-sun 23:59-24:00", &hours, &err));
    assert_day(&hours, 3, 23 * 60 + 59, 24 * 60);
    assert_true(hours_read("mon  09:00-10:00 ,  tue 09:00-10:00", &hours, &err));
}

static void what_is_refused(void **state)
{
    static const char *const TEXT[] = {
        "",
        "mon",
        "mon 09:00",
        "mon 9:00-18:00",
        "mon 09:00-09:00",
        "mon 18:00-09:00",
        "mon 09:00-24:01",
        "mon 09:60-10:00",
        "fri-mon 09:00-18:00",
        "mon 09:00-18:00,",
        "mon 09:00-18:00 tue 09:00-18:00",
        "mon 09:00-18:00, mon 19:00-20:00", /* a day once */
        "mon-wed 09:00-10:00, tue 09:00-10:00",
        "someday 09:00-18:00",
        "monday 09:00-18:00",
        "mon 09:00-18:00;",
        "mon09:00-18:00",
        " mon 09:00-18:00",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(TEXT) / sizeof(TEXT[0]); i++) {
        struct hours hours;
        struct err err = {""};

        if (hours_read(TEXT[i], &hours, &err))
            fail_msg("'%s' is taken", TEXT[i]);
        assert_true(err.text[0] != '\0');
    }
}

static void names_of_days(void **state)
{
    (void)state;
    assert_string_equal(hours_day_name(0), "monday");
    assert_string_equal(hours_day_name(6), "sunday");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_and_hours),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(names_of_days),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
