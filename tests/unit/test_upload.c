/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/upload and core/upload_list: the life of an upload, what it reads, and how it is published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "config_fixture.h"
#include "core/upload_list.h"

#include <string.h>

enum { NOW = 1763776800, HOUR = 3600 };

static struct upload begun(void)
{
    struct upload upload;

    upload_begin(&upload, "demo", "7502022393087590401", "v1", NOW + HOUR, NOW);
    return upload;
}

static struct answer said(int64_t code, const char *message)
{
    struct answer answer = {.has_code = true, .code = code, .request_id = "r1"};

    catalog_classify(code, message, &answer.finding);
    strcpy(answer.message, message);
    return answer;
}

/* Severities alone: that there is no app is complained of, and no matter here. */
static struct config *config_of(const char *ini)
{
    struct complaints complaints;
    struct config *config;

    complaints_init(&complaints);
    config = config_fixture(ini, &complaints);
    assert_int_equal(complaints.count, 1);
    complaints_free(&complaints);
    return config;
}

static void assert_reads(const struct upload *upload, const char *ini, int64_t now, enum state state,
                         enum cause cause)
{
    struct config *config = config_of(ini);
    enum cause read;

    assert_int_equal(upload_state(upload, config, 1800, now, &read), state);
    assert_string_equal(cause_name(read), cause_name(cause));
    config_free(config);
}

static void left_out_waits_until_the_deadline(void **state)
{
    struct upload u = begun();

    (void)state;
    upload_wait(&u, NULL, NOW + 10);
    assert_false(upload_is_settled(&u));
    assert_int_equal(u.since, NOW);
    assert_reads(&u, "", NOW + 20, STATE_WARNING, CAUSE_VIDEO_PROCESSING);
    upload_wait(&u, NULL, NOW + HOUR - 1);
    assert_false(upload_is_settled(&u));
    upload_wait(&u, NULL, NOW + HOUR);
    assert_true(upload_is_settled(&u));
    assert_int_equal(u.since, NOW + HOUR);
    assert_false(u.has_code);
    /* What is settled does not age. */
    assert_reads(&u, "", NOW + 100 * HOUR, STATE_CRITICAL, CAUSE_VIDEO_FAILED);
    assert_reads(&u, "[severity]\nvideo_failed = warning\n", NOW + HOUR, STATE_WARNING, CAUSE_VIDEO_FAILED);
}

static void without_a_deadline_it_waits_for_ever(void **state)
{
    struct upload u = begun();

    (void)state;
    u.deadline = 0;
    upload_wait(&u, NULL, NOW + 1000 * HOUR);
    assert_false(upload_is_settled(&u));
}

static void words_are_those_of_the_newest_answer(void **state)
{
    struct answer transcoding = said(40901, "Video transcoding in process"),
                  invalid = said(40053, "No such video");
    struct upload u = begun();

    (void)state;
    memset(transcoding.message, 'x', sizeof(transcoding.message) - 1);
    upload_wait(&u, &transcoding, NOW);
    assert_int_equal(u.code, 40901);
    assert_int_equal(strlen(u.message), UPLOAD_TEXT_MAX - 1);
    assert_string_equal(u.request_id, "r1");
    upload_fail(&u, &invalid, NOW + 1);
    assert_int_equal(u.code, 40053);
    assert_string_equal(u.message, "No such video");
    u = begun();
    upload_wait(&u, &transcoding, NOW);
    upload_use(&u, NOW + 2);
    assert_false(u.has_code);
    assert_string_equal(u.message, "");
    assert_reads(&u, "", NOW + 2, STATE_OK, CAUSE_AUTHORIZED);
}

static void a_fault_leaves_what_is_known(void **state)
{
    struct answer system = said(50002, "System error"), revoked = said(40001, "No permission");
    struct upload u = begun();

    (void)state;
    upload_miss(&u, &system);
    assert_reads(&u, "", NOW + 1, STATE_UNKNOWN, system.finding.cause); /* nothing was ever known */
    upload_wait(&u, NULL, NOW);
    upload_miss(&u, &system);
    assert_reads(&u, "", NOW + 1800, STATE_WARNING, CAUSE_VIDEO_PROCESSING);
    assert_reads(&u, "", NOW + 1801, STATE_UNKNOWN, CAUSE_NOT_VERIFIED);
    /* A fault at the deadline does not fail it: nobody knows. */
    assert_reads(&u, "", NOW + HOUR + 1, STATE_UNKNOWN, CAUSE_NOT_VERIFIED);
    upload_miss(&u, &revoked);
    assert_reads(&u, "", NOW + 1, STATE_CRITICAL, revoked.finding.cause);
    upload_wait(&u, NULL, NOW + 2);
    assert_reads(&u, "", NOW + 3, STATE_WARNING, CAUSE_VIDEO_PROCESSING);
}

static void pauses_double_and_end_at_the_deadline(void **state)
{
    struct upload u = begun();

    (void)state;
    assert_int_equal(upload_pause_ms(1, 5000, 60), 5000);
    assert_int_equal(upload_pause_ms(2, 5000, 60), 10000);
    assert_int_equal(upload_pause_ms(4, 5000, 60), 40000);
    assert_int_equal(upload_pause_ms(5, 5000, 60), 60000);
    assert_int_equal(upload_pause_ms(INT64_MAX, 5000, 60), 60000);
    upload_asked(&u, 10, 60, NOW);
    assert_int_equal(u.next_at, NOW + 1);
    u.asked = 50;
    upload_asked(&u, 5000, 300, NOW + 1);
    assert_int_equal(u.next_at, NOW + 301);
    upload_asked(&u, 5000, 300, NOW + HOUR - 7);
    assert_int_equal(u.next_at, NOW + HOUR);
}

/* --- the list ------------------------------------------------------------------------------------------------ */

static void add(struct upload_list *list, const struct upload *upload)
{
    struct upload *item = upload_list_add(list);

    assert_non_null(item);
    *item = *upload;
}

static void a_list_reads_back(void **state)
{
    struct upload_list list = {.item = NULL}, again = {.item = NULL};
    struct answer invalid = said(40053, "no \"such\" video, at\nall \\ <b>");
    struct upload u = begun();
    struct err err = {""};
    struct buf text;

    (void)state;
    buf_init(&text, UPLOAD_LIST_BYTES_MAX);
    add(&list, &u);
    upload_fail(&u, &invalid, NOW + 1);
    u.granted_by = GRANTED_BY_US;
    upload_asked(&u, 5000, 60, NOW);
    add(&list, &u);
    assert_true(upload_list_encode(&list, &text));
    assert_true(upload_list_decode(buf_text(&text), buf_len(&text), &again, &err));
    assert_int_equal(again.count, 2);
    strcpy(list.item[1].message, "no \"such\" video, at all \\ <b>"); /* a row is one line */
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(again.item[i].id, list.item[i].id);
        assert_string_equal(again.item[i].message, list.item[i].message);
        assert_int_equal(again.item[i].cause, list.item[i].cause);
        assert_int_equal(again.item[i].code, list.item[i].code);
        assert_int_equal(again.item[i].has_code, list.item[i].has_code);
        assert_int_equal(again.item[i].granted_by, list.item[i].granted_by);
        assert_int_equal(again.item[i].next_at, list.item[i].next_at);
        assert_int_equal(again.item[i].deadline, list.item[i].deadline);
    }
    upload_list_free(&again);
    upload_list_free(&list);
    buf_free(&text);
}

static void assert_refused(const char *text, const char *why)
{
    struct upload_list list = {.item = NULL};
    struct err err = {""};

    assert_false(upload_list_decode(text, strlen(text), &list, &err));
    assert_string_equal(err.text, why);
    assert_int_equal(list.count, 0);
}

static void another_file_is_refused(void **state)
{
    (void)state;
    assert_refused("", "it is empty");
    assert_refused("tiktok-auth-videos 2\n", "it is of another release");
    assert_refused("tiktok-auth-videos 1\na,b\n", "it is damaged");
    assert_refused("tiktok-auth-videos 1\n"
                   "demo,1,../x,us,authorized,authorized,,,,0,0,0,0,0,0\n",
                   "it is damaged");
    assert_refused("tiktok-auth-videos 1\n"
                   "demo,1,v1,us,authorized,authorized,,,,0,0,0,0,0,-1\n",
                   "it is damaged");
}

static bool read_and_write(void *text)
{
    struct upload_list list = {.item = NULL};
    struct err err = {""};
    struct buf out;
    bool ok;

    buf_init(&out, UPLOAD_LIST_BYTES_MAX);
    ok = upload_list_decode(text, strlen(text), &list, &err) && upload_list_encode(&list, &out);
    if (!ok)
        assert_true(list.count == 2 || err.text[0]);
    upload_list_free(&list);
    buf_free(&out);
    return ok;
}

static void out_of_memory(void **state)
{
    static char text[] = "tiktok-auth-videos 1\n"
                         "demo,1,v1,us,authorized,authorized,,,,0,0,0,0,0,0\n"
                         "demo,1,v2,us,video_failed,authorized,40053,\"a, b\",r,0,0,0,0,0,0\n";

    (void)state;
    assert_true(alloc_fail_each(read_and_write, text) > 2);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(left_out_waits_until_the_deadline),
        cmocka_unit_test(without_a_deadline_it_waits_for_ever),
        cmocka_unit_test(words_are_those_of_the_newest_answer),
        cmocka_unit_test(a_fault_leaves_what_is_known),
        cmocka_unit_test(pauses_double_and_end_at_the_deadline),
        cmocka_unit_test(a_list_reads_back),
        cmocka_unit_test(another_file_is_refused),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
