/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * On call: takes in what engines and the agent have to tell, and delivers it to the receivers.
 *
 * What is to be delivered lies in the outbox ("notify.db" beside the store) from the moment that it is taken in,
 * so that a process may die anywhere: what was taken in is not taken in again, and what was delivered without that
 * being written down is delivered again, under the same key and id. */
#ifndef TTA_PROBE_NOTIFY_H
#define TTA_PROBE_NOTIFY_H

#include "base/attr.h"
#include "base/err.h"
#include "core/config.h"
#include "ext/http.h"
#include "probe/env.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct notify;

/* What the worker needs of the outside beside clocks and waiting: servers to talk to. */
struct notify_env {
    const struct env *env;
    void *ctx;
    /* A server, as the options say; NULL with *err. `out` begins requests to it, and its waiting is env's. */
    void *(*reach)(void *ctx, const struct http_options *options, struct env *out, struct err *err);
    void (*leave)(void *ctx, void *server);
};
/* The real one, over this pool, whose real env is `env`. */
struct notify_env notify_env_real(const struct env *env, struct http *pool);
/* A pool that belongs to no server; NULL: out of memory. The caller frees it with http_free. */
struct http *notify_pool(struct err *err) TTA_MUST_CHECK;

/* Nothing is opened yet. `config` is borrowed and outlives it, until notify_reload gives another. NULL: out of
 * memory. */
struct notify *notify_new(const struct notify_env *env, const struct config *config) TTA_MUST_CHECK;
void notify_free(struct notify *notify);
/* Another configuration from now on; what is under way is asked to the end. */
void notify_reload(struct notify *notify, const struct config *config);
/* From now on nothing new is begun or taken in. */
void notify_leave(struct notify *notify);
/* Takes in what there is, begins what is due, writes down what has ended; never waits for a receiver. *wake_ms:
 * when it must be called again (mono); between two calls env's `wait` lets the requests go on. */
void notify_step(struct notify *notify, int64_t *wake_ms);

struct notify_counts {
    size_t waiting; /* deliveries */
    size_t flights; /* of them under way */
    size_t open;    /* alerts, at all receivers */
    int64_t said;   /* delivered since it began */
    int64_t failed; /* attempts that failed since then */
};
struct notify_counts notify_counts(const struct notify *notify);
/* What keeps it from working now, such as a full disk; "" nothing. */
const char *notify_fault(const struct notify *notify);

/* "notify.db" beside the store. The caller frees; NULL out of memory. */
char *notify_outbox_path(const struct config *config) TTA_MUST_CHECK;

#endif
