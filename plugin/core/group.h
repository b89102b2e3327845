/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Groups: many losses at once told as one alert with the list of them, for as long as one of them lasts.
 *
 *     a loss comes --> waits for group_wait --> told alone, to its own end
 *                                          \--> member of a group --over--> struck from the list
 *                                                                    all over --> the group is resolved
 *
 * What was told alone never moves into a group: its alert is open at the receiver under its own key. */
#ifndef TTA_CORE_GROUP_H
#define TTA_CORE_GROUP_H

#include "core/notice.h"
#include "core/route.h"

enum { GROUP_JOIN_S = 600, GROUP_LISTED_MAX = 200 };

/* A member of a group, or of what waits. */
struct group_member {
    const struct notice *notice; /* the newest of it */
    bool acknowledged;
    bool over; /* it is OK again */
};

/* Whether losses of this kind are grouped: advertisers, clients, endpoints. What lies above explains many as it
 * is, and is told alone. */
bool group_takes(const struct notice *notice);
/* Members of one group have the same of this at one receiver: Alertmanager routes by owner, so groups there are of
 * one owner; else "". */
const char *group_part(enum notify_kind kind, const struct notice *notice);

enum group_choice { GROUP_ALONE, GROUP_NEW, GROUP_JOIN };
/* What becomes of `fresh` losses of one part whose wait is over (with them all that still wait go). `joined_at`:
 * when the newest group of that part that is open got its last member; 0: none is open. A group is joined only
 * while it is young: later losses must call somebody again. */
enum group_choice group_choose(size_t fresh, int group_over, int64_t joined_at, int64_t now);
/* The key of a group that begins with this member. */
const char *group_key(struct arena *arena, const struct notice *first) TTA_MUST_CHECK;

/* Those that are not over, the worst first; the caller frees. NULL: out of memory. */
const struct group_member **group_left(const struct group_member *member, size_t count,
                                       size_t *left) TTA_MUST_CHECK;
/* Resolve when all are over, acknowledge when all that are left are, else trigger. */
enum tell group_tell(const struct group_member *member, size_t count);
/* The notice that speaks for them all: the worst state and urgency of those that are left, and what all of them
 * have the same: cause, owner, client, who acts. `key` and `id` are borrowed. False: out of memory, or there is
 * none. */
bool group_notice(const struct group_member *member, size_t count, const char *key, const char *id,
                  struct arena *arena, struct notice *out) TTA_MUST_CHECK;

#endif
