/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The notice: one thing that happened to one root cause, as receivers are told of it. Whoever says it, the agent
 * or a monitoring engine, it is of this form from the spool to the receiver. */
#ifndef TTA_CORE_NOTICE_H
#define TTA_CORE_NOTICE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/cause.h"
#include "core/state.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum notice_type {
    NOTICE_PROBLEM,
    NOTICE_RECOVERY,
    NOTICE_ACKNOWLEDGEMENT,
    NOTICE_FLAPPING_START,
    NOTICE_FLAPPING_STOP,
    NOTICE_FLAPPING_DISABLED,
    NOTICE_DOWNTIME_START,
    NOTICE_DOWNTIME_END,
    NOTICE_DOWNTIME_CANCELLED,
    NOTICE_CUSTOM
};

enum {
    NOTICE_LINE_MAX = 128 * 1024, /* bytes of one that is encoded */
    NOTICE_ID_MAX = 200,
    NOTICE_KEY_MAX = 255,   /* PagerDuty's dedup_key */
    NOTICE_NAME_MAX = 300,  /* names, owners, clients, authors: bytes that are kept of each */
    NOTICE_TEXT_MAX = 2000, /* the same of messages, outputs, comments, fix steps */
    NOTICE_URL_MAX = 1000   /* a longer link is left out: half of one leads nowhere */
};

/* Strings are borrowed, never NULL ("" = none). Times are seconds since the epoch, 0 = never or not known. */
struct notice {
    const char *id; /* the same for the same thing whoever says it again: "agent/17", "nagios/3f2a..." */
    const char
        *key; /* what it is about, the same from its trigger to its resolve: "tiktok-auth/APP_ID/token/NAME" */
    enum notice_type type;
    bool from_engine;
    const char *sender; /* "agent", "nagios", "icinga2" */
    int64_t at;         /* when it happened */

    /* What it is about. */
    bool is_foreign;           /* an object of the engine that is nothing we know: kind says nothing then */
    enum scope kind;           /* root cause: api, app, token, client, endpoint, advertiser */
    const char *root;          /* its name or id, as board_root has it */
    const char *name;          /* for people */
    const char *advertiser_id; /* kind advertiser */
    const char *app, *app_id;
    const char *token, *endpoint;
    const char *owner; /* who is called: "platform" for what nobody owns; "" several */
    const char *client;
    uint32_t members; /* advertisers that it explains */

    /* How it is. */
    enum state state, old_state;
    enum cause cause, old_cause; /* CAUSE_COUNT: nobody said */
    bool has_code;
    int64_t code;
    const char *message, *request_id;
    enum urgency urgency;
    enum actor actor;
    const char *action;                 /* who does what, short: "client must re-authorize" */
    const char *fix[FIX_STEPS_MAX + 1]; /* NULL-terminated */
    int64_t since, last_ok, verified_at;
    const char *note; /* "no longer monitored"; "" none */

    /* Where to look. */
    const char *reauth_url, *runbook_url;
    const char *engine_url, *notes_url;

    /* What the engine says. */
    const char *host, *service; /* its objects; service "" the host itself */
    const char *output;         /* of the check: line 1 */
    const char *author, *comment;
};

/* Nothing said: every string "", causes CAUSE_COUNT. */
void notice_init(struct notice *notice);

/* "api", ..., "advertiser"; "engine" for what is foreign */
const char *notice_kind_name(const struct notice *notice);
/* "problem", ..., "downtime_cancelled", "custom" */
const char *notice_type_name(enum notice_type type);
/* That, and what the engines write: PROBLEM, DOWNTIMESTART, DowntimeRemoved, FLAPPINGEND ...; case and '_' do not
 * count. */
bool notice_type_from_name(const char *name, enum notice_type *out) TTA_MUST_CHECK;

/* Appends it as one line of JSON with its version, without the newline. What is longer than its limit is cut at a
 * character's boundary, so that hostile text never keeps a notice from being kept. False: the buffer failed. */
bool notice_encode(const struct notice *notice, struct buf *out) TTA_MUST_CHECK;
/* Reads such a line; strings live in the arena. Refused, with *err: not such JSON, of a newer version, no id or no
 * key, a type, state or kind that is not known, numbers out of range. Keys and causes that a newer release wrote
 * are left out. The arena's `failed` says that only memory was missing. */
bool notice_decode(const char *line, size_t len, struct arena *arena, struct notice *out,
                   struct err *err) TTA_MUST_CHECK;
/* A copy whose strings live in the arena. */
bool notice_copy(const struct notice *notice, struct arena *arena, struct notice *out) TTA_MUST_CHECK;

/* The key of a root cause, at most NOTICE_KEY_MAX bytes: what is longer ends in a hash of the whole. app_id "":
 * the app's name stands for it. */
const char *notice_key(struct arena *arena, enum scope kind, const char *app, const char *app_id,
                       const char *root) TTA_MUST_CHECK;

/* The same of an engine's object that stands for nothing of ours. */
const char *notice_key_of_object(struct arena *arena, const char *host, const char *service) TTA_MUST_CHECK;

/* Whether it says that something is wrong. */
bool notice_is_trouble(const struct notice *notice);
/* The state and cause of the trouble that it begins, is about, or ends: of a recovery those that were before. */
enum state notice_trouble_state(const struct notice *notice);
enum cause notice_trouble_cause(const struct notice *notice);
enum urgency notice_trouble_urgency(const struct notice *notice);

#endif
