/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of message families. Only family.c includes this. */
#ifndef TTA_CORE_FAMILY_TABLE_H
#define TTA_CORE_FAMILY_TABLE_H

#include "core/cause.h"

#include <stddef.h>
#include <stdint.h>

enum { FAMILY_ALL_MAX = 2 };

/* Bits of the classes of codes that a family is limited to. */
#define ON(class) (1u << (class))
#define ON_ANY 0u
/* Codes that say nothing about authorization. */
#define ON_VAGUE (ON(CLASS_PARAM) | ON(CLASS_UNKNOWN))

struct family {
    enum cause cause;
    int64_t code;                    /* this code only; 0: any */
    unsigned code_classes;           /* codes of these classes only; ON_ANY */
    const char *all[FAMILY_ALL_MAX]; /* one phrase of each occurs, ... */
    const char *none;                /* ... and none of these; NULL: no such condition */
};

/* The most telling first: the first that fits decides. */
extern const struct family family_table[];
extern const size_t family_count;

#endif
