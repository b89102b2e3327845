/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Answers put on the wire by hand: what no HTTP library would ever send. */
#ifndef SANDBOX_WIRE_H
#define SANDBOX_WIRE_H

#include "buf.h"
#include "reply.h"

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

/* A connection taken over from the HTTP library for the rest of its life. */
struct wire {
    int fd;
    gnutls_session_t tls; /* NULL: plain */
    int stop_fd;          /* readable once the sandbox ends */
};

/* How an answer goes out. {.kind = WIRE_NONE}: as the HTTP library does it. */
struct delivery {
    int kind;
    int64_t delay_ms;    /* before anything is sent */
    int64_t interval_ms; /* between pieces of a slow answer */
    int64_t piece;       /* bytes of a piece */
    int64_t size;        /* how many or how large; 0: the kind's default */
};

#define WIRE_NONE (-1)

/* The number of that misbehaviour, or WIRE_NONE. */
int wire_kind(const char *name);
void wire_names(struct buf *names);

/* Does this kind send (part of) the true answer, so that the request is to be worked on? */
bool wire_wants_answer(int kind);

/* Waits that long; false if the client left or the sandbox ends before. */
bool wire_pause(const struct wire *wire, int64_t ms);

/* Sends the rendered reply in the way of delivery->kind. The connection is to be closed afterwards. */
void wire_deliver(const struct wire *wire, const struct delivery *delivery, const struct reply *reply);

#endif
