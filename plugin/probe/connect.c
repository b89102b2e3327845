/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One authorization from the callback to the checks that are OK again. */
#include "probe/connect.h"

#include "base/log.h"
#include "core/inventory.h"
#include "core/oauth_callback.h"
#include "core/snapshot.h"
#include "probe/audit.h"
#include "probe/connect_digest.h"
#include "probe/connect_private.h"
#include "probe/round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOCK_NAME_MAX = 2 * SECTION_NAME_MAX + 16, SWEEP_TIME_MS = 60 * 1000 };

int64_t connect_now(const struct connecting *c)
{
    return c->env->wall_ms(c->env->ctx) / 1000;
}

const struct config_token *connect_token(const struct connecting *c)
{
    return &c->config->token[c->token];
}

const struct config_app *connect_app(const struct connecting *c)
{
    return &c->config->app[connect_token(c)->app];
}

const struct advertiser *connect_advertiser(const struct connecting *c)
{
    const char *id = c->out->target.advertiser;

    return id[0] ? inventory_find(c->config, setup_inventory(c->setup), c->out->target.app, id, NULL) : NULL;
}

bool connect_worked(const struct connect_outcome *outcome)
{
    return outcome->end == CONNECT_REPLACED || outcome->end == CONNECT_KEPT;
}

/* Ends there, with what was said. */
static void end(struct connecting *c, enum connect_end how, const char *said)
{
    c->out->end = how;
    (void)snprintf(c->said, sizeof(c->said), "%s", said); /* cut is fine */
}

/* --- what all of it needs ------------------------------------------------------------------------------------ */

static bool load(struct connecting *c, struct err *err)
{
    c->setup = setup_load(&(struct setup_options){.config_path = c->config_path}, err);
    if (c->setup)
        c->config = setup_config(c->setup);
    return c->setup != NULL;
}

static bool same_file(const struct config_token *a, const struct config_token *b)
{
    return a->token_file && b->token_file && strcmp(a->token_file, b->token_file) == 0;
}

bool connect_reload(struct connecting *c, struct err *err)
{
    struct setup *setup = setup_load(&(struct setup_options){.config_path = c->config_path}, err);
    size_t token = setup ? config_find_token(setup_config(setup), c->out->target.token) : SIZE_MAX;
    bool moved;

    if (setup && token == SIZE_MAX) {
        setup_free(setup);
        return err_set(err, "token %s is not in %s any more", c->out->target.token, c->config_path);
    }
    if (!setup)
        return false;
    moved = !same_file(connect_token(c), &setup_config(setup)->token[token]);
    setup_free(c->setup);
    c->setup = setup;
    c->config = setup_config(setup);
    c->token = token;
    if (moved) { /* what was made ready is for another file */
        file_room_free(c->place);
        c->place = NULL;
        connect_note_fixed(c);
    }
    return true;
}

static bool open_all(struct connecting *c, struct err *err)
{
    char *path;

    if (!load(c, err))
        return false;
    if (!c->env) {
        c->http = setup_http(c->setup, err);
        if (!c->http)
            return false;
        c->own_env = env_real(c->http);
        c->env = &c->own_env;
    }
    c->deadline_ms = c->env->mono_ms(c->env->ctx) + CONNECT_TIME_MS - SWEEP_TIME_MS;
    c->store = store_open(c->config->store_path, STORE_WRITE, err);
    path = config_state_file(c->config, "connect.lock");
    if (c->store)
        c->locks = path ? lock_open(path, err) : NULL;
    if (!path)
        err_set(err, "out of memory");
    free(path);
    return c->store && c->locks;
}

static void close_all(struct connecting *c)
{
    oauth_grant_clear(&c->grant);
    file_room_free(c->fresh);
    file_room_free(c->place);
    free(c->fresh_path);
    lock_close(c->locks);
    if (c->store)
        store_close(c->store);
    if (c->http)
        http_free(c->http);
    setup_free(c->setup);
}

/* The token by its name, with what is known of the target. False with *err. */
static bool take_token(struct connecting *c, const char *token, const char *advertiser, struct err *err)
{
    char relative[SECTION_NAME_MAX + 32];

    if (!connect_target_find(c->setup, token, NULL, advertiser[0] ? advertiser : NULL, &c->out->target, err))
        return false;
    c->token = config_find_token(c->config, token);
    (void)snprintf(relative, sizeof(relative), "tokens/.new-%s", token); /* fits: the name of a section */
    free(c->fresh_path);
    c->fresh_path = config_state_file(c->config, relative);
    return c->fresh_path || err_set(err, "out of memory");
}

/* One exchange a token at a time; it ends with this process. */
static enum lock_result lock(struct connecting *c, struct err *err)
{
    char name[LOCK_NAME_MAX];

    (void)snprintf(name, sizeof(name), "connect/%s/%s", connect_app(c)->name, connect_token(c)->name); /* fits */
    return lock_try(c->locks, name, err);
}

/* --- the history --------------------------------------------------------------------------------------------- */

static void record(const struct connecting *c, const char *kind, const char *object, const char *name,
                   const char *what)
{
    struct err err = {""};

    if (!audit_record(c->store,
                      &(struct audit){
                          .at = connect_now(c),
                          .kind = kind,
                          .app = c->out->target.app,
                          .object = object,
                          .name = name,
                          .who = c->who,
                          .what = what,
                          .result = c->said,
                      },
                      &err))
        log_warning("connect", "%s", err.text);
}

/* Of the token, of the token that is kept beside it, and of the advertiser that was asked for. */
static void record_all(const struct connecting *c)
{
    const struct connect_target *target = &c->out->target;
    char what[160];

    if (!c->store || !target->token[0])
        return;
    connect_what(c, what, sizeof(what));
    record(c, "token", target->token, NULL, what);
    if (c->out->own[0])
        record(c, "token", c->out->own, NULL, what);
    if (target->advertiser[0])
        record(c, "advertiser", target->advertiser, target->name, what);
}

/* --- the callback -------------------------------------------------------------------------------------------- */

/* A link as the store has it. */
struct link {
    bool found;
    char app[SECTION_NAME_MAX + 1], token[SECTION_NAME_MAX + 1], advertiser[ADVERTISER_ID_MAX + 1];
    int64_t expires, used;
};

static void copy_link(void *arg, const struct store_link *row)
{
    struct link *link = arg;

    link->found = true;
    link->expires = row->expires;
    link->used = row->used;
    (void)snprintf(link->app, sizeof(link->app), "%s", row->app); /* these fit: we wrote them */
    (void)snprintf(link->token, sizeof(link->token), "%s", row->token);
    (void)snprintf(link->advertiser, sizeof(link->advertiser), "%s", row->advertiser_id);
}

static bool is_of(const struct link *link, const struct connect_target *target)
{
    return strcmp(link->app, target->app) == 0 && strcmp(link->token, target->token) == 0 &&
           strcmp(link->advertiser, target->advertiser) == 0;
}

/* Finds out whose the state is, and whether it may be used. False: it has ended. */
static bool check_state(struct connecting *c, const struct connect_callback *callback, const char *state,
                        char digest[CONNECT_DIGEST_LEN + 1])
{
    struct link link = {.found = false};
    struct err err = {""};

    connect_digest(state, digest);
    if (state[0] && !store_find_link(c->store, digest, copy_link, &link, &err))
        end(c, CONNECT_NOT_NOW, err.text);
    else if (!link.found)
        end(c, CONNECT_FORGED, "");
    else if (callback->target && !is_of(&link, callback->target))
        end(c, CONNECT_OTHER, link.token);
    else if (link.used)
        end(c, CONNECT_REPLAYED, "");
    else if (link.expires <= connect_now(c))
        end(c, CONNECT_EXPIRED, "");
    else if (!take_token(c, link.token, link.advertiser, &err))
        end(c, CONNECT_NOT_NOW, err.text);
    else
        return true;
    return false;
}

/* --- what becomes of the token ------------------------------------------------------------------------------- */

static void keep_scope(const struct connecting *c, const char *token)
{
    struct err err = {""};

    if (c->grant.scope[0] &&
        !store_set_scope(c->store, c->out->target.app, token, connect_now(c), c->grant.scope, &err))
        log_warning("connect", "%s", err.text);
}

/* Asks about one token and publishes; the snapshot's bytes tell what was asked for. */
static void sweep(struct connecting *c, const char *token)
{
    struct round *round = round_new(c->env, c->setup,
                                    &(struct round_options){
                                        .selection = {.kind = SELECT_TOKEN, .id = token},
                                        .began_ms = c->env->wall_ms(c->env->ctx),
                                        .deadline_ms = c->env->mono_ms(c->env->ctx) + SWEEP_TIME_MS,
                                        .ignore_backoff = true,
                                    });
    struct snapshot *snapshot = NULL;
    const struct connect_target *target = &c->out->target;
    struct board_advertiser a;
    struct board_token t;
    struct board_app app;
    uint32_t app_index = 0, index = 0;
    struct err err = {""};

    if (!round)
        return;
    round_run(round);
    c->out->swept = round_result(round)->published;
    if (buf_len(round_snapshot(round)) > 0)
        snapshot = snapshot_open(buf_text(round_snapshot(round)), buf_len(round_snapshot(round)), &err);
    if (snapshot && snapshot_find_app(snapshot, target->app, &app, &app_index)) {
        if (target->advertiser[0])
            c->out->authorized = snapshot_find_advertiser(snapshot, app_index, target->advertiser, &a, &index) &&
                                 a.verdict.state == STATE_OK;
        else
            c->out->authorized = snapshot_find_token(snapshot, target->token, &t, &index) &&
                                 (t.verdict.cause == CAUSE_AUTHORIZED || t.verdict.cause == CAUSE_NOT_HANDED_OVER);
    }
    snapshot_close(snapshot);
    round_free(round);
}

/* Our own list of tokens may have changed. */
static void sweep_all(struct connecting *c)
{
    struct err err = {""};

    if (!connect_reload(c, &err)) {
        log_warning("connect", "%s", err.text);
        return;
    }
    if (c->out->own[0])
        sweep(c, c->out->own);
    sweep(c, c->out->target.token);
}

/* True when the token, kept on its own by now, is where it belongs. */
static bool settle(struct connecting *c)
{
    struct connect_outcome *out = c->out;
    struct err err = {""};

    /* The inventory may have grown, or the token gone, while the code was on its way. */
    if (!connect_reload(c, &err)) {
        end(c, CONNECT_UNSAVED, err.text);
        return false;
    }
    if (!connect_judge(c)) {
        out->end = CONNECT_UNSAVED;
        return false;
    }
    if (c->judgement.choice == CHOOSE_DROP) {
        (void)snprintf(c->said, sizeof(c->said), "nothing was changed");
        if (out->end != CONNECT_NO_ACCOUNTS)
            out->end = CONNECT_WRONG_ACCOUNT;
        return true;
    }
    if (!connect_put(c, &err)) {
        end(c, CONNECT_UNSAVED, err.text);
        return false;
    }
    out->changed = true;
    (void)snprintf(c->said, sizeof(c->said), "the new token covers %zu of the expected accounts", out->covered);
    if (!c->judgement.satisfied)
        out->end = CONNECT_WRONG_ACCOUNT;
    else
        out->end = c->judgement.choice == CHOOSE_REPLACE ? CONNECT_REPLACED : CONNECT_KEPT;
    return true;
}

/* From the fresh token on: the same for one that has just come and for one that a process left behind. */
static void go_on(struct connecting *c)
{
    struct connect_outcome *out = c->out;
    const char *token;
    struct err fault = {""};

    out->end = CONNECT_REPLACED;
    if (!settle(c)) {
        if (!c->on_disk) {
            out->end = CONNECT_SPENT;
            connect_end_exchange(c);
        }
        if (!c->resumed) /* else it is in the history already */
            record_all(c);
        connect_words(c, "");
        return;
    }
    token = out->own[0] ? out->own : out->target.token;
    if (out->changed) {
        keep_scope(c, token);
        connect_expect_hand(c, token);
    }
    record_all(c);
    connect_drop_fresh(c);
    connect_end_exchange(c);
    if (out->changed) {
        out->hand = connect_hand(c, token, &fault);
        sweep_all(c);
    }
    connect_words(c, fault.text);
}

/* --- an exchange that died ----------------------------------------------------------------------------------- */

struct search {
    const char *token; /* NULL: any */
    size_t passed;     /* of those that fit, so many are not meant */
    bool found;
    char app[SECTION_NAME_MAX + 1], name[SECTION_NAME_MAX + 1], advertiser[ADVERTISER_ID_MAX + 1];
};

static bool look_at_exchange(void *arg, const struct store_exchange *row)
{
    struct search *s = arg;

    if (s->found || (s->token && strcmp(row->token, s->token) != 0))
        return true;
    if (s->passed > 0) {
        s->passed--;
        return true;
    }
    s->found = true;
    (void)snprintf(s->app, sizeof(s->app), "%s", row->app); /* these fit: we wrote them */
    (void)snprintf(s->name, sizeof(s->name), "%s", row->token);
    (void)snprintf(s->advertiser, sizeof(s->advertiser), "%s", row->advertiser_id);
    return true;
}

static bool find_exchange(const struct connecting *c, struct search *s)
{
    struct err err = {""};

    return store_each_exchange(c->store, look_at_exchange, s, &err) && s->found;
}

/* Goes on with it, under the token's lock. */
static void resume(struct connecting *c)
{
    c->resumed = true;
    if (connect_read_fresh(c)) {
        connect_note_fixed(c);
        go_on(c);
        return;
    }
    end(c, CONNECT_SPENT, "the process that exchanged it died");
    record_all(c);
    connect_drop_fresh(c);
    connect_end_exchange(c);
    connect_words(c, "");
}

/* As if nothing had been tried yet. */
static void start_over(struct connecting *c)
{
    oauth_grant_clear(&c->grant);
    memset(c->out, 0, sizeof(*c->out));
    c->said[0] = c->fixed[0] = c->place_path[0] = '\0';
    c->on_disk = c->resumed = c->contradicted = false;
}

/* Takes this one up, unless its process lives or has just come to its end. */
static bool take_up(struct connecting *c, const struct search *s)
{
    struct search again = {.token = s->name};
    struct err err = {""};

    if (!take_token(c, s->name, s->advertiser, &err) && !take_token(c, s->name, "", &err)) {
        log_warning("connect", "an exchange for token %s of app %s that did not end: %s", s->name, s->app,
                    err.text);
        return false;
    }
    if (lock(c, &err) != LOCK_HELD || !find_exchange(c, &again))
        return false;
    resume(c);
    return true;
}

/* True when *c tells what came of one. */
static bool find_and_resume(struct connecting *c, const char *token)
{
    for (size_t passed = 0;; passed++) {
        struct search s = {.token = token, .passed = passed};

        if (!find_exchange(c, &s))
            return false;
        if (take_up(c, &s) && (token || c->out->end != CONNECT_UNSAVED))
            return true;
        start_over(c);
    }
}

bool connect_resume(const char *config_path, const struct env *env, const char *token, const char *who,
                    struct connect_outcome *out)
{
    struct connecting c = {.config_path = config_path, .env = env, .who = who, .token = SIZE_MAX, .out = out};
    struct err err = {""};
    bool found = false;

    memset(out, 0, sizeof(*out));
    if (open_all(&c, &err))
        found = find_and_resume(&c, token);
    close_all(&c);
    return found;
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

/* Makes ready, exchanges, goes on. `digest` NULL: there is no link. */
static void run(struct connecting *c, const struct secret *code, const char *digest)
{
    const struct store_exchange row = {c->out->target.app, c->out->target.token, c->out->target.advertiser, c->who,
                                       connect_now(c)};
    struct secret *app_secret = setup_app_secret(c->setup, connect_token(c)->app, &(struct err){""});
    struct err err = {""};
    bool usable = false;

    if (!app_secret)
        end(c, CONNECT_NOT_NOW, "the app's secret can't be read: tiktok-auth doctor says why");
    else if (!connect_take_room(c, &err) || !store_begin_exchange(c->store, digest, &row, &usable, &err))
        end(c, CONNECT_NOT_NOW, err.text);
    else if (!usable)
        end(c, CONNECT_REPLAYED, "");
    else if (connect_exchange(c, code, app_secret, digest)) {
        if (!connect_keep_fresh(c, &err))
            log_warning("connect", "%s", err.text); /* it may still find its place */
        go_on(c);
        secret_free(app_secret);
        return;
    }
    secret_free(app_secret);
    if (c->out->end != CONNECT_NOT_NOW && c->out->end != CONNECT_REPLAYED)
        record_all(c);
    connect_words(c, "");
}

/* The token's lock, and what a process left behind under it. False: it has ended. */
static bool clear_way(struct connecting *c)
{
    struct connect_target target = c->out->target;
    struct search s = {.token = target.token};
    struct err err = {""};
    enum lock_result locked = lock(c, &err);

    if (locked != LOCK_HELD) {
        end(c, locked == LOCK_BUSY ? CONNECT_BUSY : CONNECT_NOT_NOW, err.text);
        return false;
    }
    if (!find_exchange(c, &s))
        return true;
    log_warning("connect", "token %s: going on with an exchange that did not come to its end", target.token);
    resume(c);
    if (c->out->end == CONNECT_UNSAVED)
        return false; /* two would be in need of one place */
    start_over(c);
    if (take_token(c, target.token, target.advertiser, &err))
        return true;
    end(c, CONNECT_NOT_NOW, err.text);
    return false;
}

/* Everything is open. */
static void finish(struct connecting *c, const struct connect_callback *callback)
{
    struct oauth_callback read = {.code = NULL};
    char digest[CONNECT_DIGEST_LEN + 1] = "";
    struct err err = {""};

    if (!callback->query) {
        if (!take_token(c, callback->target->token, callback->target->advertiser, &err))
            end(c, CONNECT_NOT_NOW, err.text);
        else if (clear_way(c)) {
            run(c, callback->code, NULL);
            return;
        }
    } else if (!oauth_callback_read(callback->query, &read, &err))
        end(c, CONNECT_UNREADABLE, err.text);
    else if (check_state(c, callback, read.state, digest)) {
        if (!read.code || read.error[0]) {
            connect_spend_link(c, digest);
            end(c, CONNECT_DENIED, read.error);
            record_all(c);
        } else if (clear_way(c)) {
            run(c, read.code, digest);
            oauth_callback_clear(&read);
            return;
        }
    }
    oauth_callback_clear(&read);
    if (!c->out->text[0])
        connect_words(c, "");
}

void connect_finish(const char *config_path, const struct env *env, const struct connect_callback *callback,
                    struct connect_outcome *out)
{
    struct connecting c = {
        .config_path = config_path, .env = env, .who = callback->who, .token = SIZE_MAX, .out = out};
    struct err err = {""};

    memset(out, 0, sizeof(*out));
    if (open_all(&c, &err))
        finish(&c, callback);
    else {
        end(&c, CONNECT_NOT_NOW, err.text);
        connect_words(&c, "");
    }
    close_all(&c);
}

/* Any token, also one that the portal does not give. */
static bool name_token(struct connecting *c, const char *token, struct err *err)
{
    c->token = config_find_token(c->config, token);
    if (c->token == SIZE_MAX || connect_token(c)->app == SIZE_MAX)
        return err_set(err, "there is no token '%s' of a known app in the configuration", token);
    (void)snprintf(c->out->target.token, sizeof(c->out->target.token), "%s", token); /* these fit */
    (void)snprintf(c->out->target.app, sizeof(c->out->target.app), "%s", connect_app(c)->name);
    return true;
}

bool connect_hand_over(const char *config_path, const struct env *env, const char *token, const char *who,
                       struct err *err)
{
    struct connect_outcome out = {.end = CONNECT_REPLACED};
    struct connecting c = {.config_path = config_path, .env = env, .who = who, .token = SIZE_MAX, .out = &out};
    bool ok = open_all(&c, err) && name_token(&c, token, err);

    if (ok && !connect_app(&c)->on_new_token)
        ok = err_set(err, "[app %s] on_new_token: is not given", connect_app(&c)->name);
    if (ok) {
        c.grant.token = setup_token_secret(c.setup, c.token, err);
        ok = c.grant.token != NULL;
    }
    ok = ok && connect_hand(&c, token, err) == HAND_DONE;
    if (ok)
        sweep_all(&c);
    close_all(&c);
    return ok;
}
