/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Clocks and texts of times, by arithmetic of its own: neither TZ nor the locale changes a byte. */
#include "base/clock.h"

#include "base/attr.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

static const int64_t FIRST_SECOND = -62167219200; /* 0000-01-01T00:00:00Z */
static const int64_t LAST_SECOND = 253402300799;  /* 9999-12-31T23:59:59Z */

static int64_t read_ms(clockid_t clock)
{
    struct timespec ts = {0};

    clock_gettime(clock, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_wall(void)
{
    return clock_wall_ms() / 1000;
}

int64_t clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

/* The calendar repeats every 400 years = 146097 days. Years are counted from March, so that the leap day is a
 * year's last; day 0 is 0000-03-01, which is 719468 days before the epoch. */
enum { ERA_DAYS = 146097, ERA_YEARS = 400, EPOCH_DAY = 719468, DAYS_OF_5_MONTHS = 153 };

int64_t clock_of_date(int year, int month, int day)
{
    int64_t y = year + ERA_YEARS - (month <= 2); /* one era up: never negative */
    int64_t day_of_year = (DAYS_OF_5_MONTHS * ((month + 9) % 12) + 2) / 5 + day - 1;

    return (y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - ERA_DAYS - EPOCH_DAY) * DAY;
}

struct civil {
    int year, month, day, hour, minute, second;
};

static struct civil civil_of(int64_t t)
{
    int64_t days, in_day, era, in_era, year, in_year, month;

    t = t < FIRST_SECOND ? FIRST_SECOND : t > LAST_SECOND ? LAST_SECOND : t;
    t += ((int64_t)EPOCH_DAY + ERA_DAYS) * DAY; /* one era up: never negative */
    days = t / DAY;
    in_day = t % DAY;
    era = days / ERA_DAYS;
    in_era = days % ERA_DAYS;
    year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    in_year = in_era - (365 * year + year / 4 - year / 100);
    month = (5 * in_year + 2) / DAYS_OF_5_MONTHS; /* 0 = March */
    return (struct civil){
        .year = (int)(year + (era - 1) * ERA_YEARS + (month >= 10)),
        .month = (int)((month + 2) % 12 + 1),
        .day = (int)(in_year - (DAYS_OF_5_MONTHS * month + 2) / 5 + 1),
        .hour = (int)(in_day / HOUR),
        .minute = (int)(in_day % HOUR / MINUTE),
        .second = (int)(in_day % MINUTE),
    };
}

const char *clock_rfc3339(int64_t t, char *out)
{
    struct civil c = civil_of(t);

    snprintf(out, CLOCK_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute,
             c.second);
    return out;
}

/* |a - b| > limit, without overflow. */
static bool apart(int64_t a, int64_t b, uint64_t limit)
{
    return (a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a) > limit;
}

const char *clock_short(int64_t t, int64_t now, char *out)
{
    static const char MONTH[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_of(t);

    if (t == 0)
        snprintf(out, CLOCK_TEXT_MAX, "never");
    else if (apart(t, now, UINT64_C(300) * DAY))
        snprintf(out, CLOCK_TEXT_MAX, "%04d-%02d-%02d", c.year, c.month, c.day);
    else
        snprintf(out, CLOCK_TEXT_MAX, "%s %02d %02d:%02dZ", MONTH[c.month - 1], c.day, c.hour, c.minute);
    return out;
}

static const char *two_units(char *out, int64_t large, const char *large_name, int64_t small,
                             const char *small_name)
{
    if (small > 0)
        snprintf(out, CLOCK_TEXT_MAX, "%" PRId64 " %s %" PRId64 " %s", large, large_name, small, small_name);
    else
        snprintf(out, CLOCK_TEXT_MAX, "%" PRId64 " %s", large, large_name);
    return out;
}

const char *clock_span(int64_t seconds, char *out)
{
    if (seconds < 0)
        seconds = 0;
    if (seconds < MINUTE)
        return two_units(out, seconds, "s", 0, "");
    if (seconds < HOUR)
        return two_units(out, seconds / MINUTE, "min", 0, "");
    if (seconds < DAY)
        return two_units(out, seconds / HOUR, "h", seconds % HOUR / MINUTE, "min");
    return two_units(out, seconds / DAY, "d", seconds % DAY / HOUR, "h");
}

const char *clock_duration(int64_t ms, char *out)
{
    static const struct {
        int64_t ms;
        const char *name;
    } UNIT[] = {{INT64_C(1000) * DAY, "d"}, {1000 * HOUR, "h"}, {1000 * MINUTE, "m"}, {1000, "s"}, {1, "ms"}};

    if (ms > 0) {
        for (size_t i = 0; i < TTA_LEN(UNIT); i++)
            if (ms % UNIT[i].ms == 0) {
                snprintf(out, CLOCK_TEXT_MAX, "%" PRId64 "%s", ms / UNIT[i].ms, UNIT[i].name);
                return out;
            }
    }
    snprintf(out, CLOCK_TEXT_MAX, "0");
    return out;
}
