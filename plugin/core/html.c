/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Escapes for HTML. */
#include "core/html.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>

static const char *escape_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void escape(struct buf *out, const char *text)
{
    for (;;) {
        size_t plain = strcspn(text, "&<>\"'");

        buf_add(out, text, plain);
        text += plain;
        if (!*text)
            return;
        buf_str(out, escape_of(*text++));
    }
}

void html_text(struct buf *out, const char *text)
{
    struct buf safe;

    buf_init(&safe, HTML_TEXT_MAX);
    if (!text_safe(&safe, text, strlen(text), false, HTML_TEXT_MAX))
        buf_fail(out);
    escape(out, buf_text(&safe));
    buf_free(&safe);
}

void html_name(struct buf *out, const char *text)
{
    buf_str(out, "<bdi>");
    html_text(out, text);
    buf_str(out, "</bdi>");
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT, up to the path; who logs in there has no place in a link. */
static bool is_server(const char *text)
{
    size_t len = strcspn(text, "/?#"), host = strcspn(text, ":/?#[]%@");

    if (text[0] == '[') {
        host = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
        if (text[host] != ']')
            return false;
        host++;
    }
    if (host == 0 || host == len)
        return host > 0;
    return text[host] == ':' && strspn(text + host + 1, "0123456789") == len - host - 1;
}

static bool has_whole_escapes(const char *text)
{
    for (const char *at = strchr(text, '%'); at; at = strchr(at + 1, '%'))
        if (strspn(at + 1, "0123456789abcdefABCDEF") < 2)
            return false;
    return true;
}

bool html_is_link(const char *url)
{
    size_t scheme = text_find_nocase(url, "https://") == url  ? strlen("https://")
                    : text_find_nocase(url, "http://") == url ? strlen("http://")
                                                              : 0;

    if (scheme == 0 || strlen(url) > HTML_TEXT_MAX || !text_is_utf8(url, strlen(url)) ||
        !is_server(url + scheme) || !has_whole_escapes(url))
        return false;
    for (const char *at = url; *at;) {
        uint32_t code = 0;
        size_t len = text_char(at, strlen(at), &code);

        if (len == 0 || code <= ' ' || text_is_control(code) || (code < 0x80 && strchr("\"'<>\\^`{|}", (int)code)))
            return false;
        at += len;
    }
    return true;
}

void html_link(struct buf *out, const char *url, const char *label)
{
    if (!html_is_link(url))
        return;
    buf_str(out, "<a rel=\"noopener noreferrer\" href=\"");
    html_text(out, url);
    buf_printf(out, "\">%s</a>", label);
}

void html_json(struct buf *out, const char *json, size_t len)
{
    size_t from = 0;

    /* Outside of strings JSON has none of these. */
    for (size_t i = 0; i < len; i++)
        if (json[i] == '<' || json[i] == '>' || json[i] == '&') {
            buf_add(out, json + from, i - from);
            buf_printf(out, "\\u%04x", (unsigned)json[i]);
            from = i + 1;
        }
    buf_add(out, json + from, len - from);
}

void html_time(struct buf *out, int64_t t, int64_t now)
{
    char full[CLOCK_TEXT_MAX], text[CLOCK_TEXT_MAX];

    if (t <= 0)
        buf_str(out, "never");
    else
        buf_printf(out, "<time datetime=\"%s\">%s</time>", clock_rfc3339(t, full), clock_short(t, now, text));
}
