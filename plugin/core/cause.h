/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The causes: one table of what each means, is worth and asks for. */
#ifndef TTA_CORE_CAUSE_H
#define TTA_CORE_CAUSE_H

#include "core/state.h"

#include <stddef.h>

enum answer_class {
    CLASS_OK,
    CLASS_PARTIAL,
    CLASS_AUTHZ,
    CLASS_TOKEN,
    CLASS_APP,
    CLASS_RATE,
    CLASS_TRANSIENT,
    CLASS_PARAM,
    CLASS_ACCOUNT,
    CLASS_FILE,
    CLASS_NETWORK,
    CLASS_NONE, /* no answer was involved */
    CLASS_UNKNOWN,
};

/* New ones come last: SNMP shows their numbers. */
enum cause {
    CAUSE_AUTHORIZED,
    CAUSE_RETIRED,
    CAUSE_REVOKED,
    CAUSE_NEVER_CONNECTED,
    CAUSE_ACCOUNT_ACCESS,
    CAUSE_ENDPOINT_PERMISSION,
    CAUSE_SCOPE_MISSING,
    CAUSE_ASSET_PERMISSION,
    CAUSE_NOT_ALLOWED,
    CAUSE_APP_MISMATCH,
    CAUSE_APP_BLOCKED,
    CAUSE_APP_CREDENTIALS,
    CAUSE_TOKEN_REVOKED,
    CAUSE_TOKEN_EXPIRED,
    CAUSE_TOKEN_USER,
    CAUSE_TOKEN_EMPTY,
    CAUSE_REFRESH_DUE,
    CAUSE_DELETED,
    CAUSE_ACCOUNT_CLOSED,
    CAUSE_ACCOUNT_SUSPENDED,
    CAUSE_ACCOUNT_IN_REVIEW,
    CAUSE_ACCOUNT_REJECTED,
    CAUSE_VIDEO_PROCESSING,
    CAUSE_VIDEO_FAILED,
    CAUSE_THROTTLED,
    CAUSE_TIKTOK_FAULT,
    CAUSE_EDGE_FAULT,
    CAUSE_NETWORK_FAULT,
    CAUSE_EGRESS_BLOCKED,
    CAUSE_REQUEST_FAULT,
    CAUSE_UNKNOWN,
    CAUSE_NOT_VERIFIED,
    CAUSE_AUTH_CODE,
    CAUSE_NOT_HANDED_OVER,
    CAUSE_COUNT
};

enum { FIX_STEPS_MAX = 8 };

struct cause_info {
    const char *name; /* "revoked": JSON, configuration, store */
    enum answer_class class;
    bool reauthorize; /* a new authorization mends it, or is part of what does */
    bool keeps;       /* the last known state stands; `state` is then STATE_UNKNOWN, for when none is known */
    enum state state; /* the default; [severity] overrides */
    enum urgency urgency;
    enum scope scope;
    enum actor actor;
    const char *lost;      /* for line 1, "app access lost": what happened, at most 32 bytes, no final full stop */
    const char *lost_own;  /* the same where the line names the token or app itself: "dead"; NULL: the same */
    const char *meaning;   /* one sentence */
    const char *impact;    /* one sentence: what the user's software can't do now */
    const char *fix_short; /* the end of line 1: who does what, "client must re-authorize", at most 36 bytes */
    const char *fix_short_us;           /* the same where granted_by = us; NULL: the same */
    const char *fix[FIX_STEPS_MAX + 1]; /* numbered steps in full, NULL-terminated */
    const char *fix_us_first;           /* a step put first where granted_by = us; NULL: none */
};

/* Never NULL for a value of the enum below CAUSE_COUNT. */
const struct cause_info *cause_info(enum cause cause);
const char *cause_name(enum cause cause);
bool cause_from_name(const char *name, enum cause *out) TTA_MUST_CHECK;
const char *class_name(enum answer_class class);

/* The fix of a cause as numbered steps for this grantor: fills up to `max` pointers, returns how many. */
size_t cause_fix_steps(enum cause cause, enum grantor granted_by, const char **steps, size_t max);
const char *cause_fix_short(enum cause cause, enum grantor granted_by);

/* The documentation page of the return codes (no '&': safe in engines' output). */
extern const char cause_documentation[];

#endif
