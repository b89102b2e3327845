/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/slot: slots of the quota are committed in the store, for all processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../simulation/scene.h"
#include "probe/slot.h"
#include "scratch.h"

static struct store *open_store(const struct scene *scene)
{
    struct err err = {""};
    struct store *store = store_open(scene_state_path(scene, "state.db"), STORE_WRITE, &err);

    if (!store)
        fail_msg("%s", err.text);
    return store;
}

static enum quota_wait take(struct store *store, const struct config_app *app, int64_t now_ms, int64_t *wait_ms)
{
    enum quota_wait result = QUOTA_STOPPED;
    struct err err = {""};

    assert_true(slot_take(store, app, 1, now_ms, &result, wait_ms, &err));
    return result;
}

static void test_two_handles_never_get_one_slot(void **state)
{
    struct scene *scene = scene_new(2, 1);
    const struct config_app *app;
    struct store *one, *two;
    int64_t now_ms = scene->world->now_ms;
    int64_t wait_ms;

    (void)state;
    scene->world->token[1].app = 1;
    scene_load(scene);
    app = setup_config(scene->setup)->app;
    one = open_store(scene);
    two = open_store(scene);
    assert_int_equal(take(one, &app[0], now_ms, &wait_ms), QUOTA_TAKEN);
    assert_int_equal(take(two, &app[0], now_ms, &wait_ms), QUOTA_PACE);
    assert_int_equal(wait_ms, 1000);
    assert_int_equal(take(two, &app[1], now_ms, &wait_ms), QUOTA_TAKEN); /* another app, another quota */
    assert_int_equal(take(two, &app[0], now_ms + 1000, &wait_ms), QUOTA_TAKEN);
    assert_int_equal(take(one, &app[0], now_ms + 1999, &wait_ms), QUOTA_PACE);
    store_close(one);
    store_close(two);
    scene_free(scene);
}

static void test_a_stop_is_for_all(void **state)
{
    struct scene *scene = scene_new(1, 1);
    const struct config_app *app;
    struct store *store;
    struct err err = {""};
    int64_t now_ms = scene->world->now_ms;
    int64_t wait_ms;

    (void)state;
    scene_load(scene);
    app = setup_config(scene->setup)->app;
    store = open_store(scene);
    assert_true(slot_throttled(store, app, THROTTLE_MINUTE, 0, now_ms, &err));
    store_close(store);
    store = open_store(scene);
    assert_int_equal(take(store, app, now_ms + 1000, &wait_ms), QUOTA_STOPPED);
    assert_int_equal(wait_ms, 299 * 1000);
    store_close(store);
    scene_free(scene);
}

static void test_a_store_that_fails_gives_no_slot(void **state)
{
    struct scene *scene = scene_new(1, 1);
    const struct config_app *app;
    struct store *store;
    enum quota_wait result;
    int64_t wait_ms;
    struct err err = {""};

    (void)state;
    scene_load(scene);
    app = setup_config(scene->setup)->app;
    store_close(open_store(scene));
    store = store_open(scene_state_path(scene, "state.db"), STORE_READ, &err);
    assert_non_null(store);
    assert_false(slot_take(store, app, 1, scene->world->now_ms, &result, &wait_ms, &err));
    assert_true(err.text[0]);
    assert_false(slot_throttled(store, app, THROTTLE_DAY, 0, scene->world->now_ms, &err));
    store_close(store);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_two_handles_never_get_one_slot, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_a_stop_is_for_all, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_a_store_that_fails_gives_no_slot, scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
