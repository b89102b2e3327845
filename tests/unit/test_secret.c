/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Secrets: what is one, how its file must be kept, and that it is not in a core dump's pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc_fail.h"
#include "base/secret.h"
#include "scratch.h"

char *__real_realpath(const char *path, char *out);
char *__wrap_realpath(const char *path, char *out);

/* Runs before each realpath: for what an attacker does between two of our looks at a file. */
static void (*before_realpath)(void);

char *__wrap_realpath(const char *path, char *out)
{
    if (before_realpath)
        before_realpath();
    return __real_realpath(path, out);
}

static void what_is_a_secret(void **state)
{
    char longest[SECRET_MAX + 1];
    struct secret *s = secret_new("abc~!", 5);

    (void)state;
    assert_non_null(s);
    assert_string_equal(secret_reveal(s), "abc~!");
    assert_int_equal(secret_len(s), 5);
    secret_free(s);
    memset(longest, 'x', sizeof(longest));
    s = secret_new(longest, SECRET_MAX);
    assert_non_null(s);
    assert_int_equal(strlen(secret_reveal(s)), SECRET_MAX);
    secret_free(s);
    assert_null(secret_new(longest, SECRET_MAX + 1));
    assert_null(secret_new("", 0));
    secret_free(NULL);
}

static void bytes_outside_printable_ascii_are_refused(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        const char bytes[] = {'a', (char)byte, 'b'};
        struct secret *s = secret_new(bytes, 3);

        assert_int_equal(s != NULL, byte >= 0x21 && byte <= 0x7e);
        secret_free(s);
    }
}

static void equality(void **state)
{
    struct secret *a = secret_new("abc", 3), *b = secret_new("abc", 3), *c = secret_new("abd", 3),
                  *d = secret_new("abcd", 4), *e = secret_new("bbc", 3);

    (void)state;
    assert_true(secret_equal(a, b));
    assert_true(secret_equal(a, a));
    assert_false(secret_equal(a, c));
    assert_false(secret_equal(a, d));
    assert_false(secret_equal(a, e));
    assert_false(secret_equal(a, NULL));
    assert_false(secret_equal(NULL, a));
    assert_true(secret_equal(NULL, NULL));
    secret_free(a);
    secret_free(b);
    secret_free(c);
    secret_free(d);
    secret_free(e);
}

/* The flags the kernel keeps of the mapping that holds the address, such as "rd wr mr mw me ac dd". */
static void flags_of(const void *address, char *flags, size_t room)
{
    FILE *maps = fopen("/proc/self/smaps", "re");
    char line[1024];
    bool inside = false;

    flags[0] = '\0';
    if (!maps)
        return;
    while (!flags[0] && fgets(line, sizeof(line), maps)) {
        unsigned long first, last;

        if (sscanf(line, "%lx-%lx ", &first, &last) == 2)
            inside = (unsigned long)address >= first && (unsigned long)address < last;
        else if (inside && strncmp(line, "VmFlags:", 8) == 0)
            snprintf(flags, room, "%s", line + 8);
    }
    fclose(maps);
}

static void it_is_left_out_of_core_dumps(void **state)
{
    struct secret *s = secret_new("hunter2", 7);
    char flags[1024];

    (void)state;
    assert_non_null(s);
    flags_of(secret_reveal(s), flags, sizeof(flags));
    secret_free(s);
    if (!flags[0])
        skip(); /* no /proc, or a kernel without VmFlags */
    assert_non_null(strstr(flags, " dd"));
}

static void assert_secret(const char *text, size_t len, const char *expected)
{
    struct err err = {{0}};
    const char *path = scratch_write("secret", text, len, 0640);
    struct secret *s = secret_read(path, &err);

    if (!s)
        fail_msg("%s", err.text);
    assert_string_equal(secret_reveal(s), expected);
    assert_string_equal(err.text, "");
    secret_free(s);
}

static void assert_no_secret(const char *path, const char *why)
{
    struct err err = {{0}};

    assert_null(secret_read(path, &err));
    if (!strstr(err.text, path) || !strstr(err.text, why))
        fail_msg("\"%s\" lacks %s or \"%s\"", err.text, path, why);
    assert_null(secret_read(path, NULL));
}

#define BYTES(literal) (literal), sizeof(literal) - 1

static void the_first_line_is_read(void **state)
{
    (void)state;
    assert_secret(BYTES("abc"), "abc");
    assert_secret(BYTES("abc\n"), "abc");
    assert_secret(BYTES("abc\r\n"), "abc");
    assert_secret(BYTES(" \tabc\t \r\nsecond line\n"), "abc");
    assert_secret(BYTES("abc\n\xff\0\n"), "abc");
}

static void what_is_no_secret_is_refused_by_name(void **state)
{
    char bytes[2 * SECRET_MAX + 10];

    (void)state;
    assert_no_secret(scratch_path("none"), "No such file");
    assert_no_secret(scratch_path(""), "not a regular file");
    assert_no_secret(scratch_write("empty", "", 0, 0600), "empty");
    assert_no_secret(scratch_write("blank", BYTES(" \n"), 0600), "empty");
    assert_no_secret(scratch_write("second", BYTES("\nabc\n"), 0600), "empty");
    assert_no_secret(scratch_write("words", BYTES("two words\n"), 0600), "blank or a byte");
    assert_no_secret(scratch_write("nul", BYTES("a\0b\n"), 0600), "blank or a byte");
    assert_no_secret(scratch_write("bom",
                                   BYTES("\xef\xbb\xbf"
                                         "abc\n"),
                                   0600),
                     "blank or a byte");
    memset(bytes, 'x', sizeof(bytes));
    assert_no_secret(scratch_write("long", bytes, sizeof(bytes), 0600), "longer than 4096");
    assert_no_secret(scratch_write("long", bytes, SECRET_MAX + 1, 0600), "longer than 4096");
    assert_secret(bytes, SECRET_MAX, (bytes[SECRET_MAX] = '\0', bytes));
    assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
    assert_no_secret(scratch_path("fifo"), "not a regular file");
    assert_no_secret("/dev/zero", "not a regular file");
}

static void errors_never_hold_the_secret(void **state)
{
    struct err err = {{0}};

    (void)state;
    assert_null(secret_read(scratch_write("s", BYTES("hunter2 and more"), 0600), &err));
    assert_null(strstr(err.text, "hunter"));
    assert_null(secret_read(scratch_write("s", BYTES("hunter2"), 0644), &err));
    assert_null(strstr(err.text, "hunter"));
}

static void modes(void **state)
{
    static const struct {
        mode_t mode;
        const char *fault; /* NULL: safe */
    } CASE[] = {
        {0400, NULL},
        {0440, NULL},
        {0600, NULL},
        {0640, NULL},
        {0700, NULL},
        {0750, NULL},
        {0644, "mode 0644: others can read it; chmod 0640"},
        {0604, "mode 0604: others can read it; chmod 0600"},
        {0642, "mode 0642: others can write it; chmod 0640"},
        {0660, "mode 0660: its group can write it; chmod 0640"},
        {0620, "mode 0620: its group can write it; chmod 0600"},
        {0664, "mode 0664: others can read it; chmod 0640"},
        {0666, "mode 0666: others can read and write it; chmod 0640"},
        {0777, "mode 0777: others can read and write it; chmod 0750"},
        {0444, "mode 0444: others can read it; chmod 0440"},
    };

    (void)state;
    unsetenv("CREDENTIALS_DIRECTORY");
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        const char *path = scratch_write("s", BYTES("abc\n"), CASE[i].mode);
        struct err err = {{0}};

        assert_int_equal(secret_mode_ok(path, &err), !CASE[i].fault);
        if (!CASE[i].fault)
            assert_string_equal(err.text, "");
        else {
            assert_non_null(strstr(err.text, CASE[i].fault));
            assert_no_secret(path, CASE[i].fault);
        }
        unlink(path);
    }
    assert_false(secret_mode_ok(scratch_path("none"), NULL));
}

/* A link does not help: the mode is that of the file it leads to. */
static void the_mode_is_that_of_the_file_behind_a_link(void **state)
{
    (void)state;
    unsetenv("CREDENTIALS_DIRECTORY");
    scratch_write("open", BYTES("abc"), 0644);
    scratch_write("closed", BYTES("abc"), 0600);
    assert_int_equal(symlink("open", scratch_path("to-open")), 0);
    assert_int_equal(symlink("closed", scratch_path("to-closed")), 0);
    assert_false(secret_mode_ok(scratch_path("to-open"), NULL));
    assert_true(secret_mode_ok(scratch_path("to-closed"), NULL));
}

static void credentials_are_exempt_only_in_their_folder(void **state)
{
    char folder[4096];
    bool relative;
    int here;

    (void)state;
    assert_int_equal(mkdir(scratch_path("cred"), 0700), 0);
    assert_int_equal(mkdir(scratch_path("cred/sub"), 0700), 0);
    assert_int_equal(mkdir(scratch_path("credentials"), 0700), 0);
    scratch_write("cred/inside", BYTES("abc"), 0444);
    scratch_write("cred/sub/deep", BYTES("abc"), 0444);
    scratch_write("outside", BYTES("abc"), 0444);
    scratch_write("credentials/near", BYTES("abc"), 0444);
    assert_int_equal(symlink("../outside", scratch_path("cred/leads-out")), 0);
    assert_int_equal(symlink("cred/inside", scratch_path("leads-in")), 0);
    assert_int_equal(symlink("cred", scratch_path("alias")), 0);

    snprintf(folder, sizeof(folder), "%s", scratch_path("cred"));
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_true(secret_mode_ok(scratch_path("cred/inside"), NULL));
    assert_true(secret_mode_ok(scratch_path("cred/sub/deep"), NULL));
    assert_true(secret_mode_ok(scratch_path("cred/../cred/inside"), NULL));
    assert_true(secret_mode_ok(scratch_path("leads-in"), NULL));
    assert_true(secret_mode_ok(scratch_path("alias/inside"), NULL));
    assert_false(secret_mode_ok(scratch_path("outside"), NULL));
    assert_false(secret_mode_ok(scratch_path("credentials/near"), NULL));
    assert_false(secret_mode_ok(scratch_path("cred/../outside"), NULL));
    assert_false(secret_mode_ok(scratch_path("cred/leads-out"), NULL));

    snprintf(folder, sizeof(folder), "%s/", scratch_path("alias"));
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_true(secret_mode_ok(scratch_path("cred/inside"), NULL));
    assert_false(secret_mode_ok(scratch_path("outside"), NULL));

    /* Values that would exempt everything, or nothing sensible. */
    setenv("CREDENTIALS_DIRECTORY", "/", 1);
    assert_false(secret_mode_ok(scratch_path("cred/inside"), NULL));
    setenv("CREDENTIALS_DIRECTORY", "", 1);
    assert_false(secret_mode_ok(scratch_path("cred/inside"), NULL));
    here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(here >= 0);
    assert_int_equal(chdir(scratch_path("")), 0);
    setenv("CREDENTIALS_DIRECTORY", "cred", 1);
    relative = secret_mode_ok(scratch_path("cred/inside"), NULL);
    assert_int_equal(fchdir(here), 0);
    close(here);
    assert_false(relative);
    setenv("CREDENTIALS_DIRECTORY", scratch_path("none"), 1);
    assert_false(secret_mode_ok(scratch_path("cred/inside"), NULL));
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_false(secret_mode_ok(scratch_path("cred/inside"), NULL));
}

static void swap_link(void)
{
    unlink(scratch_path("swapped"));
    assert_int_equal(symlink("cred/inside", scratch_path("swapped")), 0);
}

/* The name leads out of the folder when it is opened and into it when it is looked at: the opened file counts. */
static void a_swapped_link_is_not_exempt(void **state)
{
    char folder[4096];
    bool ok;

    (void)state;
    assert_int_equal(mkdir(scratch_path("cred"), 0700), 0);
    scratch_write("cred/inside", BYTES("abc"), 0444);
    scratch_write("outside", BYTES("abc"), 0444);
    assert_int_equal(symlink("outside", scratch_path("swapped")), 0);
    snprintf(folder, sizeof(folder), "%s", scratch_path("cred"));
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    before_realpath = swap_link;
    ok = secret_mode_ok(scratch_path("swapped"), NULL);
    before_realpath = NULL;
    assert_false(ok);
    assert_true(secret_mode_ok(scratch_path("swapped"), NULL));
    unsetenv("CREDENTIALS_DIRECTORY");
}

static bool read_one(void *arg)
{
    struct secret *s = secret_read(arg, NULL);

    secret_free(s);
    return s != NULL;
}

static void out_of_memory_at_each_step(void **state)
{
    static char path[4096];

    (void)state;
    snprintf(path, sizeof(path), "%s", scratch_write("s", BYTES("abc"), 0600));
    assert_in_range(alloc_fail_each(read_one, path), 2, 4);
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_a_secret),
        cmocka_unit_test(bytes_outside_printable_ascii_are_refused),
        cmocka_unit_test(equality),
        cmocka_unit_test(it_is_left_out_of_core_dumps),
        SCRATCH_TEST(the_first_line_is_read),
        SCRATCH_TEST(what_is_no_secret_is_refused_by_name),
        SCRATCH_TEST(errors_never_hold_the_secret),
        SCRATCH_TEST(modes),
        SCRATCH_TEST(the_mode_is_that_of_the_file_behind_a_link),
        SCRATCH_TEST(credentials_are_exempt_only_in_their_folder),
        SCRATCH_TEST(a_swapped_link_is_not_exempt),
        SCRATCH_TEST(out_of_memory_at_each_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
