/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an engine's notification command was given, as one JSON object: what lies in the spool. It is written down
 * as it came, and joined with what is known only when it is taken in: writing it needs nothing that can be broken
 * or slow. */
#ifndef TTA_PROBE_EVENT_FILE_H
#define TTA_PROBE_EVENT_FILE_H

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/notice_source.h"

#include <stdbool.h>
#include <stddef.h>

enum { EVENT_TEXT_MAX = 8 * 1024 }; /* bytes that are kept of each text */

/* Appends it. False: the buffer failed. */
bool event_encode(const struct engine_event *event, struct buf *out) TTA_MUST_CHECK;
/* Reads it; strings live in the arena. False with *err: not such JSON, or out of memory. */
bool event_decode(const char *bytes, size_t len, struct arena *arena, struct engine_event *out,
                  struct err *err) TTA_MUST_CHECK;

#endif
