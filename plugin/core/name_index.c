/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A hash table with open addressing, never more than half full, so that a search always meets a free slot. */
#include "core/name_index.h"

#include "base/hash.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 16 };

/* FNV-1a, 64 bits. */
/* The slot that holds the name, or the free one where it belongs. */
static struct name_slot *slot_of(struct name_slot *slot, size_t slots, const char *name)
{
    size_t i = (size_t)hash_text(name) & (slots - 1);

    while (slot[i].name && strcmp(slot[i].name, name) != 0)
        i = (i + 1) & (slots - 1);
    return &slot[i];
}

static bool grow(struct name_index *index)
{
    size_t slots = index->slots > 0 ? index->slots * 2 : SLOTS_FIRST;
    struct name_slot *slot = calloc(slots, sizeof(*slot));

    if (!slot)
        return false;
    for (size_t i = 0; i < index->slots; i++)
        if (index->slot[i].name)
            *slot_of(slot, slots, index->slot[i].name) = index->slot[i];
    free(index->slot);
    index->slot = slot;
    index->slots = slots;
    return true;
}

bool name_index_add(struct name_index *index, const char *name, size_t number)
{
    if ((index->count + 1) * 2 > index->slots && !grow(index))
        return false;
    *slot_of(index->slot, index->slots, name) = (struct name_slot){name, number};
    index->count++;
    return true;
}

size_t name_index_find(const struct name_index *index, const char *name)
{
    const struct name_slot *slot;

    if (index->slots == 0)
        return SIZE_MAX;
    slot = slot_of(index->slot, index->slots, name);
    return slot->name ? slot->number : SIZE_MAX;
}

void name_index_free(struct name_index *index)
{
    free(index->slot);
    *index = (struct name_index){0};
}
