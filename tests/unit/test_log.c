/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Log lines as they arrive at standard error: form, levels, escapes, and several processes at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

/* Standard error goes to a pipe between these two. */
static int saved_stderr, pipe_read;

static void capture(void)
{
    int fd[2];

    fflush(stderr);
    assert_int_equal(pipe(fd), 0);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(saved_stderr >= 0);
    assert_true(dup2(fd[1], STDERR_FILENO) >= 0);
    close(fd[1]);
    pipe_read = fd[0];
}

static const char *captured(void)
{
    static char text[1 << 20];
    size_t len = 0;
    ssize_t n;

    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    while ((n = read(pipe_read, text + len, sizeof(text) - 1 - len)) > 0)
        len += (size_t)n;
    close(pipe_read);
    text[len] = '\0';
    assert_int_equal(strlen(text), len);
    return text;
}

static void lines_for_people(void **state)
{
    int year, month, day, hour, minute, second;
    char rest[100] = "";

    (void)state;
    log_setup(LOG_LEVEL_DEBUG, 0);
    capture();
    log_warning("sweep", "token %s: %d left", "emea-07", 3);
    assert_int_equal(sscanf(captured(), "%4d-%2d-%2dT%2d:%2d:%2dZ %99[^\n]", &year, &month, &day, &hour, &minute,
                            &second, rest),
                     7);
    assert_string_equal(rest, "warning: sweep: token emea-07: 3 left");
    assert_true(year >= 2024);
}

static void lines_for_the_journal(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_DEBUG, 1);
    capture();
    log_error("store", "a");
    log_warning("http", "b");
    log_info("sweep", "c");
    log_debug("plan", "d");
    assert_string_equal(captured(), "<3>store: a\n<4>http: b\n<6>sweep: c\n<7>plan: d\n");
}

static void levels(void **state)
{
    static const char *const EXPECTED[] = {
        [LOG_LEVEL_ERROR] = "<3>x: 1\n",
        [LOG_LEVEL_WARNING] = "<3>x: 1\n<4>x: 2\n",
        [LOG_LEVEL_INFO] = "<3>x: 1\n<4>x: 2\n<6>x: 3\n",
        [LOG_LEVEL_DEBUG] = "<3>x: 1\n<4>x: 2\n<6>x: 3\n<7>x: 4\n",
    };

    (void)state;
    for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++) {
        log_setup((enum log_level)level, 1);
        capture();
        log_error("x", "1");
        log_warning("x", "2");
        log_info("x", "3");
        log_debug("x", "4");
        assert_string_equal(captured(), EXPECTED[level]);
    }
}

static void assert_logged(const char *text, const char *expected)
{
    log_setup(LOG_LEVEL_WARNING, 1);
    capture();
    log_error("x", "%s", text);
    assert_string_equal(captured(), expected);
}

static void hostile_text_is_escaped(void **state)
{
    (void)state;
    assert_logged("M\xc3\xbcller \xf0\x9f\x98\x80", "<3>x: M\xc3\xbcller \xf0\x9f\x98\x80\n");
    assert_logged("a\n<0>kernel: forged\r\tz", "<3>x: a\\n<0>kernel: forged\\r\\tz\n");
    assert_logged("\x1b[2J\x07\x7f", "<3>x: \\x1b[2J\\x07\\x7f\n");
    assert_logged("\xc2\x9b"
                  "31m",
                  "<3>x: \\xc2\\x9b31m\n");
    assert_logged("\xe2\x80\xae"
                  "exe",
                  "<3>x: \\xe2\\x80\\xaeexe\n");
    assert_logged("a\xe2\x80\xa8z", "<3>x: a\\xe2\\x80\\xa8z\n");
    assert_logged("\xc0\xaf\xff", "<3>x: \\xc0\\xaf\\xff\n");
    assert_logged("\xed\xa0\x80", "<3>x: \\xed\\xa0\\x80\n");
    assert_logged("", "<3>x: \n");
}

/* The text of one line, without head and line end. */
static size_t logged_length(const char *text, const char **line)
{
    log_setup(LOG_LEVEL_WARNING, 1);
    capture();
    log_error("x", "%s", text);
    *line = captured();
    assert_memory_equal(*line, "<3>x: ", 6);
    assert_int_equal((*line)[strlen(*line) - 1], '\n');
    assert_ptr_equal(strchr(*line, '\n'), *line + strlen(*line) - 1);
    return strlen(*line) - 7;
}

static void long_text_is_cut(void **state)
{
    static const char *const UNIT[] = {"a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xff", "\n"};
    static char text[9000];
    const char *line;

    (void)state;
    for (size_t u = 0; u < TTA_LEN(UNIT); u++)
        for (size_t lead = 0; lead < 5; lead++) {
            size_t unit = strlen(UNIT[u]), len = lead;

            memset(text, 'b', lead);
            for (; len + unit < sizeof(text); len += unit)
                memcpy(text + len, UNIT[u], unit);
            text[len] = '\0';
            assert_in_range(logged_length(text, &line), 1990, 2000);
            assert_string_equal(line + strlen(line) - 4, "...\n");
            assert_true(text_is_utf8(line, strlen(line)));
        }
}

static void longest_text_is_not_cut(void **state)
{
    static char text[2002];
    const char *line;

    (void)state;
    memset(text, 'a', 2000);
    assert_int_equal(logged_length(text, &line), 2000);
    assert_null(strstr(line, "..."));
    text[2000] = 'a';
    assert_int_equal(logged_length(text, &line), 2000);
    assert_string_equal(line + strlen(line) - 5, "a...\n");
}

static void errno_is_kept(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_WARNING, 0);
    capture();
    errno = ENOSPC;
    log_error("x", "y");
    assert_int_equal(errno, ENOSPC);
    (void)captured();
}

static void a_closed_stderr_is_survived(void **state)
{
    int saved = dup(STDERR_FILENO);

    (void)state;
    fflush(stderr);
    close(STDERR_FILENO);
    errno = 0;
    log_error("x", "y");
    dup2(saved, STDERR_FILENO);
    close(saved);
    assert_int_equal(errno, 0);
}

/* Lines of eight processes on one pipe: each arrives whole. */
static void processes_do_not_mix_lines(void **state)
{
    enum { PROCESSES = 8, LINES = 100 };
    int seen[PROCESSES] = {0}, children_ok = 0;
    pid_t child[PROCESSES];
    char filler[300];
    char *text, *line, *next;
    int reader[2];

    (void)state;
    memset(filler, 'f', sizeof(filler) - 1);
    filler[sizeof(filler) - 1] = '\0';
    log_setup(LOG_LEVEL_WARNING, 1);
    assert_int_equal(pipe(reader), 0);
    for (int p = 0; p < PROCESSES; p++) {
        child[p] = fork();
        assert_true(child[p] >= 0);
        if (child[p] == 0) {
            dup2(reader[1], STDERR_FILENO);
            for (int i = 0; i < LINES; i++)
                log_error("x", "%d %d %s", p, i, filler);
            _exit(0);
        }
    }
    close(reader[1]);
    text = malloc(1 << 20);
    assert_non_null(text);
    next = text;
    for (ssize_t n; (n = read(reader[0], next, (size_t)(text + (1 << 20) - 1 - next))) > 0;)
        next += n;
    *next = '\0';
    close(reader[0]);
    for (int p = 0; p < PROCESSES; p++) {
        int status = -1;

        assert_int_equal(waitpid(child[p], &status, 0), child[p]);
        children_ok += status == 0;
    }
    assert_int_equal(children_ok, PROCESSES);
    for (line = text; *line; line = next) {
        char expected[400];
        int p = -1;

        next = strchr(line, '\n');
        assert_non_null(next);
        *next++ = '\0';
        assert_int_equal(sscanf(line, "<3>x: %d ", &p), 1);
        assert_in_range(p, 0, PROCESSES - 1);
        snprintf(expected, sizeof(expected), "<3>x: %d %d %s", p, seen[p]++, filler);
        assert_string_equal(line, expected);
    }
    for (int p = 0; p < PROCESSES; p++)
        assert_int_equal(seen[p], LINES);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_for_people),
        cmocka_unit_test(lines_for_the_journal),
        cmocka_unit_test(levels),
        cmocka_unit_test(hostile_text_is_escaped),
        cmocka_unit_test(long_text_is_cut),
        cmocka_unit_test(longest_text_is_not_cut),
        cmocka_unit_test(errno_is_kept),
        cmocka_unit_test(a_closed_stderr_is_survived),
        cmocka_unit_test(processes_do_not_mix_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
