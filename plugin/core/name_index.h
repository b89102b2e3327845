/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds the number that belongs to a name, in constant time. */
#ifndef TTA_CORE_NAME_INDEX_H
#define TTA_CORE_NAME_INDEX_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct name_slot {
    const char *name; /* borrowed; NULL = a free slot */
    size_t number;
};

/* Empty when zeroed. The fields are name_index.c's. */
struct name_index {
    struct name_slot *slot;
    size_t slots; /* 0 or a power of two */
    size_t count;
};

/* Keeps the pointer: the name must stay where it is as long as the index. The name must not be in it yet. False:
 * out of memory, nothing is changed. */
bool name_index_add(struct name_index *index, const char *name, size_t number) TTA_MUST_CHECK;
/* SIZE_MAX: no such name. */
size_t name_index_find(const struct name_index *index, const char *name);
void name_index_free(struct name_index *index);

#endif
