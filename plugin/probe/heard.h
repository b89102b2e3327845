/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * From what the transport reports to an answer that is judged. */
#ifndef TTA_PROBE_HEARD_H
#define TTA_PROBE_HEARD_H

#include "base/secret.h"
#include "core/answer.h"
#include "ext/http.h"

/* Inside http_done_fn; the caller ends `out` with answer_free. */
void heard_read(const struct http_answer *http, struct answer *out);
/* Messages are shown, logged and kept: one that repeats this secret, which was sent, is not. NULL: nothing was. */
void heard_hide(struct answer *answer, const struct secret *secret);

#endif
