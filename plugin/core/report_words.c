/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words and numbers of the report page. */
#include "base/clock.h"
#include "core/report_private.h"

#include <inttypes.h>

void report_badge(struct buf *out, enum state state)
{
    buf_printf(out, "<span class=\"badge %s\">%s</span>", state_name(state), state_upper_name(state));
}

void report_number(struct buf *out, uint64_t number)
{
    if (number >= 1000) {
        report_number(out, number / 1000);
        buf_printf(out, ",%03u", (unsigned)(number % 1000));
    } else
        buf_printf(out, "%u", (unsigned)number);
}

void report_advertisers(struct buf *out, uint64_t number)
{
    report_number(out, number);
    buf_str(out, number == 1 ? " advertiser" : " advertisers");
}

void report_span(struct buf *out, int64_t seconds)
{
    char text[CLOCK_TEXT_MAX];

    buf_str(out, clock_span(seconds, text));
}

void report_sentence(struct buf *out, const char *text)
{
    char first = text[0];

    if (first >= 'a' && first <= 'z') {
        buf_char(out, (char)(first - 'a' + 'A'));
        text++;
    }
    html_text(out, text);
}

void report_begin_cell(const struct report *r, const char *label)
{
    buf_printf(r->out, "<td role=\"cell\" data-label=\"%s\">", label);
}
