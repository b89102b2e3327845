/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Passive results as Icinga 2's REST interface takes them, and what its answers mean. */
#ifndef TTA_CORE_FEED_ICINGA_H
#define TTA_CORE_FEED_ICINGA_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/feed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The body of POST /v1/actions/process-check-result. Times are seconds since the epoch. */
bool feed_icinga_body(struct buf *out, const struct feed_result *result, const char *source, double start,
                      double end);

enum feed_icinga_meaning {
    FEED_ICINGA_DELIVERED,
    FEED_ICINGA_NEWER,   /* a newer result is there: not a failure */
    FEED_ICINGA_MISSING, /* no such service */
    FEED_ICINGA_REFUSED, /* this result failed, *err says why; the next one may not */
    FEED_ICINGA_FAULTY,  /* the engine failed at this result: maybe at this one alone, maybe at all */
    FEED_ICINGA_UNWELL,  /* the engine is not well: nothing more is sent now */
    FEED_ICINGA_DENIED,  /* our credentials or rights: nothing more is sent now */
};

/* By the HTTP status and results[].code and .status of the body. *err is set for the last four. */
enum feed_icinga_meaning feed_icinga_read(int http_status, const char *body, size_t len, struct err *err);

/* What the engine has: names "HOST!SERVICE", and how each service reads there. */
struct feed_names;
/* Reads the answer to GET /v1/objects/services?attrs=__name&attrs=state. NULL with *err: not such an answer. */
struct feed_names *feed_names_read(const char *body, size_t len, struct err *err) TTA_MUST_CHECK;
bool feed_names_have(const struct feed_names *names, const char *host, const char *service);
/* Whether it is there and reads so. */
bool feed_names_read_as(const struct feed_names *names, const char *host, const char *service, enum state state);
void feed_names_free(struct feed_names *names);
/* Who made the newest result of a service, from the answer to GET /v1/objects/services/NAME: appended to `out`, ""
 * nobody. False: not such an answer. */
bool feed_icinga_source(const char *body, size_t len, struct buf *out) TTA_MUST_CHECK;

#endif
