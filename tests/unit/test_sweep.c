/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/sweep: what is asked, what an answer does to the memory. */
#include "alloc_fail.h"
#include "base/buf.h"
#include "core/sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEMBERS_MAX = 12000, T0 = 1700000000 };

/* A world of advertisers, an API in miniature, and a sweep over them. */
struct world {
    char id[MEMBERS_MAX][ADVERTISER_ID_MAX + 1];
    const char *ids[MEMBERS_MAX];
    bool listed[MEMBERS_MAX];         /* the list has it */
    bool served[MEMBERS_MAX];         /* advertiser/info serves it */
    const char *status[MEMBERS_MAX];  /* NULL: STATUS_ENABLE */
    const char *refusal[MEMBERS_MAX]; /* advertiser/info's whole answer for it; NULL: the API's own words */
    size_t count;
    struct sweep_plan plan;
    struct memory memory;
    int64_t now;
    const char *list_answer; /* instead of the list */
    int list_answer_from;    /* from this list read on, counted from 1 */
    const char *info_answer; /* instead of any info */
    const char *probe_answer;
    bool info_names; /* refusals name the id */
    bool slow_info;  /* an answer of advertiser/info takes a second */
    /* what was asked */
    int lists, fresh_lists, infos, probes, pauses;
    size_t asked_ids;
    bool verified;
};

static const char refused[] =
    "{\"code\":40001,\"message\":\"No permission to operate advertiser: %s\",\"request_id\":\"r\"}";

static struct world *world_new(size_t count)
{
    struct world *world = calloc(1, sizeof(*world));

    assert_non_null(world);
    world->count = count;
    world->now = T0;
    world->info_names = true;
    for (size_t i = 0; i < count; i++) {
        snprintf(world->id[i], sizeof(world->id[i]), "75020223930%08u", (unsigned)(i % 100000000));
        world->ids[i] = world->id[i];
        world->listed[i] = world->served[i] = true;
    }
    world->plan = (struct sweep_plan){
        .listed = true,
        .confirm_reads = 2,
        .confirm_delay_ms = 2000,
        .mass_confirm_s = 600,
        .permission_interval_s = 3600,
        .diagnose_max = 20,
        .ids = world->ids,
        .id_count = count,
    };
    memory_init(&world->memory);
    assert_true(memory_expect(&world->memory, world->ids, count));
    return world;
}

static void world_free(struct world *world)
{
    memory_free(&world->memory);
    free(world);
}

static size_t index_of(const struct world *world, const char *id)
{
    for (size_t i = 0; i < world->count; i++)
        if (strcmp(world->id[i], id) == 0)
            return i;
    return SIZE_MAX;
}

static void answer_text(struct answer *answer, const char *body)
{
    struct exchange exchange = {
        .outcome = ANSWERED, .http_status = 200, .body = body, .body_len = strlen(body), .detail = ""};

    answer_read(&exchange, answer);
}

static void answer_list(struct world *world, struct answer *answer)
{
    struct buf body;
    bool first = true;

    if (world->list_answer && world->lists >= world->list_answer_from) {
        answer_text(answer, world->list_answer);
        return;
    }
    buf_init(&body, 4 << 20);
    buf_str(&body, "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"list\":[");
    for (size_t i = 0; i < world->count; i++) {
        if (!world->listed[i])
            continue;
        buf_printf(&body, "%s{\"advertiser_id\":\"%s\",\"advertiser_name\":\"n\"}", first ? "" : ",",
                   world->id[i]);
        first = false;
    }
    buf_str(&body, "]}}");
    answer_text(answer, buf_text(&body));
    buf_free(&body);
}

static void answer_info(struct world *world, const struct question *question, struct answer *answer)
{
    struct buf body;

    if (world->info_answer) {
        answer_text(answer, world->info_answer);
        return;
    }
    buf_init(&body, 1 << 20);
    for (size_t k = 0; k < question->id_count; k++) {
        size_t i = index_of(world, question->id[k]);

        if (world->served[i])
            continue;
        if (world->refusal[i]) {
            answer_text(answer, world->refusal[i]);
        } else {
            buf_printf(&body, refused, world->info_names ? world->id[i] : "");
            answer_text(answer, buf_text(&body));
        }
        buf_free(&body);
        return;
    }
    buf_str(&body, "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":{\"list\":[");
    for (size_t k = 0; k < question->id_count; k++) {
        size_t i = index_of(world, question->id[k]);

        buf_printf(&body, "%s{\"advertiser_id\":\"%s\",\"name\":\"n\",\"status\":\"%s\"}", k ? "," : "",
                   world->id[i], world->status[i] ? world->status[i] : "STATUS_ENABLE");
    }
    buf_str(&body, "]}}");
    answer_text(answer, buf_text(&body));
    buf_free(&body);
}

/* Runs one sweep to its end, counting what it asks. */
static void run(struct world *world)
{
    struct sweep *sweep = sweep_new(&world->plan, &world->memory);
    struct question question;
    int64_t pause_ms;

    assert_non_null(sweep);
    world->lists = world->fresh_lists = world->infos = world->probes = world->pauses = 0;
    world->asked_ids = 0;
    for (int turn = 0; turn < 1000; turn++) {
        struct answer answer;
        enum sweep_step step = sweep_next(sweep, world->now, &question, &pause_ms);

        if (step == SWEEP_OVER)
            break;
        if (step == SWEEP_PAUSE) {
            assert_int_equal(pause_ms, world->plan.confirm_delay_ms);
            world->pauses++;
            world->now += pause_ms / 1000;
            continue;
        }
        memset(&answer, 0, sizeof(answer));
        switch (question.kind) {
        case ASK_LIST:
            world->lists++;
            world->fresh_lists += question.fresh_connection;
            answer_list(world, &answer);
            break;
        case ASK_INFO:
            assert_in_range(question.id_count, 1, INFO_BATCH_MAX);
            world->infos++;
            world->asked_ids += question.id_count;
            answer_info(world, &question, &answer);
            world->now += world->slow_info;
            break;
        case ASK_PROBE:
            world->probes++;
            answer_text(&answer, world->probe_answer);
            break;
        case ASK_USER:
        case ASK_VIDEOS:
            fail();
        }
        sweep_answer(sweep, &answer, world->now);
        answer_free(&answer);
    }
    world->verified = sweep_verified(sweep);
    assert_false(sweep_out_of_memory(sweep));
    sweep_free(sweep);
}

static size_t count_status(const struct world *world, enum grant_status status)
{
    size_t count = 0;

    for (size_t i = 0; i < world->memory.grant_count; i++)
        count += world->memory.grant[i].status == status;
    return count;
}

static struct grant *grant_at(struct world *world, size_t i)
{
    struct grant *grant = memory_grant(&world->memory, world->id[i]);

    assert_non_null(grant);
    return grant;
}

static void test_all_present_costs_one_call(void **state)
{
    struct world *world = world_new(10000);

    (void)state;
    run(world);
    assert_int_equal(world->lists, 1);
    assert_int_equal(world->infos, 0);
    assert_true(world->verified);
    assert_int_equal(count_status(world, GRANT_COVERED), 10000);
    assert_int_equal(world->memory.status, TOKEN_ALIVE);
    run(world);
    assert_int_equal(world->lists + world->infos, 1);
    world_free(world);
}

static void test_lost_is_confirmed_then_costs_nothing(void **state)
{
    struct world *world = world_new(10000);

    (void)state;
    run(world);
    world->now += 300;
    for (size_t i = 10; i < 15; i++)
        world->listed[i] = world->served[i] = false;
    run(world);
    assert_int_equal(world->lists, 2);
    assert_int_equal(world->fresh_lists, 1);
    assert_int_equal(world->pauses, 1);
    assert_in_range(world->infos, 1, 20);
    assert_int_equal(count_status(world, GRANT_LOST), 5);
    assert_int_equal(grant_at(world, 12)->said.code, 40001);
    assert_true(grant_at(world, 12)->said.has_code);
    assert_int_equal(grant_at(world, 12)->last_ok, T0);
    world->now += 300;
    run(world);
    assert_int_equal(world->lists + world->infos, 1);
    assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 12)), world->now);
    world->listed[12] = world->served[12] = true;
    run(world);
    assert_int_equal(world->lists + world->infos, 1);
    assert_int_equal(grant_at(world, 12)->status, GRANT_COVERED);
    world_free(world);
}

static void test_unnamed_refusals_are_bisected_within_the_budget(void **state)
{
    struct world *world = world_new(300);

    (void)state;
    world->info_names = false;
    run(world);
    for (size_t i = 0; i < 50; i++)
        world->listed[i] = false;
    world->served[7] = world->served[31] = false;
    world->now += 300;
    run(world);
    assert_in_range(world->infos, 2, 20);
    assert_int_equal(count_status(world, GRANT_LOST), 2);
    assert_int_equal(grant_at(world, 7)->status, GRANT_LOST);
    assert_int_equal(grant_at(world, 31)->status, GRANT_LOST);
    for (size_t i = 0; i < 50; i++)
        world->served[i] = false;
    run(world);
    assert_int_equal(world->infos, 20);
    world_free(world);
}

static void test_a_list_that_misses_once_changes_nothing(void **state)
{
    struct world *world = world_new(100);

    (void)state;
    run(world);
    world->listed[3] = false; /* and in the second read too, but advertiser/info serves it */
    world->now += 300;
    run(world);
    assert_int_equal(world->lists, 2);
    assert_int_equal(world->infos, 1);
    assert_int_equal(world->asked_ids, 1);
    assert_int_equal(grant_at(world, 3)->status, GRANT_COVERED);
    assert_int_equal(grant_at(world, 3)->missing_since, 0);
    assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 3)), world->now);
    world_free(world);
}

static void test_mass_loss_is_held_then_confirmed(void **state)
{
    struct world *world = world_new(100);

    (void)state;
    run(world);
    for (size_t i = 0; i < 100; i++)
        world->listed[i] = world->served[i] = false;
    world->now += 300;
    run(world);
    assert_int_equal(world->lists + world->infos, 1);
    assert_int_equal(count_status(world, GRANT_COVERED), 100);
    assert_int_equal(world->memory.mass_since, T0 + 300);
    assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 5)), T0);
    world->now += 599;
    run(world);
    assert_int_equal(count_status(world, GRANT_LOST), 0);
    world->now += 1;
    run(world);
    assert_int_equal(count_status(world, GRANT_LOST), 100);
    assert_in_range(world->infos, 1, 20);
    assert_int_equal(world->memory.mass_since, 0);
    world_free(world);
}

static void test_mass_loss_that_info_refutes_stays_held(void **state)
{
    struct world *world = world_new(100);

    (void)state;
    run(world);
    for (size_t i = 0; i < 100; i++)
        world->listed[i] = false;
    world->now += 300;
    run(world);
    world->now += 700;
    run(world);
    assert_int_equal(count_status(world, GRANT_COVERED), 100);
    world_free(world);
}

static void test_dead_token_at_once(void **state)
{
    struct world *world = world_new(20);

    (void)state;
    run(world);
    world->now += 300;
    world->list_answer =
        "{\"code\":40105,\"message\":\"Access token is incorrect or has been revoked.\",\"request_id\":\"q\"}";
    run(world);
    assert_int_equal(world->lists, 1);
    assert_int_equal(world->memory.status, TOKEN_DEAD);
    assert_int_equal(world->memory.said.cause, CAUSE_TOKEN_REVOKED);
    assert_int_equal(world->memory.last_ok, T0);
    assert_int_equal(count_status(world, GRANT_COVERED), 20);
    world->list_answer = NULL;
    run(world);
    assert_int_equal(world->memory.status, TOKEN_ALIVE);
    world_free(world);
}

static void test_faults_change_nothing(void **state)
{
    static const char *const bodies[] = {
        "{\"code\":40100,\"message\":\"Too many requests. Please retry in some time.\"}",
        "{\"code\":51002,\"message\":\"Internal service error.\"}",
        "{\"code\":40002,\"message\":\"Missing required field(s): account_id.\"}",
        "{\"code\":99999,\"message\":\"no idea\"}",
        "{\"code\":0,\"message\":\"OK\",\"data\":{\"list\":[{\"advertiser_id\":7502022393000000001}]}}",
        "{\"code\":0,\"message\":\"OK\"}",
        "<html>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct world *world = world_new(20);

        run(world);
        world->now += 300;
        world->list_answer = bodies[i];
        run(world);
        assert_false(world->verified);
        assert_int_equal(world->lists + world->infos, 1);
        assert_int_equal(world->memory.status, TOKEN_ALIVE);
        assert_int_equal(count_status(world, GRANT_COVERED), 20);
        assert_true(said_something(&world->memory.fault));
        assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 1)), T0);
        world_free(world);
    }
}

static void test_confirming_read_that_fails_confirms_nothing(void **state)
{
    struct world *world = world_new(20);

    (void)state;
    run(world);
    world->now += 300;
    world->listed[4] = world->served[4] = false;
    world->list_answer = "{\"code\":50002,\"message\":\"timeout\"}";
    world->list_answer_from = 2;
    run(world);
    assert_int_equal(world->lists, 2);
    assert_int_equal(world->infos, 0);
    assert_int_equal(grant_at(world, 4)->status, GRANT_COVERED);
    assert_int_not_equal(grant_at(world, 4)->missing_since, 0);
    assert_int_equal(grant_at(world, 4)->fault.cause, CAUSE_TIKTOK_FAULT);
    assert_true(world->verified);
    world_free(world);
}

static void test_info_not_permitted_two_reads_decide(void **state)
{
    struct world *world = world_new(20);

    (void)state;
    run(world);
    world->now += 300;
    world->listed[4] = false;
    world->info_answer =
        "{\"code\":40001,\"message\":\"advertiser does not grant you /advertiser/info/:GET permission\"}";
    run(world);
    assert_int_equal(world->infos, 1);
    assert_int_equal(grant_at(world, 4)->status, GRANT_LOST);
    assert_false(grant_at(world, 4)->said.has_code);
    world_free(world);
}

static void test_unknown_answer_keeps_the_state(void **state)
{
    struct world *world = world_new(20);

    (void)state;
    run(world);
    world->now += 300;
    world->listed[4] = world->served[4] = false;
    world->refusal[4] = "{\"code\":77777,\"message\":\"strange\",\"request_id\":\"rr\"}";
    run(world);
    assert_int_equal(grant_at(world, 4)->status, GRANT_COVERED);
    assert_int_equal(grant_at(world, 4)->fault.cause, CAUSE_UNKNOWN);
    assert_int_equal(grant_at(world, 4)->fault.code, 77777);
    assert_string_equal(grant_at(world, 4)->fault.message, "strange");
    assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 4)), T0);
    world_free(world);
}

static void test_account_status_in_batches(void **state)
{
    struct world *world = world_new(10000);

    (void)state;
    world->plan.account_status = true;
    world->status[77] = "STATUS_LIMIT";
    run(world);
    assert_int_equal(world->lists, 1);
    assert_int_equal(world->infos, 100);
    assert_int_equal(grant_at(world, 77)->said.cause, CAUSE_ACCOUNT_SUSPENDED);
    assert_int_equal(grant_at(world, 78)->said.cause, CAUSE_AUTHORIZED);
    world->status[77] = NULL;
    run(world);
    assert_int_equal(world->infos, 100);
    assert_int_equal(grant_at(world, 77)->said.cause, CAUSE_AUTHORIZED);
    world_free(world);
}

static void test_listed_but_refused_by_info_is_asked_twice(void **state)
{
    struct world *world = world_new(250);

    (void)state;
    world->plan.account_status = true;
    run(world);
    world->now += 300;
    world->served[9] = false;
    run(world);
    assert_int_equal(grant_at(world, 9)->status, GRANT_LOST);
    assert_true(grant_at(world, 9)->by_info);
    assert_int_equal(world->infos, 3 + 2); /* three batches, the rest of one, and the id alone */
    world->now += 300;
    run(world);
    assert_int_equal(grant_at(world, 9)->status, GRANT_LOST); /* the list alone does not give it back */
    world->served[9] = true;
    run(world);
    assert_int_equal(grant_at(world, 9)->status, GRANT_COVERED);
    world_free(world);
}

static void test_without_secret_info_judges(void **state)
{
    struct world *world = world_new(250);

    (void)state;
    world->plan.listed = false;
    world->served[100] = false;
    run(world);
    assert_int_equal(world->lists, 0);
    assert_int_equal(count_status(world, GRANT_COVERED), 249);
    assert_int_equal(grant_at(world, 100)->status, GRANT_LOST);
    assert_int_equal(world->memory.status, TOKEN_ALIVE);
    world->now += 300;
    run(world);
    assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 0)), world->now);
    assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 100)), world->now);
    world->served[100] = true;
    run(world);
    assert_int_equal(count_status(world, GRANT_COVERED), 250);
    world_free(world);
}

static void test_permission_probe(void **state)
{
    static const struct sweep_need need[] = {{"GET", "/file/video/ad/search/", NULL, 0},
                                             {"POST", "/campaign/create/", NULL, 0}};
    struct world *world = world_new(5);
    const struct endpoint *endpoint;

    (void)state;
    world->plan.need = need;
    world->plan.need_count = 2;
    world->probe_answer =
        "{\"code\":40001,\"message\":\"advertiser does not grant you /file/video/ad/search/:GET permission\"}";
    run(world);
    assert_int_equal(world->probes, 1);
    endpoint = memory_endpoint(&world->memory, "GET", "/file/video/ad/search/");
    assert_int_equal(endpoint->status, ENDPOINT_MISSING);
    assert_int_equal(endpoint->said.cause, CAUSE_ENDPOINT_PERMISSION);
    assert_int_equal(memory_endpoint(&world->memory, "POST", "/campaign/create/")->status, ENDPOINT_UNVERIFIED);
    world->now += 3599;
    run(world);
    assert_int_equal(world->probes, 0);
    world->now += 1;
    world->probe_answer = "{\"code\":40002,\"message\":\"Missing required field(s): x.\"}";
    run(world);
    assert_int_equal(world->probes, 1);
    endpoint = memory_endpoint(&world->memory, "GET", "/file/video/ad/search/");
    assert_int_equal(endpoint->status, ENDPOINT_UNVERIFIED);
    world->now += 3600;
    world->probe_answer = "{\"code\":0,\"message\":\"OK\",\"data\":{}}";
    run(world);
    endpoint = memory_endpoint(&world->memory, "GET", "/file/video/ad/search/");
    assert_int_equal(endpoint->status, ENDPOINT_PRESENT);
    world->now += 3600;
    world->probe_answer = "{\"code\":40100,\"message\":\"Too many requests\"}";
    run(world);
    endpoint = memory_endpoint(&world->memory, "GET", "/file/video/ad/search/");
    assert_int_equal(endpoint->status, ENDPOINT_PRESENT);
    run(world);
    assert_int_equal(world->probes, 1); /* a fault is asked again in the next sweep */
    world_free(world);
}

/* A refusal that names the advertiser asked with says nothing of the others; where there is no other it decides.
 */
static void test_permission_probe_refused_for_its_advertiser(void **state)
{
    static const uint32_t first[] = {0};
    static const uint32_t two[] = {0, 1};
    static const struct sweep_need need[] = {{"GET", "/a/get/", NULL, 0},
                                             {"GET", "/b/get/", first, TTA_LEN(first)},
                                             {"GET", "/c/get/", two, TTA_LEN(two)}};
    struct world *world = world_new(5);
    const struct endpoint *endpoint;

    (void)state;
    world->plan.need = need;
    world->plan.need_count = TTA_LEN(need);
    world->probe_answer =
        "{\"code\":40001,\"message\":\"No permission to operate advertiser: 7502022393000000000\"}";
    run(world);
    assert_int_equal(world->probes, 2 + 1 + 2);
    endpoint = memory_endpoint(&world->memory, "GET", "/a/get/");
    assert_int_equal(endpoint->status, ENDPOINT_UNVERIFIED);
    assert_int_equal(endpoint->asked_at, 0);
    for (const char *const *path = (const char *const[]){"/b/get/", "/c/get/", NULL}; *path; path++) {
        endpoint = memory_endpoint(&world->memory, "GET", *path);
        assert_int_equal(endpoint->status, ENDPOINT_MISSING);
        assert_int_equal(endpoint->said.cause, CAUSE_ACCOUNT_ACCESS);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(grant_at(world, i)->status, GRANT_COVERED);
        assert_int_equal(grant_at(world, i)->fault.cause, CAUSE_ACCOUNT_ACCESS);
    }
    assert_int_equal(grant_at(world, 2)->fault.cause, CAUSE_AUTHORIZED);
    world->probe_answer = "{\"code\":0,\"message\":\"OK\",\"data\":{}}";
    run(world);
    assert_int_equal(world->probes, 1);
    assert_int_equal(memory_endpoint(&world->memory, "GET", "/a/get/")->status, ENDPOINT_PRESENT);
    assert_int_equal(grant_at(world, 0)->fault.cause, CAUSE_AUTHORIZED);
    world_free(world);
}

static void test_without_store_one_call_decides_nothing_more(void **state)
{
    struct world *world = world_new(20);

    (void)state;
    run(world);
    world->plan.single = true;
    world->listed[2] = world->served[2] = false;
    run(world);
    assert_int_equal(world->lists + world->infos, 1);
    assert_int_equal(grant_at(world, 2)->status, GRANT_COVERED);
    assert_int_not_equal(grant_at(world, 2)->missing_since, 0);
    world_free(world);
}

static void test_without_store_two_sweeps_decide(void **state)
{
    struct world *world = world_new(20);

    (void)state;
    run(world);
    world->plan.single = true;
    world->listed[2] = world->served[2] = false;
    run(world);
    run(world); /* no time has passed: not another read yet */
    assert_int_equal(grant_at(world, 2)->status, GRANT_COVERED);
    world->now += 60;
    world->listed[3] = false;
    run(world);
    assert_int_equal(world->infos, 0);
    assert_int_equal(grant_at(world, 2)->status, GRANT_LOST);
    assert_int_equal(grant_at(world, 2)->said.cause, CAUSE_ACCOUNT_ACCESS);
    assert_false(grant_at(world, 2)->said.has_code);
    assert_int_equal(grant_at(world, 3)->status, GRANT_COVERED);
    world->listed[2] = world->listed[3] = true;
    run(world);
    assert_int_equal(grant_at(world, 2)->status, GRANT_COVERED);
    assert_int_equal(grant_at(world, 3)->missing_since, 0);
    world_free(world);
}

static void test_without_store_a_mass_loss_is_held_too(void **state)
{
    struct world *world = world_new(20);

    (void)state;
    run(world);
    world->plan.single = true;
    memset(world->listed, 0, 15 * sizeof(*world->listed));
    run(world);
    world->now += 60;
    run(world);
    assert_int_equal(grant_at(world, 2)->status, GRANT_COVERED);
    world->now += 600;
    run(world);
    assert_int_equal(grant_at(world, 2)->status, GRANT_LOST);
    world_free(world);
}

static void test_a_partial_answer_takes_nobody_away(void **state)
{
    struct world *world = world_new(20);

    (void)state;
    run(world);
    world->now += 300;
    world->list_answer = "{\"code\":20001,\"message\":\"partly\",\"data\":{\"list\":[]}}";
    run(world);
    assert_false(world->verified);
    assert_int_equal(world->lists, 1);
    assert_int_equal(grant_at(world, 3)->missing_since, 0);
    world->list_answer = NULL;
    world->listed[3] = world->served[3] = false;
    world->info_answer = "{\"code\":20001,\"message\":\"partly\",\"data\":{\"list\":[]}}";
    run(world);
    assert_int_equal(grant_at(world, 3)->status, GRANT_COVERED);
    assert_true(said_something(&grant_at(world, 3)->fault));
    world->info_answer = NULL;
    run(world);
    assert_int_equal(grant_at(world, 3)->status, GRANT_LOST);
    world_free(world);
}

static void test_an_id_that_the_api_refuses_to_read_hides_no_other(void **state)
{
    struct world *world = world_new(20);

    (void)state;
    run(world);
    world->now += 300;
    for (size_t i = 2; i < 6; i++)
        world->listed[i] = world->served[i] = false;
    world->refusal[3] = "{\"code\":40002,\"message\":\"advertiser_ids: invalid value\"}";
    run(world);
    assert_int_equal(grant_at(world, 2)->status, GRANT_LOST);
    assert_int_equal(grant_at(world, 3)->status, GRANT_COVERED);
    assert_int_equal(grant_at(world, 3)->fault.cause, CAUSE_REQUEST_FAULT);
    assert_int_equal(grant_at(world, 4)->status, GRANT_LOST);
    assert_int_equal(grant_at(world, 5)->status, GRANT_LOST);
    world_free(world);
}

static void test_losses_of_one_sweep_have_one_moment(void **state)
{
    struct world *world = world_new(100);

    (void)state;
    run(world);
    world->slow_info = true;
    for (size_t i = 10; i < 15; i++)
        world->listed[i] = world->served[i] = false;
    world->now += 300;
    run(world);
    for (size_t i = 10; i < 15; i++) {
        assert_int_equal(grant_at(world, i)->status, GRANT_LOST);
        assert_int_equal(grant_at(world, i)->since, grant_at(world, 10)->since);
    }
    world_free(world);
}

static void test_a_mass_loss_that_is_half_true_takes_half_away(void **state)
{
    struct world *world = world_new(100);

    (void)state;
    run(world);
    for (size_t i = 0; i < 100; i++) {
        world->listed[i] = false;
        world->served[i] = i % 2;
    }
    world->now += 300;
    run(world);
    for (int k = 0; k < 10; k++) {
        world->now += 700;
        run(world);
        assert_in_range(world->infos, 1, 20);
        for (size_t i = 1; i < 100; i += 2)
            assert_int_equal(grant_at(world, i)->status, GRANT_COVERED);
    }
    assert_int_equal(count_status(world, GRANT_LOST), 50);
    world_free(world);
}

static void test_who_was_covered_is_asked_about_first(void **state)
{
    struct world *world = world_new(200);

    (void)state;
    for (size_t i = 0; i < 150; i++)
        world->listed[i] = world->served[i] = false;
    run(world);
    assert_int_equal(count_status(world, GRANT_LOST), 20);
    world->now += 300;
    world->listed[180] = world->served[180] = false;
    run(world);
    assert_int_equal(grant_at(world, 180)->status, GRANT_LOST);
    world_free(world);
}

static void test_without_secret_each_sweep_gets_further(void **state)
{
    struct world *world = world_new(300);

    (void)state;
    world->plan.listed = false;
    world->info_names = false;
    run(world);
    for (size_t i = 0; i < 300; i += 30)
        world->served[i] = false;
    for (int k = 0; k < 12; k++) {
        size_t before = count_status(world, GRANT_LOST);

        world->now += 300;
        run(world);
        assert_in_range(world->infos, 3, 23);
        assert_true(count_status(world, GRANT_LOST) > before || before == 10);
        for (size_t i = 0; i < 300; i++) /* nobody is left out for long */
            assert_in_range(grant_verified_at(&world->memory, grant_at(world, i)), world->now - 3000, world->now);
    }
    assert_int_equal(count_status(world, GRANT_LOST), 10);
    assert_int_equal(count_status(world, GRANT_COVERED), 290);
    world_free(world);
}

static void test_a_doubted_id_is_not_verified_by_the_others(void **state)
{
    struct world *world = world_new(3);

    (void)state;
    world->plan.listed = false;
    run(world);
    world->refusal[1] = "{\"code\":77777,\"message\":\"strange\"}";
    world->served[1] = false;
    for (int k = 0; k < 3; k++) {
        world->now += 300;
        run(world);
    }
    assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 1)), T0);
    assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 0)), world->now);
    assert_int_equal(grant_at(world, 1)->status, GRANT_COVERED);
    world_free(world);
}

static void test_an_app_that_may_not_use_info_loses_nobody(void **state)
{
    struct world *world = world_new(200);

    (void)state;
    world->plan.account_status = true;
    run(world);
    world->info_answer = "{\"code\":40117,\"message\":\"App method forbidden\"}";
    world->now += 300;
    run(world);
    assert_int_equal(count_status(world, GRANT_COVERED), 200);
    assert_int_equal(world->infos, 1);
    world_free(world);
}

static void test_a_held_mass_loss_stays_held_when_info_is_refused(void **state)
{
    struct world *world = world_new(100);

    (void)state;
    world->plan.confirm_reads = 1;
    world->plan.account_status = true;
    run(world);
    for (size_t i = 0; i < 50; i++)
        world->listed[i] = false;
    world->served[60] = false;
    world->refusal[60] =
        "{\"code\":40001,\"message\":\"advertiser does not grant you /advertiser/info/:GET permission\"}";
    world->now += 300;
    run(world);
    assert_int_equal(count_status(world, GRANT_COVERED), 100);
    world_free(world);
}

static void test_a_clock_set_back_holds_no_longer(void **state)
{
    struct world *world = world_new(100);

    (void)state;
    run(world);
    for (size_t i = 0; i < 100; i++)
        world->listed[i] = world->served[i] = false;
    world->now += 300;
    run(world);
    world->now -= 86400;
    run(world);
    world->now += 600;
    run(world);
    assert_int_equal(count_status(world, GRANT_LOST), 100);
    world_free(world);
}

static void test_a_probe_that_speaks_of_its_advertiser(void **state)
{
    static const struct sweep_need need[] = {{"GET", "/a/", NULL, 0}, {"POST", "/b/", NULL, 0}};
    struct world *world = world_new(5);

    (void)state;
    world->plan.need = need;
    world->plan.need_count = 2;
    world->probe_answer =
        "{\"code\":40001,\"message\":\"No permission to operate advertiser: 7502022393000000000\"}";
    run(world);
    assert_int_equal(memory_endpoint(&world->memory, "GET", "/a/")->status, ENDPOINT_UNVERIFIED);
    assert_int_equal(memory_endpoint(&world->memory, "GET", "/a/")->asked_at, 0);
    assert_true(memory_endpoint(&world->memory, "POST", "/b/")->changed); /* so that it is known as not verified */
    world->probe_answer = "{\"code\":40001,\"message\":\"some text of no family\"}";
    run(world);
    assert_int_equal(memory_endpoint(&world->memory, "GET", "/a/")->status, ENDPOINT_MISSING);
    assert_int_equal(memory_endpoint(&world->memory, "GET", "/a/")->said.cause, CAUSE_ENDPOINT_PERMISSION);
    world->probe_answer = "{\"code\":40105,\"message\":\"Access token is incorrect or has been revoked.\"}";
    world->now += 3600;
    run(world);
    assert_int_equal(world->memory.status, TOKEN_DEAD);
    world_free(world);
}

static void test_an_end_from_outside(void **state)
{
    struct world *world = world_new(250);
    struct said said = {.cause = CAUSE_AUTHORIZED};
    struct sweep *sweep;
    struct question question;
    int64_t pause_ms;
    struct answer answer;

    (void)state;
    world->plan.listed = false;
    sweep = sweep_new(&world->plan, &world->memory);
    assert_non_null(sweep);
    assert_int_equal(sweep_next(sweep, world->now, &question, &pause_ms), SWEEP_ASK);
    memset(&answer, 0, sizeof(answer));
    answer_info(world, &question, &answer);
    sweep_answer(sweep, &answer, world->now);
    answer_free(&answer);
    assert_true(said_own(&said, CAUSE_NETWORK_FAULT, "late"));
    sweep_abort(sweep, &said, world->now);
    said_clear(&said);
    assert_int_equal(sweep_next(sweep, world->now, &question, &pause_ms), SWEEP_OVER);
    assert_true(sweep_verified(sweep));
    assert_int_equal(world->memory.fault.cause, CAUSE_NETWORK_FAULT);
    assert_int_equal(count_status(world, GRANT_COVERED), 100); /* what was verified is kept id by id */
    assert_int_equal(grant_verified_at(&world->memory, grant_at(world, 5)), T0);
    assert_true(grant_at(world, 5)->changed);
    assert_int_equal(world->memory.account_at, 0);
    sweep_free(sweep);
    world_free(world);
}

static bool sweep_some(void *arg)
{
    struct world *world = arg;
    struct sweep *sweep = sweep_new(&world->plan, &world->memory);

    if (!sweep)
        return false;
    sweep_free(sweep);
    return true;
}

static void test_out_of_memory(void **state)
{
    struct world *world = world_new(20);
    struct world *short_of_one = world_new(3);

    (void)state;
    assert_int_equal(alloc_fail_each(sweep_some, world), 5);
    short_of_one->plan.ids = world->ids;
    short_of_one->plan.id_count = 20;
    assert_null(sweep_new(&short_of_one->plan, &short_of_one->memory)); /* no grant for an id */
    world_free(world);
    world_free(short_of_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_present_costs_one_call),
        cmocka_unit_test(test_lost_is_confirmed_then_costs_nothing),
        cmocka_unit_test(test_unnamed_refusals_are_bisected_within_the_budget),
        cmocka_unit_test(test_a_list_that_misses_once_changes_nothing),
        cmocka_unit_test(test_mass_loss_is_held_then_confirmed),
        cmocka_unit_test(test_mass_loss_that_info_refutes_stays_held),
        cmocka_unit_test(test_dead_token_at_once),
        cmocka_unit_test(test_faults_change_nothing),
        cmocka_unit_test(test_confirming_read_that_fails_confirms_nothing),
        cmocka_unit_test(test_info_not_permitted_two_reads_decide),
        cmocka_unit_test(test_unknown_answer_keeps_the_state),
        cmocka_unit_test(test_account_status_in_batches),
        cmocka_unit_test(test_listed_but_refused_by_info_is_asked_twice),
        cmocka_unit_test(test_without_secret_info_judges),
        cmocka_unit_test(test_permission_probe),
        cmocka_unit_test(test_permission_probe_refused_for_its_advertiser),
        cmocka_unit_test(test_without_store_one_call_decides_nothing_more),
        cmocka_unit_test(test_without_store_two_sweeps_decide),
        cmocka_unit_test(test_without_store_a_mass_loss_is_held_too),
        cmocka_unit_test(test_a_partial_answer_takes_nobody_away),
        cmocka_unit_test(test_an_id_that_the_api_refuses_to_read_hides_no_other),
        cmocka_unit_test(test_losses_of_one_sweep_have_one_moment),
        cmocka_unit_test(test_a_mass_loss_that_is_half_true_takes_half_away),
        cmocka_unit_test(test_who_was_covered_is_asked_about_first),
        cmocka_unit_test(test_without_secret_each_sweep_gets_further),
        cmocka_unit_test(test_a_doubted_id_is_not_verified_by_the_others),
        cmocka_unit_test(test_an_app_that_may_not_use_info_loses_nobody),
        cmocka_unit_test(test_a_held_mass_loss_stays_held_when_info_is_refused),
        cmocka_unit_test(test_a_clock_set_back_holds_no_longer),
        cmocka_unit_test(test_a_probe_that_speaks_of_its_advertiser),
        cmocka_unit_test(test_an_end_from_outside),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
