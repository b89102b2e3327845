/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the files of an authorization share.
 *
 * One exchange, and what a kill -9 leaves at each step; connect_resume goes on from there:
 *
 *   made ready   nothing                          room for the new token is taken, the lock is held
 *   begun        link used, exchange recorded     told as CONNECT_SPENT: nobody knows whether the code was
 *   fresh        the same, and ".new-TOKEN"       goes on: the token is on disk before anything is done with it
 *   placed       the same, the token in its file  goes on: the same token is put there again
 *   to hand over a hand-over waits; no exchange   CAUSE_NOT_HANDED_OVER until connect_hand_over works */
#ifndef TTA_PROBE_CONNECT_PRIVATE_H
#define TTA_PROBE_CONNECT_PRIVATE_H

#include "base/file.h"
#include "base/lock.h"
#include "core/oauth_choice.h"
#include "core/oauth_grant.h"
#include "ext/store.h"
#include "probe/connect.h"

/* What a token covers, as its list says now. */
struct connect_coverage {
    enum oauth_old status;
    char (*id)[ADVERTISER_ID_MAX + 1]; /* in the order of core/memory */
    size_t count, room;
    char why[ERR_TEXT_MAX]; /* OLD_DEAD, OLD_UNKNOWN: what was said */
};

struct connecting {
    const char *config_path;
    const struct env *env;
    struct http *http; /* behind env, where it is the real one */
    struct env own_env;
    const char *who;
    struct setup *setup;
    const struct config *config;
    struct store *store;
    struct lock_file *locks;
    size_t token; /* SIZE_MAX: not known yet */
    int64_t deadline_ms;
    char *fresh_path;
    struct file_room *fresh, *place; /* room for the new token: on its own, and in the old one's file */
    char fixed[ERR_TEXT_MAX];        /* why the old token's file can't be rewritten; "" it can */
    struct oauth_grant grant;
    bool resumed;      /* the exchange is another process's, which died or could not end it */
    bool contradicted; /* TikTok told of accounts with the new token that its list leaves out */
    bool on_disk;      /* the new token lies on its own already: whatever happens, it is not lost */
    struct oauth_judgement judgement;
    enum oauth_old old;
    char said[ERR_TEXT_MAX];       /* what TikTok said, or what is wrong here: the reason of the end; safe */
    char place_path[ERR_TEXT_MAX]; /* where the new token lies now; "" nowhere */
    struct connect_outcome *out;
};

int64_t connect_now(const struct connecting *c); /* s */
const struct config_token *connect_token(const struct connecting *c);
const struct config_app *connect_app(const struct connecting *c);
/* Reads configuration, inventory and our own list of tokens anew. False with *err: what was read before stands, or
 * the token has left it. */
bool connect_reload(struct connecting *c, struct err *err) TTA_MUST_CHECK;
/* The advertiser of the inventory that was asked for; NULL: the token as a whole, or it is not there. */
const struct advertiser *connect_advertiser(const struct connecting *c);

/* --- connect_exchange.c -------------------------------------------------------------------------------------- */
/* Uses the link up without an exchange. */
void connect_spend_link(struct connecting *c, const char *digest);
/* Sends the code. True: the new token is in c->grant. False: it has ended, and c->said tells why; where nothing
 * was spent the link may be used again. `digest` NULL: there is none. */
bool connect_exchange(struct connecting *c, const struct secret *code, const struct secret *app_secret,
                      const char *digest) TTA_MUST_CHECK;
/* The exchange that is recorded is over. */
void connect_end_exchange(struct connecting *c);

/* --- connect_cover.c ----------------------------------------------------------------------------------------- */
/* Asks for the list; `secret` NULL: the token's own. */
void connect_ask_list(const struct connecting *c, const struct secret *secret, struct connect_coverage *out);
bool connect_covers(const struct connect_coverage *coverage, const char *advertiser_id) TTA_MUST_CHECK;
void connect_coverage_free(struct connect_coverage *coverage);
/* Asks what both tokens cover and judges. False, with c->said: what the new one covers can't be known now. */
bool connect_judge(struct connecting *c) TTA_MUST_CHECK;

/* --- connect_place.c ----------------------------------------------------------------------------------------- */
/* Fills c->fixed where nobody could rewrite the old token's file. */
void connect_note_fixed(struct connecting *c);
/* Takes room for the new token before its code is spent. False with *err: nothing may be spent. */
bool connect_take_room(struct connecting *c, struct err *err) TTA_MUST_CHECK;
bool connect_keep_fresh(struct connecting *c, struct err *err) TTA_MUST_CHECK;
/* The token of an exchange that died; false: there is none. */
bool connect_read_fresh(struct connecting *c) TTA_MUST_CHECK;
void connect_drop_fresh(struct connecting *c);
/* Puts the new token where c->judgement wants it, and reads the setup anew. False with *err: it lies where
 * connect_keep_fresh put it, and nowhere else. */
bool connect_put(struct connecting *c, struct err *err) TTA_MUST_CHECK;

/* --- connect_hand.c ------------------------------------------------------------------------------------------ */
/* Records that the token (by name) is to be handed over, where anybody wants it. */
void connect_expect_hand(const struct connecting *c, const char *token);
/* Runs on_new_token. */
enum connect_hand connect_hand(const struct connecting *c, const char *token, struct err *err);

/* --- connect_words.c ----------------------------------------------------------------------------------------- */
/* Fills text, plain and lines of the outcome. `why` adds what is wrong with the hand-over. */
void connect_words(struct connecting *c, const char *hand_fault);
/* "re-authorized", "token kept as emea-acme", "authorization denied", ... for the history. */
void connect_what(const struct connecting *c, char *out, size_t size);

#endif
