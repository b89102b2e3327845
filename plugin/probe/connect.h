/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Authorizing again: the link to TikTok's portal, and what comes back from it made a token that can only help. */
#ifndef TTA_PROBE_CONNECT_H
#define TTA_PROBE_CONNECT_H

#include "base/attr.h"
#include "base/err.h"
#include "base/parse.h"
#include "base/secret.h"
#include "probe/env.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONNECT_LIFE_S = 60 * 60, /* of a link to the portal */
    CONNECT_URL_MAX = 2048,
    CONNECT_NAME_MAX = 300,
    CONNECT_TEXT_MAX = 2000,
    CONNECT_LINES_MAX = 4000,
    CONNECT_TIME_MS = 120 * 1000, /* connect_finish is over by then, but for the user's on_new_token */
};

/* --- before the portal --------------------------------------------------------------------------------------- */

/* Whose authorization is asked for. Plain text, no pointers. */
struct connect_target {
    char app[SECTION_NAME_MAX + 1];
    char token[SECTION_NAME_MAX + 1];
    char advertiser[ADVERTISER_ID_MAX + 1]; /* "": the token as a whole */
    char name[CONNECT_NAME_MAX + 1];        /* of the advertiser; "" not known, or none */
};

/* Looks it up: a token by name, with or without an advertiser; or token NULL: an advertiser's (of `app`, NULL: the
 * one app that has it) first token. False with *err, which names what is missing or wrong: no such token or
 * advertiser, no redirect_uri, no secret_file, a token that the portal can't give (kind = tt_user). */
bool connect_target_find(const struct setup *setup, const char *token, const char *app, const char *advertiser,
                         struct connect_target *out, struct err *err) TTA_MUST_CHECK;

/* Makes a state, bound to the target for CONNECT_LIFE_S and kept as its digest alone with `who` asked (probe/audit
 * has the words), and writes the portal's address with it into `url`. Leave it out of logs: the state is in it. */
bool connect_begin(const struct setup *setup, const struct connect_target *target, const char *who, int64_t now,
                   char url[CONNECT_URL_MAX], struct err *err) TTA_MUST_CHECK;

/* --- after the portal ---------------------------------------------------------------------------------------- */

/* What the portal sent the person back with. */
struct connect_callback {
    const char *query;                   /* of the callback, raw, without its '?'; NULL: `code` is given */
    const struct secret *code;           /* typed by an operator, who answers for it: there is no state to check */
    const struct connect_target *target; /* the state must be of it (operator); NULL: whatever the state is of */
    const char *who;                     /* who brings it */
};

enum connect_end {
    CONNECT_REPLACED,      /* the new token stands in the old one's file */
    CONNECT_KEPT,          /* the new one is a token of its own, the old one stays */
    CONNECT_DENIED,        /* the person said no */
    CONNECT_NO_ACCOUNTS,   /* consent to nothing */
    CONNECT_WRONG_ACCOUNT, /* consent, but not to what was asked for */
    CONNECT_CODE_REFUSED,  /* the code was used, is too old, or cancelled */
    CONNECT_APP_REFUSED,   /* TikTok refuses app_id or secret, or the code is another app's */
    CONNECT_UNREADABLE,    /* no callback of the portal's */
    CONNECT_FORGED,        /* nobody here made this state, or it is long over */
    CONNECT_REPLAYED,      /* this state was used before */
    CONNECT_EXPIRED,       /* this state is too old */
    CONNECT_OTHER,         /* this state is another token's or advertiser's */
    CONNECT_BUSY,          /* another exchange for this token is under way */
    CONNECT_NOT_NOW,       /* nothing was spent: the same callback may be brought again within the hour */
    CONNECT_SPENT,         /* the code may be spent, and no token came of it */
    CONNECT_UNSAVED,       /* the new token is safe in the state folder, but not in its place yet */
};

enum connect_hand { HAND_NOBODY, HAND_DONE, HAND_FAILED }; /* on_new_token: none given, took it, did not */

/* Plain bytes, no pointers: it goes through probe/worker's pipe as it is. */
struct connect_outcome {
    enum connect_end end;
    struct connect_target target;   /* "" where the state is not known */
    char own[SECTION_NAME_MAX + 1]; /* the token's own name where it is kept as one; else "" */
    bool changed;                   /* there is a new token, replaced or kept, whatever `end` says besides */
    size_t covered;                 /* advertisers of the inventory that the new token covers */
    size_t still;                   /* those that the old one covers still */
    bool old_ended;                 /* the old token worked before, and no longer does */
    enum connect_hand hand;
    bool swept;                    /* a sweep has made the result known to the checks */
    bool authorized;               /* and what was asked for reads authorized now */
    char text[CONNECT_TEXT_MAX];   /* for the operator: what happened, and the next step; no final newline */
    char plain[CONNECT_TEXT_MAX];  /* for the advertiser: the same in plain words, nothing of our insides */
    char lines[CONNECT_LINES_MAX]; /* what makes a token of its own permanent; "" nothing to do */
};

/* True for the two ends after which nobody has to come again. */
bool connect_worked(const struct connect_outcome *outcome);

/* The whole: checks the state and uses it up, exchanges the code once, asks what the old and the new token cover,
 * puts the new one where it can only help, hands it over, sweeps, and records it all in the history. Takes
 * seconds, in the worst case CONNECT_TIME_MS and what on_new_token takes. Never fails otherwise than by an end.
 * `env` NULL: the real one. May be ended by kill -9 at any moment: connect_resume goes on from there. */
void connect_finish(const char *config_path, const struct env *env, const struct connect_callback *callback,
                    struct connect_outcome *out);

/* Goes on with an exchange of this token (NULL: of any, one a call) whose process died. False: there is none that
 * could be brought to its end (a named token's tells why: CONNECT_UNSAVED). An exchange that died without a token
 * on disk ends as CONNECT_SPENT, once. */
bool connect_resume(const char *config_path, const struct env *env, const char *token, const char *who,
                    struct connect_outcome *out);

/* Hands the token, as it lies on disk, to on_new_token again, and ends CAUSE_NOT_HANDED_OVER where that works.
 * False with *err. */
bool connect_hand_over(const char *config_path, const struct env *env, const char *token, const char *who,
                       struct err *err) TTA_MUST_CHECK;

#endif
