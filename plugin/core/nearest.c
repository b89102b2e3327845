/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Distance between two words: letters added, left out, changed, or swapped with their neighbour. */
#include "core/nearest.h"

#include <stdint.h>
#include <string.h>

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static char plain(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '-' ? '_' : c;
}

/* Case does not count, nor whether '-' or '_' joins two words. Both are at most NEAREST_WORD_MAX bytes. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[3][NEAREST_WORD_MAX + 1];

    for (size_t j = 0; j <= b_len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *now = row[i % 3];
        const size_t *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            char ca = plain(a[i - 1]), cb = plain(b[j - 1]);

            now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + (ca != cb));
            if (i > 1 && j > 1 && ca == plain(b[j - 2]) && plain(a[i - 2]) == cb && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
    }
    return row[a_len % 3][b_len];
}

void nearest_begin(struct nearest *search, const char *typed)
{
    *search = (struct nearest){.typed = typed, .distance = SIZE_MAX};
}

void nearest_try(struct nearest *search, const char *candidate)
{
    size_t typed_len = strlen(search->typed), len = strlen(candidate), d;

    if (typed_len == 0 || typed_len > NEAREST_WORD_MAX || len > NEAREST_WORD_MAX)
        return;
    d = distance(search->typed, typed_len, candidate, len);
    if (d < search->distance && d <= (len < 6 ? 1 : len / 3)) {
        search->best = candidate;
        search->distance = d;
    }
}
