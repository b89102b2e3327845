/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fills in the template of a re-authorization link. */
#include "core/reauth_url.h"

#include <stdio.h>
#include <string.h>

static int put(const char *pattern, const char *hole, size_t hole_len, const char *value, char *out, size_t size)
{
    return snprintf(out, size, "%.*s%s%s", (int)(hole - pattern), pattern, value, hole + hole_len);
}

bool reauth_url_fill(const char *pattern, const char *advertiser_id, const char *link, char *out, size_t size)
{
    static const char ID[] = "{advertiser_id}";
    const char *id_hole = strstr(pattern, ID), *link_hole = strstr(pattern, REAUTH_URL_LINK);
    int len = -1;

    if (link_hole && link[0])
        len = put(pattern, link_hole, sizeof(REAUTH_URL_LINK) - 1, link, out, size);
    else if (id_hole && advertiser_id)
        len = put(pattern, id_hole, sizeof(ID) - 1, advertiser_id, out, size);
    else if (!id_hole && !link_hole)
        len = snprintf(out, size, "%s", pattern);
    if (len > 0 && (size_t)len < size)
        return true;
    out[0] = '\0';
    return false;
}
