/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Hands the alerts of the log to the master agent as notifications, in order and by number.
 *
 *     waiting --read, sent--> in flight --the master took it--> told --remembered in the store--> (done)
 *        ^                        |
 *        +---- link down, refused, or no answer: all that is in flight, again after a pause
 *
 * A number is told again only when it was in flight, or not yet remembered, as a process or the link ended. */
#ifndef TTA_AGENT_NOTIFIER_H
#define TTA_AGENT_NOTIFIER_H

#include "agent/picture.h"
#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

/* More than about 400 that nobody reads would stop both libnetsnmp and the master. */
enum { NOTIFIER_IN_FLIGHT_MAX = 10 };

struct notifier;

/* `picture` is borrowed; its counts of notifications are kept here. NULL: out of memory. */
struct notifier *notifier_new(struct picture *picture) TTA_MUST_CHECK;
void notifier_free(struct notifier *notifier);
/* Reads the log soon: there may be news. */
void notifier_wake(struct notifier *notifier);
/* The store is another one. */
void notifier_begin_anew(struct notifier *notifier);
/* The link went down: what is in flight has no answer. */
void notifier_link_down(struct notifier *notifier);
void notifier_answer(struct notifier *notifier, int64_t number, bool taken, int64_t mono_ms);
/* Does what can be done now. *wake_ms (mono): call again then at the latest. */
void notifier_step(struct notifier *notifier, int64_t mono_ms, int64_t *wake_ms);
/* True when nothing is in flight and nothing is left that could be sent. */
bool notifier_is_idle(const struct notifier *notifier);

#endif
