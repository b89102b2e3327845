/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * sd_notify and its kin. */
#include "ext/service.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#else
static int sd_notify(int unset, const char *text)
{
    (void)unset;
    (void)text;
    return 0;
}
static int sd_watchdog_enabled(int unset, uint64_t *usec)
{
    (void)unset;
    *usec = 0;
    return 0;
}
#endif

void service_ready(void)
{
    (void)sd_notify(0, "READY=1");
}

void service_reloading(void)
{
    struct timespec now;
    char text[80];

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    (void)sd_notify(0, text);
}

void service_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

void service_status(const char *format, ...)
{
    char text[512] = "STATUS=";
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text + 7, sizeof(text) - 7, format, args);
    va_end(args);
    (void)sd_notify(0, text);
}

int64_t service_watchdog_ms(void)
{
    uint64_t usec = 0;

    return sd_watchdog_enabled(0, &usec) > 0 ? (int64_t)(usec / 2000) : 0;
}

void service_alive(void)
{
    (void)sd_notify(0, "WATCHDOG=1");
}

/* $JOURNAL_STREAM names the device and inode of the journal's stream. */
bool service_has_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat st;

    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
           st.st_dev == device && st.st_ino == inode;
}
