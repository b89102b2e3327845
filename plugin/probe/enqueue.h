/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An engine's notification, put down for the worker: no network, no database, nothing that is waited for. */
#ifndef TTA_PROBE_ENQUEUE_H
#define TTA_PROBE_ENQUEUE_H

#include "base/attr.h"
#include "base/err.h"
#include "core/config.h"
#include "core/notice_source.h"
#include "probe/env.h"

enum enqueued {
    ENQUEUED,
    ENQUEUED_BLINDLY, /* kept, and *err says what is wrong with the configuration that it is to be told by */
    NOT_ENQUEUED,     /* *err says why */
};

/* The event is durable in the spool when it returns. A configuration that can't be read leaves the default place
 * of the state folder. `env`: of its clock and randomness. */
enum enqueued notify_enqueue(const struct env *env, const char *config_path, const struct engine_event *event,
                             struct err *err) TTA_MUST_CHECK;
/* "notify" beside the store. The caller frees; NULL out of memory. */
char *notify_spool_folder(const struct config *config) TTA_MUST_CHECK;

#endif
