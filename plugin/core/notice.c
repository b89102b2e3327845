/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Notices: their words, their keys, and what they say of a trouble. */
#include "core/notice.h"

#include "base/hash.h"
#include "base/text.h"
#include "core/notice_private.h"

#include <inttypes.h>
#include <string.h>

static const char KEY_BEGIN[] = "tiktok-auth/";
static const char ENDPOINT_METHOD[] = " GET ";

enum { KEY_HASH_LEN = 17, KEY_DRAFT_MAX = 16 * 1024 };

#define TEXT(field, max)                                   \
    {                                                      \
#field, offsetof(struct notice, field), max, false \
    }
#define LINK(field)                                                  \
    {                                                                \
#field, offsetof(struct notice, field), NOTICE_URL_MAX, true \
    }

const struct notice_text notice_texts[] = {
    TEXT(id, NOTICE_ID_MAX),
    TEXT(key, NOTICE_KEY_MAX),
    TEXT(sender, NOTICE_NAME_MAX),
    TEXT(root, NOTICE_NAME_MAX),
    TEXT(name, NOTICE_NAME_MAX),
    TEXT(advertiser_id, NOTICE_NAME_MAX),
    TEXT(app, NOTICE_NAME_MAX),
    TEXT(app_id, NOTICE_NAME_MAX),
    TEXT(token, NOTICE_NAME_MAX),
    TEXT(endpoint, NOTICE_NAME_MAX),
    TEXT(owner, NOTICE_NAME_MAX),
    TEXT(client, NOTICE_NAME_MAX),
    TEXT(message, NOTICE_TEXT_MAX),
    TEXT(request_id, NOTICE_NAME_MAX),
    TEXT(action, NOTICE_NAME_MAX),
    TEXT(note, NOTICE_TEXT_MAX),
    LINK(reauth_url),
    LINK(runbook_url),
    LINK(engine_url),
    LINK(notes_url),
    TEXT(host, NOTICE_NAME_MAX),
    TEXT(service, NOTICE_NAME_MAX),
    TEXT(output, NOTICE_TEXT_MAX),
    TEXT(author, NOTICE_NAME_MAX),
    TEXT(comment, NOTICE_TEXT_MAX),
};
const size_t notice_text_count = TTA_LEN(notice_texts);

static const struct {
    const char *name;
    enum notice_type type;
} TYPE[] = {
    {"problem", NOTICE_PROBLEM},
    {"recovery", NOTICE_RECOVERY},
    {"acknowledgement", NOTICE_ACKNOWLEDGEMENT},
    {"flapping_start", NOTICE_FLAPPING_START},
    {"flapping_stop", NOTICE_FLAPPING_STOP},
    {"flapping_disabled", NOTICE_FLAPPING_DISABLED},
    {"downtime_start", NOTICE_DOWNTIME_START},
    {"downtime_end", NOTICE_DOWNTIME_END},
    {"downtime_cancelled", NOTICE_DOWNTIME_CANCELLED},
    {"custom", NOTICE_CUSTOM},
    /* Icinga's own words. */
    {"flapping_end", NOTICE_FLAPPING_STOP},
    {"downtime_removed", NOTICE_DOWNTIME_CANCELLED},
};

const char **notice_text_at(struct notice *notice, const struct notice_text *text)
{
    return (const char **)((char *)notice + text->offset);
}

const char *notice_text_of(const struct notice *notice, const struct notice_text *text)
{
    const char *const *at = (const char *const *)((const char *)notice + text->offset);

    return *at;
}

void notice_init(struct notice *notice)
{
    *notice = (struct notice){.cause = CAUSE_COUNT, .old_cause = CAUSE_COUNT};
    for (size_t i = 0; i < notice_text_count; i++)
        *notice_text_at(notice, &notice_texts[i]) = "";
}

bool notice_copy(const struct notice *notice, struct arena *arena, struct notice *out)
{
    *out = *notice;
    for (size_t i = 0; i < notice_text_count; i++)
        *notice_text_at(out, &notice_texts[i]) = arena_dup(arena, notice_text_of(notice, &notice_texts[i]));
    for (size_t i = 0; i < FIX_STEPS_MAX && notice->fix[i]; i++)
        out->fix[i] = arena_dup(arena, notice->fix[i]);
    return !arena->failed;
}

const char *notice_kind_name(const struct notice *notice)
{
    return notice->is_foreign ? "engine" : scope_name(notice->kind);
}

const char *notice_type_name(enum notice_type type)
{
    return (size_t)type < TTA_LEN(TYPE) ? TYPE[type].name : TYPE[NOTICE_CUSTOM].name;
}

static bool same_word(const char *given, const char *name)
{
    for (;; given++, name++) {
        while (*given == '_')
            given++;
        while (*name == '_')
            name++;
        if (!*given || !*name)
            return *given == *name;
        if (!text_equal_nocase((const char[]){*given, '\0'}, (const char[]){*name, '\0'}))
            return false;
    }
}

bool notice_type_from_name(const char *name, enum notice_type *out)
{
    for (size_t i = 0; i < TTA_LEN(TYPE); i++) {
        if (!same_word(name, TYPE[i].name))
            continue;
        *out = TYPE[i].type;
        return true;
    }
    return false;
}

/* --- keys ---------------------------------------------------------------------------------------------------- */

/* "TOKEN GET /path/" as "/token/TOKEN/endpoint/path"; a slash at the end makes no other endpoint. */
static void put_endpoint(struct buf *out, const char *root)
{
    size_t token = strcspn(root, " ");
    const char *path = root + token;
    size_t len;

    buf_printf(out, "/token/%.*s/endpoint/", (int)token, root);
    if (strncmp(path, ENDPOINT_METHOD, sizeof(ENDPOINT_METHOD) - 1) == 0)
        path += sizeof(ENDPOINT_METHOD) - 1;
    path += strspn(path, "/ ");
    len = strlen(path);
    while (len > 0 && path[len - 1] == '/')
        len--;
    buf_add(out, path, len);
}

static void put_key(struct buf *out, enum scope kind, const char *app, const char *app_id, const char *root)
{
    buf_str(out, KEY_BEGIN);
    if (kind == SCOPE_API) {
        buf_str(out, "api");
        return;
    }
    buf_printf(out, "%s%s", app_id[0] ? "" : "app/", app_id[0] ? app_id : app);
    switch (kind) {
    case SCOPE_API:
    case SCOPE_APP:
        break;
    case SCOPE_ADVERTISER:
        buf_printf(out, "/%s", root);
        break;
    case SCOPE_ENDPOINT:
        put_endpoint(out, root);
        break;
    case SCOPE_TOKEN:
    case SCOPE_CLIENT:
    case SCOPE_VIDEO:
    case SCOPE_CONNECT:
        buf_printf(out, "/%s/%s", scope_name(kind), root);
        break;
    }
}

/* The draft as a key: what is not printable or too long makes way for a hash of the whole. */
static const char *finish_key(struct arena *arena, const struct buf *draft)
{
    size_t len = buf_len(draft);
    struct buf safe;
    const char *key;
    size_t cut;

    buf_init(&safe, KEY_DRAFT_MAX);
    if (!text_safe(&safe, buf_text(draft), len, false, KEY_DRAFT_MAX))
        arena->failed = true;
    if (len <= NOTICE_KEY_MAX && strcmp(buf_text(&safe), buf_text(draft)) == 0) {
        key = arena_dup(arena, buf_text(draft));
    } else {
        cut = text_cut(buf_text(&safe), buf_len(&safe), NOTICE_KEY_MAX - KEY_HASH_LEN);
        key = arena_printf(arena, "%.*s-%016" PRIx64, (int)cut, buf_text(&safe), hash_text(buf_text(draft)));
    }
    buf_free(&safe);
    return key;
}

const char *notice_key(struct arena *arena, enum scope kind, const char *app, const char *app_id, const char *root)
{
    struct buf draft;
    const char *key;

    buf_init(&draft, KEY_DRAFT_MAX);
    put_key(&draft, kind, app, app_id, root);
    if (!buf_ok(&draft))
        arena->failed = true;
    key = finish_key(arena, &draft);
    buf_free(&draft);
    return key;
}

const char *notice_key_of_object(struct arena *arena, const char *host, const char *service)
{
    struct buf draft;
    const char *key;

    buf_init(&draft, KEY_DRAFT_MAX);
    buf_printf(&draft, "%sengine/%s%s%s", KEY_BEGIN, host, service[0] ? "/" : "", service);
    if (!buf_ok(&draft))
        arena->failed = true;
    key = finish_key(arena, &draft);
    buf_free(&draft);
    return key;
}

/* --- the trouble --------------------------------------------------------------------------------------------- */

bool notice_is_trouble(const struct notice *notice)
{
    return notice->state != STATE_OK && notice->type != NOTICE_RECOVERY;
}

enum state notice_trouble_state(const struct notice *notice)
{
    return notice_is_trouble(notice) ? notice->state : notice->old_state;
}

enum cause notice_trouble_cause(const struct notice *notice)
{
    return notice_is_trouble(notice) ? notice->cause : notice->old_cause;
}

enum urgency notice_trouble_urgency(const struct notice *notice)
{
    enum cause cause = notice_trouble_cause(notice);

    if (notice_is_trouble(notice))
        return notice->urgency;
    if (cause != CAUSE_COUNT)
        return cause_info(cause)->urgency;
    return notice->old_state == STATE_WARNING ? URGENCY_LOW : URGENCY_HIGH;
}
