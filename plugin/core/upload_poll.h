/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asking about the uploads of one advertiser, as a pure state machine: it says what to ask, and is told the
 * answer. */
#ifndef TTA_CORE_UPLOAD_POLL_H
#define TTA_CORE_UPLOAD_POLL_H

#include "base/attr.h"
#include "core/sweep.h"
#include "core/upload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ids in one file/video/ad/info; questions of one poll, whatever is answered, beyond those that it takes at least:
 * one id can fail the call of all that are asked about with it, and is looked for by halves. */
enum { UPLOAD_BATCH_MAX = 60, UPLOAD_SEARCH_MAX = 40 };

struct upload_poll;

/* Borrows the uploads, which are of one advertiser. NULL: out of memory. */
struct upload_poll *upload_poll_new(struct upload *const *upload, size_t count) TTA_MUST_CHECK;
void upload_poll_free(struct upload_poll *poll);

/* Fills *question; its strings are the uploads'. False: it is over, or refused. */
bool upload_poll_next(struct upload_poll *poll, struct question *question);
/* The answer to it. */
void upload_poll_answer(struct upload_poll *poll, const struct answer *answer, int64_t now);

/* Ends it from outside, for this reason (an answer that nobody gave): what is left has told nothing. */
void upload_poll_stop(struct upload_poll *poll, const struct answer *why);

/* True when the token, not the question, was refused: another token of the advertiser may do better. What is left
 * after a refusal or a stop can be asked again with upload_poll_again. */
bool upload_poll_is_refused(const struct upload_poll *poll);
void upload_poll_again(struct upload_poll *poll);

#endif
