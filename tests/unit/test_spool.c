/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/spool, probe/enqueue: what a notification command puts down is whole, in order, and kept whatever is wrong
 * with the configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc_fail.h"
#include "probe/enqueue.h"
#include "probe/spool.h"
#include "probe_fixture.h"
#include "scratch.h"

static struct err err;

static void put(int64_t now_ms, uint32_t random, const char *text)
{
    if (!spool_put(scratch_path("notify"), now_ms, random, text, strlen(text), &err))
        fail_msg("%s", err.text);
}

/* What lies there, oldest first, each with a blank behind it. */
static const char *lying(void)
{
    static char shown[400];
    struct spool_list list;
    struct buf text;

    buf_init(&text, sizeof(shown) - 1);
    assert_true(spool_list(scratch_path("notify"), &list, &err));
    for (size_t i = 0; i < list.count; i++) {
        assert_true(spool_read(scratch_path("notify"), list.name[i], &text, &err));
        buf_char(&text, ' ');
    }
    strcpy(shown, buf_text(&text));
    buf_free(&text);
    spool_list_free(&list);
    return shown;
}

static void make(void)
{
    assert_true(spool_make(scratch_path("notify"), &err));
}

static void taken_in_the_order_of_putting(void **state)
{
    (void)state;
    make();
    assert_string_equal(lying(), "");
    put(1000, 9, "a");
    put(1000, 1, "b"); /* in the same moment */
    put(500, 5, "c");  /* the clock was set back */
    put(2000, 0, "d");
    assert_string_equal(lying(), "a b c d ");
}

static void one_that_is_dropped_is_gone(void **state)
{
    struct spool_list list;

    (void)state;
    make();
    put(1000, 1, "a");
    put(1001, 1, "b");
    assert_true(spool_list(scratch_path("notify"), &list, &err));
    assert_int_equal(list.count, 2);
    assert_true(spool_drop(scratch_path("notify"), list.name[0], &err));
    assert_true(spool_drop(scratch_path("notify"), list.name[0], &err)); /* twice is fine */
    assert_string_equal(lying(), "b ");
    assert_true(spool_set_aside(scratch_path("notify"), list.name[1], &err));
    spool_list_free(&list);
    assert_string_equal(lying(), "");
    assert_true(spool_list(scratch_path("notify"), &list, &err));
    assert_int_equal(list.aside, 1);
    spool_list_free(&list);
}

/* Half a file, another program's file, a name that is made up: none is a notice. */
static void what_is_no_notice_is_left_alone(void **state)
{
    (void)state;
    make();
    scratch_write("notify/0000000000001000-00000001.notice.x1y2z3", "half", 4, 0600);
    scratch_write("notify/README", "text", 4, 0644);
    scratch_write("notify/000000000000100x-00000001.notice", "x", 1, 0644);
    scratch_write("notify/.notice", "x", 1, 0644);
    put(10, 1, "a");
    assert_string_equal(lying(), "a ");
}

/* A name that is made up leaves a number for those that come after it. */
static void the_last_of_all_numbers_is_nobodys(void **state)
{
    (void)state;
    make();
    scratch_write("notify/9999999999999999-00000001.notice", "x", 1, 0644);
    put(10, 1, "a");
    put(10, 2, "b");
    assert_string_equal(lying(), "a b ");
}

static void the_folder_is_the_groups(void **state)
{
    struct stat st;

    (void)state;
    umask(077);
    make();
    assert_int_equal(stat(scratch_path("notify"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 02770);
    /* Killed between two steps it is mended; a folder that others set up stays as they did. */
    chmod(scratch_path("notify"), 0700);
    make();
    assert_int_equal(stat(scratch_path("notify"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 02770);
    chmod(scratch_path("notify"), 02750);
    make();
    assert_int_equal(stat(scratch_path("notify"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 02750);
    chmod(scratch_path("notify"), 02770);
    put(10, 1, "a");
    umask(022);
    assert_string_equal(lying(), "a ");
}

static void without_a_folder_it_is_said(void **state)
{
    struct spool_list list;

    (void)state;
    assert_true(spool_list(scratch_path("notify"), &list, &err)); /* nothing was ever put there */
    assert_int_equal(list.count, 0);
    spool_list_free(&list);
    assert_false(spool_put(scratch_path("notify"), 1, 1, "a", 1, &err));
    assert_non_null(strstr(err.text, "can't look into the folder"));
    assert_false(spool_make(scratch_path("a/b"), &err));
    assert_non_null(strstr(err.text, "can't make the folder"));
}

/* --- the command ----------------------------------------------------------------------------------------------
 */

static enum enqueued enqueue(struct fake_api *api, const char *config)
{
    struct engine_event event = {.engine = "nagios",
                                 .type = "PROBLEM",
                                 .host = "tiktok-main",
                                 .service = "token-one",
                                 .state = "CRITICAL",
                                 .output = "a \"quoted\"\nline"};

    err.text[0] = '\0';
    return notify_enqueue(&api->env, config, &event, &err);
}

static void an_event_is_put_down(void **state)
{
    struct fake_api api;

    (void)state;
    fake_api(&api);
    assert_int_equal(enqueue(&api, probe_config("[notify a]\nkind = slack\npath_file = p\nfrom = engine\n")),
                     ENQUEUED);
    assert_string_equal(err.text, "");
    assert_non_null(strstr(lying(), "CRITICAL"));
    assert_non_null(strstr(lying(), "token-one"));
}

/* A receiver that can't be used, or a key that nobody knows: it is said, and the event is kept. */
static void a_fault_in_the_configuration_loses_nothing(void **state)
{
    struct fake_api api;

    (void)state;
    fake_api(&api);
    assert_int_equal(enqueue(&api, probe_config("[notify a]\nkind = slack\n")), ENQUEUED_BLINDLY);
    assert_non_null(strstr(err.text, "path_file"));
    assert_non_null(strstr(lying(), "CRITICAL"));
}

static void a_folder_that_is_none_is_told(void **state)
{
    struct fake_api api;
    const char *config = probe_config("");

    (void)state;
    fake_api(&api);
    scratch_write("notify", "a file", 6, 0644);
    assert_int_equal(enqueue(&api, config), NOT_ENQUEUED);
    assert_true(err.text[0]);
}

struct call {
    struct fake_api api;
    const char *config;
};

static bool put_down(void *arg)
{
    struct call *call = arg;

    return enqueue(&call->api, call->config) == ENQUEUED;
}

static void no_memory_is_told_or_done_without(void **state)
{
    struct call call;

    (void)state;
    fake_api(&call.api);
    call.config = probe_config("");
    make();
    assert_true(alloc_fail_each_lenient(put_down, &call) > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(taken_in_the_order_of_putting),
        TEST(one_that_is_dropped_is_gone),
        TEST(what_is_no_notice_is_left_alone),
        TEST(the_last_of_all_numbers_is_nobodys),
        TEST(the_folder_is_the_groups),
        TEST(without_a_folder_it_is_said),
        TEST(an_event_is_put_down),
        TEST(a_fault_in_the_configuration_loses_nothing),
        TEST(a_folder_that_is_none_is_told),
        TEST(no_memory_is_told_or_done_without),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
