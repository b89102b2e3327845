/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/feed_rest: how new a result says it is, so that of two feeders the one with newer evidence stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board_fixture.h"
#include "config_fixture.h"
#include "ext/json.h"
#include "probe/feed_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char INI[] = "[app main]\napp_id = 7055107885017071618\nsecret_file = a\n"
                          "[token emea-01]\napp = main\ntoken_file = c\n"
                          "[inventory]\nfile = advertisers.csv\n";
static const char CSV[] = "advertiser_id,name,token,owner\n"
                          "7502022393087590400,A,emea-01,o\n"
                          "7502022393087590405,F,emea-01,o\n";
static const char LOST[] = "7502022393087590400"; /* whose newest result is not ours */
static const char RETIRED[] = "7502022393087590405";

struct bench {
    struct board_fixture f;
    struct complaints complaints;
    struct config *config;
    struct inventory *inventory;
    struct roster roster;
    struct env env;
    http_done_fn *done; /* of the request under way */
    void *arg;
    char answer[512];
    int status;
    int64_t newest; /* when the newest result of LOST began */
    const char *source;
    int64_t began[2]; /* what was delivered of LOST, RETIRED; 0 nothing */
    size_t asked;
    int64_t wall_ms;
};

static int64_t wall(void *ctx)
{
    return ((struct bench *)ctx)->wall_ms;
}

static int64_t mono(void *ctx)
{
    (void)ctx;
    return 0;
}

static void take_post(struct bench *b, const char *body)
{
    struct err err = {""};
    struct json *root = json_parse(body, strlen(body), &err);
    const char *service = json_text(json_member(root, "service"));
    int64_t began;

    assert_non_null(service);
    assert_true(json_whole(json_member(root, "execution_start"), &began));
    b->status = 200;
    if (strstr(service, LOST) && began < b->newest)
        b->status = 409;
    else if (strstr(service, LOST))
        b->began[0] = began;
    else if (strstr(service, RETIRED))
        b->began[1] = began;
    snprintf(b->answer, sizeof(b->answer), "{\"results\":[{\"code\":%d,\"status\":\"\"}]}", b->status);
    json_free(root);
}

static struct http_call *start(void *ctx, const struct http_request *request, http_done_fn *done, void *arg)
{
    struct bench *b = ctx;

    b->done = done;
    b->arg = arg;
    b->status = 200;
    if (request->method == HTTP_POST) {
        take_post(b, request->body);
    } else if (strcmp(request->params[0].name, "service") == 0) {
        b->asked++;
        assert_string_equal(request->params[0].value, "tiktok-main!7502022393087590400");
        snprintf(b->answer, sizeof(b->answer),
                 "{\"results\":[{\"attrs\":{\"last_check_result\":{\"check_source\":\"%s\"}}}]}", b->source);
    } else {
        b->status = 403;
        snprintf(b->answer, sizeof(b->answer), "{\"error\":403,\"status\":\"\"}");
    }
    return (struct http_call *)(void *)b;
}

static void cancel(void *ctx, struct http_call *call)
{
    (void)ctx;
    (void)call;
    fail_msg("nothing is given up here");
}

static void wait_a_while(void *ctx, int64_t timeout_ms)
{
    struct bench *b = ctx;

    (void)timeout_ms;
    b->done(b->arg, &(struct http_answer){.outcome = HTTP_DONE,
                                          .status = b->status,
                                          .body = b->answer,
                                          .body_len = strlen(b->answer),
                                          .detail = ""});
}

static bool retired(void *arg, const char *app, const char *id)
{
    (void)arg;
    (void)app;
    return strcmp(id, RETIRED) == 0;
}

static void begin(struct bench *b)
{
    memset(b, 0, sizeof(*b));
    complaints_init(&b->complaints);
    b->config = config_fixture(INI, &b->complaints);
    b->inventory = inventory_fixture(b->config, CSV, &b->complaints);
    board_fixture(&b->f);
    b->source = "icinga-1";
    b->env = (struct env){
        .ctx = b, .mono_ms = mono, .wall_ms = wall, .start = start, .cancel = cancel, .wait = wait_a_while};
    assert_true(roster_make(b->config, b->inventory, "tiktok-{app}", retired, NULL, BOARD_NOW, &b->roster));
}

static void end(struct bench *b)
{
    roster_free(&b->roster);
    inventory_free(b->inventory);
    board_fixture_free(&b->f);
    config_free(b->config);
    complaints_free(&b->complaints);
}

static struct feed_outcome deliver(struct bench *b, int64_t now)
{
    struct feed_outcome out = {.ok = false};
    struct feed_state state = {.tried_at = 0};
    struct feed_job job = {
        .config = b->config, .state = &state, .now = now, .slack_s = 300, .deadline_ms = INT64_MAX, .out = &out};

    job.feed = feed_new(&(struct feed_source){.config = b->config,
                                              .complaints = &b->complaints,
                                              .snapshot = board_fixture_snapshot(&b->f),
                                              .roster = &b->roster,
                                              .now = now},
                        FEED_ICINGA2);
    assert_non_null(job.feed);
    b->wall_ms = now * 1000;
    out.total = (int64_t)feed_count(job.feed);
    feed_rest_send(&job, &b->env);
    feed_free(job.feed);
    return out;
}

static void test_fresh_evidence_is_of_now(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    assert_true(deliver(&b, BOARD_NOW + 240).ok); /* verified 300 s ago */
    assert_int_equal(b.began[0], BOARD_NOW + 240);
    assert_int_equal(b.began[1], BOARD_NOW + 240);
    end(&b);
}

static void test_old_evidence_is_not(void **state)
{
    struct bench b;

    (void)state;
    begin(&b);
    assert_true(deliver(&b, BOARD_NOW + 1000).ok);
    assert_int_equal(b.began[0], BOARD_NOW - 60 + 300);
    assert_int_equal(b.began[1], BOARD_NOW + 1000); /* what is retired does not age */
    end(&b);
}

static void test_another_feeders_newer_one_stands(void **state)
{
    struct bench b;
    struct feed_outcome out;

    (void)state;
    begin(&b);
    b.newest = BOARD_NOW + 900;
    b.source = "tiktok-auth@another";
    out = deliver(&b, BOARD_NOW + 1000);
    assert_true(out.ok);
    assert_int_equal(out.newer, 1);
    assert_int_equal(b.began[0], 0);
    end(&b);
}

static void test_the_engines_own_does_not(void **state)
{
    struct bench b;
    struct feed_outcome out;

    (void)state;
    begin(&b);
    b.newest = BOARD_NOW + 900;
    out = deliver(&b, BOARD_NOW + 1000);
    assert_true(out.ok);
    assert_int_equal(out.newer, 0);
    assert_int_equal(b.began[0], BOARD_NOW + 1000);
    b.newest = BOARD_NOW + 2000; /* a clock ahead of ours: nothing to do about that */
    assert_int_equal(deliver(&b, BOARD_NOW + 1000).newer, 1);
    assert_int_equal(b.asked, 2);
    end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fresh_evidence_is_of_now),
        cmocka_unit_test(test_old_evidence_is_not),
        cmocka_unit_test(test_another_feeders_newer_one_stands),
        cmocka_unit_test(test_the_engines_own_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
