/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Notices as lines of JSON: what waits in the spool and in the outbox. Whoever can write there is not trusted:
 * every value is checked as it is read. */
#include "base/jsonw.h"
#include "base/text.h"
#include "core/html.h"
#include "core/notice_private.h"
#include "ext/json.h"

#include <string.h>

enum { NOTICE_VERSION = 1 };

static const int64_t NUMBER_MAX = (INT64_C(1) << 53) - 1; /* what JSON holds exactly */

static const struct {
    const char *name;
    size_t offset;
} TIME[] = {
    {"at", offsetof(struct notice, at)},
    {"since", offsetof(struct notice, since)},
    {"last_ok", offsetof(struct notice, last_ok)},
    {"verified_at", offsetof(struct notice, verified_at)},
};

/* --- writing ------------------------------------------------------------------------------------------------- */

static void put_safe(struct jsonw *w, const char *key, const char *text, size_t max)
{
    struct buf safe;

    buf_init(&safe, max);
    if (!text_safe(&safe, text, strlen(text), false, max))
        buf_fail(w->out);
    jsonw_string_n(w, key, buf_text(&safe), buf_len(&safe));
    buf_free(&safe);
}

/* A number as it can be read again. */
static int64_t bounded(int64_t number, int64_t min)
{
    return number < min ? min : number > NUMBER_MAX ? NUMBER_MAX : number;
}

static void put_text(struct jsonw *w, const struct notice *notice, const struct notice_text *text)
{
    const char *value = notice_text_of(notice, text);

    if (!value[0] || (text->is_link && (strlen(value) > text->max || !html_is_link(value))))
        return;
    put_safe(w, text->name, value, text->max);
}

static void put_cause(struct jsonw *w, const char *key, enum cause cause)
{
    if (cause != CAUSE_COUNT)
        jsonw_string(w, key, cause_name(cause));
}

bool notice_encode(const struct notice *notice, struct buf *out)
{
    struct jsonw w;

    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "notice", NOTICE_VERSION);
    jsonw_string(&w, "type", notice_type_name(notice->type));
    jsonw_bool(&w, "from_engine", notice->from_engine);
    jsonw_bool(&w, "is_foreign", notice->is_foreign);
    jsonw_string(&w, "kind", scope_name(notice->kind));
    jsonw_string(&w, "state", state_name(notice->state));
    jsonw_string(&w, "old_state", state_name(notice->old_state));
    put_cause(&w, "cause", notice->cause);
    put_cause(&w, "old_cause", notice->old_cause);
    if (notice->has_code)
        jsonw_int(&w, "code", bounded(notice->code, -NUMBER_MAX));
    jsonw_string(&w, "urgency", urgency_name(notice->urgency));
    jsonw_string(&w, "actor", actor_name(notice->actor));
    jsonw_int(&w, "members", notice->members);
    for (size_t i = 0; i < TTA_LEN(TIME); i++)
        jsonw_int(&w, TIME[i].name, bounded(*(const int64_t *)((const char *)notice + TIME[i].offset), 0));
    for (size_t i = 0; i < notice_text_count; i++)
        put_text(&w, notice, &notice_texts[i]);
    jsonw_array(&w, "fix");
    for (size_t i = 0; i < FIX_STEPS_MAX && notice->fix[i]; i++)
        put_safe(&w, NULL, notice->fix[i], NOTICE_TEXT_MAX);
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    return buf_ok(out);
}

/* --- reading ------------------------------------------------------------------------------------------------- */

/* A word of a short list; what is not there keeps its value. */
#define READ_WORD(object, key, from_name, out, err)                                                  \
    (!json_member(object, key) ||                                                                    \
     (json_text(json_member(object, key)) && from_name(json_text(json_member(object, key)), out)) || \
     err_set(err, "%s is not known", key))

static bool read_int(const struct json *object, const char *key, int64_t min, int64_t max, int64_t *out,
                     struct err *err)
{
    const struct json *value = json_member(object, key);
    int64_t number = 0;

    if (!value)
        return true;
    if (!json_whole(value, &number) || number < min || number > max)
        return err_set(err, "%s is out of range", key);
    *out = number;
    return true;
}

static bool read_truth(const struct json *object, const char *key, bool *out, struct err *err)
{
    const struct json *value = json_member(object, key);

    return !value || json_truth(value, out) || err_set(err, "%s is neither true nor false", key);
}

static void read_cause(const struct json *object, const char *key, enum cause *out)
{
    const char *name = json_text(json_member(object, key));

    if (!name || !cause_from_name(name, out))
        *out = CAUSE_COUNT;
}

static bool read_words(const struct json *object, struct notice *out, struct err *err)
{
    if (!json_text(json_member(object, "type")) || !json_text(json_member(object, "state")))
        return err_set(err, "type or state is missing");
    if (!read_truth(object, "from_engine", &out->from_engine, err) ||
        !read_truth(object, "is_foreign", &out->is_foreign, err))
        return false;
    read_cause(object, "cause", &out->cause);
    read_cause(object, "old_cause", &out->old_cause);
    return READ_WORD(object, "type", notice_type_from_name, &out->type, err) &&
           READ_WORD(object, "kind", scope_from_name, &out->kind, err) &&
           READ_WORD(object, "state", state_from_name, &out->state, err) &&
           READ_WORD(object, "old_state", state_from_name, &out->old_state, err) &&
           READ_WORD(object, "urgency", urgency_from_name, &out->urgency, err) &&
           READ_WORD(object, "actor", actor_from_name, &out->actor, err);
}

static bool read_numbers(const struct json *object, struct notice *out, struct err *err)
{
    int64_t members = 0;

    out->has_code = json_member(object, "code") != NULL;
    if (!read_int(object, "code", -NUMBER_MAX, NUMBER_MAX, &out->code, err) ||
        !read_int(object, "members", 0, UINT32_MAX, &members, err))
        return false;
    out->members = (uint32_t)members;
    for (size_t i = 0; i < TTA_LEN(TIME); i++)
        if (!read_int(object, TIME[i].name, 0, NUMBER_MAX, (int64_t *)((char *)out + TIME[i].offset), err))
            return false;
    return true;
}

/* The text itself when it is as we write it, else made so. */
static const char *kept(struct arena *arena, const char *text, size_t max)
{
    const char *result;
    struct buf safe;

    buf_init(&safe, max);
    if (!text_safe(&safe, text, strlen(text), false, max))
        arena->failed = true;
    result = arena_dup(arena, buf_text(&safe));
    buf_free(&safe);
    return result;
}

static bool read_texts(const struct json *object, struct arena *arena, struct notice *out, struct err *err)
{
    for (size_t i = 0; i < notice_text_count; i++) {
        const struct notice_text *text = &notice_texts[i];
        const struct json *value = json_member(object, text->name);
        const char *given = json_text(value);

        if (value && !given)
            return err_set(err, "%s is no text", text->name);
        if (!given || (text->is_link && (strlen(given) > text->max || !html_is_link(given))))
            continue;
        *notice_text_at(out, text) = kept(arena, given, text->max);
    }
    return (out->id[0] && out->key[0]) || err_set(err, "id or key is missing");
}

/* Both name something, so neither may be other than it was written. */
static bool is_name(const struct json *object, const char *key, const char *read)
{
    return strcmp(json_text(json_member(object, key)), read) == 0;
}

static bool read_fix(const struct json *object, struct arena *arena, struct notice *out, struct err *err)
{
    const struct json *fix = json_member(object, "fix");
    size_t count = 0;

    if (fix && json_type_of(fix) != JSON_ARRAY)
        return err_set(err, "fix is no list");
    for (const struct json *step = json_first(fix); step; step = json_next(step)) {
        if (!json_text(step))
            return err_set(err, "a step of fix is no text");
        if (count < FIX_STEPS_MAX)
            out->fix[count++] = kept(arena, json_text(step), NOTICE_TEXT_MAX);
    }
    return true;
}

static bool read_version(const struct json *object, struct err *err)
{
    int64_t version = 0;

    if (json_type_of(object) != JSON_OBJECT || !json_whole(json_member(object, "notice"), &version))
        return err_set(err, "is no notice");
    if (version != NOTICE_VERSION)
        return err_set(err, "is of another version of this program");
    return true;
}

bool notice_decode(const char *line, size_t len, struct arena *arena, struct notice *out, struct err *err)
{
    struct err why = {""};
    struct json *object;
    bool ok;

    notice_init(out);
    if (len > NOTICE_LINE_MAX)
        return err_set(err, "is longer than %d bytes", NOTICE_LINE_MAX);
    object = json_parse(line, len, &why);
    if (!object) {
        arena->failed = arena->failed || json_lacked_memory(&why);
        return err_set(err, "%s", why.text);
    }
    ok = read_version(object, err) && read_words(object, out, err) && read_numbers(object, out, err) &&
         read_texts(object, arena, out, err) && read_fix(object, arena, out, err);
    if (ok && !arena->failed && (!is_name(object, "id", out->id) || !is_name(object, "key", out->key)))
        ok = err_set(err, "id or key is too long or holds what it must not");
    json_free(object);
    if (ok && arena->failed)
        ok = err_set(err, "out of memory");
    if (!ok)
        notice_init(out);
    return ok;
}
