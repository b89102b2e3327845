/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Passive results: after each round every feed of the configuration is delivered to, each in a process of its own,
 * and one that failed is tried again. */
#ifndef TTA_AGENT_FEEDING_H
#define TTA_AGENT_FEEDING_H

#include "base/attr.h"
#include "probe/probe.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct feeding;

enum { FEEDING_FDS_MAX = 8 };

/* Both are borrowed and outlive it. NULL: out of memory. */
struct feeding *feeding_new(const struct standing *standing, const struct latest *latest) TTA_MUST_CHECK;
/* Kills what is under way: the next start delivers anew. */
void feeding_free(struct feeding *feeding);
/* A round has ended, or the configuration is another one: all feeds that it has are due. */
void feeding_due(struct feeding *feeding);
/* Looks after what is under way and begins what is due; never waits. *wake_ms: when it must be called again
 * (mono), beside every second or so. */
void feeding_step(struct feeding *feeding, int64_t mono_ms, int64_t *wake_ms);
/* Adds at most FEEDING_FDS_MAX descriptors that are readable when a delivery has ended; how many. */
size_t feeding_fds(const struct feeding *feeding, struct pollfd *fds);
/* True when nothing is under way or due now (what failed and waits to be tried again does not count). */
bool feeding_is_idle(const struct feeding *feeding);

#endif
