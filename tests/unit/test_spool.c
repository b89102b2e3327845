/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/spool and probe/enqueue: what is put there lies there whole, in order, whatever clock and configuration
 * say. */
#include "probe/spool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "probe/enqueue.h"
#include "probe_fixture.h"
#include "scratch.h"

static const char *folder(void)
{
    return scratch_path("notify");
}

static void put(int64_t now_ms, const char *text)
{
    struct err err = {""};

    if (!spool_make(folder(), &err) || !spool_put(folder(), now_ms, 7, text, strlen(text), &err))
        fail_msg("%s", err.text);
}

/* All there is, in order, a blank behind each. */
static const char *contents(void)
{
    static char out[1024];
    struct spool_list list;
    struct err err = {""};
    size_t len = 0;

    assert_true(spool_list(folder(), &list, &err));
    out[0] = '\0';
    for (size_t i = 0; i < list.count; i++) {
        struct buf bytes;

        buf_init(&bytes, SPOOL_FILE_MAX);
        assert_true(spool_read(folder(), list.name[i], &bytes, &err));
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s ", buf_text(&bytes));
        buf_free(&bytes);
    }
    spool_list_free(&list);
    return out;
}

static void the_order_is_that_of_putting(void **state)
{
    (void)state;
    put(5000, "a");
    put(5000, "b");
    put(9000, "c");
    put(1000, "d"); /* the clock was set back */
    put(9500, "e");
    assert_string_equal(contents(), "a b c d e ");
}

static void the_folder_and_its_files_are_the_groups(void **state)
{
    struct spool_list list;
    struct err err = {""};
    struct stat info;
    mode_t mask = umask(077);

    (void)state;
    put(1, "a");
    umask(mask);
    assert_int_equal(stat(folder(), &info), 0);
    assert_int_equal(info.st_mode & 07777, 02770);
    assert_true(spool_list(folder(), &list, &err));
    assert_int_equal(list.count, 1);
    char name[128];
    (void)snprintf(name, sizeof(name), "notify/%s", list.name[0]); /* fits */
    assert_int_equal(stat(scratch_path(name), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0660);
    spool_list_free(&list);
}

static void what_is_no_notice_is_passed_over_or_set_aside(void **state)
{
    struct spool_list list;
    struct err err = {""};

    (void)state;
    put(1, "a");
    (void)probe_file("notify/.tmp-0123456789abcdef", "half");
    (void)probe_file("notify/README", "read me");
    (void)probe_file("notify/0000000000000001.notice", "no random part");
    assert_true(spool_list(folder(), &list, &err));
    assert_int_equal(list.count, 1);
    assert_true(spool_set_aside(folder(), list.name[0], &err));
    spool_list_free(&list);
    assert_true(spool_list(folder(), &list, &err));
    assert_int_equal(list.count, 0);
    assert_int_equal(list.aside, 1);
    spool_list_free(&list);
}

static void no_folder_is_an_empty_one(void **state)
{
    struct spool_list list;
    struct err err = {""};

    (void)state;
    assert_true(spool_list(folder(), &list, &err));
    assert_int_equal(list.count, 0);
    assert_false(spool_put(folder(), 1, 1, "a", 1, &err));
    assert_non_null(strstr(err.text, "notify"));
}

static const struct engine_event event = {
    .engine = "nagios", .type = "PROBLEM", .host = "tiktok-main", .service = "app", .state = "CRITICAL"};

static void a_faulty_configuration_keeps_the_notification(void **state)
{
    struct fake_api api;
    struct err err = {""};

    (void)state;
    fake_api(&api);
    assert_int_equal(notify_enqueue(&api.env, probe_config(""), &event, &err), ENQUEUED);
    assert_int_equal(notify_enqueue(&api.env, probe_config("[notify x]\nkind = pigeon\n"), &event, &err),
                     ENQUEUED_BLINDLY);
    assert_non_null(strstr(err.text, "pigeon"));
    assert_int_equal(notify_enqueue(&api.env, probe_config("[sweep]\ninterval = soon\n"), &event, &err),
                     ENQUEUED_BLINDLY);
    assert_non_null(strstr(err.text, "interval"));
    assert_non_null(strstr(strstr(contents(), "\"app\"") + 1, "\"app\""));
}

static void where_it_cannot_be_written_it_says_so(void **state)
{
    struct fake_api api;
    struct err err = {""};

    (void)state;
    fake_api(&api);
    (void)probe_file("notify", "in place of the folder");
    assert_int_equal(notify_enqueue(&api.env, probe_config(""), &event, &err), NOT_ENQUEUED);
    assert_non_null(strstr(err.text, "notify"));
}

static bool enqueue(void *arg)
{
    struct err err = {""};

    return notify_enqueue(arg, scratch_path("t.conf"), &event, &err) == ENQUEUED;
}

static void survives_every_failing_allocation(void **state)
{
    struct fake_api api;

    (void)state;
    fake_api(&api);
    (void)probe_config("");
    put(1, "a");
    assert_true(alloc_fail_each_lenient(enqueue, &api.env) > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(the_order_is_that_of_putting),
        TEST(the_folder_and_its_files_are_the_groups),
        TEST(what_is_no_notice_is_passed_over_or_set_aside),
        TEST(no_folder_is_an_empty_one),
        TEST(a_faulty_configuration_keeps_the_notification),
        TEST(where_it_cannot_be_written_it_says_so),
        TEST(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
