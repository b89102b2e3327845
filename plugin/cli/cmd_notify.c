/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * notify: the notification command of engines, and the worker that delivers. */
#include "base/clock.h"
#include "cli/command.h"
#include "cli/notify_event.h"
#include "cli/notify_letters.h"
#include "cli/notify_worker.h"
#include "probe/probe.h"

#include <inttypes.h>
#include <stdio.h>

static const struct option_row OPTION[] = {
    {"engine", "ENGINE", "put down a notification of this engine: nagios or icinga2"},
    {"type", "TYPE", "PROBLEM, RECOVERY, ACKNOWLEDGEMENT, ..., as the engine has it"},
    {"host", "HOST", "its host"},
    {"service", "SERVICE", "its service; without it the host itself is meant"},
    {"state", "STATE", "OK, WARNING, CRITICAL, UNKNOWN; of a host UP, DOWN, UNREACHABLE"},
    {"old-state", "STATE", "the state before"},
    {"time", "EPOCH", "when it was notified, in seconds since 1970"},
    {"since", "EPOCH", "when the state changed last"},
    {"last-ok", "EPOCH", "when it was OK last"},
    {"event-id", "ID", "the engine's own number of it, the same for all contacts"},
    {"output", "TEXT", "what the check said"},
    {"author", "NAME", "who acknowledged, or set the downtime"},
    {"comment", "TEXT", "and why"},
    {"display-name", "NAME", "name of the service for people"},
    {"engine-url", "URL", "its page in the engine's web interface"},
    {"notes-url", "URL", "its notes"},
    {"worker", NULL, "deliver until told to end; the agent does so by itself"},
    {"test", "NAME", "send a test alert to [notify NAME] now, and tell what it answers"},
    {"list", NULL, "what waits, and what could not be delivered"},
    {"retry", "ID", "deliver this dead letter again; all: every one"},
    {"json", NULL, "with --list: JSON instead of text"},
    {NULL, NULL, NULL},
};

static int enqueue(const struct call *call)
{
    struct env env = env_real(NULL);
    struct notify_event event;
    struct err err = {""};
    char now[24];

    if (!notify_event_read(call, &event))
        return COMMAND_USAGE;
    if (!event.event.time) {
        (void)snprintf(now, sizeof(now), "%" PRId64, clock_wall()); /* fits */
        event.event.time = now;
    }
    switch (notify_enqueue(&env, call->config, &event.event, &err)) {
    case ENQUEUED:
        return COMMAND_DONE;
    case ENQUEUED_BLINDLY:
        return call_failed(call, "it is kept until this is mended: %s", err.text);
    case NOT_ENQUEUED:
        break;
    }
    return call_failed(call, "this notification is lost: %s", err.text);
}

static const struct {
    const char *option;
    int (*run)(const struct call *call);
} DEED[] = {
    {"engine", enqueue},           {"worker", notify_worker},       {"test", notify_letters_test},
    {"list", notify_letters_list}, {"retry", notify_letters_retry},
};

static int run(const struct call *call)
{
    size_t chosen = 0, count = 0;

    for (size_t i = 0; i < TTA_LEN(DEED); i++) {
        if (call_has(call, DEED[i].option)) {
            chosen = i;
            count++;
        }
    }
    if (count != 1)
        return call_misused(call, "one thing is to be done: --engine, --worker, --test, --list or --retry");
    return DEED[chosen].run(call);
}

const struct command command_notify = {
    .name = "notify",
    .summary = "Alerts for PagerDuty, Alertmanager, Slack or a webhook of yours.",
    .words = "",
    .options = OPTION,
    .more = "With --engine the notification is only put down, and it returns at once: the worker delivers it.",
    .run = run,
};
