/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which words mean the same. Only words.c includes this. */
#ifndef TTA_CORE_WORDS_CANON_H
#define TTA_CORE_WORDS_CANON_H

#include "base/attr.h"

#include <stddef.h>

/* What a word in lower case stands for: itself (the same pointer), "" for nothing, or one or two other words. */
const char *canon_word(const char *word);
/* The one word that two neighbours make, or NULL. */
const char *canon_pair(const char *first, const char *second);

#endif
