/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table behind cause.h. Only cause.c includes this. */
#ifndef TTA_CORE_CAUSE_TABLE_H
#define TTA_CORE_CAUSE_TABLE_H

#include "core/cause.h"

/* Indexed by enum cause. */
extern const struct cause_info cause_table[CAUSE_COUNT];

#endif
