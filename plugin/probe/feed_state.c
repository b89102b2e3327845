/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes the state of a feed as one JSON object. */
#include "probe/feed_state.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "core/roster.h"
#include "ext/json.h"
#include "probe/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 64 * 1024, NAME_MAX_LEN = 80 };

static const struct {
    const char *key;
    size_t offset;
} NUMBER[] = {
    {"delivered_at", offsetof(struct feed_state, delivered_at)},
    {"tried_at", offsetof(struct feed_state, tried_at)},
    {"failed_since", offsetof(struct feed_state, failed_since)},
    {"total", offsetof(struct feed_state, total)},
    {"delivered", offsetof(struct feed_state, delivered)},
    {"newer", offsetof(struct feed_state, newer)},
    {"missing", offsetof(struct feed_state, missing)},
    {"next", offsetof(struct feed_state, next)},
    {"untaken_since", offsetof(struct feed_state, untaken_since)},
};

const char *feed_state_name(const char *feed, const char *prefix, char *out, size_t size)
{
    struct arena arena = {0};
    bool adhoc = feed_is_adhoc(feed);

    (void)snprintf(out, size, "%s.%s", prefix, adhoc ? roster_slug(&arena, feed) : feed); /* names are short */
    arena_free(&arena);
    return out;
}

static char *path_of(const struct config *config, const char *feed)
{
    char name[NAME_MAX_LEN];

    return config_state_file(config, feed_state_name(feed, "feed", name, sizeof(name)));
}

static void take_text(const struct json *root, const char *key, char *out, size_t size)
{
    const char *text = json_text(json_member(root, key));

    if (text && strlen(text) < size)
        memcpy(out, text, strlen(text) + 1);
}

static bool take(const struct buf *bytes, struct feed_state *out, struct err *err)
{
    struct json *root = json_parse(buf_text(bytes), buf_len(bytes), err);

    if (!root)
        return false;
    for (size_t i = 0; i < TTA_LEN(NUMBER); i++) {
        int64_t value;

        if (json_whole(json_member(root, NUMBER[i].key), &value))
            memcpy((char *)out + NUMBER[i].offset, &value, sizeof(value));
    }
    take_text(root, "fault", out->fault, sizeof(out->fault));
    take_text(root, "dir", out->dir, sizeof(out->dir));
    take_text(root, "file", out->file, sizeof(out->file));
    json_free(root);
    return true;
}

bool feed_state_read(const struct config *config, const char *feed, struct feed_state *out, struct err *err)
{
    char *path = path_of(config, feed);
    struct file_stamp stamp;
    struct buf bytes;
    bool missing = false, ok;

    memset(out, 0, sizeof(*out));
    if (!path)
        return err_set(err, "out of memory");
    buf_init(&bytes, BYTES_MAX);
    if (!file_stamp_of(path, &stamp, &missing) && missing)
        ok = true;
    else
        ok = file_read(path, &bytes, err) && (take(&bytes, out, err) || err_prefix(err, "%s", path));
    buf_free(&bytes);
    free(path);
    return ok;
}

bool feed_state_write(const struct config *config, const char *feed, const struct feed_state *state,
                      struct err *err)
{
    char *path = path_of(config, feed);
    struct buf bytes;
    struct jsonw w;
    bool ok;

    buf_init(&bytes, BYTES_MAX);
    jsonw_init(&w, &bytes, true);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", 1);
    jsonw_string(&w, "feed", feed);
    for (size_t i = 0; i < TTA_LEN(NUMBER); i++) {
        int64_t value;

        memcpy(&value, (const char *)state + NUMBER[i].offset, sizeof(value));
        jsonw_int(&w, NUMBER[i].key, value);
    }
    jsonw_string(&w, "fault", state->fault);
    jsonw_string(&w, "dir", state->dir);
    jsonw_string(&w, "file", state->file);
    jsonw_object_end(&w);
    buf_char(&bytes, '\n');
    ok = path && buf_ok(&bytes) ? file_replace(path, buf_text(&bytes), buf_len(&bytes), 0640, err)
                                : err_set(err, "out of memory");
    buf_free(&bytes);
    free(path);
    return ok;
}
