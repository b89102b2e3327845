/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A configuration on disk that fits a simulated world, and real rounds over it; needs a scratch folder. */
#ifndef TTA_TESTS_SCENE_H
#define TTA_TESTS_SCENE_H

#include "core/snapshot.h"
#include "probe/round.h"
#include "world.h"

/* What round_result says, without the round. */
struct scene_result {
    size_t asked, verified, shared, left, changes;
    int64_t calls;
    bool published;
    char publish_fault[ERR_TEXT_MAX];
    char store_fault[ERR_TEXT_MAX];
};

struct scene {
    struct world *world;
    struct env env;
    struct setup *setup;
    unsigned *expected;       /* by advertiser: bit per token that its row names; 0 = not in the inventory */
    const char **client;      /* by advertiser; NULL: none */
    const char *api;          /* lines of [api] */
    const char *app;          /* lines of every [app] */
    const char *sweep;        /* lines of [sweep] */
    const char *token;        /* lines of every [token] */
    bool ends_told;           /* token files tell the ends of their tokens */
    const char *rest;         /* further sections */
    const char *state_folder; /* "state"; made here */
    bool no_state_folder;     /* not made */
    bool no_app_secret;       /* apps are without secret_file */
    struct scene_result result;
    /* The snapshot that the last round published, or handed out where it could not. */
    struct buf bytes;
    struct snapshot *snapshot;
};

/* A world of its own: `tokens` tokens tok-0, ... under app-0, all advertisers granted to and expected under tok-0.
 * Change what is to be different, then scene_load. */
struct scene *scene_new(size_t tokens, size_t advertisers);
void scene_free(struct scene *scene);

/* Writes configuration, secrets and inventory, and loads them (again). */
void scene_load(struct scene *scene);
/* The path of "snapshot", "state.db", ... in the state folder. */
const char *scene_state_path(const struct scene *scene, const char *name);

/* Options of a round over all tokens as a person would ask for: now, without a deadline. */
struct round_options scene_now(const struct scene *scene);
/* One round to its end: fills result and opens the snapshot. */
void scene_round_with(struct scene *scene, const struct round_options *options);
void scene_round(struct scene *scene);
/* Takes over what a round came to, and frees it. */
void scene_take(struct scene *scene, struct round *round);

/* Rows of the snapshot; a missing one fails the test. */
struct board_advertiser scene_advertiser(const struct scene *scene, size_t i);
struct board_token scene_token(const struct scene *scene, const char *name);
/* Events of history for an advertiser (baseline included), newest first; returns how many there are. */
struct scene_event {
    int64_t at;
    enum state state, old_state; /* old: not of a baseline */
    enum cause cause, old_cause;
    bool baseline;
};
size_t scene_history(const struct scene *scene, const char *kind, const char *object, struct scene_event *event,
                     size_t most);

#endif
