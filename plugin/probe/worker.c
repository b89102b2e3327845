/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Forks, lets the child work, and reads what it leaves. */
#include "probe/worker.h"

#include "base/clock.h"
#include "base/fds.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_MS = 15000 }; /* a request and its result; the service manager waits longer */

struct worker {
    pid_t pid; /* 0: none */
    int pipe_fd;
    int64_t deadline_ms;
    bool killed;
    bool over; /* the pipe has been read to its end */
    int status;
    size_t got;
    size_t size;
    char result[];
};

struct worker *worker_new(size_t result_size)
{
    struct worker *worker = calloc(1, sizeof(*worker) + result_size);

    if (worker) {
        worker->pipe_fd = -1;
        worker->size = result_size;
    }
    return worker;
}

static void close_pipe(struct worker *worker)
{
    if (worker->pipe_fd >= 0)
        close(worker->pipe_fd);
    worker->pipe_fd = -1;
}

/* The child may not have its group yet. */
static void kill_all(pid_t pid)
{
    (void)kill(-pid, SIGKILL);
    (void)kill(pid, SIGKILL);
}

/* True: it is gone. */
static bool asked_to_end(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
    int64_t until_ms = clock_mono_ms() + GRACE_MS;

    (void)kill(-pid, SIGTERM); /* no group yet: then it gets the other one only */
    (void)kill(pid, SIGTERM);
    while (clock_mono_ms() < until_ms) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return true;
        (void)nanosleep(&pause, NULL); /* a signal ends it early, which is fine */
    }
    return false;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    if (worker->pid > 0 && (worker->killed || !asked_to_end(worker->pid))) {
        kill_all(worker->pid);
        while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    close_pipe(worker);
    free(worker);
}

/* --- in the child ---------------------------------------------------------------------------------------------
 */

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t wrote = write(fd, bytes, len);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        bytes += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

static void become_child(pid_t parent)
{
    static const int restored[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t none;

    (void)setpgid(0, 0); /* so that what it runs is ended with it */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    for (size_t i = 0; i < TTA_LEN(restored); i++)
        (void)signal(restored[i], SIG_DFL);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file's limit is a failed write, like a full disk */
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* --- in the parent --------------------------------------------------------------------------------------------
 */

bool worker_start(struct worker *worker, worker_fn *fn, const void *arg, int keep_fd, int64_t deadline_ms,
                  struct err *err)
{
    pid_t parent = getpid();
    int pair[2];

    if (pipe2(pair, O_CLOEXEC) != 0)
        return err_set(err, "no pipe: %s", strerror(errno));
    worker->deadline_ms = deadline_ms;
    worker->killed = worker->over = false;
    worker->status = 0;
    worker->got = 0;
    memset(worker->result, 0, worker->size);
    worker->pid = fork();
    if (worker->pid == 0) {
        become_child(parent);
        log_after_fork();
        /* The parent's sockets are not for the child: who waits for their end would wait for two processes. */
        fds_close_others(pair[1], keep_fd);
        fn(arg, worker->result);
        _exit(write_all(pair[1], worker->result, worker->size) ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(pair[1]);
    if (worker->pid < 0) {
        worker->pid = 0;
        close(pair[0]);
        return err_set(err, "no process: %s", strerror(errno));
    }
    worker->pipe_fd = pair[0];
    (void)fcntl(worker->pipe_fd, F_SETFL, O_NONBLOCK);
    return true;
}

bool worker_is_running(const struct worker *worker)
{
    return worker->pid > 0;
}

int worker_fd(const struct worker *worker)
{
    return worker->over ? -1 : worker->pipe_fd;
}

int64_t worker_wake_ms(const struct worker *worker)
{
    return worker->pid > 0 && !worker->killed ? worker->deadline_ms : INT64_MAX;
}

static void read_pipe(struct worker *worker)
{
    char rest[64];
    ssize_t got = 1;

    while (got > 0) {
        if (worker->got < worker->size)
            got = read(worker->pipe_fd, worker->result + worker->got, worker->size - worker->got);
        else
            got = read(worker->pipe_fd, rest, sizeof(rest));
        if (got > 0 && worker->got < worker->size)
            worker->got += (size_t)got;
    }
    worker->over = got == 0 || (errno != EAGAIN && errno != EINTR);
}

bool worker_step(struct worker *worker, int64_t mono_ms)
{
    if (worker->pid <= 0)
        return false;
    if (!worker->over)
        read_pipe(worker);
    if (!worker->killed && mono_ms >= worker->deadline_ms) {
        kill_all(worker->pid);
        worker->killed = true;
    }
    if (!worker->over && !worker->killed)
        return false;
    /* One that has said all is gone in a moment; one that was killed may hang in the kernel. */
    if (waitpid(worker->pid, &worker->status, worker->over ? 0 : WNOHANG) == 0)
        return false;
    worker->pid = 0;
    close_pipe(worker);
    return true;
}

const void *worker_result(const struct worker *worker, const char *what, struct err *err)
{
    if (worker->got == worker->size && !worker->killed)
        return worker->result;
    if (worker->killed)
        err_set(err, "%s did not end in time and was stopped", what);
    else if (WIFSIGNALED(worker->status))
        err_set(err, "%s was ended by signal %d", what, WTERMSIG(worker->status));
    else
        err_set(err, "%s ended early", what);
    return NULL;
}
