/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * On call: the worker that delivers to [notify NAME] receivers, in a process of its own, for as long as there are
 * receivers. A service tiktok-auth-notify that is at it goes on, and this one waits for its end. */
#ifndef TTA_AGENT_ONCALL_H
#define TTA_AGENT_ONCALL_H

#include "base/attr.h"
#include "probe/probe.h"

#include <stdbool.h>
#include <stdint.h>

struct oncall;

/* Borrowed, and outlives it. NULL: out of memory. */
struct oncall *oncall_new(const struct standing *standing) TTA_MUST_CHECK;
/* Kills the worker: what is under way then is delivered again by the next one. */
void oncall_free(struct oncall *oncall);
/* Tells the worker to end, and begins no other; what is under way has some seconds. It is not waited for. */
void oncall_end(struct oncall *oncall);
bool oncall_is_idle(const struct oncall *oncall);
/* The configuration is another one: the worker ends and is begun anew. */
void oncall_reload(struct oncall *oncall);
/* Looks after the worker; never waits. *wake_ms: when it must be called again (mono), beside every second or so.
 */
void oncall_step(struct oncall *oncall, int64_t mono_ms, int64_t *wake_ms);

#endif
