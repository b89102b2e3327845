/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Addresses of the network: read, written, compared with lists of them. Nothing is looked up. */
#ifndef TTA_BASE_NET_H
#define TTA_BASE_NET_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* IPv6; IPv4 stands in it as ::ffff:192.0.2.1. */
struct net_address {
    unsigned char bytes[16];
};

enum { NET_TEXT_MAX = 64 };

/* "192.0.2.1", "2001:db8::1", "localhost" (127.0.0.1), and the same as proxies write it, with a port or in
 * brackets; the port is passed over. */
bool net_parse(const char *text, size_t len, struct net_address *out) TTA_MUST_CHECK;
/* Where to listen: "127.0.0.1:8040", "[::1]:8040", "localhost:8040"; 0 is a port. */
bool net_parse_endpoint(const char *text, struct net_address *out, uint16_t *port) TTA_MUST_CHECK;
/* The address of a socket; false for other families than the two. */
bool net_of_socket(const struct sockaddr *socket, struct net_address *out) TTA_MUST_CHECK;
/* What bind(2) and connect(2) take; returns its length. */
socklen_t net_to_socket(const struct net_address *address, uint16_t port, struct sockaddr_storage *out);
/* Each writes into `out` (NET_TEXT_MAX bytes) and returns it. The origin is what one customer of a provider has:
 * the IPv4 address, the /64 of an IPv6 one. */
const char *net_text(const struct net_address *address, char *out);
const char *net_origin(const struct net_address *address, char *out);

/* A list of addresses and networks, separated by blanks or commas: "127.0.0.1 ::1 10.0.0.0/8". */
bool net_list_ok(const char *list) TTA_MUST_CHECK;
/* True when one of the list is it or holds it; what can't be read holds nothing. */
bool net_list_has(const char *list, const struct net_address *address) TTA_MUST_CHECK;

#endif
