/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The values of a notification come from the alert as it was recorded, not from what holds now: by the time it is
 * told the row may be gone. */
#include "agent/notification.h"

#include "agent/columns.h"
#include "agent/netsnmp.h"

#include <string.h>

static enum state state_of(const char *name)
{
    enum state state = STATE_UNKNOWN;

    return state_from_name(name, &state) ? state : STATE_UNKNOWN;
}

static enum cause cause_of(const char *name)
{
    enum cause cause = CAUSE_UNKNOWN;

    return cause_from_name(name, &cause) ? cause : CAUSE_UNKNOWN;
}

static enum scope scope_of(const char *name)
{
    enum scope scope = SCOPE_API;

    return scope_from_name(name, &scope) ? scope : SCOPE_API;
}

static enum urgency urgency_of(const char *name)
{
    enum urgency urgency = URGENCY_HIGH;

    while (urgency > URGENCY_NONE && strcmp(urgency_name(urgency), name) != 0)
        urgency--;
    return urgency;
}

static enum actor actor_of(const char *name)
{
    enum actor actor = ACTOR_TIKTOK;

    while (actor > ACTOR_NOBODY && strcmp(actor_name(actor), name) != 0)
        actor--;
    return actor;
}

static void value_of(struct picture *picture, const struct store_alert *alert, enum mib_object object,
                     struct value *out)
{
    switch ((int)object) {
    case MIB_EVENT_NUMBER:
        value_number(out, MIB_NUMBER, alert->number);
        break;
    case MIB_EVENT_TIME:
        value_time(out, alert->at);
        break;
    case MIB_EVENT_PREVIOUS_STATE:
        value_enum(out, MIB_STATE, state_of(alert->old_state));
        break;
    case MIB_EVENT_PREVIOUS_CAUSE:
        value_enum(out, MIB_CAUSE, cause_of(alert->old_cause));
        break;
    case MIB_EVENT_CHANGES:
        value_number(out, MIB_GAUGE, alert->changes);
        break;
    case MIB_EVENT_SUPPRESSED:
        value_number(out, MIB_GAUGE, alert->suppressed);
        break;
    case MIB_EVENT_NOTE:
        value_text(out, MIB_TEXT, alert->note);
        break;
    case MIB_PROBLEM_APP:
        value_text(out, MIB_WORD, alert->app);
        break;
    case MIB_PROBLEM_ID:
    case MIB_PROBLEM_ROOT_ID:
        value_text(out, MIB_TEXT, alert->object);
        break;
    case MIB_PROBLEM_NAME:
        value_text(out, MIB_TEXT, alert->name);
        break;
    case MIB_PROBLEM_STATE:
        value_enum(out, MIB_STATE, state_of(alert->state));
        break;
    case MIB_PROBLEM_CAUSE:
        value_enum(out, MIB_CAUSE, cause_of(alert->cause));
        break;
    case MIB_PROBLEM_CODE:
        value_code(out, alert->has_code, alert->code);
        break;
    case MIB_PROBLEM_FIX:
        value_text(out, MIB_LONG_TEXT, alert->fix);
        break;
    case MIB_PROBLEM_ACTION:
        value_text(out, MIB_TEXT, alert->action);
        break;
    case MIB_PROBLEM_REAUTH_URL:
        value_text(out, MIB_LONG_TEXT, alert->reauth_url);
        break;
    case MIB_PROBLEM_OWNER:
        value_text(out, MIB_TEXT, alert->owner);
        break;
    case MIB_PROBLEM_URGENCY:
        value_enum(out, MIB_URGENCY, urgency_of(alert->urgency));
        break;
    case MIB_PROBLEM_ACTOR:
        value_enum(out, MIB_ACTOR, actor_of(alert->actor));
        break;
    case MIB_PROBLEM_ROOT_KIND:
        value_enum(out, MIB_KIND, scope_of(alert->kind));
        break;
    case MIB_PROBLEM_MEMBERS:
        value_number(out, MIB_GAUGE, alert->members);
        break;
    default: /* of a summary: how it stands now */
        if (!scalar_value(picture, object, out))
            value_text(out, MIB_TEXT, "");
        break;
    }
}

static enum mib_notification notification_of(const struct store_alert *alert)
{
    if (alert->summary)
        return MIB_NOTE_SUMMARY;
    switch (state_of(alert->state)) {
    case STATE_OK:
        return MIB_NOTE_CLEAR;
    case STATE_WARNING:
        return MIB_NOTE_WARNING;
    case STATE_CRITICAL:
        return MIB_NOTE_CRITICAL;
    case STATE_UNKNOWN:
        break;
    }
    return MIB_NOTE_UNKNOWN;
}

/* Columns carry the index of the problem's row, all else is a scalar. */
static struct mib_oid instance_of(const struct store_alert *alert, enum mib_object object)
{
    struct mib_oid name = mib_object_oid(object);
    struct mib_oid index = {.len = 1};

    if (mib_object(object)->group == MIB_GROUP_PROBLEM)
        index = mib_index_problem(scope_of(alert->kind), alert->app, alert->object);
    mib_oid_append(&name, &index);
    return name;
}

void *notification_varbinds(struct picture *picture, const struct store_alert *alert)
{
    static const oid trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};
    enum mib_notification which = notification_of(alert);
    const struct mib_notification_info *info = mib_notification(which);
    struct mib_oid type = mib_notification_oid(which);
    netsnmp_variable_list *list = NULL;
    oid id[MIB_OID_MAX];
    size_t len = netsnmp_oid_of(&type, id);
    bool ok = snmp_varlist_add_variable(&list, trap_oid, TTA_LEN(trap_oid), ASN_OBJECT_ID, id,
                                        len * sizeof(oid)) != NULL;

    for (size_t i = 0; ok && i < info->object_count; i++) {
        struct mib_oid name = instance_of(alert, info->object[i]);
        struct value value;

        value_of(picture, alert, info->object[i], &value);
        ok = netsnmp_append_value(&list, &name, &value);
    }
    if (ok)
        return list;
    snmp_free_varbind(list);
    return NULL;
}
