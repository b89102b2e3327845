/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The connections: how many, from where, for how long. */
#include "ext/httpd_private.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void peer_end(struct httpd_peer *peer)
{
    peer->ended = true;
    (void)shutdown(peer->fd, SHUT_RDWR);
}

bool httpd_peer_may_come(struct httpd *httpd, const struct net_address *address)
{
    bool trusted = net_list_has(httpd->trusted, address);
    char origin[NET_TEXT_MAX], other[NET_TEXT_MAX];
    struct httpd_peer *keeps_waiting = NULL;
    unsigned all = 0, same = 0;

    (void)net_origin(address, origin);
    for (struct httpd_peer *peer = httpd->oldest; peer; peer = peer->next) {
        if (peer->ended)
            continue;
        all++;
        same += strcmp(net_origin(&peer->address, other), origin) == 0;
        if (!keeps_waiting && peer->deadline_ms != INT64_MAX)
            keeps_waiting = peer;
    }
    if (!trusted && same >= httpd->per_address)
        return false;
    if (all < httpd->connections)
        return true;
    if (!keeps_waiting)
        return false;
    peer_end(keeps_waiting);
    return true;
}

struct httpd_peer *httpd_peer_new(struct httpd *httpd, int fd, const struct net_address *address)
{
    struct httpd_peer *peer = calloc(1, sizeof(*peer));

    if (!peer)
        return NULL;
    peer->fd = fd;
    peer->address = *address;
    peer->trusted = net_list_has(httpd->trusted, address);
    peer->deadline_ms = clock_mono_ms() + httpd->request_timeout_ms;
    peer->prev = httpd->newest;
    if (peer->prev)
        peer->prev->next = peer;
    else
        httpd->oldest = peer;
    httpd->newest = peer;
    return peer;
}

void httpd_peer_free(struct httpd *httpd, struct httpd_peer *peer)
{
    if (peer->prev)
        peer->prev->next = peer->next;
    else
        httpd->oldest = peer->next;
    if (peer->next)
        peer->next->prev = peer->prev;
    else
        httpd->newest = peer->prev;
    free(peer);
}

void httpd_peer_end_late(struct httpd *httpd, int64_t mono_ms)
{
    for (struct httpd_peer *peer = httpd->oldest; peer; peer = peer->next)
        if (!peer->ended && peer->deadline_ms <= mono_ms)
            peer_end(peer);
}

int64_t httpd_peer_wake_ms(const struct httpd *httpd)
{
    int64_t wake = INT64_MAX;

    for (const struct httpd_peer *peer = httpd->oldest; peer; peer = peer->next)
        if (!peer->ended && peer->deadline_ms < wake)
            wake = peer->deadline_ms;
    return wake;
}
