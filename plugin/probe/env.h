/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Everything outside of the probe: clocks, waiting, randomness, transport. A simulated year runs the real code. */
#ifndef TTA_PROBE_ENV_H
#define TTA_PROBE_ENV_H

#include "ext/http.h"

#include <stdbool.h>
#include <stdint.h>

struct env {
    void *ctx;
    int64_t (*wall_ms)(void *ctx); /* ms since the epoch, UTC; may be stepped */
    int64_t (*mono_ms)(void *ctx); /* ms, never steps back */
    uint32_t (*random)(void *ctx);
    /* Begins a request; `done` is called from inside `wait`. NULL: out of memory. */
    struct http_call *(*start)(void *ctx, const struct http_request *request, http_done_fn *done, void *arg);
    void (*cancel)(void *ctx, struct http_call *call);
    /* Lets time pass: until a request is done, or at most this long. */
    void (*wait)(void *ctx, int64_t timeout_ms);
};

/* The real one, over this pool. */
struct env env_real(struct http *http);

#endif
