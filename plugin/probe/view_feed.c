/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs the program that feeds. */
#include "base/clock.h"
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
    LEAD_MS = 500,  /* so much before we end it the feed ends by itself, */
    LEAD_PART = 10, /* or by this part of a short time */
    DELIVERED = 0,
};

static int64_t feed_time_ms(int64_t deadline_ms)
{
    int64_t left = deadline_ms - clock_mono_ms();
    int64_t lead = left / LEAD_PART < LEAD_MS ? left / LEAD_PART : LEAD_MS;

    return left <= 0 ? 0 : left - lead < INT32_MAX ? left - lead : INT32_MAX;
}

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
    (void)snprintf(time, sizeof(time), "%" PRId64, feed_time_ms(deadline_ms));
    buf_init(&out, SAID_MAX);
    ran = spawn_run(&spawn, &status, said);
    if (ran && !view_last_line(&out, said->text, sizeof(said->text)))
        err_set(said, "%s ended with status %d", FEED_PROGRAM, status);
    buf_free(&out);
    return ran && status == DELIVERED;
}
