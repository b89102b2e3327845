/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds phrases in words. */
#include "core/words.h"

#include <string.h>

enum { GAP_DEFAULT = 6 };

static const char *word_at(const struct words *words, size_t index)
{
    return words->bytes + words->start[index];
}

/* Is the word one of the alternatives of an element? */
static bool is_one_of(const char *word, const char *alternatives, const char *end)
{
    size_t word_len = strlen(word);

    while (alternatives < end) {
        const char *stop = memchr(alternatives, '|', (size_t)(end - alternatives));
        size_t len = (size_t)((stop ? stop : end) - alternatives);

        if (alternatives[len - 1] == '*') {
            if (*word != '.' && word_len >= len - 1 && memcmp(word, alternatives, len - 1) == 0)
                return true;
        } else if (word_len == len && memcmp(word, alternatives, len) == 0) {
            return true;
        }
        alternatives += len + 1;
    }
    return false;
}

/* Do the elements from `element` on match the words from `index` on? Recursion is as deep as the phrase has
 * elements; phrases are constants of ours. */
static bool matches_at(const struct words *words, size_t index, const char *element, const char *end)
{
    const char *stop = element;

    while (element < end && *element == ' ')
        element++;
    if (element == end)
        return true;
    for (stop = element; stop < end && *stop != ' ';)
        stop++;
    if (*element == '~') {
        int gap = stop - element > 1 ? element[1] - '0' : GAP_DEFAULT;

        for (; gap >= 0; gap--, index++) {
            if (matches_at(words, index, stop, end))
                return true;
            if (index >= words->count || strcmp(word_at(words, index), ".") == 0)
                return false;
        }
        return false;
    }
    if (*element == '?') {
        if (index < words->count && is_one_of(word_at(words, index), element + 1, stop) &&
            matches_at(words, index + 1, stop, end))
            return true;
        return matches_at(words, index, stop, end);
    }
    return index < words->count && is_one_of(word_at(words, index), element, stop) &&
           matches_at(words, index + 1, stop, end);
}

bool words_have(const struct words *words, const char *phrases)
{
    while (*phrases) {
        size_t len = strcspn(phrases, ";");
        bool empty = strspn(phrases, " ") >= len;

        for (size_t i = 0; !empty && i < words->count; i++)
            if (matches_at(words, i, phrases, phrases + len))
                return true;
        phrases += len + (phrases[len] == ';');
    }
    return false;
}
