/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pages on which a person authorizes an app. */
#ifndef SANDBOX_PORTAL_H
#define SANDBOX_PORTAL_H

#include "sandbox.h"

/* Answers the portal's pages; false for other paths. */
bool portal_answer(struct sandbox *sandbox, struct request *request, struct reply *reply);

#endif
