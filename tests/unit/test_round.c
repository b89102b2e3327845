/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/round over a simulated world: from what the API answers to what is published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../simulation/scene.h"
#include "base/file.h"
#include "base/lock.h"
#include "scratch.h"

static const char LIST[] = "/oauth2/advertiser/get/";
static const char INFO[] = "/advertiser/info/";

enum { MINUTE_MS = 60 * 1000, ROUND_MS = 5 * MINUTE_MS };

static void assert_states(const struct scene *scene, size_t first, size_t behind, enum state state)
{
    for (size_t i = first; i < behind; i++)
        assert_int_equal(scene_advertiser(scene, i).verdict.state, state);
}

static void assert_cause(const struct scene *scene, size_t i, enum cause cause)
{
    assert_string_equal(cause_name(scene_advertiser(scene, i).verdict.cause), cause_name(cause));
}

static void next_round(struct scene *scene)
{
    world_pass(scene->world, ROUND_MS);
    world_forget_requests(scene->world);
    scene_round(scene);
}

static const struct snapshot *shot(const struct scene *scene)
{
    assert_non_null(scene->snapshot);
    return scene->snapshot;
}

static uint32_t roots(const struct scene *scene)
{
    return snapshot_board(shot(scene))->root_count;
}

/* --- what the API says --------------------------------------------------------------------------------------- */

static void test_quiet_rounds_cost_one_call_per_token(void **state)
{
    struct scene *scene = scene_new(3, 30);

    (void)state;
    scene->world->token[2].app = 1;
    for (size_t i = 10; i < 30; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = i < 20 ? 2 : 4;
    scene_load(scene);
    for (int k = 0; k < 3; k++) {
        next_round(scene);
        assert_int_equal(scene->result.asked, 3);
        assert_int_equal(scene->result.verified, 3);
        assert_int_equal(scene->result.calls, 3);
        assert_int_equal(scene->world->request_count, 3);
        assert_true(scene->result.published);
        assert_string_equal(scene->result.store_fault, "");
        assert_states(scene, 0, 30, STATE_OK);
        assert_int_equal(roots(scene), 0);
    }
    assert_int_equal(scene->result.changes, 0);
    assert_int_equal(scene_history(scene, "advertiser", scene->world->advertiser[3].id, NULL, 0), 1);
    scene_free(scene);
}

static void test_a_loss_is_confirmed_reported_once_and_recovers(void **state)
{
    struct scene *scene = scene_new(1, 20);
    struct scene_event event[8];
    struct board_advertiser row;
    int64_t lost_at;

    (void)state;
    scene_load(scene);
    scene_round(scene);
    scene->world->advertiser[4].granted = 0;
    next_round(scene);
    assert_int_equal(world_count(scene->world, LIST, 0), 2);
    assert_int_equal(world_count(scene->world, INFO, 0), 1);
    assert_true(scene->world->request[1].fresh_connection);
    row = scene_advertiser(scene, 4);
    assert_int_equal(row.verdict.cause, CAUSE_REVOKED);
    assert_int_equal(row.verdict.state, STATE_CRITICAL);
    assert_int_equal(row.verdict.actor, ACTOR_CLIENT);
    assert_true(row.verdict.has_code);
    assert_int_equal(row.verdict.code, 40001);
    assert_string_equal(row.verdict.request_id, "20261122000000");
    assert_int_equal(row.verdict.root_kind, SCOPE_ADVERTISER);
    assert_int_equal(scene->result.changes, 1);
    assert_int_equal(roots(scene), 1);
    lost_at = row.verdict.since;
    next_round(scene);
    assert_int_equal(scene->world->request_count, 1);
    assert_int_equal(scene_advertiser(scene, 4).verdict.since, lost_at);
    assert_int_equal(scene_advertiser(scene, 4).verdict.verified_at, scene->world->now_ms / 1000);
    scene->world->advertiser[4].granted = 1;
    next_round(scene);
    assert_int_equal(scene->world->request_count, 1);
    assert_cause(scene, 4, CAUSE_AUTHORIZED);
    assert_int_equal(roots(scene), 0);
    assert_int_equal(scene_history(scene, "advertiser", scene->world->advertiser[4].id, event, 8), 3);
    assert_int_equal(event[0].cause, CAUSE_AUTHORIZED);
    assert_int_equal(event[1].cause, CAUSE_REVOKED);
    assert_true(event[2].baseline);
    scene_free(scene);
}

static void test_a_lagging_list_changes_nothing(void **state)
{
    struct scene *scene = scene_new(1, 20);

    (void)state;
    scene_load(scene);
    scene_round(scene);
    scene->world->advertiser[4].lagging = 1;
    next_round(scene);
    assert_int_equal(world_count(scene->world, LIST, 0), 2);
    assert_int_equal(world_count(scene->world, INFO, 0), 1);
    assert_states(scene, 0, 20, STATE_OK);
    assert_int_equal(scene->result.changes, 0);
    assert_int_equal(scene_advertiser(scene, 4).verdict.verified_at, scene->world->now_ms / 1000);
    scene_free(scene);
}

static void test_a_dead_token_is_one_root_cause(void **state)
{
    struct scene *scene = scene_new(2, 20);
    struct board_root root;

    (void)state;
    for (size_t i = 10; i < 20; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 2;
    scene_load(scene);
    scene_round(scene);
    scene->world->token[1].dead = true;
    next_round(scene);
    assert_int_equal(scene->result.calls, 2);
    assert_int_equal(scene_token(scene, "tok-1").verdict.cause, CAUSE_TOKEN_REVOKED);
    assert_states(scene, 0, 10, STATE_OK);
    assert_states(scene, 10, 20, STATE_CRITICAL);
    assert_int_equal(roots(scene), 1);
    assert_true(snapshot_root(shot(scene), 0, &root));
    assert_int_equal(root.kind, SCOPE_TOKEN);
    assert_string_equal(root.id, "tok-1");
    assert_int_equal(root.members, 10);
    assert_int_equal(root.urgency, URGENCY_HIGH);
    assert_int_equal(scene_advertiser(scene, 15).verdict.root_kind, SCOPE_TOKEN);
    scene->world->token[1].dead = false;
    next_round(scene);
    assert_states(scene, 0, 20, STATE_OK);
    scene_free(scene);
}

static void test_mass_loss_is_held_then_one_root_cause(void **state)
{
    struct scene *scene = scene_new(1, 100);
    struct board_root root;

    (void)state;
    scene_load(scene);
    scene_round(scene);
    for (size_t i = 0; i < 30; i++)
        scene->world->advertiser[i].granted = 0;
    next_round(scene);
    assert_int_equal(scene->result.calls, 1);
    assert_states(scene, 0, 100, STATE_OK);
    assert_true(scene_advertiser(scene, 3).held);
    assert_int_equal(scene_token(scene, "tok-0").mass_since, scene->world->now_ms / 1000);
    next_round(scene);
    assert_states(scene, 0, 100, STATE_OK);
    next_round(scene);
    assert_in_range(world_count(scene->world, INFO, 0), 1, 20);
    assert_states(scene, 0, 30, STATE_CRITICAL);
    assert_states(scene, 30, 100, STATE_OK);
    assert_int_equal(roots(scene), 1);
    assert_true(snapshot_root(shot(scene), 0, &root));
    assert_int_equal(root.kind, SCOPE_TOKEN);
    assert_int_equal(root.members, 30);
    assert_int_equal(scene_token(scene, "tok-0").mass_since, 0);
    scene_free(scene);
}

static void test_an_emptied_list_that_comes_back_is_forgotten(void **state)
{
    struct scene *scene = scene_new(1, 50);

    (void)state;
    scene_load(scene);
    scene_round(scene);
    for (size_t i = 0; i < 50; i++)
        scene->world->advertiser[i].lagging = 1;
    next_round(scene);
    assert_states(scene, 0, 50, STATE_OK);
    next_round(scene);
    for (size_t i = 0; i < 50; i++)
        scene->world->advertiser[i].lagging = 0;
    next_round(scene);
    assert_states(scene, 0, 50, STATE_OK);
    assert_int_equal(scene->result.changes, 0);
    assert_int_equal(scene_token(scene, "tok-0").mass_since, 0);
    assert_false(scene_advertiser(scene, 3).held);
    scene_free(scene);
}

static void test_throttles_and_faults_change_no_state(void **state)
{
    static const struct world_fault faults[] = {
        {HTTP_DONE, 200, "{\"code\":40100,\"message\":\"Too many requests. Please retry in some time.\"}", 0, NULL,
         -1, 0, 0, INT_MAX},
        {HTTP_DONE, 200, "{\"code\":40100,\"message\":\"App 7055107885017071618 reaches the QPS limit 50\"}", 0,
         NULL, -1, 0, 0, INT_MAX},
        {HTTP_DONE, 200, "{\"code\":51002,\"message\":\"Internal service error. Please retry later.\"}", 0, NULL,
         -1, 0, 0, INT_MAX},
        {HTTP_DONE, 502, "<html>Bad Gateway</html>", 0, NULL, -1, 0, 0, INT_MAX},
        {HTTP_DONE, 429, "", 7, NULL, -1, 0, 0, INT_MAX},
        {HTTP_DONE, 302, "", 0, NULL, -1, 0, 0, INT_MAX},
        {HTTP_DONE, 200, "{\"code\":20001,\"message\":\"partly\",\"data\":{\"list\":[]}}", 0, NULL, -1, 0, 0,
         INT_MAX},
        {HTTP_DONE, 200, "{\"code\":0,\"message\":\"OK\",\"data\":{}}", 0, NULL, -1, 0, 0, INT_MAX},
        {HTTP_NO_NAME, 0, NULL, 0, NULL, -1, 0, 0, INT_MAX},
        {HTTP_NO_TLS, 0, NULL, 0, NULL, -1, 0, 0, INT_MAX},
        {HTTP_TIMED_OUT, 0, NULL, 0, NULL, -1, 0, 0, INT_MAX},
        {HTTP_TOO_LARGE, 0, NULL, 0, NULL, -1, 0, 0, INT_MAX},
    };

    (void)state;
    for (size_t k = 0; k < sizeof(faults) / sizeof(faults[0]); k++) {
        struct scene *scene = scene_new(1, 5);
        int64_t verified_at;
        char folder[8];

        snprintf(folder, sizeof(folder), "%u", (unsigned)k % 100);
        scene->state_folder = folder;
        scene_load(scene);
        scene_round(scene);
        verified_at = scene_advertiser(scene, 1).verdict.verified_at;
        world_add_fault(scene->world, &faults[k]);
        for (int n = 0; n < 4; n++) {
            next_round(scene);
            assert_int_equal(scene->result.verified, 0);
            assert_in_range(scene->world->request_count, 0, 6);
            assert_states(scene, 0, 5, STATE_OK);
            assert_int_equal(scene_advertiser(scene, 1).verdict.verified_at, verified_at);
            assert_int_not_equal(scene_token(scene, "tok-0").fault.cause, CAUSE_AUTHORIZED);
            assert_int_equal(scene->result.changes, 0);
        }
        world_clear_faults(scene->world);
        next_round(scene);
        assert_int_equal(scene_token(scene, "tok-0").fault.cause, CAUSE_AUTHORIZED);
        assert_int_equal(scene_history(scene, "advertiser", scene->world->advertiser[1].id, NULL, 0), 1);
        scene_free(scene);
    }
}

static void test_a_minute_throttle_stops_the_app_alone(void **state)
{
    struct scene *scene = scene_new(3, 3);
    int64_t deadline_ms;
    struct round_options options;

    (void)state;
    scene->world->token[2].app = 1;
    for (size_t i = 0; i < 3; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 1U << i;
    scene_load(scene);
    scene_round(scene);
    world_pass(scene->world, ROUND_MS);
    world_forget_requests(scene->world);
    world_add_fault(scene->world, &(struct world_fault){.status = 200,
                                                        .body = "{\"code\":40100,\"message\":\"App 1 reaches the "
                                                                "QPM limit 600\"}",
                                                        .token = 0,
                                                        .count = 1});
    options = scene_now(scene);
    deadline_ms = scene->world->mono_ms + 25000;
    options.deadline_ms = deadline_ms;
    scene_round_with(scene, &options);
    assert_int_equal(world_count(scene->world, NULL, 0), 1);
    assert_int_equal(world_count(scene->world, NULL, 1), 0); /* the same app */
    assert_int_equal(world_count(scene->world, NULL, 2), 1);
    assert_int_equal(scene_token(scene, "tok-1").fault.cause, CAUSE_THROTTLED);
    assert_int_equal(scene_token(scene, "tok-1").fault.scope, SCOPE_APP);
    assert_true(scene->world->mono_ms <= deadline_ms);
    next_round(scene);
    assert_int_equal(scene->result.verified, 3);
    scene_free(scene);
}

static void test_a_dead_api_is_not_asked_for_every_token(void **state)
{
    struct scene *scene = scene_new(8, 8);

    (void)state;
    scene->api = "retries = 0";
    for (size_t i = 0; i < 8; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 1U << i;
    scene_load(scene);
    scene_round(scene);
    world_add_fault(scene->world,
                    &(struct world_fault){.outcome = HTTP_NO_CONNECT, .token = -1, .count = INT_MAX});
    next_round(scene);
    assert_int_equal(scene->result.asked, 3);
    assert_int_equal(scene->result.left, 5);
    assert_states(scene, 0, 8, STATE_OK);
    scene_free(scene);
}

/* Tokens in trouble don't keep the others from their turn: who waited longest comes first. */
static void test_tokens_that_were_left_come_first(void **state)
{
    struct scene *scene = scene_new(8, 8);

    (void)state;
    scene->api = "retries = 0";
    for (size_t i = 0; i < 8; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 1U << i;
    scene_load(scene);
    for (int token = 0; token < 3; token++)
        world_add_fault(scene->world,
                        &(struct world_fault){.outcome = HTTP_NO_CONNECT, .token = token, .count = INT_MAX});
    scene_round(scene);
    assert_int_equal(scene->result.left, 5);
    assert_int_equal(scene->result.verified, 0);
    for (int k = 0; k < 3; k++) {
        next_round(scene);
        assert_int_equal(scene->result.left, 0);
        assert_int_equal(scene->result.verified, 5);
        assert_states(scene, 3, 8, STATE_OK);
    }
    scene_free(scene);
}

static void test_permissions_are_probed_once_an_hour(void **state)
{
    static const char path[] = "/file/video/ad/search/";
    struct scene *scene = scene_new(1, 4);
    struct board_advertiser row;

    (void)state;
    scene->token = "required_permissions = GET /file/video/ad/search/, POST /campaign/create/";
    scene->world->token[0].withheld = path;
    scene_load(scene);
    scene_round(scene);
    assert_int_equal(world_count(scene->world, path, 0), 1);
    assert_int_equal(world_count(scene->world, NULL, 0), 2);
    row = scene_advertiser(scene, 2);
    assert_int_equal(row.verdict.cause, CAUSE_ENDPOINT_PERMISSION);
    assert_string_equal(row.verdict.endpoint, "GET /file/video/ad/search/");
    assert_int_equal(row.verdict.root_kind, SCOPE_ENDPOINT);
    assert_string_equal(row.verdict.root_id, "tok-0 GET /file/video/ad/search/");
    assert_int_equal(roots(scene), 1);
    assert_non_null(strstr(scene_token(scene, "tok-0").note, "POST /campaign/create/"));
    scene->world->token[0].withheld = NULL;
    for (int k = 0; k < 11; k++) {
        next_round(scene);
        assert_int_equal(scene->result.calls, 1);
        assert_states(scene, 0, 4, STATE_CRITICAL);
    }
    next_round(scene);
    assert_int_equal(scene->result.calls, 2);
    assert_states(scene, 0, 4, STATE_OK);
    scene_free(scene);
}

static void test_a_probe_refused_for_its_advertiser_is_not_about_the_endpoint(void **state)
{
    struct scene *scene = scene_new(1, 4);

    (void)state;
    scene->token = "required_permissions = GET /file/video/ad/search/";
    scene_load(scene);
    world_add_fault(scene->world, &(struct world_fault){.status = 200,
                                                        .body = "{\"code\":40001,\"message\":\"No permission to "
                                                                "operate advertiser: 7502022393000000000\"}",
                                                        .path = "/file/video/ad/search/",
                                                        .token = -1,
                                                        .count = 1});
    scene_round(scene);
    assert_states(scene, 0, 4, STATE_OK);
    assert_int_equal(scene->result.calls, 1 + 2); /* another one was asked */
    assert_int_equal(scene_advertiser(scene, 0).fault.cause, CAUSE_ACCOUNT_ACCESS);
    assert_int_equal(scene_advertiser(scene, 1).fault.cause, CAUSE_AUTHORIZED);
    next_round(scene);
    assert_int_equal(scene->result.calls, 1);
    scene_free(scene);
}

static void test_account_status(void **state)
{
    struct scene *scene = scene_new(1, 250);

    (void)state;
    scene->sweep = "account_status = yes";
    scene->world->advertiser[7].status = "STATUS_LIMIT";
    scene->world->advertiser[8].status = "STATUS_DISABLE";
    scene_load(scene);
    scene_round(scene);
    assert_int_equal(scene->result.calls, 1 + 3);
    assert_cause(scene, 7, CAUSE_ACCOUNT_SUSPENDED);
    assert_int_equal(scene_advertiser(scene, 7).verdict.state, STATE_WARNING);
    assert_cause(scene, 8, CAUSE_ACCOUNT_CLOSED);
    assert_cause(scene, 9, CAUSE_AUTHORIZED);
    scene->world->advertiser[7].status = NULL;
    next_round(scene);
    assert_cause(scene, 7, CAUSE_AUTHORIZED);
    /* An app that may not use advertiser/info at all: the list still has everybody. */
    world_add_fault(scene->world, &(struct world_fault){.status = 200,
                                                        .body = "{\"code\":40117,\"message\":\"App method "
                                                                "forbidden\"}",
                                                        .path = INFO,
                                                        .token = -1,
                                                        .count = INT_MAX});
    next_round(scene);
    assert_int_equal(scene->result.calls, 2);
    assert_cause(scene, 3, CAUSE_AUTHORIZED);
    assert_cause(scene, 8, CAUSE_ACCOUNT_CLOSED);
    scene_free(scene);
}

static void test_without_app_secret_info_judges(void **state)
{
    struct scene *scene = scene_new(1, 250);

    (void)state;
    scene->no_app_secret = true;
    scene_load(scene);
    scene_round(scene);
    assert_int_equal(scene->result.calls, 3);
    assert_states(scene, 0, 250, STATE_OK);
    /* More losses than one sweep's budget, refused without a name: each round decides some, all stay fresh. */
    scene->world->nameless = true;
    for (size_t i = 0; i < 6; i++)
        scene->world->advertiser[40 * i].granted = 0;
    for (int k = 0; k < 6; k++) {
        next_round(scene);
        assert_in_range(scene->result.calls, 3, 3 + 20);
    }
    for (size_t i = 0; i < 250; i++) {
        assert_cause(scene, i, i % 40 == 0 && i < 240 ? CAUSE_REVOKED : CAUSE_AUTHORIZED);
        assert_true(scene_advertiser(scene, i).verdict.verified_at * 1000 > scene->world->now_ms - 2 * ROUND_MS);
    }
    scene->world->advertiser[80].granted = 1;
    next_round(scene);
    assert_cause(scene, 80, CAUSE_AUTHORIZED);
    scene_free(scene);
}

static void test_an_id_that_makes_no_sense_hides_no_loss(void **state)
{
    struct scene *scene = scene_new(1, 20);

    (void)state;
    scene->world->advertiser[2].granted = 0; /* never connected, and the API does not even take its id */
    scene->world->advertiser[2].refusal = "{\"code\":40002,\"message\":\"advertiser_ids: invalid value\"}";
    scene_load(scene);
    scene_round(scene);
    assert_int_equal(scene_advertiser(scene, 2).verdict.state, STATE_UNKNOWN);
    scene->world->advertiser[5].granted = 0;
    next_round(scene);
    assert_cause(scene, 5, CAUSE_REVOKED);
    assert_int_equal(scene_advertiser(scene, 2).verdict.state, STATE_UNKNOWN);
    scene_free(scene);
}

static void test_a_new_loss_comes_before_many_never_connected(void **state)
{
    struct scene *scene = scene_new(1, 300);

    (void)state;
    for (size_t i = 0; i < 200; i++)
        scene->world->advertiser[i].granted = 0;
    scene_load(scene);
    scene_round(scene);
    scene->world->advertiser[290].granted = 0;
    next_round(scene);
    assert_cause(scene, 290, CAUSE_REVOKED);
    scene_free(scene);
}

static void test_never_connected_and_deleted(void **state)
{
    struct scene *scene = scene_new(1, 5);

    (void)state;
    scene->world->advertiser[1].granted = 0;
    scene->world->advertiser[2].deleted = true;
    scene_load(scene);
    scene_round(scene);
    assert_cause(scene, 1, CAUSE_ACCOUNT_ACCESS);
    assert_cause(scene, 2, CAUSE_DELETED);
    world_pass(scene->world, (int64_t)86400 * 1000);
    next_round(scene);
    assert_cause(scene, 1, CAUSE_NEVER_CONNECTED);
    scene_free(scene);
}

/* --- when it asks -------------------------------------------------------------------------------------------- */

static void test_back_off_after_failures(void **state)
{
    struct scene *scene = scene_new(1, 5);
    static const int64_t pauses_s[] = {30, 60, 120, 240, 300, 300};
    struct round_options options;

    (void)state;
    scene->api = "retries = 0";
    scene->sweep = "interval = 10m";
    scene->world->latency_ms = 0;
    scene_load(scene);
    world_add_fault(scene->world, &(struct world_fault){.outcome = HTTP_BROKEN, .token = -1, .count = INT_MAX});
    for (size_t k = 0; k < sizeof(pauses_s) / sizeof(pauses_s[0]); k++) {
        scene_round(scene);
        assert_int_equal(scene->result.asked, 1);
        world_pass(scene->world, pauses_s[k] * 1000 - 1000);
        scene_round(scene);
        assert_int_equal(scene->result.asked, 0);
        assert_int_equal(scene->result.left, 1);
        assert_int_equal(scene_token(scene, "tok-0").not_before, scene->world->now_ms / 1000 + 1);
        world_pass(scene->world, 1000);
    }
    scene_round(scene);
    world_pass(scene->world, 1000);
    options = scene_now(scene);
    options.ignore_backoff = true;
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.asked, 1);
    world_clear_faults(scene->world);
    world_pass(scene->world, ROUND_MS);
    scene_round(scene);
    assert_int_equal(scene->result.verified, 1);
    world_pass(scene->world, 1);
    scene_round(scene); /* no back-off after a success */
    assert_int_equal(scene->result.asked, 1);
    scene_free(scene);
}

/* An attempt ends within a second, and pauses are counted in whole ones: rounding opens no gap. */
static void test_the_longest_back_off_holds_from_its_first_moment(void **state)
{
    struct scene *scene = scene_new(1, 5);

    (void)state;
    scene->api = "retries = 0";
    scene->sweep = "interval = 1s";
    scene->world->latency_ms = 0;
    scene_load(scene);
    world_add_fault(scene->world, &(struct world_fault){.outcome = HTTP_BROKEN, .token = -1, .count = INT_MAX});
    scene->world->now_ms += 500 - scene->world->now_ms % 1000;
    scene_round(scene);
    assert_int_equal(scene->result.asked, 1);
    world_pass(scene->world, 100);
    scene_round(scene);
    assert_int_equal(scene->result.asked, 0);
    scene_free(scene);
}

static void test_max_age(void **state)
{
    struct scene *scene = scene_new(1, 5);
    struct round_options options;

    (void)state;
    scene_load(scene);
    scene_round(scene);
    world_pass(scene->world, 10000);
    options = scene_now(scene);
    options.max_age_ms = 10000;
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.asked, 0);
    assert_true(scene->result.published);
    options.max_age_ms = 9999;
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.asked, 1);
    scene_free(scene);
}

static void test_selections(void **state)
{
    struct scene *scene = scene_new(3, 3);
    struct round_options options;

    (void)state;
    scene->world->token[2].app = 1;
    scene->world->advertiser[2].granted = scene->expected[2] = 4;
    scene->world->advertiser[1].granted = scene->expected[1] = 3;
    scene_load(scene);
    options = scene_now(scene);
    options.selection = (struct selection){.kind = SELECT_TOKEN, .id = "tok-1"};
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.asked, 1);
    assert_int_equal(scene->world->request[0].token, 1);
    world_pass(scene->world, ROUND_MS);
    world_forget_requests(scene->world);
    options = scene_now(scene);
    options.selection = (struct selection){.kind = SELECT_APP, .app = "app-1"};
    scene_round_with(scene, &options);
    assert_int_equal(scene->world->request_count, 1);
    assert_int_equal(scene->world->request[0].token, 2);
    world_pass(scene->world, ROUND_MS);
    world_forget_requests(scene->world);
    options = scene_now(scene);
    options.selection = (struct selection){.kind = SELECT_ADVERTISER, .id = scene->world->advertiser[1].id};
    scene_round_with(scene, &options);
    assert_int_equal(scene->world->request_count, 2);
    options.selection.app = "app-1";
    options.began_ms = scene->world->now_ms;
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.asked, 0);
    scene_free(scene);
}

static void test_another_secret_lifts_the_back_off(void **state)
{
    struct scene *scene = scene_new(1, 5);

    (void)state;
    scene_load(scene);
    scene_round(scene);
    world_pass(scene->world, ROUND_MS);
    assert_int_equal(unlink(scratch_path("tok-0.token")), 0);
    scene_round(scene);
    assert_int_equal(scene->result.asked, 1);
    assert_int_equal(scene->result.calls, 0);
    assert_int_equal(scene->result.verified, 0);
    assert_int_equal(scene_token(scene, "tok-0").fault.cause, CAUSE_TOKEN_EMPTY);
    assert_states(scene, 0, 5, STATE_OK);
    scene_round(scene);
    assert_int_equal(scene->result.asked, 0);
    scratch_write("tok-0.token", "text-of-token-0", 15, 0600);
    world_pass(scene->world, 1000);
    scene_round(scene);
    assert_int_equal(scene->result.verified, 1);
    /* The app's secret counts as well. */
    world_pass(scene->world, ROUND_MS);
    assert_int_equal(unlink(scratch_path("app-0.secret")), 0);
    scene_round(scene);
    assert_int_equal(scene->result.verified, 0);
    assert_int_equal(scene_token(scene, "tok-0").fault.cause, CAUSE_REQUEST_FAULT);
    scratch_write("app-0.secret", "secret-of-app-0", 15, 0600);
    world_pass(scene->world, 1000);
    scene_round(scene);
    assert_int_equal(scene->result.verified, 1);
    scene_free(scene);
}

static void test_a_clock_that_was_set_back_blocks_nothing(void **state)
{
    struct scene *scene = scene_new(1, 50);

    (void)state;
    scene->api = "retries = 0";
    scene_load(scene);
    scene_round(scene);
    for (size_t i = 0; i < 50; i++)
        scene->world->advertiser[i].granted = 0;
    next_round(scene); /* held */
    world_add_fault(scene->world, &(struct world_fault){.outcome = HTTP_BROKEN, .token = -1, .count = 1});
    next_round(scene);
    scene->world->now_ms -= (int64_t)300 * 86400 * 1000;
    scene_round(scene);
    assert_int_equal(scene->result.verified, 1);
    next_round(scene);
    next_round(scene);
    assert_states(scene, 0, 50, STATE_CRITICAL);
    scene_free(scene);
}

static void test_any_deadline_is_kept_in_every_phase(void **state)
{
    (void)state;
    for (int64_t room_ms = 0; room_ms < 9000; room_ms += 170) {
        struct scene *scene = scene_new(2, 30);
        struct round_options options;
        char folder[8];

        snprintf(folder, sizeof(folder), "%u", (unsigned)room_ms % 10000);
        scene->state_folder = folder;
        scene->token = "required_permissions = GET /file/video/ad/search/";
        for (size_t i = 15; i < 30; i++)
            scene->expected[i] = scene->world->advertiser[i].granted = 2;
        scene_load(scene);
        scene_round(scene);
        world_pass(scene->world, 3600 * 1000);
        scene->world->latency_ms = 300;
        scene->world->advertiser[3].granted = scene->world->advertiser[4].granted = 0;
        options = scene_now(scene);
        options.deadline_ms = scene->world->mono_ms + room_ms;
        scene_round_with(scene, &options);
        assert_true(scene->world->mono_ms <= options.deadline_ms + 1);
        assert_true(scene->result.published);
        assert_int_equal(scene->result.asked + scene->result.left, 2);
        assert_states(scene, 5, 30, STATE_OK);
        next_round(scene);
        assert_cause(scene, 3, CAUSE_REVOKED);
        assert_cause(scene, 4, CAUSE_REVOKED);
        assert_states(scene, 5, 30, STATE_OK);
        world_assert_quota(scene->world, 0, 1, 60, 86400);
        scene_free(scene);
    }
}

/* --- with others --------------------------------------------------------------------------------------------- */

static void test_two_rounds_at_once_ask_once(void **state)
{
    struct scene *scene = scene_new(3, 9);
    struct round_options options;
    struct round *round[2];
    bool goes_on[2] = {true, true};
    size_t asked = 0, shared = 0;

    (void)state;
    for (size_t i = 0; i < 9; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 1U << (i % 3);
    scene_load(scene);
    options = scene_now(scene);
    for (size_t k = 0; k < 2; k++) {
        round[k] = round_new(&scene->env, scene->setup, &options);
        assert_non_null(round[k]);
    }
    while (goes_on[0] || goes_on[1]) {
        int64_t wake_ms = INT64_MAX;

        for (size_t k = 0; k < 2; k++) {
            int64_t mine_ms = INT64_MAX;

            if (goes_on[k])
                goes_on[k] = round_step(round[k], &mine_ms);
            wake_ms = goes_on[k] && mine_ms < wake_ms ? mine_ms : wake_ms;
        }
        if (goes_on[0] || goes_on[1])
            scene->env.wait(scene->env.ctx, wake_ms == INT64_MAX              ? 1000
                                            : wake_ms > scene->world->mono_ms ? wake_ms - scene->world->mono_ms
                                                                              : 0);
    }
    assert_int_equal(scene->world->request_count, 3);
    for (size_t k = 0; k < 2; k++) {
        scene_take(scene, round[k]);
        asked += scene->result.asked;
        shared += scene->result.shared;
        assert_int_equal(scene->result.asked + scene->result.shared, 3);
        assert_int_equal(scene->result.left, 0);
        assert_true(scene->result.published);
        assert_states(scene, 0, 9, STATE_OK);
    }
    assert_int_equal(asked, 3);
    assert_int_equal(shared, 3);
    scene_free(scene);
}

static void test_a_busy_lock_at_the_deadline_leaves_the_last_known(void **state)
{
    struct scene *scene = scene_new(1, 3);
    struct err err = {""};
    struct lock_file *locks;
    struct round_options options;

    (void)state;
    scene_load(scene);
    scene_round(scene);
    world_pass(scene->world, ROUND_MS);
    locks = lock_open(scene_state_path(scene, "sweep.lock"), &err);
    assert_non_null(locks);
    assert_int_equal(lock_try(locks, "token/app-0/tok-0", &err), LOCK_HELD);
    world_forget_requests(scene->world);
    options = scene_now(scene);
    options.deadline_ms = scene->world->mono_ms + 5000;
    scene_round_with(scene, &options);
    assert_int_equal(scene->world->request_count, 0);
    assert_int_equal(scene->result.left, 1);
    assert_true(scene->result.published);
    assert_states(scene, 0, 3, STATE_OK);
    lock_close(locks);
    scene_free(scene);
}

/* In a child that is killed as the nth request goes out. */
static void die(struct world *world, void *arg)
{
    const size_t *nth = arg;

    if (world->request_count == *nth)
        raise(SIGKILL);
}

static void test_kill_9_loses_nothing_committed(void **state)
{
    (void)state;
    for (size_t nth = 1; nth <= 5; nth++) {
        static const char *const folders[] = {"", "1", "2", "3", "4", "5"};
        struct scene *scene = scene_new(1, 40);
        pid_t child;
        int status = 0;

        scene->state_folder = folders[nth];
        scene_load(scene);
        scene_round(scene);
        world_pass(scene->world, ROUND_MS);
        world_forget_requests(scene->world);
        for (size_t i = 0; i < 4; i++)
            scene->world->advertiser[i].granted = 0;
        child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            scene->world->on_request = die;
            scene->world->on_request_arg = &nth;
            scene_round(scene);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        /* An attempt that died counts as one that failed. */
        world_pass(scene->world, 29000);
        scene_round(scene);
        assert_int_equal(scene->result.asked, 0);
        assert_states(scene, 4, 40, STATE_OK);
        world_pass(scene->world, 2000);
        scene_round(scene);
        assert_int_equal(scene->result.verified, 1);
        assert_states(scene, 0, 4, STATE_CRITICAL);
        assert_states(scene, 4, 40, STATE_OK);
        assert_int_equal(scene_history(scene, "advertiser", scene->world->advertiser[0].id, NULL, 0), 2);
        scene_free(scene);
    }
}

static void test_an_unpublished_attempt_of_another_is_published(void **state)
{
    struct scene *scene = scene_new(1, 5);
    struct buf before;
    struct err err = {""};
    struct round_options options;

    (void)state;
    scene_load(scene);
    scene_round(scene);
    buf_init(&before, SNAPSHOT_SIZE_MAX);
    assert_true(file_read(scene_state_path(scene, "snapshot"), &before, &err));
    scene->world->advertiser[1].granted = 0;
    options = scene_now(scene);
    next_round(scene);
    /* As if that process had died between its last commit and its publication. */
    assert_true(
        file_replace(scene_state_path(scene, "snapshot"), buf_text(&before), buf_len(&before), 0640, &err));
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.shared, 1);
    assert_cause(scene, 1, CAUSE_REVOKED);
    buf_free(&before);
    scene_free(scene);
}

/* --- without a store ----------------------------------------------------------------------------------------- */

static void test_no_state_folder_still_gives_a_verdict(void **state)
{
    struct scene *scene = scene_new(2, 10);

    (void)state;
    scene->no_state_folder = true;
    for (size_t i = 5; i < 10; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 2;
    scene->world->advertiser[2].granted = 0;
    scene->world->token[1].dead = true;
    scene_load(scene);
    scene_round(scene);
    assert_false(scene->result.published);
    assert_true(scene->result.publish_fault[0]);
    assert_true(scene->result.store_fault[0]);
    assert_int_equal(world_count(scene->world, NULL, 0), 1);
    assert_int_equal(world_count(scene->world, NULL, 1), 1);
    assert_cause(scene, 1, CAUSE_AUTHORIZED);
    assert_int_equal(scene_advertiser(scene, 2).verdict.state, STATE_UNKNOWN); /* nothing to confirm it with */
    assert_cause(scene, 7, CAUSE_TOKEN_REVOKED);
    assert_string_equal(snapshot_board(shot(scene))->store_fault, scene->result.store_fault);
    scene_free(scene);
}

static void damage_store(const struct scene *scene)
{
    static const char garbage[] =
        "this is no database, and long enough that nobody takes it for an empty one ......"
        "....................................................................";
    FILE *file = fopen(scene_state_path(scene, "state.db"), "w");

    assert_non_null(file);
    assert_true(fwrite(garbage, 1, sizeof(garbage), file) == sizeof(garbage));
    assert_int_equal(fclose(file), 0);
    (void)unlink(scene_state_path(scene, "state.db-wal"));
    (void)unlink(scene_state_path(scene, "state.db-shm"));
}

static void test_a_damaged_store_keeps_what_the_snapshot_knows(void **state)
{
    struct scene *scene = scene_new(6, 60);
    int64_t lost_at;

    (void)state;
    for (size_t i = 0; i < 60; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 1U << (i / 10);
    scene_load(scene);
    scene_round(scene);
    scene->world->advertiser[3].granted = 0;
    scene->world->token[5].dead = true;
    next_round(scene);
    lost_at = scene_advertiser(scene, 3).verdict.since;
    damage_store(scene);
    scene->world->latency_ms = 900; /* so that the round is published in between as well */
    for (int k = 0; k < 3; k++) {
        next_round(scene);
        assert_true(scene->result.published);
        assert_true(scene->result.store_fault[0]);
        assert_int_equal(scene->result.calls, 6);
        for (int t = 0; t < 6; t++)
            assert_int_equal(world_count(scene->world, NULL, t), 1);
        assert_cause(scene, 3, CAUSE_REVOKED);
        assert_int_equal(scene_advertiser(scene, 3).verdict.since, lost_at);
        assert_int_equal(scene_advertiser(scene, 3).verdict.code, 40001);
        assert_states(scene, 4, 50, STATE_OK);
        assert_states(scene, 50, 60, STATE_CRITICAL);
        assert_int_equal(roots(scene), 2);
    }
    /* A loss can't be confirmed now, and is not reported. */
    scene->world->advertiser[12].granted = 0;
    next_round(scene);
    assert_cause(scene, 12, CAUSE_AUTHORIZED);
    assert_true(scene_advertiser(scene, 12).held);
    scene_free(scene);
}

static void test_back_off_holds_without_a_store(void **state)
{
    struct scene *scene = scene_new(1, 5);

    (void)state;
    scene->api = "retries = 0";
    scene_load(scene);
    scene_round(scene);
    damage_store(scene);
    world_add_fault(scene->world, &(struct world_fault){.outcome = HTTP_BROKEN, .token = -1, .count = INT_MAX});
    next_round(scene);
    assert_int_equal(scene->world->request_count, 1);
    world_pass(scene->world, 10000);
    scene_round(scene);
    assert_int_equal(scene->world->request_count, 1);
    assert_states(scene, 0, 5, STATE_OK);
    scene_free(scene);
}

static void test_a_full_disk_hides_no_verdict(void **state)
{
    struct scene *scene = scene_new(2, 200);
    struct rlimit was, tight;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

    (void)state;
    for (size_t i = 100; i < 200; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 2;
    scene_load(scene);
    scene_round(scene);
    scene->world->token[1].dead = true;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(sigaction(SIGXFSZ, &ignore, &before), 0);
    for (rlim_t size = 0; size < 150000; size += 7000) {
        tight = (struct rlimit){.rlim_cur = size, .rlim_max = was.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
        next_round(scene);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
        assert_states(scene, 0, 100, STATE_OK);
        assert_states(scene, 100, 200, STATE_CRITICAL);
        assert_int_equal(roots(scene), 1);
    }
    assert_int_equal(sigaction(SIGXFSZ, &before, NULL), 0);
    next_round(scene);
    assert_true(scene->result.published);
    assert_string_equal(scene->result.store_fault, "");
    assert_states(scene, 100, 200, STATE_CRITICAL);
    assert_int_equal(scene_history(scene, "token", "tok-1", NULL, 0), 2);
    scene_free(scene);
}

/* --- what it is about ---------------------------------------------------------------------------------------- */

static void test_the_inventory_gains_and_loses(void **state)
{
    struct scene *scene = scene_new(1, 20);
    struct board_advertiser row;
    struct round_options options;

    (void)state;
    scene->expected[7] = 0;
    scene_load(scene);
    scene_round(scene);
    assert_int_equal(snapshot_board(shot(scene))->advertiser_count, 19);
    scene->expected[7] = 1;
    scene->expected[3] = 0;
    scene_load(scene);
    options = scene_now(scene);
    options.max_age_ms = ROUND_MS;
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.asked, 1); /* a stranger makes a young sweep old */
    assert_cause(scene, 7, CAUSE_AUTHORIZED);
    assert_false(snapshot_find_advertiser(shot(scene), 0, scene->world->advertiser[3].id, &row, NULL));
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.asked, 0);
    scene->expected[3] = 1;
    scene_load(scene);
    next_round(scene);
    assert_cause(scene, 3, CAUSE_AUTHORIZED);
    assert_int_equal(scene_history(scene, "advertiser", scene->world->advertiser[3].id, NULL, 0), 2);
    scene_free(scene);
}

static void test_a_stranger_is_no_reason_to_ask_twice(void **state)
{
    struct scene *scene = scene_new(1, 3);
    struct round_options options;

    (void)state;
    scene->no_app_secret = true;
    scene->world->advertiser[1].refusal = "{\"code\":99999,\"message\":\"no idea\"}";
    scene_load(scene);
    scene_round(scene);
    options = scene_now(scene);
    options.max_age_ms = ROUND_MS;
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.asked, 0);
    scene_free(scene);
}

static void test_ids_of_any_length(void **state)
{
    struct scene *scene = scene_new(1, 4);

    (void)state;
    memcpy(scene->world->advertiser[0].id, "10", 3);
    memcpy(scene->world->advertiser[1].id, "1000", 5);
    memcpy(scene->world->advertiser[2].id, "20", 3);
    memcpy(scene->world->advertiser[3].id, "9", 2);
    scene_load(scene);
    scene_round(scene);
    for (size_t i = 0; i < 4; i++)
        scene->world->advertiser[i].granted = i == 0;
    next_round(scene);
    for (size_t i = 1; i < 4; i++)
        assert_cause(scene, i, CAUSE_REVOKED); /* all are remembered */
    next_round(scene);
    assert_int_equal(scene->result.calls, 1);
    scene_free(scene);
}

static void test_a_token_of_no_app_is_left_out(void **state)
{
    struct scene *scene = scene_new(1, 4);
    struct board_token row;

    (void)state;
    scene->rest = "[token lost]\napp = nosuch\ntoken_file = tok-0.token\n";
    scene_load(scene);
    scene_round(scene);
    assert_true(scene->result.published);
    assert_states(scene, 0, 4, STATE_OK);
    assert_false(snapshot_find_token(shot(scene), "lost", &row, NULL));
    assert_int_equal(snapshot_board(shot(scene))->token_count, 1);
    scene_free(scene);
}

static void test_old_history_goes(void **state)
{
    struct scene *scene = scene_new(1, 2);

    (void)state;
    scene_load(scene);
    scene_round(scene);
    assert_int_equal(scene_history(scene, "advertiser", scene->world->advertiser[0].id, NULL, 0), 1);
    world_pass(scene->world, (int64_t)401 * 86400 * 1000);
    scene_round(scene);
    assert_int_equal(scene_history(scene, "advertiser", scene->world->advertiser[0].id, NULL, 0), 0);
    assert_states(scene, 0, 2, STATE_OK);
    scene_free(scene);
}

static void count_progress(void *arg, const struct round_progress *progress)
{
    size_t *most = arg;

    assert_true(progress->tokens_done <= progress->tokens_total);
    assert_non_null(progress->token);
    if (progress->tokens_done > *most)
        *most = progress->tokens_done;
}

static void test_progress(void **state)
{
    struct scene *scene = scene_new(4, 4);
    struct round_options options;
    size_t most = 0;

    (void)state;
    for (size_t i = 0; i < 4; i++)
        scene->expected[i] = scene->world->advertiser[i].granted = 1U << i;
    scene_load(scene);
    options = scene_now(scene);
    options.progress = count_progress;
    options.progress_arg = &most;
    scene_round_with(scene, &options);
    assert_int_equal(most, 3);
    scene_free(scene);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_quiet_rounds_cost_one_call_per_token),
        TEST(test_a_loss_is_confirmed_reported_once_and_recovers),
        TEST(test_a_lagging_list_changes_nothing),
        TEST(test_a_dead_token_is_one_root_cause),
        TEST(test_mass_loss_is_held_then_one_root_cause),
        TEST(test_an_emptied_list_that_comes_back_is_forgotten),
        TEST(test_throttles_and_faults_change_no_state),
        TEST(test_a_minute_throttle_stops_the_app_alone),
        TEST(test_a_dead_api_is_not_asked_for_every_token),
        TEST(test_tokens_that_were_left_come_first),
        TEST(test_permissions_are_probed_once_an_hour),
        TEST(test_a_probe_refused_for_its_advertiser_is_not_about_the_endpoint),
        TEST(test_account_status),
        TEST(test_without_app_secret_info_judges),
        TEST(test_an_id_that_makes_no_sense_hides_no_loss),
        TEST(test_a_new_loss_comes_before_many_never_connected),
        TEST(test_never_connected_and_deleted),
        TEST(test_back_off_after_failures),
        TEST(test_the_longest_back_off_holds_from_its_first_moment),
        TEST(test_max_age),
        TEST(test_selections),
        TEST(test_another_secret_lifts_the_back_off),
        TEST(test_a_clock_that_was_set_back_blocks_nothing),
        TEST(test_any_deadline_is_kept_in_every_phase),
        TEST(test_two_rounds_at_once_ask_once),
        TEST(test_a_busy_lock_at_the_deadline_leaves_the_last_known),
        TEST(test_kill_9_loses_nothing_committed),
        TEST(test_an_unpublished_attempt_of_another_is_published),
        TEST(test_no_state_folder_still_gives_a_verdict),
        TEST(test_a_damaged_store_keeps_what_the_snapshot_knows),
        TEST(test_back_off_holds_without_a_store),
        TEST(test_a_full_disk_hides_no_verdict),
        TEST(test_the_inventory_gains_and_loses),
        TEST(test_a_stranger_is_no_reason_to_ask_twice),
        TEST(test_ids_of_any_length),
        TEST(test_a_token_of_no_app_is_left_out),
        TEST(test_old_history_goes),
        TEST(test_progress),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
