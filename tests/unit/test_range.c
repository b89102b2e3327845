/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Ranges as the guidelines have them, and what perfdata shows of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/range.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static struct range read_good(const char *text)
{
    struct range range;
    struct err err = {.text = ""};

    if (!range_read(text, &range, &err))
        fail_msg("%s: %s", text, err.text);
    return range;
}

/* The examples of the monitoring plugin guidelines, with values at every edge. */
static void test_alerts(void **state)
{
    static const struct {
        const char *range;
        double value;
        bool alerts;
    } CASE[] = {
        {"10", -1, true},      {"10", 0, false},      {"10", 10, false},      {"10", 10.5, true},
        {"0", 0, false},       {"0", 1, true},        {"10:", 9, true},       {"10:", 10, false},
        {"10:", 1e9, false},   {"~:10", -1e9, false}, {"~:10", 10, false},    {"~:10", 11, true},
        {"10:20", 9, true},    {"10:20", 10, false},  {"10:20", 20, false},   {"10:20", 21, true},
        {"@10:20", 9, false},  {"@10:20", 10, true},  {"@10:20", 20, true},   {"@10:20", 21, false},
        {"@0", 0, true},       {"@0", 1, false},      {":10", -1, true},      {":10", 10, false},
        {"-5:-1", -3, false},  {"-5:-1", 0, true},    {"1.5:2.5", 1.4, true}, {"1.5:2.5", 2.5, false},
        {"~:", -1e300, false}, {"@~:", 0, true},      {"5:5", 5, false},      {"5:5", 4, true},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct range range = read_good(CASE[i].range);

        if (range_alerts(&range, CASE[i].value) != CASE[i].alerts)
            fail_msg("%s at %g", CASE[i].range, CASE[i].value);
    }
}

static void test_refused(void **state)
{
    static const char *const BAD[] = {
        "",     "@",    ":",    "@:",
        "~",    "a",    "10:5", "1:2:3",
        "1 ",   " 1",   "1e3",  "0x10",
        "inf",  "nan",  "+1",   "1,5",
        "--1",  "~~:1", "10:~", "@@1",
        "1:@2", ".5",   "5.",   "11111111111111111111111111111111111111111111111111111111111111111111111"};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(BAD); i++) {
        struct range range = {.start = 7};
        struct err err = {.text = ""};

        if (range_read(BAD[i], &range, &err))
            fail_msg("'%s' was taken", BAD[i]);
        assert_non_null(strstr(err.text, "allowed: "));
        assert_true(range.start > 6.9 && range.start < 7.1);
    }
}

static void test_says_what_is_wrong(void **state)
{
    struct range range;
    struct err err;

    (void)state;
    assert_false(range_read("10:5", &range, &err));
    assert_non_null(strstr(err.text, "range 10:5: the start is above the end; allowed: "));
    assert_false(range_read("\x1b[31m", &range, &err));
    assert_null(strchr(err.text, 0x1b));
}

/* Engines keep a plain number only. */
static void test_plain(void **state)
{
    static const struct {
        const char *range;
        bool plain;
        double value;
    } CASE[] = {{"10", true, 10},  {"0", true, 0},      {"0:7", true, 7},   {":7", true, 7},   {"1.5", true, 1.5},
                {"10:", false, 0}, {"@0:10", false, 0}, {"5:10", false, 0}, {"~:5", false, 0}, {"0:", false, 0}};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct range range = read_good(CASE[i].range);
        double value = 0;

        if (range_plain(&range, &value) != CASE[i].plain || fabs(value - CASE[i].value) > 1e-9)
            fail_msg("%s: %g", CASE[i].range, value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alerts),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_says_what_is_wrong),
        cmocka_unit_test(test_plain),
    };

    setlocale(LC_ALL, "de_DE.UTF-8"); /* where it exists: a comma as the decimal point changes nothing */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
