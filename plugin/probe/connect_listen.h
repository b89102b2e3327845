/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Waits on this host for the callback of an authorization: on exactly the port and the path of a redirect_uri that
 * is a loopback address. */
#ifndef TTA_PROBE_CONNECT_LISTEN_H
#define TTA_PROBE_CONNECT_LISTEN_H

#include "base/attr.h"
#include "base/err.h"
#include "probe/connect.h"

#include <stdbool.h>
#include <stdint.h>

struct connect_listener;

/* True for http:// and a loopback host: a browser on this host comes back here. */
bool connect_can_listen(const char *redirect_uri) TTA_MUST_CHECK;
/* NULL with *err: the port is taken, ... */
struct connect_listener *connect_listen(const char *redirect_uri, struct err *err) TTA_MUST_CHECK;
/* Answers what is not a callback, until one comes: its query, raw, which lives until it is answered. NULL: none
 * came before the deadline (mono). */
const char *connect_listen_wait(struct connect_listener *listener, int64_t deadline_ms);
/* Shows the person what came of it. */
void connect_listen_answer(struct connect_listener *listener, const struct connect_outcome *outcome);
/* NULL is fine. */
void connect_listen_free(struct connect_listener *listener);

#endif
