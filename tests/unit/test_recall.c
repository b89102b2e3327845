/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/recall: memory and past go to the store and come back, or come from the last snapshot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../simulation/scene.h"
#include "alloc_fail.h"
#include "base/text.h"
#include "probe/recall.h"
#include "scratch.h"

enum { T0 = 1700000000 };

struct recalling {
    struct scene *scene;
    struct store *store;
    struct members members;
    struct memory memory;
    struct err err;
};

static struct recalling *begin(size_t advertisers)
{
    struct recalling *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    r->scene = scene_new(1, advertisers);
    r->scene->token = "required_permissions = GET /a/";
    scene_load(r->scene);
    r->store = store_open(scene_state_path(r->scene, "state.db"), STORE_WRITE, &r->err);
    assert_non_null(r->store);
    assert_true(members_of(setup_inventory(r->scene->setup), 0, &r->members));
    memory_init(&r->memory);
    return r;
}

static void end(struct recalling *r)
{
    memory_free(&r->memory);
    members_free(&r->members);
    store_close(r->store);
    scene_free(r->scene);
    free(r);
}

static bool recall(struct recalling *r)
{
    bool strange = false;

    if (!recall_token(r->store, r->scene->setup, 0, &r->members, &r->memory, &strange, &r->err))
        fail_msg("%s", r->err.text);
    return strange;
}

static void say(struct said *said, enum cause cause, const char *text)
{
    assert_true(said_own(said, cause, text));
    said->has_code = true;
    said->code = 40001;
    said->request_id = text_dup("request");
    assert_non_null(said->request_id);
}

static void assert_said(const struct said *said, enum cause cause, const char *text)
{
    assert_string_equal(cause_name(said->cause), cause_name(cause));
    assert_true(said->has_code);
    assert_int_equal(said->code, 40001);
    assert_string_equal(said->message, text);
    assert_string_equal(said->request_id, "request");
}

static void test_nothing_known(void **state)
{
    struct recalling *r = begin(5);

    (void)state;
    assert_true(recall(r));
    assert_int_equal(r->memory.grant_count, 5);
    assert_int_equal(r->memory.status, TOKEN_NEVER);
    assert_int_equal(r->memory.grant[4].status, GRANT_UNSEEN);
    end(r);
}

static void test_everything_comes_back(void **state)
{
    struct recalling *r = begin(4);
    struct memory *m = &r->memory;
    struct endpoint *endpoint;
    struct grant *grant;

    (void)state;
    (void)recall(r);
    m->status = TOKEN_DEAD;
    say(&m->said, CAUSE_TOKEN_REVOKED, "revoked");
    m->since = T0;
    m->last_ok = T0 + 1;
    m->verified_at = T0 + 2;
    m->list_at = T0 + 3;
    m->mass_since = T0 + 4;
    m->account_at = T0 + 5;
    m->login = text_dup("Jo");
    m->login_mail = text_dup("j***@x");
    m->began_ms = (int64_t)T0 * 1000 + 6;
    m->ended_ms = (int64_t)T0 * 1000 + 7;
    m->verified = true;
    m->failures = 8;
    m->secret_stamp = text_dup("1:2:3");
    say(&m->fault, CAUSE_THROTTLED, "slow down");
    m->fault.scope = SCOPE_ENDPOINT;
    m->fault.http_status = 429;
    grant = memory_grant(m, r->members.id[1]);
    grant->status = GRANT_LOST;
    say(&grant->said, CAUSE_ACCOUNT_ACCESS, "lost");
    say(&grant->fault, CAUSE_UNKNOWN, "strange");
    grant->since = T0 + 9;
    grant->last_ok = T0 + 10;
    grant->verified_at = T0 + 11;
    grant->missing_since = T0 + 12;
    grant->by_info = true;
    grant->changed = true;
    endpoint = memory_endpoint(m, "GET", "/a/");
    endpoint->status = ENDPOINT_MISSING;
    say(&endpoint->said, CAUSE_SCOPE_MISSING, "no scope");
    endpoint->since = T0 + 13;
    endpoint->last_ok = T0 + 14;
    endpoint->verified_at = T0 + 15;
    endpoint->asked_at = T0 + 16;
    endpoint->changed = true;
    assert_true(store_begin_attempt(r->store, "app-0", "tok-0", m->began_ms, &r->err));
    if (!recall_commit(r->store, r->scene->setup, 0, m, &r->err))
        fail_msg("%s", r->err.text);
    assert_false(memory_grant(m, r->members.id[1])->changed);
    assert_false(recall(r)); /* nobody is a stranger any more, not even who was never seen */
    assert_int_equal(m->status, TOKEN_DEAD);
    assert_said(&m->said, CAUSE_TOKEN_REVOKED, "revoked");
    assert_int_equal(m->since, T0);
    assert_int_equal(m->last_ok, T0 + 1);
    assert_int_equal(m->verified_at, T0 + 2);
    assert_int_equal(m->list_at, T0 + 3);
    assert_int_equal(m->mass_since, T0 + 4);
    assert_int_equal(m->account_at, T0 + 5);
    assert_string_equal(m->login, "Jo");
    assert_string_equal(m->login_mail, "j***@x");
    assert_int_equal(m->began_ms, (int64_t)T0 * 1000 + 6);
    assert_int_equal(m->ended_ms, (int64_t)T0 * 1000 + 7);
    assert_true(m->verified);
    assert_int_equal(m->failures, 8);
    assert_string_equal(m->secret_stamp, "1:2:3");
    assert_said(&m->fault, CAUSE_THROTTLED, "slow down");
    assert_int_equal(m->fault.scope, SCOPE_ENDPOINT);
    assert_int_equal(m->fault.http_status, 429);
    grant = memory_grant(m, r->members.id[1]);
    assert_int_equal(grant->status, GRANT_LOST);
    assert_said(&grant->said, CAUSE_ACCOUNT_ACCESS, "lost");
    assert_said(&grant->fault, CAUSE_UNKNOWN, "strange");
    assert_int_equal(grant->since, T0 + 9);
    assert_int_equal(grant->last_ok, T0 + 10);
    assert_int_equal(grant->verified_at, T0 + 11);
    assert_int_equal(grant->missing_since, T0 + 12);
    assert_true(grant->by_info);
    assert_false(grant->changed);
    assert_int_equal(memory_grant(m, r->members.id[0])->status, GRANT_UNSEEN);
    assert_int_equal(m->endpoint_count, 1);
    endpoint = memory_endpoint(m, "GET", "/a/");
    assert_int_equal(endpoint->status, ENDPOINT_MISSING);
    assert_said(&endpoint->said, CAUSE_SCOPE_MISSING, "no scope");
    assert_int_equal(endpoint->since, T0 + 13);
    assert_int_equal(endpoint->last_ok, T0 + 14);
    assert_int_equal(endpoint->verified_at, T0 + 15);
    assert_int_equal(endpoint->asked_at, T0 + 16);
    end(r);
}

static void test_only_changes_are_written(void **state)
{
    struct recalling *r = begin(3);

    (void)state;
    (void)recall(r);
    assert_true(recall_commit(r->store, r->scene->setup, 0, &r->memory, &r->err));
    r->memory.grant[0].last_ok = T0;
    r->memory.grant[0].changed = true;
    r->memory.grant[1].last_ok = T0;
    assert_true(recall_commit(r->store, r->scene->setup, 0, &r->memory, &r->err));
    (void)recall(r);
    assert_int_equal(r->memory.grant[0].last_ok, T0);
    assert_int_equal(r->memory.grant[1].last_ok, 0);
    end(r);
}

static void test_whoever_left_the_inventory_is_not_recalled(void **state)
{
    struct recalling *r = begin(3);

    (void)state;
    (void)recall(r);
    r->memory.grant[2].status = GRANT_COVERED;
    assert_true(recall_commit(r->store, r->scene->setup, 0, &r->memory, &r->err));
    r->scene->expected[2] = 0;
    members_free(&r->members);
    scene_load(r->scene);
    assert_true(members_of(setup_inventory(r->scene->setup), 0, &r->members));
    assert_false(recall(r));
    assert_int_equal(r->memory.grant_count, 2);
    end(r);
}

static bool recall_quietly(void *arg)
{
    struct recalling *r = arg;
    bool strange;

    return recall_token(r->store, r->scene->setup, 0, &r->members, &r->memory, &strange, &r->err);
}

static bool commit_quietly(void *arg)
{
    struct recalling *r = arg;

    return recall_commit(r->store, r->scene->setup, 0, &r->memory, &r->err);
}

static void test_out_of_memory(void **state)
{
    struct recalling *r = begin(3);

    (void)state;
    (void)recall(r);
    say(&r->memory.grant[1].said, CAUSE_ACCOUNT_ACCESS, "x");
    r->memory.grant[1].status = GRANT_LOST;
    assert_true(alloc_fail_each(commit_quietly, r) >= 2);
    assert_true(alloc_fail_each_lenient(recall_quietly, r) >= 1);
    end(r);
}

/* --- the past ------------------------------------------------------------------------------------------------ */

static void test_the_past_comes_in_order(void **state)
{
    static const struct store_verdict rows[] = {
        {"advertiser", "app-0", "9", "ok", "authorized", T0, T0, T0},
        {"advertiser", "app-0", "10", "critical", "revoked", T0 + 1, T0, T0},
        {"api", "", "", "ok", "authorized", T0, T0, T0},
        {"token", "app-0", "tok-0", "ok", "authorized", T0, T0, T0},
        {"advertiser", "app-0", "11", "critical", "a_cause_of_tomorrow", T0, T0, T0},
    };
    struct recalling *r = begin(1);
    struct recollection past = {0};

    (void)state;
    assert_true(store_commit_verdicts(r->store, rows, 5, NULL, 0, &r->err));
    assert_true(store_retire(r->store, "app-0", "10", T0, "me", &r->err));
    assert_true(store_retire(r->store, "app-0", "9", T0 + 1, "me", &r->err));
    assert_true(recall_past(r->store, &past, &r->err));
    assert_int_equal(past.past_count, 4); /* a word of another release has no past */
    for (size_t i = 1; i < past.past_count; i++)
        assert_true(past_order(&past.past[i - 1], &past.past[i]) < 0);
    assert_int_equal(past.retired_count, 2);
    assert_string_equal(past.retired[0].id, "9");
    assert_int_equal(past.retired[0].at, T0 + 1);
    recollection_free(&past);
    end(r);
}

/* --- from a snapshot ----------------------------------------------------------------------------------------- */

static void test_a_snapshot_is_remembered(void **state)
{
    struct scene *scene = scene_new(2, 20);
    struct memory memory[2];
    struct recollection past = {0};
    struct grant *grant;
    bool found = false;

    (void)state;
    for (size_t i = 10; i < 20; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 2;
    scene->token = "required_permissions = GET /a/";
    scene->sweep = "account_status = yes";
    scene_load(scene);
    scene_round(scene);
    scene->world->advertiser[3].granted = 0;
    scene->world->advertiser[4].status = "STATUS_LIMIT";
    scene->world->token[1].dead = true;
    world_pass(scene->world, 3600 * 1000);
    scene->world->token[0].withheld = "/a/";
    scene_round(scene);
    scene->world->advertiser[5].granted = 0;
    world_add_fault(scene->world,
                    &(struct world_fault){.status = 500, .path = "/advertiser/info/", .token = -1, .count = 99});
    world_pass(scene->world, 300 * 1000);
    scene_round(scene);
    memory_init(&memory[0]);
    memory_init(&memory[1]);
    assert_true(recall_snapshot(scene->snapshot, scene->setup, memory));
    assert_int_equal(memory[0].status, TOKEN_ALIVE);
    assert_int_equal(memory[0].endpoint_count, 1);
    assert_int_equal(memory[0].endpoint[0].status, ENDPOINT_MISSING);
    assert_int_equal(memory[1].status, TOKEN_DEAD);
    assert_int_equal(memory[1].said.cause, CAUSE_TOKEN_REVOKED);
    assert_int_equal(memory[1].said.code, 40105);
    assert_int_equal(memory[0].ended_ms / 1000, scene_token(scene, "tok-0").ended);
    grant = memory_grant(&memory[0], scene->world->advertiser[3].id);
    assert_int_equal(grant->status, GRANT_LOST);
    assert_int_equal(grant->said.code, 40001);
    grant = memory_grant(&memory[0], scene->world->advertiser[5].id);
    assert_int_equal(grant->status, GRANT_COVERED);
    assert_int_not_equal(grant->missing_since, 0); /* held */
    assert_true(grant_verified_at(&memory[0], grant) < scene->world->now_ms / 1000 - 200);
    assert_int_equal(memory_grant(&memory[0], scene->world->advertiser[6].id)->status, GRANT_COVERED);
    assert_int_equal(memory_grant(&memory[1], scene->world->advertiser[12].id)->status, GRANT_COVERED);
    assert_true(recall_past_snapshot(scene->snapshot, &past));
    for (size_t i = 0; i < past.past_count; i++)
        found |= past.past[i].kind == SCOPE_ADVERTISER && past.past[i].cause == CAUSE_REVOKED;
    assert_true(found);
    recollection_free(&past);
    memory_free(&memory[0]);
    memory_free(&memory[1]);
    scene_free(scene);
}

static void test_no_snapshot_at_all(void **state)
{
    struct scene *scene = scene_new(1, 3);
    struct memory memory;
    struct recollection past = {0};

    (void)state;
    scene_load(scene);
    memory_init(&memory);
    assert_true(recall_snapshot(NULL, scene->setup, &memory));
    assert_int_equal(memory.grant_count, 3);
    assert_int_equal(memory.status, TOKEN_NEVER);
    assert_true(recall_past_snapshot(NULL, &past));
    assert_int_equal(past.past_count, 0);
    memory_free(&memory);
    scene_free(scene);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_known),
        TEST(test_everything_comes_back),
        TEST(test_only_changes_are_written),
        TEST(test_whoever_left_the_inventory_is_not_recalled),
        TEST(test_out_of_memory),
        TEST(test_the_past_comes_in_order),
        TEST(test_a_snapshot_is_remembered),
        TEST(test_no_snapshot_at_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
