/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds the programs of a check, and runs the one that feeds. */
#include "probe/view_program.h"

#include "base/clock.h"
#include "base/text.h"
#include "probe/spawn.h"
#include "probe/view.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FEED_PROGRAM "tiktok-auth-feed"

enum {
    SAID_MAX = 64 * 1024,
    FEED_GRACE_MS = 50,
    FEED_LEAD_MS = 500,  /* so much before we end it the feed ends by itself, */
    FEED_LEAD_PART = 10, /* or by this part of a short time */
    FEED_DELIVERED = 0,
};

static bool is_program(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

bool view_program(const char *name, char *path, size_t size, struct err *err)
{
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;
    int written;

    if (len > 0) {
        self[len] = '\0';
        slash = strrchr(self, '/');
        written = slash ? snprintf(path, size, "%.*s/%s", (int)(slash - self), self, name) : -1;
        if (written > 0 && (size_t)written < size && is_program(path))
            return true;
    }
    written = snprintf(path, size, "%s/%s", PKGLIBEXECDIR, name);
    if (written > 0 && (size_t)written < size && is_program(path))
        return true;
    return err_set(err, "there is no program %s/%s", PKGLIBEXECDIR, name);
}

bool view_last_line(const struct buf *said, char *out, size_t size)
{
    const char *text = buf_text(said);
    size_t end = buf_len(said), start;
    struct buf safe;

    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r'))
        end--;
    start = end;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    buf_init(&safe, size + 8);
    text_safe(&safe, text + start, end - start, false, size - 1);
    (void)snprintf(out, size, "%s", buf_text(&safe));
    buf_free(&safe);
    return start < end;
}

static int64_t feed_time_ms(int64_t deadline_ms)
{
    int64_t left = deadline_ms - clock_mono_ms();
    int64_t lead = left / FEED_LEAD_PART < FEED_LEAD_MS ? left / FEED_LEAD_PART : FEED_LEAD_MS;

    return left <= 0 ? 0 : left - lead < INT32_MAX ? left - lead : INT32_MAX;
}

bool view_feed(const struct view *view, const char *feed, int64_t deadline_ms, struct err *said)
{
    char program[PATH_MAX + sizeof(FEED_PROGRAM)], time[24];
    const char *argv[] = {program, "--config", view_config(view)->path, "--feed", feed, "--deadline", time, NULL};
    struct buf out;
    struct spawn spawn = {
        .argv = argv, .keep_fd = -1, .out = &out, .deadline_ms = deadline_ms, .grace_ms = FEED_GRACE_MS};
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
    return ran && status == FEED_DELIVERED;
}
