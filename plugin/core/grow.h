/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Arrays that grow one item at a time. */
#ifndef TTA_CORE_GROW_H
#define TTA_CORE_GROW_H

#include "base/attr.h"

#include <stddef.h>

/* Room for one item more than `count`, in an array that only this function made longer (NULL when count is 0).
 * NULL: out of memory, and the old array stands. Doubles, so that n items cost O(n). */
void *grow_by_one(void *items, size_t count, size_t item_size) TTA_MUST_CHECK;

#endif
