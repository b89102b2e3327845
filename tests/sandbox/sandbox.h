/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox as a whole: one lock, one world, and what becomes of a request. */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "clock.h"
#include "fault.h"
#include "reply.h"
#include "reqlog.h"
#include "request.h"
#include "wire.h"
#include "world.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Everything below lock changes only while it is held. */
struct sandbox {
    const char *scenario_name;
    cJSON *scenario; /* as read; a reset builds the world from it again */
    int stop_fd;     /* an eventfd, readable once the sandbox shall end */
    bool quiet;
    pthread_mutex_t lock;
    struct clock clock;
    struct world *world;
    struct faults faults;
    struct reqlog log;
    uint64_t answers; /* request ids made so far */
};

/* Builds the world of the scenario, which is handed over. False and what is wrong otherwise. */
bool sandbox_open(struct sandbox *sandbox, cJSON *scenario, struct problem *problem);

/* Puts world, faults and manual clock back to the scenario, and empties the log. */
bool sandbox_reset(struct sandbox *sandbox, struct problem *problem);

void sandbox_close(struct sandbox *sandbox);

int64_t sandbox_now_ms(const struct sandbox *sandbox);

/* Answers the request, which is handed over, and says how the answer is to be delivered. */
void sandbox_answer(struct sandbox *sandbox, struct request *request, struct reply *reply,
                    struct delivery *delivery);

#endif
