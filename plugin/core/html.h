/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Text of others in HTML: shown, never run. */
#ifndef TTA_CORE_HTML_H
#define TTA_CORE_HTML_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTML_TEXT_MAX = 2000 };

/* Appends text as text_safe makes it (at most HTML_TEXT_MAX bytes) and escaped, for text and for attributes in
 * double quotes. */
void html_text(struct buf *out, const char *text);
/* The same in an element of its own, so that right-to-left text orders nothing around it. */
void html_name(struct buf *out, const char *text);
/* True for an http or https address with a server's name, whole escapes, and no blanks, quotes, backslashes or
 * control characters: what may stand in href, by html_text, and what receivers of alerts take for an address. */
bool html_is_link(const char *url);
/* Appends <a href> with this text of ours; nothing when it is no link. */
void html_link(struct buf *out, const char *url, const char *label);
/* Appends JSON text for a script element: nothing in it ends the element or begins a comment. */
void html_json(struct buf *out, const char *json, size_t len);
/* A <time> in the short form; "never" for 0. */
void html_time(struct buf *out, int64_t t, int64_t now);

#endif
