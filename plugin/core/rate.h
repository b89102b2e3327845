/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How often each may ask, and all together: a bucket of a minute's requests for each, refilled evenly. */
#ifndef TTA_CORE_RATE_H
#define TTA_CORE_RATE_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct rate;

/* `seed`: a random number, so that nobody can choose names that share a place. NULL: out of memory. */
struct rate *rate_new(uint64_t seed) TTA_MUST_CHECK;
void rate_free(struct rate *rate);

/* Takes a request of `who` where both he and all together have one left; what he is refused costs the others
 * nothing. Of more askers than there is room for, those that were not heard of for longest are forgotten. The
 * limits, requests a minute, may change from call to call. */
bool rate_take(struct rate *rate, const char *who, int each, int all, int64_t mono_ms) TTA_MUST_CHECK;

#endif
