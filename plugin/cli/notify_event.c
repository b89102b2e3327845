/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an engine gave its notification command. */
#include "cli/notify_event.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { MACROS_MAX = 2 };

static const struct {
    const char *option;
    size_t at;
    const char *macro[MACROS_MAX]; /* of Nagios, for a service and for a host; the first that says something */
} SOURCE[] = {
#define AT(member) offsetof(struct engine_event, member)
    {"engine", AT(engine), {NULL, NULL}},
    {"type", AT(type), {"NAGIOS_NOTIFICATIONTYPE", NULL}},
    {"host", AT(host), {"NAGIOS_HOSTNAME", NULL}},
    {"service", AT(service), {"NAGIOS_SERVICEDESC", NULL}},
    {"state", AT(state), {"NAGIOS_SERVICESTATE", "NAGIOS_HOSTSTATE"}},
    {"old-state", AT(old_state), {"NAGIOS_LASTSERVICESTATE", "NAGIOS_LASTHOSTSTATE"}},
    {"time", AT(time), {"NAGIOS_TIMET", NULL}},
    {"since", AT(since), {"NAGIOS_LASTSERVICESTATECHANGE", "NAGIOS_LASTHOSTSTATECHANGE"}},
    {"last-ok", AT(last_ok), {"NAGIOS_LASTSERVICEOK", "NAGIOS_LASTHOSTUP"}},
    {"event-id", AT(event_id), {"NAGIOS_SERVICENOTIFICATIONID", "NAGIOS_HOSTNOTIFICATIONID"}},
    {"output", AT(output), {"NAGIOS_SERVICEOUTPUT", "NAGIOS_HOSTOUTPUT"}},
    {"author", AT(author), {"NAGIOS_NOTIFICATIONAUTHOR", NULL}},
    {"comment", AT(comment), {"NAGIOS_NOTIFICATIONCOMMENT", NULL}},
    {"display-name", AT(display_name), {"NAGIOS_SERVICEDISPLAYNAME", "NAGIOS_HOSTDISPLAYNAME"}},
    {"engine-url", AT(engine_url), {NULL, NULL}},
    {"notes-url", AT(notes_url), {"NAGIOS_SERVICENOTESURL", "NAGIOS_HOSTNOTESURL"}},
#undef AT
};

/* NULL where it says nothing. */
static const char *said(const char *text)
{
    size_t len = text ? strlen(text) : 0;
    bool is_macro = len > 2 && text[0] == '$' && text[len - 1] == '$' && strcspn(text, " \t") == len;

    return len == 0 || is_macro ? NULL : text;
}

static const char *value_of(const struct call *call, size_t row)
{
    const char *text = said(call_value(call, SOURCE[row].option));

    for (size_t i = 0; !text && i < MACROS_MAX && SOURCE[row].macro[i]; i++)
        text = said(getenv(SOURCE[row].macro[i]));
    return text;
}

static void cut_time(const char **time, char room[24])
{
    size_t len = *time ? strcspn(*time, ".") : 0;

    if (len == 0 || len >= 24)
        return;
    memcpy(room, *time, len);
    room[len] = '\0';
    *time = room;
}

bool notify_event_read(const struct call *call, struct notify_event *event)
{
    struct engine_event *out = &event->event;
    enum notice_type type;

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < TTA_LEN(SOURCE); i++) {
        const char *text = value_of(call, i);

        memcpy((char *)out + SOURCE[i].at, &text, sizeof(text));
    }
    cut_time(&out->time, event->time[0]);
    cut_time(&out->since, event->time[1]);
    cut_time(&out->last_ok, event->time[2]);
    if (!out->engine || (!text_equal_nocase(out->engine, "nagios") && !text_equal_nocase(out->engine, "icinga2")))
        (void)call_misused(call, "--engine '%s': allowed: nagios, icinga2", out->engine ? out->engine : "");
    else if (!out->type || !notice_type_from_name(out->type, &type))
        (void)call_misused(call,
                           "--type '%s': allowed: PROBLEM, RECOVERY, ACKNOWLEDGEMENT, and what else the "
                           "engine calls them",
                           out->type ? out->type : "");
    else if (!out->host)
        (void)call_misused(call, "--host is missing");
    else
        return true;
    return false;
}
