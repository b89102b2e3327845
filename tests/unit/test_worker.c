/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/worker: a result through the pipe, and every way not to bring one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "probe/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

struct result {
    int number;
    char bulk[70000]; /* more than a pipe holds */
};

static void answer(const void *arg, void *result)
{
    struct result *out = result;

    out->number = *(const int *)arg;
    memset(out->bulk, 'x', sizeof(out->bulk));
}

static void die(const void *arg, void *result)
{
    (void)arg;
    (void)result;
    (void)raise(SIGKILL);
}

static void leave(const void *arg, void *result)
{
    (void)arg;
    (void)result;
    _exit(0);
}

static void hang(const void *arg, void *result)
{
    (void)arg;
    (void)result;
    while (true)
        pause();
}

/* Whether an inherited descriptor is gone. */
static void look_at_fd(const void *arg, void *result)
{
    struct result *out = result;

    out->number = fcntl(*(const int *)arg, F_GETFD) < 0;
}

static struct worker *start(worker_fn *fn, const void *arg, int64_t deadline_ms)
{
    struct worker *worker = worker_new(sizeof(struct result));
    struct err err = {""};

    assert_non_null(worker);
    assert_int_equal(worker_fd(worker), -1);
    assert_true(worker_start(worker, fn, arg, -1, deadline_ms, &err));
    assert_true(worker_is_running(worker));
    return worker;
}

static void wait_for(struct worker *worker, int64_t mono_ms)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;

    while (!worker_step(worker, mono_ms)) {
        struct pollfd fd = {.fd = worker_fd(worker), .events = POLLIN};

        assert_true(clock_mono_ms() < until);
        (void)poll(&fd, 1, 10);
    }
    assert_false(worker_is_running(worker));
    assert_false(worker_step(worker, mono_ms));
    assert_true(worker_wake_ms(worker) == INT64_MAX);
}

static void test_result(void **state)
{
    int number = 7;
    struct worker *worker = start(answer, &number, INT64_MAX);
    struct err err = {""};
    const struct result *result;

    (void)state;
    wait_for(worker, 0);
    result = worker_result(worker, "it", &err);
    assert_non_null(result);
    assert_int_equal(result->number, 7);
    assert_int_equal(result->bulk[sizeof(result->bulk) - 1], 'x');
    number = 8; /* and again */
    assert_true(worker_start(worker, answer, &number, -1, INT64_MAX, &err));
    wait_for(worker, 0);
    result = worker_result(worker, "it", &err);
    assert_int_equal(result->number, 8);
    worker_free(worker);
}

static void test_no_result(void **state)
{
    static const struct {
        worker_fn *fn;
        int64_t mono_ms;
        const char *said;
    } CASE[] = {
        {die, 0, "it was ended by signal 9"},
        {leave, 0, "it ended early"},
        {hang, 100, "it did not end in time and was stopped"},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct worker *worker = start(CASE[i].fn, NULL, 100);
        struct err err = {""};

        assert_true(worker_wake_ms(worker) == 100);
        wait_for(worker, CASE[i].mono_ms);
        assert_null(worker_result(worker, "it", &err));
        assert_string_equal(err.text, CASE[i].said);
        worker_free(worker);
    }
}

static void test_descriptors_stay_behind(void **state)
{
    int fd = open("/dev/null", O_RDONLY);
    struct worker *worker = start(look_at_fd, &fd, INT64_MAX);
    struct err err = {""};
    const struct result *result;

    (void)state;
    wait_for(worker, 0);
    result = worker_result(worker, "it", &err);
    assert_non_null(result);
    assert_int_equal(result->number, 1);
    worker_free(worker);
    close(fd);
}

static void test_free_kills(void **state)
{
    struct worker *worker = start(hang, NULL, INT64_MAX);

    (void)state;
    worker_free(worker);
    worker_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_result),
        cmocka_unit_test(test_no_result),
        cmocka_unit_test(test_descriptors_stay_behind),
        cmocka_unit_test(test_free_kills),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
