/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a code or a cause means, as text for a terminal. */
#include "core/explain.h"

#include "core/explain_told.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 80 };

/* One paragraph: `label` at `indent`, the text behind it, wrapped; later lines hang under the text. */
static void add_wrapped(struct buf *out, int indent, const char *label, const char *text)
{
    int hang = indent + (int)strlen(label), column = hang;

    (void)buf_printf(out, "%*s%s", indent, "", label);
    while (*text) {
        size_t len = strcspn(text, " ");

        if (column > hang && column + 1 + (int)len > COLUMNS) {
            (void)buf_printf(out, "\n%*s", hang, "");
            column = hang;
        } else if (column > hang) {
            (void)buf_char(out, ' ');
            column++;
        }
        (void)buf_add(out, text, len);
        column += (int)len;
        text += len;
        text += strspn(text, " ");
    }
    (void)buf_char(out, '\n');
}

static const char *actor_words(enum actor actor)
{
    switch (actor) {
    case ACTOR_NOBODY:
        return "nobody has to act";
    case ACTOR_GRANTOR:
        return "whoever granted access: the client, or we where granted_by = us";
    case ACTOR_US:
        return "we";
    case ACTOR_CLIENT:
        return "the client";
    case ACTOR_ADVERTISER:
        return "the advertiser";
    case ACTOR_BUSINESS_CENTER_ADMIN:
        return "an admin of the Business Center that owns the asset";
    case ACTOR_TIKTOK:
        return "TikTok";
    }
    return "";
}

static const char *urgency_words(enum urgency urgency)
{
    switch (urgency) {
    case URGENCY_NONE:
        return "none: nobody is paged";
    case URGENCY_LOW:
        return "low: in office hours";
    case URGENCY_HIGH:
        return "high: now";
    }
    return "";
}

static const char *state_words(const struct cause_info *info)
{
    return info->keeps ? "the last known state stands" : state_upper_name(info->state);
}

static void add_fix(struct buf *out, const struct cause_info *info)
{
    (void)buf_str(out, "  Fix:\n");
    if (info->fix_us_first) {
        (void)buf_str(out, "    First, where granted_by = us:\n");
        add_wrapped(out, 7, "", info->fix_us_first);
    }
    for (size_t i = 0; info->fix[i]; i++) {
        char label[] = "1. ";

        label[0] = (char)(label[0] + (int)i); /* FIX_STEPS_MAX has one digit */
        add_wrapped(out, 4, label, info->fix[i]);
    }
}

static bool same_fix(const struct cause_info *a, const struct cause_info *b)
{
    size_t i = 0;

    while (a->fix[i] && b->fix[i] && strcmp(a->fix[i], b->fix[i]) == 0)
        i++;
    return !a->fix[i] && !b->fix[i];
}

/* A fix that one of the causes written before has as well is named, not repeated. */
static void add_cause(struct buf *out, enum cause cause, const enum cause *before, size_t shown)
{
    const struct cause_info *info = cause_info(cause);

    (void)buf_printf(out, "%s\n", info->name);
    add_wrapped(out, 2, "Meaning:  ", info->meaning);
    add_wrapped(out, 2, "Told by:  ", explain_told_by(cause));
    add_wrapped(out, 2, "Impact:   ", info->impact);
    add_wrapped(out, 2, "State:    ", state_words(info));
    add_wrapped(out, 2, "Urgency:  ", urgency_words(info->urgency));
    add_wrapped(out, 2, "Who acts: ", actor_words(info->actor));
    for (size_t i = 0; i < shown; i++) {
        if (same_fix(info, cause_info(before[i]))) {
            (void)buf_printf(out, "  Fix:      as for %s\n", cause_name(before[i]));
            return;
        }
    }
    add_fix(out, info);
}

static void add_link(struct buf *out)
{
    (void)buf_printf(out, "\nReturn codes: %s\n", cause_documentation);
}

static const char *source_words(enum code_source source)
{
    switch (source) {
    case SOURCE_DOCUMENTED:
        return "documented by TikTok";
    case SOURCE_SDK:
        return "named in the SDK of TikTok";
    case SOURCE_SEEN:
        return "seen in answers of the API";
    case SOURCE_CLAIMED:
        return "reported by third parties";
    }
    return "";
}

bool explain_code(struct buf *out, int64_t code)
{
    const struct code_info *info = catalog_code(code);
    enum cause causes[TOLD_CAUSES_MAX];
    size_t count = explain_causes_of(code, causes);

    (void)buf_printf(out, "%" PRId64 "%s%s\n", code, info && *info->name ? " " : "", info ? info->name : "");
    if (info) {
        add_wrapped(out, 2, "Meaning: ", info->meaning);
        (void)buf_printf(out, "  Class:   %s, %s\n", class_name(info->class), source_words(info->source));
    } else {
        add_wrapped(out, 2, "Meaning: ", "Not in the catalog of this version.");
    }
    add_wrapped(out, 2, "", "A message that is known decides before the code does.");
    if (count > 1)
        (void)buf_printf(out, "\nIt can stand for %zu causes:\n", count);
    for (size_t i = 0; i < count; i++) {
        (void)buf_char(out, '\n');
        add_cause(out, causes[i], causes, i);
    }
    add_link(out);
    return buf_ok(out);
}

bool explain_cause(struct buf *out, enum cause cause)
{
    add_cause(out, cause, NULL, 0);
    add_link(out);
    return buf_ok(out);
}

bool explain_all(struct buf *out)
{
    const struct code_info *info;

    (void)buf_printf(out, "%-11s %-30s %-9s %s\n", "CODE", "NAME", "CLASS", "CAUSE, WHEN NO MESSAGE IS KNOWN");
    for (size_t i = 0; (info = catalog_at(i)); i++) {
        char range[2 * 21 + 2];

        if (info->first == info->last)
            (void)snprintf(range, sizeof range, "%" PRId64, info->first);
        else
            (void)snprintf(range, sizeof range, "%" PRId64 "-%" PRId64, info->first, info->last);
        (void)buf_printf(out, "%-11s %-30s %-9s %s\n", range, *info->name ? info->name : "-",
                         class_name(info->class), cause_name(info->cause));
    }
    (void)buf_printf(out, "\n%-19s %-8s %-7s %-21s %s\n", "CAUSE", "STATE", "URGENCY", "WHO ACTS", "IN SHORT");
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_info *cause = cause_info((enum cause)i);

        (void)buf_printf(out, "%-19s %-8s %-7s %-21s %s\n", cause->name,
                         cause->keeps ? "(kept)" : state_upper_name(cause->state), urgency_name(cause->urgency),
                         actor_name(cause->actor), cause->fix_short);
    }
    add_link(out);
    return buf_ok(out);
}
