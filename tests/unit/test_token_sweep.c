/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/token_sweep: the sweep of one token, its record and its commits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../simulation/scene.h"
#include "base/log.h"
#include "probe/token_sweep.h"
#include "scratch.h"

struct sweeping {
    struct scene *scene;
    struct store *store;
    struct memory memory;
    struct token_sweep_result result;
    int64_t deadline_ms;
    bool recalled;
};

static struct sweeping *begin(size_t advertisers)
{
    struct sweeping *s = calloc(1, sizeof(*s));
    struct err err = {""};

    assert_non_null(s);
    s->scene = scene_new(1, advertisers);
    s->deadline_ms = INT64_MAX;
    memory_init(&s->memory);
    scene_load(s->scene);
    s->store = store_open(scene_state_path(s->scene, "state.db"), STORE_WRITE, &err);
    assert_non_null(s->store);
    return s;
}

static void end(struct sweeping *s)
{
    memory_free(&s->memory);
    store_close(s->store);
    scene_free(s->scene);
    free(s);
}

static void run(struct sweeping *s)
{
    struct members members;
    struct err err = {""};
    struct token_sweep *sweep;
    int64_t wake_ms;

    assert_true(members_of(setup_inventory(s->scene->setup), 0, &members));
    if (s->store)
        assert_true(recall_token(s->store, s->scene->setup, 0, &members, &s->memory, NULL, &err));
    sweep = token_sweep_new(
        &(struct token_sweep_options){
            .env = &s->scene->env,
            .setup = s->scene->setup,
            .store = s->store,
            .members = members,
            .memory = &s->memory,
            .secret_stamp = "stamp",
            .deadline_ms = s->deadline_ms,
            .commit_every_ms = 1000,
        },
        &err);
    assert_non_null(sweep);
    while (!token_sweep_step(sweep, &wake_ms)) {
        int64_t now = s->scene->world->mono_ms;

        s->scene->env.wait(s->scene->env.ctx, wake_ms == INT64_MAX ? 1000 : wake_ms > now ? wake_ms - now : 0);
    }
    s->result = *token_sweep_result(sweep);
    token_sweep_free(sweep);
}

/* What the store has of the token now. */
static struct memory stored(const struct sweeping *s)
{
    struct members members;
    struct memory memory;
    struct err err = {""};

    memory_init(&memory);
    assert_true(members_of(setup_inventory(s->scene->setup), 0, &members));
    assert_true(recall_token(s->store, s->scene->setup, 0, &members, &memory, NULL, &err));
    members_free(&members);
    return memory;
}

static void test_a_sweep_is_recorded(void **state)
{
    struct sweeping *s = begin(5);
    struct memory memory;
    int64_t began_ms = s->scene->world->now_ms;

    (void)state;
    run(s);
    assert_true(s->result.verified);
    assert_int_equal(s->result.calls, 1);
    assert_false(s->result.api_silent);
    assert_string_equal(s->result.store_fault.text, "");
    memory = stored(s);
    assert_int_equal(memory.began_ms, began_ms);
    assert_int_equal(memory.ended_ms, s->scene->world->now_ms);
    assert_true(memory.verified);
    assert_int_equal(memory.failures, 0);
    assert_string_equal(memory.secret_stamp, "stamp");
    assert_int_equal(memory.grant[4].status, GRANT_COVERED);
    memory_free(&memory);
    end(s);
}

static void test_failures_are_counted(void **state)
{
    struct sweeping *s = begin(5);
    struct memory memory;

    (void)state;
    run(s);
    world_add_fault(s->scene->world, &(struct world_fault){.status = 500, .token = -1, .count = INT_MAX});
    for (int k = 1; k < 4; k++) {
        world_pass(s->scene->world, 300000);
        run(s);
        assert_false(s->result.verified);
        assert_true(s->result.api_silent);
        assert_int_equal(s->result.calls, 6);
        memory = stored(s);
        assert_int_equal(memory.failures, k);
        assert_false(memory.verified);
        assert_int_equal(memory.fault.cause, CAUSE_EDGE_FAULT);
        assert_int_equal(memory.fault.http_status, 500);
        memory_free(&memory);
    }
    world_clear_faults(s->scene->world);
    world_pass(s->scene->world, 300000);
    run(s);
    assert_int_equal(s->memory.failures, 0);
    assert_false(said_something(&s->memory.fault));
    end(s);
}

static void test_a_throttle_is_no_silence_of_the_api(void **state)
{
    struct sweeping *s = begin(5);

    (void)state;
    world_add_fault(
        s->scene->world,
        &(struct world_fault){.status = 200,
                              .body = "{\"code\":40100,\"message\":\"App 1 reaches the QPM limit 600\"}",
                              .token = -1,
                              .count = INT_MAX});
    run(s);
    assert_false(s->result.verified);
    assert_false(s->result.api_silent);
    assert_int_equal(s->memory.fault.cause, CAUSE_THROTTLED);
    end(s);
}

/* What is known so far is committed while a long sweep goes on. */
static void look_into_the_store(struct world *world, void *arg)
{
    struct sweeping *s = arg;
    struct err err = {""};
    struct store *reader;
    struct members members;
    struct memory memory;

    if (world_count(world, "/advertiser/info/", -1) != 3)
        return;
    memory_init(&memory);
    reader = store_open(scene_state_path(s->scene, "state.db"), STORE_READ, &err);
    assert_non_null(reader);
    assert_true(members_of(setup_inventory(s->scene->setup), 0, &members));
    assert_true(recall_token(reader, s->scene->setup, 0, &members, &memory, NULL, &err));
    assert_true(memory.began_ms > memory.ended_ms);
    assert_int_equal(memory.grant[19].status, GRANT_COVERED);
    assert_int_equal(memory.grant[0].status, GRANT_LOST);
    s->recalled = true;
    memory_free(&memory);
    members_free(&members);
    store_close(reader);
}

static void test_a_long_sweep_commits_in_between(void **state)
{
    struct sweeping *s = begin(20);

    (void)state;
    for (size_t i = 0; i < 8; i++)
        s->scene->world->advertiser[i].granted = 0;
    s->scene->world->on_request = look_into_the_store;
    s->scene->world->on_request_arg = s;
    run(s);
    assert_true(s->recalled);
    assert_int_equal(s->result.calls, 2 + 8);
    end(s);
}

static void test_the_deadline_while_asking(void **state)
{
    struct sweeping *s = begin(5);

    (void)state;
    s->scene->world->latency_ms = 60000;
    s->deadline_ms = s->scene->world->mono_ms + 2000;
    run(s);
    assert_false(s->result.verified);
    assert_int_equal(s->scene->world->mono_ms, s->deadline_ms);
    assert_int_equal(s->memory.fault.cause, CAUSE_NETWORK_FAULT);
    assert_int_equal(s->memory.failures, 1);
    end(s);
}

static void test_a_deadline_that_is_over_asks_nothing(void **state)
{
    struct sweeping *s = begin(5);

    (void)state;
    s->deadline_ms = s->scene->world->mono_ms - 1;
    run(s);
    assert_int_equal(s->scene->world->request_count, 0);
    assert_false(s->result.verified);
    end(s);
}

static void test_a_secret_that_is_gone(void **state)
{
    struct sweeping *s = begin(5);

    (void)state;
    assert_int_equal(unlink(scratch_path("tok-0.token")), 0);
    run(s);
    assert_int_equal(s->result.calls, 0);
    assert_false(s->result.verified);
    assert_false(s->result.api_silent);
    assert_int_equal(s->memory.fault.cause, CAUSE_TOKEN_EMPTY);
    assert_int_equal(s->memory.failures, 1);
    end(s);
}

static void test_without_a_store(void **state)
{
    struct sweeping *s = begin(5);

    (void)state;
    run(s);
    store_close(s->store);
    s->store = NULL;
    s->scene->world->advertiser[2].granted = 0;
    world_forget_requests(s->scene->world);
    world_pass(s->scene->world, 300000);
    run(s);
    assert_int_equal(s->scene->world->request_count, 1);
    assert_true(s->result.verified);
    assert_int_equal(memory_grant(&s->memory, s->scene->world->advertiser[2].id)->status, GRANT_COVERED);
    end(s);
}

static void test_a_store_that_fails_is_said_and_left_alone(void **state)
{
    struct sweeping *s = begin(5);
    struct err err = {""};

    (void)state;
    store_close(s->store);
    s->store = store_open(scene_state_path(s->scene, "state.db"), STORE_READ, &err);
    assert_non_null(s->store);
    run(s);
    assert_true(s->result.store_fault.text[0]);
    assert_int_equal(s->scene->world->request_count, 1);
    assert_true(s->result.verified);
    assert_int_equal(s->memory.grant[0].status, GRANT_COVERED);
    end(s);
}

/* The clock is set back while the request is under way. */
static void set_back(struct world *world, void *arg)
{
    (void)arg;
    world->now_ms -= 3600 * 1000;
}

static void test_a_clock_set_back_meanwhile(void **state)
{
    struct sweeping *s = begin(5);

    (void)state;
    s->scene->world->on_request = set_back;
    run(s);
    assert_true(s->memory.ended_ms >= s->memory.began_ms); /* it did end */
    end(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_sweep_is_recorded),
        TEST(test_failures_are_counted),
        TEST(test_a_throttle_is_no_silence_of_the_api),
        TEST(test_a_long_sweep_commits_in_between),
        TEST(test_the_deadline_while_asking),
        TEST(test_a_deadline_that_is_over_asks_nothing),
        TEST(test_a_secret_that_is_gone),
        TEST(test_without_a_store),
        TEST(test_a_store_that_fails_is_said_and_left_alone),
        TEST(test_a_clock_set_back_meanwhile),
    };

    log_setup(LOG_LEVEL_ERROR, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
