/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes names of tokens out of names of people. */
#include "core/oauth_name.h"

#include <stdio.h>
#include <string.h>

enum { SLUG_MAX = 16 };

/* Lower case letters and digits, one dash for all that stands between them. */
static size_t write_slug(const char *text, char out[SLUG_MAX + 1])
{
    size_t len = 0;

    for (; *text && len < SLUG_MAX; text++) {
        char c = *text;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[len++] = c;
        else if (len > 0 && out[len - 1] != '-')
            out[len++] = '-';
    }
    while (len > 0 && out[len - 1] == '-')
        len--;
    out[len] = '\0';
    return len;
}

void oauth_own_name(const char *old, const char *client, const char *advertiser_id, unsigned attempt,
                    char out[SECTION_NAME_MAX + 1])
{
    char slug[SLUG_MAX + 1], number[16] = "";
    const char *behind = client && write_slug(client, slug) > 0 ? slug : advertiser_id;
    size_t room;

    if (attempt > 1)
        (void)snprintf(number, sizeof(number), "-%u", attempt); /* fits */
    room = SECTION_NAME_MAX - 1 - strlen(number) - strlen(behind);
    (void)snprintf(out, SECTION_NAME_MAX + 1, "%.*s-%s%s", (int)room, old, behind, number); /* fits: cut above */
}
