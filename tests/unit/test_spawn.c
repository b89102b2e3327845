/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Programs run with nothing but what they are given, and none outlives its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "probe/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONG_MS = 60 * 1000, SOON_MS = 150 };

struct result {
    bool ok;
    int status;
    struct err err;
    struct buf out, errors;
    int64_t took_ms;
};

/* Runs a line of shell. */
static struct result run_in(const char *line, int keep_fd, size_t out_max, int64_t time_ms)
{
    const char *argv[] = {"/bin/sh", "-c", line, NULL};
    struct result r = {.ok = false};
    struct spawn spawn = {.argv = argv, .keep_fd = keep_fd, .out = &r.out, .err = &r.errors, .grace_ms = SOON_MS};
    int64_t start = clock_mono_ms();

    spawn.deadline_ms = start + time_ms;
    buf_init(&r.out, out_max);
    buf_init(&r.errors, 100);
    r.ok = spawn_run(&spawn, &r.status, &r.err);
    r.took_ms = clock_mono_ms() - start;
    return r;
}

static struct result run(const char *line)
{
    return run_in(line, -1, 1 << 20, LONG_MS);
}

static void done(struct result *r)
{
    buf_free(&r->out);
    buf_free(&r->errors);
    /* No child is left. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_output_and_status(void **state)
{
    struct result r;

    (void)state;
    r = run("echo out; echo err >&2; exit 7");
    assert_true(r.ok);
    assert_int_equal(r.status, 7);
    assert_string_equal(buf_text(&r.out), "out\n");
    assert_string_equal(buf_text(&r.errors), "err\n");
    done(&r);
    r = run("cat"); /* standard input is empty */
    assert_true(r.ok);
    assert_int_equal(r.status, 0);
    assert_int_equal(buf_len(&r.out), 0);
    done(&r);
}

static struct result run_with(const char *line, const struct buf *in, const char *const *more)
{
    const char *argv[] = {"/bin/sh", "-c", line, NULL};
    struct result r = {.ok = false};
    struct spawn spawn = {
        .argv = argv, .in = in, .more = more, .keep_fd = -1, .out = &r.out, .err = &r.errors, .grace_ms = SOON_MS};

    spawn.deadline_ms = clock_mono_ms() + LONG_MS;
    buf_init(&r.out, 1 << 20);
    buf_init(&r.errors, 100);
    r.ok = spawn_run(&spawn, &r.status, &r.err);
    return r;
}

static void test_input(void **state)
{
    struct buf in;
    struct result r;
    (void)state;

    buf_init(&in, 1 << 20);
    r = run_with("cat; echo end", &in, NULL);
    assert_true(r.ok);
    assert_string_equal(buf_text(&r.out), "end\n");
    done(&r);
    for (int i = 0; i < 100000; i++) /* more than a pipe holds */
        buf_str(&in, "1234567\n");
    r = run_with("wc -c", &in, NULL);
    assert_true(r.ok);
    assert_int_equal(strtol(buf_text(&r.out), NULL, 10), 800000);
    done(&r);
    r = run_with("exit 3", &in, NULL); /* never reads it */
    assert_true(r.ok);
    assert_int_equal(r.status, 3);
    done(&r);
    buf_free(&in);
}

static void test_more_environment(void **state)
{
    static const char *const more[] = {"TTA_ONE=new", "TTA_TWO=2", NULL};
    struct result r;
    (void)state;

    assert_int_equal(setenv("TTA_ONE", "old", 1), 0);
    assert_int_equal(setenv("TTA_ONES", "kept", 1), 0);
    r = run_with("echo $TTA_ONE $TTA_TWO $TTA_ONES; env | grep -c ^TTA_ONE=", NULL, more);
    assert_true(r.ok);
    assert_string_equal(buf_text(&r.out), "new 2 kept\n1\n");
    done(&r);
    assert_int_equal(unsetenv("TTA_ONE") | unsetenv("TTA_ONES"), 0);
}

static void test_much_output(void **state)
{
    struct result r;

    (void)state;
    r = run("i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; "
            "echo 0123456789012345678901234567890123456789 >&2; i=$((i + 1)); done");
    assert_true(r.ok);
    assert_int_equal(buf_len(&r.out), 3000 * 41);
    assert_int_equal(buf_len(&r.errors), 100); /* the first bytes */
    done(&r);
    r = run_in("yes", -1, 5000, LONG_MS);
    assert_false(r.ok);
    assert_non_null(strstr(r.err.text, "more output than expected"));
    done(&r);
}

static void test_not_found(void **state)
{
    const char *argv[] = {"/nonexistent/program", NULL};
    struct spawn spawn = {.argv = argv, .keep_fd = -1, .deadline_ms = clock_mono_ms() + LONG_MS};
    struct err err = {.text = ""};
    int status = 99;

    (void)state;
    assert_false(spawn_run(&spawn, &status, &err));
    assert_string_equal(err.text, "cannot run /nonexistent/program: No such file or directory");
    assert_int_equal(status, 99);
}

static void test_killed(void **state)
{
    struct result r;

    (void)state;
    r = run("kill -9 $$");
    assert_false(r.ok);
    assert_non_null(strstr(r.err.text, "killed by signal 9"));
    done(&r);
}

static void test_deadline(void **state)
{
    struct result r;

    (void)state;
    r = run_in("exec sleep 60", -1, 100, SOON_MS);
    assert_false(r.ok);
    assert_non_null(strstr(r.err.text, "did not end in its time"));
    assert_in_range(r.took_ms, SOON_MS, 10 * 1000);
    done(&r);
    /* One that does not heed SIGTERM is killed when the grace is over. */
    r = run_in("trap '' TERM; while :; do sleep 0.01; done", -1, 100, SOON_MS);
    assert_false(r.ok);
    assert_in_range(r.took_ms, 2 * SOON_MS, 10 * 1000);
    done(&r);
    r = run_in("exec sleep 60", -1, 100, -1000); /* over before it began */
    assert_false(r.ok);
    done(&r);
}

/* A grandchild that holds the pipes open is not waited for. */
static void test_grandchild(void **state)
{
    struct result r;
    long pid;

    (void)state;
    r = run("sleep 60 & echo $!");
    assert_true(r.ok);
    assert_in_range(r.took_ms, 0, 30 * 1000);
    pid = strtol(buf_text(&r.out), NULL, 10);
    assert_true(pid > 1);
    kill((pid_t)pid, SIGKILL);
    done(&r);
}

/* Prints which of its fds are open; without reading the folder, for which the shell would open one. */
#define LIST_FDS "i=0; while [ $i -lt 310 ]; do [ -h /proc/$$/fd/$i ] && echo $i; i=$((i + 1)); done; :"

static void test_no_other_fds(void **state)
{
    int open_fd[20], keep = memfd_create("keep", 0);
    char text[8] = "", line[200];
    struct result r;

    (void)state;
    for (size_t i = 0; i < 20; i++)
        open_fd[i] = open("/dev/null", O_RDONLY); /* not close-on-exec */
    r = run(LIST_FDS);
    assert_true(r.ok);
    assert_string_equal(buf_text(&r.out), "0\n1\n2\n");
    done(&r);
    snprintf(line, sizeof(line), LIST_FDS "; echo kept >&%d", keep);
    r = run_in(line, keep, 1000, LONG_MS);
    assert_true(r.ok);
    snprintf(line, sizeof(line), "0\n1\n2\n%d\n", keep);
    assert_string_equal(buf_text(&r.out), line);
    assert_int_equal(pread(keep, text, sizeof(text) - 1, 0), 5);
    assert_string_equal(text, "kept\n");
    done(&r);
    for (size_t i = 0; i < 20; i++)
        close(open_fd[i]);
    close(keep);
}

/* keep_fd right above standard error, and far up. */
static void test_keep_fd_anywhere(void **state)
{
    static const int NUMBER[] = {3, 9, 200};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(NUMBER); i++) {
        int low = memfd_create("keep", MFD_CLOEXEC), memory = fcntl(low, F_DUPFD_CLOEXEC, 300);
        int saved = fcntl(NUMBER[i], F_DUPFD_CLOEXEC, 300);
        char line[100];
        struct result r;

        close(low);
        assert_int_equal(dup3(memory, NUMBER[i], O_CLOEXEC), NUMBER[i]);
        r = run_in(LIST_FDS, NUMBER[i], 1000, LONG_MS);
        assert_true(r.ok);
        snprintf(line, sizeof(line), "0\n1\n2\n%d\n", NUMBER[i]);
        assert_string_equal(buf_text(&r.out), line);
        done(&r);
        if (saved >= 0) {
            dup3(saved, NUMBER[i], O_CLOEXEC);
            close(saved);
        } else
            close(NUMBER[i]);
        close(memory);
    }
}

/* Whatever the engine left us: SIGCHLD ignored, SIGTERM blocked. */
static void test_signals(void **state)
{
    struct sigaction before, after;
    sigset_t set, old;
    struct result r;

    (void)state;
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_IGN}, &before);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, &old);
    r = run_in("exec sleep 60", -1, 100, SOON_MS);
    assert_false(r.ok);
    assert_in_range(r.took_ms, 0, 2 * SOON_MS); /* SIGTERM reached it */
    r.ok = true;
    buf_free(&r.out);
    buf_free(&r.errors);
    /* 32 and 33 are the C library's own: what ignores them from outside stays. */
    r = run("while read -r key mask; do case $key in SigBlk:|SigIgn:) echo $((0x$mask & 0x7fffffff));; esac; done "
            "</proc/$$/status");
    assert_true(r.ok);
    assert_string_equal(buf_text(&r.out), "0\n0\n");
    sigaction(SIGCHLD, NULL, &after);
    assert_ptr_equal(after.sa_handler, SIG_IGN); /* the caller's again */
    sigprocmask(SIG_SETMASK, &old, NULL);
    sigaction(SIGCHLD, &before, NULL);
    done(&r);
}

/* A descriptor of the parent's that is closed: output still goes where it belongs. */
static void test_closed_standard_fds(void **state)
{
    pid_t pid;
    int status = -1;

    (void)state;
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct result r;

        for (int fd = 0; fd < 3; fd++)
            close(fd);
        r = run("echo out; echo err >&2");
        _exit(r.ok && strcmp(buf_text(&r.out), "out\n") == 0 && strcmp(buf_text(&r.errors), "err\n") == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Who is killed takes its child along. */
static void test_dies_with_its_parent(void **state)
{
    int report[2];
    char byte;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(report), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        /* The child tells that it runs, and holds the pipe as long as it lives. */
        close(report[0]);
        (void)run_in("printf x >&3; exec sleep 60", dup2(report[1], 3), 100, LONG_MS);
        _exit(0);
    }
    close(report[1]);
    assert_int_equal(read(report[0], &byte, 1), 1);
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(read(report[0], &byte, 1), 0); /* nobody has it any more */
    close(report[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output_and_status),
        cmocka_unit_test(test_input),
        cmocka_unit_test(test_more_environment),
        cmocka_unit_test(test_much_output),
        cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_grandchild),
        cmocka_unit_test(test_no_other_fds),
        cmocka_unit_test(test_keep_fd_anywhere),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_closed_standard_fds),
        cmocka_unit_test(test_dies_with_its_parent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
