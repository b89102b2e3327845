/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Refreshes over a simulated API: one request a token, whatever dies, fails or competes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../simulation/scene.h"
#include "base/file.h"
#include "base/log.h"
#include "probe/refresh_run.h"
#include "probe/renewal.h"
#include "probe/token_lock.h"
#include "scratch.h"

static const char PATH[] = "/tt_user/oauth2/refresh_token/";
enum { DAY_MS = 86400 * 1000, TOKENS = 2 };

/* Tokens tok-0, tok-1 of TikTok users, to be refreshed, one hour before their end. */
static struct scene *users(void)
{
    struct scene *scene = scene_new(TOKENS, 2);
    struct world *world = scene->world;

    scene->token = "kind = tt_user\nrefresh = yes\n";
    scene->app = "tier = ultimate\nbudget = 100%\n";
    scene->ends_told = true;
    for (int t = 0; t < TOKENS; t++) {
        snprintf(world->token[t].refresh, sizeof(world->token[t].refresh), "rft-of-token--%d", t);
        world->token[t].life_ms = DAY_MS;
        world->token[t].expires_ms = world->now_ms + 3600 * 1000;
        world->token[t].refresh_expires_ms = world->now_ms + INT64_C(300) * DAY_MS;
    }
    scene_load(scene);
    return scene;
}

static void count_end(void *arg, const struct refresher_told *told)
{
    ((size_t *)arg)[told->end]++;
}

struct run {
    struct store *store;
    struct lock_file *locks;
    struct refresher *refresher;
    size_t ends[REFRESHER_LEFT + 1];
};

/* A process of its own, as far as store and locks know. */
static void begin(struct run *run, struct scene *scene)
{
    static const bool all[TOKENS] = {true, true};
    struct err err = {""};

    *run = (struct run){.store = store_open(scene_state_path(scene, "state.db"), STORE_WRITE, &err)};
    run->locks = token_lock_open(setup_config(scene->setup), &err);
    assert_non_null(run->store);
    assert_non_null(run->locks);
    run->refresher = refresher_new(&(struct refresher_options){
        .env = &scene->env,
        .setup = scene->setup,
        .store = run->store,
        .locks = run->locks,
        .chosen = all,
        .began_ms = scene->world->now_ms,
        .deadline_ms = INT64_MAX,
        .who = "test",
        .told = count_end,
        .told_arg = run->ends,
    });
    assert_non_null(run->refresher);
}

/* Ends it wherever it is, as kill -9 would. */
static void end(struct run *run)
{
    refresher_free(run->refresher);
    lock_close(run->locks);
    store_close(run->store);
}

/* A whole one; the counts by end go to `ends`. */
static void refresh(struct scene *scene, size_t ends[REFRESHER_LEFT + 1])
{
    struct run run;

    begin(&run, scene);
    refresher_run(run.refresher);
    assert_string_equal(refresher_result(run.refresher)->store_fault.text, "");
    memcpy(ends, run.ends, sizeof(run.ends));
    end(&run);
}

static struct token_file file_of(const char *name)
{
    struct token_file file;
    struct err err = {""};

    if (!token_file_read(scratch_path(name), &file, &err))
        fail_msg("%s", err.text);
    return file;
}

static void assert_file_is(const struct world *world, int t)
{
    char name[32];
    struct token_file file;

    snprintf(name, sizeof(name), "tok-%d.token", t);
    file = file_of(name);
    assert_string_equal(secret_reveal(file.access), world->token[t].text);
    assert_string_equal(secret_reveal(file.refresh), world->token[t].refresh);
    assert_int_equal(file.expires, world->token[t].expires_ms / 1000);
    /* Told as a length of time, a moment ago. */
    assert_in_range(file.refresh_expires, world->token[t].refresh_expires_ms / 1000 - 1,
                    world->token[t].refresh_expires_ms / 1000);
    token_file_free(&file);
}

/* What the verdict of tok-0 says of its renewal. */
static struct refresh_verdict verdict_of(struct scene *scene)
{
    struct err err = {""};
    struct store *store = store_open(scene_state_path(scene, "state.db"), STORE_WRITE, &err);
    struct refresh_watch watch;
    struct refresh_verdict verdict;

    assert_true(renewal_read(scene->setup, store, 0, &watch, &err));
    assert_true(refresh_judge(&watch, scene->world->now_ms / 1000, &verdict));
    refresh_watch_free(&watch);
    store_close(store);
    return verdict;
}

static void assert_verdict(struct scene *scene, bool due, bool critical, const char *words)
{
    struct refresh_verdict verdict = verdict_of(scene);

    if (verdict.due != due || verdict.critical != critical || (due && !strstr(verdict.said.message, words)))
        fail_msg("due %d critical %d: %s", verdict.due, verdict.critical,
                 verdict.said.message ? verdict.said.message : "");
    said_clear(&verdict.said);
}

struct events {
    const char *what;
    size_t count;
};

static bool count_event(void *arg, const struct store_event *row)
{
    struct events *events = arg;

    assert_string_equal(row->who, "test");
    events->count += strncmp(row->note, events->what, strlen(events->what)) == 0;
    return true;
}

/* How often the history says so of tok-0. */
static size_t history_of(const struct scene *scene, const char *what)
{
    struct err err = {""};
    struct store *store = store_open(scene_state_path(scene, "state.db"), STORE_READ, &err);
    struct events events = {.what = what};

    assert_true(store_history(store, "token", "app-0", "tok-0", 100, count_event, &events, &err));
    store_close(store);
    return events.count;
}

static void only_the_first_is_due(struct scene *scene)
{
    scene->world->token[1].expires_ms = scene->world->now_ms + DAY_MS;
    scene_load(scene);
}

/* --- what goes well ----------------------------------------------------------------------------------------- */

static void each_is_refreshed_once(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];

    (void)state;
    scene->world->token[1].rotates = true;
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_DONE], 2);
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_NOT_DUE], 2);
    assert_int_equal(world_count(scene->world, PATH, -1), 2);
    for (int t = 0; t < TOKENS; t++)
        assert_file_is(scene->world, t);
    assert_verdict(scene, false, false, "");
    assert_int_equal(history_of(scene, "refreshed"), 1);
    scene_free(scene);
}

static void two_processes_share_the_work(void **state)
{
    struct scene *scene = users();
    struct run one, two;
    bool over_one = false, over_two = false;
    int64_t wake_ms;

    (void)state;
    begin(&one, scene);
    begin(&two, scene);
    while (!over_one || !over_two) {
        over_one = over_one || refresher_step(one.refresher, &wake_ms);
        over_two = over_two || refresher_step(two.refresher, &wake_ms);
        scene->env.wait(scene->env.ctx, 10);
    }
    assert_int_equal(one.ends[REFRESHER_DONE] + two.ends[REFRESHER_DONE], 2);
    assert_true(one.ends[REFRESHER_DONE] == 1); /* neither waits for the other */
    assert_int_equal(one.ends[REFRESHER_SHARED] + two.ends[REFRESHER_SHARED], 2);
    assert_int_equal(world_count(scene->world, PATH, -1), 2);
    end(&one);
    end(&two);
    scene_free(scene);
}

static void the_store_holds_no_secret(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];
    struct err err = {""};
    struct buf b;

    (void)state;
    refresh(scene, ends);
    buf_init(&b, 1 << 24);
    assert_true(file_read(scene_state_path(scene, "state.db"), &b, &err));
    (void)!file_read(scene_state_path(scene, "state.db-wal"), &b, &err); /* where it is left */
    assert_true(buf_len(&b) > 1000);
    assert_non_null(memmem(buf_text(&b), buf_len(&b), "refreshed", 9));
    assert_null(memmem(buf_text(&b), buf_len(&b), "text-of-token", 13));
    assert_null(memmem(buf_text(&b), buf_len(&b), "rft-of-token", 12));
    buf_free(&b);
    scene_free(scene);
}

/* --- what dies ---------------------------------------------------------------------------------------------- */

/* Leaves when the request is under way. */
static void die_in_flight(struct scene *scene)
{
    size_t before = world_count(scene->world, PATH, -1);
    struct run run;
    int64_t wake_ms;

    begin(&run, scene);
    assert_false(refresher_step(run.refresher, &wake_ms));
    while (world_count(scene->world, PATH, -1) == before) { /* until there is a slot */
        scene->env.wait(scene->env.ctx, 10);
        assert_false(refresher_step(run.refresher, &wake_ms));
    }
    end(&run);
}

static void one_that_died_in_flight_is_tried_once_more(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];

    (void)state;
    only_the_first_is_due(scene);
    die_in_flight(scene); /* the simulated API has carried it out */
    assert_verdict(scene, false, false, "");
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_DONE], 1);
    assert_file_is(scene->world, 0);
    assert_verdict(scene, false, false, "");
    assert_int_equal(world_count(scene->world, PATH, -1), 2);
    scene_free(scene);
}

static void a_spent_refresh_token_is_one_warning(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];

    (void)state;
    scene->world->token[0].rotates = true;
    only_the_first_is_due(scene);
    die_in_flight(scene);
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_FAILED], 1);
    assert_verdict(scene, true, false, "The refresh token is invalid.");
    for (int i = 0; i < 5; i++) {
        world_pass(scene->world, DAY_MS);
        refresh(scene, ends); /* no storm */
    }
    assert_int_equal(world_count(scene->world, PATH, 0), 1);
    assert_int_equal(world_count(scene->world, PATH, -1), 2 + 5); /* the other one is well */

    scene_load(scene); /* somebody authorized again */
    assert_verdict(scene, false, false, "");
    world_pass(scene->world, DAY_MS);
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_DONE], 2);
    scene_free(scene);
}

static void two_that_died_end_it(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];

    (void)state;
    only_the_first_is_due(scene);
    die_in_flight(scene);
    die_in_flight(scene);
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_NOT_DUE], 2);
    assert_verdict(scene, true, false, "two refreshes in a row brought no answer");
    assert_int_equal(world_count(scene->world, PATH, -1), 2);
    scene_free(scene);
}

/* The file was written, and nobody could say so any more. */
static void one_that_died_after_it_wrote_is_done(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];

    (void)state;
    only_the_first_is_due(scene);
    die_in_flight(scene);
    scene_load(scene); /* the tokens as they are by now */
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_DONE], 1);
    assert_int_equal(world_count(scene->world, PATH, -1), 1);
    assert_file_is(scene->world, 0);
    assert_int_equal(history_of(scene, "refreshed"), 1);
    scene_free(scene);
}

/* --- what fails --------------------------------------------------------------------------------------------- */

static void nothing_is_sent_that_could_not_be_kept(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];
    char path[4096], real[4096];

    (void)state;
    only_the_first_is_due(scene);
    snprintf(path, sizeof(path), "%s", scratch_path("tok-0.token"));
    snprintf(real, sizeof(real), "%s", scratch_path("elsewhere"));
    assert_int_equal(rename(path, real), 0);
    assert_int_equal(symlink(real, path), 0); /* what is no file is not replaced */
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_FAILED], 1);
    assert_int_equal(scene->world->request_count, 0);
    assert_verdict(scene, true, false, "it is not refreshed: cannot replace");
    scene_free(scene);
}

static void put_a_folder_in_its_place(struct world *world, void *arg)
{
    const char *path = arg;

    if (unlink(path) == 0)
        assert_int_equal(mkdir(path, 0700), 0);
    world->on_request = NULL;
}

static void tokens_that_can_not_be_written_are_kept(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];
    static char path[4096];
    struct token_file kept;
    struct secret *secret;
    struct err err = {""};

    (void)state;
    only_the_first_is_due(scene);
    snprintf(path, sizeof(path), "%s", scratch_path("tok-0.token"));
    scene->world->on_request = put_a_folder_in_its_place;
    scene->world->on_request_arg = path;
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_FAILED], 1);
    assert_verdict(scene, true, false, "are kept in the state folder");
    kept = file_of("state/refreshed.tok-0");
    assert_string_equal(secret_reveal(kept.access), scene->world->token[0].text);
    token_file_free(&kept);
    secret = setup_token_secret(scene->setup, 0, &err); /* sweeps work on */
    assert_non_null(secret);
    assert_string_equal(secret_reveal(secret), scene->world->token[0].text);
    secret_free(secret);

    refresh(scene, ends); /* still a folder */
    assert_int_equal(ends[REFRESHER_FAILED], 1);
    assert_int_equal(rmdir(path), 0);
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_DONE], 1);
    assert_file_is(scene->world, 0);
    assert_int_equal(access(scratch_path("state/refreshed.tok-0"), F_OK), -1);
    assert_verdict(scene, false, false, "");
    assert_int_equal(world_count(scene->world, PATH, -1), 1);
    scene_free(scene);
}

static void fault(struct scene *scene, enum http_outcome outcome, int status, const char *body, int count)
{
    world_clear_faults(scene->world);
    world_add_fault(
        scene->world,
        &(struct world_fault){
            .outcome = outcome, .status = status, .body = body, .path = PATH, .token = -1, .count = count});
}

static void faults_are_waited_out(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];

    (void)state;
    only_the_first_is_due(scene);
    fault(scene, HTTP_DONE, 503, "<html>", 1000);
    for (int i = 0; i < 360; i++) { /* an hour */
        refresh(scene, ends);
        world_pass(scene->world, 10 * 1000);
    }
    assert_in_range(world_count(scene->world, PATH, 0), 6, 8);
    assert_int_equal(history_of(scene, "not refreshed: HTTP 503"), 1);
    assert_verdict(scene, true, false, "HTTP 503"); /* the last hour of the access token */
    world_clear_faults(scene->world);
    world_pass(scene->world, 1800 * 1000);
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_DONE], 1);
    assert_verdict(scene, false, false, "");
    scene_free(scene);
}

static void refusals_are_final(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];

    (void)state;
    scene->world->token[0].refresh_expires_ms = 0;
    only_the_first_is_due(scene);
    fault(scene, HTTP_DONE, 200,
          "{\"code\":40103,\"message\":\"The refresh token is expired.\",\"request_id\":\"r\"}", 1);
    refresh(scene, ends);
    assert_int_equal(ends[REFRESHER_FAILED], 1);
    assert_verdict(scene, true, true, "The refresh token is expired.");
    world_pass(scene->world, 3600 * 1000);
    refresh(scene, ends);
    assert_int_equal(world_count(scene->world, PATH, -1), 1);
    scene_free(scene);
}

static void no_answer_is_tried_once_more(void **state)
{
    struct scene *scene = users();
    size_t ends[REFRESHER_LEFT + 1];

    (void)state;
    only_the_first_is_due(scene);
    fault(scene, HTTP_TIMED_OUT, 0, NULL, 2);
    refresh(scene, ends);
    assert_verdict(scene, false, false, "");
    refresh(scene, ends);
    assert_verdict(scene, true, false, "brought no answer");
    refresh(scene, ends);
    assert_int_equal(world_count(scene->world, PATH, -1), 2);
    scene_free(scene);
}

static void a_silent_api_is_left_alone(void **state)
{
    struct scene *scene = scene_new(6, 1);
    struct refresher_result result;
    static const bool all[6] = {true, true, true, true, true, true};
    struct err err = {""};

    (void)state;
    scene->token = "kind = tt_user\nrefresh = yes\n";
    scene->app = "tier = ultimate\nbudget = 100%\n";
    for (int t = 0; t < 6; t++)
        snprintf(scene->world->token[t].refresh, sizeof(scene->world->token[t].refresh), "rft-of-token--%d", t);
    (void)mkdir(scratch_path("state"), 0770);
    scene_load(scene);
    fault(scene, HTTP_NO_CONNECT, 0, NULL, 1000);
    assert_true(refresh_run(
        &(struct refresher_options){
            .env = &scene->env, .setup = scene->setup, .chosen = all, .deadline_ms = INT64_MAX, .who = "test"},
        &result, &err));
    assert_int_equal(result.failed, 3);
    assert_int_equal(result.calls, 3);
    scene_free(scene);
}

/* Without the store no intent can be recorded. */
static void without_a_store_nothing_is_sent(void **state)
{
    struct scene *scene = users();
    struct refresher_result result;
    static const bool all[TOKENS] = {true, true};
    struct err err = {""};

    (void)state;
    assert_int_equal(mkdir(scratch_path("state/state.db"), 0770), 0);
    assert_false(refresh_run(
        &(struct refresher_options){
            .env = &scene->env, .setup = scene->setup, .chosen = all, .deadline_ms = INT64_MAX, .who = "test"},
        &result, &err));
    assert_int_equal(scene->world->request_count, 0);
    scene_round(scene); /* sweeps go on */
    assert_int_equal(world_count(scene->world, PATH, -1), 0);
    assert_true(scene->result.verified > 0);
    scene_free(scene);
}

/* --- in a round --------------------------------------------------------------------------------------------- */

static void rounds_refresh_before_they_ask(void **state)
{
    struct scene *scene = users();
    struct round_options options;

    (void)state;
    world_pass(scene->world, 3600 * 1000); /* both have ended */
    scene_round(scene);
    assert_int_equal(world_count(scene->world, PATH, -1), 2);
    assert_int_equal(scene_token(scene, "tok-0").verdict.cause, CAUSE_AUTHORIZED);
    assert_non_null(strstr(scene_token(scene, "tok-0").note, "the refresh token ends at 2027-"));

    /* Whom it refreshed it asks, however young the last sweep is. */
    options = scene_now(scene);
    options.began_ms++;
    options.max_age_ms = INT64_C(10) * DAY_MS;
    scene_round_with(scene, &options);
    assert_int_equal(scene->result.asked, 0);
    world_pass(scene->world, 22 * 3600 * INT64_C(1000));
    options.began_ms = scene->world->now_ms;
    scene_round_with(scene, &options);
    assert_int_equal(world_count(scene->world, PATH, -1), 4);
    assert_int_equal(scene->result.asked, 2);
    scene_free(scene);
}

static void rounds_do_not_wait_for_what_others_have_in_hand(void **state)
{
    struct scene *scene = users();
    struct round_options options = scene_now(scene);
    struct err err = {""};
    struct lock_file *others = token_lock_open(setup_config(scene->setup), &err);
    const int64_t began_ms = scene->world->now_ms;
    char name[TOKEN_LOCK_MAX];

    (void)state;
    assert_non_null(others);
    token_lock_name(setup_config(scene->setup), 0, name);
    assert_int_equal(lock_try(others, name, &err), LOCK_HELD);
    options.deadline_ms = scene->world->mono_ms + 60 * 1000;
    scene_round_with(scene, &options);
    assert_int_equal(world_count(scene->world, PATH, 1), 1);
    assert_int_equal(world_count(scene->world, PATH, 0), 0);
    assert_int_equal(scene->result.asked, 1);
    assert_true(scene->world->request[scene->world->request_count - 1].wall_ms < began_ms + 2000);
    lock_close(others);
    scene_free(scene);
}

static void what_is_only_watched_is_told_in_rounds(void **state)
{
    struct scene *scene = users();
    struct board_root root;
    int64_t since;

    (void)state;
    scene->token = "kind = tt_user\n";
    scene->world->token[0].refresh_expires_ms = scene->world->now_ms + INT64_C(31) * DAY_MS;
    scene->world->token[0].expires_ms = scene->world->token[1].expires_ms = 0;
    scene_load(scene);
    scene_round(scene);
    assert_int_equal(scene_token(scene, "tok-0").verdict.cause, CAUSE_AUTHORIZED);
    world_pass(scene->world, DAY_MS);
    scene_round(scene);
    since = scene->world->now_ms / 1000;
    assert_int_equal(scene_token(scene, "tok-0").verdict.cause, CAUSE_REFRESH_DUE);
    assert_int_equal(scene_token(scene, "tok-0").verdict.state, STATE_WARNING);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(scene_token(scene, "tok-0").verdict.since, since);
        assert_true(snapshot_root(scene->snapshot, 0, &root));
        assert_int_equal(root.kind, SCOPE_TOKEN);
        assert_int_equal(root.since, since);
        world_pass(scene->world, 3600 * 1000);
        scene_round(scene);
    }
    world_pass(scene->world, INT64_C(23) * DAY_MS);
    scene_round(scene);
    assert_int_equal(scene_token(scene, "tok-0").verdict.state, STATE_CRITICAL);
    assert_int_equal(scene_advertiser(scene, 0).verdict.state, STATE_OK);
    assert_int_equal(world_count(scene->world, PATH, -1), 0);
    assert_int_equal(scene_history(scene, "token", "tok-0", NULL, 0), 3); /* baseline, and twice worse */
    scene_free(scene);
}

#define SCRATCH_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(each_is_refreshed_once),
        SCRATCH_TEST(two_processes_share_the_work),
        SCRATCH_TEST(the_store_holds_no_secret),
        SCRATCH_TEST(one_that_died_in_flight_is_tried_once_more),
        SCRATCH_TEST(a_spent_refresh_token_is_one_warning),
        SCRATCH_TEST(two_that_died_end_it),
        SCRATCH_TEST(one_that_died_after_it_wrote_is_done),
        SCRATCH_TEST(nothing_is_sent_that_could_not_be_kept),
        SCRATCH_TEST(tokens_that_can_not_be_written_are_kept),
        SCRATCH_TEST(faults_are_waited_out),
        SCRATCH_TEST(refusals_are_final),
        SCRATCH_TEST(no_answer_is_tried_once_more),
        SCRATCH_TEST(a_silent_api_is_left_alone),
        SCRATCH_TEST(without_a_store_nothing_is_sent),
        SCRATCH_TEST(rounds_refresh_before_they_ask),
        SCRATCH_TEST(rounds_do_not_wait_for_what_others_have_in_hand),
        SCRATCH_TEST(what_is_only_watched_is_told_in_rounds),
    };

    /* What goes wrong on purpose is not of interest. */
    log_setup(LOG_LEVEL_ERROR, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
