/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The four service states, their order of severity, and the small enums that causes are made of. */
#ifndef TTA_CORE_STATE_H
#define TTA_CORE_STATE_H

#include "base/attr.h"

#include <stdbool.h>

/* Values are the exit codes of the monitoring plugin contract. */
enum state { STATE_OK = 0, STATE_WARNING = 1, STATE_CRITICAL = 2, STATE_UNKNOWN = 3 };

enum urgency { URGENCY_NONE, URGENCY_LOW, URGENCY_HIGH };

/* Who can mend it. */
enum actor {
    ACTOR_NOBODY,
    ACTOR_GRANTOR, /* stands in the catalog only; resolved to US or CLIENT by the token's granted_by */
    ACTOR_US,
    ACTOR_CLIENT,
    ACTOR_ADVERTISER,
    ACTOR_BUSINESS_CENTER_ADMIN,
    ACTOR_TIKTOK,
};

enum grantor { GRANTED_BY_CLIENT, GRANTED_BY_US };

/* What a verdict, a fault or a root cause is said of. */
enum scope {
    SCOPE_API,
    SCOPE_APP,
    SCOPE_TOKEN,
    SCOPE_CLIENT,
    SCOPE_ENDPOINT,
    SCOPE_ADVERTISER,
    SCOPE_VIDEO,
    SCOPE_CONNECT
};

/* critical > unknown > warning > ok: the one order of severity of the product. */
int state_severity(enum state state);
enum state state_worst(enum state a, enum state b);
const char *state_name(enum state state);       /* "ok", as JSON and configuration write it */
const char *state_upper_name(enum state state); /* "OK", as line 1 writes it */
bool state_from_name(const char *name, enum state *out) TTA_MUST_CHECK;

const char *urgency_name(enum urgency urgency);
bool urgency_from_name(const char *name, enum urgency *out) TTA_MUST_CHECK;
const char *actor_name(enum actor actor); /* "us", "client", ... as JSON writes it */
bool actor_from_name(const char *name, enum actor *out) TTA_MUST_CHECK;
enum actor actor_resolve(enum actor actor, enum grantor granted_by);
const char *scope_name(enum scope scope);
bool scope_from_name(const char *name, enum scope *out) TTA_MUST_CHECK;

#endif
