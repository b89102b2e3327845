/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bodies that are wrong in a chosen way. */
#ifndef SANDBOX_MANGLE_H
#define SANDBOX_MANGLE_H

#include "reply.h"

#include <stdint.h>

/* The number of that kind of wrong JSON, or -1 if there is none of that name. */
int mangle_kind(const char *name);

/* The names of all kinds, with ", " between them. */
void mangle_names(struct buf *names);

/* Renders the reply, wrong in that way. size: how deep, how large, how often; 0 for the kind's default. */
void mangle_reply(struct reply *reply, int kind, int64_t size);

#endif
