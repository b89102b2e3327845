/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/upload_poll: batches, the one that spoils the call of all, and answers about the token. The API is a
 * function over ids: "u…" is usable, "p…" left out, "t…" transcoding, "x…" invalid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "core/upload_poll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1763776800, MOST = 200 };

static struct upload item[MOST];
static struct upload *pointer[MOST];

/* The ids stand in one text with blanks between. */
static size_t uploads(const char *ids)
{
    size_t count = 0, len;
    const char *word;

    while ((len = parse_word(&ids, " ", &word)) > 0) {
        char id[VIDEO_ID_MAX + 1] = "";

        memcpy(id, word, len);
        upload_begin(&item[count], "demo", "7", id, NOW + 60, NOW);
        pointer[count] = &item[count];
        count++;
    }
    return count;
}

static size_t many(size_t count, char kind)
{
    for (size_t i = 0; i < count; i++) {
        char id[16];

        snprintf(id, sizeof(id), "%c%zu", kind, i);
        upload_begin(&item[i], "demo", "7", id, NOW + 60, NOW);
        pointer[i] = &item[i];
    }
    return count;
}

static struct answer answered(const char *body)
{
    struct exchange exchange = {.http_status = 200, .body = body, .body_len = strlen(body)};
    struct answer answer;

    answer_read(&exchange, &answer);
    return answer;
}

static struct answer failed(int code, const char *message)
{
    char body[200];

    snprintf(body, sizeof(body), "{\"code\":%d,\"message\":\"%s\",\"request_id\":\"r\",\"data\":{}}", code,
             message);
    return answered(body);
}

static struct answer serve(const struct question *question, bool names)
{
    char body[8000] = "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"list\":[", text[100];
    const char *comma = "";

    assert_int_equal(question->kind, ASK_VIDEOS);
    assert_string_equal(question->advertiser_id, "7");
    assert_in_range(question->id_count, 1, UPLOAD_BATCH_MAX);
    for (size_t i = 0; i < question->id_count; i++) {
        const char *id = question->id[i];

        snprintf(text, sizeof(text), "Video id %s is not valid", names ? id : "given");
        if (id[0] == 'x')
            return failed(40053, text);
        if (id[0] == 't')
            return failed(40901, "Video transcoding in process");
        if (id[0] != 'u')
            continue;
        snprintf(body + strlen(body), sizeof(body) - strlen(body), "%s{\"video_id\":\"%s\"}", comma, id);
        comma = ",";
    }
    strcat(body, "]}}");
    return answered(body);
}

/* How many calls it took. */
static size_t poll_all(size_t count, bool names)
{
    struct upload_poll *poll = upload_poll_new(pointer, count);
    struct question question;
    size_t calls = 0;

    assert_non_null(poll);
    while (upload_poll_next(poll, &question)) {
        struct answer answer = serve(&question, names);

        upload_poll_answer(poll, &answer, NOW);
        answer_free(&answer);
        calls++;
    }
    assert_false(upload_poll_is_refused(poll));
    upload_poll_free(poll);
    return calls;
}

static void assert_by_kind(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        enum cause expected = item[i].id[0] == 'u'   ? CAUSE_AUTHORIZED
                              : item[i].id[0] == 'x' ? CAUSE_VIDEO_FAILED
                                                     : CAUSE_VIDEO_PROCESSING;

        assert_string_equal(cause_name(item[i].cause), cause_name(expected));
        assert_int_equal(item[i].verified_at, NOW);
        assert_int_equal(item[i].fault, CAUSE_AUTHORIZED);
    }
}

static void sixty_ids_a_call(void **state)
{
    (void)state;
    assert_int_equal(poll_all(many(60, 'u'), false), 1);
    assert_int_equal(poll_all(many(61, 'u'), false), 2);
    assert_by_kind(61);
    assert_int_equal(poll_all(uploads("u1 p1 u2"), false), 1);
    assert_by_kind(3);
}

static void one_that_spoils_the_call_is_found(void **state)
{
    size_t count = uploads("u1 u2 x1 u3 p1 t1 u4 x2");

    (void)state;
    assert_true(poll_all(count, false) <= 2 * 8);
    assert_by_kind(count);
    assert_int_equal(item[2].code, 40053);
    assert_int_equal(item[5].code, 40901);
    assert_false(item[4].has_code);
    /* In sixty by halves, and at once where the message names it. */
    many(60, 'u');
    strcpy(item[37].id, "x");
    assert_in_range(poll_all(60, false), 2, 13);
    assert_by_kind(60);
    many(60, 'u');
    strcpy(item[37].id, "x37");
    assert_int_equal(poll_all(60, true), 2);
    assert_by_kind(60);
}

static void a_search_has_an_end(void **state)
{
    size_t known = 0;

    (void)state;
    assert_in_range(poll_all(many(MOST, 't'), false), UPLOAD_SEARCH_MAX, UPLOAD_SEARCH_MAX + 2 * 8);
    assert_by_kind(MOST); /* that they wait is known */
    assert_in_range(poll_all(many(MOST, 'x'), false), UPLOAD_SEARCH_MAX, UPLOAD_SEARCH_MAX + 2 * 8);
    for (size_t i = 0; i < MOST; i++) {
        known += upload_is_settled(&item[i]);
        assert_int_equal(item[i].fault, CAUSE_AUTHORIZED); /* of those that were not reached nothing is said */
    }
    assert_in_range(known, 5, MOST - 1);
}

static void past_the_deadline_waiting_is_failing(void **state)
{
    size_t count = uploads("u1 p1 t1");

    (void)state;
    for (size_t i = 0; i < count; i++)
        item[i].deadline = NOW;
    poll_all(count, false);
    assert_int_equal(item[0].cause, CAUSE_AUTHORIZED);
    assert_int_equal(item[1].cause, CAUSE_VIDEO_FAILED);
    assert_int_equal(item[2].cause, CAUSE_VIDEO_FAILED);
    assert_int_equal(item[2].code, 40901);
}

/* One answer to the first question, whatever it is. */
static struct upload_poll *answered_once(size_t count, struct answer answer)
{
    struct upload_poll *poll = upload_poll_new(pointer, count);
    struct question question;

    assert_non_null(poll);
    assert_true(upload_poll_next(poll, &question));
    upload_poll_answer(poll, &answer, NOW);
    answer_free(&answer);
    return poll;
}

static void another_token_is_asked_for_what_is_left(void **state)
{
    struct upload_poll *poll =
        answered_once(many(61, 'u'), failed(40001, "No permission to operate advertiser: 7"));
    struct question question;
    struct answer answer;

    (void)state;
    assert_true(upload_poll_is_refused(poll));
    assert_false(upload_poll_next(poll, &question));
    for (size_t i = 0; i < 61; i++)
        assert_int_equal(item[i].code, 40001);
    upload_poll_again(poll);
    while (upload_poll_next(poll, &question)) {
        answer = serve(&question, false);
        upload_poll_answer(poll, &answer, NOW);
        answer_free(&answer);
    }
    assert_by_kind(61);
    upload_poll_free(poll);
}

static void a_fault_ends_it_and_changes_nothing(void **state)
{
    static const char *const bodies[] = {
        "{\"code\":50002,\"message\":\"System error\",\"data\":{}}",
        "{\"code\":40100,\"message\":\"Too many requests\",\"data\":{}}",
        "{\"code\":0,\"message\":\"OK\",\"data\":{}}",
        "{\"code\":0,\"message\":\"OK\",\"data\":{\"list\":[{\"video_id\":7}]}}",
        "{\"code\":0,\"message\":\"OK\",\"data\":{\"list\":{}}}",
        "<html>",
    };

    (void)state;
    for (size_t b = 0; b < TTA_LEN(bodies); b++) {
        struct upload_poll *poll = answered_once(many(61, 'u'), answered(bodies[b]));
        struct question question;

        assert_false(upload_poll_next(poll, &question));
        assert_false(upload_poll_is_refused(poll));
        for (size_t i = 0; i < 61; i++) {
            assert_int_equal(item[i].cause, CAUSE_VIDEO_PROCESSING);
            assert_int_equal(item[i].verified_at, 0);
            assert_true(cause_info(item[i].fault)->keeps);
        }
        upload_poll_free(poll);
    }
}

static bool begin_and_end(void *arg)
{
    struct upload_poll *poll = upload_poll_new(pointer, 61);

    (void)arg;
    upload_poll_free(poll);
    return poll != NULL;
}

static void out_of_memory(void **state)
{
    (void)state;
    many(61, 'u');
    assert_int_equal(alloc_fail_each(begin_and_end, NULL), 3);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_ids_a_call),
        cmocka_unit_test(one_that_spoils_the_call_is_found),
        cmocka_unit_test(a_search_has_an_end),
        cmocka_unit_test(past_the_deadline_waiting_is_failing),
        cmocka_unit_test(another_token_is_asked_for_what_is_left),
        cmocka_unit_test(a_fault_ends_it_and_changes_nothing),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
