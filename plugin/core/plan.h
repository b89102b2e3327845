/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a full round costs, and how often the budget allows one. */
#ifndef TTA_CORE_PLAN_H
#define TTA_CORE_PLAN_H

#include "core/config.h"
#include "core/inventory.h"

#include <stdint.h>

/* Ids in one advertiser/info; what makes a loss a mass loss: so many advertisers and so much of the token's
 * inventory. */
enum { INFO_BATCH_MAX = 100, MASS_LOSS_MIN = 10, MASS_LOSS_PERCENT = 20 };

/* Requests of one quiet round for an app (index), permission probes spread over their interval: tokens +
 * ceil(advertisers of a token / 100) where account status is asked for or there is no app secret + tokens x
 * endpoints. Confirmation of what is newly missing comes on top. */
int64_t plan_round_calls(const struct config *config, const struct inventory *inventory, size_t app);
/* Seconds that a full round takes at the budget: apps after one another, each at its spacing. */
int64_t plan_round_s(const struct config *config, const struct inventory *inventory);
/* The configured interval, or what a full round takes when that is longer. */
int64_t plan_real_interval_s(const struct config *config, const struct inventory *inventory);
/* The configured stale_after, at least six real intervals. */
int64_t plan_stale_after_s(const struct config *config, const struct inventory *inventory);

#endif
