/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/quota: the share of the quota, never exceeded; the stops that the API asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/quota.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

static const int64_t T0 = (int64_t)19675 * DAY_S * 1000; /* 00:00 UTC */

static struct config_app app_of(enum tier tier, int percent)
{
    return (struct config_app){.tier = tier, .budget_percent = percent};
}

static struct quota_budget budget_of(enum tier tier, int percent, int hosts)
{
    struct config_app app = app_of(tier, percent);

    return quota_budget_of(&app, hosts);
}

static void test_budgets(void **state)
{
    struct quota_budget budget = budget_of(TIER_BASIC, 10, 1);

    (void)state;
    assert_int_equal(budget.spacing_ms, 1000);
    assert_int_equal(budget.per_minute, 60);
    assert_int_equal(budget.per_day, 86400);
    budget = budget_of(TIER_ULTIMATE, 100, 1);
    assert_int_equal(budget.spacing_ms, 20);
    assert_int_equal(budget.per_minute, 3000);
    budget = budget_of(TIER_ADVANCED, 10, 4);
    assert_int_equal(budget.spacing_ms, 2000);
    assert_int_equal(budget.per_minute, 30);
    budget = budget_of(TIER_BASIC, 1, 100); /* far below one a minute */
    assert_int_equal(budget.per_minute, 1);
    assert_int_equal(budget.spacing_ms, 1000 * 1000);
    budget = budget_of(TIER_BASIC, 10, 0);
    assert_int_equal(budget.spacing_ms, 1000);
}

/* Asks as often as it may for this long, and checks every window of a second, a minute and a day. */
static void hammer(struct quota_budget budget, struct tier_limits limits, int percent, int hosts, int64_t for_ms)
{
    struct quota quota = {0};
    int64_t now_ms = T0 + 17;
    int64_t until_ms = now_ms + for_ms;
    size_t room = 400000, count = 0;
    int64_t *taken = calloc(room, sizeof(*taken));

    assert_non_null(taken);
    while (now_ms < until_ms && count < room) {
        int64_t wait_ms = -1;

        switch (quota_take(&quota, &budget, now_ms, &wait_ms)) {
        case QUOTA_TAKEN:
            taken[count++] = now_ms;
            now_ms += rand() % 3; /* whoever sends takes a moment */
            break;
        case QUOTA_PACE:
            assert_true(wait_ms > 0);
            now_ms += wait_ms;
            break;
        case QUOTA_STOPPED:
            fail();
        }
    }
    assert_true(count > 5);
    for (size_t w = 0; w < 3; w++) {
        static const int64_t lengths[] = {1000, 60000, (int64_t)DAY_S * 1000};
        int64_t limit = w == 0 ? limits.qps : w == 1 ? limits.qpm : limits.qpd;
        size_t first = 0;

        for (size_t i = 0; i < count; i++) {
            while (taken[first] <= taken[i] - lengths[w])
                first++;
            /* A share of 3.3 in a second is four in some. */
            assert_true((int64_t)(i - first) * 100 * hosts < limit * percent);
        }
    }
    free(taken);
}

static void test_no_window_is_ever_exceeded(void **state)
{
    static const enum tier tiers[] = {TIER_BASIC, TIER_ADVANCED, TIER_PREMIUM, TIER_ULTIMATE};
    static const int percents[] = {1, 7, 10, 33, 100};
    static const int hosts[] = {1, 3, 50};

    (void)state;
    for (size_t t = 0; t < 4; t++)
        for (size_t p = 0; p < 5; p++)
            for (size_t h = 0; h < 3; h++)
                hammer(budget_of(tiers[t], percents[p], hosts[h]), tier_limits_of(tiers[t]), percents[p], hosts[h],
                       HOUR_S * 1000);
    hammer(budget_of(TIER_BASIC, 10, 1), tier_limits_of(TIER_BASIC), 10, 1, (int64_t)3 * DAY_S * 1000);
}

static void test_minute_and_day_counters(void **state)
{
    struct quota_budget budget = {.spacing_ms = 1, .per_minute = 3, .per_day = 5};
    struct quota quota = {0};
    int64_t wait_ms;
    int64_t now_ms = T0 + 10000;

    (void)state;
    for (int k = 0; k < 3; k++)
        assert_int_equal(quota_take(&quota, &budget, now_ms++, &wait_ms), QUOTA_TAKEN);
    assert_int_equal(quota_take(&quota, &budget, now_ms, &wait_ms), QUOTA_PACE);
    assert_int_equal(now_ms + wait_ms, T0 + 60000);
    now_ms += wait_ms;
    for (int k = 0; k < 2; k++)
        assert_int_equal(quota_take(&quota, &budget, now_ms++, &wait_ms), QUOTA_TAKEN);
    assert_int_equal(quota_take(&quota, &budget, now_ms, &wait_ms), QUOTA_PACE);
    assert_int_equal(now_ms + wait_ms, T0 + (int64_t)DAY_S * 1000);
    assert_int_equal(quota_take(&quota, &budget, now_ms + wait_ms, &wait_ms), QUOTA_TAKEN);
}

static void assert_stopped(struct quota *quota, int64_t now_ms, int64_t for_s)
{
    struct quota_budget budget = budget_of(TIER_BASIC, 10, 1);
    int64_t wait_ms = 0;

    assert_int_equal(quota_take(quota, &budget, now_ms, &wait_ms), QUOTA_STOPPED);
    assert_int_equal(wait_ms, for_s * 1000);
    assert_int_equal(quota_take(quota, &budget, now_ms + wait_ms, &wait_ms), QUOTA_TAKEN);
}

static void test_stops(void **state)
{
    struct quota_budget budget = budget_of(TIER_BASIC, 10, 1);
    struct quota quota = {0};
    int64_t wait_ms;

    (void)state;
    quota_throttled(&quota, THROTTLE_SECOND, 0, T0);
    assert_int_equal(quota_take(&quota, &budget, T0 + 999, &wait_ms), QUOTA_PACE);
    assert_int_equal(quota_take(&quota, &budget, T0 + 1000, &wait_ms), QUOTA_TAKEN);
    assert_int_equal(quota_take(&quota, &budget, T0 + 2000, &wait_ms), QUOTA_PACE); /* half as fast for a while */
    assert_int_equal(quota_take(&quota, &budget, T0 + 3000, &wait_ms), QUOTA_TAKEN);
    assert_int_equal(quota.throttled, 1);
    quota = (struct quota){0};
    quota_throttled(&quota, THROTTLE_MINUTE, 0, T0);
    assert_stopped(&quota, T0, 300);
    quota = (struct quota){0};
    quota_throttled(&quota, THROTTLE_DAY, 0, T0 + (int64_t)HOUR_S * 1000);
    assert_stopped(&quota, T0 + (int64_t)HOUR_S * 1000, 23 * HOUR_S);
    quota = (struct quota){0};
    quota_throttled(&quota, THROTTLE_UNSAID, 90, T0);
    assert_stopped(&quota, T0, 90);
    quota = (struct quota){0};
    quota_throttled(&quota, THROTTLE_UNSAID, INT64_MAX / 2, T0);
    assert_stopped(&quota, T0, DAY_S);
    /* Unsaid: a second at first, five minutes when it comes again within ten. */
    quota = (struct quota){0};
    quota_throttled(&quota, THROTTLE_UNSAID, 0, T0);
    assert_int_equal(quota_take(&quota, &budget, T0 + 1000, &wait_ms), QUOTA_TAKEN);
    quota_throttled(&quota, THROTTLE_UNSAID, 0, T0 + 2000);
    assert_stopped(&quota, T0 + 2000, 300);
    quota = (struct quota){0};
    quota_throttled(&quota, THROTTLE_UNSAID, 0, T0);
    quota_throttled(&quota, THROTTLE_UNSAID, 0, T0 + 600 * 1000);
    assert_int_equal(quota_take(&quota, &budget, T0 + 601 * 1000, &wait_ms), QUOTA_TAKEN);
}

static void test_a_longer_stop_stays(void **state)
{
    struct quota quota = {0};

    (void)state;
    quota_throttled(&quota, THROTTLE_DAY, 0, T0);
    quota_throttled(&quota, THROTTLE_MINUTE, 0, T0 + 1000);
    assert_stopped(&quota, T0 + 1000, DAY_S - 1);
}

static void test_a_clock_that_was_set_back(void **state)
{
    struct quota_budget budget = budget_of(TIER_BASIC, 10, 1);
    struct quota quota = {0};
    int64_t wait_ms;
    int64_t year_ms = (int64_t)365 * DAY_S * 1000;

    (void)state;
    quota_throttled(&quota, THROTTLE_MINUTE, 0, T0 + year_ms);
    assert_int_equal(quota_take(&quota, &budget, T0, &wait_ms), QUOTA_TAKEN);
    assert_int_equal(quota_take(&quota, &budget, T0, &wait_ms), QUOTA_PACE);
    assert_int_equal(wait_ms, 1000); /* the slow-down is forgotten, too */
}

/* A doubled spacing that is longer than a minute is no clock set back when the slow-down is over. */
static void test_the_end_of_a_slow_down_gives_nothing_away(void **state)
{
    struct quota_budget budget = budget_of(TIER_BASIC, 1, 10); /* 100 s apart */
    struct quota quota = {0};
    int64_t wait_ms;

    (void)state;
    quota_throttled(&quota, THROTTLE_SECOND, 0, T0);
    assert_int_equal(quota_take(&quota, &budget, T0 + 599 * 1000, &wait_ms), QUOTA_TAKEN);
    assert_int_equal(quota_take(&quota, &budget, T0 + 601 * 1000, &wait_ms), QUOTA_PACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budgets),
        cmocka_unit_test(test_no_window_is_ever_exceeded),
        cmocka_unit_test(test_minute_and_day_counters),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_a_longer_stop_stays),
        cmocka_unit_test(test_a_clock_that_was_set_back),
        cmocka_unit_test(test_the_end_of_a_slow_down_gives_nothing_away),
    };

    srand(1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
