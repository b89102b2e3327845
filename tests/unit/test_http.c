/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pool: connections kept and not kept, many calls, cancelled calls, and waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "http_ask.h"

static const struct http_request get = {.path = "/x"};
static const struct http_request fresh = {.path = "/x", .fresh_connection = true};
static const struct http_request post = {.method = HTTP_POST, .path = "/x", .body = "{}"};

/* --- options ---------------------------------------------------------------------------------------------------
 */
static void options_are_checked(void **state)
{
    struct http_options options = {.connect_timeout_ms = 1, .request_timeout_ms = 1, .max_response = 1};
    struct err err;
    (void)state;
    options.base_url = "http://h.example";
    assert_null(http_new(&options, &err));
    assert_memory_equal(err.text, "allowed is https://HOST", 23);
    options.base_url = "https://h.example";
    options.ca_file = "/nowhere/ca.pem";
    assert_null(http_new(&options, &err));
    assert_string_equal(err.text, "the CA file /nowhere/ca.pem can't be read: No such file or directory");
    options.ca_file = NULL;
    options.proxy = "http://user:hush@bad host";
    assert_null(http_new(&options, &err));
    assert_string_equal(err.text, "the proxy is not [SCHEME://]HOST[:PORT]");
    options.proxy = "proxy.example:3128";
    struct http *http = http_new(&options, &err);
    assert_non_null(http);
    http_free(http);
}

/* --- connections -----------------------------------------------------------------------------------------------
 */
static void connections_are_kept(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    (void)state;
    for (int i = 0; i < 3; i++)
        free(ask(http, &get).body);
    assert_int_equal(http_server_connections(server), 1);
    free(ask(http, &fresh).body);
    assert_int_equal(http_server_connections(server), 2);
    free(ask(http, &get).body);
    assert_int_equal(http_server_connections(server), 2); /* the first, still */
    free(ask(http, &fresh).body);
    assert_int_equal(http_server_connections(server), 3);
    free(ask(http, &get).body);
    assert_int_equal(http_server_connections(server), 3);
    assert_int_equal(http_server_requests(server), 7);
    http_free(http);

    http = ask_pool(http_server_url(server), NULL);
    free(ask(http, &fresh).body);
    free(ask(http, &get).body); /* a fresh connection is not left for others */
    assert_int_equal(http_server_connections(server), 5);
    http_free(http);
    http_server_free(server);
}

/* A server may close a kept connection just when it is used again: a GET is asked again, a POST is not. */
static void a_post_goes_out_once(void **state)
{
    struct http_script script = ask_ok;
    (void)state;
    script.answered = 1;
    struct http_server *server = http_server_new(&script);
    struct http *http = ask_pool(http_server_url(server), NULL);
    free(ask(http, &get).body);
    struct asked a = ask(http, &post);
    assert_int_equal(a.outcome, HTTP_BROKEN);
    assert_int_equal(http_server_requests(server), 2);
    assert_int_equal(http_server_connections(server), 2);
    free(a.body);
    a = ask(http, &get);
    assert_int_equal(a.outcome, HTTP_BROKEN);
    assert_int_equal(http_server_requests(server), 4);
    free(a.body);
    http_free(http);
    http_server_free(server);
}

static void sockets_are_not_inherited(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    int ours = 0;
    (void)state;
    free(ask(http, &get).body);
    for (int fd = 3; fd < 1024; fd++) {
        struct sockaddr_storage peer;
        socklen_t len = sizeof(peer);
        if (getpeername(fd, (struct sockaddr *)&peer, &len) != 0 || peer.ss_family != AF_INET)
            continue;
        if ((fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
            fail_msg("socket %d would be inherited", fd);
        ours++;
    }
    assert_int_equal(ours, 2); /* the server's end too */
    http_free(http);
    http_server_free(server);
}

/* --- calls -----------------------------------------------------------------------------------------------------
 */
static void count_done(void *arg, const struct http_answer *answer)
{
    assert_int_equal(answer->outcome, HTTP_DONE);
    ++*(int *)arg;
}

static void fifty_at_once(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    int done = 0;
    (void)state;
    for (int i = 0; i < 50; i++)
        assert_non_null(http_start(http, &get, count_done, &done));
    assert_int_equal(done, 0);
    ask_wait(http, &done, 50);
    assert_int_equal(http_server_requests(server), 50);
    http_wait(http, 0);
    assert_int_equal(done, 50);
    http_free(http);
    http_server_free(server);
}

static void never(void *arg, const struct http_answer *answer)
{
    (void)arg;
    fail_msg("a call that was forgotten is reported: %s", answer->detail);
}

struct chain {
    struct http *http;
    struct http_call *self;
    int left;
    int done;
};

static void start_next(void *arg, const struct http_answer *answer)
{
    struct chain *chain = arg;
    assert_int_equal(answer->outcome, HTTP_DONE);
    chain->done++;
    http_cancel(chain->http, chain->self); /* the one that is being reported: nothing happens */
    http_cancel(chain->http, http_start(chain->http, &get, never, NULL));
    if (chain->left-- > 0)
        chain->self = http_start(chain->http, &get, start_next, chain);
    assert_string_equal(answer->body, "{\"code\":0}"); /* still there */
}

static void callbacks_start_and_cancel(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct chain chain = {.http = ask_pool(http_server_url(server), NULL), .left = 5};
    (void)state;
    chain.self = http_start(chain.http, &get, start_next, &chain);
    assert_non_null(chain.self);
    ask_wait(chain.http, &chain.done, 6);
    assert_int_equal(http_server_requests(server), 6);
    assert_int_equal(http_server_connections(server), 1);
    http_free(chain.http);
    http_server_free(server);
}

enum { GROUP = 10 };

struct group {
    struct http *http;
    struct http_call *calls[GROUP];
    int reported;
};

struct member {
    struct group *group;
    int number;
};

static void cancel_the_rest(void *arg, const struct http_answer *answer)
{
    struct member *member = arg;
    assert_int_equal(answer->outcome, HTTP_NO_CONNECT);
    member->group->reported++;
    for (int i = 0; i < GROUP; i++)
        if (i != member->number)
            http_cancel(member->group->http, member->group->calls[i]);
}

/* All have ended when the first is reported: libcurl holds a message for each of those that are cancelled. */
static void one_cancels_all_others(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct group group = {.http = ask_pool(http_server_url(server), NULL)};
    struct member members[GROUP];
    (void)state;
    http_server_free(server); /* refused at once */
    for (int i = 0; i < GROUP; i++) {
        members[i] = (struct member){.group = &group, .number = i};
        group.calls[i] = http_start(group.http, &get, cancel_the_rest, &members[i]);
        assert_non_null(group.calls[i]);
    }
    ask_wait(group.http, &group.reported, 1);
    http_wait(group.http, 20);
    assert_int_equal(group.reported, 1);
    http_free(group.http);
}

static void cancelled_calls_are_silent(void **state)
{
    struct http_server *server = http_server_new(&ask_silent);
    struct http *http = ask_pool(http_server_url(server), NULL);
    (void)state;
    http_cancel(http, http_start(http, &get, never, NULL));
    struct http_call *first = http_start(http, &get, never, NULL);
    struct http_call *middle = http_start(http, &get, never, NULL);
    struct http_call *last = http_start(http, &get, never, NULL);
    while (http_server_requests(server) < 3)
        http_wait(http, 10);
    http_cancel(http, middle);
    http_cancel(http, last);
    http_cancel(http, first);
    http_wait(http, 20);
    http_free(http);
    http_server_free(server);
}

static void free_abandons_calls(void **state)
{
    struct http_server *server = http_server_new(&ask_silent);
    struct http *http = ask_pool(http_server_url(server), NULL);
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_non_null(http_start(http, i % 2 ? &fresh : &get, never, NULL));
    while (http_server_requests(server) < 5)
        http_wait(http, 10);
    assert_non_null(http_start(http, &get, never, NULL));
    http_free(http);
    http_server_free(server);
    http_free(NULL);
}

/* --- waiting ---------------------------------------------------------------------------------------------------
 */
static double cpu_seconds(void)
{
    struct rusage used;
    getrusage(RUSAGE_THREAD, &used);
    return (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6 + (double)used.ru_stime.tv_sec +
           (double)used.ru_stime.tv_usec / 1e6;
}

static void waiting_takes_its_time_and_no_more(void **state)
{
    static const struct http_script dripping = {
        .answer = "HTTP/1.1 200 OK\r\n\r\n", .then = THEN_DRIP, .more = "x"};
    struct http_server *server = http_server_new(&dripping);
    struct http *http = ask_pool(http_server_url(server), NULL);
    (void)state;
    for (int calls = 0; calls <= 1; calls++) {
        if (calls > 0)
            assert_non_null(http_start(http, &get, never, NULL));
        double cpu = cpu_seconds();
        int64_t began = clock_mono_ms();
        http_wait(http, 300); /* what drips in does not end it */
        int64_t took = clock_mono_ms() - began;
        assert_true(took >= 299 && took < 3000);
        assert_true(cpu_seconds() - cpu < 0.2);
        began = clock_mono_ms();
        http_wait(http, 0);
        http_wait(http, -5);
        assert_true(clock_mono_ms() - began < 200);
    }
    http_free(http);
    http_server_free(server);
}

static void waiting_ends_with_a_call(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    int64_t began = clock_mono_ms();
    int done = 0;
    (void)state;
    assert_non_null(http_start(http, &get, count_done, &done));
    http_wait(http, INT64_MAX);
    assert_int_equal(done, 1);
    assert_true(clock_mono_ms() - began < 5000);
    http_free(http);
    http_server_free(server);
}

enum { PIPES = 10 };

static void waiting_watches_other_fds(void **state)
{
    struct http_server *server = http_server_new(&ask_silent);
    struct http *http = ask_pool(http_server_url(server), NULL);
    int pipes[PIPES][2];
    struct pollfd fds[PIPES];
    (void)state;
    assert_non_null(http_start(http, &get, never, NULL));
    for (int i = 0; i < PIPES; i++) {
        assert_int_equal(pipe(pipes[i]), 0);
        fds[i] = (struct pollfd){.fd = i == 3 ? -1 : pipes[i][0], .events = POLLIN};
    }
    for (unsigned watched = 4; watched <= PIPES; watched += PIPES - 4) { /* few, many */
        int64_t began = clock_mono_ms();
        for (unsigned i = 0; i < watched; i++)
            fds[i].revents = POLLIN;
        http_wait_with(http, fds, watched, 60);
        assert_true(clock_mono_ms() - began >= 59);
        for (unsigned i = 0; i < watched; i++)
            assert_int_equal(fds[i].revents, 0);
    }
    int64_t began = clock_mono_ms();
    assert_int_equal(write(pipes[2][1], "x", 1), 1);
    http_wait_with(http, fds, 4, 20000);
    assert_int_equal(fds[2].revents, POLLIN);
    assert_int_equal(fds[1].revents, 0);

    fds[0] = (struct pollfd){.fd = pipes[0][1], .events = POLLOUT};
    http_wait_with(http, fds, 1, 20000);
    assert_int_equal(fds[0].revents, POLLOUT);

    close(pipes[9][1]);
    http_wait_with(http, &fds[9], 1, 20000);
    assert_int_equal(fds[9].revents, POLLHUP);

    close(pipes[9][0]); /* now no fd at all */
    http_wait_with(http, &fds[9], 1, 20000);
    assert_int_equal(fds[9].revents, POLLNVAL);
    assert_true(clock_mono_ms() - began < 10000);

    for (int i = 0; i < PIPES - 1; i++) {
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
    http_free(http);
    http_server_free(server);
}

static void on_alarm(int number)
{
    (void)number;
}

static void a_signal_ends_the_wait(void **state)
{
    const struct sigaction action = {.sa_handler = on_alarm};
    const struct itimerval soon = {.it_value.tv_usec = 50000};
    struct sigaction before;
    struct http_server *server = http_server_new(&ask_silent);
    struct http *http = ask_pool(http_server_url(server), NULL);
    sigset_t alarms;
    (void)state;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    for (int calls = 0; calls <= 1; calls++) {
        if (calls > 0) {
            assert_non_null(http_start(http, &get, never, NULL));
            pthread_sigmask(SIG_BLOCK, &alarms, NULL); /* not for the server's threads */
            while (http_server_requests(server) == 0)
                http_wait(http, 10);
            pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
        }
        int64_t began = clock_mono_ms();
        setitimer(ITIMER_REAL, &soon, NULL);
        http_wait(http, 15000);
        assert_true(clock_mono_ms() - began < 10000);
    }
    sigaction(SIGALRM, &before, NULL);
    http_free(http);
    http_server_free(server);
}

/* --- signals
 * ----------------------------------------------------------------------------------------------------- */
static bool pipes_break;
static pthread_t client;

/* Stands before the system's: a libcurl that sends without MSG_NOSIGNAL meets SIGPIPE here. */
ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    if (pipes_break && pthread_equal(pthread_self(), client))
        raise(SIGPIPE);
    return sendto(fd, bytes, len, flags, NULL, 0);
}

static void sigpipe_kills_nobody(void **state)
{
    struct http_server *server = http_server_new(&ask_ok);
    struct http *http = ask_pool(http_server_url(server), NULL);
    sigset_t pending, blocked;
    (void)state;
    client = pthread_self();
    pipes_break = true;
    struct asked a = ask(http, &get);
    assert_int_equal(a.outcome, HTTP_DONE);
    free(a.body);
    http_free(http);
    pipes_break = false;
    http_server_free(server);
    assert_int_equal(sigpending(&pending), 0);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &blocked), 0);
    assert_int_equal(sigismember(&blocked, SIGPIPE), 0);
}

/* --- memory ----------------------------------------------------------------------------------------------------
 */
static struct http_server *memory_server;

static void note_outcome(void *arg, const struct http_answer *answer)
{
    *(int *)arg = (int)answer->outcome;
}

/* libcurl's memory comes through us, so its allocations fail in turn too. */
static bool exchange(void *arg)
{
    const struct http_options options = {.base_url = http_server_url(memory_server),
                                         .connect_timeout_ms = 2000,
                                         .request_timeout_ms = 2000,
                                         .max_response = 1000};
    const struct http_param params[] = {{.name = "a", .value = "b"}};
    const struct http_request request = {.path = "/x", .params = params, .param_count = 1, .access_token = arg};
    int outcome = -1;
    struct http *http = http_new(&options, NULL);

    if (http && http_start(http, &request, note_outcome, &outcome)) {
        int64_t deadline = clock_mono_ms() + (alloc_fail_happened() ? 100 : 5000);
        while (outcome < 0 && clock_mono_ms() < deadline)
            http_wait(http, 50);
    }
    http_free(http);
    return outcome == HTTP_DONE;
}

static void memory_may_run_out(void **state)
{
    struct secret *token = secret_new("token", 5);
    (void)state;
    memory_server = http_server_new(&ask_ok);
    unsigned long allocations = alloc_fail_each_lenient(exchange, token);
    print_message("%lu allocations failed in turn\n", allocations);
    assert_true(allocations > 50);
    http_server_free(memory_server);
    secret_free(token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(connections_are_kept),
        cmocka_unit_test(a_post_goes_out_once),
        cmocka_unit_test(sockets_are_not_inherited),
        cmocka_unit_test(fifty_at_once),
        cmocka_unit_test(callbacks_start_and_cancel),
        cmocka_unit_test(one_cancels_all_others),
        cmocka_unit_test(cancelled_calls_are_silent),
        cmocka_unit_test(free_abandons_calls),
        cmocka_unit_test(waiting_takes_its_time_and_no_more),
        cmocka_unit_test(waiting_ends_with_a_call),
        cmocka_unit_test(waiting_watches_other_fds),
        cmocka_unit_test(a_signal_ends_the_wait),
        cmocka_unit_test(sigpipe_kills_nobody),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
