/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Text made safe: escaped, cut at character boundaries, ASCII for engines. */
#ifndef TTA_BASE_TEXT_H
#define TTA_BASE_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the well-formed UTF-8 character that the bytes begin with and, in *code, its number; 0 when they begin
 * with none. NUL is a character here. */
size_t text_char(const char *bytes, size_t len, uint32_t *code);
/* True for characters that nothing remote may bring to a terminal or a line: C0, DEL, C1, what orders
 * text the other way (U+061C, U+200E-200F, U+202A-202E, U+2066-2069), the line separators U+2028 and U+2029. */
bool text_is_control(uint32_t code);
/* True when the bytes are well-formed UTF-8 (no surrogates, no overlong forms) without NUL. */
bool text_is_utf8(const char *bytes, size_t len);
/* Appends remote text for a log, a terminal or plugin output: valid UTF-8 stays when `ascii` is false, everything
 * else (control characters, C1, bidi overrides U+202A-202E and U+2066-2069, line separators, broken bytes, and
 * with `ascii` all above 0x7e) becomes one '?'; newlines and tabs become one blank. At most `max` bytes are added,
 * whole characters only, "..." at the end when cut. */
bool text_safe(struct buf *out, const char *text, size_t len, bool ascii, size_t max);
/* As text_safe with ascii, and with the characters that engines strip or that break a line - ` ~ $ & | ' " < > \ -
 * as one blank each, runs of blanks folded. For line 1 and for perfdata. */
bool text_engine(struct buf *out, const char *text, size_t len, size_t max);
/* As text_safe without ascii, and of ASCII only letters, digits and blank . , : ( ) / _ + @ # - stay; all else,
 * and what text_safe shows as '?', is a blank, runs of blanks folded, none at the beginning or the end. For names
 * in the objects of an engine: neither its language nor a shell that gets it between double quotes is hurt. */
bool text_plain(struct buf *out, const char *text, size_t len, size_t max);
/* Length of the longest prefix of at most `max` bytes that ends at a character boundary. */
size_t text_cut(const char *text, size_t len, size_t max);
/* Compares without regard to ASCII case, whatever the locale. */
bool text_equal_nocase(const char *a, const char *b);
/* The first place of `needle` in `hay`, ASCII case ignored; NULL when there is none. */
const char *text_find_nocase(const char *hay, const char *needle);
/* A copy, or NULL out of memory; NULL in gives NULL out. */
char *text_dup(const char *text);
char *text_dup_n(const char *text, size_t len);
/* Appends `in` percent-encoded for a query value (RFC 3986 unreserved characters stay). */
bool text_percent_encode(struct buf *out, const char *in, size_t len);
/* Appends a link so that it leads to the same place and is only of letters, digits and - . _ : / ? # [ ] @ ( ) * +
 * , = & and % with two hexadecimal digits: for the objects of an engine, whose language, macros and shells break
 * it otherwise. */
bool text_link(struct buf *out, const char *in, size_t len);

#endif
