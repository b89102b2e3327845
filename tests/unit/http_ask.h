/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asking over http in tests: a pool with ordinary options, one request, its answer kept. */
#ifndef TTA_TESTS_HTTP_ASK_H
#define TTA_TESTS_HTTP_ASK_H

#include "ext/http.h"
#include "http_server.h"

enum { ASK_MAX_RESPONSE = 100000 };

struct asked {
    int calls;
    enum http_outcome outcome;
    bool sent;
    int status;
    char *body;
    size_t body_len;
    char detail[512];
    int64_t retry_after_s;
    int64_t took_ms;
};

/* Fails the test when there is no pool. Options that are 0 are 5 s to connect, 20 s in all, ASK_MAX_RESPONSE;
 * NULL: all are. */
struct http *ask_pool(const char *url, const struct http_options *options);
/* An http_done_fn that keeps the answer in a struct asked, which owns the body. */
void ask_note(void *asked, const struct http_answer *answer);
/* Waits until *count is `wanted`; fails the test when it takes very long, or goes beyond. */
void ask_wait(struct http *http, const int *count, int wanted);
/* One request, to its end. */
struct asked ask(struct http *http, const struct http_request *request);
/* GET /x, with a pool and a server of its own. */
struct asked ask_script(const struct http_script *script, const struct http_options *options);
/* As above, and the answer must be this: `text` is the body of HTTP_DONE, else the detail. */
void ask_expect(const struct http_script *script, enum http_outcome outcome, int status, const char *text);

/* HTTP/1.1 200 with {"code":0} */
extern const struct http_script ask_ok;
/* No answer, ever. */
extern const struct http_script ask_silent;

#endif
