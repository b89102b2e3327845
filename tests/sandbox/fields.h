/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading fields of JSON objects strictly, with an error that says where and what. */
#ifndef SANDBOX_FIELDS_H
#define SANDBOX_FIELDS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first thing found wrong; text is "" while nothing is. */
struct problem {
    char text[2048];
};

/* Keeps the first problem only. Returns false, so that callers can return it. */
bool problem_set(struct problem *problem, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An object under inspection: where names it in errors ("apps[0]"). */
struct fields {
    const cJSON *object;
    const char *where;
    struct problem *problem;
};

/* True if it is an object that has only keys of names (NULL-terminated), each at most once. */
bool fields_only(const struct fields *fields, const char *const *names) __attribute__((warn_unused_result));

const cJSON *fields_item(const struct fields *fields, const char *name);

/* The text under name; NULL if it is absent (a problem if required) or no string (a problem). */
const char *fields_text(const struct fields *fields, const char *name, bool required);

/* As fields_text, but only 1 to 20 decimal digits will do. */
const char *fields_id(const struct fields *fields, const char *name, bool required);

/* Leaves *value alone if name is absent. */
void fields_number(const struct fields *fields, const char *name, int64_t low, int64_t high, int64_t *value);
void fields_flag(const struct fields *fields, const char *name, bool *value);

/* The array under name, or NULL if it is absent; a problem if it is no array. */
const cJSON *fields_array(const struct fields *fields, const char *name);

/* True if text is 1 to 20 decimal digits. */
bool fields_is_id(const char *text);

/* A whole JSON text, nothing after it; NULL and a problem otherwise. The caller deletes it. */
cJSON *fields_parse(const char *text, size_t length, struct problem *problem);

#endif
