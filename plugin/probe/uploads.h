/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asks which uploads of an advertiser are usable. */
#ifndef TTA_PROBE_UPLOADS_H
#define TTA_PROBE_UPLOADS_H

#include "base/attr.h"
#include "base/err.h"
#include "core/upload.h"
#include "ext/store.h"
#include "probe/env.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UPLOADS_TICK_MS = 250 };

struct uploads_options {
    const struct env *env;
    const struct setup *setup;
    struct store *store;                 /* as ask_options has it */
    const struct advertiser *advertiser; /* whose they are; NULL: it is in no inventory */
    int64_t deadline_ms;                 /* mono; INT64_MAX: none */
    int64_t longest_s;                   /* between two questions */
    /* Asked every UPLOADS_TICK_MS while anything is waited for: true ends it. NULL: never. */
    bool (*stop)(void *arg);
    void *stop_arg;
};

/* Asks once about all of them, with the advertiser's tokens in turn until one is not refused, within the quota of
 * the app. What can't be asked is told so by each upload's fault. False with *err: out of memory. */
bool uploads_ask(const struct uploads_options *options, struct upload *const *upload, size_t count,
                 struct err *err) TTA_MUST_CHECK;
/* Lets time pass until `until_ms` (mono), or stop. */
void uploads_wait(const struct uploads_options *options, int64_t until_ms);

#endif
