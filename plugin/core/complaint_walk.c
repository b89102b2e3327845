/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Walks two lists of complaints as one. */
#include "core/complaint_walk.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void complaint_walk(struct complaint_walk *walk, const struct complaints *now, const struct snapshot *snapshot)
{
    walk->now = now;
    walk->snapshot = snapshot;
    walk->at = 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* The snapshot's text is "FILE line N: text", the configuration's own only the last part of that. */
static bool said_already(const struct complaint_walk *walk, const struct board_complaint *said)
{
    for (size_t i = 0; walk->now && i < walk->now->count; i++) {
        const struct complaint *c = &walk->now->item[i];

        if ((int)c->subject == said->subject && strcmp(c->name, said->name) == 0 && ends_with(said->text, c->text))
            return true;
    }
    return false;
}

static void take_text(struct complaint_walk *walk, const char *text)
{
    size_t len = text_cut(text, strnlen(text, COMPLAINT_WALK_TEXT_MAX), COMPLAINT_WALK_TEXT_MAX - 1);

    memcpy(walk->text, text, len);
    walk->text[len] = '\0';
}

/* An apostrophe within a word stays. */
static void drop_quotes(char *text)
{
    unsigned char before = ' ';
    char *to = text;

    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;

        if (c == '"' || (c == '\'' && !(isalpha(before) && isalpha((unsigned char)at[1]))))
            c = '\0';
        before = (unsigned char)*at;
        if (c)
            *to++ = *at;
    }
    *to = '\0';
}

void complaint_reason_first(const struct complaint_walk *walk, char *out, size_t size)
{
    const char *place_end = strstr(walk->text, ": ");

    if (place_end)
        snprintf(out, size, "%s (%.*s)", place_end + 2, (int)(place_end - walk->text), walk->text);
    else
        snprintf(out, size, "%s", walk->text);
}

bool complaint_next(struct complaint_walk *walk)
{
    size_t own = walk->now ? walk->now->count : 0;
    size_t all = own + (walk->snapshot ? snapshot_board(walk->snapshot)->complaint_count : 0);

    while (walk->at < all) {
        size_t at = walk->at++;
        struct board_complaint said;

        if (at < own) {
            const struct complaint *c = &walk->now->item[at];

            walk->subject = (int)c->subject;
            walk->name = c->name;
            complaint_text(c, walk->text, sizeof(walk->text));
            drop_quotes(walk->text);
            return true;
        }
        if (snapshot_complaint(walk->snapshot, (uint32_t)(at - own), &said) && !said_already(walk, &said)) {
            walk->subject = said.subject;
            walk->name = said.name;
            take_text(walk, said.text);
            drop_quotes(walk->text);
            return true;
        }
    }
    return false;
}
