/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Memory that is there or the sandbox ends. */
#include "mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *mem_or_die(void *memory)
{
    if (memory == NULL) {
        fputs("tiktok-sandbox: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *mem_new(size_t count, size_t size)
{
    return mem_or_die(calloc(count == 0 ? 1 : count, size));
}

void *mem_grow(void *old, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        return mem_or_die(NULL);
    }
    return mem_or_die(realloc(old, count * size == 0 ? 1 : count * size));
}

char *mem_text(const char *text)
{
    return text == NULL ? NULL : mem_or_die(strdup(text));
}

void mem_replace(char **slot, const char *text)
{
    char *copy = mem_text(text);

    free(*slot);
    *slot = copy;
}
