/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The board: every verdict of one moment, merged over tokens; what a snapshot holds. */
#ifndef TTA_CORE_BOARD_H
#define TTA_CORE_BOARD_H

#include "base/file.h"
#include "core/cause.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strings are borrowed, never NULL ("" = none). Times are seconds since the epoch, 0 = never. */

/* Why the last attempt verified nothing. cause == CAUSE_AUTHORIZED: there is no fault. */
struct fault {
    enum cause cause;
    enum scope scope;
    bool has_code;
    int64_t code;
    const char *message;
    const char *request_id;
    int http_status; /* 0: none received */
};

struct verdict {
    enum cause cause;
    enum state state; /* [severity] applied */
    enum urgency urgency;
    enum actor actor; /* never ACTOR_GRANTOR */
    bool has_code;    /* a code was received for what is said here */
    int64_t code;
    const char *message;
    const char *request_id;
    const char *endpoint; /* "GET /file/video/ad/search/" for an endpoint's cause */
    enum scope root_kind; /* itself, when it is its own root cause */
    const char *root_id;  /* name or id of the root cause; for an endpoint "TOKEN GET /path/"; "" for the api */
    int64_t since;        /* state or cause changed */
    int64_t last_ok;      /* last time it was seen authorized (or working) */
    int64_t verified_at;  /* last time that anything verified this verdict */
};

/* Whether the verdict is a verified loss of authorization, not an outage, a warning or a refresh that is due: what
 * thresholds count. By the cause, whatever [severity] makes of it, unless that is ok. */
bool verdict_is_unauthorized(const struct verdict *verdict);

/* Indexed by enum state. `unauthorized` counts those that verdict_is_unauthorized. */
struct counts {
    uint32_t state[4];
    uint32_t unauthorized;
};

struct board_app {
    const char *name;
    const char *app_id;
    const char *reauth_url; /* template, may hold {advertiser_id} or {link} */
    struct verdict verdict;
    struct fault fault;
    struct counts members;
    int64_t oldest; /* oldest verified_at of a member that is not retired; 0: a member was never verified */
};

struct board_token {
    const char *name;
    uint32_t app;
    enum grantor granted_by;
    const char *login; /* whose login it is; "" not known */
    struct verdict verdict;
    struct fault fault;
    struct counts members; /* of the advertisers this token speaks for */
    int64_t oldest;
    int64_t began, ended; /* of the newest attempt */
    int64_t not_before;   /* nobody asks again before this */
    int64_t mass_since;   /* a mass loss is being held since then; 0: none */
    const char *note;     /* "POST /x/ not verified"; "" none */
    const char *link;     /* core/reauth_link, where a new authorization mends something; "" none */
};

struct board_advertiser {
    uint32_t app;
    uint32_t token; /* index of the token that speaks for it */
    const char *id;
    const char *name;
    const char *owner;
    const char *client;
    const char *tokens; /* names of all its tokens, a blank between them */
    struct verdict verdict;
    struct fault fault; /* of a question about this advertiser alone; none: its token's fault counts */
    bool held;          /* missing from the list, not confirmed yet: the state before stands */
    const char *link;   /* as a token's; it is the token's where that explains the loss */
};

/* A root cause with what it explains. */
struct board_root {
    enum scope kind;
    const char *app; /* "" for the api */
    const char *id;
    enum state state;
    enum cause cause;
    enum urgency urgency;
    enum actor actor;
    int64_t since;
    uint32_t members;
};

/* A file that the board was made from, as it was then. */
struct board_input {
    const char *path;
    struct file_stamp stamp;
};

struct board_complaint {
    int subject; /* enum subject */
    const char *name;
    const char *text; /* with file and line */
};

struct board {
    int64_t made_at;
    int64_t interval_s;      /* as configured */
    int64_t real_interval_s; /* as the budget allows */
    int64_t stale_after_s;
    bool by_service;
    const char *store_fault; /* why the store could not be used; "" it was */
    const char *version;     /* of the program that made it */
    struct verdict api;
    struct fault api_fault;
    struct counts members; /* all advertisers */
    int64_t oldest;
    struct board_app *app; /* in the configuration's order */
    uint32_t app_count;
    struct board_token *token; /* in the configuration's order */
    uint32_t token_count;
    struct board_advertiser *advertiser; /* ordered by app name, then id with shorter ids first */
    uint32_t advertiser_count;
    struct board_root *root; /* worst first, then by members */
    uint32_t root_count;
    uint32_t *problem; /* indices of advertisers that are not OK, worst first, then by since, newest first */
    uint32_t problem_count;
    struct board_input *input;
    uint32_t input_count;
    struct board_complaint *complaint;
    uint32_t complaint_count;
};

#endif
