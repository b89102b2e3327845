/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of objects, and the arithmetic of object identifiers. */
#include "core/mib.h"

#include "base/hash.h"
#include "core/cause.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Set by configure. */
#ifndef TTA_MIB_ROOT
#define TTA_MIB_ROOT 1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 40001
#endif
static const uint32_t ROOT[] = {TTA_MIB_ROOT};
_Static_assert(TTA_LEN(ROOT) <= MIB_ROOT_MAX, "an instance has at most 128 numbers");
_Static_assert(MIB_ROOT_MAX + 4 + 1 + 33 + 1 + MIB_ID_MAX <= MIB_OID_MAX, "the longest index fits");

#define INFO(group, number, id, name, syntax, access) \
    {name, MIB_GROUP_##group, number, MIB_##syntax, MIB_##access},
static const struct mib_object_info OBJECT[MIB_OBJECT_COUNT] = {MIB_OBJECTS(INFO)};
#undef INFO

const struct mib_object_info *mib_object(enum mib_object object)
{
    return &OBJECT[object];
}

enum mib_object mib_group_first(enum mib_group group, size_t *count)
{
    unsigned first = 0;

    while (first < MIB_OBJECT_COUNT && OBJECT[first].group != group)
        first++;
    *count = 0;
    while (first + *count < MIB_OBJECT_COUNT && OBJECT[first + *count].group == group)
        ++*count;
    return (enum mib_object)first;
}

/* What a change of one root cause is told with; the row may be gone by then. */
static const enum mib_object CHANGE[] = {
    MIB_EVENT_NUMBER,         MIB_PROBLEM_APP,        MIB_PROBLEM_ID,      MIB_PROBLEM_NAME, MIB_PROBLEM_STATE,
    MIB_EVENT_PREVIOUS_STATE, MIB_PROBLEM_CAUSE,      MIB_PROBLEM_CODE,    MIB_PROBLEM_FIX,  MIB_PROBLEM_OWNER,
    MIB_PROBLEM_URGENCY,      MIB_PROBLEM_ROOT_KIND,  MIB_PROBLEM_ROOT_ID, MIB_EVENT_TIME,   MIB_PROBLEM_ACTION,
    MIB_PROBLEM_ACTOR,        MIB_PROBLEM_REAUTH_URL, MIB_PROBLEM_MEMBERS, MIB_EVENT_NOTE,
};
static const enum mib_object SUMMARY[] = {
    MIB_EVENT_NUMBER,        MIB_SUMMARY,        MIB_WORST_STATE,         MIB_EVENT_CHANGES,
    MIB_EVENT_SUPPRESSED,    MIB_ADVERTISERS_OK, MIB_ADVERTISERS_WARNING, MIB_ADVERTISERS_CRITICAL,
    MIB_ADVERTISERS_UNKNOWN, MIB_EVENT_TIME,     MIB_EVENT_NOTE,
};
static const struct mib_notification_info NOTIFICATION[] = {
    [MIB_NOTE_CRITICAL] = {"ttaCriticalEvent", CHANGE, TTA_LEN(CHANGE)},
    [MIB_NOTE_WARNING] = {"ttaWarningEvent", CHANGE, TTA_LEN(CHANGE)},
    [MIB_NOTE_UNKNOWN] = {"ttaUnknownEvent", CHANGE, TTA_LEN(CHANGE)},
    [MIB_NOTE_CLEAR] = {"ttaClearEvent", CHANGE, TTA_LEN(CHANGE)},
    [MIB_NOTE_SUMMARY] = {"ttaSummaryEvent", SUMMARY, TTA_LEN(SUMMARY)},
};

const struct mib_notification_info *mib_notification(enum mib_notification notification)
{
    return &NOTIFICATION[notification];
}

/* "business_center_admin" as the MIB writes it: no underscores in labels. */
static const char *camel(const char *name)
{
    static char label[64];
    size_t len = 0;

    for (; *name && len + 1 < sizeof(label); name++) {
        if (*name == '_' && name[1] >= 'a' && name[1] <= 'z')
            label[len++] = (char)(*++name - 'a' + 'A');
        else
            label[len++] = *name;
    }
    label[len] = '\0';
    return label;
}

static const char *name_of(enum mib_syntax syntax, uint32_t value)
{
    switch (syntax) {
    case MIB_STATE:
        return value <= STATE_UNKNOWN ? state_name((enum state)value) : NULL;
    case MIB_CAUSE:
        return value < CAUSE_COUNT ? cause_name((enum cause)value) : NULL;
    case MIB_URGENCY:
        return value <= URGENCY_HIGH ? urgency_name((enum urgency)value) : NULL;
    case MIB_ACTOR:
        return value <= ACTOR_TIKTOK ? actor_name((enum actor)value) : NULL;
    case MIB_KIND:
        return value <= SCOPE_CONNECT ? scope_name((enum scope)value) : NULL;
    case MIB_GRANTOR:
        return value == GRANTED_BY_CLIENT ? "client" : value == GRANTED_BY_US ? "us" : NULL;
    case MIB_CONFIG:
        return value == 0 ? "current" : value == 1 ? "refused" : NULL;
    case MIB_TEXT:
    case MIB_LONG_TEXT:
    case MIB_WORD:
    case MIB_TIME:
    case MIB_AGE:
    case MIB_GAUGE:
    case MIB_COUNTER:
    case MIB_NUMBER:
        break;
    }
    return NULL;
}

const char *mib_label(enum mib_syntax syntax, uint32_t value)
{
    const char *name = value > 0 ? name_of(syntax, value - 1) : NULL;

    return name ? camel(name) : NULL;
}

/* --- object identifiers -------------------------------------------------------------------------------------- */

static void append(struct mib_oid *oid, uint32_t number)
{
    if (oid->len < MIB_OID_MAX)
        oid->id[oid->len++] = number;
}

static void append_text(struct mib_oid *oid, const char *text, size_t max)
{
    size_t len = strnlen(text, max);

    append(oid, (uint32_t)len);
    for (size_t i = 0; i < len; i++)
        append(oid, (unsigned char)text[i]);
}

struct mib_oid mib_root(void)
{
    struct mib_oid oid = {.len = TTA_LEN(ROOT)};

    memcpy(oid.id, ROOT, sizeof(ROOT));
    return oid;
}

struct mib_oid mib_group_oid(enum mib_group group)
{
    struct mib_oid oid = mib_root();

    append(&oid, 1);
    append(&oid, (uint32_t)group + 1);
    return oid;
}

struct mib_oid mib_object_oid(enum mib_object object)
{
    const struct mib_object_info *info = &OBJECT[object];
    struct mib_oid oid = mib_group_oid(info->group);

    if (info->group != MIB_GROUP_SCALARS && info->group != MIB_GROUP_EVENT)
        append(&oid, 1); /* the entry */
    append(&oid, info->number);
    return oid;
}

struct mib_oid mib_notification_oid(enum mib_notification notification)
{
    struct mib_oid oid = mib_root();

    append(&oid, 0);
    append(&oid, notification);
    return oid;
}

void mib_oid_append(struct mib_oid *oid, const struct mib_oid *more)
{
    for (size_t i = 0; i < more->len; i++)
        append(oid, more->id[i]);
}

struct mib_oid mib_index_app(const char *app)
{
    struct mib_oid oid = {.len = 0};

    append_text(&oid, app, 32);
    return oid;
}

struct mib_oid mib_index_token(const char *app, const char *token)
{
    struct mib_oid oid = mib_index_app(app);

    append_text(&oid, token, 32);
    return oid;
}

struct mib_oid mib_index_advertiser(const char *app, const char *id)
{
    struct mib_oid oid = mib_index_app(app);

    append_text(&oid, id, 20);
    return oid;
}

struct mib_oid mib_index_problem(enum scope kind, const char *app, const char *id)
{
    enum { HEAD = MIB_ID_MAX - 17 };
    struct mib_oid oid = {.len = 0};
    char brief[MIB_ID_MAX + 1];

    append(&oid, (uint32_t)kind + 1);
    append_text(&oid, app, 32);
    if (strlen(id) > MIB_ID_MAX) {
        /* Only names that are alike in so many bytes and in the hash would share a row. */
        snprintf(brief, sizeof(brief), "%.*s~%016" PRIx64, (int)HEAD, id, hash_text(id));
        id = brief;
    }
    append_text(&oid, id, MIB_ID_MAX);
    return oid;
}

struct mib_oid mib_index_fix(uint32_t cause_number)
{
    return (struct mib_oid){.id = {cause_number}, .len = 1};
}

int mib_oid_order(const struct mib_oid *a, const struct mib_oid *b)
{
    size_t len = a->len < b->len ? a->len : b->len;

    for (size_t i = 0; i < len; i++)
        if (a->id[i] != b->id[i])
            return a->id[i] < b->id[i] ? -1 : 1;
    return (a->len > b->len) - (a->len < b->len);
}

bool mib_oid_write(const struct mib_oid *oid, struct buf *out)
{
    for (size_t i = 0; i < oid->len; i++)
        buf_printf(out, "%s%" PRIu32, i > 0 ? "." : "", oid->id[i]);
    return buf_ok(out);
}
