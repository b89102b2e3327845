/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes the fields that Nagios reads from such a file. */
#include "core/feed_nagios.h"

#include <inttypes.h>
#include <string.h>

const char feed_nagios_first_line[] = "### Passive results of tiktok-auth ###\n";

/* Nagios unescapes "\n" and "\\" and nothing else; a line ends at a newline, a text at NUL. */
static void put_escaped(struct buf *out, const char *text)
{
    size_t len = strlen(text);

    while (len > 0 && text[len - 1] == '\n') /* the last one ends nothing */
        len--;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '\n')
            buf_str(out, "\\n");
        else if (c == '\\')
            buf_str(out, "\\\\");
        else
            buf_char(out, c < 0x20 || c == 0x7f ? '?' : (char)c);
    }
}

bool feed_nagios_begin(struct buf *out, int64_t now)
{
    buf_str(out, feed_nagios_first_line);
    return buf_printf(out, "file_time=%" PRId64 "\n\n", now);
}

bool feed_nagios_add(struct buf *out, const struct feed_result *result, int64_t now)
{
    buf_printf(out, "host_name=%s\nservice_description=%s\n", result->service->host, result->service->name);
    buf_str(out, "check_type=1\ncheck_options=0\nscheduled_check=0\nreschedule_check=0\nlatency=0.0\n");
    buf_printf(out, "start_time=%" PRId64 ".0\nfinish_time=%" PRId64 ".0\n", now, now);
    buf_printf(out, "early_timeout=0\nexited_ok=1\nreturn_code=%d\noutput=", (int)result->state);
    put_escaped(out, result->text);
    if (result->perfdata[0]) {
        buf_str(out, "\\n| ");
        put_escaped(out, result->perfdata);
    }
    return buf_str(out, "\n\n");
}
