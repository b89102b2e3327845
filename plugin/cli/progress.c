/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes over its own line with carriage returns and blanks, which every terminal knows. */
#include "cli/progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { SENTENCE_MAX = 2000 };

void progress_begin(struct progress *progress, int64_t quiet_ms)
{
    *progress = (struct progress){.terminal = isatty(STDERR_FILENO) == 1, .from_ms = clock_mono_ms() + quiet_ms};
    if (!screen_of(stderr, "never", &progress->screen))
        progress->terminal = false;
}

void progress_say(struct progress *progress, const char *format, ...)
{
    const struct screen *screen = &progress->screen;
    struct buf draft, safe;
    size_t len, used = 0;
    va_list args;

    if (!progress->terminal || clock_mono_ms() < progress->from_ms)
        return;
    buf_init(&draft, SENTENCE_MAX);
    buf_init(&safe, 2 * SENTENCE_MAX);
    va_start(args, format);
    buf_vprintf(&draft, format, args);
    va_end(args);
    screen_text(screen, buf_text(&draft), &safe);
    /* The last column stays free: some terminals wrap when it is written. */
    len = screen_cut(screen, buf_text(&safe), buf_len(&safe), screen->width > 1 ? screen->width - 1 : 0, &used);
    fprintf(stderr, "\r%.*s%*s", (int)len, buf_text(&safe),
            (int)(progress->shown > used ? progress->shown - used : 0), "");
    if (progress->shown > used)
        fprintf(stderr, "\r%.*s", (int)len, buf_text(&safe));
    progress->shown = used;
    buf_free(&draft);
    buf_free(&safe);
}

void progress_end(struct progress *progress)
{
    if (progress->shown > 0)
        fprintf(stderr, "\r%*s\r", (int)progress->shown, "");
    progress->shown = 0;
}
