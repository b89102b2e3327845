/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/watch and probe/watched: when watched uploads are asked about, what is published of them, and their end.
 */
#include "probe/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/lock.h"
#include "probe/watched.h"
#include "probe_fixture.h"
#include "scratch.h"

static const char INVENTORY[] = "[inventory]\nfile = a.csv\n[videos]\nkeep = 1h\n";
static const char ROWS[] = "advertiser_id,name,token,owner\n11,Eleven,one,me\n22,Both,one two,me\n";
static const char USABLE[] =
    "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"list\":[{\"video_id\":\"v1\"}]}}";
static const char NONE[] = "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"list\":[]}}";
static const char DEAD[] =
    "{\"code\":40105,\"message\":\"Access token is invalid\",\"request_id\":\"r\",\"data\":{}}";

struct watching {
    struct fake_api api;
    struct setup *setup;
    struct upload_list list; /* as published */
    struct err err;
};

static struct watching begin(void)
{
    struct watching w = {.list = {.item = NULL}};

    probe_file("a.csv", ROWS);
    w.setup = probe_setup(probe_config(INVENTORY), false, false);
    return w;
}

static void end(struct watching *w)
{
    upload_list_free(&w->list);
    setup_free(w->setup);
}

static void watch(struct watching *w, const char *advertiser_id, const char *id, int64_t deadline_s)
{
    int64_t now = w->api.wall_ms / 1000;
    struct upload upload;
    const struct upload *one = &upload;

    upload_begin(&upload, "main", advertiser_id, id, now + deadline_s, now);
    if (!watch_add(setup_config(w->setup), &one, 1, &w->err))
        fail_msg("%s", w->err.text);
}

static void read_list(struct watching *w)
{
    upload_list_free(&w->list);
    if (!watched_read(setup_config(w->setup), &w->list, &w->err))
        fail_msg("%s", w->err.text);
}

/* Polls, and reads what is published. How many requests it took. */
static size_t poll(struct watching *w)
{
    size_t before = w->api.asked;

    w->api.env.ctx = &w->api;
    if (!watch_poll(&(struct watch_options){.env = &w->api.env, .setup = w->setup, .deadline_ms = INT64_MAX},
                    &w->err))
        fail_msg("%s", w->err.text);
    read_list(w);
    return w->api.asked - before;
}

static void pass(struct watching *w, int64_t seconds)
{
    w->api.wall_ms += seconds * 1000;
    w->api.mono_ms += seconds * 1000;
}

static void assert_cause(const struct watching *w, size_t index, enum cause cause)
{
    assert_true(index < w->list.count);
    assert_string_equal(cause_name(w->list.item[index].cause), cause_name(cause));
}

static void asked_with_growing_pauses_until_settled(void **state)
{
    static const int64_t pause[] = {5, 10, 20, 40, 80, 160, 300, 300, 300};
    struct watching w = begin();

    (void)state;
    fake_api(&w.api);
    fake_reply(&w.api, NULL, "/file/video/ad/info/", USABLE);
    assert_int_equal(poll(&w), 0);
    assert_string_equal(probe_read("videos"), ""); /* nothing was ever watched */
    watch(&w, "11", "v1", 3600);
    watch(&w, "11", "v2", 86400);
    assert_int_equal(poll(&w), 1);
    assert_cause(&w, 0, CAUSE_AUTHORIZED);
    assert_cause(&w, 1, CAUSE_VIDEO_PROCESSING);
    for (size_t i = 0; i < TTA_LEN(pause); i++) {
        pass(&w, pause[i] - 1);
        assert_int_equal(poll(&w), 0);
        pass(&w, 1);
        assert_int_equal(poll(&w), 1);
    }
    assert_int_equal(w.list.item[0].asked, 1);
    assert_int_equal(w.list.item[1].asked, 1 + TTA_LEN(pause));
    end(&w);
}

static void over_its_deadline_it_failed_and_leaves(void **state)
{
    struct watching w = begin();

    (void)state;
    fake_api(&w.api);
    fake_reply(&w.api, NULL, "/file/video/ad/info/", NONE);
    watch(&w, "11", "v1", 7);
    assert_int_equal(poll(&w), 1);
    pass(&w, 5);
    assert_int_equal(poll(&w), 1);
    assert_cause(&w, 0, CAUSE_VIDEO_PROCESSING);
    pass(&w, 2); /* not the ten seconds of the pause */
    assert_int_equal(poll(&w), 1);
    assert_cause(&w, 0, CAUSE_VIDEO_FAILED);
    pass(&w, 3599);
    assert_int_equal(poll(&w), 0);
    assert_int_equal(w.list.count, 1);
    pass(&w, 1);
    assert_int_equal(poll(&w), 0);
    assert_int_equal(w.list.count, 0);
    end(&w);
}

static void a_clock_that_is_set_back_does_not_silence_it(void **state)
{
    struct watching w = begin();

    (void)state;
    fake_api(&w.api);
    fake_reply(&w.api, NULL, "/file/video/ad/info/", NONE);
    watch(&w, "11", "v1", 86400);
    assert_int_equal(poll(&w), 1);
    w.api.wall_ms -= (int64_t)3600 * 1000;
    assert_int_equal(poll(&w), 1);
    end(&w);
}

static void the_second_token_is_asked_when_the_first_is_refused(void **state)
{
    struct watching w = begin();

    (void)state;
    fake_api(&w.api);
    fake_reply(&w.api, "token-of-one", NULL, DEAD);
    fake_reply(&w.api, "token-of-two", NULL, USABLE);
    watch(&w, "22", "v1", 3600);
    watch(&w, "11", "v1", 3600);
    assert_int_equal(poll(&w), 3);
    assert_cause(&w, 0, CAUSE_VIDEO_PROCESSING); /* of 11, which has one token */
    assert_int_equal(w.list.item[0].code, 40105);
    assert_int_equal(w.list.item[0].granted_by, GRANTED_BY_CLIENT);
    assert_cause(&w, 1, CAUSE_AUTHORIZED);
    assert_int_equal(w.list.item[1].granted_by, GRANTED_BY_US);
    end(&w);
}

static void what_can_t_be_asked_says_why(void **state)
{
    struct watching w = begin();

    (void)state;
    fake_api(&w.api);
    watch(&w, "33", "v1", 3600); /* in no inventory */
    assert_int_equal(poll(&w), 0);
    assert_int_equal(w.list.item[0].fault, CAUSE_REQUEST_FAULT);
    assert_non_null(strstr(w.list.item[0].message, "in no inventory"));
    assert_true(w.list.item[0].next_at > w.api.wall_ms / 1000);
    end(&w);
}

static void begun_anew_and_let_go(void **state)
{
    struct watching w = begin();
    struct upload upload;
    const struct upload *one = &upload;

    (void)state;
    fake_api(&w.api);
    fake_reply(&w.api, NULL, "/file/video/ad/info/", NONE);
    watch(&w, "11", "v1", 0);
    assert_int_equal(poll(&w), 1);
    assert_cause(&w, 0, CAUSE_VIDEO_FAILED);
    watch(&w, "11", "v1", 60);
    assert_int_equal(poll(&w), 1);
    assert_cause(&w, 0, CAUSE_VIDEO_PROCESSING);
    upload = w.list.item[0];
    assert_true(watch_remove(setup_config(w.setup), &one, 1, &w.err));
    read_list(&w);
    assert_int_equal(w.list.count, 0);
    end(&w);
}

static void one_process_asks(void **state)
{
    struct watching w = begin();
    char *path = config_state_file(setup_config(w.setup), "sweep.lock");
    struct lock_file *other = lock_open(path, &w.err);
    bool done;

    (void)state;
    fake_api(&w.api);
    watch(&w, "11", "v1", 60);
    assert_non_null(other);
    assert_int_equal(lock_try(other, "videos", &w.err), LOCK_HELD);
    w.api.env.ctx = &w.api;
    done = watch_poll(
        &(struct watch_options){.env = &w.api.env, .setup = w.setup, .deadline_ms = w.api.mono_ms + 300}, &w.err);
    assert_false(done);
    assert_non_null(strstr(w.err.text, "another process"));
    assert_int_equal(w.api.asked, 0);
    lock_close(other);
    free(path);
    end(&w);
}

static void there_is_an_end_to_them(void **state)
{
    struct watching w = begin();
    struct upload *upload = calloc(UPLOADS_MAX, sizeof(*upload));
    const struct upload **all = calloc(UPLOADS_MAX, sizeof(*all));

    (void)state;
    fake_api(&w.api);
    for (size_t i = 0; i < UPLOADS_MAX; i++) {
        char id[16];

        snprintf(id, sizeof(id), "v%zu", i);
        upload_begin(&upload[i], "main", "11", id, PROBE_NOW + 60, PROBE_NOW);
        all[i] = &upload[i];
    }
    assert_true(watch_add(setup_config(w.setup), all, UPLOADS_MAX, &w.err));
    assert_true(watch_add(setup_config(w.setup), all, 1, &w.err)); /* it is among them */
    strcpy(upload[0].id, "more");
    assert_false(watch_add(setup_config(w.setup), all, 1, &w.err));
    assert_non_null(strstr(w.err.text, "5000 are allowed"));
    free(all);
    free(upload);
    end(&w);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(asked_with_growing_pauses_until_settled, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(over_its_deadline_it_failed_and_leaves, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_clock_that_is_set_back_does_not_silence_it, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(the_second_token_is_asked_when_the_first_is_refused, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(what_can_t_be_asked_says_why, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(begun_anew_and_let_go, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(one_process_asks, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(there_is_an_end_to_them, scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
