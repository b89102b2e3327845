/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An HTTP service over libmicrohttpd: plain HTTP for loopback or behind a reverse proxy, one request a connection,
 * everything bounded, so that slow and hostile clients keep nobody out. */
#ifndef TTA_EXT_HTTPD_H
#define TTA_EXT_HTTPD_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct httpd;
struct httpd_request;

/* Zero in a number: the value in brackets. */
struct httpd_options {
    const char *listen; /* as net_parse_endpoint reads it; port 0: one that is free */
    const char
        *trusted; /* reverse proxies whose X-Forwarded-For is believed, as net_list_ok reads them; NULL: none */
    unsigned connections;       /* at once; one more ends the one that has kept us waiting longest (256) */
    unsigned per_address;       /* of them, from one origin that is no trusted proxy (16) */
    int64_t request_timeout_ms; /* from connecting to the last byte of the request (10 s) */
    int64_t answer_timeout_ms;  /* to take the answer (30 s) */
};

enum httpd_method { HTTPD_GET, HTTPD_HEAD, HTTPD_POST };

struct httpd_header {
    const char *name;
    const char *value;
};

/* All borrowed during httpd_answer only. */
struct httpd_reply {
    unsigned status;
    const struct httpd_header *headers;
    size_t header_count;
    const char *body; /* NULL: none */
    size_t len;
};

/* Called from inside httpd_step with a request that is there whole. It calls httpd_answer exactly once, now or
 * later; until then the request lives, even where the client has gone. What is malformed, too large, slow or of
 * another method never gets here. */
typedef void httpd_handler_fn(void *arg, struct httpd_request *request);

/* Listens. NULL with *err: the sentence names the address ("127.0.0.1:8040: Address already in use"). */
struct httpd *httpd_new(const struct httpd_options *options, httpd_handler_fn *handler, void *arg,
                        struct err *err) TTA_MUST_CHECK;
/* Answers what waits with 503 and closes everything; NULL is fine. Not from inside a handler. */
void httpd_free(struct httpd *httpd);
uint16_t httpd_port(const struct httpd *httpd);
/* Whose X-Forwarded-For is believed from now on; for a configuration that was read again. False: out of memory,
 * nothing is changed. */
bool httpd_trust(struct httpd *httpd, const char *trusted) TTA_MUST_CHECK;

/* Readable when httpd_step has something to do. */
int httpd_fd(const struct httpd *httpd);
/* When httpd_step must be called without that (mono); INT64_MAX: no need. */
int64_t httpd_wake_ms(const struct httpd *httpd);
/* Does what can be done without waiting. */
void httpd_step(struct httpd *httpd);

enum httpd_method httpd_method(const struct httpd_request *request);
/* Decoded; begins with a slash; printable. */
const char *httpd_path(const struct httpd_request *request);
/* As it was sent, behind the question mark; "" when none. It may hold a secret. */
const char *httpd_query(const struct httpd_request *request);
/* The value, decoded, of a parameter of the query, or of a POST's form; NULL when there is none, when it stands
 * there twice, and when it holds what can't be printed. Lives as long as the request. */
const char *httpd_param(struct httpd_request *request, const char *name);
const char *httpd_form(struct httpd_request *request, const char *name);
/* Who asks: the peer, or whom a trusted proxy names. The origin (net_origin) is what limits count. */
const char *httpd_remote(const struct httpd_request *request);
const char *httpd_origin(const struct httpd_request *request);

/* Answers; the request is gone then. Out of memory the connection is closed without a word. */
void httpd_answer(struct httpd_request *request, const struct httpd_reply *reply);

#endif
