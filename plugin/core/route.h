/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Routes: which receivers get a notice, and what it does there. */
#ifndef TTA_CORE_ROUTE_H
#define TTA_CORE_ROUTE_H

#include "core/config.h"
#include "core/notice.h"
#include "core/receiver.h"

/* Whether the section's filters take it (its `default` does not count here). */
bool route_takes(const struct config_notify *notify, const struct notice *notice);
/* The sections that get it, as indices into config->notify: all that can be used, are `from` its sender, and take
 * it; else those that are the default. `section` has room for config->notify_count. Returns how many. */
size_t route_targets(const struct config *config, const struct notice *notice, size_t *section);

/* What is to be done at a receiver. */
enum tell {
    TELL_NOTHING,
    TELL_TRIGGER,     /* an alert begins, or is as this says now */
    TELL_ACKNOWLEDGE, /* somebody has taken it */
    TELL_RESOLVE,
    TELL_ONCE /* said, and that is all: nothing is open for it */
};
const char *tell_name(enum tell tell); /* "trigger", "acknowledge", "resolve", "message"; "nothing" */

/*                      not OK                    OK
 *  problem             trigger                   resolve
 *  recovery            resolve                   resolve
 *  acknowledgement     acknowledge if open       nothing
 *                      (alertmanager: nothing;
 *                      webhook, slack: always)
 *  flapping, downtime  said once by webhook and slack, nothing elsewhere: what is open stays open
 *    starts
 *  flapping, downtime  as a problem               as a recovery if open, else as its start
 *    ends
 *  custom              trigger                   said once: PagerDuty and Alertmanager get an alert of its own,
 *                                                which Alertmanager ends by itself
 *
 * A downtime closes nothing: engines are silent in it, so its end says what holds then. */
enum tell route_tell(enum notify_kind kind, const struct notice *notice, bool is_open);

/* An engine runs its command for each contact, so the same comes several times: whether this is said already by
 * `last`, the newest notice of the same key. */
bool route_is_repeat(const struct notice *notice, const struct notice *last);

#endif
