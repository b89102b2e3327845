/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/ask: one question, with its slot, its retries and its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "../simulation/scene.h"
#include "probe/ask.h"
#include "scratch.h"

static const struct question list = {.kind = ASK_LIST};

struct asking {
    struct scene *scene;
    struct store *store;
    struct ask_options options;
    struct answer answer;
};

static struct asking begin(const char *api)
{
    struct asking asking = {.scene = scene_new(1, 3)};
    struct err err = {""};

    asking.scene->api = api;
    scene_load(asking.scene);
    asking.store = store_open(scene_state_path(asking.scene, "state.db"), STORE_WRITE, &err);
    assert_non_null(asking.store);
    asking.options = (struct ask_options){
        .env = &asking.scene->env, .setup = asking.scene->setup, .store = asking.store, .deadline_ms = INT64_MAX};
    return asking;
}

static void once(struct asking *asking, const struct question *question)
{
    struct err err = {""};

    answer_free(&asking->answer);
    asking->options.env = &asking->scene->env;
    if (!ask_once(&asking->options, question, &asking->answer, &err))
        fail_msg("%s", err.text);
}

static void end(struct asking *asking)
{
    answer_free(&asking->answer);
    store_close(asking->store);
    scene_free(asking->scene);
}

static size_t sent(const struct asking *asking)
{
    return asking->scene->world->request_count;
}

static void fault(struct asking *asking, enum http_outcome outcome, int status, const char *body, int64_t after_s,
                  int count)
{
    world_clear_faults(asking->scene->world);
    world_forget_requests(asking->scene->world);
    world_pass(asking->scene->world, 86400 * 1000);
    world_add_fault(asking->scene->world, &(struct world_fault){.outcome = outcome,
                                                                .status = status,
                                                                .body = body,
                                                                .retry_after_s = after_s,
                                                                .token = -1,
                                                                .count = count});
}

static void test_every_kind_of_question(void **state)
{
    struct asking asking = begin("");
    const struct world_request *request;

    (void)state;
    once(&asking, &list);
    assert_int_equal(asking.answer.code, 0);
    assert_true(asking.answer.has_code);
    once(&asking,
         &(struct question){.kind = ASK_INFO,
                            .id = {asking.scene->world->advertiser[0].id, asking.scene->world->advertiser[2].id},
                            .id_count = 2,
                            .fresh_connection = true});
    assert_int_equal(asking.answer.code, 0);
    request = &asking.scene->world->request[1];
    assert_string_equal(request->path, "/advertiser/info/");
    assert_int_equal(request->id_count, 2);
    assert_true(request->fresh_connection);
    assert_int_equal(request->wall_ms - asking.scene->world->request[0].wall_ms, 1000); /* the next slot */
    once(&asking, &(struct question){.kind = ASK_USER});
    assert_string_equal(asking.scene->world->request[2].path, "/user/info/");
    once(&asking, &(struct question){.kind = ASK_PROBE,
                                     .path = "/file/video/ad/search/",
                                     .id = {asking.scene->world->advertiser[1].id},
                                     .id_count = 1});
    request = &asking.scene->world->request[3];
    assert_string_equal(request->path, "/file/video/ad/search/");
    assert_string_equal(request->first_id, asking.scene->world->advertiser[1].id);
    end(&asking);
}

static void test_a_hundred_ids_fit(void **state)
{
    struct asking asking = begin("");
    struct question question = {.kind = ASK_INFO, .id_count = INFO_BATCH_MAX};

    (void)state;
    for (size_t k = 0; k < INFO_BATCH_MAX; k++)
        question.id[k] = "12345678901234567890";
    once(&asking, &question);
    assert_int_equal(asking.scene->world->request[0].id_count, INFO_BATCH_MAX);
    end(&asking);
}

static void test_what_may_pass_is_tried_again(void **state)
{
    static const struct {
        enum http_outcome outcome;
        int status;
        const char *body;
        size_t sent;
        enum cause cause;
    } cases[] = {
        {HTTP_DONE, 500, "<html>", 6, CAUSE_EDGE_FAULT},
        {HTTP_DONE, 200, "{\"code\":50000,\"message\":\"x\"}", 6, CAUSE_TIKTOK_FAULT},
        {HTTP_TIMED_OUT, 0, NULL, 6, CAUSE_NETWORK_FAULT},
        {HTTP_BROKEN, 0, NULL, 6, CAUSE_NETWORK_FAULT},
        {HTTP_NO_NAME, 0, NULL, 6, CAUSE_NETWORK_FAULT},
        {HTTP_NO_TLS, 0, NULL, 1, CAUSE_NETWORK_FAULT},
        {HTTP_TOO_LARGE, 0, NULL, 1, CAUSE_EDGE_FAULT},
        {HTTP_BAD_ENCODING, 0, NULL, 1, CAUSE_EDGE_FAULT},
        {HTTP_LOCAL, 0, NULL, 1, CAUSE_NETWORK_FAULT},
        {HTTP_DONE, 302, "", 1, CAUSE_EDGE_FAULT},
        {HTTP_DONE, 200, "{\"code\":40105,\"message\":\"Access token is incorrect\"}", 1, CAUSE_TOKEN_REVOKED},
        {HTTP_DONE, 200, "{\"code\":40002,\"message\":\"Missing required field(s): x\"}", 1, CAUSE_REQUEST_FAULT},
        {HTTP_DONE, 200, "{\"code\":41000,\"message\":\"Client IP address is in banned Country list.\"}", 1,
         CAUSE_EGRESS_BLOCKED},
        {HTTP_DONE, 200, "{\"code\":99999,\"message\":\"strange\"}", 1, CAUSE_UNKNOWN},
    };
    struct asking asking = begin("");

    (void)state;
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        int64_t began_ms;

        fault(&asking, cases[k].outcome, cases[k].status, cases[k].body, 0, INT_MAX);
        began_ms = asking.scene->world->mono_ms;
        once(&asking, &list);
        assert_int_equal(sent(&asking), cases[k].sent);
        assert_string_equal(cause_name(asking.answer.finding.cause), cause_name(cases[k].cause));
        if (cases[k].sent == 6) /* 1 + 2 + 4 + 8 + 16, each off by up to a fifth */
            assert_in_range(asking.scene->world->mono_ms - began_ms, 24800, 37600);
    }
    fault(&asking, HTTP_BROKEN, 0, NULL, 0, 2);
    once(&asking, &list);
    assert_int_equal(sent(&asking), 3);
    assert_int_equal(asking.answer.code, 0);
    end(&asking);
}

static void test_retries_end_inside_the_deadline(void **state)
{
    struct asking asking = begin("");

    (void)state;
    for (int64_t room_ms = 100; room_ms < 20000; room_ms += 700) {
        fault(&asking, HTTP_DONE, 503, "", 0, INT_MAX);
        asking.options.deadline_ms = asking.scene->world->mono_ms + room_ms;
        once(&asking, &list);
        assert_true(asking.scene->world->mono_ms <= asking.options.deadline_ms);
        assert_int_equal(asking.answer.finding.cause, CAUSE_EDGE_FAULT);
        assert_in_range(sent(&asking), 1, 5);
    }
    end(&asking);
}

static void test_retry_after(void **state)
{
    struct asking asking = begin("");
    int64_t began_ms;

    (void)state;
    fault(&asking, HTTP_DONE, 503, "", 9, 1);
    began_ms = asking.scene->world->mono_ms;
    once(&asking, &list);
    assert_int_equal(sent(&asking), 2);
    assert_in_range(asking.scene->world->mono_ms - began_ms, 9000, 9200);
    fault(&asking, HTTP_DONE, 503, "", 3600, 1); /* no sweep waits that long */
    once(&asking, &list);
    assert_int_equal(sent(&asking), 1);
    end(&asking);
}

static void test_throttles(void **state)
{
    static const char qps[] = "{\"code\":40100,\"message\":\"App 1 reaches the QPS limit 10\"}";
    static const char qpm[] = "{\"code\":40100,\"message\":\"App 1 reaches the QPM limit 600\"}";
    static const char unsaid[] = "{\"code\":40100,\"message\":\"Too many requests. Please retry in some time.\"}";
    struct asking asking = begin("");

    (void)state;
    fault(&asking, HTTP_DONE, 200, qps, 0, 2);
    once(&asking, &list);
    assert_int_equal(sent(&asking), 3);
    assert_int_equal(asking.answer.code, 0);
    fault(&asking, HTTP_DONE, 200, unsaid, 0, INT_MAX);
    once(&asking, &list);
    assert_int_equal(sent(&asking), 2); /* the second one stops everything for five minutes */
    assert_int_equal(asking.answer.finding.cause, CAUSE_THROTTLED);
    assert_int_equal(asking.answer.code, 40100);
    fault(&asking, HTTP_DONE, 200, qpm, 0, INT_MAX);
    once(&asking, &list);
    assert_int_equal(sent(&asking), 1);
    once(&asking, &list); /* nothing is sent */
    assert_int_equal(sent(&asking), 1);
    assert_int_equal(asking.answer.finding.cause, CAUSE_THROTTLED);
    assert_int_equal(asking.answer.finding.scope, SCOPE_APP);
    assert_false(asking.answer.has_code);
    assert_non_null(strstr(asking.answer.message, "app-0"));
    end(&asking);
}

static void test_no_slot_before_the_deadline(void **state)
{
    struct asking asking = begin("");

    (void)state;
    once(&asking, &list);
    asking.options.deadline_ms = asking.scene->world->mono_ms + 500;
    once(&asking, &list);
    assert_int_equal(sent(&asking), 1);
    assert_int_equal(asking.answer.finding.cause, CAUSE_THROTTLED);
    assert_non_null(strstr(asking.answer.message, "share"));
    asking.options.deadline_ms = asking.scene->world->mono_ms + 2000;
    once(&asking, &list);
    assert_int_equal(sent(&asking), 2);
    end(&asking);
}

static void test_without_a_store_one_request_in_all(void **state)
{
    struct asking asking = begin("");
    struct said said = {.cause = CAUSE_AUTHORIZED};
    struct err err = {""};
    struct ask *ask;
    int64_t wake_ms;

    (void)state;
    fault(&asking, HTTP_DONE, 500, "", 0, INT_MAX);
    asking.options.store = NULL;
    asking.options.env = &asking.scene->env;
    ask = ask_new(&asking.options, &said, &err);
    assert_non_null(ask);
    for (int k = 0; k < 2; k++) {
        ask_begin(ask, &list);
        while (!ask_step(ask, &wake_ms))
            asking.scene->env.wait(asking.scene->env.ctx, 1000);
    }
    assert_int_equal(ask_calls(ask), 1);
    assert_int_equal(sent(&asking), 1);
    assert_int_equal(ask_answer(ask)->finding.cause, CAUSE_REQUEST_FAULT);
    assert_string_equal(ask_store_fault(ask), "");
    ask_free(ask);
    end(&asking);
}

static void test_a_store_that_fails_lets_one_request_out(void **state)
{
    struct asking asking = begin("");
    struct err err = {""};
    struct said said = {.cause = CAUSE_AUTHORIZED};
    struct ask *ask;
    int64_t wake_ms;

    (void)state;
    store_close(asking.store);
    asking.store = store_open(scene_state_path(asking.scene, "state.db"), STORE_READ, &err);
    assert_non_null(asking.store);
    asking.options.store = asking.store;
    asking.options.env = &asking.scene->env;
    ask = ask_new(&asking.options, &said, &err);
    assert_non_null(ask);
    ask_begin(ask, &list);
    while (!ask_step(ask, &wake_ms))
        asking.scene->env.wait(asking.scene->env.ctx, 1000);
    assert_int_equal(ask_answer(ask)->code, 0);
    assert_true(ask_store_fault(ask)[0]);
    ask_begin(ask, &list);
    assert_true(ask_step(ask, &wake_ms));
    assert_int_equal(ask_answer(ask)->finding.cause, CAUSE_REQUEST_FAULT);
    assert_int_equal(ask_calls(ask), 1);
    ask_free(ask);
    end(&asking);
}

static void test_secrets_that_can_not_be_read(void **state)
{
    struct asking asking = begin("");
    struct said said = {.cause = CAUSE_AUTHORIZED};
    struct err err = {""};

    (void)state;
    asking.options.env = &asking.scene->env;
    assert_int_equal(unlink(scratch_path("app-0.secret")), 0);
    assert_null(ask_new(&asking.options, &said, &err));
    assert_int_equal(said.cause, CAUSE_REQUEST_FAULT);
    assert_non_null(strstr(said.message, "app-0.secret"));
    said_clear(&said);
    scratch_write("tok-0.token", "text-of-token-0", 15, 0644);
    assert_null(ask_new(&asking.options, &said, &err));
    assert_int_equal(said.cause, CAUSE_TOKEN_EMPTY);
    assert_non_null(strstr(err.text, "0644"));
    assert_null(strstr(err.text, "text-of-token-0"));
    said_clear(&said);
    assert_false(ask_once(&asking.options, &list, &asking.answer, &err));
    assert_int_equal(sent(&asking), 0);
    end(&asking);
}

static void test_freed_while_under_way(void **state)
{
    struct asking asking = begin("");
    struct said said = {.cause = CAUSE_AUTHORIZED};
    struct err err = {""};
    struct ask *ask;
    int64_t wake_ms;

    (void)state;
    asking.options.env = &asking.scene->env;
    ask = ask_new(&asking.options, &said, &err);
    assert_non_null(ask);
    ask_begin(ask, &list);
    assert_false(ask_step(ask, &wake_ms));
    assert_int_equal(wake_ms, INT64_MAX);
    ask_free(ask); /* cancels: the world is empty, which world_free looks at */
    ask_free(NULL);
    end(&asking);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_kind_of_question),
        TEST(test_a_hundred_ids_fit),
        TEST(test_what_may_pass_is_tried_again),
        TEST(test_retries_end_inside_the_deadline),
        TEST(test_retry_after),
        TEST(test_throttles),
        TEST(test_no_slot_before_the_deadline),
        TEST(test_without_a_store_one_request_in_all),
        TEST(test_a_store_that_fails_lets_one_request_out),
        TEST(test_secrets_that_can_not_be_read),
        TEST(test_freed_while_under_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
