/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs the program that feeds. */
#include "probe/spawn.h"
#include "probe/view.h"
#include "probe/view_program.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#define FEED_PROGRAM "tiktok-auth-feed"

enum {
    SAID_MAX = 64 * 1024,
    GRACE_MS = 50,
    LEAD_MS = 500, /* so much before we end it the feed ends by itself */
    DELIVERED = 0,
};

bool view_feed(const struct view *view, const char *feed, int64_t deadline_ms, struct err *said)
{
    char program[PATH_MAX + sizeof(FEED_PROGRAM)], time[24];
    const char *argv[] = {program, "--config", view_config(view)->path, "--feed", feed, "--deadline", time, NULL};
    struct buf out;
    struct spawn spawn = {
        .argv = argv, .keep_fd = -1, .out = &out, .deadline_ms = deadline_ms, .grace_ms = GRACE_MS};
    int status = 0;
    bool ran;

    if (!view_program(FEED_PROGRAM, program, sizeof(program), said))
        return false;
    (void)snprintf(time, sizeof(time), "%" PRId64, view_program_time_ms(deadline_ms, LEAD_MS));
    buf_init(&out, SAID_MAX);
    ran = spawn_run(&spawn, &status, said);
    if (ran && !view_last_line(&out, said->text, sizeof(said->text)))
        err_set(said, "%s ended with status %d", FEED_PROGRAM, status);
    buf_free(&out);
    return ran && status == DELIVERED;
}
