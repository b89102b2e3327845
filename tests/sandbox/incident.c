/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The feed of service incidents, as RSS 2.0. */
#include "incident.h"

#include <string.h>

static void add_element(struct buf *xml, const char *name, const char *text)
{
    if (text != NULL) {
        buf_format(xml, "<%s>", name);
        buf_html(xml, text);
        buf_format(xml, "</%s>", name);
    }
}

bool incident_answer(struct sandbox *sandbox, const struct request *request, struct reply *reply)
{
    const struct world *world = sandbox->world;
    struct buf xml = {0};

    if (strcmp(request->path, "/marketing_api/api/status_page/incident/rss/") != 0) {
        return false;
    }
    buf_text(&xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel>"
                   "<title>Sandbox status</title><link>https://example.com/status</link>"
                   "<description>Incidents of the sandbox</description>");
    for (size_t i = 0; i < world->incident_count; i++) {
        const struct world_incident *incident = &world->incidents[i];

        buf_text(&xml, "<item>");
        add_element(&xml, "title", incident->title);
        add_element(&xml, "description", incident->description);
        add_element(&xml, "guid", incident->guid);
        add_element(&xml, "pubDate", incident->date);
        buf_text(&xml, "</item>");
    }
    buf_text(&xml, "</channel></rss>\n");
    reply_raw(reply, 200, "application/rss+xml", xml.data, xml.len);
    buf_free(&xml);
    return true;
}
