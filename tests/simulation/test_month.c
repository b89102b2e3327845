/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Five weeks of tokens that live 24 hours, in hourly rounds, with outages and killed rounds: none of them ever
 * ends, each is refreshed about once a day, and the end of the refresh tokens is told once at each of its two
 * distances. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "../unit/scratch.h"
#include "base/log.h"
#include "base/parse.h"
#include "core/refresh.h"
#include "scene.h"

static const char PATH[] = "/tt_user/oauth2/refresh_token/";
#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

enum {
    TOKENS = 3,
    ROTATES = 2,       /* the one whose refresh token is good for one use */
    REFRESH_DAYS = 34, /* so that its end nears */
#ifdef __SANITIZE_ADDRESS__
    DAYS = 5,
#else
    DAYS = 6,
#endif
};

static unsigned days_from_environment(void)
{
    const char *text = getenv("TTA_DAYS");
    uint64_t days = DAYS;

    if (text && parse_u64(text, UINT32_MAX, &days) && days >= REFRESH_DAYS)
        days = REFRESH_DAYS - 1;
    return (unsigned)days;
}

static struct scene *users(void)
{
    struct scene *scene = scene_new(TOKENS, 3);
    struct world *world = scene->world;

    scene->token = "kind = tt_user\nrefresh = yes\n";
    scene->app = "tier = basic\n";
    scene->sweep = "interval = 1h\nconfirm_delay = 10ms\n";
    for (int t = 0; t < TOKENS; t++) {
        struct world_token *token = &world->token[t];

        snprintf(token->refresh, sizeof(token->refresh), "rft-of-token--%d", t);
        token->life_ms = DAY_MS;
        token->expires_ms = world->now_ms + 5 * HOUR_MS;
        token->refresh_expires_ms = world->now_ms + REFRESH_DAYS * DAY_MS;
        token->rotates = t == ROTATES;
        world->advertiser[t].granted = 1U << t;
        scene->expected[t] = 1U << t;
    }
    scene_load(scene);
    return scene;
}

/* A round that is ended while its first refresh, or its first question, is under way. */
static void killed_round(struct scene *scene)
{
    struct round_options options = scene_now(scene);
    struct round *round = round_new(&scene->env, scene->setup, &options);
    size_t before = scene->world->request_count;
    int64_t wake_ms;

    assert_non_null(round);
    while (scene->world->request_count == before && round_step(round, &wake_ms))
        scene->env.wait(scene->env.ctx, 10);
    round_free(round);
}

/* An hour in which something may be wrong. */
static void disturb(struct scene *scene, bool *killed)
{
    struct world *world = scene->world;
    const int64_t until = world->now_ms + HOUR_MS + HOUR_MS / 2;

    *killed = false;
    world_clear_faults(world);
    switch (world_random(world, 12)) {
    case 0:
        world_add_fault(world, &(struct world_fault){.status = 503,
                                                     .body = "<html>",
                                                     .path = PATH,
                                                     .token = -1,
                                                     .from_ms = world->now_ms,
                                                     .until_ms = until,
                                                     .count = 1000});
        break;
    case 1:
        world_add_fault(world, &(struct world_fault){.outcome = HTTP_NO_CONNECT,
                                                     .token = -1,
                                                     .from_ms = world->now_ms,
                                                     .until_ms = until,
                                                     .count = 1000});
        break;
    case 2:
        /* The token whose refresh token is good for one use would be lost with its answer: that is told elsewhere.
         */
        *killed =
            !world->token[ROTATES].expires_ms || world->token[ROTATES].expires_ms - world->now_ms > 5 * HOUR_MS;
        break;
    default:
        break;
    }
}

static enum state expected_state(const struct scene *scene)
{
    int64_t left_s = (scene->world->token[0].refresh_expires_ms - scene->world->now_ms) / 1000;

    return left_s <= REFRESH_CRITICAL_S ? STATE_CRITICAL : left_s <= REFRESH_WARNING_S ? STATE_WARNING : STATE_OK;
}

static void assert_all_well(const struct scene *scene)
{
    for (int t = 0; t < TOKENS; t++) {
        char name[16];
        struct board_token row;

        snprintf(name, sizeof(name), "tok-%d", t);
        row = scene_token(scene, name);
        if (row.verdict.cause != CAUSE_AUTHORIZED && row.verdict.cause != CAUSE_REFRESH_DUE)
            fail_msg("%s: %s", name, cause_name(row.verdict.cause));
        assert_int_equal(row.verdict.state, expected_state(scene));
        assert_int_equal(scene_advertiser(scene, (size_t)t).verdict.state, STATE_OK);
    }
}

static void days_of_tokens(void **state)
{
    const unsigned days = days_from_environment();
    struct scene *scene = users();
    size_t events = 0;

    (void)state;
    for (unsigned hour = 0; hour < days * 24; hour++) {
        bool killed;

        disturb(scene, &killed);
        if (killed)
            killed_round(scene);
        scene_round(scene);
        for (int t = 0; t < TOKENS; t++)
            assert_true(scene->world->token[t].expires_ms > scene->world->now_ms);
        assert_all_well(scene);
        world_pass(scene->world, HOUR_MS);
    }
    for (int t = 0; t < TOKENS; t++) {
        /* Two to three hours before the end of each day, later where something was wrong; once more after a kill.
         */
        assert_in_range(scene->world->token[t].refreshes, days, days * 24 / 20 + 5);
        events += scene->world->token[t].refreshes;
    }
    assert_true(world_count(scene->world, PATH, -1) < 2 * events);
    world_assert_quota(scene->world, 0, 1, 60, 86400);
    scene_free(scene);
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {SCRATCH_TEST(days_of_tokens)};

    log_setup(LOG_LEVEL_ERROR, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
