/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/rate: how often each may ask, and all together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/rate.h"

enum { PLENTY = 1000000 };

static int taken(struct rate *rate, const char *who, int each, int all, int64_t now, int tries)
{
    int count = 0;

    for (int i = 0; i < tries; i++)
        count += rate_take(rate, who, each, all, now);
    return count;
}

static void each_has_its_own(void **state)
{
    struct rate *rate = rate_new(7);

    (void)state;
    assert_non_null(rate);
    assert_int_equal(taken(rate, "192.0.2.1", 30, PLENTY, 5000, 100), 30);
    assert_int_equal(taken(rate, "192.0.2.2", 30, PLENTY, 5000, 100), 30);
    assert_int_equal(taken(rate, "192.0.2.1", 30, PLENTY, 5000 + 1999, 100), 0);
    assert_int_equal(taken(rate, "192.0.2.1", 30, PLENTY, 5000 + 2000, 100), 1);
    assert_int_equal(taken(rate, "192.0.2.1", 30, PLENTY, 5000 + 12000, 100), 5);
    assert_int_equal(taken(rate, "192.0.2.1", 30, PLENTY, INT64_C(1) << 50, 100), 30);
    assert_int_equal(taken(rate, "192.0.2.1", 3, PLENTY, INT64_C(1) << 51, 100), 3); /* read anew */
    rate_free(rate);
}

static void all_together_have_a_limit(void **state)
{
    struct rate *rate = rate_new(7);
    char who[32];
    int count = 0;

    (void)state;
    assert_non_null(rate);
    /* Whom his own limit stops takes nothing from the others. */
    assert_int_equal(taken(rate, "192.0.2.1", 10, 50, 0, 1000), 10);
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(who, sizeof(who), "198.51.100.%d", i);
        count += taken(rate, who, 10, 50, 0, 1);
    }
    assert_int_equal(count, 40);
    rate_free(rate);
}

/* More askers than there is room for: nobody is refused for that, and who asks all the time is not forgotten. */
static void many_askers(void **state)
{
    struct rate *rate = rate_new(7);
    char who[32];

    (void)state;
    assert_non_null(rate);
    for (int i = 0; i < 50000; i++) {
        if (i == 10000)
            assert_int_equal(taken(rate, "192.0.2.1", 1, PLENTY, 1 + i / 100, 10), 1);
        (void)snprintf(who, sizeof(who), "2001:db8:%x::/64", i);
        assert_int_equal(taken(rate, who, 1, PLENTY, 1 + i / 100, 2), 1);
        if (i > 10000 && i % 100 == 0)
            assert_int_equal(taken(rate, "192.0.2.1", 1, PLENTY, 1 + i / 100, 1), 0);
    }
    rate_free(rate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_own),
        cmocka_unit_test(all_together_have_a_limit),
        cmocka_unit_test(many_askers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
