/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Messages: what a receiver is sent, and what its answer means. */
#ifndef TTA_CORE_MESSAGE_H
#define TTA_CORE_MESSAGE_H

#include "base/buf.h"
#include "core/config.h"
#include "core/group.h"
#include "core/notice.h"
#include "core/route.h"

enum {
    MESSAGE_MAX = 512 * 1024, /* bytes of a body; PagerDuty takes no more */
    PHONE_MAX = 120,          /* bytes: a first sentence that fits a phone's screen */
    SUMMARY_MAX = 1024        /* bytes of PagerDuty's summary */
};

struct message {
    enum tell tell; /* not TELL_NOTHING */
    const struct notice *notice;
    const struct notice *first; /* what the receiver was told of it first, or NULL; Alertmanager's labels are made
                                   of it, so that they are the same to its end */
    const struct group_member *member; /* of a group, in any order; NULL: it is none */
    size_t member_count;
    const char *hours;   /* the owner's, as configured: "mon-fri 09:00-18:00"; "" not known */
    const char *version; /* of this program */
    int64_t now;
    int64_t ends_at; /* alertmanager: when it ends unless it is sent again; of a resolve, when it ended (0: now) */
};

/* Each appends one JSON body of at most MESSAGE_MAX bytes; long lists are cut and say how many are left out. */

/* The path behind the receiver's URL: "/v2/enqueue", "/api/v2/alerts", "" for webhook and slack. */
const char *message_path(enum notify_kind kind);

/* PagerDuty Events v2 without its routing_key: that is a secret, and put in front by whoever sends (the body
 * begins with '{' and is not empty). */
bool message_pagerduty(const struct message *message, struct buf *out);
/* Alertmanager v2, one alert: an object; several between '[' and ']' make the body. */
bool message_alertmanager(const struct message *message, struct buf *out);
/* Ours, schema 1: tiktok-auth(1) has it. */
bool message_webhook(const struct message *message, struct buf *out);
bool message_slack(const struct message *message, struct buf *out);
/* Of any kind: the whole body, for Alertmanager an array of one; for PagerDuty without its routing_key, as above.
 */
bool message_body(enum notify_kind kind, const struct message *message, struct buf *out);

/* One sentence for a phone, at most PHONE_MAX bytes: what is told, of whom, who acts. */
bool message_phone(const struct message *message, struct buf *out);

/* --- answers ------------------------------------------------------------------------------------------------- */
enum answered {
    ANSWERED_TAKEN,
    ANSWERED_LATER, /* not now: again after a pause */
    ANSWERED_NEVER  /* it will never take this: a dead letter */
};
/* The same for all kinds. `status` 0: no HTTP answer came. A key, a password or an address that is wrong (401,
 * 403, 404) may be mended by hand, so it is asked again until the message expires. */
enum answered message_answered(int status);
/* The pause before the next try, the `failures`th failed one behind us (1, 2, ...): base doubled each time, at
 * most `max_ms`, off by up to a fifth, never under what Retry-After asked for (0: nothing; at most an hour
 * counts). */
int64_t message_pause_ms(int64_t failures, int64_t base_ms, int64_t max_ms, int64_t retry_after_s,
                         uint32_t random);

#endif
