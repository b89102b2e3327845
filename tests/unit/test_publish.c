/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/publish: the board of all that is known becomes the snapshot, with or without a store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../simulation/scene.h"
#include "base/file.h"
#include "base/log.h"
#include "probe/publish.h"
#include "scratch.h"

struct publishing {
    struct scene *scene;
    struct store *store;
    struct memory own[2];
    bool is_own[2];
    const char *stamp[2];
    struct buf bytes;
    struct publish_result result;
    struct snapshot *snapshot;
};

static struct publishing *begin(void)
{
    struct publishing *p = calloc(1, sizeof(*p));
    struct err err = {""};

    assert_non_null(p);
    p->scene = scene_new(2, 6);
    for (size_t i = 3; i < 6; i++)
        p->scene->expected[i] = p->scene->world->advertiser[i].granted = 2;
    scene_load(p->scene);
    memory_init(&p->own[0]);
    memory_init(&p->own[1]);
    buf_init(&p->bytes, SNAPSHOT_SIZE_MAX);
    p->store = store_open(scene_state_path(p->scene, "state.db"), STORE_WRITE, &err);
    assert_non_null(p->store);
    return p;
}

static void end(struct publishing *p)
{
    snapshot_close(p->snapshot);
    buf_free(&p->bytes);
    memory_free(&p->own[0]);
    memory_free(&p->own[1]);
    store_close(p->store);
    scene_free(p->scene);
    free(p);
}

static void run(struct publishing *p)
{
    struct err err = {""};

    snapshot_close(p->snapshot);
    if (!publish(
            &(struct publish_input){
                .setup = p->scene->setup,
                .store = p->store,
                .store_fault = p->store ? "" : "no store today",
                .own = p->own,
                .is_own = p->is_own,
                .secret_stamp = p->stamp,
                .now = p->scene->world->now_ms / 1000,
            },
            &p->bytes, &p->result))
        fail_msg("%s", p->result.fault.text);
    p->snapshot = snapshot_open(buf_text(&p->bytes), buf_len(&p->bytes), &err);
    if (!p->snapshot)
        fail_msg("%s", err.text);
}

static struct verdict verdict_of(const struct publishing *p, size_t i)
{
    struct board_advertiser row;

    assert_true(snapshot_find_advertiser(p->snapshot, 0, p->scene->world->advertiser[i].id, &row, NULL));
    return row.verdict;
}

/* What this process found out about a token itself: all of it is covered. */
static void find_out(struct publishing *p, size_t t, size_t first, size_t behind)
{
    struct memory *memory = &p->own[t];
    int64_t now = p->scene->world->now_ms / 1000;

    p->is_own[t] = true;
    memory->status = TOKEN_ALIVE;
    memory->since = memory->last_ok = memory->verified_at = memory->list_at = now;
    memory->began_ms = memory->ended_ms = now * 1000;
    for (size_t i = first; i < behind; i++) {
        struct grant *grant = memory_add_grant(memory, p->scene->world->advertiser[i].id);

        assert_non_null(grant);
        grant_cover(grant, CAUSE_AUTHORIZED, now);
    }
}

static void test_from_the_store(void **state)
{
    struct publishing *p = begin();
    struct buf file;
    struct err err = {""};
    struct stat st;
    struct board_input input;

    (void)state;
    scene_round(p->scene);
    world_pass(p->scene->world, 300000);
    run(p);
    assert_true(p->result.published);
    assert_int_equal(p->result.changes, 0);
    assert_string_equal(p->result.store_fault.text, "");
    assert_int_equal(verdict_of(p, 4).cause, CAUSE_AUTHORIZED);
    assert_int_equal(snapshot_board(p->snapshot)->made_at, p->scene->world->now_ms / 1000);
    assert_true(snapshot_board(p->snapshot)->version[0]);
    buf_init(&file, SNAPSHOT_SIZE_MAX);
    assert_true(file_read(scene_state_path(p->scene, "snapshot"), &file, &err));
    assert_int_equal(buf_len(&file), buf_len(&p->bytes));
    assert_memory_equal(buf_text(&file), buf_text(&p->bytes), buf_len(&file));
    buf_free(&file);
    assert_int_equal(stat(scene_state_path(p->scene, "snapshot"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_true(snapshot_input(p->snapshot, 0, &input));
    assert_string_equal(input.path, scratch_path("t.conf"));
    end(p);
}

static void test_without_a_store_own_wins_again_and_again(void **state)
{
    struct publishing *p = begin();

    (void)state;
    scene_round(p->scene);
    store_close(p->store);
    p->store = NULL;
    world_pass(p->scene->world, 300000);
    find_out(p, 0, 0, 2); /* the third one is not known here */
    for (int k = 0; k < 3; k++) {
        run(p);
        assert_true(p->result.published);
        assert_string_equal(snapshot_board(p->snapshot)->store_fault, "no store today");
        assert_int_equal(verdict_of(p, 0).verified_at, p->scene->world->now_ms / 1000);
        assert_int_equal(verdict_of(p, 2).state, STATE_UNKNOWN);
        assert_int_equal(verdict_of(p, 4).cause, CAUSE_AUTHORIZED); /* as the last snapshot has it */
        assert_int_equal(verdict_of(p, 4).verified_at, p->scene->world->now_ms / 1000 - 300);
    }
    assert_int_equal(p->own[0].grant_count, 2);
    end(p);
}

static void test_changes_that_can_not_be_recorded_are_published(void **state)
{
    struct publishing *p = begin();
    struct err err = {""};

    (void)state;
    scene_round(p->scene);
    assert_true(store_retire(p->store, "app-0", p->scene->world->advertiser[1].id, p->scene->world->now_ms / 1000,
                             "me", &err));
    store_close(p->store);
    p->store = store_open(scene_state_path(p->scene, "state.db"), STORE_READ, &err);
    assert_non_null(p->store);
    run(p);
    assert_true(p->result.published);
    assert_true(p->result.store_fault.text[0]);
    assert_string_equal(snapshot_board(p->snapshot)->store_fault, p->result.store_fault.text);
    assert_int_equal(p->result.changes, 1);
    assert_int_equal(verdict_of(p, 1).cause, CAUSE_RETIRED);
    end(p);
}

static void test_nowhere_to_publish(void **state)
{
    struct publishing *p = begin();

    (void)state;
    scene_round(p->scene);
    assert_int_equal(unlink(scene_state_path(p->scene, "snapshot")), 0);
    assert_int_equal(mkdir(scene_state_path(p->scene, "snapshot"), 0700), 0); /* no file to replace */
    run(p);
    assert_false(p->result.published);
    assert_non_null(strstr(p->result.fault.text, "snapshot"));
    assert_int_equal(verdict_of(p, 1).cause, CAUSE_AUTHORIZED);
    end(p);
}

static void test_complaints_are_on_the_board(void **state)
{
    struct publishing *p = begin();
    struct board_complaint complaint;

    (void)state;
    p->scene->rest = "[sweeeep]\nx = 1\n";
    scene_load(p->scene);
    run(p);
    assert_true(snapshot_complaint(p->snapshot, 0, &complaint));
    assert_non_null(strstr(complaint.text, "sweeeep"));
    assert_non_null(strstr(complaint.text, "t.conf"));
    end(p);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_from_the_store),
        TEST(test_without_a_store_own_wins_again_and_again),
        TEST(test_changes_that_can_not_be_recorded_are_published),
        TEST(test_nowhere_to_publish),
        TEST(test_complaints_are_on_the_board),
    };

    log_setup(LOG_LEVEL_ERROR, false);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
