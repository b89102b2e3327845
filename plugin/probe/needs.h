/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The permissions that a token's advertisers need, and who needs each. */
#ifndef TTA_PROBE_NEEDS_H
#define TTA_PROBE_NEEDS_H

#include "base/attr.h"
#include "core/sweep.h"
#include "probe/recall.h"
#include "probe/setup.h"

#include <stdbool.h>

struct needs {
    struct sweep_need *item;
    size_t count;
};

/* Borrows methods and paths from the setup. False: out of memory. */
bool needs_of(const struct setup *setup, size_t token, const struct members *members,
              struct needs *out) TTA_MUST_CHECK;
void needs_free(struct needs *needs);

#endif
