/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The listening socket, and requests between the HTTP library and the sandbox. */
#ifndef SANDBOX_SERVER_H
#define SANDBOX_SERVER_H

#include "sandbox.h"
#include "tls.h"

#include <stdbool.h>
#include <stdint.h>

struct server;

/* Listens on that address and answers from then on. NULL and what is wrong otherwise.
 * The sandbox outlives the server; the TLS texts need not. */
struct server *server_start(struct sandbox *sandbox, const char *address, uint16_t port, enum tls_kind kind,
                            const struct tls_files *files, struct problem *problem);

uint16_t server_port(const struct server *server);

/* Closes all connections and waits for their threads. The sandbox's stop_fd is readable by then. */
void server_stop(struct server *server);

#endif
