/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Forks, runs a round in the child, and brings its result back through a pipe. */
#include "probe/sweeper.h"

#include "base/fds.h"
#include "base/log.h"
#include "ext/http.h"
#include "probe/round.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A round that has come to its deadline publishes what it has: so much longer it lives. */
enum { GRACE_MS = 60000 };

struct sweeper {
    pid_t pid; /* 0: none */
    int pipe_fd;
    int snapshot_fd;
    bool has_snapshot;
    int64_t deadline_ms;
    bool killed;
    bool over; /* the pipe has been read to its end */
    size_t got;
    struct sweeper_result result;
};

struct sweeper *sweeper_new(void)
{
    struct sweeper *sweeper = calloc(1, sizeof(*sweeper));

    if (sweeper)
        sweeper->pipe_fd = sweeper->snapshot_fd = -1;
    return sweeper;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The child may not have its group yet. */
static void kill_all(pid_t pid)
{
    (void)kill(-pid, SIGKILL);
    (void)kill(pid, SIGKILL);
}

void sweeper_free(struct sweeper *sweeper)
{
    if (!sweeper)
        return;
    if (sweeper->pid > 0) {
        kill_all(sweeper->pid);
        while (waitpid(sweeper->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    close_fd(&sweeper->pipe_fd);
    close_fd(&sweeper->snapshot_fd);
    free(sweeper);
}

/* --- in the child ---------------------------------------------------------------------------------------------
 */

static bool write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t wrote = write(fd, at, len);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        at += wrote;
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

static void take_result(const struct round *round, int snapshot_fd, struct sweeper_result *out)
{
    const struct round_result *r = round_result(round);
    const struct buf *bytes = round_snapshot(round);

    out->ran = true;
    out->verified = r->verified > 0 || r->shared > 0;
    out->quiet = r->asked == 0 && r->left == 0;
    out->asked = (int64_t)r->asked;
    out->left = (int64_t)r->left;
    out->calls = r->calls;
    out->throttled = r->throttled;
    out->faulty = (int64_t)r->faulty;
    out->changes = (int64_t)r->changes;
    out->published = r->published;
    snprintf(out->fault, sizeof(out->fault), "%s", r->publish_fault[0] ? r->publish_fault : r->store_fault);
    if (!r->published && buf_len(bytes) > 0 && !write_all(snapshot_fd, buf_text(bytes), buf_len(bytes)))
        snprintf(out->fault, sizeof(out->fault), "the snapshot can't be handed over: %s", strerror(errno));
}

static void run_round(const struct standing *standing, const struct sweeper_options *options, int snapshot_fd,
                      struct sweeper_result *out)
{
    struct err err = {""};
    struct setup *setup = standing_setup(standing, &err);
    struct http *http = setup ? setup_http(setup, &err) : NULL;
    struct env env = env_real(http);
    struct round *round = NULL;

    if (http) {
        round = round_new(&env, setup,
                          &(struct round_options){
                              .selection = {.kind = SELECT_ALL},
                              .max_age_ms = options->max_age_ms,
                              .began_ms = env.wall_ms(env.ctx),
                              .deadline_ms = options->deadline_ms,
                              .ignore_backoff = options->ignore_backoff,
                          });
        if (!round)
            err_set(&err, "out of memory");
    }
    if (round) {
        round_run(round);
        take_result(round, snapshot_fd, out);
    } else {
        snprintf(out->fault, sizeof(out->fault), "%s", err.text);
    }
    round_free(round);
    http_free(http);
    setup_free(setup);
}

/* --- in the parent --------------------------------------------------------------------------------------------
 */

bool sweeper_start(struct sweeper *sweeper, const struct standing *standing, const struct sweeper_options *options,
                   struct err *err)
{
    pid_t parent = getpid();
    int pair[2];

    close_fd(&sweeper->snapshot_fd);
    *sweeper = (struct sweeper){.pipe_fd = -1, .snapshot_fd = -1, .deadline_ms = options->deadline_ms + GRACE_MS};
    sweeper->snapshot_fd = memfd_create("tiktok-auth-snapshot", MFD_CLOEXEC);
    if (sweeper->snapshot_fd < 0 || pipe2(pair, O_CLOEXEC) != 0)
        return err_set(err, "no round can be begun: %s", strerror(errno));
    sweeper->pid = fork();
    if (sweeper->pid == 0) {
        struct sweeper_result result = {.ran = false};

        become_child(parent);
        log_after_fork();
        /* The parent's sockets are not for the child: who waits for their end would wait for two processes. */
        fds_close_others(pair[1], sweeper->snapshot_fd);
        run_round(standing, options, sweeper->snapshot_fd, &result);
        _exit(write_all(pair[1], &result, sizeof(result)) ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(pair[1]);
    if (sweeper->pid < 0) {
        sweeper->pid = 0;
        close(pair[0]);
        return err_set(err, "no process for a round: %s", strerror(errno));
    }
    sweeper->pipe_fd = pair[0];
    (void)fcntl(sweeper->pipe_fd, F_SETFL, O_NONBLOCK);
    return true;
}

bool sweeper_is_running(const struct sweeper *sweeper)
{
    return sweeper->pid > 0;
}

int sweeper_fd(const struct sweeper *sweeper)
{
    return sweeper->over ? -1 : sweeper->pipe_fd;
}

int64_t sweeper_wake_ms(const struct sweeper *sweeper)
{
    if (sweeper->pid <= 0)
        return INT64_MAX;
    return sweeper->killed ? INT64_MAX : sweeper->deadline_ms;
}

int sweeper_snapshot_fd(const struct sweeper *sweeper)
{
    return sweeper->has_snapshot ? sweeper->snapshot_fd : -1;
}

static void read_pipe(struct sweeper *sweeper)
{
    char rest[64];
    ssize_t got = 1;

    while (got > 0) {
        if (sweeper->got < sizeof(sweeper->result))
            got = read(sweeper->pipe_fd, (char *)&sweeper->result + sweeper->got,
                       sizeof(sweeper->result) - sweeper->got);
        else
            got = read(sweeper->pipe_fd, rest, sizeof(rest));
        if (got > 0 && sweeper->got < sizeof(sweeper->result))
            sweeper->got += (size_t)got;
    }
    sweeper->over = got == 0 || (errno != EAGAIN && errno != EINTR);
}

static void end(struct sweeper *sweeper, int status, struct sweeper_result *result)
{
    if (sweeper->got == sizeof(sweeper->result) && !sweeper->killed) {
        sweeper->result.fault[sizeof(sweeper->result.fault) - 1] = '\0';
    } else {
        sweeper->result = (struct sweeper_result){.ran = false};
        if (sweeper->killed)
            snprintf(sweeper->result.fault, sizeof(sweeper->result.fault),
                     "the round did not end in time and was stopped");
        else if (WIFSIGNALED(status))
            snprintf(sweeper->result.fault, sizeof(sweeper->result.fault), "the round was ended by signal %d",
                     WTERMSIG(status));
        else
            snprintf(sweeper->result.fault, sizeof(sweeper->result.fault), "the round ended early");
    }
    sweeper->has_snapshot = sweeper->result.ran && !sweeper->result.published;
    sweeper->pid = 0;
    close_fd(&sweeper->pipe_fd);
    if (!sweeper->has_snapshot)
        close_fd(&sweeper->snapshot_fd);
    *result = sweeper->result;
}

bool sweeper_step(struct sweeper *sweeper, int64_t mono_ms, struct sweeper_result *result)
{
    int status = 0;

    if (sweeper->pid <= 0)
        return false;
    if (!sweeper->over)
        read_pipe(sweeper);
    if (!sweeper->killed && mono_ms >= sweeper->deadline_ms) {
        kill_all(sweeper->pid);
        sweeper->killed = true;
    }
    if (!sweeper->over && !sweeper->killed)
        return false;
    /* One that has said all is gone in a moment; one that was killed may hang in the kernel. */
    if (waitpid(sweeper->pid, &status, sweeper->over ? 0 : WNOHANG) == 0)
        return false;
    end(sweeper, status, result);
    return true;
}
