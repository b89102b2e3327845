/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * cli/notify_event: what an engine gave its notification command, as options or in the environment. */
#include "cli/notify_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct notify_event event;

/* The words behind "notify". */
static bool read_words(const char *const *words, int count)
{
    static char room[32][64];
    char *argv[32];
    struct call call;
    int code;

    assert_in_range(count, 0, 30);
    for (int i = 0; i <= count; i++) {
        (void)snprintf(room[i], sizeof(room[i]), "%s", i == 0 ? "notify" : words[i - 1]); /* fits */
        argv[i] = room[i];
    }
    argv[count + 1] = NULL;
    assert_true(call_read(&command_notify, count + 1, argv, &call, &code));
    return notify_event_read(&call, &event);
}
#define READ(...)                                  \
    read_words((const char *const[]){__VA_ARGS__}, \
               (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)))

static int clean(void **state)
{
    static const char *const names[] = {"NAGIOS_NOTIFICATIONTYPE",   "NAGIOS_HOSTNAME",  "NAGIOS_SERVICEDESC",
                                        "NAGIOS_SERVICESTATE",       "NAGIOS_HOSTSTATE", "NAGIOS_TIMET",
                                        "NAGIOS_NOTIFICATIONCOMMENT"};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(names); i++)
        unsetenv(names[i]);
    return 0;
}

static void options_are_taken_as_they_are(void **state)
{
    (void)state;
    assert_true(READ("--engine", "icinga2", "--type", "Recovery", "--host", "h", "--service", "--x", "--state",
                     "OK", "--output", "a'b\"$(c)\n|d", "--time", "1795316400.25", "--since", "1795316300"));
    assert_string_equal(event.event.engine, "icinga2");
    assert_string_equal(event.event.service, "--x");
    assert_string_equal(event.event.output, "a'b\"$(c)\n|d");
    assert_string_equal(event.event.time, "1795316400"); /* Icinga's have fractions */
    assert_string_equal(event.event.since, "1795316300");
    assert_null(event.event.author);
    assert_null(event.event.last_ok);
}

static void what_says_nothing_was_not_given(void **state)
{
    (void)state;
    assert_true(READ("--engine", "nagios", "--type", "PROBLEM", "--host", "h", "--author", "$SERVICEACKAUTHOR$",
                     "--comment", "", "--output", "$ is a dollar $"));
    assert_null(event.event.author);
    assert_null(event.event.comment);
    assert_string_equal(event.event.output, "$ is a dollar $");
}

static void the_environment_says_what_options_do_not(void **state)
{
    (void)state;
    setenv("NAGIOS_NOTIFICATIONTYPE", "PROBLEM", 1);
    setenv("NAGIOS_HOSTNAME", "tiktok-main", 1);
    setenv("NAGIOS_SERVICEDESC", "app", 1);
    setenv("NAGIOS_SERVICESTATE", "CRITICAL", 1);
    setenv("NAGIOS_HOSTSTATE", "UP", 1);
    setenv("NAGIOS_NOTIFICATIONCOMMENT", "on it", 1);
    assert_true(READ("--engine", "nagios", "--service", "api", "--comment", "$NOTIFICATIONCOMMENT$"));
    assert_string_equal(event.event.type, "PROBLEM");
    assert_string_equal(event.event.host, "tiktok-main");
    assert_string_equal(event.event.service, "api");
    assert_string_equal(event.event.state, "CRITICAL");
    assert_string_equal(event.event.comment, "on it");
    setenv("NAGIOS_SERVICEDESC", "", 1); /* of a host: Nagios sets all of them, some empty */
    setenv("NAGIOS_SERVICESTATE", "", 1);
    assert_true(READ("--engine", "nagios"));
    assert_null(event.event.service);
    assert_string_equal(event.event.state, "UP");
}

static void what_can_be_no_notification_is_refused(void **state)
{
    (void)state;
    assert_false(READ("--engine", "zabbix", "--type", "PROBLEM", "--host", "h"));
    assert_false(READ("--engine", "nagios", "--type", "NONSENSE", "--host", "h"));
    assert_false(READ("--engine", "nagios", "--host", "h"));
    assert_false(READ("--engine", "nagios", "--type", "PROBLEM"));
    assert_false(READ("--engine", "nagios", "--type", "PROBLEM", "--host", "$HOSTNAME$"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, clean)
    static const struct CMUnitTest tests[] = {
        TEST(options_are_taken_as_they_are),
        TEST(what_says_nothing_was_not_given),
        TEST(the_environment_says_what_options_do_not),
        TEST(what_can_be_no_notification_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
