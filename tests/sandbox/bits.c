/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A set of positions. */
#include "bits.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

void bits_set(struct bits *bits, size_t at, bool on)
{
    size_t word = at / 64;

    if (word >= bits->count) {
        size_t count = bits->count * 2 > word ? bits->count * 2 : word + 1;

        if (!on) {
            return;
        }
        bits->words = mem_grow(bits->words, count, sizeof *bits->words);
        memset(bits->words + bits->count, 0, (count - bits->count) * sizeof *bits->words);
        bits->count = count;
    }
    if (on) {
        bits->words[word] |= UINT64_C(1) << (at % 64);
    } else {
        bits->words[word] &= ~(UINT64_C(1) << (at % 64));
    }
}

uint64_t bits_word(const struct bits *bits, size_t word)
{
    return word < bits->count ? bits->words[word] : 0;
}

bool bits_has(const struct bits *bits, size_t at)
{
    return (bits_word(bits, at / 64) >> (at % 64) & 1) != 0;
}

struct bits bits_copy(const struct bits *bits)
{
    struct bits copy = {.count = bits->count};

    if (bits->count > 0) {
        copy.words = mem_new(bits->count, sizeof *copy.words);
        memcpy(copy.words, bits->words, bits->count * sizeof *copy.words);
    }
    return copy;
}

void bits_free(struct bits *bits)
{
    free(bits->words);
    *bits = (struct bits){0};
}
