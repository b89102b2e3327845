/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Strict JSON reading over cJSON: json_scan checks the bytes, cJSON builds the tree, then repeated keys are
 * sought. struct json is never defined: it is cJSON's item under another name. */
#include "ext/json.h"

#include "base/buf.h"
#include "base/text.h"
#include "ext/json_scan.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static const char NO_MEMORY[] = "out of memory";

/* Up to this many members are compared pair by pair, without memory of their own. */
enum { FEW_MEMBERS = 8, KEY_SHOWN_MAX = 60 };

/* 2^53: the first whole number whose neighbour reads as the same double. */
static const double exact_limit = 9007199254740992.0;

static const cJSON *json_item(const struct json *value)
{
    return (const cJSON *)value;
}

static const struct json *json_value(const cJSON *item)
{
    return (const struct json *)item;
}

static bool json_repeated(const char *key, struct err *err)
{
    struct buf shown;
    buf_init(&shown, 4 * KEY_SHOWN_MAX);
    text_safe(&shown, key, strlen(key), false, KEY_SHOWN_MAX);
    err_set(err, "the key \"%s\" is there twice in one object", buf_text(&shown));
    buf_free(&shown);
    return false;
}

static int json_compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool json_keys_unique_few(const cJSON *object, struct err *err)
{
    for (const cJSON *a = object->child; a != NULL; a = a->next) {
        for (const cJSON *b = a->next; b != NULL; b = b->next)
            if (strcmp(a->string, b->string) == 0)
                return json_repeated(a->string, err);
    }
    return true;
}

static bool json_keys_unique_many(const cJSON *object, size_t count, struct err *err)
{
    const char **keys = calloc(count, sizeof(*keys));
    if (keys == NULL)
        return err_set(err, "%s", NO_MEMORY);
    size_t filled = 0;
    for (const cJSON *member = object->child; member != NULL; member = member->next)
        keys[filled++] = member->string;
    qsort(keys, count, sizeof(*keys), json_compare_keys);
    bool unique = true;
    for (size_t i = 1; i < count && unique; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0)
            unique = json_repeated(keys[i], err);
    free(keys);
    return unique;
}

/* Goes as deep as the document, which json_scan has bounded. */
static bool json_keys_unique(const cJSON *container, struct err *err)
{
    size_t count = 0;
    for (const cJSON *item = container->child; item != NULL; item = item->next) {
        count++;
        if (item->child != NULL && !json_keys_unique(item, err))
            return false;
    }
    if (!cJSON_IsObject(container))
        return true;
    return count <= FEW_MEMBERS ? json_keys_unique_few(container, err)
                                : json_keys_unique_many(container, count, err);
}

struct json *json_parse(const char *bytes, size_t len, struct err *err)
{
    if (!json_scan(bytes, len, err))
        return NULL;
    /* cJSON stops behind the value and takes any bytes there; json_scan has seen to the end. What it lets through
     * cJSON takes, so that only memory is left to fail. */
    cJSON *root = cJSON_ParseWithLength(bytes, len);
    if (root == NULL) {
        err_set(err, "%s", NO_MEMORY);
        return NULL;
    }
    if (!json_keys_unique(root, err)) {
        cJSON_Delete(root);
        return NULL;
    }
    return (struct json *)root;
}

bool json_lacked_memory(const struct err *err)
{
    return strcmp(err->text, NO_MEMORY) == 0;
}

void json_free(struct json *root)
{
    cJSON_Delete((cJSON *)root);
}

/* Goes as deep as the document, which json_scan has bounded. */
static void json_wipe_texts(cJSON *item)
{
    for (; item != NULL; item = item->next) {
        if (item->valuestring != NULL)
            explicit_bzero(item->valuestring, strlen(item->valuestring));
        json_wipe_texts(item->child);
    }
}

void json_wipe(struct json *root)
{
    json_wipe_texts((cJSON *)root);
    json_free(root);
}

enum json_type json_type_of(const struct json *value)
{
    const cJSON *item = json_item(value);
    if (cJSON_IsBool(item))
        return JSON_BOOL;
    if (cJSON_IsNumber(item))
        return JSON_NUMBER;
    if (cJSON_IsString(item))
        return JSON_STRING;
    if (cJSON_IsArray(item))
        return JSON_ARRAY;
    return cJSON_IsObject(item) ? JSON_OBJECT : JSON_NULL;
}

const struct json *json_member(const struct json *object, const char *key)
{
    const cJSON *item = json_item(object);
    if (!cJSON_IsObject(item))
        return NULL;
    const cJSON *member = item->child;
    while (member != NULL && strcmp(member->string, key) != 0)
        member = member->next;
    return json_value(member);
}

const char *json_text(const struct json *value)
{
    return cJSON_IsString(json_item(value)) ? json_item(value)->valuestring : NULL;
}

bool json_whole(const struct json *value, int64_t *out)
{
    const cJSON *item = json_item(value);
    if (!cJSON_IsNumber(item) || !(item->valuedouble > -exact_limit && item->valuedouble < exact_limit))
        return false;
    int64_t whole = (int64_t)item->valuedouble;
    if ((double)whole < item->valuedouble || (double)whole > item->valuedouble)
        return false;
    *out = whole;
    return true;
}

bool json_truth(const struct json *value, bool *out)
{
    if (!cJSON_IsBool(json_item(value)))
        return false;
    *out = cJSON_IsTrue(json_item(value));
    return true;
}

size_t json_count(const struct json *array_or_object)
{
    size_t count = 0;
    for (const struct json *item = json_first(array_or_object); item != NULL; item = json_next(item))
        count++;
    return count;
}

const struct json *json_first(const struct json *array_or_object)
{
    return array_or_object == NULL ? NULL : json_value(json_item(array_or_object)->child);
}

const struct json *json_next(const struct json *item)
{
    return item == NULL ? NULL : json_value(json_item(item)->next);
}

const char *json_key(const struct json *item)
{
    return item == NULL ? NULL : json_item(item)->string;
}
