/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a check answers: a snapshot, looked at for one thing at one moment. */
#ifndef TTA_CORE_JUDGEMENT_H
#define TTA_CORE_JUDGEMENT_H

#include "core/complaint.h"
#include "core/config.h"
#include "core/range.h"
#include "core/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

enum selection_kind { SELECT_ADVERTISER, SELECT_TOKEN, SELECT_APP, SELECT_API, SELECT_ALL };

struct selection {
    enum selection_kind kind;
    const char *app; /* SELECT_APP: its name; SELECT_ADVERTISER: NULL, or the app when the id is under several */
    const char *id;  /* advertiser id or token name */
};

struct thresholds {
    bool has_warning, has_critical;
    struct range warning, critical;
};

enum { JUDGEMENT_NOTES_MAX = 8, JUDGEMENT_TEXT_MAX = 512 };

/* Strings are borrowed from snapshot and config, or point into the judgement itself. */
struct judgement {
    struct selection selection;
    enum state state;
    int64_t now;
    struct verdict verdict; /* as of now: past stale_after it reads not_verified, root cause api */
    struct fault fault;
    const char *name; /* display name of the advertiser; else the name of token or app */
    const char *owner, *client, *token, *app, *app_id, *login, *tokens;
    enum grantor granted_by;
    struct counts counts; /* SELECT_TOKEN, _APP, _ALL */
    bool has_counts;
    uint32_t total;                     /* members counted */
    uint32_t stale;                     /* members that are unverified past stale_after, or were never verified */
    uint32_t never;                     /* those of them that were never verified */
    int64_t age_s;                      /* since verified_at; -1 never */
    const char *fix[FIX_STEPS_MAX + 1]; /* [fix CAUSE] text applied; NULL-terminated */
    const char *fix_short;
    const char *runbook_url;             /* "" none */
    char reauth_url[JUDGEMENT_TEXT_MAX]; /* "" none known */
    bool held;                           /* missing from the list, not confirmed yet */
    int64_t held_since;                  /* 0: not known */
    char refusal[JUDGEMENT_TEXT_MAX];    /* why nothing can be judged ("advertiser 1: not in the inventory; ...");
                                            "" none. The state is then UNKNOWN, and without any snapshot the
                                            timeout_state. */
    char note[JUDGEMENT_NOTES_MAX]
             [JUDGEMENT_TEXT_MAX]; /* complaints, store fault, old snapshot, held losses, ...: shown, no state */
    unsigned note_count;
    unsigned complaint_count; /* SELECT_API: all there are */
    const struct config *config;
    const struct complaints *complaints; /* for listing them; NULL: none */
    const struct snapshot *snapshot;     /* for listing members; NULL when there is none */
    int64_t stale_after_s;
    struct thresholds thresholds;
};

/* Pure. `complaints`: those of the configuration as read now, NULL for none; the snapshot brings its own.
 * `snapshot` NULL: none could be opened, `why` says so (and is the refusal). `timeout_state`: what reads whatever
 * has no known state, all advertisers when none of them has (--timeout-result), STATE_UNKNOWN as a rule. */
void judgement_make(const struct config *config, const struct complaints *complaints,
                    const struct snapshot *snapshot, const char *why, const struct selection *selection,
                    const struct thresholds *thresholds, enum state timeout_state, int64_t now,
                    struct judgement *out);
/* A judgement that only says why there is none: for when not even the configuration can be read. */
void judgement_refuse(const struct selection *selection, enum state state, int64_t now, const char *why,
                      struct judgement *out);
/* Adds a note; beyond JUDGEMENT_NOTES_MAX it is dropped. Long ones are cut. */
void judgement_note(struct judgement *judgement, const char *format, ...) TTA_PRINTF(2, 3);

/* The verdict of a row as it reads at `now`: past stale_after without verification it is not_verified by root
 * cause api; `retired` never ages, and one that was never verified keeps the fault that it names as its cause. */
void verdict_at(const struct config *config, const struct verdict *verdict, int64_t stale_after_s, int64_t now,
                struct verdict *out);
/* The api's: nothing verified for half an hour is worth a WARNING, whatever stale_after is. */
void verdict_of_quiet_api(struct verdict *verdict, int64_t age_s);

#endif
