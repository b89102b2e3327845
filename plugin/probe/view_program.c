/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds the programs that a check runs, and reads what they said. */
#include "probe/view_program.h"

#include "base/clock.h"
#include "base/text.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAD_PART = 10 };

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

int64_t view_program_time_ms(int64_t deadline_ms, int64_t lead_ms)
{
    int64_t left = deadline_ms - clock_mono_ms();
    int64_t lead = left / LEAD_PART < lead_ms ? left / LEAD_PART : lead_ms;

    return left <= 0 ? 0 : left - lead < INT32_MAX ? left - lead : INT32_MAX;
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
