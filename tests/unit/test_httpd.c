/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The service before slow and hostile clients: what it hands on, what it refuses, whom it ends. Clients and
 * service live in one thread, which steps the service whenever a client waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alloc_fail.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/net.h"
#include "ext/httpd.h"

enum { PATIENCE_MS = 10 * 1000, HEARD_MAX = 64 * 1024 };

static struct {
    struct httpd *httpd;
    bool later; /* the handler keeps the request */
    struct httpd_request *kept;
    int given;
    enum httpd_method method;
    char path[600];
    char query[200];
    char code[100]; /* "-": none */
    char form[100];
    char remote[NET_TEXT_MAX];
    char origin[NET_TEXT_MAX];
} scene;

static const struct httpd_header headers[] = {{"Content-Type", "text/plain"}, {"X-Ours", "yes"}};
static const struct httpd_reply hello = {
    .status = 200, .headers = headers, .header_count = 2, .body = "hello", .len = 5};

static void handler(void *arg, struct httpd_request *request)
{
    const char *code = httpd_param(request, "auth_code"), *form = httpd_form(request, "go");

    assert_ptr_equal(arg, &scene);
    scene.given++;
    scene.method = httpd_method(request);
    (void)snprintf(scene.path, sizeof(scene.path), "%s", httpd_path(request));
    (void)snprintf(scene.query, sizeof(scene.query), "%s", httpd_query(request));
    (void)snprintf(scene.code, sizeof(scene.code), "%s", code ? code : "-");
    (void)snprintf(scene.form, sizeof(scene.form), "%s", form ? form : "-");
    (void)snprintf(scene.remote, sizeof(scene.remote), "%s", httpd_remote(request));
    (void)snprintf(scene.origin, sizeof(scene.origin), "%s", httpd_origin(request));
    if (scene.later)
        scene.kept = request;
    else
        httpd_answer(request, &hello);
}

static void serve(struct httpd_options options)
{
    struct err err = {""};

    memset(&scene, 0, sizeof(scene));
    if (!options.listen)
        options.listen = "127.0.0.1:0";
    scene.httpd = httpd_new(&options, handler, &scene, &err);
    assert_string_equal(err.text, "");
    assert_non_null(scene.httpd);
}

static int gone(void **state)
{
    (void)state;
    httpd_free(scene.httpd);
    scene.httpd = NULL;
    return 0;
}

/* One turn of the loop: what is ready is done; at most `most_ms` are waited. */
static void turn(int64_t most_ms)
{
    struct pollfd fd = {.fd = httpd_fd(scene.httpd), .events = POLLIN};
    int64_t wake = httpd_wake_ms(scene.httpd) - clock_mono_ms();
    int64_t wait = wake < most_ms ? wake : most_ms;

    (void)poll(&fd, 1, wait > 0 ? (int)wait : 0);
    httpd_step(scene.httpd);
}

static int dial(void)
{
    struct net_address address;
    struct sockaddr_storage to;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(net_parse("127.0.0.1", strlen("127.0.0.1"), &address));
    socklen_t len = net_to_socket(&address, httpd_port(scene.httpd), &to);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, len), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* Sends it all, unless the other side will not have it. */
static void say(int fd, const char *bytes, size_t len)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;

    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

        assert_true(clock_mono_ms() < until);
        if (sent < 0 && errno != EAGAIN)
            return;
        if (sent > 0) {
            bytes += sent;
            len -= (size_t)sent;
        }
        turn(0);
    }
}

static void tell(int fd, const char *text)
{
    say(fd, text, strlen(text));
}

static bool is_closed(int fd)
{
    char byte;

    return recv(fd, &byte, 1, MSG_PEEK) == 0 || (errno != EAGAIN && errno != EINTR);
}

/* All that comes until the service closes. */
static const char *hear(int fd)
{
    static char heard[HEARD_MAX];
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    size_t len = 0;

    for (;;) {
        ssize_t got = recv(fd, heard + len, sizeof(heard) - 1 - len, 0);

        assert_true(clock_mono_ms() < until);
        if (got > 0)
            len += (size_t)got;
        else if (got == 0 || errno != EAGAIN)
            break;
        else
            turn(20);
    }
    heard[len] = '\0';
    close(fd);
    return heard;
}

static const char *ask(const char *request)
{
    int fd = dial();

    tell(fd, request);
    return hear(fd);
}

#define GET(target) "GET " target " HTTP/1.1\r\nHost: h.example\r\n\r\n"

static void assert_status(const char *answer, int status)
{
    char want[32];

    (void)snprintf(want, sizeof(want), "HTTP/1.1 %d ", status);
    if (strncmp(answer, want, strlen(want)) != 0)
        fail_msg("\"%.60s\" instead of %s", answer, want);
}

static void assert_serves(void)
{
    assert_status(ask(GET("/still-here")), 200);
    assert_string_equal(scene.path, "/still-here");
}

/* --- what is handed on -----------------------------------------------------------------------------------------
 */

static void a_request_is_handed_on_whole(void **state)
{
    const char *answer;

    (void)state;
    serve((struct httpd_options){0});
    answer = ask(GET("/r/a%20b?auth_code=a%2Bb+c&state=x#piece"));
    assert_status(answer, 200);
    assert_non_null(strstr(answer, "\r\nX-Ours: yes\r\n"));
    assert_non_null(strstr(answer, "\r\nConnection: close\r\n"));
    assert_string_equal(strstr(answer, "\r\n\r\n") + 4, "hello");
    assert_int_equal(scene.method, HTTPD_GET);
    assert_string_equal(scene.path, "/r/a b");
    assert_string_equal(scene.query, "auth_code=a%2Bb+c&state=x");
    assert_string_equal(scene.code, "a+b c");
    assert_string_equal(scene.remote, "127.0.0.1");

    answer = ask("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_status(answer, 200);
    assert_int_equal(scene.method, HTTPD_HEAD);
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");

    assert_status(ask("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\ngo=1%2b2"), 200);
    assert_int_equal(scene.method, HTTPD_POST);
    assert_string_equal(scene.form, "1+2");
}

static void parameters_that_say_two_things_say_none(void **state)
{
    static const char *const requests[] = {
        GET("/?auth_code=a&auth_code=b"),
        GET("/?auth_code=a%00b"),
        GET("/?auth_code=a%0ab"),
        GET("/?auth_code=a%0"),
        GET("/?auth_code=%ff"),
        GET("/?Auth_code=a"),
        GET("/?&&="),
        GET("/?a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&auth_code=late"),
    };

    (void)state;
    serve((struct httpd_options){0});
    for (size_t i = 0; i < TTA_LEN(requests); i++) {
        assert_status(ask(requests[i]), 200);
        assert_string_equal(scene.code, "-");
    }
}

static void an_answer_may_come_later(void **state)
{
    int fds[3];

    (void)state;
    serve((struct httpd_options){.request_timeout_ms = 50});
    scene.later = true;
    for (size_t i = 0; i < 3; i++) {
        fds[i] = dial();
        scene.kept = NULL;
        tell(fds[i], GET("/later"));
        while (!scene.kept)
            turn(20);
        if (i == 0)
            close(fds[i]);                                                    /* a client that does not wait */
        for (int64_t until = clock_mono_ms() + 100; clock_mono_ms() < until;) /* the handler's time is its own */
            turn(20);
        if (i < 2)
            httpd_answer(scene.kept, &hello);
        if (i == 1)
            assert_status(hear(fds[i]), 200);
    }
    scene.later = false;
    assert_serves();
    httpd_free(scene.httpd); /* with one that was never answered */
    scene.httpd = NULL;
    char heard[200] = "";

    assert_true(recv(fds[2], heard, sizeof(heard) - 1, 0) > 0);
    assert_status(heard, 503);
    close(fds[2]);
}

/* --- what is refused -------------------------------------------------------------------------------------------
 */

static void nonsense_is_refused(void **state)
{
    static const struct {
        const char *request;
        int status;
    } rows[] = {
        {"DELETE /x HTTP/1.1\r\nHost: h\r\n\r\n", 405},
        {"get /x HTTP/1.1\r\nHost: h\r\n\r\n", 405},
        {GET("http://other.example/x"), 400},
        {GET("*"), 400},
        {GET("/a%00b"), 400},
        {GET("/a%0d%0aSet-Cookie:x"), 400},
        {GET("/a%e"), 400},
        {GET("/%c0%af"), 400},
        {"GET /x HTTP/1.1\r\n\r\n", 400}, /* no host */
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4097\r\n\r\n", 413},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 0},
        {"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 0},
        {"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 0},
        {"\x16\x03\x01\x02\x01\x01\xfc\x03\x03 TLS to us\r\n\r\n\r\n", 0},
        {"\r\n\r\n\r\n\r\n", 0},
        {"GET\r\n\r\n", 0},
    };

    (void)state;
    serve((struct httpd_options){.request_timeout_ms = 300});
    for (size_t i = 0; i < TTA_LEN(rows); i++) {
        const char *answer = ask(rows[i].request);

        if (rows[i].status)
            assert_status(answer, rows[i].status);
        assert_null(strstr(answer, " 200 "));
    }
    assert_int_equal(scene.given, 0);
    assert_serves();
}

/* Two requests in one piece, or one hidden in the body of another: the first is answered, and that is all. */
static void one_request_a_connection(void **state)
{
    static const char *const requests[] = {
        GET("/one") GET("/two"),
        "POST /one HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" GET("/two"),
        "POST /one HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" GET(
            "/two"),
    };

    (void)state;
    serve((struct httpd_options){0});
    for (size_t i = 0; i < TTA_LEN(requests); i++) {
        scene.given = 0;
        (void)ask(requests[i]);
        assert_true(scene.given <= 1);
        assert_string_not_equal(scene.path, "/two");
    }
    assert_serves();
}

static void size_is_bounded(void **state)
{
    enum { MIB = 1024 * 1024 };
    char *big = malloc(MIB + 200);
    int fd;

    (void)state;
    assert_non_null(big);
    serve((struct httpd_options){0});
    memset(big, 'a', MIB + 200);
    memcpy(big, "GET /", 5);
    fd = dial();
    say(fd, big, MIB);
    (void)hear(fd); /* 414, or a closed door where more was sent than was read */

    fd = dial();
    tell(fd, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 100000 && !is_closed(fd); i++)
        tell(fd, "X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
    assert_true(is_closed(fd) || strlen(hear(fd)) > 0);

    fd = dial();
    tell(fd, "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n");
    say(fd, big, 0x2000);
    tell(fd, "\r\n0\r\n\r\n");
    assert_status(hear(fd), 413);
    assert_int_equal(scene.given, 0);
    assert_serves();
    free(big);
}

/* --- who is ended ----------------------------------------------------------------------------------------------
 */

static void slow_clients_are_ended(void **state)
{
    static const char slow[] =
        "GET / HTTP/1.1\r\nHost: h\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    int64_t began = clock_mono_ms();
    int idle, loris;
    size_t at = 0;

    (void)state;
    serve((struct httpd_options){.request_timeout_ms = 300});
    idle = dial();
    loris = dial();
    while (!is_closed(idle) || !is_closed(loris)) {
        assert_true(clock_mono_ms() - began < PATIENCE_MS);
        if (at < sizeof(slow) - 1)
            (void)send(loris, slow + at++, 1, MSG_NOSIGNAL);
        turn(10);
    }
    assert_true(clock_mono_ms() - began >= 300);
    close(idle);
    close(loris);
    assert_serves();
    assert_int_equal(scene.given, 1);
}

/* An answer that nobody takes is not kept for ever. */
static void who_does_not_listen_is_ended(void **state)
{
    enum { BIG = 8 * 1024 * 1024 };
    char *big = calloc(1, BIG);
    int64_t began = clock_mono_ms();
    int fd;

    (void)state;
    assert_non_null(big);
    serve((struct httpd_options){.answer_timeout_ms = 200});
    scene.later = true;
    fd = dial();
    tell(fd, GET("/"));
    while (!scene.kept)
        turn(20);
    httpd_answer(scene.kept, &(struct httpd_reply){.status = 200, .body = big, .len = BIG});
    while (httpd_wake_ms(scene.httpd) != INT64_MAX) {
        assert_true(clock_mono_ms() - began < PATIENCE_MS);
        turn(20);
    }
    close(fd);
    free(big);
    scene.later = false;
    assert_serves();
}

/* A house full of idle clients does not keep a visitor out: who has waited longest goes. */
static void the_oldest_idler_makes_room(void **state)
{
    enum { HOUSE = 8, CROWD = 40 };
    int crowd[CROWD];
    int ended = 0;

    (void)state;
    serve((struct httpd_options){.connections = HOUSE, .per_address = 100});
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = dial();
        turn(20);
    }
    assert_serves();
    for (int i = 0; i < CROWD; i++)
        ended += is_closed(crowd[i]);
    assert_true(ended >= CROWD - HOUSE);
    assert_false(is_closed(crowd[CROWD - 1]));
    assert_true(is_closed(crowd[0]));
    for (int i = 0; i < CROWD; i++)
        close(crowd[i]);
}

static void one_address_has_its_share(void **state)
{
    enum { SHARE = 4 };
    int mine[SHARE];

    (void)state;
    serve((struct httpd_options){.per_address = SHARE});
    for (int i = 0; i < SHARE; i++) {
        mine[i] = dial();
        turn(20);
    }
    assert_string_equal(ask(GET("/one-too-many")), "");
    assert_int_equal(scene.given, 0);
    for (int i = 0; i < SHARE; i++)
        close(mine[i]);
    for (int64_t until = clock_mono_ms() + 100; clock_mono_ms() < until;)
        turn(20);
    assert_serves();
    gone(NULL);

    serve((struct httpd_options){.per_address = SHARE, .trusted = "127.0.0.1"});
    for (int i = 0; i < SHARE; i++)
        mine[i] = dial();
    assert_serves(); /* a proxy has everybody's */
    for (int i = 0; i < SHARE; i++)
        close(mine[i]);
}

/* --- who asks --------------------------------------------------------------------------------------------------
 */

static void only_a_trusted_proxy_names_others(void **state)
{
    static const struct {
        const char *trusted;
        const char *header;
        const char *remote;
    } rows[] = {
        {NULL, "X-Forwarded-For: 203.0.113.9", "127.0.0.1"},
        {"10.0.0.0/8", "X-Forwarded-For: 203.0.113.9", "127.0.0.1"},
        {"127.0.0.1", "X-Forwarded-For: 203.0.113.9", "203.0.113.9"},
        {"127.0.0.1", "X-Forwarded-For: 198.51.100.1, 203.0.113.9", "203.0.113.9"},
        {"127.0.0.1 10.0.0.0/8", "X-Forwarded-For: 198.51.100.1, 203.0.113.9 , 10.1.2.3", "203.0.113.9"},
        {"127.0.0.1", "X-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 203.0.113.9", "203.0.113.9"},
        {"127.0.0.1", "X-Forwarded-For: 203.0.113.9, unknown", "127.0.0.1"},
        {"127.0.0.1", "X-Forwarded-For: <script>", "127.0.0.1"},
        {"127.0.0.1", "X-Forwarded-For: 203.0.113.9:4711", "203.0.113.9"},
        {"127.0.0.1", "X-Forwarded-For: 2001:db8::1", "2001:db8::1"},
        {"127.0.0.1", "X-Forwarded-For: ,,,", "127.0.0.1"},
        {"127.0.0.1", "Accept: */*", "127.0.0.1"},
    };
    char request[300];

    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++) {
        serve((struct httpd_options){.trusted = rows[i].trusted});
        (void)snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n\r\n", rows[i].header);
        assert_status(ask(request), 200);
        assert_string_equal(scene.remote, rows[i].remote);
        gone(NULL);
    }
    serve((struct httpd_options){0});
    assert_true(httpd_trust(scene.httpd, "127.0.0.0/8"));
    assert_status(ask("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 2001:db8::1\r\n\r\n"), 200);
    assert_string_equal(scene.remote, "2001:db8::1");
    assert_string_equal(scene.origin, "2001:db8::/64");
}

/* Without memory a request is lost, never the service. */
static void survives_every_failing_allocation(void **state)
{
    unsigned long nth = 0;
    bool happened;

    (void)state;
    serve((struct httpd_options){.trusted = "127.0.0.1"});
    do {
        alloc_fail_at(++nth);
        (void)ask("POST /a%20b?auth_code=a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\n"
                  "Content-Length: 4\r\n\r\ngo=1");
        happened = alloc_fail_happened();
        alloc_fail_at(0);
    } while (happened);
    assert_true(nth > 5);
    assert_serves();
}

static void where_it_can_not_listen_it_says_so(void **state)
{
    struct httpd_options options = {.listen = "here"};
    char address[40];
    struct err err;

    (void)state;
    assert_null(httpd_new(&options, handler, &scene, &err));
    assert_string_equal(err.text, "here: allowed is ADDRESS:PORT, as 127.0.0.1:8040 or [::1]:8040");
    serve((struct httpd_options){0});
    (void)snprintf(address, sizeof(address), "127.0.0.1:%d", httpd_port(scene.httpd));
    options.listen = address;
    assert_null(httpd_new(&options, handler, &scene, &err));
    assert_non_null(strstr(err.text, ": Address already in use"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_request_is_handed_on_whole, gone),
        cmocka_unit_test_teardown(parameters_that_say_two_things_say_none, gone),
        cmocka_unit_test_teardown(an_answer_may_come_later, gone),
        cmocka_unit_test_teardown(nonsense_is_refused, gone),
        cmocka_unit_test_teardown(one_request_a_connection, gone),
        cmocka_unit_test_teardown(size_is_bounded, gone),
        cmocka_unit_test_teardown(slow_clients_are_ended, gone),
        cmocka_unit_test_teardown(who_does_not_listen_is_ended, gone),
        cmocka_unit_test_teardown(the_oldest_idler_makes_room, gone),
        cmocka_unit_test_teardown(one_address_has_its_share, gone),
        cmocka_unit_test_teardown(only_a_trusted_proxy_names_others, gone),
        cmocka_unit_test_teardown(survives_every_failing_allocation, gone),
        cmocka_unit_test_teardown(where_it_can_not_listen_it_says_so, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
