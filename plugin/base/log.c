/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A line is built on the stack and leaves in one write, so that lines of several processes do not mix. */
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

enum { TEXT_MAX = 2000, HEAD_MAX = 64, CHAR_MAX_LEN = 4 };

static enum log_level level_max = LOG_LEVEL_WARNING;
static bool for_journal;
static bool for_syslog;

void log_setup(enum log_level max, int journal)
{
    level_max = max;
    for_journal = journal != 0;
}

void log_to_syslog(const char *program)
{
    openlog(program, LOG_PID, LOG_DAEMON);
    for_syslog = true;
}

void log_after_fork(void)
{
    if (for_syslog)
        closelog();
}

/* The form of one character in the line, at most 4 bytes; returns how many bytes of the text it took. */
static size_t escape(const char *text, size_t len, char *out, size_t *out_len)
{
    static const char HEX[] = "0123456789abcdef";
    uint32_t code = 0;
    size_t n = text_char(text, len, &code);
    unsigned char byte = (unsigned char)text[0];

    if (n > 0 && !text_is_control(code)) {
        memcpy(out, text, n);
        *out_len = n;
        return n;
    }
    if (code == '\n' || code == '\t' || code == '\r') {
        memcpy(out, code == '\n' ? "\\n" : code == '\t' ? "\\t" : "\\r", 2);
        *out_len = 2;
        return 1;
    }
    /* Byte by byte: the rest of a refused character is escaped by the next calls, as it begins none. */
    memcpy(out, (const char[]){'\\', 'x', HEX[byte >> 4], HEX[byte & 15]}, 4);
    *out_len = 4;
    return 1;
}

/* Escapes into `out` (TEXT_MAX bytes); "..." at the end when it did not fit. Returns the length. */
static size_t escape_all(const char *text, size_t len, char *out)
{
    static const char DOTS[] = "...";
    size_t used = 0, before_dots = 0;

    for (size_t i = 0; i < len;) {
        char form[CHAR_MAX_LEN];
        size_t form_len;

        i += escape(text + i, len - i, form, &form_len);
        if (used + form_len > TEXT_MAX) {
            memcpy(out + before_dots, DOTS, sizeof(DOTS) - 1);
            return before_dots + sizeof(DOTS) - 1;
        }
        memcpy(out + used, form, form_len);
        used += form_len;
        if (used <= TEXT_MAX - (sizeof(DOTS) - 1))
            before_dots = used;
    }
    return used;
}

TTA_PRINTF(3, 0)
static void write_line(enum log_level level, const char *subsystem, const char *format, va_list args)
{
    static const struct {
        char priority; /* of syslog */
        const char *name;
    } LEVEL[] = {
        [LOG_LEVEL_ERROR] = {'3', "error"},
        [LOG_LEVEL_WARNING] = {'4', "warning"},
        [LOG_LEVEL_INFO] = {'6', "info"},
        [LOG_LEVEL_DEBUG] = {'7', "debug"},
    };
    int saved_errno = errno;
    char when[CLOCK_TEXT_MAX], draft[TEXT_MAX + CHAR_MAX_LEN];
    char line[HEAD_MAX + TEXT_MAX + 1];
    size_t len, head;

    if (level > level_max)
        return;
    if (for_syslog)
        snprintf(line, HEAD_MAX, "%.16s: ", subsystem);
    else if (for_journal)
        snprintf(line, HEAD_MAX, "<%c>%.16s: ", LEVEL[level].priority, subsystem);
    else
        snprintf(line, HEAD_MAX, "%s %s: %.16s: ", clock_rfc3339(clock_wall(), when), LEVEL[level].name,
                 subsystem);
    head = strlen(line);
    /* A draft that is cut fills itself, is over TEXT_MAX then, and so gets its dots. */
    if (vsnprintf(draft, sizeof(draft), format, args) < 0)
        draft[0] = '\0';
    len = head + escape_all(draft, strlen(draft), line + head);
    line[len] = for_syslog ? '\0' : '\n';
    if (for_syslog) {
        syslog(LEVEL[level].priority - '0', "%s", line);
        errno = saved_errno;
        return;
    }
    len++;
    /* A log that can't be written has nowhere to say so. */
    while (write(STDERR_FILENO, line, len) < 0 && errno == EINTR)
        ;
    errno = saved_errno;
}

/* One body per level; the format attribute is at the prototypes. */
#define LOG_AT(level)                           \
    va_list args;                               \
    va_start(args, format);                     \
    write_line(level, subsystem, format, args); \
    va_end(args)

void log_error(const char *subsystem, const char *format, ...)
{
    LOG_AT(LOG_LEVEL_ERROR);
}

void log_warning(const char *subsystem, const char *format, ...)
{
    LOG_AT(LOG_LEVEL_WARNING);
}

void log_info(const char *subsystem, const char *format, ...)
{
    LOG_AT(LOG_LEVEL_INFO);
}

void log_debug(const char *subsystem, const char *format, ...)
{
    LOG_AT(LOG_LEVEL_DEBUG);
}
