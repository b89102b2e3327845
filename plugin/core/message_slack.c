/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Messages for Slack and what takes the same. Names and answers of others stand in plain text, where nothing is
 * markup; the one text with markup holds our own words and checked links. `text` is what a phone shows, and all
 * that some take instead of blocks: there mentions and links are broken by a space that nobody sees. */
#include "base/text.h"
#include "core/message_words.h"

#include <string.h>

enum { BLOCK_MAX = 3000, LINK_BLOCK_MAX = 8 * 1024 };

static const char UNSEEN[] = "\xe2\x80\x8b"; /* U+200B */

/* As Slack wants it in every text: & < > escaped, and nothing more. */
static void put_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            buf_str(out, "&amp;");
            break;
        case '<':
            buf_str(out, "&lt;");
            break;
        case '>':
            buf_str(out, "&gt;");
            break;
        default:
            buf_char(out, *text);
        }
    }
}

/* @here, a link with another's text, an address: none of them works with a space in it. */
static void put_broken(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '(' || strncmp(text, "//", 2) == 0)
            buf_str(out, UNSEEN);
        buf_char(out, *text);
        if (*text == '@' || *text == '!' || *text == '#')
            buf_str(out, UNSEEN);
    }
}

/* The phone's sentence with what each character costs when it is escaped: an amp five bytes, so it stays far below
 * the limit. */
static void put_text(struct jsonw *w, const struct message *message)
{
    struct buf phone, broken, escaped;

    buf_init(&phone, PHONE_MAX);
    buf_init(&broken, BLOCK_MAX);
    buf_init(&escaped, BLOCK_MAX);
    message_phone(message, &phone);
    put_broken(&broken, buf_text(&phone));
    put_escaped(&escaped, buf_text(&broken));
    if (!buf_ok(&phone) || !buf_ok(&broken) || !buf_ok(&escaped))
        buf_fail(w->out);
    jsonw_string(w, "text", buf_text(&escaped));
    buf_free(&phone);
    buf_free(&broken);
    buf_free(&escaped);
}

/* At most BLOCK_MAX bytes of escaped text, cut between characters of the text as it was. */
static void put_cut(struct buf *out, const char *text, size_t len)
{
    static const char DOTS[] = "...";
    size_t limit = BLOCK_MAX - (sizeof(DOTS) - 1), cost = 0, cut = 0;
    struct buf part;

    for (size_t i = 0; i < len; i++) {
        cost += text[i] == '&' ? 5 : text[i] == '<' || text[i] == '>' ? 4 : 1;
        if (cost <= limit)
            cut = i + 1;
    }
    if (cost <= BLOCK_MAX)
        cut = len;
    buf_init(&part, len + 1);
    buf_add(&part, text, text_cut(text, len, cut));
    if (!buf_ok(&part))
        buf_fail(out);
    put_escaped(out, buf_text(&part));
    buf_free(&part);
    if (cut < len)
        buf_str(out, DOTS);
}

static void begin_section(struct jsonw *w, const char *type)
{
    jsonw_object(w, NULL);
    jsonw_string(w, "type", "section");
    jsonw_object(w, "text");
    jsonw_string(w, "type", type);
}

static void end_section(struct jsonw *w)
{
    jsonw_object_end(w);
    jsonw_object_end(w);
}

static void put_long(struct jsonw *w, const struct message *message)
{
    struct buf text, cut;

    buf_init(&text, PHONE_MAX + LONG_MAX_BYTES + 1);
    buf_init(&cut, BLOCK_MAX + 8);
    message_phone(message, &text);
    buf_char(&text, '\n');
    message_long(message, &text);
    put_cut(&cut, buf_text(&text), buf_len(&text));
    if (!buf_ok(&text) || !buf_ok(&cut))
        buf_fail(w->out);
    begin_section(w, "plain_text");
    jsonw_string(w, "text", buf_text(&cut));
    jsonw_bool(w, "emoji", false);
    end_section(w);
    buf_free(&text);
    buf_free(&cut);
}

static void put_links(struct jsonw *w, const struct notice *notice)
{
    struct message_link link[MESSAGE_LINKS_MAX + 1];
    struct buf text, one;

    message_links(notice, link);
    buf_init(&text, LINK_BLOCK_MAX);
    buf_init(&one, LINK_BLOCK_MAX);
    for (size_t i = 0; link[i].href; i++) {
        buf_reset(&one);
        buf_str(&one, buf_len(&text) > 0 ? "\n<" : "<");
        put_escaped(&one, link[i].href);
        if (!buf_printf(&one, "|%s>", link[i].text))
            buf_fail(w->out);
        if (buf_len(&text) + buf_len(&one) <= BLOCK_MAX)
            buf_str(&text, buf_text(&one));
    }
    if (!buf_ok(&text))
        buf_fail(w->out);
    if (buf_len(&text) > 0) {
        begin_section(w, "mrkdwn");
        jsonw_string(w, "text", buf_text(&text));
        jsonw_bool(w, "verbatim", true);
        end_section(w);
    }
    buf_free(&text);
    buf_free(&one);
}

bool message_slack(const struct message *message, struct buf *out)
{
    struct jsonw w;

    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    put_text(&w, message);
    jsonw_bool(&w, "mrkdwn", false);
    jsonw_array(&w, "blocks");
    put_long(&w, message);
    put_links(&w, message->notice);
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    return buf_ok(out);
}
