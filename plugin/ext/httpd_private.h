/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the httpd files share, and nobody else sees. */
#ifndef TTA_EXT_HTTPD_PRIVATE_H
#define TTA_EXT_HTTPD_PRIVATE_H

#include "base/buf.h"
#include "base/net.h"
#include "ext/httpd.h"

#include <microhttpd.h>

/* A connection. Its deadline is INT64_MAX while its request is with the handler: nobody but the handler ends it.
 */
struct httpd_peer {
    struct httpd_peer *prev, *next; /* oldest first */
    int fd;
    struct net_address address;
    bool trusted;
    bool ended; /* shut down by us; libmicrohttpd has yet to notice */
    int64_t deadline_ms;
};

enum { HTTPD_FIELDS_MAX = 16 };

/* The parameters of a query or a form, decoded. */
struct httpd_fields {
    bool read;
    struct buf text; /* names and values, each with its NUL */
    size_t count;
    struct {
        size_t name, value;
        bool printable;
    } fields[HTTPD_FIELDS_MAX];
};

struct httpd_request {
    struct httpd_request *prev, *next; /* with the handler, newest first */
    struct httpd *httpd;
    struct MHD_Connection *connection;
    struct httpd_peer *peer;
    enum httpd_method method;
    struct buf path;
    struct buf query;
    struct buf body;
    struct httpd_fields params;
    struct httpd_fields form;
    char remote[NET_TEXT_MAX];
    char origin[NET_TEXT_MAX];
    bool malformed;
    bool begun;     /* its head has been looked at */
    bool given;     /* the handler has it, or had it */
    bool suspended; /* libmicrohttpd waits for us to resume it */
    bool answered;
    unsigned status;
    struct MHD_Response *response; /* NULL when answered: nothing can be said */
};

struct httpd {
    struct MHD_Daemon *daemon;
    int epoll_fd;
    uint16_t port;
    unsigned connections;
    unsigned per_address;
    int64_t request_timeout_ms;
    int64_t answer_timeout_ms;
    char *trusted;
    struct httpd_peer *oldest, *newest;
    struct httpd_request *waiting;
    httpd_handler_fn *handler;
    void *arg;
};

/* --- httpd_peer.c ---------------------------------------------------------------------------------------------
 */
/* Makes room for one more from there, if it takes the end of another; false: it must not come in. */
bool httpd_peer_may_come(struct httpd *httpd, const struct net_address *address);
/* NULL: out of memory. */
struct httpd_peer *httpd_peer_new(struct httpd *httpd, int fd, const struct net_address *address);
void httpd_peer_free(struct httpd *httpd, struct httpd_peer *peer);
/* Shuts down what is over its deadline. */
void httpd_peer_end_late(struct httpd *httpd, int64_t mono_ms);
/* The first deadline; INT64_MAX: none. */
int64_t httpd_peer_wake_ms(const struct httpd *httpd);

/* --- httpd_request.c ------------------------------------------------------------------------------------------
 */
/* The request whose target ("/path?query") is this; NULL out of memory. */
struct httpd_request *httpd_request_new(struct httpd *httpd, const char *target);
/* Wipes and frees. */
void httpd_request_free(struct httpd_request *request);
/* Who asks, once the head is there. */
void httpd_request_name_remote(struct httpd_request *request);

enum { HTTPD_BODY_MAX = 4096 };

#endif
