/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an engine gave its notification command, as options or in the environment. */
#ifndef TTA_CLI_NOTIFY_EVENT_H
#define TTA_CLI_NOTIFY_EVENT_H

#include "cli/command.h"
#include "probe/probe.h"

#include <stdbool.h>

/* An event, and room for its times without the fractions that Icinga gives them. */
struct notify_event {
    struct engine_event event;
    char time[3][24];
};

/* Borrowed from command line and environment. What is empty, or a macro that the engine left as it was ("$X$"),
 * was not given; nagios' environment macros are taken for what is not an option. False: it can't be a
 * notification, and the misuse is said. */
bool notify_event_read(const struct call *call, struct notify_event *out) TTA_MUST_CHECK;

#endif
