/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * HTTP over libcurl: one connection pool, verified TLS, no redirects, answers bounded in size and time. */
#ifndef TTA_EXT_HTTP_H
#define TTA_EXT_HTTP_H

#include "base/attr.h"
#include "base/err.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;
struct http_call;

struct http_options {
    const char *base_url;       /* "https://business-api.tiktok.com/open_api/v1.3"; http only for loopback hosts */
    const char *ca_file;        /* NULL: the system's */
    const char *proxy;          /* NULL: none; the environment's proxy variables are not read */
    int64_t connect_timeout_ms; /* resolve, connect and TLS */
    int64_t request_timeout_ms; /* the whole of one request, at most */
    size_t max_response;        /* bytes of body after decoding */
    const char *user;           /* Basic authentication; NULL: none */
    const struct secret *password;
    const char *cert_file, *key_file; /* our certificate, PEM; NULL: none */
};

enum http_method { HTTP_GET, HTTP_POST };

/* A query parameter. `secret` is sent when set, else `value`. Both are percent-encoded here. */
struct http_param {
    const char *name;
    const char *value;
    const struct secret *secret;
};

/* A header of the request; the value has no control characters, else the request is not begun. */
struct http_header {
    const char *name;
    const char *value;
};

/* All borrowed during http_start only. */
struct http_request {
    enum http_method method;
    const char
        *path; /* "/advertiser/info/", put behind base_url; what logs and errors show; NULL: base_url alone */
    const struct secret *secret_path; /* put behind the path as it is, shown nowhere; NULL: none */
    const struct http_param *params;
    size_t param_count;
    const struct secret *access_token; /* sent as Access-Token; NULL: none */
    const struct http_header *headers;
    size_t header_count;
    const char *body;              /* POST: JSON text; NULL: none */
    const struct secret *body_key; /* put into the body at `body_key_at`, between quotes; NULL: none */
    size_t body_key_at;
    bool params_in_body;   /* POST without `body`: they are sent as the texts of a JSON object */
    int64_t timeout_ms;    /* 0: request_timeout_ms; never longer than that */
    bool repeatable;       /* POST: twice is as good as once, so it may use a connection again */
    bool fresh_connection; /* a connection that no earlier request used */
};

/* What became of the exchange. Only HTTP_DONE has a status; a body may be there with HTTP_DONE alone. */
enum http_outcome {
    HTTP_DONE,
    HTTP_NO_NAME,      /* the host name does not resolve */
    HTTP_NO_CONNECT,   /* refused, unreachable, proxy refused */
    HTTP_NO_TLS,       /* handshake failed, certificate wrong, expired, not trusted */
    HTTP_TIMED_OUT,    /* connect or request time is over */
    HTTP_BROKEN,       /* reset, closed early, not HTTP */
    HTTP_TOO_LARGE,    /* body over max_response, or headers over 64 KiB */
    HTTP_BAD_ENCODING, /* a content encoding that does not decode */
    HTTP_LOCAL,        /* out of memory, files, ... on our side */
};

struct http_answer {
    enum http_outcome outcome;
    bool sent; /* false: nothing of the request left us, so it had no effect; true: it may have had */
    int status;
    const char *body; /* NUL-terminated; "" when none; lives during the call of http_done_fn */
    size_t body_len;
    const char *detail;    /* one safe sentence that names what happened ("certificate has expired"); no URL, no
                              secret; "" with HTTP_DONE */
    int64_t retry_after_s; /* from Retry-After in seconds, 0 none, at most 86400 */
    int64_t took_ms;
};

/* Called once per started call, from inside http_wait, never from http_start. It may start further calls and
 * cancel others. */
typedef void http_done_fn(void *arg, const struct http_answer *answer);

/* NULL with *err: the base URL or the proxy is not acceptable, a file can't be read, out of memory. */
struct http *http_new(const struct http_options *options, struct err *err) TTA_MUST_CHECK;
/* The same with connections and waiting in common: http_wait of the pool moves the calls of both forward. It is
 * freed before the pool. */
struct http *http_new_beside(struct http *pool, const struct http_options *options,
                             struct err *err) TTA_MUST_CHECK;
/* Abandons what is under way without calling anyone; NULL is fine. Not from inside http_done_fn. */
void http_free(struct http *http);
/* Begins a request. NULL: out of memory; `done` is not called then. A POST goes out once at most; a GET, or
 * one that is repeatable, may go out again when the server closed the reused connection it was sent on before any
 * answer. */
struct http_call *http_start(struct http *http, const struct http_request *request, http_done_fn *done,
                             void *arg) TTA_MUST_CHECK;
/* Forgets a call: `done` is not called for it. May be called from inside any call's `done`. */
void http_cancel(struct http *http, struct http_call *call);
/* Moves what is under way forward; returns when at least one call was finished, an extra fd is ready, or after
 * `timeout_ms`. With nothing under way it just waits. Signals may end it early. */
void http_wait(struct http *http, int64_t timeout_ms);
/* As http_wait, watching `fds` too (struct pollfd's fd and events; revents are set): for a program with sockets of
 * its own. */
struct pollfd;
void http_wait_with(struct http *http, struct pollfd *fds, unsigned count, int64_t timeout_ms);

/* True for http://HOST with a loopback host, and https://: what base_url, and any URL of ours, may be. The
 * sentence in *err says what is allowed. */
bool http_url_ok(const char *url, struct err *err) TTA_MUST_CHECK;

#endif
