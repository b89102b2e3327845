/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One line on a terminal that says what a long command is at; it leaves no trace. */
#ifndef TTA_CLI_PROGRESS_H
#define TTA_CLI_PROGRESS_H

#include "base/attr.h"
#include "cli/screen.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
    struct screen screen;
    bool terminal;   /* standard error is one */
    int64_t from_ms; /* mono: nothing is shown before */
    size_t shown;    /* columns on the line now */
};

/* Sentences show once `quiet_ms` are over. */
void progress_begin(struct progress *progress, int64_t quiet_ms);
/* Shows the sentence in place of the one before. */
void progress_say(struct progress *progress, const char *format, ...) TTA_PRINTF(2, 3);
/* Clears the line. */
void progress_end(struct progress *progress);

#endif
