/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Making a world from a scenario file. */
#ifndef SANDBOX_SCENARIO_H
#define SANDBOX_SCENARIO_H

#include "fields.h"
#include "world.h"

#include <stdint.h>

/* The file's JSON, which the caller deletes, or NULL and what is wrong with it. */
cJSON *scenario_read(const char *path, struct problem *problem);

/* The world that the scenario describes, as it is at that time, or NULL and what is wrong.
 * The faults of a scenario are left to the caller, see fault.h. */
struct world *scenario_build(const cJSON *scenario, int64_t now_ms, struct problem *problem);

/* One advertiser, endpoint, incident or video as scenarios and control requests both write them. */
bool scenario_endpoint(struct world *world, const struct fields *fields);
bool scenario_incident(struct world *world, const struct fields *fields);
bool scenario_video(struct world *world, const struct fields *fields, int64_t now_ms);

/* Puts "tier", or "qps", "qpm" and "qpd", into the quota where they are given. */
void scenario_quota(const struct fields *fields, struct quota *quota);

/* The ids in the array under name as positions; unknown ids are a problem. */
struct bits scenario_ids(const struct world *world, const struct fields *fields, const char *name);

#endif
