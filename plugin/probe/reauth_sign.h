/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Signs the links to the page where somebody authorizes again, and tells ours from others. The key lies in the
 * state folder; who needs it first makes it. */
#ifndef TTA_PROBE_REAUTH_SIGN_H
#define TTA_PROBE_REAUTH_SIGN_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/err.h"
#include "core/board.h"
#include "core/config.h"
#include "core/reauth_link.h"

#include <stdbool.h>
#include <stdint.h>

struct reauth_signer;

/* NULL with *err: there is no key and none can be made, or it can't be read. */
struct reauth_signer *reauth_signer_open(const struct config *config, struct err *err) TTA_MUST_CHECK;
void reauth_signer_free(struct reauth_signer *signer);
/* Whether there is a key that can be read, without making one; *missing: there is none yet. */
bool reauth_key_ok(const struct config *config, bool *missing, struct err *err) TTA_MUST_CHECK;

/* Writes "ID/SIGNATURE" and returns it. `day`: as in reauth_link. */
const char *reauth_sign(const struct reauth_signer *signer, const char *app_id, enum reauth_kind kind,
                        const char *id, int64_t day, char out[REAUTH_LINK_MAX + 1]);

enum reauth_worth {
    REAUTH_GOOD,
    REAUTH_OVER,    /* ours, and past its day */
    REAUTH_STRANGE, /* not ours; says nothing about whether there is such an id */
};

struct reauth_found {
    size_t app; /* index into config->app */
    enum reauth_kind kind;
    char id[SECTION_NAME_MAX + 1];
};

/* What "ID/SIGNATURE" is worth; *out is filled unless it is strange. The work is the same whatever it is. */
enum reauth_worth reauth_check(const struct reauth_signer *signer, const struct config *config, const char *link,
                               int64_t now, struct reauth_found *out) TTA_MUST_CHECK;

/* Whether the configuration has an app with links of ours. */
bool reauth_any_is_ours(const struct config *config) TTA_MUST_CHECK;
/* Gives the rows of the board that a new authorization mends their links, for apps that have them. False with
 * *err: there is no key, and the rows have none. */
bool reauth_sign_board(const struct config *config, struct board *board, struct arena *arena, int64_t now,
                       struct err *err) TTA_MUST_CHECK;

#endif
