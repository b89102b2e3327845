/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the answers of receivers mean. */
#include "core/message.h"

static const int64_t ASKED_MAX_MS = 3600 * INT64_C(1000);

enum answered message_answered(int status)
{
    if (status >= 200 && status <= 299)
        return ANSWERED_TAKEN;
    switch (status) {
    case 400: /* PagerDuty and Slack: what we sent is not as it should be */
    case 410: /* Slack: the channel is gone */
    case 411:
    case 413:
    case 414:
    case 415:
    case 422:
        return ANSWERED_NEVER;
    default:
        /* No answer, 408, 429, 5xx, a redirect, which is not followed; and 401, 403, 404, 405, 407: the key, the
         * password or the address is wrong, and someone may be mending it. */
        return ANSWERED_LATER;
    }
}

int64_t message_pause_ms(int64_t failures, int64_t base_ms, int64_t max_ms, int64_t retry_after_s, uint32_t random)
{
    int64_t pause = base_ms < max_ms ? base_ms : max_ms;
    int64_t asked = retry_after_s > ASKED_MAX_MS / 1000 ? ASKED_MAX_MS : retry_after_s * 1000;

    for (int64_t n = 1; n < failures && pause < max_ms; n++)
        pause = pause > max_ms / 2 ? max_ms : pause * 2;
    pause = pause * 4 / 5 + pause * 2 / 5 * (int64_t)random / UINT32_MAX;
    return asked > pause ? asked : pause;
}
