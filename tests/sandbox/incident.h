/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The feed of service incidents. */
#ifndef SANDBOX_INCIDENT_H
#define SANDBOX_INCIDENT_H

#include "sandbox.h"

/* Answers the feed's path; false for others. */
bool incident_answer(struct sandbox *sandbox, const struct request *request, struct reply *reply);

#endif
