/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The check's command line: what is taken, what is refused in which words, and that table, help and man page
 * agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "check/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 20, USAGE_LINES_MAX = 23, COLUMNS_MAX = 80 };

static struct options options;
static struct buf said;

/* Reads the words of a line, split at blanks; "_" stands for an empty one. */
static bool read_line(const char *line)
{
    static char copy[1000];
    char *argv[WORDS_MAX + 1] = {copy};
    int argc = 1;

    snprintf(copy, sizeof(copy), "check_tiktok_auth %s", line);
    for (char *at = strchr(copy, ' '); at; at = strchr(at, ' ')) {
        *at++ = '\0';
        if (*at && argc < WORDS_MAX)
            argv[argc++] = at;
        if (strncmp(at, "_", 2) == 0 || strncmp(at, "_ ", 2) == 0)
            argv[argc - 1] = copy + strlen(copy);
    }
    buf_free(&said);
    buf_init(&said, 100000);
    return options_read(argc, argv, &options, &said);
}

static void take(const char *line)
{
    if (!read_line(line))
        fail_msg("%s: %s", line, buf_text(&said));
    assert_int_equal(buf_len(&said), 0);
}

static void assert_narrow(const char *text, size_t lines_max)
{
    size_t lines = 0;

    for (const char *at = text; *at; lines++) {
        size_t len = strcspn(at, "\n");

        /* Where the configuration lies is the builder's choice of folder, and may be long. */
        if (len > COLUMNS_MAX && !memmem(at, len, SYSCONFDIR, strlen(SYSCONFDIR)))
            fail_msg("%zu columns: %.*s", len, (int)len, at);
        assert_int_equal(at[len], '\n');
        at += len + 1;
    }
    if (lines > lines_max)
        fail_msg("%zu lines:\n%s", lines, text);
}

static void refuse(const char *line, const char *sentence)
{
    char first[300];

    if (read_line(line))
        fail_msg("'%s' was taken", line);
    snprintf(first, sizeof(first), "TIKTOK AUTH UNKNOWN - %s\nUsage: ", sentence);
    if (strncmp(buf_text(&said), first, strlen(first)) != 0)
        fail_msg("'%s' does not begin with '%s'", buf_text(&said), first);
    assert_narrow(strchr(buf_text(&said), '\n') + 1, USAGE_LINES_MAX - 1);
}

static void test_videos(void **state)
{
    (void)state;
    take("--videos");
    assert_true(options.videos);
    assert_null(options.selection.id);
    assert_null(options.selection.app);
    assert_null(options.video);
    take("--video v10033g50000c-_Z --advertiser 1 --app a -v");
    assert_true(options.videos);
    assert_string_equal(options.video, "v10033g50000c-_Z");
    assert_string_equal(options.selection.id, "1");
    assert_string_equal(options.selection.app, "a");
    take("--all");
    assert_false(options.videos);
}

static void test_selections(void **state)
{
    (void)state;
    take("--advertiser 7502022393087590401");
    assert_int_equal(options.selection.kind, SELECT_ADVERTISER);
    assert_string_equal(options.selection.id, "7502022393087590401");
    assert_null(options.selection.app);
    take("--app main --advertiser=12345678901234567890");
    assert_int_equal(options.selection.kind, SELECT_ADVERTISER);
    assert_string_equal(options.selection.app, "main");
    take("--token emea-01.x_y");
    assert_int_equal(options.selection.kind, SELECT_TOKEN);
    assert_string_equal(options.selection.id, "emea-01.x_y");
    take("--app main");
    assert_int_equal(options.selection.kind, SELECT_APP);
    assert_string_equal(options.selection.app, "main");
    take("--api");
    assert_int_equal(options.selection.kind, SELECT_API);
    take("--all");
    assert_int_equal(options.selection.kind, SELECT_ALL);
}

static void test_defaults(void **state)
{
    (void)state;
    take("--all");
    assert_string_equal(options.config, view_default_config());
    assert_false(options.has_max_age);
    assert_false(options.json);
    assert_int_equal(options.timeout_ms, 30000);
    assert_int_equal(options.timeout_state, STATE_UNKNOWN);
    assert_int_equal(options.verbose, 0);
    assert_false(options.thresholds.has_warning);
    assert_false(options.thresholds.has_critical);
}

static void test_values(void **state)
{
    (void)state;
    take("--config /a/b.conf --all --max-age 90s -w 0 -c 5: --format json -t 5 --timeout-result warning -v -v");
    assert_string_equal(options.config, "/a/b.conf");
    assert_true(options.has_max_age);
    assert_int_equal(options.max_age_ms, 90000);
    assert_true(options.thresholds.has_warning);
    assert_true(range_alerts(&options.thresholds.warning, 1));
    assert_true(options.thresholds.has_critical);
    assert_true(range_alerts(&options.thresholds.critical, 4));
    assert_true(options.json);
    assert_int_equal(options.timeout_ms, 5000);
    assert_int_equal(options.timeout_state, STATE_WARNING);
    assert_int_equal(options.verbose, 2);
    take("--token t --warning=~:3 --critical=@0:10 --format text --timeout 3600 --verbose");
    assert_false(options.json);
    assert_int_equal(options.timeout_ms, 3600000);
    take("--all --max-age 0");
    assert_true(options.has_max_age);
    assert_int_equal(options.max_age_ms, 0);
    for (int i = 0; i < 4; i++) {
        static const char *const LINE[] = {"--all --timeout-result 0", "--all --timeout-result 1",
                                           "--all --timeout-result 2", "--all --timeout-result 3"};

        take(LINE[i]);
        assert_int_equal(options.timeout_state, i);
    }
}

#define WHAT "--advertiser, --token, --app, --api and --all: only one of them at a time"
#define COUNTED "--warning and --critical count advertisers: they go with --token, --app or --all"

static void test_refusals(void **state)
{
    (void)state;
    refuse("", "what is to be judged is missing: --advertiser, --token, --app, --api, --all or --videos");
    refuse("--verbose", "what is to be judged is missing: --advertiser, --token, --app, --api, --all or --videos");
    refuse("--advertiser 1 --all", WHAT);
    refuse("--token a --app b", WHAT);
    refuse("--api --all", WHAT);
    refuse("--advertiser 75O2", "--advertiser 75O2: advertiser ids are 1 to 20 digits");
    refuse("--advertiser 123456789012345678901",
           "--advertiser 123456789012345678901: advertiser ids are 1 to 20 digits");
    refuse("--advertiser _", "--advertiser : advertiser ids are 1 to 20 digits");
    refuse("--token a/b", "--token a/b: names are 1 to 32 letters, digits, dots, hyphens and underscores");
    refuse("--app -x", "--app -x: names are 1 to 32 letters, digits, dots, hyphens and underscores");
    refuse("--all --timeout -5", "--timeout -5: seconds from 1 to 3600 are allowed");
    refuse("--all --timeout 0", "--timeout 0: seconds from 1 to 3600 are allowed");
    refuse("--all --timeout 3601", "--timeout 3601: seconds from 1 to 3600 are allowed");
    refuse("--all --timeout 5s", "--timeout 5s: seconds from 1 to 3600 are allowed");
    refuse("--all --timeout-result bad", "--timeout-result bad: states are ok, warning, critical and unknown");
    refuse("--all --timeout-result 4", "--timeout-result 4: states are ok, warning, critical and unknown");
    refuse("--all --max-age 300",
           "--max-age 300: durations are 0 or a number with its unit, such as 90s, 5m, 2h, 1d");
    refuse("--all --format xml", "--format xml: formats are text and json");
    refuse("--all --critical 5:1",
           "--critical: range 5:1: the start is above the end; allowed: 10, 5:, 5:10, @5:10");
    refuse("--advertiser 1 --critical 0", COUNTED);
    refuse("--api --warning 0", COUNTED);
    refuse("--config _ --all", "--config: the name of a file is missing");
    refuse("--all --all", "--all is given twice");
    refuse("--token a --token b", "--token is given twice");
    refuse("--all more", "more: a word without an option in front of it");
    refuse("--all -", "-: a word without an option in front of it");
    refuse("--all --feed", "--feed: its value is missing");
    refuse("--all --feed a/b", "--feed a/b: it is the NAME of a section [feed NAME], or nagios:DIR");
    refuse("--all --a", "--a: no such option, or not a whole name");
    refuse("--all --verbose=3", "--verbose=3: it takes no value");
    refuse("--all --timeout", "--timeout: its value is missing");
    refuse("--all -t", "-t: its value is missing");
    refuse("--all -x", "-x: no such option");
    refuse("--all -vx", "-x: no such option");
    refuse("--videos --all", "--videos and --video: --all does not go with them");
    refuse("--video v1 --warning 0", "--videos and --video: --warning does not go with them");
    refuse("--videos --max-age 0", "--videos and --video: --max-age does not go with them");
    refuse("--video ../v1", "--video ../v1: video ids are 1 to 48 letters, digits, hyphens and underscores");
    refuse("--all \x1b[31m", "?[31m: a word without an option in front of it");
}

/* What engines pass on is what line 1 may hold. */
static void test_hostile_words(void **state)
{
    (void)state;
    refuse("--advertiser 1;rm|`id`$(x)", "--advertiser 1;rm id (x): advertiser ids are 1 to 20 digits");
    assert_false(
        read_line("--advertiser xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
    assert_in_range(strcspn(buf_text(&said), "\n"), 50, 150);
}

static void test_help_and_version(void **state)
{
    (void)state;
    assert_false(read_line("--version"));
    assert_string_equal(buf_text(&said), "check_tiktok_auth " PACKAGE_VERSION "\n");
    assert_false(read_line("-V"));
    assert_string_equal(buf_text(&said), "check_tiktok_auth " PACKAGE_VERSION "\n");
    assert_false(read_line("-h --nosuch"));
    assert_non_null(strstr(buf_text(&said), "\nUsage: "));
    assert_false(read_line("--help"));
    assert_narrow(buf_text(&said), 60);
    for (const struct option_row *row = option_table; row->name; row++) {
        char option[100];

        snprintf(option, sizeof(option), "--%s%s%s", row->name, row->argument ? " " : "",
                 row->argument ? row->argument : "");
        if (!strstr(buf_text(&said), option))
            fail_msg("%s is not in:\n%s", option, buf_text(&said));
    }
}

/* Letters that the guidelines reserve mean what they reserve them for. */
static void test_reserved_letters(void **state)
{
    static const char *const RESERVED[] = {"hhelp",           "Vversion", "ttimeout",  "wwarning",
                                           "ccritical",       "vverbose", "Hhostname", "Ccommunity",
                                           "aauthentication", "llogname", "pport",     "uurl"};

    (void)state;
    for (const struct option_row *row = option_table; row->name; row++)
        for (size_t i = 0; row->letter && i < TTA_LEN(RESERVED); i++)
            if (RESERVED[i][0] == row->letter)
                assert_string_equal(row->name, RESERVED[i] + 1);
}

/* The man page has an entry for each option, with its letter, and no other. */
static void test_man_page(void **state)
{
    const char *srcdir = getenv("srcdir");
    struct err err = {.text = ""};
    char text[400];
    struct buf page;
    size_t entries = 0, rows = 0;

    (void)state;
    snprintf(text, sizeof(text), "%s/plugin/check/check_tiktok_auth.8", srcdir ? srcdir : ".");
    buf_init(&page, 1 << 20);
    if (!file_read(text, &page, &err))
        fail_msg("%s", err.text);
    for (const struct option_row *row = option_table; row->name; row++, rows++) {
        size_t len = 0;

        if (row->letter)
            len = (size_t)snprintf(text, sizeof(text), "\n.It Fl %c , Fl -%s", row->letter, row->name);
        else
            len = (size_t)snprintf(text, sizeof(text), "\n.It Fl -%s", row->name);
        if (row->argument)
            snprintf(text + len, sizeof(text) - len, " Ar %s\n", row->argument);
        else
            snprintf(text + len, sizeof(text) - len, "\n");
        if (!strstr(buf_text(&page), text))
            fail_msg("the man page has no '%s'", text + 1);
    }
    for (const char *at = buf_text(&page); (at = strstr(at, "\n.It Fl ")) != NULL; at++)
        entries++;
    assert_int_equal(entries, rows);
    buf_free(&page);
}

static int free_said(void **state)
{
    (void)state;
    buf_free(&said);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selections),       cmocka_unit_test(test_videos),
        cmocka_unit_test(test_defaults),         cmocka_unit_test(test_values),
        cmocka_unit_test(test_refusals),         cmocka_unit_test(test_hostile_words),
        cmocka_unit_test(test_help_and_version), cmocka_unit_test(test_reserved_letters),
        cmocka_unit_test(test_man_page),
    };

    return cmocka_run_group_tests(tests, NULL, free_said);
}
