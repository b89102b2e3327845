/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * When a token is refreshed, what became of it, and what is said of a refresh token that nears its end. */
#ifndef TTA_CORE_REFRESH_H
#define TTA_CORE_REFRESH_H

#include "base/buf.h"
#include "core/memory.h"

#include <stdbool.h>
#include <stdint.h>

/* The life of one token's refreshes:
 *
 *   RESTING ---intent---> UNDER WAY ---answer, file written---------------> RESTING (done)
 *                            |  \-----answer, file can't be written-------> KEPT ---written---> RESTING (done)
 *                            |-----------answer: no such refresh token----> REFUSED
 *                            |-----------fault that decides nothing-------> RESTING (fault), tried again later
 *                            |-----------sent, and no answer came---------> LOST, tried once more
 *                            +-----------its process died-----------------> LOST, tried once more
 *
 * UNDER WAY is an intent without a result; whoever holds the token's lock and finds one knows that its process
 * died (refresh_bury). REFUSED and a second LOST in a row end it until there is another token file. */
enum refresh_result {
    REFRESH_NEVER,
    REFRESH_DONE,
    REFRESH_KEPT,    /* the new tokens lie in the state folder, the token file has the old ones */
    REFRESH_REFUSED, /* the refresh token is not valid */
    REFRESH_FAULT,   /* nothing is decided */
    REFRESH_UNABLE,  /* the token file can't be rewritten, or a secret is missing: nothing was sent */
    REFRESH_LOST,    /* sent, and the answer was not to be had */
};
const char *refresh_result_name(enum refresh_result result);
/* A word of another release reads as REFRESH_NEVER. */
enum refresh_result refresh_result_from_name(const char *name);

enum {
    REFRESH_LOST_MAX = 2,           /* answers lost in a row: then only a person can help */
    REFRESH_WARNING_S = 30 * 86400, /* before the refresh token ends */
    REFRESH_CRITICAL_S = 7 * 86400,
};

/* What is remembered. */
struct refresh {
    int64_t began_ms, ended_ms;       /* of the newest; ended < began: under way, or its process died */
    enum refresh_result result;       /* of the newest that ended */
    struct said said;                 /* with it */
    int64_t failures;                 /* faults in a row */
    int64_t lost;                     /* answers lost in a row */
    int64_t expires, refresh_expires; /* of the tokens in the file, s; 0 not known */
    char *stamp;                      /* of the token file as the newest one found or left it; NULL = "" */
};
void refresh_free(struct refresh *refresh);

/* All that is known of one token's renewal now. */
struct refresh_watch {
    bool watched;         /* kind = tt_user */
    bool wanted;          /* refresh = yes, or a person asks for it */
    bool has_pair;        /* the token file holds a refresh token */
    bool kept;            /* new tokens lie in the state folder, because the token file could not be written */
    char *fault;          /* why the file can't be read so; NULL none */
    char *stamp;          /* of the token file as it is */
    struct refresh known; /* of this very file: refresh_of_file */
    int64_t expires, refresh_expires; /* as the file has them, else as the last answer told; 0 not known */
    int64_t interval_s;               /* between two rounds, so that its turn is not missed; 0 not known */
    bool expired_seen;                /* a sweep was told that the access token has ended */
};
void refresh_watch_free(struct refresh_watch *watch);

/* Forgets what is of another token file: a new one is a new beginning, whoever wrote it. */
void refresh_of_file(struct refresh *refresh, const char *stamp);
/* The ends as the file has them (0: not), else as known. */
void refresh_set_ends(struct refresh_watch *watch, int64_t expires, int64_t refresh_expires);

enum refresh_turn {
    REFRESH_NOT_WANTED,
    REFRESH_UNDER_WAY, /* or its process died: who holds the lock knows */
    REFRESH_NO_PAIR,   /* the file holds no refresh token */
    REFRESH_OVER,      /* refused, lost twice, or past its end: another token file is needed */
    REFRESH_LATER,     /* not due yet */
    REFRESH_HELD_BACK, /* after a failure */
    REFRESH_NOW,
};
/* Whether the token is to be refreshed at `now` (s); *at: when it will be (REFRESH_LATER, REFRESH_HELD_BACK). Its
 * name spreads tokens that end together over an hour. `at_once`: a person asks, who does not wait for the time. */
enum refresh_turn refresh_turn_of(const struct refresh_watch *watch, const char *name, bool at_once, int64_t now,
                                  int64_t *at);

/* --- transitions; times in ms since the epoch -----------------------------------------------------------------
 */
bool refresh_is_under_way(const struct refresh *refresh);
/* Ends one whose process died: its answer is lost. */
void refresh_bury(struct refresh *refresh, int64_t now_ms);
/* Each copies what it is given. False: out of memory, and texts are left out. */
bool refresh_begin(struct refresh *refresh, const char *stamp, int64_t now_ms) TTA_MUST_CHECK;
bool refresh_end(struct refresh *refresh, enum refresh_result result, const struct said *said,
                 int64_t now_ms) TTA_MUST_CHECK;
/* As refresh_end, with the ends of the new tokens and the file that has them (REFRESH_DONE), or the one that could
 * not be written (REFRESH_KEPT; `said` says why). */
bool refresh_end_new(struct refresh *refresh, enum refresh_result result, const struct said *said, int64_t expires,
                     int64_t refresh_expires, const char *stamp, int64_t now_ms) TTA_MUST_CHECK;

/* --- what is said ------------------------------------------------------------------------------------------- */
struct refresh_verdict {
    bool due;         /* the verdict of a living token is refresh_due */
    bool critical;    /* else a warning */
    struct said said; /* why; owned */
};
/* False: out of memory. */
bool refresh_judge(const struct refresh_watch *watch, int64_t now, struct refresh_verdict *out) TTA_MUST_CHECK;
/* Appends "the refresh token ends at 2027-..." or that this is not known; nothing for a token that is not watched.
 */
void refresh_note(const struct refresh_watch *watch, struct buf *out);

/* Why an answer whose code is 0 brings no usable pair of tokens; false with the sentence. */
struct refresh_tokens {
    const char *access, *refresh;           /* borrowed from the answer; refresh NULL: the old one stays */
    int64_t expires_in, refresh_expires_in; /* s; 0 not told */
};
bool refresh_read_answer(const struct answer *answer, struct refresh_tokens *out, struct err *why) TTA_MUST_CHECK;
/* What an answer without usable tokens came to. */
enum refresh_result refresh_result_of(const struct answer *answer, bool sent);

#endif
