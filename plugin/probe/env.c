/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The real environment: the system's clocks and randomness, libcurl's transport. */
#include "probe/env.h"

#include "base/clock.h"

#include <sys/random.h>

static int64_t real_wall_ms(void *ctx)
{
    (void)ctx;
    return clock_wall_ms();
}

static int64_t real_mono_ms(void *ctx)
{
    (void)ctx;
    return clock_mono_ms();
}

static uint32_t real_random(void *ctx)
{
    uint32_t value = 0;

    (void)ctx;
    if (getrandom(&value, sizeof(value), GRND_NONBLOCK) != (ssize_t)sizeof(value))
        value = (uint32_t)clock_mono_ms() * 2654435761U;
    return value;
}

static struct http_call *real_start(void *ctx, const struct http_request *request, http_done_fn *done, void *arg)
{
    return http_start(ctx, request, done, arg);
}

static void real_cancel(void *ctx, struct http_call *call)
{
    http_cancel(ctx, call);
}

static void real_wait(void *ctx, int64_t timeout_ms)
{
    http_wait(ctx, timeout_ms);
}

struct env env_real(struct http *http)
{
    return (struct env){
        .ctx = http,
        .wall_ms = real_wall_ms,
        .mono_ms = real_mono_ms,
        .random = real_random,
        .start = real_start,
        .cancel = real_cancel,
        .wait = real_wait,
    };
}
