/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Passive results: what an engine is told of each service of the roster, and in which order. */
#ifndef TTA_CORE_FEED_H
#define TTA_CORE_FEED_H

#include "base/attr.h"
#include "base/buf.h"
#include "core/complaint.h"
#include "core/config.h"
#include "core/roster.h"
#include "core/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed. */
struct feed_source {
    const struct config *config;
    const struct complaints *complaints; /* NULL: none */
    const struct snapshot *snapshot;
    const struct roster *roster;
    int64_t now; /* s: what everything is judged at */
};

struct feed;

/* Judges every service and sets the order, in which an engine knows a root cause before what it took (feed.c says
 * why they differ):
 *
 *     Nagios   parents that are not OK, parents that are OK, both top down; advertisers that are OK, those that
 * are not Icinga   parents that are not OK, top down; advertisers that are OK; parents that are OK, bottom up;
 *              advertisers that are not OK
 *
 * Services that the snapshot does not know yet are left out. NULL: out of memory. */
struct feed *feed_new(const struct feed_source *source, enum feed_kind kind) TTA_MUST_CHECK;
void feed_free(struct feed *feed);
size_t feed_count(const struct feed *feed);
/* Those of the roster that were left out. */
size_t feed_left_out(const struct feed *feed);

/* The service at a place of the order, and how it reads. */
const struct service *feed_service(const struct feed *feed, size_t place, enum state *state);

struct feed_result {
    const struct service *service;
    enum state state;
    const char *text;     /* line 1, then the long text; no perfdata */
    const char *perfdata; /* "" none */
    int64_t verified_at;  /* of what is said; 0 never, or it does not age */
};

/* The result at a place of the order; its strings hold until the next call. False: out of memory. */
bool feed_result(struct feed *feed, size_t place, struct feed_result *out) TTA_MUST_CHECK;

#endif
