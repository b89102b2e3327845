/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What was said, as the store keeps it. */
#ifndef TTA_PROBE_SAID_ROW_H
#define TTA_PROBE_SAID_ROW_H

#include "core/memory.h"
#include "ext/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Fills `said`, whose strings are the caller's to clear; a cause that this release does not know reads as unknown.
 */
void said_from_words(struct said *said, const char *cause, bool has_code, int64_t code, const char *message,
                     const char *request_id);
void said_from_row(struct said *said, const struct store_fault *row);
/* Borrows the strings. */
struct store_fault said_row(const struct said *said);

#endif
