/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whole runs of the check, each in a process of its own: when it has a sweep made, what it answers when that
 * fails, and that it answers in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "board_fixture.h"
#include "check/check.h"
#include "core/output.h"
#include "scratch.h"
#include "sweep_stand_in.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 20 };

static const char CONFIG[] = "[app main]\napp_id = 1\nsecret_file = a\n"
                             "[app second]\napp_id = 2\nsecret_file = b\n"
                             "[token emea-01]\napp = main\ntoken_file = c\n"
                             "[token emea-07]\napp = main\ntoken_file = d\n"
                             "[token apac]\napp = second\ntoken_file = e\n"
                             "[inventory]\nfile = advertisers.csv\n"
                             "[store]\npath = state.db\n";

static char output[1 << 20];
static int64_t took_ms;

/* Runs in the child, before the check. */
static void (*in_child)(void);

static _Noreturn void be_the_check(const char *line, int fd)
{
    static char copy[1000];
    char *argv[WORDS_MAX + 1] = {copy};
    int argc = 1;

    snprintf(copy, sizeof(copy), "check_tiktok_auth --config %s %s", scratch_path("t.conf"), line);
    for (char *at = strchr(copy, ' '); at && argc < WORDS_MAX; at = strchr(at, ' ')) {
        *at++ = '\0';
        argv[argc++] = at;
    }
    /* A crash of the check is to end it, not to go on in cmocka. */
    signal(SIGSEGV, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
    signal(SIGILL, SIG_DFL);
    signal(SIGFPE, SIG_DFL);
    dup2(fd, STDOUT_FILENO);
    if (in_child)
        in_child();
    exit(check_main(argc, argv));
}

/* Runs the check and returns its exit status; what it printed is in `output`. */
static int check(const char *line)
{
    int fd = memfd_create("output", MFD_CLOEXEC), status;
    int64_t start = clock_mono_ms();
    ssize_t len;
    pid_t pid;

    assert_true(fd >= 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        be_the_check(line, fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    took_ms = clock_mono_ms() - start;
    len = pread(fd, output, sizeof(output) - 1, 0);
    assert_true(len >= 0);
    output[len] = '\0';
    close(fd);
    if (!WIFEXITED(status))
        fail_msg("ended by signal %d: %s", WTERMSIG(status), output);
    return WEXITSTATUS(status);
}

static void assert_output(const char *part)
{
    if (!strstr(output, part))
        fail_msg("\"%s\" is not in:\n%s", part, output);
}

static void assert_no_output(const char *part)
{
    if (strstr(output, part))
        fail_msg("\"%s\" is in:\n%s", part, output);
}

static void write_config(const char *more)
{
    char text[4000];

    snprintf(text, sizeof(text), "%s%s", CONFIG, more);
    scratch_write("t.conf", text, strlen(text), 0644);
}

/* The board as if it had been made so many seconds ago. */
static void publish(const char *name, int64_t age_s)
{
    struct board_fixture f;
    int64_t shift = clock_wall() - BOARD_NOW - age_s;

    board_fixture(&f);
    f.board.made_at += shift;
    f.board.api.verified_at += shift;
    for (unsigned i = 0; i < BOARD_ADVERTISERS; i++)
        f.advertiser[i].verdict.verified_at += shift;
    for (unsigned i = 0; i < BOARD_TOKENS; i++) {
        f.token[i].verdict.verified_at += shift;
        f.token[i].began += shift;
        f.token[i].ended += shift;
    }
    for (unsigned i = 0; i < 2; i++)
        f.app[i].verdict.verified_at += shift;
    board_fixture_snapshot(&f);
    scratch_write(name, buf_text(&f.bytes), buf_len(&f.bytes), 0640);
    board_fixture_free(&f);
}

static bool was_swept(void)
{
    return access(scratch_path("swept"), F_OK) == 0;
}

static int setup(void **state)
{
    int failed = scratch_setup(state);

    in_child = NULL;
    write_config("");
    publish("snapshot", 0);
    publish("next", 0);
    sweep_stand_in(">swept; mv next snapshot");
    return failed;
}

#define OK_ID "--advertiser 7502022393087590400"

/* --- states and the fast path -----------------------------------------------------------------------------------
 */

static void test_states(void **state)
{
    (void)state;
    assert_int_equal(check(OK_ID), 0);
    assert_output("TIKTOK AUTH OK - Good Co (7502022393087590400): authorized, last seen ");
    assert_int_equal(check("--advertiser 7502022393087590401 --app main"), 2);
    assert_output("[40001] - client must re-authorize\n");
    assert_int_equal(check("--advertiser 7502022393087590404"), 1);
    assert_int_equal(check("--advertiser 12"), 3);
    assert_output("advertiser 12: not in the inventory (advertisers.csv) - add it, see tiktok-auth discover\n");
    assert_int_equal(check("--token emea-07"), 2);
    assert_int_equal(check("--token apac"), 0);
    assert_int_equal(check("--app main"), 0);
    assert_int_equal(check("--app main -c 3"), 2);
    assert_int_equal(check("--api"), 0);
    assert_int_equal(check("--all"), 2);
    assert_int_equal(check("--all -w 10"), 1); /* a member's WARNING */
    assert_int_equal(check("--all --format json"), 2);
    assert_int_equal(strncmp(output, "{\"schema\":1,\"state\":\"critical\",\"exit\":2,", 40), 0);
    assert_int_equal(output[strlen(output) - 1], '\n');
    assert_false(was_swept());
}

static void test_wrong_options(void **state)
{
    (void)state;
    assert_int_equal(check("--all --timeout -1"), 3);
    assert_output("TIKTOK AUTH UNKNOWN - --timeout -1: seconds from 1 to 3600 are allowed\nUsage: ");
    assert_int_equal(check("--help"), 3);
    assert_int_equal(check("--version"), 3);
}

static void test_no_configuration(void **state)
{
    (void)state;
    assert_int_equal(unlink(scratch_path("t.conf")), 0);
    assert_int_equal(check("--all --timeout-result ok"), 3);
    assert_output("TIKTOK AUTH UNKNOWN - cannot open ");
    assert_int_equal(check(OK_ID " --format json"), 3);
    assert_output("\"advertiser_id\":\"7502022393087590400\"");
}

/* --- sweeps -----------------------------------------------------------------------------------------------------
 */

static void test_sweeps_when_old(void **state)
{
    (void)state;
    publish("snapshot", 890 - 60); /* 15 min are allowed, and it was a minute old then */
    assert_int_equal(check(OK_ID), 0);
    assert_false(was_swept());
    publish("snapshot", 1000);
    assert_int_equal(check(OK_ID), 0);
    assert_true(was_swept());
    assert_no_output("Note:");
    assert_output("age=6");
}

static void test_max_age(void **state)
{
    (void)state;
    assert_int_equal(check(OK_ID " --max-age 2m"), 0);
    assert_false(was_swept());
    assert_int_equal(check(OK_ID " --max-age 30s"), 0);
    assert_true(was_swept());
    publish("next", 0);
    assert_int_equal(unlink(scratch_path("swept")), 0);
    assert_int_equal(check(OK_ID " --max-age 0"), 0);
    assert_true(was_swept());
}

static void test_the_first_time(void **state)
{
    (void)state;
    assert_int_equal(unlink(scratch_path("snapshot")), 0);
    assert_int_equal(check(OK_ID), 0);
    assert_true(was_swept());
}

static void test_sweep_fails(void **state)
{
    (void)state;
    publish("snapshot", 1000);
    sweep_stand_in("echo 'the disk is full' >&2; exit 1");
    assert_int_equal(check(OK_ID), 0); /* the last known state stands */
    assert_output("Note: the sweep failed: the disk is full; this is the last known state\n");
    publish("snapshot", 2000);
    assert_int_equal(check(OK_ID " --timeout-result ok"), 3); /* past stale_after, and a state was known */
    assert_int_equal(unlink(scratch_path("snapshot")), 0);
    assert_int_equal(check(OK_ID), 3);
    assert_output("TIKTOK AUTH UNKNOWN - advertiser 7502022393087590400: the sweep failed: the disk is full - "
                  "run tiktok-auth doctor\n");
    assert_int_equal(check(OK_ID " --timeout-result 2"), 2);
}

static void test_sweep_hangs(void **state)
{
    (void)state;
    publish("snapshot", 1000);
    sweep_stand_in("trap '' TERM; while :; do sleep 0.01; done");
    assert_int_equal(check("--advertiser 7502022393087590402 --timeout 1"), 2);
    assert_in_range(took_ms, 800, 5000); /* in its time, on a busy machine too */
    assert_output("did not end in its time; this is the last known state\n");
    assert_output("[40105]");
}

static void test_service(void **state)
{
    (void)state;
    write_config("[sweep]\nby = service\n");
    publish("snapshot", 1000);
    assert_int_equal(check(OK_ID), 0);
    assert_output("is the service tiktok-auth-agent running?");
    assert_no_output("--max-age");
    assert_int_equal(check(OK_ID " --max-age 0"), 0);
    assert_output("Note: --max-age: sweeps are made by the service here (by = service), so none was made now\n");
    publish("snapshot", 2000);
    assert_int_equal(check(OK_ID), 3); /* reads by its age */
    assert_false(was_swept());
}

/* --- in time, whatever happens
 * ------------------------------------------------------------------------------------ */

static bool hangs;

/* A file system that answers no more, and lets no signal through. */
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    if (hangs && strstr(path, "snapshot")) {
        sigset_t all;

        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        for (;;)
            pause();
    }
    return __real_open(path, flags, 0);
}

static void hang(void)
{
    hangs = true;
}

static void test_disk_hangs(void **state)
{
    (void)state;
    in_child = hang;
    assert_int_equal(check(OK_ID " --timeout 1"), 3);
    assert_in_range(took_ms, 900, 5000); /* in its time, on a busy machine too */
    assert_string_equal(output,
                        "TIKTOK AUTH UNKNOWN - advertiser 7502022393087590400: no answer within 1 s, reading "
                        "files hangs - check the disk\n");
    assert_int_equal(check("--all --timeout 1 --timeout-result warning --format json"), 1);
    assert_output("\"state\":\"warning\"");
}

/* Somebody writes into the file that is mapped, instead of replacing it: what was known before is said. */
static void test_snapshot_cut_under_our_feet(void **state)
{
    (void)state;
    publish("snapshot", 1000);
    sweep_stand_in(": >snapshot; exit 1");
    assert_int_equal(check("--advertiser 7502022393087590402"), 2);
    assert_output("[40105]");
    assert_int_equal(strncmp(output, "TIKTOK AUTH CRITICAL - Beta Ltd ", 32), 0);
}

static void to_full_disk(void)
{
    dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
}

static void to_closed_pipe(void)
{
    int pair[2];

    if (pipe(pair) == 0) {
        close(pair[0]);
        dup2(pair[1], STDOUT_FILENO);
    }
}

static void to_nothing(void)
{
    close(STDOUT_FILENO);
}

static void test_output_can_not_be_written(void **state)
{
    static void (*const WAY[])(void) = {to_full_disk, to_closed_pipe, to_nothing};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(WAY); i++) {
        in_child = WAY[i];
        assert_int_equal(check(OK_ID), 3);
        assert_int_equal(check("--help"), 3);
    }
}

/* A reader that takes nothing is no reason to stay. */
static void to_full_pipe(void)
{
    static char block[1 << 16];
    int pair[2];

    if (pipe(pair) == 0 && fcntl(pair[1], F_SETFL, O_NONBLOCK) == 0) {
        while (write(pair[1], block, sizeof(block)) > 0)
            ;
        fcntl(pair[1], F_SETFL, 0);
        dup2(pair[1], STDOUT_FILENO);
    }
}

static void test_reader_hangs(void **state)
{
    (void)state;
    in_child = to_full_pipe;
    assert_int_equal(check(OK_ID " --timeout 1"), 3);
    assert_in_range(took_ms, 900, 5000); /* in its time, on a busy machine too */
}

static int run_all(void)
{
#define WITH_SCRATCH(test) cmocka_unit_test_setup_teardown(test, setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        WITH_SCRATCH(test_states),
        WITH_SCRATCH(test_wrong_options),
        WITH_SCRATCH(test_no_configuration),
        WITH_SCRATCH(test_sweeps_when_old),
        WITH_SCRATCH(test_max_age),
        WITH_SCRATCH(test_the_first_time),
        WITH_SCRATCH(test_sweep_fails),
        WITH_SCRATCH(test_sweep_hangs),
        WITH_SCRATCH(test_service),
        WITH_SCRATCH(test_disk_hangs),
        WITH_SCRATCH(test_snapshot_cut_under_our_feet),
        WITH_SCRATCH(test_output_can_not_be_written),
        WITH_SCRATCH(test_reader_hangs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    return sweep_stand_in_main(argc, argv, run_all);
}
