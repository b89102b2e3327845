/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An engine's notification as one JSON object. */
#include "probe/event_file.h"

#include "base/jsonw.h"
#include "base/text.h"
#include "ext/json.h"

#include <string.h>

#define FIELD(member)                                  \
    {                                                  \
#member, offsetof(struct engine_event, member) \
    }
static const struct {
    const char *key;
    size_t at;
} FIELDS[] = {
    FIELD(engine),  FIELD(type),         FIELD(host),       FIELD(service),   FIELD(state),  FIELD(old_state),
    FIELD(time),    FIELD(since),        FIELD(last_ok),    FIELD(event_id),  FIELD(output), FIELD(author),
    FIELD(comment), FIELD(display_name), FIELD(engine_url), FIELD(notes_url),
};

bool event_encode(const struct engine_event *event, struct buf *out)
{
    struct jsonw w;

    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", 1);
    for (size_t i = 0; i < TTA_LEN(FIELDS); i++) {
        const char *text;

        memcpy(&text, (const char *)event + FIELDS[i].at, sizeof(text));
        if (text && text[0])
            jsonw_string_n(&w, FIELDS[i].key, text, text_cut(text, strlen(text), EVENT_TEXT_MAX));
    }
    jsonw_object_end(&w);
    return buf_char(out, '\n');
}

bool event_decode(const char *bytes, size_t len, struct arena *arena, struct engine_event *out, struct err *err)
{
    struct json *root;
    int64_t schema;
    bool ok = true;

    memset(out, 0, sizeof(*out));
    if (len > 0 && bytes[len - 1] == '\n')
        len--;
    root = json_parse(bytes, len, err);
    if (!root)
        return false;
    if (!json_whole(json_member(root, "schema"), &schema) || schema != 1)
        ok = err_set(err, "not a notification of an engine, or of another release");
    for (size_t i = 0; ok && i < TTA_LEN(FIELDS); i++) {
        const char *text = json_text(json_member(root, FIELDS[i].key));
        const char *copy = text ? arena_dup(arena, text) : NULL;

        ok = !arena->failed || err_set(err, "out of memory");
        memcpy((char *)out + FIELDS[i].at, &copy, sizeof(copy));
    }
    json_free(root);
    return ok;
}
