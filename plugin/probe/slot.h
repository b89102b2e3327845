/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slots of an app's quota, taken in the store before a request is sent. */
#ifndef TTA_PROBE_SLOT_H
#define TTA_PROBE_SLOT_H

#include "base/attr.h"
#include "base/err.h"
#include "core/quota.h"
#include "ext/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Takes a slot, committed when this returns. False with *err: the store failed, no slot is taken. */
bool slot_take(struct store *store, const struct config_app *app, int hosts, int64_t now_ms,
               enum quota_wait *result, int64_t *wait_ms, struct err *err) TTA_MUST_CHECK;
/* Records a throttled answer. */
bool slot_throttled(struct store *store, const struct config_app *app, enum throttle_window window,
                    int64_t retry_after_s, int64_t now_ms, struct err *err) TTA_MUST_CHECK;

#endif
