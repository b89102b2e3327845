/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads a configuration file into a configuration that is not finished yet. */
#ifndef TTA_PROBE_CONFIG_FILE_H
#define TTA_PROBE_CONFIG_FILE_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/config.h"

#include <stdbool.h>

/* NULL with *err: the file can't be read (its faults are complaints), or out of memory. Without `advertisers`
 * their sections are passed over. The caller feeds what else there is, calls config_finish, and frees with
 * config_free. */
struct config *config_file_read(const char *path, bool advertisers, struct complaints *complaints,
                                struct err *err) TTA_MUST_CHECK;
/* The file's text alone; the caller frees the buffer, which is begun here. */
bool config_file_text(const char *path, struct buf *text, struct err *err) TTA_MUST_CHECK;
/* As config_file_read, from a text that was read before. */
struct config *config_text_read(const char *path, const struct buf *text, bool advertisers,
                                struct complaints *complaints, struct err *err) TTA_MUST_CHECK;

#endif
