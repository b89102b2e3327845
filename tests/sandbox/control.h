/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * How tests steer the sandbox while it runs. */
#ifndef SANDBOX_CONTROL_H
#define SANDBOX_CONTROL_H

#include "sandbox.h"

#define CONTROL_PREFIX "/_sandbox/"

/* Answers a control request; the sandbox is locked. Errors are HTTP 400 and {"ok":false,"error":"..."}. */
void control_answer(struct sandbox *sandbox, const struct request *request, struct reply *reply);

#endif
