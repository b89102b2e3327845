/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * "did you mean ...": the known word that a mistyped one is closest to. */
#ifndef TTA_CORE_NEAREST_H
#define TTA_CORE_NEAREST_H

#include <stddef.h>

enum { NEAREST_WORD_MAX = 32 };

/* A search: feed it candidates, then read `best`. */
struct nearest {
    const char *typed;
    const char *best; /* the closest candidate so far that is close enough; NULL: none */
    size_t distance;
};

/* Both texts must live as long as the search. */
void nearest_begin(struct nearest *search, const char *typed);
void nearest_try(struct nearest *search, const char *candidate);

#endif
