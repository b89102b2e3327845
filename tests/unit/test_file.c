/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whole files: limits, what is no file, replacing with owner and mode kept, and failing without a trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc_fail.h"
#include "base/file.h"
#include "scratch.h"

enum { SOMEBODY = 65534 };

int __real_fsync(int fd);
int __wrap_fsync(int fd);

static int fsync_calls, fsync_that_fails;

int __wrap_fsync(int fd)
{
    if (++fsync_calls != fsync_that_fails)
        return __real_fsync(fd);
    errno = EIO;
    return -1;
}

static void assert_names(const struct err *err, const char *path, const char *why)
{
    if (!strstr(err->text, path) || !strstr(err->text, why))
        fail_msg("\"%s\" lacks %s or \"%s\"", err->text, path, why);
}

static void assert_content(const char *path, const char *expected)
{
    struct err err = {{0}};
    struct buf b;

    buf_init(&b, 1 << 20);
    if (!file_read(path, &b, &err))
        fail_msg("%s", err.text);
    assert_string_equal(buf_text(&b), expected);
    buf_free(&b);
}

static void read_appends(void **state)
{
    struct err err = {{0}};
    struct buf b;

    (void)state;
    buf_init(&b, 10);
    assert_true(buf_str(&b, "ab"));
    assert_true(file_read(scratch_write("f", "cd\0ef", 5, 0600), &b, &err));
    assert_int_equal(buf_len(&b), 7);
    assert_memory_equal(buf_text(&b), "abcd\0ef", 8);
    assert_true(file_read(scratch_write("f", "", 0, 0600), &b, &err));
    assert_int_equal(buf_len(&b), 7);
    buf_free(&b);
}

static void read_limit_is_exact(void **state)
{
    const char *path = scratch_write("f", "123456", 6, 0600);
    struct err err = {{0}};
    struct buf b;

    (void)state;
    buf_init(&b, 6);
    assert_true(file_read(path, &b, &err));
    buf_free(&b);
    buf_init(&b, 5);
    assert_false(file_read(path, &b, &err));
    assert_names(&err, path, "larger than 5 bytes");
    buf_free(&b);
    buf_init(&b, 7);
    assert_true(buf_str(&b, "xy"));
    assert_false(file_read(path, &b, &err));
    assert_string_equal(buf_text(&b), "xy");
    assert_true(buf_ok(&b));
    buf_free(&b);
}

static void read_of_several_chunks(void **state)
{
    enum { SIZE = 300000 };
    char *bytes = malloc(SIZE);
    struct buf b;

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 7 % 251);
    buf_init(&b, SIZE);
    assert_true(file_read(scratch_write("f", bytes, SIZE, 0600), &b, NULL));
    assert_int_equal(buf_len(&b), SIZE);
    assert_memory_equal(buf_text(&b), bytes, SIZE);
    buf_free(&b);
    free(bytes);
}

/* Files of /proc say that they are empty; the limit holds for what they give all the same. */
static void read_of_a_file_that_hides_its_size(void **state)
{
    struct err err = {{0}};
    struct buf b;

    (void)state;
    if (access("/proc/self/status", R_OK) != 0)
        skip();
    buf_init(&b, 1 << 20);
    assert_true(file_read("/proc/self/status", &b, &err));
    assert_true(buf_len(&b) > 20);
    buf_free(&b);
    buf_init(&b, 20);
    assert_false(file_read("/proc/self/status", &b, &err));
    assert_names(&err, "/proc/self/status", "larger than 20 bytes");
    assert_int_equal(buf_len(&b), 0);
    buf_free(&b);
}

static void assert_unreadable(const char *path, const char *why)
{
    struct err err = {{0}};
    size_t len;
    struct buf b;

    buf_init(&b, 1000);
    assert_false(file_read(path, &b, &err));
    assert_names(&err, path, why);
    buf_free(&b);
    err_clear(&err);
    assert_null(file_map(path, 1000, &len, &err));
    assert_names(&err, path, why);
}

static void what_is_no_regular_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
    assert_unreadable(scratch_path("none"), "No such file");
    assert_unreadable(scratch_path(""), "not a regular file");
    assert_unreadable(scratch_path("fifo"), "not a regular file");
    assert_unreadable("/dev/zero", "not a regular file");
    assert_int_equal(symlink("loop", scratch_path("loop")), 0);
    assert_unreadable(scratch_path("loop"), "symbolic links");
}

static void map_reads(void **state)
{
    const char *path = scratch_write("f", "a\0bcd", 5, 0600);
    struct err err = {{0}};
    size_t len = 99;
    const char *bytes = file_map(path, 5, &len, &err);

    (void)state;
    assert_non_null(bytes);
    assert_int_equal(len, 5);
    assert_memory_equal(bytes, "a\0bcd", 5);
    file_unmap(bytes, len);
    assert_null(file_map(path, 4, &len, &err));
    assert_names(&err, path, "larger than 4 bytes");
    bytes = file_map(scratch_write("f", "", 0, 0600), 0, &len, &err);
    assert_non_null(bytes);
    assert_int_equal(len, 0);
    file_unmap(bytes, len);
    file_unmap(NULL, 0);
}

/* The reader keeps the version that it mapped. */
static void map_survives_a_replacement(void **state)
{
    const char *path = scratch_write("f", "old", 3, 0600);
    size_t len;
    const char *bytes = file_map(path, 100, &len, NULL);

    (void)state;
    assert_non_null(bytes);
    assert_true(file_replace(path, "new text", 8, 0600, NULL));
    assert_int_equal(len, 3);
    assert_memory_equal(bytes, "old", 3);
    file_unmap(bytes, len);
    assert_content(path, "new text");
}

static void replace_creates_with_the_mode(void **state)
{
    mode_t saved = umask(077);
    struct err err = {{0}};
    struct stat st;

    (void)state;
    assert_true(file_replace(scratch_path("f"), "text", 4, 0640, &err));
    umask(saved);
    assert_content(scratch_path("f"), "text");
    assert_int_equal(stat(scratch_path("f"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(scratch_count(), 1);
    assert_true(file_replace(scratch_path("f"), NULL, 0, 0640, &err));
    assert_content(scratch_path("f"), "");
}

static void replace_keeps_the_mode(void **state)
{
    const char *path = scratch_write("f", "old", 3, 0464);
    struct stat before, after;

    (void)state;
    assert_int_equal(stat(path, &before), 0);
    assert_true(file_replace(path, "new", 3, 0600, NULL));
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(after.st_mode & 07777, 0464);
    assert_true(after.st_ino != before.st_ino);
    assert_int_equal(after.st_uid, before.st_uid);
    assert_int_equal(after.st_gid, before.st_gid);
    assert_content(path, "new");
}

static void replace_as_root_keeps_owner_and_group(void **state)
{
    const char *path = scratch_write("f", "old", 3, 0640);
    struct stat st;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(path, SOMEBODY, 12345), 0);
    assert_true(file_replace(path, "new", 3, 0600, NULL));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, SOMEBODY);
    assert_int_equal(st.st_gid, 12345);
    assert_int_equal(st.st_mode & 07777, 0640);
}

/* Runs `body` in a child as an unprivileged user, with the path; returns its exit code. */
static int as_somebody(int (*body)(const char *path), const char *path)
{
    pid_t child = fork();
    int status = -1;

    assert_true(child >= 0);
    if (child == 0)
        _exit(setgid(SOMEBODY) == 0 && setuid(SOMEBODY) == 0 ? body(path) : 99);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int replace_it(const char *path)
{
    struct err err = {{0}};

    if (file_replace(path, "new", 3, 0600, &err))
        return 0;
    return strstr(err.text, path) && strstr(err.text, "Permission denied") ? 1 : 2;
}

/* The group can't be given to the new file: another group must not inherit its rights. */
static void replace_drops_rights_of_a_group_it_can_not_keep(void **state)
{
    struct stat st;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(scratch_path(""), 0777), 0);
    scratch_write("f", "old", 3, 0664);
    assert_int_equal(chown(scratch_path("f"), 0, 12345), 0);
    assert_int_equal(as_somebody(replace_it, scratch_path("f")), 0);
    assert_int_equal(stat(scratch_path("f"), &st), 0);
    assert_int_equal(st.st_uid, SOMEBODY);
    assert_int_equal(st.st_gid, SOMEBODY);
    assert_int_equal(st.st_mode & 07777, 0604);
    assert_content(scratch_path("f"), "new");
}

static void replace_without_permission_leaves_everything(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    scratch_write("f", "old", 3, 0666);
    assert_int_equal(as_somebody(replace_it, scratch_path("f")), 1);
    assert_content(scratch_path("f"), "old");
    assert_int_equal(scratch_count(), 1);
}

/* In a child, because the limit stays: a write that fails half way, as on a full disk. */
static void replace_on_a_full_disk_keeps_the_old_file(void **state)
{
    const char *path = scratch_write("f", "old", 3, 0600);
    pid_t child = fork();
    int status = -1;

    (void)state;
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit small = {1000, 1000};
        static char bytes[5000];
        struct err err = {{0}};

        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &small) != 0)
            _exit(99);
        if (file_replace(path, bytes, sizeof(bytes), 0600, &err))
            _exit(1);
        _exit(strstr(err.text, path) && strstr(err.text, "writing") ? 0 : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_content(path, "old");
    assert_int_equal(scratch_count(), 1);
}

/* The file is on disk before its name is; a folder that can't be fsynced does not undo what stands. */
static void replace_fsyncs_file_and_folder(void **state)
{
    const char *path = scratch_write("f", "old", 3, 0600);
    struct err err = {{0}};
    bool ok;

    (void)state;
    fsync_calls = 0;
    fsync_that_fails = 1;
    ok = file_replace(path, "new", 3, 0600, &err);
    assert_false(ok);
    assert_names(&err, path, "fsync");
    assert_content(path, "old");
    assert_int_equal(scratch_count(), 1);

    fsync_calls = 0;
    fsync_that_fails = 2;
    ok = file_replace(path, "new", 3, 0600, NULL);
    fsync_that_fails = 0;
    assert_true(ok);
    assert_int_equal(fsync_calls, 2);
    assert_content(path, "new");
}

static void assert_not_replaced(const char *path, const char *why)
{
    struct err err = {{0}};
    size_t before = scratch_count();

    assert_false(file_replace(path, "new", 3, 0600, &err));
    assert_names(&err, path, why);
    assert_false(file_replace(path, "new", 3, 0600, NULL));
    assert_int_equal(scratch_count(), before);
}

static void replace_refuses_what_is_no_file(void **state)
{
    (void)state;
    scratch_write("target", "old", 3, 0600);
    assert_int_equal(symlink("target", scratch_path("link")), 0);
    assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
    assert_int_equal(mkdir(scratch_path("dir"), 0700), 0);
    assert_not_replaced(scratch_path("link"), "not a regular file");
    assert_not_replaced(scratch_path("fifo"), "not a regular file");
    assert_not_replaced(scratch_path("dir"), "not a regular file");
    assert_not_replaced(scratch_path("dir/"), "not the name of a file");
    assert_not_replaced(scratch_path("dir/."), "not the name of a file");
    assert_not_replaced(scratch_path("dir/.."), "not the name of a file");
    assert_not_replaced(scratch_path("none/f"), "No such file");
    assert_not_replaced(scratch_path("target/f"), "Not a directory");
    assert_not_replaced("", "not the name of a file");
    assert_content(scratch_path("target"), "old");
}

static void replace_takes_a_bare_name_and_a_long_one(void **state)
{
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char name[256];
    bool ok;

    (void)state;
    assert_true(here >= 0);
    assert_int_equal(chdir(scratch_path("")), 0);
    ok = file_replace("bare", "text", 4, 0600, NULL);
    assert_int_equal(fchdir(here), 0);
    close(here);
    assert_true(ok);
    assert_content(scratch_path("bare"), "text");
    memset(name, 'n', 255);
    name[255] = '\0';
    assert_true(file_replace(scratch_path(name), "text", 4, 0600, NULL));
    assert_content(scratch_path(name), "text");
}

static void room_is_taken_and_filled(void **state)
{
    const char *path = scratch_write("f", "old", 3, 0640);
    struct err err = {{0}};
    struct file_room *room = file_room_take(path, 100, 0600, &err);
    struct stat st;

    (void)state;
    assert_non_null(room);
    assert_content(path, "old");
    assert_true(file_room_fill(room, "newer", 5, &err));
    file_room_free(room);
    assert_content(path, "newer");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(st.st_size, 5);
    assert_int_equal(scratch_count(), 1);
}

static void room_that_is_not_filled_leaves_nothing(void **state)
{
    const char *path = scratch_write("f", "old", 3, 0640);
    struct err err = {{0}};
    struct file_room *room = file_room_take(path, 10, 0600, &err);

    (void)state;
    assert_non_null(room);
    assert_false(file_room_fill(room, "more than ten", 13, &err));
    assert_names(&err, path, "more than the 10 bytes");
    file_room_free(room);
    file_room_free(NULL);
    assert_content(path, "old");
    assert_int_equal(scratch_count(), 1);
    assert_null(file_room_take(scratch_path("no/f"), 10, 0600, &err));
    assert_names(&err, "no/f", "its folder");
    assert_int_equal(mkdir(scratch_path("d"), 0700), 0);
    assert_null(file_room_take(scratch_path("d"), 10, 0600, &err));
    assert_names(&err, "d", "not a regular file");
}

/* In a child, because a limit can't be raised again. */
static void room_on_a_full_disk_is_refused_beforehand(void **state)
{
    static char path[4096];
    pid_t child;
    int status;

    (void)state;
    strncpy(path, scratch_write("f", "old", 3, 0640), sizeof(path) - 1);
    child = fork();
    if (child == 0) {
        struct rlimit limit = {.rlim_cur = 50, .rlim_max = 50};
        struct err err = {{0}};

        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(1);
        _exit(file_room_take(path, 100, 0600, &err) || !strstr(err.text, "writing") ? 2 : 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_content(path, "old");
    assert_int_equal(scratch_count(), 1);
}

static void stamps(void **state)
{
    const struct file_stamp none = {0};
    struct file_stamp a, b;
    bool missing = false;
    const char *path = scratch_path("f");

    (void)state;
    assert_false(file_stamp_of(path, &a, &missing));
    assert_true(missing);
    assert_true(file_stamp_equal(&a, &none));
    assert_false(file_stamp_of(path, &a, NULL));

    scratch_write("f", "text", 4, 0600);
    assert_true(file_stamp_of(path, &a, &missing));
    assert_false(missing);
    assert_int_equal(a.size, 4);
    assert_true(file_stamp_of(path, &b, NULL));
    assert_true(file_stamp_equal(&a, &b));
    assert_false(file_stamp_equal(&a, &none));

    assert_true(file_replace(path, "text", 4, 0600, NULL));
    assert_true(file_stamp_of(path, &b, NULL));
    assert_false(file_stamp_equal(&a, &b));

    assert_false(file_stamp_of(scratch_path("f/below"), &a, &missing));
    assert_false(missing);
    assert_true(file_stamp_equal(&a, &none));
}

static void stamps_tell_size_and_time(void **state)
{
    const struct timespec old[2] = {{100, 5}, {100, 5}}, older[2] = {{100, 4}, {100, 4}};
    struct file_stamp a, b;
    const char *path = scratch_write("f", "text", 4, 0600);

    (void)state;
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    assert_true(file_stamp_of(path, &a, NULL));
    assert_true(a.mtime_ns == INT64_C(100000000005));
    assert_int_equal(utimensat(AT_FDCWD, path, older, 0), 0);
    assert_true(file_stamp_of(path, &b, NULL));
    assert_false(file_stamp_equal(&a, &b));
    assert_int_equal(truncate(path, 3), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    assert_true(file_stamp_of(path, &b, NULL));
    assert_false(file_stamp_equal(&a, &b));
}

static void paths_beside(void **state)
{
    static const struct {
        const char *beside, *path, *joined;
    } CASE[] = {
        {"/etc/tta/tta.conf", "a.csv", "/etc/tta/a.csv"},
        {"/etc/tta/tta.conf", "sub/a.csv", "/etc/tta/sub/a.csv"},
        {"/etc/tta/tta.conf", "/srv/a.csv", "/srv/a.csv"},
        {"/tta.conf", "a.csv", "/a.csv"},
        {"tta.conf", "a.csv", "a.csv"},
        {"conf/tta.conf", "../a.csv", "conf/../a.csv"},
        {NULL, "a.csv", "a.csv"},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        char *joined = file_path_beside(CASE[i].beside, CASE[i].path);

        assert_non_null(joined);
        assert_string_equal(joined, CASE[i].joined);
        free(joined);
    }
}

static bool use_all(void *arg)
{
    const char *path = arg;
    const char *bytes;
    size_t len;
    struct buf b;
    char *joined = NULL;
    struct file_room *room;
    bool ok;

    buf_init(&b, 100000);
    ok = file_replace(path, "some text", 9, 0600, NULL) && file_read(path, &b, NULL);
    buf_free(&b);
    room = ok ? file_room_take(path, 9, 0600, NULL) : NULL;
    ok = room && file_room_fill(room, "some text", 9, NULL);
    file_room_free(room);
    bytes = ok ? file_map(path, 100, &len, NULL) : NULL;
    if (bytes)
        file_unmap(bytes, len);
    joined = bytes ? file_path_beside(path, "x") : NULL;
    free(joined);
    return joined != NULL;
}

static void out_of_memory_at_each_step(void **state)
{
    static char path[4096];

    (void)state;
    strncpy(path, scratch_path("f"), sizeof(path) - 1);
    assert_in_range(alloc_fail_each(use_all, path), 4, 20);
    assert_int_equal(scratch_count(), 1);
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(read_appends),
        SCRATCH_TEST(read_limit_is_exact),
        SCRATCH_TEST(read_of_several_chunks),
        SCRATCH_TEST(read_of_a_file_that_hides_its_size),
        SCRATCH_TEST(what_is_no_regular_file_is_refused),
        SCRATCH_TEST(map_reads),
        SCRATCH_TEST(map_survives_a_replacement),
        SCRATCH_TEST(replace_creates_with_the_mode),
        SCRATCH_TEST(replace_keeps_the_mode),
        SCRATCH_TEST(replace_as_root_keeps_owner_and_group),
        SCRATCH_TEST(replace_drops_rights_of_a_group_it_can_not_keep),
        SCRATCH_TEST(replace_without_permission_leaves_everything),
        SCRATCH_TEST(replace_on_a_full_disk_keeps_the_old_file),
        SCRATCH_TEST(replace_fsyncs_file_and_folder),
        SCRATCH_TEST(replace_refuses_what_is_no_file),
        SCRATCH_TEST(replace_takes_a_bare_name_and_a_long_one),
        SCRATCH_TEST(room_is_taken_and_filled),
        SCRATCH_TEST(room_that_is_not_filled_leaves_nothing),
        SCRATCH_TEST(room_on_a_full_disk_is_refused_beforehand),
        SCRATCH_TEST(stamps),
        SCRATCH_TEST(stamps_tell_size_and_time),
        SCRATCH_TEST(paths_beside),
        SCRATCH_TEST(out_of_memory_at_each_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
