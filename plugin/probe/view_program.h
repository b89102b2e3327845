/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The programs that a check has others run for it. */
#ifndef TTA_PROBE_VIEW_PROGRAM_H
#define TTA_PROBE_VIEW_PROGRAM_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWEEP_PROGRAM "tiktok-auth-sweep"

/* Finds one beside this program, as in a build tree, else where it is installed (PKGLIBEXECDIR). */
bool view_program(const char *name, char *path, size_t size, struct err *err) TTA_MUST_CHECK;
/* What a program is given of the time until `deadline_ms` (clock_mono_ms), so that it ends by itself `lead_ms`
 * earlier, or by a tenth of a short time. */
int64_t view_program_time_ms(int64_t deadline_ms, int64_t lead_ms);
/* The last line that a program said, made safe; lines of its log may stand above it. False: it said nothing. */
bool view_last_line(const struct buf *said, char *out, size_t size) TTA_MUST_CHECK;

#endif
