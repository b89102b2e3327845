/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * TIKTOK-AUTH-MIB as data: which objects there are, their numbers and types, and how rows are named. The text in
 * mibs/TIKTOK-AUTH-MIB.txt says the same for people; a test compares the two. */
#ifndef TTA_CORE_MIB_H
#define TTA_CORE_MIB_H

#include "base/attr.h"
#include "base/buf.h"
#include "core/mib_objects.h"
#include "core/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where objects lie below the root, and how their instances are named. */
enum mib_group {
    MIB_GROUP_SCALARS,    /* 1.1.N.0 */
    MIB_GROUP_APP,        /* 1.2.1.N, by app name */
    MIB_GROUP_TOKEN,      /* 1.3.1.N, by app and token name */
    MIB_GROUP_ADVERTISER, /* 1.4.1.N, by app name and advertiser id */
    MIB_GROUP_PROBLEM,    /* 1.5.1.N, by kind, app name and id */
    MIB_GROUP_FIX,        /* 1.6.1.N, by cause */
    MIB_GROUP_EVENT,      /* 1.7.N.0, in notifications only */
    MIB_GROUP_COUNT
};

enum mib_syntax {
    MIB_TEXT,      /* SnmpAdminString, at most MIB_TEXT_MAX bytes */
    MIB_LONG_TEXT, /* TtaLongText: UTF-8, at most MIB_LONG_TEXT_MAX bytes */
    MIB_WORD,      /* DisplayString (SIZE (0..32)) */
    MIB_TIME,      /* DateAndTime in UTC, 11 octets; 8 octets, all zero: never */
    MIB_AGE,       /* TtaAge: seconds, Integer32; -1: never */
    MIB_GAUGE,     /* Gauge32 */
    MIB_COUNTER,   /* Counter32 */
    MIB_NUMBER,    /* Unsigned32 */
    MIB_STATE,     /* TtaState: enum state + 1, and so the other enumerations */
    MIB_CAUSE,     /* TtaCause */
    MIB_URGENCY,   /* TtaUrgency */
    MIB_ACTOR,     /* TtaActor */
    MIB_KIND,      /* TtaKind: enum scope */
    MIB_GRANTOR,   /* TtaGrantor */
    MIB_CONFIG     /* TtaConfigStatus: current(1), refused(2) */
};
enum { MIB_TEXT_MAX = 255, MIB_LONG_TEXT_MAX = 1023 };

enum mib_access {
    MIB_INDEX,  /* not-accessible */
    MIB_READ,   /* read-only */
    MIB_NOTIFY, /* accessible-for-notify */
};

struct mib_object_info {
    const char *name; /* "ttaAdvertiserState" */
    enum mib_group group;
    uint32_t number; /* of the scalar or column in its group */
    enum mib_syntax syntax;
    enum mib_access access;
};
const struct mib_object_info *mib_object(enum mib_object object);
/* The first object of a group and how many it has: they lie together, in the order of their numbers. */
enum mib_object mib_group_first(enum mib_group group, size_t *count);

enum mib_notification {
    MIB_NOTE_CRITICAL = 1, /* their numbers below 0. */
    MIB_NOTE_WARNING,
    MIB_NOTE_UNKNOWN,
    MIB_NOTE_CLEAR,
    MIB_NOTE_SUMMARY,
};
struct mib_notification_info {
    const char *name;
    const enum mib_object *object; /* its OBJECTS, in order */
    size_t object_count;
};
const struct mib_notification_info *mib_notification(enum mib_notification notification);

/* An enumeration's label as the MIB writes it ("businessCenterAdmin"), of a value from 1 on; NULL: no such value,
 * or the syntax is no enumeration. The text lives until the next call. */
const char *mib_label(enum mib_syntax syntax, uint32_t value);

/* --- object identifiers -------------------------------------------------------------------------------------- */
enum { MIB_OID_MAX = 128, MIB_ROOT_MAX = 20, MIB_INDEX_MAX = 99, MIB_ID_MAX = 64 };
struct mib_oid {
    uint32_t id[MIB_OID_MAX];
    size_t len;
};

/* The root, as configured (--with-mib-root). */
struct mib_oid mib_root(void);
/* An object without an instance; `instance` is then appended to it. Scalars take 0. */
struct mib_oid mib_object_oid(enum mib_object object);
struct mib_oid mib_notification_oid(enum mib_notification notification);
/* The root of a group's table (1.4), or of the scalars (1.1). */
struct mib_oid mib_group_oid(enum mib_group group);
void mib_oid_append(struct mib_oid *oid, const struct mib_oid *more);

/* Indexes. Names and ids are octet strings that begin with their length, so that ids of one length are in the
 * order of their digits. */
struct mib_oid mib_index_app(const char *app);
struct mib_oid mib_index_token(const char *app, const char *token);
struct mib_oid mib_index_advertiser(const char *app, const char *id);
/* An id of more than MIB_ID_MAX bytes (a client's name, an endpoint) is cut to 47 bytes and ends in "~" and 16 hex
 * digits of its hash. `app` "" for the api. */
struct mib_oid mib_index_problem(enum scope kind, const char *app, const char *id);
struct mib_oid mib_index_fix(uint32_t cause_number);
/* Orders as SNMP does. */
int mib_oid_order(const struct mib_oid *a, const struct mib_oid *b);
/* Appends "1.3.6.1.4.1.8072…". */
bool mib_oid_write(const struct mib_oid *oid, struct buf *out);

#endif
