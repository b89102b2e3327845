/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Strict JSON reading over cJSON. */
#ifndef TTA_EXT_JSON_H
#define TTA_EXT_JSON_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value inside a parsed document; borrowed from it. */
struct json;

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* Parses one whole document. Refused, with the reason in *err and NULL returned: bytes after the value, a NUL (raw
 * or \u0000), bytes that are no UTF-8 or a lone surrogate escape, nesting over 32 levels, a key twice in one
 * object, an empty text, a leading BOM, a number of more than 63 characters, anything else that RFC 8259 does not
 * have. The caller frees with json_free. Costs O(n log n). */
struct json *json_parse(const char *bytes, size_t len, struct err *err) TTA_MUST_CHECK;
/* Whether that was why json_parse refused: the same bytes may be taken another time. */
bool json_lacked_memory(const struct err *err) TTA_MUST_CHECK;
/* Frees the document that json_parse returned; NULL is fine. */
void json_free(struct json *root);
/* The same, its texts wiped first: for what holds a secret. */
void json_wipe(struct json *root);

/* All take NULL as "no such value" and answer for it: type JSON_NULL, no member, no text, no number. */
enum json_type json_type_of(const struct json *value);
/* The member with exactly this key (case counts); NULL when there is none or the value is no object. */
const struct json *json_member(const struct json *object, const char *key);
/* The text of a string; NULL for anything else. */
const char *json_text(const struct json *value);
/* A whole number that a double holds exactly (|n| < 2^53; 2^53 itself may have been 2^53 + 1 in the text); false
 * otherwise. */
bool json_whole(const struct json *value, int64_t *out) TTA_MUST_CHECK;
bool json_truth(const struct json *value, bool *out) TTA_MUST_CHECK;
size_t json_count(const struct json *array_or_object);
/* Walks an array's items or an object's values: NULL at the end. */
const struct json *json_first(const struct json *array_or_object);
const struct json *json_next(const struct json *item);
/* The key of a member; NULL for an array's item. */
const char *json_key(const struct json *item);

#endif
