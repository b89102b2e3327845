/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A thread that sleeps until the deadline. A signal handler would not do: a read from a dead NFS server lets no
 * handler run, it ends only with the process. */
#include "check/watchdog.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_UNKNOWN = 3, STACK_SIZE = 64 * 1024 };

struct answer {
    const char *text;
    size_t len;
    int exit_status;
};

/* Two places, so that the one that is read is never the one that is written. */
static struct answer answers[2];
static _Atomic(const struct answer *) current;
static atomic_flag claimed = ATOMIC_FLAG_INIT;
static struct timespec deadline;

static pthread_t thread;
static bool running;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static pthread_cond_t stop;
static bool stopped;

/* Async-signal-safe. */
static _Noreturn void give_up(void)
{
    const struct answer *answer = atomic_load(&current);
    size_t done = 0;

    if (!answer || atomic_flag_test_and_set(&claimed))
        _exit(EXIT_UNKNOWN);
    while (done < answer->len) {
        ssize_t n = write(STDOUT_FILENO, answer->text + done, answer->len - done);

        if (n <= 0)
            _exit(EXIT_UNKNOWN);
        done += (size_t)n;
    }
    _exit(answer->exit_status);
}

static void *watch(void *unused)
{
    bool over = false;

    pthread_mutex_lock(&mutex);
    while (!stopped && !over)
        over = pthread_cond_timedwait(&stop, &mutex, &deadline) == ETIMEDOUT;
    over = !stopped;
    pthread_mutex_unlock(&mutex);
    if (over)
        give_up();
    return unused;
}

static void on_bus_error(int signal)
{
    (void)signal;
    give_up();
}

static bool start_thread(void)
{
    size_t stack = STACK_SIZE > (size_t)PTHREAD_STACK_MIN ? STACK_SIZE : (size_t)PTHREAD_STACK_MIN;
    pthread_condattr_t clock;
    pthread_attr_t small;

    if (pthread_condattr_init(&clock) != 0 || pthread_attr_init(&small) != 0)
        return false;
    running = pthread_condattr_setclock(&clock, CLOCK_MONOTONIC) == 0 && pthread_cond_init(&stop, &clock) == 0 &&
              pthread_attr_setstacksize(&small, stack) == 0 && pthread_create(&thread, &small, watch, NULL) == 0;
    pthread_attr_destroy(&small);
    pthread_condattr_destroy(&clock);
    return running;
}

bool watchdog_start(int64_t deadline_ms)
{
    struct sigaction action = {.sa_handler = on_bus_error};

    sigaction(SIGBUS, &action, NULL);
    deadline.tv_sec = (time_t)(deadline_ms / 1000);
    deadline.tv_nsec = (long)(deadline_ms % 1000) * 1000000;
    return start_thread();
}

void watchdog_answer(const char *text, size_t len, int exit_status)
{
    struct answer *next = atomic_load(&current) == &answers[0] ? &answers[1] : &answers[0];

    *next = (struct answer){text, len, exit_status};
    atomic_store(&current, next);
}

void watchdog_claim(void)
{
    /* The watchdog was first: it ends the process. */
    while (atomic_flag_test_and_set(&claimed))
        pause();
}

void watchdog_stop(void)
{
    if (!running)
        return;
    pthread_mutex_lock(&mutex);
    stopped = true;
    pthread_cond_signal(&stop);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    running = false;
}
