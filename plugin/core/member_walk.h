/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The advertisers that a judgement of a token, an app or all speaks of, as they read now. */
#ifndef TTA_CORE_MEMBER_WALK_H
#define TTA_CORE_MEMBER_WALK_H

#include "base/attr.h"
#include "core/judgement.h"

#include <stdbool.h>
#include <stdint.h>

/* A walk over advertisers in the snapshot's order. The fields are member_walk.c's. */
struct member_walk {
    const struct config *config;
    const struct snapshot *snapshot;
    int64_t stale_after_s;
    int64_t now;
    uint32_t at, end;
    uint32_t token; /* UINT32_MAX: of every token */
};

struct member {
    struct board_advertiser row; /* its verdict as stored */
    struct verdict verdict;      /* as it reads now */
};

void member_walk_all(struct member_walk *walk, const struct config *config, const struct snapshot *snapshot,
                     int64_t stale_after_s, int64_t now);
void member_walk_app(struct member_walk *walk, const struct config *config, const struct snapshot *snapshot,
                     int64_t stale_after_s, int64_t now, uint32_t app);
/* Those that the token speaks for. */
void member_walk_token(struct member_walk *walk, const struct config *config, const struct snapshot *snapshot,
                       int64_t stale_after_s, int64_t now, uint32_t app, uint32_t token);
/* Those that a judgement of a token, an app or all speaks of. */
void member_walk_judged(struct member_walk *walk, const struct judgement *judgement);
/* The next one; damaged rows are left out. */
bool member_next(struct member_walk *walk, struct member *out) TTA_MUST_CHECK;

/* How many members were verified how long ago; retired ones never age and are in none of these. */
struct member_ages {
    uint32_t known; /* verified at some time */
    uint32_t never;
    uint32_t stale; /* past stale_after, or never */
};

/* Goes through all that is left and counts the states they read now, and their ages. */
void member_count(struct member_walk *walk, struct counts *counts, struct member_ages *ages);

/* True when something verified at `verified_at` (0: never) is too old to count at `now`. */
bool member_is_stale(int64_t verified_at, int64_t stale_after_s, int64_t now);
/* Seconds since `then`; -1 for never, 0 when it lies ahead (the clock was set back). */
int64_t member_age(int64_t then, int64_t now);

#endif
