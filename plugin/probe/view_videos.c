/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Has the sweep program ask about the watched uploads that are due. */
#include "base/clock.h"
#include "probe/spawn.h"
#include "probe/view.h"
#include "probe/view_program.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

enum { SAID_MAX = 64 * 1024, GRACE_MS = 50, LEAD_MS = 1000, POLLED = 0 };

bool view_poll_videos(const struct view *view, int64_t deadline_ms, struct err *err)
{
    char program[PATH_MAX + sizeof(SWEEP_PROGRAM)], time[24], line[ERR_TEXT_MAX];
    const char *argv[] = {program, "--config", view_config(view)->path, "--videos", "--deadline", time, NULL};
    struct buf said;
    struct spawn spawn = {
        .argv = argv, .keep_fd = -1, .err = &said, .deadline_ms = deadline_ms, .grace_ms = GRACE_MS};
    int status = POLLED;
    bool ok;

    if (!view_program(SWEEP_PROGRAM, program, sizeof(program), err))
        return false;
    (void)snprintf(time, sizeof(time), "%" PRId64, view_program_time_ms(deadline_ms, LEAD_MS)); /* fits */
    buf_init(&said, SAID_MAX);
    ok = spawn_run(&spawn, &status, err);
    if (ok && status != POLLED)
        ok = view_last_line(&said, line, sizeof(line))
                 ? err_set(err, "asking about the uploads failed: %s", line)
                 : err_set(err, "%s ended with status %d", SWEEP_PROGRAM, status);
    buf_free(&said);
    return ok;
}
