/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Losses counted by owner, client or cause, with how long repair took. */
#ifndef TTA_CORE_REPORT_TALLY_H
#define TTA_CORE_REPORT_TALLY_H

#include "base/attr.h"
#include "core/loss.h"

#include <stddef.h>
#include <stdint.h>

enum tally_by { TALLY_ALL, TALLY_OWNER, TALLY_CLIENT, TALLY_CAUSE };

struct tally {
    const char *key; /* "" not known; the loss's */
    size_t losses, repaired, open;
    int64_t median_s, longest_s; /* of the repaired ones; -1: none was */
};

/* One for each key, most losses first. The caller frees. NULL: out of memory. */
struct tally *tally_make(const struct loss *loss, size_t count, enum tally_by by, size_t *rows) TTA_MUST_CHECK;

#endif
