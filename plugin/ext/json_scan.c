/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The grammar of RFC 8259, which cJSON follows only loosely: it takes a BOM, "01", "+1", "1.", any control
 * character as a blank or inside a string, and broken \u escapes, which it reads as NUL. */
#include "ext/json_scan.h"

#include "base/text.h"

#include <string.h>

/* cJSON copies a number into 64 bytes and reads what did not fit as the next token. */
enum { NUMBER_LEN_MAX = 63 };

struct scan {
    const char *start;
    const char *at;
    const char *end;
    int depth;
    struct err *err;
};

static bool scan_value(struct scan *s);

static bool scan_fault_at(const struct scan *s, const char *where, const char *what)
{
    return err_set(s->err, "%s at byte %zu", what, (size_t)(where - s->start) + 1);
}

static bool scan_fault(const struct scan *s, const char *what)
{
    if (s->at == s->end)
        what = "the text ends early";
    return scan_fault_at(s, s->at, what);
}

/* The next byte, or NUL at the end; the text itself holds no NUL. */
static char scan_peek(const struct scan *s)
{
    return s->at < s->end ? *s->at : '\0';
}

static void scan_blanks(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static bool scan_byte(struct scan *s, char wanted)
{
    if (scan_peek(s) != wanted)
        return false;
    s->at++;
    return true;
}

static bool scan_digits(struct scan *s)
{
    const char *first = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > first;
}

static bool scan_number(struct scan *s)
{
    static const char what[] = "a number that is not well formed";
    const char *first = s->at;

    scan_byte(s, '-');
    if (!scan_byte(s, '0') && !scan_digits(s))
        return scan_fault(s, what);
    if (scan_byte(s, '.') && !scan_digits(s))
        return scan_fault(s, what);
    if (scan_byte(s, 'e') || scan_byte(s, 'E')) {
        if (!scan_byte(s, '+'))
            scan_byte(s, '-');
        if (!scan_digits(s))
            return scan_fault(s, what);
    }
    if (s->at - first > NUMBER_LEN_MAX)
        return scan_fault_at(s, first, "a number of more than 63 characters");
    return true;
}

static int scan_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The four digits behind \u. */
static bool scan_hex4(struct scan *s, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = scan_hex_digit(scan_peek(s));
        if (digit < 0)
            return scan_fault(s, "a \\u escape that is not well formed");
        *unit = *unit << 4 | (unsigned)digit;
        s->at++;
    }
    return true;
}

static bool scan_unicode(struct scan *s)
{
    static const char half[] = "half of a surrogate pair";
    const char *first = s->at;
    unsigned unit;

    if (!scan_hex4(s, &unit))
        return false;
    if (unit == 0)
        return scan_fault_at(s, first, "a NUL (\\u0000)");
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    if (unit >= 0xdc00 || !scan_byte(s, '\\') || !scan_byte(s, 'u'))
        return scan_fault_at(s, first, half);
    if (!scan_hex4(s, &unit))
        return false;
    return (unit >= 0xdc00 && unit <= 0xdfff) || scan_fault_at(s, first, half);
}

static bool scan_string(struct scan *s)
{
    if (!scan_byte(s, '"'))
        return scan_fault(s, "a key that is no string");
    while (s->at < s->end) {
        char c = *s->at;
        if ((unsigned char)c < 0x20)
            return scan_fault(s, "a control character inside a string");
        s->at++;
        if (c == '"')
            return true;
        if (c != '\\')
            continue;
        if (scan_byte(s, 'u')) {
            if (!scan_unicode(s))
                return false;
        } else if (s->at < s->end && strchr("\"\\/bfnrt", *s->at) != NULL) {
            s->at++;
        } else {
            return scan_fault(s, "an unknown escape");
        }
    }
    return scan_fault(s, "");
}

static bool scan_word(struct scan *s, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
        return scan_fault(s, "not a JSON value");
    s->at += len;
    return true;
}

static bool scan_array(struct scan *s)
{
    s->at++;
    scan_blanks(s);
    if (scan_byte(s, ']'))
        return true;
    for (;;) {
        if (!scan_value(s))
            return false;
        scan_blanks(s);
        if (scan_byte(s, ']'))
            return true;
        if (!scan_byte(s, ','))
            return scan_fault(s, "neither ',' nor ']'");
    }
}

static bool scan_object(struct scan *s)
{
    s->at++;
    scan_blanks(s);
    if (scan_byte(s, '}'))
        return true;
    for (;;) {
        scan_blanks(s);
        if (!scan_string(s))
            return false;
        scan_blanks(s);
        if (!scan_byte(s, ':'))
            return scan_fault(s, "no ':' behind a key");
        if (!scan_value(s))
            return false;
        scan_blanks(s);
        if (scan_byte(s, '}'))
            return true;
        if (!scan_byte(s, ','))
            return scan_fault(s, "neither ',' nor '}'");
    }
}

static bool scan_nested(struct scan *s, bool (*inside)(struct scan *s))
{
    if (s->depth == JSON_DEPTH_MAX)
        return scan_fault(s, "nested too deep");
    s->depth++;
    bool ok = inside(s);
    s->depth--;
    return ok;
}

static bool scan_value(struct scan *s)
{
    scan_blanks(s);
    switch (scan_peek(s)) {
    case '{':
        return scan_nested(s, scan_object);
    case '[':
        return scan_nested(s, scan_array);
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return scan_number(s);
    default:
        return scan_fault(s, "not a JSON value");
    }
}

bool json_scan(const char *bytes, size_t len, struct err *err)
{
    struct scan s = {.start = bytes, .at = bytes, .end = bytes + len, .err = err};

    const char *nul = len > 0 ? memchr(bytes, '\0', len) : NULL;
    if (nul != NULL)
        return scan_fault_at(&s, nul, "a NUL");
    if (!text_is_utf8(bytes, len))
        return err_set(err, "bytes that are no UTF-8");
    if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        return err_set(err, "a byte order mark before the value");
    scan_blanks(&s);
    if (s.at == s.end)
        return err_set(err, "the text is empty");
    if (!scan_value(&s))
        return false;
    scan_blanks(&s);
    return s.at == s.end || scan_fault(&s, "more text behind the value");
}
