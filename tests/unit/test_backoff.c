/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/backoff: pauses between retries and attempts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/backoff.h"

static void test_retries_double_with_a_fifth_of_jitter(void **state)
{
    (void)state;
    for (int retry = 0; retry < BACKOFF_RETRIES_MAX; retry++) {
        int64_t pause = 1000 * (1 << retry);

        assert_int_equal(backoff_retry_ms(retry, 1000, 0), pause * 4 / 5);
        assert_int_equal(backoff_retry_ms(retry, 1000, UINT32_MAX), pause * 6 / 5);
        assert_in_range(backoff_retry_ms(retry, 1000, UINT32_MAX / 2), pause - 1, pause);
    }
    assert_int_equal(backoff_retry_ms(99, 1000, 0), backoff_retry_ms(4, 1000, 0));
    assert_int_equal(backoff_retry_ms(-1, 1000, 0), 800);
    assert_in_range(backoff_retry_ms(4, 60000, UINT32_MAX), 1, 20 * 60 * 1000); /* the longest base there is */
}

static void test_attempts(void **state)
{
    static const int64_t pauses[] = {0, 30, 60, 120, 240, 300, 300, 300};

    (void)state;
    for (int64_t failures = 0; failures < 8; failures++) {
        assert_int_equal(backoff_attempt_s(failures, 3600), pauses[failures]);
        assert_int_equal(backoff_attempt_s(failures, 100), pauses[failures] < 100 ? pauses[failures] : 100);
    }
    assert_int_equal(backoff_attempt_s(INT64_MAX, 3600), 300);
    assert_int_equal(backoff_attempt_s(-5, 3600), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retries_double_with_a_fifth_of_jitter),
        cmocka_unit_test(test_attempts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
