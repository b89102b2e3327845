/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which causes a code can stand for, and how they are told apart. */
#ifndef TTA_CORE_EXPLAIN_TOLD_H
#define TTA_CORE_EXPLAIN_TOLD_H

#include "core/catalog.h"

enum { TOLD_CAUSES_MAX = 12 };

/* Fills the causes that a code can stand for, the likeliest first; returns how many: one at least, for an unknown
 * code too. */
size_t explain_causes_of(int64_t code, enum cause causes[TOLD_CAUSES_MAX]);
/* What shows that it is this cause: one sentence. */
const char *explain_told_by(enum cause cause);

#endif
