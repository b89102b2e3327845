/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A loopback server for the tests of http: it answers each request by one script, in a thread for each connection,
 * and counts. */
#ifndef TTA_TESTS_HTTP_SERVER_H
#define TTA_TESTS_HTTP_SERVER_H

#include <stddef.h>

struct http_server;

/* What happens to a connection after the answer's bytes. */
enum http_then {
    THEN_KEEP,
    THEN_CLOSE,
    THEN_HALF_CLOSE, /* no more is sent, but it stays open */
    THEN_RESET,
    THEN_HOLD, /* nothing, for ever */
    THEN_DRIP, /* `more` every 5 ms, for ever */
    THEN_FLOOD /* `more` again and again, for ever */
};

struct http_script {
    const char *answer;
    size_t len; /* 0: a text */
    enum http_then then;
    const void *more;
    size_t more_len; /* 0: a text */
    int answered;    /* requests that are answered so; later ones find the connection closed. 0: all */
};

/* Listens on a free port of 127.0.0.1 from when it returns; fails the test when it can't. The script and its bytes
 * are borrowed. */
struct http_server *http_server_new(const struct http_script *script);
/* Ends when every connection has been closed by its client or its script. */
void http_server_free(struct http_server *server);
/* "http://127.0.0.1:PORT/v1" */
const char *http_server_url(const struct http_server *server);
/* "127.0.0.1:PORT" */
const char *http_server_address(const struct http_server *server);
/* So far. */
int http_server_connections(struct http_server *server);
int http_server_requests(struct http_server *server);
/* A copy of the newest request, head and body; good until the next call. */
const char *http_server_last(struct http_server *server);

#endif
