/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * In three spans where the kernel can, else one by one. */
#include "base/fds.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SCAN_MAX = 65536 };

/* Closes first to last; false when the kernel can't do that in one call. */
static bool close_span(unsigned first, unsigned last)
{
#ifdef SYS_close_range
    return first > last || syscall(SYS_close_range, first, last, 0) == 0;
#else
    return first > last;
#endif
}

void fds_close_others(int one, int other)
{
    int low = one < other ? one : other, high = one < other ? other : one;
    unsigned first = low > STDERR_FILENO ? (unsigned)low : STDERR_FILENO;
    unsigned second = high > STDERR_FILENO ? (unsigned)high : STDERR_FILENO;
    long open_max;

    if (close_span(STDERR_FILENO + 1, first - 1) && close_span(first + 1, second - 1) &&
        close_span(second + 1, UINT_MAX))
        return;
    open_max = sysconf(_SC_OPEN_MAX);
    for (int fd = STDERR_FILENO + 1; fd < (open_max > 0 && open_max < SCAN_MAX ? open_max : SCAN_MAX); fd++)
        if (fd != one && fd != other)
            close(fd);
}
