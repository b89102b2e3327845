/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * agent/options: the command line of tiktok-auth-agent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "agent/options.h"

static struct agent_options options;
static char said[8192];

/* 0: run, 1: print and end, 2: a fault of usage. */
static int read_line(int argc, const char *const *argv)
{
    struct buf say;
    bool bad, ok;

    buf_init(&say, sizeof(said));
    ok = agent_options_read(argc, (char **)(uintptr_t)argv, &options, &say, &bad);
    strcpy(said, buf_text(&say));
    buf_free(&say);
    return ok ? 0 : bad ? 2 : 1;
}

#define READ(...)                                                                 \
    read_line((int)(sizeof((const char *[]){"x", __VA_ARGS__}) / sizeof(char *)), \
              (const char *[]){"x", __VA_ARGS__, NULL})

static void options_are_taken(void **state)
{
    (void)state;
    assert_int_equal(READ("--config", "/a", "--agentx-socket=tcp:localhost:705", "--foreground"), 0);
    assert_string_equal(options.config, "/a");
    assert_string_equal(options.socket, "tcp:localhost:705");
    assert_true(options.foreground);
    assert_false(options.once);
    assert_int_equal(READ("--once", "--verbose"), 0);
    assert_true(options.once && options.foreground && options.verbose);
    assert_null(options.socket);
    assert_non_null(strstr(options.config, "tiktok-auth.conf"));
}

static void help_and_version_end_it(void **state)
{
    (void)state;
    assert_int_equal(READ("--help"), 1);
    assert_non_null(strstr(said, "--agentx-socket ADDR"));
    for (const char *at = said, *end; *at; at = *end ? end + 1 : end) {
        end = strchrnul(at, '\n');
        /* A long prefix may widen the line that shows the configuration's path. */
        assert_true(end - at <= 100 || memmem(at, (size_t)(end - at), "tiktok-auth.conf", 16));
    }
    assert_int_equal(READ("--version"), 1);
    assert_non_null(strstr(said, "tiktok-auth-agent "));
}

static void faults_are_named(void **state)
{
    (void)state;
    assert_int_equal(READ("--nonsense"), 2);
    assert_non_null(strstr(said, "--help"));
    assert_int_equal(READ("--config"), 2);
    assert_int_equal(READ("stray"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_taken),
        cmocka_unit_test(help_and_version_end_it),
        cmocka_unit_test(faults_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
