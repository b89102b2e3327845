/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * When a failure may be tried again. */
#include "core/backoff.h"

enum { FIRST_S = 30, LONGEST_S = 300 };

int64_t backoff_retry_ms(int retry, int64_t base_ms, uint32_t random)
{
    int shift = retry < 0 ? 0 : retry >= BACKOFF_RETRIES_MAX ? BACKOFF_RETRIES_MAX - 1 : retry;
    int64_t pause = base_ms * ((int64_t)1 << shift);

    return pause * 4 / 5 + pause * 2 / 5 * (int64_t)random / UINT32_MAX;
}

int64_t backoff_attempt_s(int64_t failures, int64_t interval_s)
{
    int64_t pause = FIRST_S;

    if (failures <= 0)
        return 0;
    for (int64_t n = 1; n < failures && pause < LONGEST_S; n++)
        pause *= 2;
    if (pause > LONGEST_S)
        pause = LONGEST_S;
    return pause < interval_s ? pause : interval_s;
}
