/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A simulated world: TikTok's API at the level of HTTP, and clocks that only waiting moves, behind one struct env.
 */
#ifndef TTA_TESTS_WORLD_H
#define TTA_TESTS_WORLD_H

#include "base/parse.h"
#include "probe/env.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORLD_TOKENS_MAX = 8, WORLD_FAULTS_MAX = 16 };

struct world_app {
    char app_id[24];
    char secret[24];
    bool blocked;
};

struct world_token {
    char text[24];
    size_t app;
    bool dead;
    const char *withheld;     /* a path that it may not use; NULL: none */
    const char *withheld_too; /* another one */
    /* Of a TikTok user: */
    char refresh[24];           /* its refresh token; "" it has none */
    bool rotates;               /* a refresh spends it */
    int64_t life_ms;            /* of an access token that a refresh brings */
    int64_t expires_ms;         /* wall; 0 never */
    int64_t refresh_expires_ms; /* wall; 0: not told */
    unsigned refreshes;         /* carried out */
};

struct world_advertiser {
    char id[ADVERTISER_ID_MAX + 1];
    unsigned granted;    /* bit per token */
    unsigned lagging;    /* bit per token: its list leaves it out although it is granted */
    unsigned linger;     /* bit per token: its list has it although it is no longer granted */
    bool deleted;        /* the account is gone, under every token */
    const char *status;  /* NULL: STATUS_ENABLE */
    const char *refusal; /* the whole body that advertiser/info answers for it; NULL: the API's own */
};

/* What happens to requests instead of their proper answer. */
struct world_fault {
    enum http_outcome outcome; /* HTTP_DONE: status and body count */
    int status;
    const char *body;
    int64_t retry_after_s;
    const char *path;          /* NULL: any */
    int token;                 /* -1: any */
    int64_t from_ms, until_ms; /* wall; both 0: at any time */
    int count;                 /* so many requests yet */
};

struct world_request {
    int64_t wall_ms;
    char path[128];
    int token; /* -1: of no token of this world */
    size_t id_count;
    char first_id[ADVERTISER_ID_MAX + 1];
    bool fresh_connection;
};

struct world {
    int64_t now_ms;  /* wall */
    int64_t mono_ms; /* both move together unless a test steps `now_ms` */
    uint32_t seed;
    int64_t latency_ms;
    struct world_app app[WORLD_TOKENS_MAX];
    struct world_token token[WORLD_TOKENS_MAX];
    size_t token_count;
    struct world_advertiser *advertiser;
    size_t advertiser_count;
    bool nameless; /* refusals name no id */
    struct world_fault fault[WORLD_FAULTS_MAX];
    size_t fault_count;
    /* Called as a request arrives, before it is answered. */
    void (*on_request)(struct world *world, void *arg);
    void *on_request_arg;
    /* Every request since world_forget_requests. */
    struct world_request *request;
    size_t request_count, request_room;
    /* What is under way; world.c's own. */
    struct http_call *call;
    unsigned idle_turns;
};

/* Tokens 0 to `tokens`-1 of app 0 (move them by token[].app), advertisers granted to token 0; it is 2026-11-22
 * 00:00 UTC. Fails the test when out of memory. */
struct world *world_new(size_t tokens, size_t advertisers);
void world_free(struct world *world);
struct env world_env(struct world *world);

/* A seeded random number below `bound`. */
uint32_t world_random(struct world *world, uint32_t bound);
/* Lets time pass with nobody doing anything. */
void world_pass(struct world *world, int64_t ms);
/* Adds a fault; the pointer holds until world_clear_faults. Earlier ones win. */
struct world_fault *world_add_fault(struct world *world, const struct world_fault *fault);
void world_clear_faults(struct world *world);
void world_forget_requests(struct world *world);
/* Requests logged for a path (NULL: any) and token (-1: any). */
size_t world_count(const struct world *world, const char *path, int token);
/* Fails the test when the requests of an app ever exceeded so many in any second, minute or day. */
void world_assert_quota(const struct world *world, size_t app, size_t second, size_t minute, size_t day);

#endif
