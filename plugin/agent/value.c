/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes values fit their syntax. */
#include "agent/value.h"

#include "base/buf.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static size_t most(enum mib_syntax syntax)
{
    enum { WORD_MAX = 32 };

    return syntax == MIB_LONG_TEXT ? MIB_LONG_TEXT_MAX : syntax == MIB_WORD ? WORD_MAX : MIB_TEXT_MAX;
}

static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return true;
}

void value_text(struct value *value, enum mib_syntax syntax, const char *text)
{
    enum { ESCAPED_MAX = 4 };
    size_t len = strlen(text);
    struct buf safe;

    value->syntax = syntax;
    if (len <= most(syntax) && is_plain(text, len)) {
        memcpy(value->text, text, len);
        value->len = len;
        return;
    }
    buf_init(&safe, ESCAPED_MAX * len + 1);
    text_safe(&safe, text, len, false, ESCAPED_MAX * len);
    value->len = text_cut(buf_text(&safe), buf_len(&safe), most(syntax));
    memcpy(value->text, buf_text(&safe), value->len);
    buf_free(&safe);
}

void value_enum(struct value *value, enum mib_syntax syntax, unsigned number)
{
    value->syntax = syntax;
    value->number = (int64_t)number + 1;
}

void value_number(struct value *value, enum mib_syntax syntax, int64_t number)
{
    value->syntax = syntax;
    if (syntax == MIB_COUNTER)
        number &= UINT32_MAX;
    else if (number < 0)
        number = 0;
    else if (number > UINT32_MAX)
        number = UINT32_MAX;
    value->number = number;
}

void value_time(struct value *value, int64_t t)
{
    enum { NEVER_BYTES = 8, ZONED_BYTES = 11 };
    time_t seconds = (time_t)t;
    struct tm tm;
    unsigned year;

    value->syntax = MIB_TIME;
    value->len = NEVER_BYTES;
    memset(value->text, 0, ZONED_BYTES);
    if (t <= 0 || !gmtime_r(&seconds, &tm) || tm.tm_year > UINT16_MAX - 1900)
        return;
    year = (unsigned)tm.tm_year + 1900;
    value->text[0] = (char)(year >> 8);
    value->text[1] = (char)(year & 0xff);
    value->text[2] = (char)(tm.tm_mon + 1);
    value->text[3] = (char)tm.tm_mday;
    value->text[4] = (char)tm.tm_hour;
    value->text[5] = (char)tm.tm_min;
    value->text[6] = (char)tm.tm_sec;
    value->text[8] = '+'; /* UTC; the two zeros behind it are there already */
    value->len = ZONED_BYTES;
}

void value_age(struct value *value, int64_t t, int64_t now)
{
    int64_t age = member_age(t, now);

    value->syntax = MIB_AGE;
    value->number = age > INT32_MAX ? INT32_MAX : age;
}

void value_code(struct value *value, bool has_code, int64_t code)
{
    value->syntax = MIB_WORD;
    value->len = 0;
    if (has_code)
        value->len = (size_t)snprintf(value->text, sizeof(value->text), "%" PRId64, code);
}
