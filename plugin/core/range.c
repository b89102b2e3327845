/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads threshold ranges, whatever the locale, and applies them. */
#include "core/range.h"

#include "base/parse.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { RANGE_TEXT_MAX = 64, RANGE_SHOWN_MAX = 32 };

static bool refuse(const char *text, const char *what, struct err *err)
{
    struct buf safe;

    buf_init(&safe, RANGE_TEXT_MAX);
    text_engine(&safe, text, strlen(text), RANGE_SHOWN_MAX);
    err_set(err, "range %s: %s; allowed: 10, 5:, 5:10, @5:10", buf_text(&safe), what);
    buf_free(&safe);
    return false;
}

/* The two sides of the colon; without one, the text is the end and the start is 0. */
static bool read_sides(char *text, struct range *out)
{
    char *colon = strchr(text, ':');
    const char *end = colon ? colon + 1 : text;

    if (colon) {
        *colon = '\0';
        if (strcmp(text, "~") == 0)
            out->start = -INFINITY;
        else if (text[0] && !parse_decimal(text, &out->start))
            return false;
        if (!text[0] && !end[0])
            return false;
    }
    if (colon && !end[0])
        out->end = INFINITY;
    else if (!parse_decimal(end, &out->end))
        return false;
    return true;
}

bool range_read(const char *text, struct range *out, struct err *err)
{
    char copy[RANGE_TEXT_MAX];
    struct range range = {.inside = text[0] == '@'};
    const char *sides = text + range.inside;

    if (strlen(sides) >= sizeof(copy))
        return refuse(text, "too long", err);
    memcpy(copy, sides, strlen(sides) + 1);
    if (!read_sides(copy, &range))
        return refuse(text, "not a range", err);
    if (range.start > range.end)
        return refuse(text, "the start is above the end", err);
    *out = range;
    return true;
}

bool range_alerts(const struct range *range, double value)
{
    bool within = value >= range->start && value <= range->end;

    return within == range->inside;
}

bool range_plain(const struct range *range, double *out)
{
    if (range->inside || range->start < 0 || range->start > 0 || isinf(range->end))
        return false;
    *out = range->end;
    return true;
}
