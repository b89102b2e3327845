/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kernel locks: between descriptions, between processes, after kill -9, and the lock file itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc_fail.h"
#include "base/lock.h"
#include "scratch.h"

static struct lock_file *opened(const char *name)
{
    struct err err = {{0}};
    struct lock_file *file = lock_open(scratch_path(name), &err);

    if (!file)
        fail_msg("%s", err.text);
    return file;
}

static enum lock_result try(struct lock_file *file, const char *name)
{
    struct err err = {{0}};
    enum lock_result result = lock_try(file, name, &err);

    assert_string_equal(err.text, "");
    return result;
}

static void two_openings_exclude_each_other(void **state)
{
    struct lock_file *a = opened("lock"), *b = opened("lock");

    (void)state;
    assert_int_equal(try(a, "emea-07"), LOCK_HELD);
    assert_int_equal(try(b, "emea-07"), LOCK_BUSY);
    assert_int_equal(try(b, "emea-08"), LOCK_HELD);
    assert_int_equal(try(a, "emea-08"), LOCK_BUSY);
    assert_int_equal(try(a, "emea-07"), LOCK_HELD);
    lock_release(a, "emea-07");
    assert_int_equal(try(b, "emea-07"), LOCK_HELD);
    assert_int_equal(try(a, "emea-07"), LOCK_BUSY);
    lock_close(b);
    assert_int_equal(try(a, "emea-07"), LOCK_HELD);
    assert_int_equal(try(a, "emea-08"), LOCK_HELD);
    lock_close(a);
    lock_close(NULL);
}

static void releasing_what_is_not_held_is_harmless(void **state)
{
    struct lock_file *a = opened("lock"), *b = opened("lock");

    (void)state;
    lock_release(b, "x");
    assert_int_equal(try(a, "x"), LOCK_HELD);
    lock_release(b, "x");
    assert_int_equal(try(b, "x"), LOCK_BUSY);
    lock_close(a);
    lock_close(b);
}

static void many_names_are_many_locks(void **state)
{
    struct lock_file *a = opened("lock"), *b = opened("lock");
    char name[] = "token-000";

    (void)state;
    for (int i = 0; i < 1000; i++) {
        name[6] = (char)('0' + i / 100);
        name[7] = (char)('0' + i / 10 % 10);
        name[8] = (char)('0' + i % 10);
        assert_int_equal(try(i % 2 ? a : b, name), LOCK_HELD);
    }
    assert_int_equal(try(a, "token-000"), LOCK_BUSY);
    assert_int_equal(try(b, "token-001"), LOCK_BUSY);
    lock_close(a);
    lock_close(b);
}

/* A child takes the lock, says so and waits for its death. */
static void the_lock_dies_with_its_holder(void **state)
{
    struct lock_file *file = opened("lock");
    int ready[2], status;
    char byte = 0;
    pid_t child;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct lock_file *own = lock_open(scratch_path("lock"), NULL);

        byte = own && lock_try(own, "emea-07", NULL) == LOCK_HELD ? 'y' : 'n';
        (void)!write(ready[1], &byte, 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_int_equal(try(file, "emea-07"), LOCK_BUSY);
    assert_int_equal(try(file, "other"), LOCK_HELD);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(try(file, "emea-07"), LOCK_HELD);
    lock_close(file);
    close(ready[0]);
    close(ready[1]);
}

/* POSIX locks would be lost here; these are not. */
static void closing_another_opening_keeps_the_lock(void **state)
{
    struct lock_file *a = opened("lock"), *b = opened("lock"), *c = opened("lock");

    (void)state;
    assert_int_equal(try(a, "x"), LOCK_HELD);
    lock_close(b);
    assert_int_equal(try(c, "x"), LOCK_BUSY);
    lock_close(a);
    lock_close(c);
}

static void the_file_is_for_the_group(void **state)
{
    mode_t saved = umask(077);
    struct stat st;

    (void)state;
    lock_close(opened("lock"));
    umask(saved);
    assert_int_equal(stat(scratch_path("lock"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(scratch_count(), 1);
}

static void an_existing_file_is_left_as_it_is(void **state)
{
    struct stat st;

    (void)state;
    scratch_write("lock", "kept", 4, 0600);
    lock_close(opened("lock"));
    assert_int_equal(stat(scratch_path("lock"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, 4);
}

static void assert_refused(const char *path, const char *why)
{
    struct err err = {{0}};

    assert_null(lock_open(path, &err));
    if (!strstr(err.text, path) || !strstr(err.text, why))
        fail_msg("\"%s\" lacks %s or \"%s\"", err.text, path, why);
    assert_null(lock_open(path, NULL));
}

static void what_can_not_be_a_lock_file(void **state)
{
    (void)state;
    assert_refused(scratch_path("missing/lock"), "No such file");
    assert_refused(scratch_path(""), "Is a directory");
    scratch_write("target", "", 0, 0600);
    assert_int_equal(symlink(scratch_path("target"), scratch_path("link")), 0);
    assert_refused(scratch_path("link"), "symbolic links");
    assert_int_equal(symlink(scratch_path("nowhere"), scratch_path("dangling")), 0);
    assert_refused(scratch_path("dangling"), "symbolic links");
    assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
    assert_refused(scratch_path("fifo"), "not a regular file");
}

/* Processes that wait for the same starting shot create the file: one file, and all of them can open it. */
static void creation_is_a_race_without_losers(void **state)
{
    enum { ROUNDS = 30, PROCESSES = 6 };
    int ok = 0, status;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int shot[2];
        char byte;

        assert_int_equal(pipe(shot), 0);
        for (int i = 0; i < PROCESSES; i++) {
            pid_t child = fork();

            assert_true(child >= 0);
            if (child == 0) {
                struct lock_file *file;
                bool taken;

                close(shot[1]);
                (void)!read(shot[0], &byte, 1); /* the end of the pipe is the shot */
                file = lock_open(scratch_path("lock"), NULL);
                taken = file && lock_try(file, i % 2 ? "a" : "b", NULL) != LOCK_FAILED;
                lock_close(file);
                _exit(taken ? 0 : 1);
            }
        }
        close(shot[0]);
        close(shot[1]);
        while (wait(&status) > 0)
            ok += status == 0;
        assert_int_equal(scratch_count(), 1);
        assert_int_equal(unlink(scratch_path("lock")), 0);
    }
    assert_int_equal(ok, ROUNDS * PROCESSES);
}

static bool open_and_lock(void *arg)
{
    struct lock_file *file;

    (void)arg;
    unlink(scratch_path("lock"));
    file = lock_open(scratch_path("lock"), NULL);
    if (file)
        assert_int_equal(lock_try(file, "x", NULL), LOCK_HELD);
    lock_close(file);
    return file != NULL;
}

static void out_of_memory_at_each_step(void **state)
{
    (void)state;
    assert_in_range(alloc_fail_each(open_and_lock, NULL), 2, 10);
    assert_int_equal(scratch_count(), 1);
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(two_openings_exclude_each_other),
        SCRATCH_TEST(releasing_what_is_not_held_is_harmless),
        SCRATCH_TEST(many_names_are_many_locks),
        SCRATCH_TEST(the_lock_dies_with_its_holder),
        SCRATCH_TEST(closing_another_opening_keeps_the_lock),
        SCRATCH_TEST(the_file_is_for_the_group),
        SCRATCH_TEST(an_existing_file_is_left_as_it_is),
        SCRATCH_TEST(what_can_not_be_a_lock_file),
        SCRATCH_TEST(creation_is_a_race_without_losers),
        SCRATCH_TEST(out_of_memory_at_each_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
