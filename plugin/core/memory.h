/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of one token between sweeps: its status, its grants, its endpoints. */
#ifndef TTA_CORE_MEMORY_H
#define TTA_CORE_MEMORY_H

#include "base/parse.h"
#include "core/answer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was said: the cause that an answer came to, with the answer's own words. Strings are owned; NULL = "". */
struct said {
    enum cause cause;
    enum scope scope;
    bool has_code;
    int64_t code;
    int http_status;
    char *message;
    char *request_id;
};

/* Takes what the answer said; false when out of memory (then `said` is without strings). */
bool said_take(struct said *said, const struct answer *answer) TTA_MUST_CHECK;
/* A cause that no answer said, with a sentence of ours ("" none). */
bool said_own(struct said *said, enum cause cause, const char *sentence) TTA_MUST_CHECK;
bool said_copy(struct said *to, const struct said *from) TTA_MUST_CHECK;
/* Frees the strings; it then says CAUSE_AUTHORIZED, nothing. */
void said_clear(struct said *said);
bool said_something(const struct said *said);

/* The life of one advertiser under one token:
 *
 *            list has it                      confirmed missing
 *   UNSEEN ---------------> COVERED ------------------------------> LOST
 *      |                       ^  |  left out of a list: missing_since is set, COVERED stands
 *      |                       +--+  in a list again, or advertiser/info serves it: missing_since is cleared
 *      |                       ^                                      |
 *      |                       +--------------------------------------+  list (or info, if info took it away) has
 * it again
 *      +----------- confirmed missing ------------------------------> LOST
 *
 * Transitions: grant_cover, grant_miss, grant_lose. */
enum grant_status { GRANT_UNSEEN, GRANT_COVERED, GRANT_LOST };

struct grant {
    char id[ADVERTISER_ID_MAX + 1];
    enum grant_status status;
    struct said said;    /* COVERED: authorized or an account cause; LOST: why */
    struct said fault;   /* why a question about this id alone decided nothing; nothing said = no fault */
    int64_t since;       /* status or cause changed */
    int64_t last_ok;     /* last time covered; kept while LOST */
    int64_t verified_at; /* by a question about this id alone, or the last list that had it before missing_since */
    int64_t missing_since;
    bool by_info; /* LOST by advertiser/info although the list has it */
    bool changed; /* to be committed */
};

enum endpoint_status { ENDPOINT_UNVERIFIED, ENDPOINT_PRESENT, ENDPOINT_MISSING };

struct endpoint {
    char *method;
    char *path;
    enum endpoint_status status;
    struct said said; /* while MISSING: why; while UNVERIFIED: what was answered */
    int64_t since;
    int64_t last_ok;
    int64_t verified_at;
    int64_t asked_at;
    bool changed;
};

enum token_status { TOKEN_NEVER, TOKEN_ALIVE, TOKEN_DEAD };

struct memory {
    enum token_status status;
    struct said said;    /* while DEAD: why */
    int64_t since;       /* status or cause changed */
    int64_t last_ok;     /* last time seen alive */
    int64_t verified_at; /* last time the status was verified */
    int64_t list_at;     /* last list that counted: what it had is verified as of then */
    int64_t mass_since;  /* first list of a mass loss that is being held */
    int64_t account_at;  /* last complete pass of advertiser/info over all */
    char *login, *login_mail;
    int64_t began_ms, ended_ms; /* the newest attempt; ended < began: under way, or its process died */
    bool verified;              /* the newest ended attempt verified something */
    int64_t failures;           /* ended attempts in a row that verified nothing */
    char *secret_stamp;         /* of the token file then */
    struct said fault;          /* why the newest attempt verified nothing, or not all */
    struct grant *grant;        /* by id: shorter first, then as bytes */
    size_t grant_count, grant_room;
    struct endpoint *endpoint;
    size_t endpoint_count, endpoint_room;
};

void memory_init(struct memory *memory);
void memory_free(struct memory *memory);

/* The order of ids everywhere: shorter first, then as bytes. */
int advertiser_id_order(const char *a, const char *b);
/* NULL: none. */
struct grant *memory_grant(const struct memory *memory, const char *id);
/* Appends a grant while loading; ids must come in order. NULL: out of memory, or out of order. The pointer holds
 * until the next one is added. */
struct grant *memory_add_grant(struct memory *memory, const char *id);
/* Makes sure that there is a grant for each id (in order, no id twice). False: out of memory. */
bool memory_expect(struct memory *memory, const char *const *ids, size_t count) TTA_MUST_CHECK;
/* The endpoint, made when it is not there; NULL: out of memory. */
struct endpoint *memory_endpoint(struct memory *memory, const char *method, const char *path);

/* When a grant's state was verified last: by itself, by its token's list, or by a complete pass of
 * advertiser/info. 0: never. */
int64_t grant_verified_at(const struct memory *memory, const struct grant *grant);
/* Nobody asks this token again before this time (s): the back-off, from the end of the attempt, or one interval
 * from its beginning where that is earlier; 0 no back-off. A `secret_stamp` (NULL or "": no file) other than then
 * lifts the back-off. */
int64_t memory_not_before(const struct memory *memory, int64_t interval_s, const char *secret_stamp);

/* The transitions. Each sets `changed` only where something did change. */
void grant_cover(struct grant *grant, enum cause account, int64_t now);
void grant_miss(struct grant *grant, int64_t last_list_at, int64_t now);
bool grant_lose(struct memory *memory, struct grant *grant, const struct answer *answer, bool by_info,
                int64_t now) TTA_MUST_CHECK;
bool grant_doubt(const struct memory *memory, struct grant *grant, const struct answer *answer) TTA_MUST_CHECK;

#endif
