/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file of a token that can be refreshed: what it may hold, and that nothing else is taken or quoted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "alloc_fail.h"
#include "base/token_file.h"
#include "scratch.h"

enum { NOV_23 = 1795392000 }; /* 2026-11-23 00:00 UTC */

static void what_is_taken(void **state)
{
    static const struct {
        const char *text, *access, *refresh;
        int64_t expires, refresh_expires;
    } CASE[] = {
        {"act.1", "act.1", NULL, 0, 0},
        {"act.1\n", "act.1", NULL, 0, 0},
        {"act.1\n\n", "act.1", NULL, 0, 0},
        {"act.1\nrft.1", "act.1", "rft.1", 0, 0},
        {" act.1\t\r\n rft.1 \r\n \r\n\n", "act.1", "rft.1", 0, 0},
        {"act.1\nrft.1\nexpires 2026-11-23T00:00:00Z\n", "act.1", "rft.1", NOV_23, 0},
        {"act.1\nrft.1\nrefresh_expires 2026-11-23T00:00:01Z\nexpires 2026-11-23T00:00:00Z\n", "act.1", "rft.1",
         NOV_23, NOV_23 + 1},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct token_file file;
        struct err err = {""};

        if (!token_file_parse(CASE[i].text, strlen(CASE[i].text), &file, &err))
            fail_msg("\"%s\": %s", CASE[i].text, err.text);
        assert_string_equal(secret_reveal(file.access), CASE[i].access);
        assert_true((file.refresh != NULL) == (CASE[i].refresh != NULL));
        if (file.refresh)
            assert_string_equal(secret_reveal(file.refresh), CASE[i].refresh);
        assert_int_equal(file.expires, CASE[i].expires);
        assert_int_equal(file.refresh_expires, CASE[i].refresh_expires);
        token_file_free(&file);
        assert_null(file.access);
    }
}

static void what_is_refused(void **state)
{
#define FORM "not a token"
    static const struct {
        const char *text;
        size_t len; /* 0: of the text */
        const char *why;
    } CASE[] = {
        {"", 0, "line 1: there is no access token"},
        {"\nrft.S3cret\n", 0, "line 1: there is no access token"},
        {"act S3cret\n", 0, "line 1: " FORM},
        {"act.S3cret\nrft S3cret\n", 0, "line 2: " FORM},
        {"act.S3cret\nexpires 2026-11-23T00:00:00Z\n", 0, "line 2: " FORM},
        {"act.S3cret\n\nrft.S3cret\n", 0, "line 3: stands behind an empty line"},
        {"act.S3cret\nrft.S3cret\n\nexpires 2026-11-23T00:00:00Z\n", 0, "line 4: stands behind an empty line"},
        {"act.S3cret\nrft.S3cret\nS3cret\n", 0, "line 3: allowed are"},
        {"act.S3cret\nrft.S3cret\nexpires S3cret\n", 0, "line 3: allowed are"},
        {"act.S3cret\nrft.S3cret\nexpires  2026-11-23T00:00:00Z\n", 0, "line 3: allowed are"},
        {"act.S3cret\nrft.S3cret\nexpires 2026-11-23T00:00:00Z x\n", 0, "line 3: allowed are"},
        {"act.S3cret\nrft.S3cret\nEXPIRES 2026-11-23T00:00:00Z\n", 0, "line 3: allowed are"},
        {"act.S3cret\nrft.S3cret\nexpires 1970-01-01T00:00:00Z\n", 0, "line 3: allowed are"},
        {"act.S3cret\nrft.S3cret\nexpires 2026-11-23T00:00:00Z\nexpires 2026-11-23T00:00:00Z\n", 0,
         "line 4: allowed are"},
        {"act.S3\0ret\nrft.S3cret\n", 22, "line 1: " FORM},
        {"act.S3cret\nrft.S3cret\nexpires 2026-11-23T00:00:0\0Z\n", 51, "line 3: allowed are"},
        {"act.\xc3\xa9S3cret\n", 0, "line 1: " FORM},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct token_file file;
        struct err err = {""};
        size_t len = CASE[i].len ? CASE[i].len : strlen(CASE[i].text);

        if (token_file_parse(CASE[i].text, len, &file, &err))
            fail_msg("took \"%s\"", CASE[i].text);
        if (!strstr(err.text, CASE[i].why))
            fail_msg("\"%s\": \"%s\", not \"%s\"", CASE[i].text, err.text, CASE[i].why);
        assert_null(strstr(err.text, "S3"));
        assert_null(file.access);
        assert_null(file.refresh);
    }
}

/* Whatever the bytes are, it ends, and what it takes it would write again. */
static void any_bytes(void **state)
{
    static const char START[] =
        "act.1\nrft.1\nexpires 2026-11-23T00:00:00Z\nrefresh_expires 2027-11-23T00:00:00Z\n";
    char text[sizeof(START)];

    (void)state;
    for (size_t at = 0; at + 1 < sizeof(START); at++)
        for (unsigned byte = 0; byte < 256; byte++) {
            struct token_file file, again;
            struct err err = {""};
            struct buf b;

            memcpy(text, START, sizeof(START));
            text[at] = (char)byte;
            if (!token_file_parse(text, sizeof(START) - 1, &file, &err))
                continue;
            buf_init_secret(&b, TOKEN_FILE_MAX);
            assert_true(token_file_format(&file, &b));
            assert_true(token_file_parse(buf_text(&b), buf_len(&b), &again, &err));
            assert_true(secret_equal(file.access, again.access) && secret_equal(file.refresh, again.refresh));
            assert_true(file.expires == again.expires && file.refresh_expires == again.refresh_expires);
            buf_wipe(&b);
            token_file_free(&file);
            token_file_free(&again);
        }
}

static void longest_tokens_fit(void **state)
{
    struct token_file file = {.expires = NOV_23, .refresh_expires = NOV_23};
    struct token_file again;
    struct err err = {""};
    char text[SECRET_MAX + 1];
    const char *path = scratch_path("t");
    struct stat st;

    (void)state;
    memset(text, 'a', sizeof(text));
    file.access = secret_new(text, SECRET_MAX);
    file.refresh = secret_new(text, SECRET_MAX);
    assert_true(token_file_write(path, &file, 0640, &err));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_true(token_file_read(path, &again, &err));
    assert_true(secret_equal(file.access, again.access));
    assert_int_equal(again.refresh_expires, NOV_23);
    token_file_free(&again);
    assert_false(token_file_parse(text, sizeof(text), &again, &err));
    token_file_free(&file);
}

static void files_that_are_refused(void **state)
{
    struct token_file file;
    struct err err = {""};

    (void)state;
    assert_false(token_file_read(scratch_path("missing"), &file, &err));
    assert_non_null(strstr(err.text, "missing"));
    assert_false(token_file_read(scratch_write("open", "act.1\n", 6, 0644), &file, &err));
    assert_non_null(strstr(err.text, "others can read it"));
    assert_false(token_file_read(scratch_write("bad", "act 1\n", 6, 0600), &file, &err));
    assert_non_null(strstr(err.text, "/bad: line 1: "));
    assert_null(file.access);
}

static bool write_and_read(void *arg)
{
    struct token_file file = {.access = secret_new("act.1", 5), .refresh = secret_new("rft.1", 5)};
    struct token_file again = {0};
    struct err err = {""};
    bool ok = file.access && file.refresh && token_file_write(arg, &file, 0600, &err) &&
              token_file_read(arg, &again, &err);

    token_file_free(&file);
    token_file_free(&again);
    return ok;
}

static void out_of_memory_at_each_step(void **state)
{
    static char path[4096];

    (void)state;
    snprintf(path, sizeof(path), "%s", scratch_path("t"));
    assert_in_range(alloc_fail_each(write_and_read, path), 6, 20);
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_taken),      cmocka_unit_test(what_is_refused),
        cmocka_unit_test(any_bytes),          SCRATCH_TEST(longest_tokens_fit),
        SCRATCH_TEST(files_that_are_refused), SCRATCH_TEST(out_of_memory_at_each_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
