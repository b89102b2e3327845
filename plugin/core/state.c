/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names and order of states, urgencies, actors and scopes. */
#include "core/state.h"

#include <string.h>

static const char *const state_names[] = {"ok", "warning", "critical", "unknown"};
static const char *const state_upper_names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
static const char *const urgency_names[] = {"none", "low", "high"};
static const char *const actor_names[] = {
    "nobody", "grantor", "us", "client", "advertiser", "business_center_admin", "tiktok",
};
static const char *const scope_names[] = {"api",      "app",        "token", "client",
                                          "endpoint", "advertiser", "video", "connect"};

int state_severity(enum state state)
{
    switch (state) {
    case STATE_OK:
        return 0;
    case STATE_WARNING:
        return 1;
    case STATE_UNKNOWN:
        return 2;
    case STATE_CRITICAL:
        return 3;
    }
    return state_severity(STATE_UNKNOWN);
}

enum state state_worst(enum state a, enum state b)
{
    return state_severity(b) > state_severity(a) ? b : a;
}

const char *state_name(enum state state)
{
    return (size_t)state < TTA_LEN(state_names) ? state_names[state] : state_names[STATE_UNKNOWN];
}

const char *state_upper_name(enum state state)
{
    return (size_t)state < TTA_LEN(state_upper_names) ? state_upper_names[state]
                                                      : state_upper_names[STATE_UNKNOWN];
}

/* The place of `name` in `names`, or `count`. */
static size_t name_index(const char *name, const char *const *names, size_t count)
{
    size_t i = 0;

    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}

bool state_from_name(const char *name, enum state *out)
{
    size_t i = name_index(name, state_names, TTA_LEN(state_names));

    if (i == TTA_LEN(state_names))
        return false;
    *out = (enum state)i;
    return true;
}

const char *urgency_name(enum urgency urgency)
{
    return (size_t)urgency < TTA_LEN(urgency_names) ? urgency_names[urgency] : urgency_names[URGENCY_NONE];
}

bool urgency_from_name(const char *name, enum urgency *out)
{
    size_t i = name_index(name, urgency_names, TTA_LEN(urgency_names));

    if (i == TTA_LEN(urgency_names))
        return false;
    *out = (enum urgency)i;
    return true;
}

const char *actor_name(enum actor actor)
{
    return (size_t)actor < TTA_LEN(actor_names) ? actor_names[actor] : actor_names[ACTOR_NOBODY];
}

bool actor_from_name(const char *name, enum actor *out)
{
    size_t i = name_index(name, actor_names, TTA_LEN(actor_names));

    if (i == TTA_LEN(actor_names))
        return false;
    *out = (enum actor)i;
    return true;
}

enum actor actor_resolve(enum actor actor, enum grantor granted_by)
{
    if (actor != ACTOR_GRANTOR)
        return actor;
    return granted_by == GRANTED_BY_US ? ACTOR_US : ACTOR_CLIENT;
}

const char *scope_name(enum scope scope)
{
    return (size_t)scope < TTA_LEN(scope_names) ? scope_names[scope] : scope_names[SCOPE_API];
}

bool scope_from_name(const char *name, enum scope *out)
{
    size_t i = name_index(name, scope_names, TTA_LEN(scope_names));

    if (i == TTA_LEN(scope_names))
        return false;
    *out = (enum scope)i;
    return true;
}
