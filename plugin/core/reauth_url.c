/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fills in the template of a re-authorization link. */
#include "core/reauth_url.h"

#include <stdio.h>
#include <string.h>

bool reauth_url_fill(const char *pattern, const char *advertiser_id, char *out, size_t size)
{
    static const char HOLE[] = "{advertiser_id}";
    const char *hole = strstr(pattern, HOLE);
    int len = -1;

    if (!hole)
        len = snprintf(out, size, "%s", pattern);
    else if (advertiser_id)
        len = snprintf(out, size, "%.*s%s%s", (int)(hole - pattern), pattern, advertiser_id,
                       hole + sizeof(HOLE) - 1);
    if (len > 0 && (size_t)len < size)
        return true;
    out[0] = '\0';
    return false;
}
