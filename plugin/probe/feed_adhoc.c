/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Feeds that no section describes. */
#include "base/text.h"
#include "probe/feed.h"

#include <stdlib.h>
#include <string.h>

#define ADHOC "nagios:"

bool feed_is_adhoc(const char *name)
{
    return strncmp(name, ADHOC, strlen(ADHOC)) == 0;
}

bool feed_adhoc(const char *text, struct config_feed *out, struct err *err)
{
    *out = (struct config_feed){.kind = FEED_NAGIOS, .usable = true};
    if (!feed_is_adhoc(text) || text[strlen(ADHOC)] != '/')
        return err_set(err,
                       "a feed is the NAME of a section [feed NAME], or nagios:DIR with DIR beginning with /");
    out->name = text_dup(text);
    out->dir = text_dup(text + strlen(ADHOC));
    out->host = text_dup("tiktok-{app}");
    if (out->name && out->dir && out->host)
        return true;
    feed_adhoc_free(out);
    return err_set(err, "out of memory");
}

void feed_adhoc_free(struct config_feed *feed)
{
    free(feed->name);
    free(feed->dir);
    free(feed->host);
}
