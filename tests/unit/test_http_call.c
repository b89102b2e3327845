/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a request sends, what its answer brings, and how much of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "http_ask.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static const struct http_request get = {.path = "/x"};

/* --- what is sent ---------------------------------------------------------------------------------------------
 */
static void get_sends_what_is_asked(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    struct secret *token = secret_new("tok&en=1", 8);
    struct secret *key = secret_new("s&cr=t", 6);
    const struct http_param params[] = {
        {.name = "app_id", .value = "123"},
        {.name = "secret", .value = "not this", .secret = key},
        {.name = "ids", .value = "[\"7502022393087590401\", \"\xc3\xa9\"]"},
    };
    const struct http_request request = {
        .path = "/oauth2/advertiser/get/", .params = params, .param_count = 3, .access_token = token};
    char wanted[512];
    (void)state;

    struct asked a = ask(http, &request);
    assert_int_equal(a.outcome, HTTP_DONE);
    assert_int_equal(a.status, 200);
    assert_string_equal(a.body, "{\"code\":0}");
    assert_int_equal(a.body_len, 10);
    assert_int_equal(a.retry_after_s, 0);
    (void)snprintf(wanted, sizeof(wanted),
                   "GET /v1/oauth2/advertiser/get/?app_id=123&secret=s%%26cr%%3Dt&ids=%%5B%%227502022393087590401"
                   "%%22%%2C%%20%%22%%C3%%A9%%22%%5D HTTP/1.1\r\nHost: %s\r\n",
                   http_server_address(server));
    const char *sent = http_server_last(server);
    assert_memory_equal(sent, wanted, strlen(wanted));
    assert_non_null(strstr(sent, "\r\nAccess-Token: tok&en=1\r\n"));
    assert_non_null(strstr(sent, "\r\nUser-Agent: tiktok-auth-monitor/" PACKAGE_VERSION "\r\n"));
    assert_non_null(strstr(sent, "\r\nAccept: application/json\r\n"));
    assert_non_null(strstr(sent, "\r\nAccept-Encoding: deflate, gzip"));
    assert_null(strstr(sent, "Authorization"));
    assert_null(strstr(sent, "Cookie"));
    assert_null(strstr(sent, "Content-Type"));
    assert_null(strstr(sent, "Upgrade"));
    free(a.body);
    http_free(http);
    http_server_free(server);
    secret_free(token);
    secret_free(key);
}

static void post_sends_its_body(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    char body[] = "{\"auth_code\":\"x\"}";
    struct http_request post = {.method = HTTP_POST, .path = "/oauth2/access_token/", .body = body};
    struct asked a = {0};
    (void)state;

    assert_non_null(http_start(http, &post, ask_note, &a));
    memset(body, '-', strlen(body)); /* borrowed during http_start only */
    ask_wait(http, &a.calls, 1);
    assert_int_equal(a.status, 200);
    const char *sent = http_server_last(server);
    assert_memory_equal(sent, "POST /v1/oauth2/access_token/ HTTP/1.1\r\n", 40);
    assert_non_null(strstr(sent, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(sent, "\r\nContent-Length: 17\r\n"));
    assert_non_null(strstr(sent, "\r\n\r\n{\"auth_code\":\"x\"}"));
    assert_null(strstr(sent, "Access-Token"));
    assert_null(strstr(sent, "Expect"));
    free(a.body);

    post.body = NULL;
    free(ask(http, &post).body);
    assert_non_null(strstr(http_server_last(server), "\r\nContent-Length: 0\r\n"));
    http_free(http);
    http_server_free(server);
}

/* Secrets go into no buffer of the caller's, nor into the URL, which others may log. */
static void post_sends_params_as_json(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    struct secret *code = secret_new("a\"b\\c", 5);
    const struct http_param params[] = {{.name = "app_id", .value = "7"}, {.name = "auth_code", .secret = code}};
    struct http_request post = {.method = HTTP_POST,
                                .path = "/oauth2/access_token/",
                                .params = params,
                                .param_count = 2,
                                .params_in_body = true};
    (void)state;

    free(ask(http, &post).body);
    const char *sent = http_server_last(server);
    assert_memory_equal(sent, "POST /v1/oauth2/access_token/ HTTP/1.1\r\n", 40);
    assert_non_null(strstr(sent, "\r\n\r\n{\"app_id\":\"7\",\"auth_code\":\"a\\\"b\\\\c\"}"));
    post.param_count = 0;
    free(ask(http, &post).body);
    assert_non_null(strstr(http_server_last(server), "\r\n\r\n{}"));
    http_free(http);
    http_server_free(server);
    secret_free(code);
}

/* A proxy in the environment must not get the token; one that is configured gets everything. */
static void the_environment_is_not_asked(void **state)
{
    static const char *const variables[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
    struct http_server *server = http_server_new(&ask_ok);
    struct http_server *proxy = http_server_new(&ask_ok);
    const struct http_options through_proxy = {.proxy = http_server_address(proxy)};
    (void)state;
    for (size_t i = 0; i < TTA_LEN(variables); i++)
        setenv(variables[i], http_server_url(proxy), 1);
    struct http *http = ask_pool(http_server_url(server), NULL);
    free(ask(http, &get).body);
    http_free(http);
    for (size_t i = 0; i < TTA_LEN(variables); i++)
        unsetenv(variables[i]);
    assert_int_equal(http_server_requests(server), 1);
    assert_int_equal(http_server_requests(proxy), 0);

    setenv("no_proxy", "*", 1);
    setenv("NO_PROXY", "*", 1);
    http = ask_pool(http_server_url(server), &through_proxy);
    free(ask(http, &get).body);
    http_free(http);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    assert_int_equal(http_server_requests(server), 1);
    assert_int_equal(http_server_requests(proxy), 1);
    http_server_free(server);
    http_server_free(proxy);
}

/* --- what comes back ------------------------------------------------------------------------------------------
 */
static void answers_of_all_forms(void **state)
{
    static const struct {
        struct http_script script;
        int status;
        const char *body;
    } rows[] = {
        {{.answer = OK_HEAD "Content-Length: 2\r\n\r\n{}"}, 200, "{}"},
        {{.answer = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"},
         200,
         "abcdefg"},
        {{.answer = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nTrailer: x\r\n\r\n"}, 200, "a"},
        {{.answer = "HTTP/1.0 503 Busy\r\nContent-Type: text/html\r\n\r\n<html>", .then = THEN_CLOSE},
         503,
         "<html>"},
        {{.answer = "HTTP/1.1 204 No Content\r\n\r\n"}, 204, ""},
        {{.answer = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"}, 500, ""},
        {{.answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno"}, 404, "no"},
        {{.answer = "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno"},
         401,
         "no"},
    };
    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++)
        ask_expect(&rows[i].script, HTTP_DONE, rows[i].status, rows[i].body);
}

static void nul_bytes_keep_the_length(void **state)
{
    static const char answer[] = OK_HEAD "Content-Length: 5\r\n\r\na\0b\0c";
    static const struct http_script script = {.answer = answer, .len = sizeof(answer) - 1};
    (void)state;
    struct asked a = ask_script(&script, NULL);
    assert_int_equal(a.outcome, HTTP_DONE);
    assert_int_equal(a.body_len, 5);
    assert_memory_equal(a.body, "a\0b\0c", 6);
    free(a.body);
}

static void retry_after_is_seconds(void **state)
{
    static const struct {
        const char *header;
        int64_t seconds;
    } rows[] = {
        {"Retry-After: 120", 120},
        {"rETRY-aFTER:7 \t", 7},
        {"Retry-After: 0", 0},
        {"Retry-After: 86400", 86400},
        {"Retry-After: 86401", 86400},
        {"Retry-After: 99999999999999999", 86400},
        {"Retry-After: 99999999999999999999999999", 0},
        {"Retry-After: -5", 0},
        {"Retry-After: +5", 0},
        {"Retry-After: 1.5", 0},
        {"Retry-After: 5 seconds", 0},
        {"Retry-After: Sun, 22 Nov 2026 02:14:05 GMT", 0},
        {"Retry-After:", 0},
        {"Retry-Afterwards: 5", 0},
        {"X-Retry-After: 5", 0},
    };
    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++) {
        char answer[256];
        const struct http_script script = {.answer = answer};
        (void)snprintf(answer, sizeof(answer), "HTTP/1.1 429 Slow\r\n%s\r\nContent-Length: 0\r\n\r\n",
                       rows[i].header);
        struct asked a = ask_script(&script, NULL);
        assert_int_equal(a.status, 429);
        if (a.retry_after_s != rows[i].seconds)
            fail_msg("%s: %lld", rows[i].header, (long long)a.retry_after_s);
        free(a.body);
    }
    static const struct http_script interim = {.answer = "HTTP/1.1 103 Early\r\nRetry-After: 5\r\n\r\n" OK_HEAD
                                                         "Content-Length: 0\r\n\r\n"};
    struct asked a = ask_script(&interim, NULL);
    assert_int_equal(a.status, 200);
    assert_int_equal(a.retry_after_s, 0);
    free(a.body);
}

static void redirects_are_not_followed(void **state)
{
    struct http_server *other = http_server_new(&ask_ok);
    (void)state;
    for (int status = 301; status <= 308; status++) {
        char answer[256];
        const struct http_script script = {.answer = answer};
        (void)snprintf(answer, sizeof(answer),
                       "HTTP/1.1 %d Elsewhere\r\nLocation: %s/\r\nContent-Length: 4\r\n\r\nmove", status,
                       http_server_url(other));
        struct asked a = ask_script(&script, NULL);
        assert_int_equal(a.status, status);
        free(a.body);
    }
    assert_int_equal(http_server_connections(other), 0);
    http_server_free(other);
}

/* --- how much of it -------------------------------------------------------------------------------------------
 */
static void bodies_are_bounded(void **state)
{
    struct buf answer;
    struct http_script script = {.then = THEN_CLOSE};
    (void)state;
    buf_init(&answer, 1 << 20);
    buf_str(&answer, OK_HEAD "\r\n");
    size_t head_len = buf_len(&answer);
    while (buf_len(&answer) < head_len + ASK_MAX_RESPONSE)
        buf_char(&answer, 'b');
    script.answer = buf_text(&answer);
    struct asked a = ask_script(&script, NULL);
    assert_int_equal(a.outcome, HTTP_DONE);
    assert_int_equal(a.body_len, ASK_MAX_RESPONSE);
    assert_string_equal(a.body, buf_text(&answer) + head_len);
    free(a.body);

    buf_char(&answer, 'b');
    script.answer = buf_text(&answer);
    a = ask_script(&script, NULL);
    assert_int_equal(a.outcome, HTTP_TOO_LARGE);
    assert_string_equal(a.detail, "the answer is larger than allowed");
    free(a.body);
    buf_free(&answer);
}

static void nothing_floods_us(void **state)
{
    static const char line[] =
        "Set-Cookie: a=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n";
    static const struct http_script rows[] = {
        {.answer = OK_HEAD "\r\n", .then = THEN_FLOOD, .more = line},
        {.answer = OK_HEAD "Content-Length: 100001\r\n\r\n", .then = THEN_HOLD},
        {.answer = OK_HEAD "Content-Length: 99999999999999999999\r\n\r\n", .then = THEN_HOLD},
        {.answer = OK_HEAD "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n", .then = THEN_FLOOD, .more = line},
        {.answer = OK_HEAD, .then = THEN_FLOOD, .more = line},
        {.answer = OK_HEAD "A: ",
         .then = THEN_FLOOD,
         .more = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {.answer = "", .then = THEN_FLOOD, .more = "HTTP/1.1 100 Continue\r\n\r\n"},
        {.answer = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", .then = THEN_FLOOD, .more = line},
    };
    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++)
        ask_expect(&rows[i], HTTP_TOO_LARGE, 0, "the answer is larger than allowed");
}

/* gzip of {"code":0} */
static const char zipped[] = OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 30\r\n\r\n"
                                     "\x1f\x8b\x08\0\0\0\0\0\x02\x03\xab\x56\x4a\xce\x4f\x49\x55\xb2\x32\xa8\x05\0"
                                     "\x98\xae\x3c\x72\x0a\0\0";

static void encodings_are_decoded(void **state)
{
    static const char bad[] = "the answer's content encoding does not decode";
    static const struct http_script good = {.answer = zipped, .len = sizeof(zipped)};
    static const struct http_script unknown = {.answer = OK_HEAD
                                               "Content-Encoding: rot13\r\nContent-Length: 2\r\n\r\n{}"};
    static const struct http_script plain = {.answer = OK_HEAD
                                             "Content-Encoding: gzip\r\nContent-Length: 10\r\n\r\n{\"code\":0}"};
    char broken_bytes[sizeof(zipped)];
    const struct http_script broken = {.answer = broken_bytes, .len = sizeof(zipped)};
    (void)state;
    ask_expect(&good, HTTP_DONE, 200, "{\"code\":0}");
    memcpy(broken_bytes, zipped, sizeof(zipped));
    broken_bytes[sizeof(zipped) - 8] ^= 1; /* the checksum */
    ask_expect(&broken, HTTP_BAD_ENCODING, 0, bad);
    ask_expect(&plain, HTTP_BAD_ENCODING, 0, bad);
    ask_expect(&unknown, HTTP_BAD_ENCODING, 0, bad);
}

/* The bits of deflate, as text, into bytes from bit *at on; the lowest bit is first. */
static void put_bits(unsigned char *bytes, size_t *at, const char *bits)
{
    for (; *bits; bits++, ++*at)
        bytes[*at / 8] |= (unsigned char)((*bits - '0') << *at % 8);
}

/* A gzip stream without end that decodes to 159 times its size: one block of fixed codes, a zero byte, and then
 * "258 bytes from 1 byte back" for ever. That takes 13 bits, so that 8 of them are 13 bytes again. */
static void a_gzip_bomb_stops_at_the_limit(void **state)
{
    static const char head[] = OK_HEAD "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\x02";
    static const char again[] = "1100010100000";
    const struct http_options options = {.max_response = 4 << 20};
    unsigned char beginning[sizeof(head) + 5] = {0};
    unsigned char more[13 * 64] = {0};
    struct rusage before, after;
    (void)state;

    memcpy(beginning, head, sizeof(head)); /* its NUL is not part of it: gzip's system byte */
    size_t at = sizeof(head) * 8;
    put_bits(beginning, &at, "110");      /* the last block, fixed codes */
    put_bits(beginning, &at, "00110000"); /* the byte 0 */
    put_bits(beginning, &at, again);      /* 3 bytes so far */
    const struct http_script script = {.answer = (const char *)beginning,
                                       .len = at / 8,
                                       .then = THEN_FLOOD,
                                       .more = more,
                                       .more_len = sizeof(more)};
    for (at = 0; at < sizeof(more) * 8;)
        put_bits(more, &at, again);

    getrusage(RUSAGE_SELF, &before);
    struct asked a = ask_script(&script, &options);
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(a.outcome, HTTP_TOO_LARGE);
    assert_string_equal(a.detail, "the answer is larger than allowed");
    assert_true(after.ru_maxrss - before.ru_maxrss < 64 * 1024); /* kB */
    free(a.body);
}

/* --- what receivers of alerts want ----------------------------------------------------------------------------
 */
static void headers_and_secrets_go_where_they_are_put(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    struct secret *path = secret_new("/T0/B0/se%cret", 14);
    struct secret *key = secret_new("k\"ey", 4);
    const struct http_header header[] = {{"X-One", "1"}, {"X-Two", "\xc3\xa9 2"}};
    const struct http_request request = {.method = HTTP_POST,
                                         .secret_path = path,
                                         .headers = header,
                                         .header_count = 2,
                                         .body = "{\"key\":,\"x\":1}",
                                         .body_key = key,
                                         .body_key_at = 7};
    (void)state;

    struct asked a = ask(http, &request);
    assert_int_equal(a.status, 200);
    const char *sent = http_server_last(server);
    assert_memory_equal(sent, "POST /v1/T0/B0/se%cret HTTP/1.1\r\n", 33);
    assert_non_null(strstr(sent, "\r\nX-One: 1\r\n"));
    assert_non_null(strstr(sent, "\r\nX-Two: \xc3\xa9 2\r\n"));
    assert_non_null(strstr(sent, "{\"key\":\"k\\\"ey\",\"x\":1}"));
    free(a.body);
    secret_free(path);
    secret_free(key);
    http_free(http);
    http_server_free(server);
}

static void a_line_end_in_a_header_is_not_sent(void **state)
{
    static const char *const values[] = {"a\r\nX-Evil: 1", "a\nb", "\x7f"};
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    (void)state;

    for (size_t i = 0; i < TTA_LEN(values); i++) {
        const struct http_header header = {"X-Id", values[i]};
        const struct http_request request = {.path = "/x", .headers = &header, .header_count = 1};
        struct asked a = {0};
        assert_null(http_start(http, &request, ask_note, &a));
    }
    assert_int_equal(http_server_requests(server), 0);
    http_free(http);
    http_server_free(server);
}

static void a_secret_path_cannot_name_another_host(void **state)
{
    static const char *const paths[] = {".evil.example/x", "@evil.example/", "/x?y=1", "/x#y", "/x\\y"};
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    (void)state;

    for (size_t i = 0; i < TTA_LEN(paths); i++) {
        struct secret *path = secret_new(paths[i], strlen(paths[i]));
        const struct http_request request = {.method = HTTP_POST, .secret_path = path, .body = "{}"};
        struct asked a = {0};
        assert_null(http_start(http, &request, ask_note, &a));
        secret_free(path);
    }
    http_free(http);
    http_server_free(server);
}

static void servers_beside_each_other_share_the_wait(void **state)
{
    struct http_server *silent = http_server_new(&ask_silent), *server = http_server_new(&ask_ok);
    struct http *pool = ask_pool(http_server_url(silent), NULL);
    const struct http_options options = {.base_url = http_server_url(server),
                                         .connect_timeout_ms = 5000,
                                         .request_timeout_ms = 20000,
                                         .max_response = ASK_MAX_RESPONSE};
    struct err err = {""};
    struct http *beside = http_new_beside(pool, &options, &err);
    struct asked hanging = {0}, a = {0};
    (void)state;

    assert_non_null(beside);
    struct http_call *call = http_start(pool, &get, ask_note, &hanging);
    assert_non_null(call);
    assert_non_null(http_start(beside, &get, ask_note, &a));
    ask_wait(pool, &a.calls, 1);
    assert_int_equal(a.status, 200);
    assert_int_equal(hanging.calls, 0);
    free(a.body);
    http_free(beside);
    http_cancel(pool, call);
    http_free(pool);
    http_server_free(silent);
    http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(get_sends_what_is_asked),
        cmocka_unit_test(post_sends_its_body),
        cmocka_unit_test(post_sends_params_as_json),
        cmocka_unit_test(the_environment_is_not_asked),
        cmocka_unit_test(answers_of_all_forms),
        cmocka_unit_test(nul_bytes_keep_the_length),
        cmocka_unit_test(retry_after_is_seconds),
        cmocka_unit_test(redirects_are_not_followed),
        cmocka_unit_test(bodies_are_bounded),
        cmocka_unit_test(nothing_floods_us),
        cmocka_unit_test(headers_and_secrets_go_where_they_are_put),
        cmocka_unit_test(a_line_end_in_a_header_is_not_sent),
        cmocka_unit_test(a_secret_path_cannot_name_another_host),
        cmocka_unit_test(servers_beside_each_other_share_the_wait),
        cmocka_unit_test(encodings_are_decoded),
        cmocka_unit_test(a_gzip_bomb_stops_at_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
