/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What must outlive a process: history, last states, attempts, quota, behind the domain's own words (SQLite
 * inside). */
#ifndef TTA_EXT_STORE_H
#define TTA_EXT_STORE_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Times are seconds since the epoch (0 = never) unless the name says _ms. Strings in rows handed to a callback
 * live during the call; NULL strings are stored as "". Causes, states and kinds are words of the catalog, so that
 * their numbers may change between releases. After any failure the store is as before the call: every writing
 * function is one transaction, durable when it returns (WAL, synchronous=FULL). */
struct store;

enum store_mode { STORE_READ, STORE_WRITE };

/* Opens (STORE_WRITE: creates with mode 0660, and upgrades an older schema) the database. NULL with *err, which
 * says in words what is wrong: not writable, disk full, damaged, made by a newer release. Waits at most 5 s for
 * other processes. STORE_READ makes no store, and works in a folder where nothing may be written, too. A handle
 * belongs to one thread, and isn't carried over a fork. */
struct store *store_open(const char *path, enum store_mode mode, struct err *err) TTA_MUST_CHECK;
/* The same, waiting at most `patience_ms` for other processes at each step, the opening itself included: for one
 * that has others waiting. */
struct store *store_open_within(const char *path, enum store_mode mode, int patience_ms,
                                struct err *err) TTA_MUST_CHECK;
void store_close(struct store *store);
/* Reads the whole database and says whether it is sound (for doctor). */
bool store_check(struct store *store, struct err *err) TTA_MUST_CHECK;

/* --- what is known of a token -------------------------------------------------------------------------------- */
struct store_fault { /* why an attempt verified nothing; cause "" = no fault */
    const char *cause;
    const char *scope;
    bool has_code;
    int64_t code;
    const char *message;
    const char *request_id;
    int64_t http_status; /* 0: none */
};

struct store_token {
    const char *status; /* "", "alive" or "dead" */
    const char *cause;  /* while dead */
    bool has_code;
    int64_t code;
    const char *message;
    const char *request_id;
    int64_t since;          /* status or cause changed */
    int64_t last_ok;        /* last time it was seen alive */
    int64_t verified_at;    /* last time its status was verified */
    int64_t list_at;        /* last list that counted: its covered grants are verified as of then */
    int64_t mass_since;     /* first list of a mass loss that is being held; 0 none */
    int64_t account_at;     /* last complete account status pass */
    const char *login;      /* whose login it is, as user/info said; "" unknown */
    const char *login_mail; /* masked by the API */
    /* attempts */
    int64_t began_ms, ended_ms; /* of the newest; ended < began: under way, or its process died */
    bool verified;              /* the newest ended attempt verified something */
    int64_t failures;           /* ended attempts in a row that did not */
    const char *secret_stamp;   /* of the token file as it was then */
    struct store_fault fault;   /* of the newest ended attempt */
};

/* What is known of one advertiser under one token. */
struct store_grant {
    const char *advertiser_id;
    const char *status; /* "covered" or "lost" */
    const char *cause;  /* "authorized", an account cause, or why it was lost */
    bool has_code;
    int64_t code;
    const char *message;
    const char *request_id;
    int64_t since;         /* status or cause changed */
    int64_t last_ok;       /* last time covered; kept while lost */
    int64_t verified_at;   /* by a question about this id alone; a covered grant also counts its token's list_at */
    int64_t missing_since; /* first list that left it out while that is unconfirmed; 0 none */
    bool by_info;          /* lost by advertiser/info although the list has it */
    struct store_fault fault; /* why a question about this id alone decided nothing; cause "" = none */
};

struct store_endpoint {
    const char *method;
    const char *path;
    const char *status; /* "present", "missing" or "unverified" */
    const char *cause;
    bool has_code;
    int64_t code;
    const char *message;
    const char *request_id;
    int64_t since;
    int64_t last_ok; /* last time it was seen present */
    int64_t verified_at;
    int64_t asked_at;
};

typedef bool store_token_fn(void *arg, const char *app, const char *token, const struct store_token *row);
typedef bool store_grant_fn(void *arg, const struct store_grant *row);
typedef bool store_endpoint_fn(void *arg, const struct store_endpoint *row);

/* Each hands the rows over (grants ordered by id); a false return of the callback ends the walk and is an error
 * without text. A callback may read other kinds of rows, never write; the same walk inside itself fails. */
bool store_each_token(struct store *store, store_token_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;
/* One token; nothing is called when it is not known. */
bool store_load_token(struct store *store, const char *app, const char *token, store_token_fn *fn, void *arg,
                      struct err *err) TTA_MUST_CHECK;
bool store_each_grant(struct store *store, const char *app, const char *token, store_grant_fn *fn, void *arg,
                      struct err *err) TTA_MUST_CHECK;
bool store_each_endpoint(struct store *store, const char *app, const char *token, store_endpoint_fn *fn, void *arg,
                         struct err *err) TTA_MUST_CHECK;

/* Records that an attempt begins, before anything is sent. */
bool store_begin_attempt(struct store *store, const char *app, const char *token, int64_t now_ms,
                         struct err *err) TTA_MUST_CHECK;

/* The results of one step of a sweep: the token's row whole (its attempt's `began_ms` stays as recorded) and the
 * grants and endpoints that changed. */
struct store_step {
    const char *app;
    const char *token;
    const struct store_token *row;
    const struct store_grant *grants;
    size_t grant_count;
    const struct store_endpoint *endpoints;
    size_t endpoint_count;
};
bool store_commit_step(struct store *store, const struct store_step *step, struct err *err) TTA_MUST_CHECK;
/* One row of history for an ended sweep. */
struct store_sweep {
    const char *app;
    const char *token;
    int64_t began, ended;
    bool verified;
    int64_t calls;
    int64_t throttled;
    const char *fault; /* cause; "" none */
};
bool store_add_sweep(struct store *store, const struct store_sweep *row, struct err *err) TTA_MUST_CHECK;
/* Whose login a token is; keeps the rest of its row. */
bool store_set_login(struct store *store, const char *app, const char *token, const char *login, const char *mail,
                     struct err *err) TTA_MUST_CHECK;

/* --- refreshes ----------------------------------------------------------------------------------------------- */
/* What is known of the refreshes of one token (core/refresh gives it its meaning); never a token itself. */
struct store_refresh {
    int64_t began_ms, ended_ms; /* of the newest; ended < began: the intent of one whose result is not known */
    const char *result;         /* of the newest that ended: a word; "" none */
    struct store_fault said;    /* with that result */
    int64_t failures;           /* in a row */
    int64_t lost;               /* answers in a row */
    int64_t expires, refresh_expires; /* of the tokens in the file; 0 not known */
    const char *stamp;                /* of the token file as it was then */
};
typedef bool store_refresh_fn(void *arg, const struct store_refresh *row);
/* One token's; nothing is called when it has none. */
bool store_load_refresh(struct store *store, const char *app, const char *token, store_refresh_fn *fn, void *arg,
                        struct err *err) TTA_MUST_CHECK;
/* Replaces the row whole. An intent is put so before its request is sent. */
bool store_put_refresh(struct store *store, const char *app, const char *token, const struct store_refresh *row,
                       struct err *err) TTA_MUST_CHECK;

/* --- verdicts and events ------------------------------------------------------------------------------------- */
/* kind: api, app, token, client, endpoint or advertiser; id: its name or advertiser id ("" for api). */
struct store_verdict {
    const char *kind;
    const char *app;
    const char *id;
    const char *state;
    const char *cause;
    int64_t since;
    int64_t first_ok;   /* first time it was ever OK; 0 never */
    int64_t first_seen; /* first time it was judged */
};
struct store_event {
    int64_t id; /* given by the store, ascending; ignored when adding */
    int64_t at;
    const char *kind;
    const char *app;
    const char *object; /* its name or advertiser id */
    const char *name;   /* display name */
    const char *state, *old_state;
    const char *cause, *old_cause;
    bool has_code;
    int64_t code;
    const char *message;
    const char *request_id;
    const char *root_kind, *root_id;
    const char *note; /* "baseline", "retired by alice", ...; "" none */
    const char *who;  /* who did it: a user's name, or "remote 192.0.2.7"; "" nobody, it was found */
};
typedef bool store_verdict_fn(void *arg, const struct store_verdict *row);
typedef bool store_event_fn(void *arg, const struct store_event *row);
bool store_each_verdict(struct store *store, store_verdict_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;
/* One verdict; nothing is called when there is none. */
bool store_load_verdict(struct store *store, const char *kind, const char *app, const char *id,
                        store_verdict_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;
/* Changed verdicts and their events, together. `gone` verdicts (state NULL) are removed. */
bool store_commit_verdicts(struct store *store, const struct store_verdict *verdicts, size_t verdict_count,
                           const struct store_event *events, size_t event_count, struct err *err) TTA_MUST_CHECK;
/* Events of one object (kind and app may be NULL: any), newest first, at most `most`. */
bool store_history(struct store *store, const char *kind, const char *app, const char *object, size_t most,
                   store_event_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;
/* An event, and whether a verdict of its object stands still: false when that has left the inventory. */
typedef bool store_change_fn(void *arg, const struct store_event *event, bool stands);
/* All events of the objects of a kind that changed at `since` or later, or are not OK now: ordered by object, and
 * each object's oldest first, all as of one moment. */
bool store_changes_since(struct store *store, const char *kind, int64_t since, store_change_fn *fn, void *arg,
                         struct err *err) TTA_MUST_CHECK;
/* When the oldest event that is kept happened; 0: there is none. */
bool store_history_begins(struct store *store, int64_t *at, struct err *err) TTA_MUST_CHECK;
/* Forgets events, alerts and sweeps that ended before `before`, and from which address a remote person did what
 * happened before `remote_before`: "remote" alone is left. */
bool store_prune(struct store *store, int64_t before, int64_t remote_before, struct err *err) TTA_MUST_CHECK;

/* --- alerts -------------------------------------------------------------------------------------------------- */
/* What was told last of a root cause (core/alert). */
struct store_told {
    const char *kind, *app, *id;
    const char *name, *owner, *client;
    const char *state, *cause;
    int64_t at;
    bool alone; /* by an alert of its own, not by a summary */
    const char *seen_state, *seen_cause;
    int64_t unheard;
};
/* Something to tell. */
struct store_alert {
    int64_t number; /* given by the store, ascending, never twice; ignored when adding */
    int64_t at;
    bool summary;
    const char *kind, *app, *object, *name, *owner, *client;
    const char *state, *old_state, *cause, *old_cause;
    bool has_code;
    int64_t code;
    const char *message, *request_id;
    const char *urgency, *actor, *action, *fix, *reauth_url;
    int64_t members, since, changes, suppressed;
    const char *note;
};
typedef bool store_told_fn(void *arg, const struct store_told *row);
typedef bool store_alert_fn(void *arg, const struct store_alert *row);
bool store_each_told(struct store *store, store_told_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;
/* *begun: a board was compared with what was told before; else this is the first. */
bool store_alerts_begun(struct store *store, bool *begun, struct err *err) TTA_MUST_CHECK;
/* All that comes of one board, together. */
struct store_board {
    const struct store_verdict *verdicts; /* as store_commit_verdicts has them */
    size_t verdict_count;
    const struct store_event *events;
    size_t event_count;
    const struct store_told *told; /* put; state NULL: removed */
    size_t told_count;
    const struct store_alert *alerts; /* numbered in this order */
    size_t alert_count;
    bool told_compared; /* with what was told: from then on the alerts have begun */
};
/* Takes the write lock, so that what was told is read and written by one process at a time. Commit or abandon ends
 * it; a commit that fails has ended it too. Between them store_each_told, store_alerts_begun and no other writer.
 */
bool store_begin_board(struct store *store, struct err *err) TTA_MUST_CHECK;
void store_abandon_board(struct store *store);
bool store_commit_board(struct store *store, const struct store_board *board, struct err *err) TTA_MUST_CHECK;
bool store_add_alert(struct store *store, const struct store_alert *alert, struct err *err) TTA_MUST_CHECK;
/* Sets a reader's place (a named value) and adds its first alert, together. */
bool store_begin_reader(struct store *store, const char *name, const char *place, const struct store_alert *first,
                        struct err *err) TTA_MUST_CHECK;
/* Alerts with numbers above `after`, in order, at most `most`. */
bool store_alerts_after(struct store *store, int64_t after, size_t most, store_alert_fn *fn, void *arg,
                        struct err *err) TTA_MUST_CHECK;
/* The highest number ever given (0: none) and how many of them are above `after`. */
bool store_alert_count(struct store *store, int64_t after, int64_t *last, int64_t *count,
                       struct err *err) TTA_MUST_CHECK;

/* --- retired advertisers ------------------------------------------------------------------------------------- */
typedef bool store_retired_fn(void *arg, const char *app, const char *advertiser_id, int64_t at, const char *who);
bool store_retire(struct store *store, const char *app, const char *advertiser_id, int64_t at, const char *who,
                  struct err *err) TTA_MUST_CHECK;
bool store_unretire(struct store *store, const char *app, const char *advertiser_id,
                    struct err *err) TTA_MUST_CHECK;
bool store_each_retired(struct store *store, store_retired_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;

/* --- authorizations under way -------------------------------------------------------------------------------- */
/* A link to TikTok's portal that was given out; its state is kept as its digest alone. */
struct store_link {
    const char *digest; /* hexadecimal SHA-256 */
    const char *app, *token;
    const char *advertiser_id; /* "": the token as a whole */
    const char *who;
    int64_t made, expires;
    int64_t used; /* 0: not yet */
};
typedef void store_link_fn(void *arg, const struct store_link *link);
/* Adds one, and forgets those that expired before `forget_before`. */
bool store_add_link(struct store *store, const struct store_link *link, int64_t forget_before,
                    struct err *err) TTA_MUST_CHECK;
/* Nothing is called when it is not known. */
bool store_find_link(struct store *store, const char *digest, store_link_fn *fn, void *arg,
                     struct err *err) TTA_MUST_CHECK;
/* An exchange that has begun and not come to its end: one a token. */
struct store_exchange {
    const char *app, *token;
    const char *advertiser_id; /* "": the token as a whole */
    const char *who;
    int64_t began; /* s */
};
typedef bool store_exchange_fn(void *arg, const struct store_exchange *exchange);
/* Uses the link up and records that the exchange begins, together; *fresh false: the link was used before or has
 * expired, and nothing is recorded. `digest` NULL: there is no link. */
bool store_begin_exchange(struct store *store, const char *digest, const struct store_exchange *exchange,
                          bool *fresh, struct err *err) TTA_MUST_CHECK;
bool store_end_exchange(struct store *store, const char *app, const char *token, struct err *err) TTA_MUST_CHECK;
/* Makes a link usable again: nothing came of its use. */
bool store_renew_link(struct store *store, const char *digest, struct err *err) TTA_MUST_CHECK;
bool store_each_exchange(struct store *store, store_exchange_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;
/* A new token that on_new_token has not taken. */
struct store_handover {
    const char *app, *token;
    int64_t since;
    const char *why;
};
typedef bool store_handover_fn(void *arg, const struct store_handover *handover);
bool store_put_handover(struct store *store, const struct store_handover *handover,
                        struct err *err) TTA_MUST_CHECK;
bool store_end_handover(struct store *store, const char *app, const char *token, struct err *err) TTA_MUST_CHECK;
bool store_each_handover(struct store *store, store_handover_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;
/* The scope that a token was issued with: numbers, a blank between two. Never said: *scope is NULL; else the
 * caller frees it. */
bool store_set_scope(struct store *store, const char *app, const char *token, int64_t at, const char *scope,
                     struct err *err) TTA_MUST_CHECK;
bool store_get_scope(struct store *store, const char *app, const char *token, int64_t *at, char **scope,
                     struct err *err) TTA_MUST_CHECK;

/* --- watched uploads ----------------------------------------------------------------------------------------- */
/* What core/upload knows of one; app, advertiser and video name it. */
struct store_upload {
    const char *app, *advertiser_id, *video_id;
    const char *granted_by; /* "us" or "client" */
    const char *cause;
    const char *fault; /* "authorized": none */
    bool has_code;
    int64_t code;
    const char *message, *request_id;
    int64_t since, verified_at, asked_at, next_at;
    int64_t asked;
    int64_t deadline;
};
typedef bool store_upload_fn(void *arg, const struct store_upload *row);
/* Begins to watch; one that is watched already begins anew. */
bool store_watch(struct store *store, const struct store_upload *rows, size_t count,
                 struct err *err) TTA_MUST_CHECK;
/* Notes what came of questions. One that is watched no longer stays so. */
bool store_note_uploads(struct store *store, const struct store_upload *rows, size_t count,
                        struct err *err) TTA_MUST_CHECK;
/* Ends the watching; only what names a row is looked at. */
bool store_unwatch(struct store *store, const struct store_upload *rows, size_t count,
                   struct err *err) TTA_MUST_CHECK;
/* In the order of app, advertiser, video. */
bool store_each_upload(struct store *store, store_upload_fn *fn, void *arg, struct err *err) TTA_MUST_CHECK;

/* --- forgetting a person ------------------------------------------------------------------------------------- */
struct store_forget {
    const char *kind; /* advertiser, client; or token: whose login it is */
    const char *app;  /* of a token */
    const char *id;
    bool history_only; /* events and alerts alone */
    const char *const
        *word; /* what is taken out of the texts of other rows, such as an id in a message of TikTok's */
    size_t word_count;
    const struct store_event *event; /* added when anything was changed */
    bool only_count;                 /* nothing is changed */
};
/* Removes the rows of it, under whatever app, and the words from others. *changed: rows, each mention counted. */
bool store_forget(struct store *store, const struct store_forget *what, int64_t *changed,
                  struct err *err) TTA_MUST_CHECK;
/* The display names and clients ("name", "client") that an advertiser is known by, each once. */
typedef bool store_word_fn(void *arg, const char *kind, const char *word);
bool store_each_word_of(struct store *store, const char *advertiser_id, store_word_fn *fn, void *arg,
                        struct err *err) TTA_MUST_CHECK;
/* Writes the file anew and empties its log, so that no byte of what was deleted is left in either. False with *err
 * also when another process reads all the while: what was deleted stays so, and the log is emptied later. */
bool store_purge(struct store *store, struct err *err) TTA_MUST_CHECK;

/* --- quota --------------------------------------------------------------------------------------------------- */
/* The counters of one app; all zero when it was never asked. Their meaning is core/quota's. */
struct store_quota {
    int64_t next_ms;
    int64_t minute;
    int64_t minute_count;
    int64_t day;
    int64_t day_count;
    int64_t stopped_until; /* s */
    int64_t slow_until;    /* s */
    int64_t throttled;     /* answers ever */
};
/* Reads the counters, lets `decide` change them, and commits what it left, all under the store's write lock: two
 * processes never take one slot. `decide` doesn't use the store. */
typedef void store_quota_fn(void *arg, struct store_quota *quota);
bool store_update_quota(struct store *store, const char *app, store_quota_fn *decide, void *arg,
                        struct err *err) TTA_MUST_CHECK;

/* --- small values -------------------------------------------------------------------------------------------- */
/* Named texts, such as the accepted size of the inventory. Absent: *value is NULL; else the caller frees it. */
bool store_get_value(struct store *store, const char *name, char **value, struct err *err) TTA_MUST_CHECK;
bool store_set_value(struct store *store, const char *name, const char *value, struct err *err) TTA_MUST_CHECK;

#endif
