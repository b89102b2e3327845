/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as JSON: what is taken keeps json.h's promises, what is refused has a reason. */
#include "base/text.h"
#include "ext/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void walk(const struct json *value, int depth)
{
    int64_t whole = 0;
    bool truth = false;
    size_t count = 0;
    const char *text = json_text(value);

    require(depth <= 32);
    require((text != NULL) == (json_type_of(value) == JSON_STRING));
    require(!text || text_is_utf8(text, strlen(text)));
    require(!json_whole(value, &whole) || (whole < INT64_C(1) << 53 && whole > -(INT64_C(1) << 53)));
    require(json_truth(value, &truth) == (json_type_of(value) == JSON_BOOL));
    for (const struct json *item = json_first(value); item; item = json_next(item)) {
        const char *key = json_key(item);
        count++;
        require((key != NULL) == (json_type_of(value) == JSON_OBJECT));
        require(!key || json_member(value, key) == item); /* no key twice */
        walk(item, depth + 1);
    }
    require(json_count(value) == count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = {.text = ""};
    struct json *root = json_parse((const char *)data, size, &err);

    require((root != NULL) == (err.text[0] == '\0'));
    if (root)
        walk(root, 0);
    json_free(root);
    return 0;
}
