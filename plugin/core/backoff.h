/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * When a failure may be tried again. */
#ifndef TTA_CORE_BACKOFF_H
#define TTA_CORE_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_RETRIES_MAX = 5 };

/* The pause before retry number `retry` (0 to 4) inside one sweep: base x 1, 2, 4, 8, 16, each off by up to a
 * fifth either way, chosen by `random`. */
int64_t backoff_retry_ms(int retry, int64_t base_ms, uint32_t random);

/* How long after the end of a failed attempt nobody asks again: min(interval, 30 s x 2^(failures-1), 5 min); 0 for
 * no failure. */
int64_t backoff_attempt_s(int64_t failures, int64_t interval_s);

#endif
