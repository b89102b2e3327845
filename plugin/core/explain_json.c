/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a code or a cause means, as JSON. */
#include "base/jsonw.h"
#include "core/explain.h"
#include "core/explain_told.h"

static const char *source_name(enum code_source source)
{
    switch (source) {
    case SOURCE_DOCUMENTED:
        return "documented";
    case SOURCE_SDK:
        return "sdk";
    case SOURCE_SEEN:
        return "seen";
    case SOURCE_CLAIMED:
        return "claimed";
    }
    return "";
}

static void add_steps(struct jsonw *w, const char *key, enum cause cause, enum grantor granted_by)
{
    const char *steps[FIX_STEPS_MAX + 1];
    size_t count = cause_fix_steps(cause, granted_by, steps, TTA_LEN(steps));

    jsonw_array(w, key);
    for (size_t i = 0; i < count; i++)
        jsonw_string(w, NULL, steps[i]);
    jsonw_array_end(w);
}

/* `state` is null where the last known state stands. */
static void add_cause(struct jsonw *w, enum cause cause)
{
    const struct cause_info *info = cause_info(cause);

    jsonw_object(w, NULL);
    jsonw_string(w, "cause", info->name);
    jsonw_string(w, "class", class_name(info->class));
    jsonw_string(w, "state", info->keeps ? NULL : state_name(info->state));
    jsonw_string(w, "urgency", urgency_name(info->urgency));
    jsonw_string(w, "scope", scope_name(info->scope));
    jsonw_string(w, "actor", actor_name(info->actor));
    jsonw_string(w, "meaning", info->meaning);
    jsonw_string(w, "told_by", explain_told_by(cause));
    jsonw_string(w, "impact", info->impact);
    jsonw_string(w, "fix_short", cause_fix_short(cause, GRANTED_BY_CLIENT));
    jsonw_string(w, "fix_short_us", cause_fix_short(cause, GRANTED_BY_US));
    add_steps(w, "fix", cause, GRANTED_BY_CLIENT);
    add_steps(w, "fix_us", cause, GRANTED_BY_US);
    jsonw_object_end(w);
}

/* What the catalog says of a code; `first` and `last` are equal but for a range. */
static void add_code(struct jsonw *w, const struct code_info *info)
{
    jsonw_int(w, "first", info->first);
    jsonw_int(w, "last", info->last);
    jsonw_string(w, "name", *info->name ? info->name : NULL);
    jsonw_string(w, "class", class_name(info->class));
    jsonw_string(w, "source", source_name(info->source));
    jsonw_string(w, "meaning", info->meaning);
}

bool explain_code_json(struct buf *out, int64_t code)
{
    const struct code_info *info = catalog_code(code);
    enum cause causes[TOLD_CAUSES_MAX];
    size_t count = explain_causes_of(code, causes);
    struct jsonw w;

    jsonw_init(&w, out, true);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", 1);
    jsonw_int(&w, "code", code);
    jsonw_bool(&w, "known", info != NULL);
    if (info)
        add_code(&w, info);
    jsonw_array(&w, "causes");
    for (size_t i = 0; i < count; i++)
        add_cause(&w, causes[i]);
    jsonw_array_end(&w);
    jsonw_string(&w, "documentation", cause_documentation);
    jsonw_object_end(&w);
    return buf_ok(out);
}

bool explain_cause_json(struct buf *out, enum cause cause)
{
    struct jsonw w;

    jsonw_init(&w, out, true);
    add_cause(&w, cause);
    return buf_ok(out);
}

bool explain_all_json(struct buf *out)
{
    const struct code_info *info;
    struct jsonw w;

    jsonw_init(&w, out, true);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", 1);
    jsonw_array(&w, "codes");
    for (size_t i = 0; (info = catalog_at(i)); i++) {
        jsonw_object(&w, NULL);
        add_code(&w, info);
        jsonw_string(&w, "cause", cause_name(info->cause));
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    jsonw_array(&w, "causes");
    for (size_t i = 0; i < CAUSE_COUNT; i++)
        add_cause(&w, (enum cause)i);
    jsonw_array_end(&w);
    jsonw_string(&w, "documentation", cause_documentation);
    jsonw_object_end(&w);
    return buf_ok(out);
}
