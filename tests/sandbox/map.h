/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finding things by name in constant time. */
#ifndef SANDBOX_MAP_H
#define SANDBOX_MAP_H

#include <stddef.h>

struct map_slot {
    const char *key;
    void *value;
};

/* {0} is an empty map. Keys are borrowed: they live as long as the map. Nothing is ever removed. */
struct map {
    struct map_slot *slots;
    size_t cap;
    size_t used;
};

/* What is stored under key, or NULL. */
void *map_find(const struct map *map, const char *key);

/* Stores value, which is not NULL, under key, replacing what was there. */
void map_put(struct map *map, const char *key, void *value);

/* Frees the map, not its keys and values. */
void map_free(struct map *map);

#endif
