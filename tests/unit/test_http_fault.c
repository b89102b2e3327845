/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Exchanges that fail: each comes to its outcome, in time, with a sentence that names what happened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http_ask.h"
#include "http_names.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static const struct http_request get = {.path = "/x"};

static void broken_exchanges_are_named(void **state)
{
    static const char nul_head[] = OK_HEAD "A: b\0c\r\n\r\n";
    static const struct {
        struct http_script script;
        const char *detail;
    } rows[] = {
        {{.answer = "", .then = THEN_CLOSE}, "the server closed the connection without an answer"},
        {{.answer = "", .then = THEN_RESET},
         "the connection broke before the answer was whole: Connection reset by peer"},
        {{.answer = OK_HEAD "Content-", .then = THEN_CLOSE},
         "the server closed the connection before the answer was whole"},
        {{.answer = OK_HEAD "A: b\r\n", .then = THEN_CLOSE},
         "the server closed the connection before the answer was whole"},
        {{.answer = "HTTP/1.1 100 Continue\r\n\r\n" OK_HEAD, .then = THEN_CLOSE},
         "the server closed the connection before the answer was whole"},
        {{.answer = "HTTP/1.1 100 Continue\r\n\r\n", .then = THEN_CLOSE},
         "the server closed the connection without an answer"},
        {{.answer = OK_HEAD "Content-Length: 100\r\n\r\nhalf", .then = THEN_CLOSE},
         "the server closed the connection before the answer was whole"},
        {{.answer = OK_HEAD "Content-Length: 100\r\n\r\nhalf", .then = THEN_HALF_CLOSE},
         "the server closed the connection before the answer was whole"},
        {{.answer = OK_HEAD "Content-Length: 100\r\n\r\n", .then = THEN_RESET},
         "the connection broke before the answer was whole: Connection reset by peer"},
        {{.answer = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n10\r\nhalf", .then = THEN_CLOSE},
         "the server closed the connection before the answer was whole"},
        {{.answer = OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\nhalf"},
         "the connection broke before the answer was whole"},
        {{.answer = "SSH-2.0-OpenSSH_9.2p1\r\n", .then = THEN_CLOSE}, "the answer is not HTTP"},
        {{.answer = "<html>", .then = THEN_CLOSE}, "the answer is not HTTP"},
        {{.answer = nul_head, .len = sizeof(nul_head) - 1}, "the answer is not HTTP"},
        {{.answer = OK_HEAD "no colon\r\n\r\n"}, "the answer is not HTTP"},
        {{.answer = "HTTP/1.1 000 Hm\r\nContent-Length: 2\r\n\r\nhm"}, "the answer is not HTTP"},
        {{.answer = "HTTP/1.1 042 Hm\r\nContent-Length: 2\r\n\r\nhm"}, "the answer is not HTTP"},
        {{.answer = "HTTP/7.5 200 OK\r\nContent-Length: 2\r\n\r\nhm"}, "the answer is not HTTP"},
    };
    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++)
        ask_expect(&rows[i].script, HTTP_BROKEN, 0, rows[i].detail);
}

static void ask_url(const char *url, const struct http_options *options, enum http_outcome outcome,
                    const char *detail)
{
    struct http *http = ask_pool(url, options);
    struct asked a = ask(http, &get);
    http_free(http);
    if (a.outcome != outcome || strncmp(a.detail, detail, strlen(detail)) != 0)
        fail_msg("%s: outcome %d, \"%s\"", url, (int)a.outcome, a.detail);
    assert_false(a.sent);
    free(a.body);
}

static void unreachable_hosts_are_named(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    char url[64];
    (void)state;
    (void)snprintf(url, sizeof(url), "%s", http_server_url(server));
    http_server_free(server);
    ask_url(url, NULL, HTTP_NO_CONNECT, "no connection: Connection refused");
    ask_url("https://no.test/v1", NULL, HTTP_NO_NAME, "the host name does not resolve");

    /* A full queue: the kernel leaves further connections unanswered. */
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int queued[4];
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    for (size_t i = 0; i < TTA_LEN(queued); i++) {
        queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(queued[i], (struct sockaddr *)&address, len);
    }
    const struct http_options hasty = {.connect_timeout_ms = 200};
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(address.sin_port));
    ask_url(url, &hasty, HTTP_TIMED_OUT, "no connection after ");
    for (size_t i = 0; i < TTA_LEN(queued); i++)
        close(queued[i]);
    close(listener);
}

static void proxies_that_fail_are_named(void **state)
{
    static const struct http_script refusing = {.answer = "HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n"};
    static const struct http_script breaking = {.answer = "", .then = THEN_CLOSE};
    const struct http_options nowhere = {.proxy = "http://no.test:3128"};
    (void)state;
    struct http_server *proxy = http_server_new(&refusing);
    const struct http_options refused = {.proxy = http_server_address(proxy)};
    ask_url("https://no.test/v1", &refused, HTTP_NO_CONNECT, "the proxy refused the connection (HTTP 407)");
    assert_memory_equal(http_server_last(proxy), "CONNECT no.test:443 HTTP/1.1\r\n", 30);
    http_server_free(proxy);

    proxy = http_server_new(&breaking);
    const struct http_options broken = {.proxy = http_server_address(proxy)};
    ask_url("https://no.test/v1", &broken, HTTP_BROKEN, "the connection broke before the answer was whole");
    http_server_free(proxy);

    ask_url("https://127.0.0.1/v1", &nowhere, HTTP_NO_NAME, "the name of the proxy does not resolve");
}

static void failing_tls_is_named(void **state)
{
    static const struct http_script ssh = {.answer = "SSH-2.0-OpenSSH_9.2p1\r\n", .then = THEN_KEEP};
    struct http_server *server = http_server_new(&ssh);
    char path[] = "/tmp/tta-http-XXXXXX";
    char url[64];
    int fd = mkstemp(path);
    (void)state;
    (void)snprintf(url, sizeof(url), "https://%s", http_server_address(server));
    /* The server waits for an HTTP request and gets a TLS greeting: no answer. */
    const struct http_options hasty = {.connect_timeout_ms = 200};
    ask_url(url, &hasty, HTTP_TIMED_OUT, "no TLS connection after ");

    assert_int_equal(write(fd, "no PEM\n", 7), 7);
    const struct http_options options = {.ca_file = path};
    ask_url(url, &options, HTTP_LOCAL, "the CA certificates can't be read");
    close(fd);
    unlink(path);
    http_server_free(server);
}

static void expect_timeout(const struct http_script *script, int64_t pool_ms, int64_t request_ms,
                           const char *detail)
{
    const struct http_options options = {.request_timeout_ms = pool_ms};
    const struct http_request timed = {.path = "/x", .timeout_ms = request_ms};
    struct http_server *server = http_server_new(script);
    struct http *http = ask_pool(http_server_url(server), &options);
    int64_t began = clock_mono_ms();
    struct asked a = ask(http, &timed);
    int64_t took = clock_mono_ms() - began;
    http_free(http);
    http_server_free(server);
    assert_int_equal(a.outcome, HTTP_TIMED_OUT);
    assert_true(a.sent);
    assert_memory_equal(a.detail, detail, strlen(detail));
    assert_true(took >= 295 && took < 5000);
    assert_true(a.took_ms >= 295 && a.took_ms <= took + 5);
    free(a.body);
}

static void time_is_bounded(void **state)
{
    static const struct http_script body = {
        .answer = OK_HEAD "Content-Length: 100000\r\n\r\n", .then = THEN_DRIP, .more = "x"};
    static const struct http_script head = {.answer = OK_HEAD, .then = THEN_DRIP, .more = "A: b\r\n"};
    (void)state;
    expect_timeout(&ask_silent, 300, 0, "no answer after ");
    expect_timeout(&ask_silent, 20000, 300, "no answer after ");
    expect_timeout(&ask_silent, 300, 20000, "no answer after "); /* never longer than the pool's */
    expect_timeout(&body, 300, 0, "the answer was not whole after ");
    expect_timeout(&head, 300, 0, "the answer was not whole after ");
}

static void a_resolver_that_hangs_is_left_alone(void **state)
{
    const struct http_options options = {.connect_timeout_ms = 200};
    int64_t began = clock_mono_ms();
    (void)state;
    http_names_hang(true);
    ask_url("https://hangs.test", &options, HTTP_TIMED_OUT, "no address for the host name after ");

    struct asked never = {0};
    struct http *http = ask_pool("https://hangs.test", NULL);
    assert_non_null(http_start(http, &get, ask_note, &never));
    while (http_names_hanging() < 2)
        http_wait(http, 10);
    http_free(http);
    assert_int_equal(never.calls, 0);
    assert_true(clock_mono_ms() - began < 5000);
    http_names_hang(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_exchanges_are_named),
        cmocka_unit_test(unreachable_hosts_are_named),
        cmocka_unit_test(proxies_that_fail_are_named),
        cmocka_unit_test(failing_tls_is_named),
        cmocka_unit_test(time_is_bounded),
        cmocka_unit_test(a_resolver_that_hangs_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
