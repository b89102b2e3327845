/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The numbered log of alerts as its readers see it: each remembers how far it has told. */
#ifndef TTA_PROBE_ALERT_LOG_H
#define TTA_PROBE_ALERT_LOG_H

#include "base/attr.h"
#include "base/err.h"
#include "core/board.h"
#include "core/config.h"
#include "ext/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How far a reader ("snmp") has told. One that has never told anything begins with a summary: alerts of before its
 * time are not for it. `note` is the summary's. False with *err: the store can't be used now. */
bool alert_log_begin(const struct config *config, const char *reader, const char *note, int64_t *told,
                     struct err *err) TTA_MUST_CHECK;
/* Hands over the alerts above `after`, in order, at most `most`. *last: the highest number there is; *pending: how
 * many are above `after`. */
bool alert_log_read(const struct config *config, int64_t after, size_t most, store_alert_fn *fn, void *arg,
                    int64_t *last, int64_t *pending, struct err *err) TTA_MUST_CHECK;
/* Tells that the api reads so now: for a service whose rounds do not come to their end. What was told already is
 * not told again, and the next round that ends tells what holds then. */
bool alert_log_say_api(const struct config *config, const struct verdict *api, const char *why, int64_t now,
                       struct err *err) TTA_MUST_CHECK;
/* Remembers that all up to this number are told. Waits for others at most a moment. */
bool alert_log_told(const struct config *config, const char *reader, int64_t number,
                    struct err *err) TTA_MUST_CHECK;

#endif
