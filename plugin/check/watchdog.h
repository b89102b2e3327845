/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Answers in time whatever hangs: a prepared answer is written when the time is up. */
#ifndef TTA_CHECK_WATCHDOG_H
#define TTA_CHECK_WATCHDOG_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins to watch: at `deadline_ms` (clock_mono_ms) the answer set last is written to standard output and the
 * process ends with its exit status; likewise when memory that a file is mapped to is lost (SIGBUS). False: no
 * thread can be had, only SIGBUS is watched. Once in a process. */
bool watchdog_start(int64_t deadline_ms) TTA_MUST_CHECK;
/* The answer for that case, from now on. The bytes must stay for the rest of the process. */
void watchdog_answer(const char *text, size_t len, int exit_status);
/* Called before the real answer is written: the prepared one is not written any more. At the deadline the process
 * then ends with UNKNOWN, should the writing itself hang. */
void watchdog_claim(void);
/* Called when all is written: nothing happens at the deadline any more. Fine when nothing watches. */
void watchdog_stop(void);

#endif
