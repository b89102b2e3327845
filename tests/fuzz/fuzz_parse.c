/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: any text through every strict reader and every escaper; what they promise is checked. */
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/parse.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void read_as_numbers(const char *text)
{
    char out[CLOCK_TEXT_MAX];
    int64_t i = -1, again = -2;
    uint64_t u = 0;
    double d = 0;
    bool yes;
    int percent = 0;

    require(!parse_u64(text, 12345, &u) || u <= 12345);
    require(!parse_i64(text, -500, 500, &i) || (i >= -500 && i <= 500));
    if (parse_duration(text, &i))
        require(i >= 0 && parse_duration(clock_duration(i, out), &again) && again == i);
    if (parse_date(text, &i))
        require(strncmp(clock_rfc3339(i, out), text, 10) == 0 && strcmp(out + 10, "T00:00:00Z") == 0);
    require(!parse_percent(text, &percent) || (percent >= 1 && percent <= 100));
    require(!parse_decimal(text, &d) || (d > -1e16 && d < 1e16));
    if (parse_size(text, &u))
        require(text[0] >= '0' && text[0] <= '9');
    if (parse_yes_no(text, &yes))
        require(strlen(text) == (yes ? 3 : 2));
    require(!parse_advertiser_id(text) || strlen(text) <= ADVERTISER_ID_MAX);
    require(!parse_section_name(text) || strlen(text) <= SECTION_NAME_MAX);
}

static void read_as_words(char *text)
{
    const char *cursor = text, *word, *end = text + strlen(text);
    size_t len;

    while ((len = parse_word(&cursor, ",;", &word)) > 0)
        require(word >= text && word + len <= cursor && cursor <= end && !memchr(word, ',', len));
    require(cursor == end);
    require(strlen(parse_trim(text)) <= (size_t)(end - text));
}

static void escape(const char *bytes, size_t len)
{
    struct buf out;
    struct jsonw w;
    size_t max = len % 150;

    buf_init(&out, 8 * len + 100);
    require(text_safe(&out, bytes, len, false, max) && buf_len(&out) <= max);
    require(text_is_utf8(buf_text(&out), buf_len(&out)));
    buf_reset(&out);
    require(text_engine(&out, bytes, len, max) && buf_len(&out) <= max);
    for (const char *p = buf_text(&out); *p; p++)
        require(*p >= 0x20 && *p <= 0x7e && !strchr("`~$&|'\"<>\\", *p));
    buf_reset(&out);
    jsonw_init(&w, &out, len % 2);
    jsonw_string_n(&w, NULL, bytes, len);
    require(buf_ok(&out) && text_is_utf8(buf_text(&out), buf_len(&out)));
    require(text_cut(bytes, len, max) <= max);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = text_dup_n((const char *)data, size);

    if (!text)
        return 0;
    escape(text, size);
    read_as_numbers(text);
    require(text_find_nocase(text, text) == text && text_equal_nocase(text, text));
    read_as_words(text);
    free(text);
    return 0;
}
