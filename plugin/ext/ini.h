/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * INI files over libinih, with line numbers and section headers. */
#ifndef TTA_EXT_INI_H
#define TTA_EXT_INI_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

enum ini_event {
    INI_SECTION, /* a [header]: key and value are NULL */
    INI_KEY,     /* key = value, blanks trimmed, inline comments gone */
    INI_FAULT,   /* a line that is neither: value says what is wrong with it, in words for a person */
};

struct ini_line {
    enum ini_event event;
    unsigned line;       /* from 1 */
    const char *section; /* "" before the first header */
    const char *key;
    const char *value;
    bool continues; /* INI_KEY: an indented line that goes on with the value of the key above it */
};

/* A false return ends the reading. The strings live during the call. */
typedef bool ini_line_fn(void *arg, const struct ini_line *line);

/* Reads the whole text, handing over every header, key and faulty line in order; reading goes on after a fault.
 * Comments are lines whose first mark is ';' or '#', and " ;" to the end of a line; what they hold is not looked
 * at.
 *
 * A line that an indented line continues comes as INI_KEY again, with `continues` set, the same key, and the
 * continuation as its value and line.
 *
 * Faults of a line: neither [section] nor key = value; no key before the '='; longer than libinih takes (198 bytes
 * as Debian builds it), or a key of more than 49; bytes that are no UTF-8; a control character; indented with no
 * key above it. What belongs to a faulty line is left out with it, and is not taken for something else: the
 * indented lines that continue it; after a faulty [header] everything up to the next one.
 *
 * False: `fn` ended it, or out of memory. */
bool ini_read(const char *text, size_t len, ini_line_fn *fn, void *arg) TTA_MUST_CHECK;

#endif
