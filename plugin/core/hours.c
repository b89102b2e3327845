/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading hours. */
#include "core/hours.h"

#include "base/text.h"

#include <string.h>

const char hours_allowed[] = "days and hours, such as mon-fri 09:00-18:00, sat 10:00-12:00";

static const char *const DAY[7] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

const char *hours_day_name(unsigned day)
{
    return DAY[day % 7];
}

/* A day's first three letters; moves *at behind them. */
static bool read_day(const char **at, unsigned *day)
{
    for (unsigned i = 0; i < 7; i++) {
        char name[4] = {DAY[i][0], DAY[i][1], DAY[i][2], '\0'};

        if (text_find_nocase(*at, name) == *at) {
            *at += 3;
            *day = i;
            return true;
        }
    }
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "09:00", up to 24:00; moves *at behind it. */
static bool read_time(const char **at, int *minutes)
{
    const char *p = *at;
    int hour, minute;

    if (!is_digit(p[0]) || !is_digit(p[1]) || p[2] != ':' || !is_digit(p[3]) || !is_digit(p[4]))
        return false;
    hour = (p[0] - '0') * 10 + p[1] - '0';
    minute = (p[3] - '0') * 10 + p[4] - '0';
    *at += 5;
    *minutes = hour * 60 + minute;
    return minute < 60 && *minutes <= 24 * 60;
}

static bool read_span(const char **at, struct hours *out)
{
    unsigned first, last;
    int from, to;

    if (!read_day(at, &first))
        return false;
    last = first;
    if (**at == '-') {
        ++*at;
        if (!read_day(at, &last) || last < first)
            return false;
    }
    if (**at != ' ')
        return false;
    *at += strspn(*at, " ");
    if (!read_time(at, &from) || *(*at)++ != '-' || !read_time(at, &to) || to <= from)
        return false;
    for (unsigned day = first; day <= last; day++) {
        if (out->day[day].to > 0)
            return false;
        out->day[day].from = from;
        out->day[day].to = to;
    }
    return true;
}

bool hours_read(const char *text, struct hours *out, struct err *err)
{
    const char *at = text;

    memset(out, 0, sizeof(*out));
    while (read_span(&at, out)) {
        at += strspn(at, " ");
        if (!*at)
            return true;
        if (*at++ != ',')
            break;
        at += strspn(at, " ");
    }
    return err_set(err, "is not read as days and hours");
}
