/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Many small strings that are freed together. */
#ifndef TTA_BASE_ARENA_H
#define TTA_BASE_ARENA_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

/* Zeroed it is empty and usable. */
struct arena {
    struct arena_block *block;
    bool failed; /* an allocation failed at some time */
};

void arena_free(struct arena *arena);
/* Each returns text that lives until arena_free; "" (and `failed` set) when out of memory. NULL in gives "". */
const char *arena_dup(struct arena *arena, const char *text);
const char *arena_printf(struct arena *arena, const char *format, ...) TTA_PRINTF(2, 3);

#endif
