/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Log lines to standard error: level, subsystem, text. Nothing secret is ever passed here. */
#ifndef TTA_BASE_LOG_H
#define TTA_BASE_LOG_H

#include "base/attr.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Lines above `max` are dropped; the default is LOG_LEVEL_WARNING. `journal`: "<3>" priority prefixes and no time,
 * as the systemd journal reads them. Not thread safe: set it first. */
void log_setup(enum log_level max, int journal);
/* From now on lines go to syslog (daemon) under this name, which must live on; for programs without a terminal. */
void log_to_syslog(const char *program);
/* In a child, before it closes what it inherited: libc would go on using the number of its socket. */
void log_after_fork(void);

/* One line "2026-11-22T02:14:05Z warning: sweep: text" in one write; errno is kept. Bytes outside printable ASCII
 * and UTF-8 are escaped, newlines too; cut at 2,000 bytes. */
void log_error(const char *subsystem, const char *format, ...) TTA_PRINTF(2, 3);
void log_warning(const char *subsystem, const char *format, ...) TTA_PRINTF(2, 3);
void log_info(const char *subsystem, const char *format, ...) TTA_PRINTF(2, 3);
void log_debug(const char *subsystem, const char *format, ...) TTA_PRINTF(2, 3);

#endif
