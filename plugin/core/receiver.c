/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Receivers: made of a section, told apart, remembered. */
#include "core/receiver.h"

#include "base/jsonw.h"
#include "core/url.h"
#include "ext/json.h"

#include <string.h>

enum { RECEIVER_VERSION = 1, RECEIVER_LINE_MAX = 32 * 1024 };

static const char *const KIND[] = {"pagerduty", "alertmanager", "webhook", "slack"};

static const struct {
    const char *name;
    size_t offset;
} TEXT[] = {
    {"url", offsetof(struct receiver, url)},         {"secret_file", offsetof(struct receiver, secret_file)},
    {"user", offsetof(struct receiver, user)},       {"password_file", offsetof(struct receiver, password_file)},
    {"ca_file", offsetof(struct receiver, ca_file)}, {"proxy", offsetof(struct receiver, proxy)},
};

const char *notify_kind_name(enum notify_kind kind)
{
    return (size_t)kind < TTA_LEN(KIND) ? KIND[kind] : "";
}

static const char *secret_file_of(const struct config *config, const struct config_notify *notify,
                                  const char *owner)
{
    const struct config_owner *theirs = owner[0] ? config_find_owner(config, owner) : NULL;

    switch ((enum notify_kind)notify->kind) {
    case NOTIFY_PAGERDUTY:
        return theirs && theirs->key_file ? theirs->key_file : notify->key_file;
    case NOTIFY_ALERTMANAGER:
        return NULL;
    case NOTIFY_WEBHOOK:
        return notify->secret_file;
    case NOTIFY_SLACK:
        return notify->path_file;
    }
    return NULL;
}

struct receiver receiver_of(const struct config *config, const struct config_notify *notify, const char *owner)
{
    return (struct receiver){
        .kind = (enum notify_kind)notify->kind,
        .url = notify->url,
        .secret_file = secret_file_of(config, notify, owner),
        .user = notify->user,
        .password_file = notify->password_file,
        .ca_file = notify->ca_file,
        .proxy = notify->proxy,
    };
}

bool receiver_has_print(enum notify_kind kind)
{
    switch (kind) {
    case NOTIFY_PAGERDUTY:
    case NOTIFY_SLACK:
        return true;
    case NOTIFY_ALERTMANAGER:
    case NOTIFY_WEBHOOK:
        break;
    }
    return false;
}

bool receiver_identity(const struct receiver *receiver, const char *print, struct buf *out)
{
    buf_printf(out, "%s %s", notify_kind_name(receiver->kind), receiver->url);
    if (receiver_has_print(receiver->kind))
        buf_printf(out, " %s", print);
    return buf_ok(out);
}

static const char **text_at(struct receiver *receiver, size_t i)
{
    return (const char **)((char *)receiver + TEXT[i].offset);
}

bool receiver_encode(const struct receiver *receiver, struct buf *out)
{
    struct receiver copy = *receiver;
    struct jsonw w;

    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "receiver", RECEIVER_VERSION);
    jsonw_string(&w, "kind", notify_kind_name(receiver->kind));
    for (size_t i = 0; i < TTA_LEN(TEXT); i++)
        if (*text_at(&copy, i))
            jsonw_string(&w, TEXT[i].name, *text_at(&copy, i));
    jsonw_object_end(&w);
    return buf_ok(out);
}

static bool read_kind(const struct json *object, enum notify_kind *out)
{
    const char *name = json_text(json_member(object, "kind"));

    for (size_t i = 0; name && i < TTA_LEN(KIND); i++) {
        if (strcmp(KIND[i], name) != 0)
            continue;
        *out = (enum notify_kind)i;
        return true;
    }
    return false;
}

static bool read_receiver(const struct json *object, struct arena *arena, struct receiver *out, struct err *err)
{
    int64_t version = 0;

    if (!json_whole(json_member(object, "receiver"), &version) || version != RECEIVER_VERSION)
        return err_set(err, "is no receiver, or of another version of this program");
    if (!read_kind(object, &out->kind))
        return err_set(err, "kind is not known");
    for (size_t i = 0; i < TTA_LEN(TEXT); i++) {
        const struct json *value = json_member(object, TEXT[i].name);

        if (value && !json_text(value))
            return err_set(err, "%s is no text", TEXT[i].name);
        if (value)
            *text_at(out, i) = arena_dup(arena, json_text(value));
    }
    if (!out->url)
        return err_set(err, "url is missing");
    /* A secret must not go where the configuration could not have sent it. */
    return url_check(out->url, URL_API, err) && (!out->proxy || url_check(out->proxy, URL_PROXY, err));
}

bool receiver_decode(const char *line, size_t len, struct arena *arena, struct receiver *out, struct err *err)
{
    struct err why = {""};
    struct json *object;
    bool ok;

    *out = (struct receiver){0};
    if (len > RECEIVER_LINE_MAX)
        return err_set(err, "is longer than %d bytes", RECEIVER_LINE_MAX);
    object = json_parse(line, len, &why);
    if (!object) {
        arena->failed = arena->failed || json_lacked_memory(&why);
        return err_set(err, "%s", why.text);
    }
    ok = read_receiver(object, arena, out, err);
    json_free(object);
    if (ok && arena->failed)
        ok = err_set(err, "out of memory");
    if (!ok)
        *out = (struct receiver){0};
    return ok;
}
