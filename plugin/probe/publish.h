/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes a board of all that is known, records its changes, and publishes it as the snapshot. */
#ifndef TTA_PROBE_PUBLISH_H
#define TTA_PROBE_PUBLISH_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/memory.h"
#include "ext/store.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stdint.h>

struct publish_input {
    const struct setup *setup;
    struct store
        *store; /* NULL, or one that failed while publishing: the last snapshot and `own` are all there is */
    const char *store_fault;         /* why there is no store; "" */
    const struct memory *own;        /* by token: what this process knows better than the last snapshot */
    const bool *is_own;              /* by token */
    const char *const *secret_stamp; /* by token; NULL or "" not known */
    bool last;                       /* of its round: alerts are found, for what is half known is no news yet */
    int64_t now;
};

struct publish_result {
    bool published;
    struct err fault;       /* why it was not published */
    struct err store_fault; /* why the store failed meanwhile; "" it did not */
    size_t changes;
};

/* Callers hold the publish lock, so that a later board never gives way to an earlier one. Appends the snapshot's
 * bytes to `out`, published or not; false (with result->fault) only when not even that worked. With a store the
 * memory of all tokens is read from it; without, it comes from the last snapshot, and `own` wins. */
bool publish(const struct publish_input *input, struct buf *out, struct publish_result *result) TTA_MUST_CHECK;

#endif
