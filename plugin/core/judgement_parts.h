/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the files behind judgement.h share. */
#ifndef TTA_CORE_JUDGEMENT_PARTS_H
#define TTA_CORE_JUDGEMENT_PARTS_H

#include "core/judgement.h"

/* A judgement in the making. */
struct judge {
    const struct config *config;
    const struct complaints *complaints; /* NULL: none */
    const struct snapshot *snapshot;     /* NULL: none */
    enum state timeout_state;
    struct judgement *out;
};

/* Sets the refusal, who does what about it (a constant of at most 36 bytes) and the state UNKNOWN. */
void judgement_say_refusal(struct judge *j, const char *fix_short, const char *format, ...) TTA_PRINTF(3, 4);

/* The selected advertiser. False: a refusal is set that says why it can't be judged. */
bool judgement_find_advertiser(struct judge *j, struct board_advertiser *out) TTA_MUST_CHECK;
/* Each sets the refusal for a token, an app, an inventory that the snapshot does not have. */
void judgement_refuse_token(struct judge *j);
void judgement_refuse_app(struct judge *j);
void judgement_refuse_empty(struct judge *j);

/* Adds what is worth saying beside the verdict. `token`: the one that speaks for what is judged; NULL: none does.
 */
void judgement_add_notes(struct judge *j, const struct board_token *token);
/* All complaints into complaint_count. True: one of them is about everything. */
bool judgement_count_complaints(struct judge *j);

#endif
