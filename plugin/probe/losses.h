/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The losses of a time, read from the history. */
#ifndef TTA_PROBE_LOSSES_H
#define TTA_PROBE_LOSSES_H

#include "base/attr.h"
#include "base/err.h"
#include "core/config.h"
#include "core/loss.h"
#include "core/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

/* Fills *out with the losses that were open at `since` or later; losses_free frees it, also after a failure. The
 * snapshot (NULL: none) tells owners and clients. Nothing is written. False with *err: there is no store yet, or
 * it can't be read. */
bool losses_read(const struct config *config, const struct snapshot *snapshot, int64_t since, struct losses *out,
                 struct err *err) TTA_MUST_CHECK;

#endif
