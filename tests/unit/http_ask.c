/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Requests and what became of them, for the tests of http. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "http_ask.h"

const struct http_script ask_ok = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"code\":0}"};
const struct http_script ask_silent = {.answer = "", .then = THEN_HOLD};

struct http *ask_pool(const char *url, const struct http_options *options)
{
    static const struct http_options none = {0};
    struct http_options o = options ? *options : none;
    struct err err = {.text = ""};

    o.base_url = url;
    o.connect_timeout_ms = o.connect_timeout_ms > 0 ? o.connect_timeout_ms : 5000;
    o.request_timeout_ms = o.request_timeout_ms > 0 ? o.request_timeout_ms : 20000;
    o.max_response = o.max_response > 0 ? o.max_response : ASK_MAX_RESPONSE;
    struct http *http = http_new(&o, &err);
    if (!http)
        fail_msg("%s: %s", url, err.text);
    return http;
}

void ask_note(void *asked, const struct http_answer *answer)
{
    struct asked *a = asked;

    a->calls++;
    a->outcome = answer->outcome;
    a->sent = answer->sent;
    a->status = answer->status;
    a->retry_after_s = answer->retry_after_s;
    a->took_ms = answer->took_ms;
    (void)snprintf(a->detail, sizeof(a->detail), "%s", answer->detail);
    a->body_len = answer->body_len;
    a->body = malloc(answer->body_len + 1);
    assert_non_null(a->body);
    memcpy(a->body, answer->body, answer->body_len + 1);
    assert_int_equal(a->body[a->body_len], '\0');
    assert_true((answer->outcome == HTTP_DONE) == (answer->detail[0] == '\0'));
    assert_true((answer->outcome == HTTP_DONE) == (answer->status != 0));
    assert_true(answer->outcome != HTTP_DONE || answer->sent);
    assert_true(answer->outcome == HTTP_DONE || answer->body_len == 0);
}

void ask_wait(struct http *http, const int *count, int wanted)
{
    int64_t deadline = clock_mono_ms() + 60000;
    while (*count < wanted) {
        assert_true(clock_mono_ms() < deadline);
        http_wait(http, 1000);
    }
    assert_int_equal(*count, wanted);
}

struct asked ask(struct http *http, const struct http_request *request)
{
    struct asked a = {0};
    assert_non_null(http_start(http, request, ask_note, &a));
    assert_int_equal(a.calls, 0);
    ask_wait(http, &a.calls, 1);
    return a;
}

struct asked ask_script(const struct http_script *script, const struct http_options *options)
{
    static const struct http_request get = {.path = "/x"};
    struct http_server *server = http_server_new(script);
    struct http *http = ask_pool(http_server_url(server), options);
    struct asked a = ask(http, &get);
    http_free(http);
    http_server_free(server);
    return a;
}

void ask_expect(const struct http_script *script, enum http_outcome outcome, int status, const char *text)
{
    struct asked a = ask_script(script, NULL);
    const char *got = outcome == HTTP_DONE ? a.body : a.detail;
    if (a.outcome != outcome || a.status != status || strcmp(got, text) != 0)
        fail_msg("%s: outcome %d, status %d, detail \"%s\", body \"%s\"", script->answer, (int)a.outcome, a.status,
                 a.detail, a.body);
    free(a.body);
}
