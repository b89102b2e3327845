/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an exchange brought: the token, the accounts it was said to cover, its scope. */
#ifndef TTA_CORE_OAUTH_GRANT_H
#define TTA_CORE_OAUTH_GRANT_H

#include "base/attr.h"
#include "base/parse.h"
#include "base/secret.h"
#include "core/answer.h"

#include <stdbool.h>
#include <stddef.h>

enum { OAUTH_SCOPE_MAX = 1000 };

struct oauth_grant {
    struct secret *token;
    char (*id)[ADVERTISER_ID_MAX + 1]; /* sorted as core/memory has it, each once */
    size_t count;
    bool ids_known;                  /* false: `advertiser_ids` is missing or can't be trusted */
    char scope[OAUTH_SCOPE_MAX + 1]; /* numbers, a blank between two; "" not said */
};

/* Reads the answer with code 0. False with *why: there is no token in it that could be one, or memory ran out. A
 * list of ids or a scope that is anything else than expected is as if it were not there. The caller ends it with
 * oauth_grant_clear in every case. */
bool oauth_grant_read(const struct answer *answer, struct oauth_grant *out, struct err *why) TTA_MUST_CHECK;
void oauth_grant_clear(struct oauth_grant *grant);
/* True when the answer said that it covers this account. */
bool oauth_grant_has(const struct oauth_grant *grant, const char *advertiser_id) TTA_MUST_CHECK;

#endif
