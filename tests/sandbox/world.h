/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The world behind the API: apps, logins, tokens, advertisers, videos and who may see what. */
#ifndef SANDBOX_WORLD_H
#define SANDBOX_WORLD_H

#include "bits.h"
#include "buf.h"
#include "map.h"
#include "quota.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits of one world: enough for the largest test, and a scenario with a slip cannot eat the machine. */
#define WORLD_ADVERTISERS_MAX ((size_t)2000000)
#define WORLD_TOKENS_MAX ((size_t)200000)

struct world_advertiser {
    size_t at; /* position; bits of sets refer to it */
    char *id;
    char *name;
    char *status;
    char *company;
    char *currency;
    char *timezone;
    char *country;
    char *role;
    bool deleted;
    int64_t deleted_code;
};

struct world_app {
    char *id;
    char *secret;
    char *name;
    char *callback_param; /* the name under which the portal hands the code over */
    char **redirect_uris;
    size_t redirect_count;
    int64_t *scope; /* permission ids of new tokens */
    size_t scope_count;
    bool blocked;
    int64_t blocked_code;
    char *blocked_message;
    struct quota quota;
    struct bits revoked; /* advertisers that took their grant back from the app */
};

struct world_login {
    char *name;
    char *display_name;
    char *email;
    char *core_user_id;
    bool declared; /* false while only a "generate" entry has named it */
    struct bits access;
};

enum world_token_state { WORLD_TOKEN_ALIVE, WORLD_TOKEN_REVOKED };

struct world_token {
    char *text;
    struct world_app *app;
    struct world_login *login;
    bool tt_user; /* else a long-term Marketing token */
    enum world_token_state state;
    int64_t expires_ms; /* 0: never */
    char *refresh_token;
    int64_t refresh_expires_ms;
    int64_t lifetime_ms; /* of the access tokens that a refresh makes */
    bool rotate_refresh; /* a refresh gives a new refresh token too */
    int64_t *scope;
    size_t scope_count;
    bool has_chosen;
    struct bits chosen;  /* what was picked at the portal; all of the login's otherwise */
    struct bits revoked; /* withdrawn from this token only */
    struct buf list;     /* cached "list" array of advertiser/get */
    uint64_t list_generation;
};

struct world_code {
    char *text;
    struct world_app *app;
    struct world_login *login;
    struct bits chosen;
    bool used;
    int64_t made_ms;
};

/* A path that needs a permission. token is NULL in a declaration, and set where one token differs. */
struct world_endpoint {
    char *method;
    char *path; /* below /open_api/v1.3, with its slashes */
    struct world_token *token;
    bool granted;
    int64_t code;
    char *message; /* NULL: the API's usual words */
    bool scope_words;
};

enum world_video_state { WORLD_VIDEO_READY, WORLD_VIDEO_PROCESSING, WORLD_VIDEO_FAILED };

struct world_video {
    char *id;
    char *file_name;
    struct world_advertiser *advertiser;
    enum world_video_state state;
    int64_t ready_ms; /* processing turns into ready then; 0: never by itself */
    int64_t code;     /* until it is usable, a call that names it is answered with this; 0: it is left out */
    char *message;
};

struct world_incident {
    char *title;
    char *description;
    char *guid;
    char *date; /* as RSS writes it */
};

struct world {
    struct world_app **apps;
    size_t app_count;
    struct world_login **logins;
    size_t login_count;
    struct world_token **tokens;
    size_t token_count;
    struct world_advertiser **advertisers;
    size_t advertiser_count;
    struct world_code **codes;
    size_t code_count;
    struct world_endpoint **endpoints;
    size_t endpoint_count;
    struct world_video **videos;
    size_t video_count;
    struct world_incident *incidents;
    size_t incident_count;
    struct map app_by_id, login_by_name, token_by_text, token_by_refresh, advertiser_by_id, code_by_text,
        video_by_id;
    uint64_t generation; /* grows with every change that a list could show */
    uint64_t issued;     /* tokens and codes made so far */
};

struct world *world_new(void);
void world_free(struct world *world);

/* Each returns the new thing, owned by the world, or NULL if the key exists or the limit is reached. */
struct world_app *world_add_app(struct world *world, const char *id, const char *secret);
struct world_login *world_add_login(struct world *world, const char *name);
struct world_advertiser *world_add_advertiser(struct world *world, const char *id, const char *name);
struct world_token *world_add_token(struct world *world, const char *text, struct world_app *app,
                                    struct world_login *login);
struct world_video *world_add_video(struct world *world, const char *id, struct world_advertiser *advertiser);

/* The declaration, or the rule of one token, for that method and path; created if it is not there. */
struct world_endpoint *world_put_endpoint(struct world *world, const char *method, const char *path,
                                          struct world_token *token);

/* The rule that holds for the token: its own, else the declaration, else NULL. */
const struct world_endpoint *world_endpoint(const struct world *world, const char *method, const char *path,
                                            const struct world_token *token);

struct world_app *world_app(const struct world *world, const char *id);
struct world_login *world_login(const struct world *world, const char *name);
struct world_token *world_token(const struct world *world, const char *text);
struct world_advertiser *world_advertiser(const struct world *world, const char *id);

/* Says that something changed which lists may show. */
void world_touch(struct world *world);

/* May this token act for that advertiser now? A deleted advertiser is covered by nobody. */
bool world_covers(const struct world_token *token, const struct world_advertiser *advertiser);

/* How many advertisers the token covers; with each, calls visit (may be NULL) in the order of the world. */
size_t world_covered(const struct world *world, const struct world_token *token,
                     void (*visit)(const struct world_advertiser *advertiser, void *context), void *context);

/* The JSON array of advertiser/get, kept until the world changes. */
const struct buf *world_list(const struct world *world, struct world_token *token);

/* A fresh token or code: unlike any other of this world. The caller frees it. */
char *world_issue(struct world *world, const char *prefix);

/* A fresh auth code of that login for the app, covering chosen, which is handed over. */
struct world_code *world_add_code(struct world *world, struct world_app *app, struct world_login *login,
                                  struct bits chosen, int64_t now_ms);

/* Gives the token another text, or refresh token, under which it is found; the old one is then unknown. */
void world_rename_token(struct world *world, struct world_token *token, const char *text);
void world_set_refresh(struct world *world, struct world_token *token, const char *text);
struct world_token *world_token_of_refresh(const struct world *world, const char *text);

bool world_expired(const struct world_token *token, int64_t now_ms);
bool world_video_usable(const struct world_video *video, int64_t now_ms);
void world_clear_incidents(struct world *world);

#endif
