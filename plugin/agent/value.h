/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The value of one object, as TIKTOK-AUTH-MIB types it, before it becomes a varbind. */
#ifndef TTA_AGENT_VALUE_H
#define TTA_AGENT_VALUE_H

#include "probe/probe.h"

#include <stddef.h>
#include <stdint.h>

struct value {
    enum mib_syntax syntax;
    int64_t number;                   /* of all syntaxes but texts and times */
    char text[MIB_LONG_TEXT_MAX + 1]; /* of texts and times, `len` bytes */
    size_t len;
};

/* Each fills the whole value. Texts are made valid UTF-8 without control characters and cut at a character. */
void value_text(struct value *value, enum mib_syntax syntax, const char *text);
/* An enumeration: its C value. */
void value_enum(struct value *value, enum mib_syntax syntax, unsigned number);
/* Clamped to what the syntax holds; counters wrap. */
void value_number(struct value *value, enum mib_syntax syntax, int64_t number);
/* A time of day, 0 never; the age of that time at `now`. */
void value_time(struct value *value, int64_t t);
void value_age(struct value *value, int64_t t, int64_t now);
/* A code that was received; "" none. */
void value_code(struct value *value, bool has_code, int64_t code);

#endif
