/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds the family of a message. */
#include "core/family.h"

#include "core/family_table.h"

static bool fits(const struct family *family, const struct words *words, int64_t code, enum answer_class class)
{
    if ((family->code && family->code != code) ||
        (family->code_classes != ON_ANY && !(family->code_classes & ON(class))))
        return false;
    for (size_t i = 0; i < FAMILY_ALL_MAX && family->all[i]; i++)
        if (!words_have(words, family->all[i]))
            return false;
    return !family->none || !words_have(words, family->none);
}

bool family_find(const struct words *words, int64_t code, enum answer_class code_class, enum cause *out)
{
    for (size_t i = 0; i < family_count; i++) {
        if (fits(&family_table[i], words, code, code_class)) {
            *out = family_table[i].cause;
            return true;
        }
    }
    return false;
}
