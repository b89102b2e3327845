/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a code or a cause means, in full, for a person (tiktok-auth explain). */
#ifndef TTA_CORE_EXPLAIN_H
#define TTA_CORE_EXPLAIN_H

#include "base/buf.h"
#include "core/catalog.h"

#include <stdbool.h>

/* Each appends plain text: meaning, causes it can stand for, impact, numbered fix for both grantors, who acts, how
 * urgent, link. */
bool explain_code(struct buf *out, int64_t code);
bool explain_cause(struct buf *out, enum cause cause);
/* A table of all codes and all causes, one line each. */
bool explain_all(struct buf *out);
/* The same three as JSON objects. */
bool explain_code_json(struct buf *out, int64_t code);
bool explain_cause_json(struct buf *out, enum cause cause);
bool explain_all_json(struct buf *out);

#endif
