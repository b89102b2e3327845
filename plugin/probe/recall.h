/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Memory and past, read from the store or, without one, from the last snapshot, and written back. */
#ifndef TTA_PROBE_RECALL_H
#define TTA_PROBE_RECALL_H

#include "base/attr.h"
#include "base/err.h"
#include "core/merge.h"
#include "core/snapshot.h"
#include "ext/store.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>

/* The advertisers of a token in the order of ids: what its sweep asks about. */
struct members {
    const char **id;
    const struct advertiser **advertiser;
    size_t count;
};
bool members_of(const struct inventory *inventory, size_t token, struct members *out) TTA_MUST_CHECK;
void members_free(struct members *members);

/* Fills an empty memory with what the store has of this token, grants of the members only; every member has a
 * grant afterwards. *strange, where given: a member that the store did not know. */
bool recall_token(struct store *store, const struct setup *setup, size_t token, const struct members *members,
                  struct memory *memory, bool *strange, struct err *err) TTA_MUST_CHECK;
/* The same for all tokens from a snapshot (NULL: nothing is known): `memory` is an array by token. */
bool recall_snapshot(const struct snapshot *snapshot, const struct setup *setup,
                     struct memory *memory) TTA_MUST_CHECK;

/* Commits the token's row and what changed, and marks it unchanged. */
bool recall_commit(struct store *store, const struct setup *setup, size_t token, struct memory *memory,
                   struct err *err) TTA_MUST_CHECK;

/* The past verdicts, retirements and what was not handed over, in merge's order; strings live in the arena. */
struct recollection {
    struct past *past;
    size_t past_count, past_room;
    struct retirement *retired;
    size_t retired_count, retired_room;
    struct untaken *untaken;
    size_t untaken_count, untaken_room;
    struct arena arena;
};
bool recall_past(struct store *store, struct recollection *out, struct err *err) TTA_MUST_CHECK;
bool recall_past_snapshot(const struct snapshot *snapshot, struct recollection *out) TTA_MUST_CHECK;
void recollection_free(struct recollection *recollection);

/* Records changes as verdicts and events, and forgets what is gone; at the `last` board of a round with the alerts
 * that come of it, compared with what was told and recorded under one lock. */
bool recall_record(struct store *store, const struct config *config, const struct merged *merged, bool last,
                   int64_t now, struct err *err) TTA_MUST_CHECK;
/* Tells of the api alone, as it reads now, where no round comes to its end to do so; `fault` is why. */
bool recall_record_api(struct store *store, const struct config *config, const struct verdict *api,
                       const struct fault *fault, int64_t now, struct err *err) TTA_MUST_CHECK;

#endif
