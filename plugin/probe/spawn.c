/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs another program: fork and exec, pipes read to their ends, and whatever happens no child is left behind. */
#include "probe/spawn.h"

#include "base/clock.h"
#include "base/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    GRACE_MS = 1000,
    TICK_MS = 20,     /* how often a child that closed its pipes is looked at */
    LAST_WORDS_MS = 5 /* and one that is about to end */
};

/* Read ends of the child's output, and how its exec went. */
enum { PIPE_OUT, PIPE_ERR, PIPE_EXEC, PIPES };

struct running {
    const struct spawn *spawn;
    pid_t pid;
    int read_fd[PIPES]; /* -1: closed */
    int write_fd[PIPES];
    int in_fd;          /* holds the input; -1: none */
    char **environment; /* NULL: ours */
    int exec_errno;     /* 0: it was started */
    bool too_much;
    bool late;
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_all(struct running *r)
{
    close_fd(&r->in_fd);
    free(r->environment);
    r->environment = NULL;
    for (int i = 0; i < PIPES; i++) {
        close_fd(&r->read_fd[i]);
        close_fd(&r->write_fd[i]);
    }
}

/* Above the standard fds and above keep_fd, so that no dup2 of the child overwrites one that is needed still. */
static bool raise_fd(int *fd, int least)
{
    int raised = fcntl(*fd, F_DUPFD_CLOEXEC, least);

    if (raised < 0)
        return false;
    close(*fd);
    *fd = raised;
    return true;
}

static bool open_pipes(struct running *r, int least)
{
    for (int i = 0; i < PIPES; i++) {
        int pair[2];

        if ((i == PIPE_OUT && !r->spawn->out) || (i == PIPE_ERR && !r->spawn->err))
            continue;
        if (pipe2(pair, O_CLOEXEC) != 0)
            return false;
        r->read_fd[i] = pair[0];
        r->write_fd[i] = pair[1];
        if (!raise_fd(&r->write_fd[i], least) || fcntl(r->read_fd[i], F_SETFL, O_NONBLOCK) != 0)
            return false;
    }
    return true;
}

/* The input lies in memory that only the child gets: a pipe could be closed too early, or fill up. */
static bool hold_input(struct running *r, int least)
{
    const struct buf *in = r->spawn->in;
    const char *bytes;
    size_t len;

    if (!in)
        return true;
    r->in_fd = memfd_create("input", MFD_CLOEXEC);
    bytes = buf_text(in);
    len = buf_len(in);
    while (r->in_fd >= 0 && len > 0) {
        ssize_t wrote = write(r->in_fd, bytes, len);

        if (wrote < 0 && errno != EINTR)
            return false;
        bytes += wrote > 0 ? wrote : 0;
        len -= wrote > 0 ? (size_t)wrote : 0;
    }
    return r->in_fd >= 0 && lseek(r->in_fd, 0, SEEK_SET) == 0 && raise_fd(&r->in_fd, least);
}

/* True when `more` gives the variable a value of its own. */
static bool is_given(const char *const *more, const char *variable)
{
    for (size_t name = strcspn(variable, "=") + 1; *more; more++)
        if (strncmp(*more, variable, name) == 0)
            return true;
    return false;
}

/* Ours, and what is given beside it. */
static bool make_environment(struct running *r)
{
    const char *const *more = r->spawn->more;
    size_t ours = 0, given = 0, count = 0;
    union { /* execve takes pointers to char that it never writes through */
        const char *from;
        char *to;
    } word;

    if (!more)
        return true;
    while (environ[ours])
        ours++;
    while (more[given])
        given++;
    r->environment = calloc(ours + given + 1, sizeof(*r->environment));
    if (!r->environment)
        return false;
    for (size_t i = 0; i < given; i++) {
        word.from = more[i];
        r->environment[count++] = word.to;
    }
    for (size_t i = 0; i < ours; i++)
        if (!is_given(more, environ[i]))
            r->environment[count++] = environ[i];
    return true;
}

/* --- in the child: async-signal-safe calls only ---------------------------------------------------------------
 */

static void reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int signal = 1; signal < NSIG; signal++)
        (void)sigaction(signal, &action, NULL); /* SIGKILL, SIGSTOP and libc's own refuse, as they should */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool set_up_fds(const struct running *r)
{
    int null = open("/dev/null", O_RDWR);

    return null >= 0 && dup2(r->in_fd >= 0 ? r->in_fd : null, STDIN_FILENO) >= 0 &&
           dup2(r->spawn->out ? r->write_fd[PIPE_OUT] : null, STDOUT_FILENO) >= 0 &&
           dup2(r->spawn->err ? r->write_fd[PIPE_ERR] : null, STDERR_FILENO) >= 0 &&
           (r->spawn->keep_fd < 0 || fcntl(r->spawn->keep_fd, F_SETFD, 0) == 0);
}

static _Noreturn void become(const struct running *r, pid_t parent)
{
    /* execve takes pointers to char that it never writes through. */
    union {
        const char *const *from;
        char *const *to;
    } argv = {.from = r->spawn->argv};
    int report = r->write_fd[PIPE_EXEC];

    reset_signals();
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent && set_up_fds(r)) {
        fds_close_others(r->spawn->keep_fd, report);
        execve(argv.to[0], argv.to, r->environment ? r->environment : environ);
    }
    /* Closes by itself when exec succeeds, so the parent reads an errno or the end. */
    (void)!write(report, &errno, sizeof(errno));
    _exit(127);
}

/* --- in the parent ----------------------------------------------------------------------------------------------
 */

static void take_output(struct running *r, const char *bytes, size_t len)
{
    struct buf *out = r->spawn->out;

    if (len > out->limit - buf_len(out) || !buf_add(out, bytes, len))
        r->too_much = true;
}

/* Only the first bytes count, the rest is read and forgotten, so that the child never waits for us. */
static void take_errors(struct running *r, const char *bytes, size_t len)
{
    struct buf *err = r->spawn->err;
    size_t room = buf_ok(err) ? err->limit - buf_len(err) : 0;

    buf_add(err, bytes, len < room ? len : room);
}

static void read_pipe(struct running *r, int which)
{
    char bytes[8192];
    ssize_t n = read(r->read_fd[which], bytes, sizeof(bytes));

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n <= 0)
        close_fd(&r->read_fd[which]);
    else if (which == PIPE_OUT)
        take_output(r, bytes, (size_t)n);
    else if (which == PIPE_ERR)
        take_errors(r, bytes, (size_t)n);
    else if ((size_t)n >= sizeof(r->exec_errno))
        memcpy(&r->exec_errno, bytes, sizeof(r->exec_errno));
    explicit_bzero(bytes, sizeof(bytes)); /* it may have been a list of tokens */
}

/* Waits for output at most this long and takes what there is. True: there may be more. */
static bool listen_to(struct running *r, int64_t wait_ms)
{
    struct pollfd fds[PIPES];
    bool open = false;

    for (int i = 0; i < PIPES; i++) {
        fds[i] = (struct pollfd){.fd = r->read_fd[i], .events = POLLIN};
        open |= r->read_fd[i] >= 0;
    }
    if (poll(fds, PIPES, (int)wait_ms) <= 0)
        return open;
    for (int i = 0; i < PIPES; i++)
        if (r->read_fd[i] >= 0 && fds[i].revents)
            read_pipe(r, i);
    return open;
}

/* How long nothing needs to be done; sends the signals that are due. */
static int64_t mind_deadline(struct running *r, bool open)
{
    int64_t now = clock_mono_ms(), left = r->spawn->deadline_ms - now;
    int64_t grace = r->spawn->grace_ms > 0 ? r->spawn->grace_ms : GRACE_MS;

    if (left <= 0 && !r->late) {
        r->late = true;
        kill(r->pid, SIGTERM);
    }
    if (left <= 0)
        left += grace;
    if (left <= 0)
        kill(r->pid, SIGKILL);
    if (r->too_much)
        kill(r->pid, SIGKILL);
    if (left < 1)
        left = 1;
    if (!open)
        return left < LAST_WORDS_MS ? left : LAST_WORDS_MS;
    return left < TICK_MS ? left : TICK_MS;
}

/* Reads and waits until the child is gone. What a grandchild holds open is not waited for. */
static bool wait_for(struct running *r, int *status)
{
    bool open = true;

    for (;;) {
        pid_t gone;

        open = listen_to(r, mind_deadline(r, open));
        gone = waitpid(r->pid, status, WNOHANG);
        if (gone == r->pid)
            break;
        if (gone < 0 && errno != EINTR)
            return false;
    }
    for (bool more = true; more;) {
        size_t before =
            (r->spawn->out ? buf_len(r->spawn->out) : 0) + (r->spawn->err ? buf_len(r->spawn->err) : 0);

        more = listen_to(r, 0);
        more = more && before != (r->spawn->out ? buf_len(r->spawn->out) : 0) +
                                     (r->spawn->err ? buf_len(r->spawn->err) : 0);
    }
    return true;
}

static bool judge_end(const struct running *r, int wait_status, int *status, struct err *err)
{
    const char *program = r->spawn->argv[0];

    if (r->exec_errno)
        return err_set(err, "cannot run %s: %s", program, strerror(r->exec_errno));
    if (r->too_much)
        return err_set(err, "%s: more output than expected", program);
    if (r->late)
        return err_set(err, "%s did not end in its time", program);
    if (WIFSIGNALED(wait_status))
        return err_set(err, "%s was killed by signal %d", program, WTERMSIG(wait_status));
    *status = WEXITSTATUS(wait_status);
    return true;
}

bool spawn_run(const struct spawn *spawn, int *status, struct err *err)
{
    struct running r = {.spawn = spawn, .read_fd = {-1, -1, -1}, .write_fd = {-1, -1, -1}, .in_fd = -1};
    int least = spawn->keep_fd >= STDERR_FILENO ? spawn->keep_fd + 1 : STDERR_FILENO + 1;
    struct sigaction standard = {.sa_handler = SIG_DFL}, before;
    pid_t parent = getpid();
    int wait_status = 0;
    bool waited;

    if (!open_pipes(&r, least) || !hold_input(&r, least) || !make_environment(&r)) {
        err_set(err, "cannot run %s: %s", spawn->argv[0], strerror(errno));
        close_all(&r);
        return false;
    }
    /* Where SIGCHLD is ignored, as some parents leave it, nobody can wait for a child. */
    sigaction(SIGCHLD, &standard, &before);
    r.pid = fork();
    if (r.pid == 0)
        become(&r, parent);
    waited = r.pid > 0;
    if (waited) {
        for (int i = 0; i < PIPES; i++)
            close_fd(&r.write_fd[i]);
        waited = wait_for(&r, &wait_status);
    }
    if (!waited)
        err_set(err, "cannot run %s: %s", spawn->argv[0], strerror(errno));
    sigaction(SIGCHLD, &before, NULL);
    close_all(&r);
    return waited && judge_end(&r, wait_status, status, err);
}
