/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Losses as a CSV file that a spreadsheet may open. */
#ifndef TTA_CORE_REPORT_CSV_H
#define TTA_CORE_REPORT_CSV_H

#include "base/attr.h"
#include "base/buf.h"
#include "core/loss.h"

#include <stdbool.h>

/* Appends a header line and a line for each loss, in their order. A text that a spreadsheet would take for a
 * formula gets a "'" before it. False: out of memory. */
bool report_csv(const struct losses *losses, struct buf *out) TTA_MUST_CHECK;
/* One such text as a field (`first`: of its row). */
void report_csv_text(const char *text, bool first, struct buf *out);

#endif
