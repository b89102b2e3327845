/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finding things by name in constant time: open addressing over FNV-1a. */
#include "map.h"

#include "mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t map_hash(const char *key)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *key != '\0'; key++) {
        hash = (hash ^ (unsigned char)*key) * UINT64_C(1099511628211);
    }
    return (size_t)(hash ^ (hash >> 32));
}

static struct map_slot *map_slot(const struct map *map, const char *key)
{
    size_t at = map_hash(key) & (map->cap - 1);

    while (map->slots[at].key != NULL && strcmp(map->slots[at].key, key) != 0) {
        at = (at + 1) & (map->cap - 1);
    }
    return &map->slots[at];
}

void *map_find(const struct map *map, const char *key)
{
    return map->cap == 0 || key == NULL ? NULL : map_slot(map, key)->value;
}

void map_put(struct map *map, const char *key, void *value)
{
    struct map_slot *slot;

    if (map->used * 2 >= map->cap) {
        struct map larger = {.cap = map->cap == 0 ? 64 : map->cap * 2, .used = map->used};

        larger.slots = mem_new(larger.cap, sizeof *larger.slots);
        for (size_t i = 0; i < map->cap; i++) {
            if (map->slots[i].key != NULL) {
                *map_slot(&larger, map->slots[i].key) = map->slots[i];
            }
        }
        free(map->slots);
        *map = larger;
    }
    slot = map_slot(map, key);
    map->used += slot->key == NULL ? 1 : 0;
    *slot = (struct map_slot){.key = key, .value = value};
}

void map_free(struct map *map)
{
    free(map->slots);
    *map = (struct map){0};
}
