/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Many small strings that are freed together. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    char bytes[];
};

void arena_free(struct arena *arena)
{
    while (arena->block) {
        struct arena_block *next = arena->block->next;

        free(arena->block);
        arena->block = next;
    }
    arena->failed = false;
}

/* Room for `len` bytes; NULL and `failed` when out of memory. */
static char *arena_room(struct arena *arena, size_t len)
{
    struct arena_block *block = arena->block;

    if (!block || block->size - block->used < len) {
        size_t size = len > BLOCK_BYTES ? len : BLOCK_BYTES;

        block = malloc(sizeof(*block) + size);
        if (!block) {
            arena->failed = true;
            return NULL;
        }
        *block = (struct arena_block){.next = arena->block, .size = size};
        arena->block = block;
    }
    block->used += len;
    return block->bytes + block->used - len;
}

const char *arena_dup(struct arena *arena, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    char *copy = len ? arena_room(arena, len + 1) : NULL;

    if (!copy)
        return "";
    memcpy(copy, text, len + 1);
    return copy;
}

const char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    int len;
    char *text;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = len > 0 ? arena_room(arena, (size_t)len + 1) : NULL;
    if (!text)
        return "";
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return text;
}
