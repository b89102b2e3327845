/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A message reduced to plain words, and phrases found in it: how wordings that differ in case, punctuation, ids,
 * quotes, auxiliaries and synonyms come to match. */
#ifndef TTA_CORE_WORDS_H
#define TTA_CORE_WORDS_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text past these bounds is not read: every message that means something says it early. */
enum { WORDS_READ_MAX = 4096, WORDS_MAX = 192, WORDS_BYTES_MAX = 2048 };

/* The words in lower case, one after the other, each NUL-terminated. */
struct words {
    size_t count;
    size_t used;
    uint16_t start[WORDS_MAX];
    char bytes[WORDS_BYTES_MAX];
};

/* Reads a message (NULL: no words). In the result
 * - articles, auxiliaries and adverbs are gone; every negation is "not" ("invalid" is "not valid");
 * - nouns have one form ("access_token", "Access-Token" and "AccessToken" are "token");
 * - a number is "#", an endpoint path "xpath", quoted or bracketed text of somebody else "xname", a sentence's end
 *   ".". */
void words_read(struct words *out, const char *message);

/* True when one of the phrases, separated by ';', occurs. A phrase is elements separated by blanks, matched word
 * by word: "a|b" one of these words, "a*" a word that begins so, "?a|b" the same or nothing, "~" up to 6 words
 * and "~N" up to N that are no sentence's end. */
bool words_have(const struct words *words, const char *phrases) TTA_MUST_CHECK;

#endif
