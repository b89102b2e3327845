/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The configuration that a long-running program works by: the last one that was good, whatever its file says now.
 */
#ifndef TTA_PROBE_STANDING_H
#define TTA_PROBE_STANDING_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "probe/setup.h"

#include <stdbool.h>

struct standing;

/* Reads the file. Its faults affect what they name and nothing else, as everywhere. NULL with *err: it can't be
 * read at all. */
struct standing *standing_new(const char *config_path, struct err *err) TTA_MUST_CHECK;
void standing_free(struct standing *standing);
/* Reads the file anew. False with *err, and all stays as it was: it can't be read, or has a fault that the
 * standing one has not (the first is named, with its line). */
bool standing_reload(struct standing *standing, struct err *err) TTA_MUST_CHECK;
/* Both hold until the next reload that succeeds. Advertiser sections are not read. */
const struct config *standing_config(const struct standing *standing);
const struct complaints *standing_complaints(const struct standing *standing);
/* Path and text of the file as it was accepted; both hold likewise. */
const char *standing_path(const struct standing *standing);
const struct buf *standing_text(const struct standing *standing);
/* Inventory and tokens as they stand in their files now, under this configuration; NULL with *err. */
struct setup *standing_setup(const struct standing *standing, struct err *err) TTA_MUST_CHECK;

#endif
