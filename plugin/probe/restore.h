/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A new store in place of a lost one: states stay known from the last snapshot. */
#ifndef TTA_PROBE_RESTORE_H
#define TTA_PROBE_RESTORE_H

#include "base/attr.h"
#include "base/err.h"
#include "ext/store.h"
#include "probe/setup.h"

#include <stdbool.h>

/* True when no sweep was ever recorded in the store. False also when it can't be read, with *err. */
bool restore_is_due(struct store *store, struct err *err) TTA_MUST_CHECK;
/* Puts into the store what the published snapshot knows of tokens, advertisers and retirements; without a snapshot
 * nothing. History begins anew. To be called by one process at a time. */
bool restore(struct store *store, const struct setup *setup, struct err *err) TTA_MUST_CHECK;

#endif
