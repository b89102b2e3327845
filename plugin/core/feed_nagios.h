/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Passive results as the text of a file in Nagios' check_result_path. */
#ifndef TTA_CORE_FEED_NAGIOS_H
#define TTA_CORE_FEED_NAGIOS_H

#include "base/buf.h"
#include "core/feed.h"

#include <stdbool.h>
#include <stdint.h>

/* What every file of ours begins with. */
extern const char feed_nagios_first_line[];

/* Appends the head of a file. */
bool feed_nagios_begin(struct buf *out, int64_t now);
/* Appends one result. A newline is written as "\n", a backslash doubled; bytes that break a line become '?'. */
bool feed_nagios_add(struct buf *out, const struct feed_result *result, int64_t now);

#endif
