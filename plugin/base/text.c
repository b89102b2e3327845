/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Decoding UTF-8 strictly and making remote text safe; ASCII only where case matters, whatever the locale. */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    unsigned char lead_mask, lead;
    unsigned char len;
    uint32_t least; /* smaller is an overlong form */
} UTF8_FORM[] = {
    {0x80, 0x00, 1, 0x0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

size_t text_char(const char *bytes, size_t len, uint32_t *code)
{
    unsigned char lead = len > 0 ? (unsigned char)bytes[0] : 0;

    for (size_t i = 0; i < TTA_LEN(UTF8_FORM); i++) {
        uint32_t c = lead & (unsigned char)~UTF8_FORM[i].lead_mask;

        if ((lead & UTF8_FORM[i].lead_mask) != UTF8_FORM[i].lead)
            continue;
        if (UTF8_FORM[i].len > len)
            return 0;
        for (size_t n = 1; n < UTF8_FORM[i].len; n++) {
            unsigned char byte = (unsigned char)bytes[n];

            if ((byte & 0xc0) != 0x80)
                return 0;
            c = c << 6 | (byte & 0x3f);
        }
        if (c < UTF8_FORM[i].least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
            return 0;
        *code = c;
        return UTF8_FORM[i].len;
    }
    return 0;
}

bool text_is_control(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } RANGE[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c},
                 {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};

    for (size_t i = 0; i < TTA_LEN(RANGE); i++)
        if (code >= RANGE[i].first && code <= RANGE[i].last)
            return true;
    return false;
}

bool text_is_utf8(const char *bytes, size_t len)
{
    uint32_t code = 0;

    for (size_t i = 0, n; i < len; i += n) {
        n = text_char(bytes + i, len - i, &code);
        if (n == 0 || code == 0)
            return false;
    }
    return true;
}

/* What engines strip from macros or read as the end of the text; the backslash because passive results write a
 * line end as backslash n. */
static const char ENGINE_STRIPS[] = "`~$&|'\"<>\\";

/* What stays of ASCII in the name of an object, beside letters and digits. */
static const char PLAIN[] = " .,:()/_+@#-";

enum style { STYLE_UTF8, STYLE_ASCII, STYLE_ENGINE, STYLE_PLAIN };

static bool is_alphanumeric(uint32_t code)
{
    return (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z') || (code >= '0' && code <= '9');
}

/* One step of the escaping: takes `used` bytes of the text and stands for `bytes` in the output. */
struct piece {
    const char *bytes;
    size_t len;
    size_t used;
};

static struct piece next_piece(const char *text, size_t len, enum style style)
{
    uint32_t code = 0;
    size_t n = text_char(text, len, &code);

    if (style == STYLE_PLAIN) {
        bool stays =
            n > 0 && (code < 0x80 ? is_alphanumeric(code) || (code > 0 && strchr(PLAIN, (int)code) != NULL)
                                  : !text_is_control(code));

        return stays ? (struct piece){text, n, n} : (struct piece){" ", 1, n > 0 ? n : 1};
    }
    if (n == 0)
        return (struct piece){"?", 1, 1};
    if (code == '\r' && len > 1 && text[1] == '\n')
        return (struct piece){" ", 1, 2};
    if (code == '\r' || code == '\n' || code == '\t')
        return (struct piece){" ", 1, 1};
    if (text_is_control(code) || (code > 0x7e && style != STYLE_UTF8))
        return (struct piece){"?", 1, n};
    if (style == STYLE_ENGINE && code < 0x80 && strchr(ENGINE_STRIPS, (int)code))
        return (struct piece){" ", 1, 1};
    return (struct piece){text, n, n};
}

/* Appends the pieces that fit into `max` bytes. A NULL `out` only measures. Returns the bytes of all pieces,
 * counted no further than just past `max`. */
static size_t add_pieces(struct buf *out, const char *text, size_t len, enum style style, size_t max)
{
    size_t total = 0;
    bool after_blank = style == STYLE_PLAIN;

    for (size_t i = 0; i < len;) {
        struct piece p = next_piece(text + i, len - i, style);
        bool blank = p.bytes[0] == ' ';

        i += p.used;
        if (style >= STYLE_ENGINE && blank && after_blank)
            continue;
        after_blank = blank;
        total += p.len;
        if (total > max)
            break;
        if (out)
            buf_add(out, p.bytes, p.len);
    }
    return total;
}

static bool add_styled(struct buf *out, const char *text, size_t len, enum style style, size_t max)
{
    static const char DOTS[] = "...";
    const size_t dots = sizeof(DOTS) - 1;

    if (add_pieces(NULL, text, len, style, max) <= max)
        add_pieces(out, text, len, style, max);
    else if (max > dots) {
        add_pieces(out, text, len, style, max - dots);
        buf_add(out, DOTS, dots);
    } else
        buf_add(out, DOTS, max);
    return buf_ok(out);
}

bool text_safe(struct buf *out, const char *text, size_t len, bool ascii, size_t max)
{
    return add_styled(out, text, len, ascii ? STYLE_ASCII : STYLE_UTF8, max);
}

bool text_engine(struct buf *out, const char *text, size_t len, size_t max)
{
    return add_styled(out, text, len, STYLE_ENGINE, max);
}

bool text_plain(struct buf *out, const char *text, size_t len, size_t max)
{
    size_t before = buf_len(out);

    add_styled(out, text, len, STYLE_PLAIN, max);
    while (buf_len(out) > before && buf_text(out)[buf_len(out) - 1] == ' ')
        buf_cut(out, buf_len(out) - 1);
    return buf_ok(out);
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t text_cut(const char *text, size_t len, size_t max)
{
    size_t cut = max;

    if (len <= max)
        return len;
    while (cut > 0 && max - cut < 3 && is_continuation(text[cut]))
        cut--;
    /* Four continuation bytes in a row are no character, so there is no boundary to keep. */
    return is_continuation(text[cut]) ? max : cut;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

bool text_equal_nocase(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

static bool starts_nocase(const char *text, const char *start)
{
    while (*start && lower(*text) == lower(*start)) {
        text++;
        start++;
    }
    return *start == '\0';
}

const char *text_find_nocase(const char *hay, const char *needle)
{
    for (;; hay++) {
        if (starts_nocase(hay, needle))
            return hay;
        if (*hay == '\0')
            return NULL;
    }
}

char *text_dup(const char *text)
{
    return text ? text_dup_n(text, strlen(text)) : NULL;
}

char *text_dup_n(const char *text, size_t len)
{
    char *copy = text && len < SIZE_MAX ? malloc(len + 1) : NULL;

    if (copy) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

static bool is_unreserved(char c)
{
    return is_alphanumeric((unsigned char)c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void add_encoded(struct buf *out, char c)
{
    static const char HEX[] = "0123456789ABCDEF";
    unsigned char byte = (unsigned char)c;

    buf_add(out, (const char[]){'%', HEX[byte >> 4], HEX[byte & 15]}, 3);
}

bool text_percent_encode(struct buf *out, const char *in, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (is_unreserved(in[i]))
            buf_char(out, in[i]);
        else
            add_encoded(out, in[i]);
    }
    return buf_ok(out);
}

static bool is_hexadecimal(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

bool text_link(struct buf *out, const char *in, size_t len)
{
    static const char KEPT[] = "-._:/?#[]@()*+,=&";

    for (size_t i = 0; i < len; i++) {
        bool escape = in[i] == '%' && i + 2 < len && is_hexadecimal(in[i + 1]) && is_hexadecimal(in[i + 2]);

        if (escape || is_alphanumeric((unsigned char)in[i]) || (in[i] && strchr(KEPT, in[i])))
            buf_char(out, in[i]);
        else
            add_encoded(out, in[i]);
    }
    return buf_ok(out);
}
