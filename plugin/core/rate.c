/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Buckets, in a table of fixed size. */
#include "core/rate.h"

#include "base/hash.h"

#include <stdlib.h>

enum { SETS = 512, WAYS = 8, MINUTE_MS = 60 * 1000 };

/* Requests left, in parts of a minute: one request costs MINUTE_MS, each millisecond brings `limit` back. */
struct bucket {
    uint64_t who; /* 0: nobody */
    int64_t left;
    int64_t at_ms;
};

struct rate {
    uint64_t seed;
    struct bucket all;
    struct bucket set[SETS][WAYS];
};

struct rate *rate_new(uint64_t seed)
{
    struct rate *rate = calloc(1, sizeof(*rate));

    if (rate)
        rate->seed = seed;
    return rate;
}

void rate_free(struct rate *rate)
{
    free(rate);
}

/* The finalizer of MurmurHash3: every bit of the seed changes about half of the others. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

static void refill(struct bucket *bucket, int limit, int64_t mono_ms)
{
    int64_t passed = mono_ms - bucket->at_ms, full = (int64_t)limit * MINUTE_MS;

    if (!bucket->who || passed >= MINUTE_MS)
        bucket->left = full;
    else if (passed > 0)
        bucket->left += passed * limit;
    if (bucket->left > full)
        bucket->left = full;
    bucket->at_ms = mono_ms;
}

static struct bucket *bucket_of(struct rate *rate, const char *who)
{
    uint64_t name = mix(hash_text(who) ^ rate->seed) | 1;
    struct bucket *set = rate->set[(name >> 8) % SETS], *oldest = &set[0];

    for (int i = 0; i < WAYS; i++) {
        if (set[i].who == name)
            return &set[i];
        if (!set[i].who || (oldest->who && set[i].at_ms < oldest->at_ms))
            oldest = &set[i];
    }
    *oldest = (struct bucket){.who = 0};
    return oldest;
}

bool rate_take(struct rate *rate, const char *who, int each, int all, int64_t mono_ms)
{
    struct bucket *own = bucket_of(rate, who);

    refill(own, each, mono_ms);
    own->who = mix(hash_text(who) ^ rate->seed) | 1;
    if (own->left < MINUTE_MS)
        return false;
    refill(&rate->all, all, mono_ms);
    rate->all.who = 1;
    if (rate->all.left < MINUTE_MS)
        return false;
    own->left -= MINUTE_MS;
    rate->all.left -= MINUTE_MS;
    return true;
}
