/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An array of n items has room for the next power of two of them, so its room needs no field of its own. */
#include "core/grow.h"

#include <stdint.h>
#include <stdlib.h>

void *grow_by_one(void *items, size_t count, size_t item_size)
{
    size_t room = count > 0 ? count * 2 : 1;

    if ((count & (count - 1)) != 0)
        return items;
    return room <= SIZE_MAX / item_size ? realloc(items, room * item_size) : NULL;
}
