/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The link to the master agent: an AgentX session of libnetsnmp, which lives in this one thread.
 *
 *     down --the master answers--> up --it closes, or a ping fails--> down
 *
 * While it is down libnetsnmp tries again every second; registrations come back by themselves. */
#ifndef TTA_AGENT_LINK_H
#define TTA_AGENT_LINK_H

#include "base/attr.h"
#include "base/err.h"
#include "probe/probe.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINK_FDS_MAX = 16 };

struct link_events {
    void *arg;
    void (*up)(void *arg);
    void (*down)(void *arg);
    /* A notification was taken by the master; or not: refused, or no answer in time. */
    void (*answer)(void *arg, int64_t number, bool taken);
};

/* Sets libnetsnmp up, once in a process; register objects next. `socket`: "unix:/var/agentx/master", or as
 * net-snmp writes addresses. False with *err. */
bool link_init(const char *socket, const struct link_events *events, struct err *err) TTA_MUST_CHECK;
/* Tries to connect; objects are registered by now. */
void link_start(void);
/* Says goodbye to the master, and frees what libnetsnmp holds: snmpd has crashed on subagents that just vanished.
 */
void link_stop(void);
bool link_is_up(void);
/* Fills what poll(2) is to wait for; *wake_ms: at most so long, -1 for ever. Ask anew each time: after a reconnect
 * the same number may be another socket. */
size_t link_fds(struct pollfd *fds, size_t most, int *wake_ms);
/* Reads what has come, answers it, and lets due timers run. May wait for the master where that hangs, for some
 * seconds at most. */
void link_process(void);

/* Hands a notification to the master; `varbinds` (a list of netsnmp_variable_list) is taken over. False: it can't
 * be sent, and no answer follows. */
bool link_notify(void *varbinds, int64_t number) TTA_MUST_CHECK;

#endif
