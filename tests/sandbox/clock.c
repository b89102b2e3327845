/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox's clock: the machine's, or one that only moves when it is told to. */
#include "clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool clock_parse(struct clock *clock, const char *text)
{
    int64_t epoch = CLOCK_DEFAULT_EPOCH;

    *clock = (struct clock){0};
    if (strcmp(text, "real") == 0) {
        return true;
    }
    if (strncmp(text, "manual:", 7) == 0) {
        char *end;

        errno = 0;
        epoch = strtoll(text + 7, &end, 10);
        if (errno != 0 || end == text + 7 || *end != '\0' || epoch < 0 || epoch > INT64_C(253402300799)) {
            return false;
        }
    } else if (strcmp(text, "manual") != 0) {
        return false;
    }
    *clock = (struct clock){.manual = true, .start_ms = epoch * 1000, .now_ms = epoch * 1000};
    return true;
}

static int64_t clock_read(clockid_t which)
{
    struct timespec now = {0};

    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(const struct clock *clock)
{
    return clock->manual ? clock->now_ms : clock_read(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
    return clock_read(CLOCK_MONOTONIC);
}
