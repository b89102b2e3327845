/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A set of positions. */
#ifndef SANDBOX_BITS_H
#define SANDBOX_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {0} is the empty set. */
struct bits {
    uint64_t *words;
    size_t count; /* of words */
};

void bits_set(struct bits *bits, size_t at, bool on);
bool bits_has(const struct bits *bits, size_t at);

/* The 64 members from 64 * word on, one bit each. */
uint64_t bits_word(const struct bits *bits, size_t word);

/* A copy that the caller frees with bits_free. */
struct bits bits_copy(const struct bits *bits);
void bits_free(struct bits *bits);

#endif
