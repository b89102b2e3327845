/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the merge share. */
#ifndef TTA_CORE_MERGE_PRIVATE_H
#define TTA_CORE_MERGE_PRIVATE_H

#include "core/merge.h"

enum { RETIRED_STAYS_S = 30 * 86400 };

/* What the merge knows of a token beyond its memory. */
struct token_view {
    uint32_t row;       /* on the board; UINT32_MAX: of no app, so it is not there */
    size_t members;     /* advertisers of the inventory that name it, retired ones left out */
    size_t lost;        /* of them, confirmed lost under it */
    bool collective;    /* its losses have one root cause: the token */
    int64_t mass_since; /* the moment at which a mass loss was confirmed; 0: none, or all are lost */
    bool dead_by_app;   /* its death is the app's */
};

struct merging {
    const struct merge_input *input;
    struct merged *out;
    struct token_view *token; /* by token */
};

const struct past *merge_past(const struct merging *merging, enum scope kind, const char *app, const char *id);
struct fault merge_fault(const struct said *said);
/* Fills cause, state, urgency, actor and what was said. */
void merge_say(struct merging *merging, struct verdict *verdict, enum cause cause, const struct said *said,
               enum grantor granted_by);
/* "GET /path/" that the said names; "" none. */
const char *merge_endpoint_named(struct merging *merging, const struct said *said);
/* Since when this advertiser is retired; 0: it isn't. */
int64_t merge_retired_at(const struct merging *merging, const struct advertiser *advertiser);
/* revoked, never_connected or account_access: what history makes of a loss of access; other causes stay. */
enum cause merge_loss_cause(const struct merging *merging, const struct grant *grant, int64_t first_ok);

/* The steps, in order. Each returns false when out of memory. */
bool merge_tokens(struct merging *merging);
bool merge_advertisers(struct merging *merging);
bool merge_roots(struct merging *merging);
bool merge_changes(struct merging *merging);

#endif
