/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading fields of JSON objects strictly, with an error that says where and what. */
#include "fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool problem_set(struct problem *problem, const char *format, ...)
{
    va_list arguments;

    if (problem->text[0] == '\0') {
        va_start(arguments, format);
        (void)vsnprintf(problem->text, sizeof problem->text, format, arguments);
        va_end(arguments);
    }
    return false;
}

bool fields_only(const struct fields *fields, const char *const *names)
{
    const cJSON *item;

    if (!cJSON_IsObject(fields->object)) {
        return problem_set(fields->problem, "%s: must be an object", fields->where);
    }
    cJSON_ArrayForEach(item, fields->object)
    {
        size_t i = 0;

        while (names[i] != NULL && strcmp(names[i], item->string) != 0) {
            i++;
        }
        if (names[i] == NULL) {
            return problem_set(fields->problem, "%s: unknown key \"%.60s\"", fields->where, item->string);
        }
        if (fields_item(fields, item->string) != item) {
            return problem_set(fields->problem, "%s: key \"%s\" twice", fields->where, item->string);
        }
    }
    return true;
}

const cJSON *fields_item(const struct fields *fields, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(fields->object, name);
}

const char *fields_text(const struct fields *fields, const char *name, bool required)
{
    const cJSON *item = fields_item(fields, name);

    if (item == NULL) {
        if (required) {
            problem_set(fields->problem, "%s: \"%s\" is missing", fields->where, name);
        }
        return NULL;
    }
    if (!cJSON_IsString(item)) {
        problem_set(fields->problem, "%s: \"%s\" must be a string%s", fields->where, name,
                    cJSON_IsNumber(item) ? ", not a number" : "");
        return NULL;
    }
    return item->valuestring;
}

bool fields_is_id(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits >= 1 && digits <= 20 && text[digits] == '\0';
}

const char *fields_id(const struct fields *fields, const char *name, bool required)
{
    const char *text = fields_text(fields, name, required);

    if (text != NULL && !fields_is_id(text)) {
        problem_set(fields->problem, "%s: \"%s\" must be a string of 1 to 20 digits, not \"%.40s\"", fields->where,
                    name, text);
        return NULL;
    }
    return text;
}

void fields_number(const struct fields *fields, const char *name, int64_t low, int64_t high, int64_t *value)
{
    const cJSON *item = fields_item(fields, name);

    if (item == NULL) {
        return;
    }
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= (double)low && item->valuedouble <= (double)high) ||
        (double)(int64_t)item->valuedouble < item->valuedouble ||
        (double)(int64_t)item->valuedouble > item->valuedouble) {
        problem_set(fields->problem, "%s: \"%s\" must be a whole number from %lld to %lld", fields->where, name,
                    (long long)low, (long long)high);
        return;
    }
    *value = (int64_t)item->valuedouble;
}

void fields_flag(const struct fields *fields, const char *name, bool *value)
{
    const cJSON *item = fields_item(fields, name);

    if (item != NULL && !cJSON_IsBool(item)) {
        problem_set(fields->problem, "%s: \"%s\" must be true or false", fields->where, name);
    } else if (item != NULL) {
        *value = cJSON_IsTrue(item);
    }
}

const cJSON *fields_array(const struct fields *fields, const char *name)
{
    const cJSON *item = fields_item(fields, name);

    if (item != NULL && !cJSON_IsArray(item)) {
        problem_set(fields->problem, "%s: \"%s\" must be an array", fields->where, name);
        return NULL;
    }
    return item;
}

static void fields_position(const char *text, const char *at, struct problem *problem)
{
    size_t line = 1;
    size_t column = 1;

    for (; text < at; text++) {
        column = *text == '\n' ? 1 : column + 1;
        line += *text == '\n' ? 1 : 0;
    }
    problem_set(problem, "not valid JSON at line %zu, column %zu", line, column);
}

cJSON *fields_parse(const char *text, size_t length, struct problem *problem)
{
    const char *end = NULL;
    cJSON *parsed;

    if (memchr(text, '\0', length) != NULL) {
        problem_set(problem, "a NUL byte in the JSON text");
        return NULL;
    }
    /* With the terminating NUL counted, cJSON can check that nothing but white space follows. */
    parsed = cJSON_ParseWithLengthOpts(text, length + 1, &end, 1);
    if (parsed == NULL) {
        fields_position(text, end == NULL ? text : end, problem);
    }
    return parsed;
}
