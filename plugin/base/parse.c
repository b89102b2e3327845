/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The strict readers: every one looks at the whole text, byte by byte, whatever the locale. */
#include "base/parse.h"

#include "base/clock.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

/* The digits at *cursor, at least one, as a number up to `max`; *cursor moves behind them. */
static bool digits(const char **cursor, uint64_t max, uint64_t *out)
{
    const char *p = *cursor;
    uint64_t value = 0;

    if (!is_digit(*p))
        return false;
    for (; is_digit(*p); p++) {
        uint64_t digit = (uint64_t)(*p - '0');

        if (value > max / 10 || digit > max - value * 10)
            return false;
        value = value * 10 + digit;
    }
    *cursor = p;
    *out = value;
    return true;
}

bool parse_u64(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t value;

    if (!digits(&text, max, &value) || *text)
        return false;
    *out = value;
    return true;
}

bool parse_i64(const char *text, int64_t min, int64_t max, int64_t *out)
{
    bool negative = *text == '-';
    uint64_t size;
    int64_t value;

    if (!parse_u64(text + negative, (uint64_t)INT64_MAX + negative, &size))
        return false;
    /* -size, written so that INT64_MIN never passes through a positive int64_t. */
    value = negative && size > 0 ? -(int64_t)(size - 1) - 1 : (int64_t)size;
    if (value < min || value > max)
        return false;
    *out = value;
    return true;
}

struct unit {
    const char *name;
    uint64_t factor;
};

/* A number with one of the units behind it, at most `max` when multiplied out. */
static bool with_unit(const char *text, const struct unit *unit, size_t units, uint64_t max, uint64_t *out)
{
    uint64_t value;

    if (!digits(&text, max, &value))
        return false;
    for (size_t i = 0; i < units; i++) {
        if (strcmp(text, unit[i].name) != 0)
            continue;
        if (value > max / unit[i].factor)
            return false;
        *out = value * unit[i].factor;
        return true;
    }
    return false;
}

bool parse_duration(const char *text, int64_t *ms)
{
    static const struct unit UNIT[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60 * 1000}, {"h", 60 * 60 * 1000}, {"d", 24 * 60 * 60 * 1000}};
    static const uint64_t MAX = UINT64_C(3650) * 24 * 60 * 60 * 1000;
    uint64_t value = 0;

    if (strcmp(text, "0") != 0 && !with_unit(text, UNIT, TTA_LEN(UNIT), MAX, &value))
        return false;
    *ms = (int64_t)value;
    return true;
}

bool parse_size(const char *text, uint64_t *bytes)
{
    static const struct unit UNIT[] = {
        {"", 1}, {"KiB", UINT64_C(1) << 10}, {"MiB", UINT64_C(1) << 20}, {"GiB", UINT64_C(1) << 30}};

    return with_unit(text, UNIT, TTA_LEN(UNIT), UINT64_MAX, bytes);
}

bool parse_percent(const char *text, int *percent)
{
    static const struct unit UNIT[] = {{"%", 1}};
    uint64_t value;

    if (!with_unit(text, UNIT, TTA_LEN(UNIT), 100, &value) || value < 1)
        return false;
    *percent = (int)value;
    return true;
}

bool parse_yes_no(const char *text, bool *out)
{
    bool yes = strcmp(text, "yes") == 0;

    if (!yes && strcmp(text, "no") != 0)
        return false;
    *out = yes;
    return true;
}

bool parse_advertiser_id(const char *text)
{
    size_t len = 0;

    while (len <= ADVERTISER_ID_MAX && is_digit(text[len]))
        len++;
    return len >= 1 && len <= ADVERTISER_ID_MAX && text[len] == '\0';
}

static bool is_alnum(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool parse_video_id(const char *text)
{
    size_t len = 0;

    if (!is_alnum(text[0]))
        return false;
    while (len <= VIDEO_ID_MAX && (is_alnum(text[len]) || text[len] == '_' || text[len] == '-'))
        len++;
    return len <= VIDEO_ID_MAX && text[len] == '\0';
}

bool parse_section_name(const char *text)
{
    size_t len = 0;

    if (!is_alnum(text[0]))
        return false;
    while (len <= SECTION_NAME_MAX &&
           (is_alnum(text[len]) || text[len] == '.' || text[len] == '_' || text[len] == '-'))
        len++;
    return len <= SECTION_NAME_MAX && text[len] == '\0';
}

/* A double holds every number of 15 digits and every power of ten up to 22 exactly, and one division of two exact
 * numbers rounds once: the result is the nearest double without strtod and its locale. */
enum { DECIMAL_DIGITS_MAX = 15 };

bool parse_decimal(const char *text, double *out)
{
    bool negative = *text == '-';
    uint64_t value = 0, scale = 1;
    int significant = 0;
    bool point = false;

    text += negative;
    if (!is_digit(*text))
        return false;
    for (; *text; text++) {
        if (*text == '.' && !point && is_digit(text[1])) {
            point = true;
            continue;
        }
        if (!is_digit(*text))
            return false;
        if (significant == DECIMAL_DIGITS_MAX || scale >= UINT64_C(1000000000000000)) {
            if (!point)
                return false;
            continue; /* finer than a double tells apart */
        }
        value = value * 10 + (uint64_t)(*text - '0');
        if (value > 0)
            significant++;
        if (point)
            scale *= 10;
    }
    *out = (double)value / (double)scale;
    if (negative)
        *out = -*out;
    return true;
}

static bool two_digits(const char *text, int *out)
{
    if (!is_digit(text[0]) || !is_digit(text[1]))
        return false;
    *out = (text[0] - '0') * 10 + (text[1] - '0');
    return true;
}

static int days_in_month(int year, int month)
{
    static const unsigned char DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return DAYS[month - 1] + (leap && month == 2);
}

bool parse_date(const char *text, int64_t *out)
{
    int century, year, month, day;

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !two_digits(text, &century) ||
        !two_digits(text + 2, &year) || !two_digits(text + 5, &month) || !two_digits(text + 8, &day))
        return false;
    year += century * 100;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    *out = clock_of_date(year, month, day);
    return true;
}

bool parse_time(const char *text, int64_t *out)
{
    char day[11];
    int hour, minute, second;
    int64_t midnight;

    if (strlen(text) != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z' ||
        !two_digits(text + 11, &hour) || !two_digits(text + 14, &minute) || !two_digits(text + 17, &second) ||
        hour > 23 || minute > 59 || second > 59)
        return false;
    memcpy(day, text, 10);
    day[10] = '\0';
    if (!parse_date(day, &midnight))
        return false;
    *out = midnight + hour * 3600 + minute * 60 + second;
    return true;
}

char *parse_trim(char *text)
{
    size_t len;

    while (is_blank(*text))
        text++;
    len = strlen(text);
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    text[len] = '\0';
    return text;
}

size_t parse_word(const char **cursor, const char *separators, const char **word)
{
    const char *start = *cursor;
    size_t len;

    while (*start && (is_blank(*start) || strchr(separators, *start)))
        start++;
    len = strcspn(start, separators);
    *cursor = start + len;
    *word = start;
    while (len > 0 && is_blank(start[len - 1]))
        len--;
    return len;
}
