/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/members: the advertisers of each token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../simulation/scene.h"
#include "alloc_fail.h"
#include "probe/recall.h"
#include "scratch.h"

static void test_each_token_has_its_own_in_order(void **state)
{
    struct scene *scene = scene_new(3, 10);
    struct members members;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        scene->expected[i] = i % 2 ? 3 : 1;
    scene_load(scene);
    assert_true(members_of(setup_inventory(scene->setup), 0, &members));
    assert_int_equal(members.count, 10);
    members_free(&members);
    assert_true(members_of(setup_inventory(scene->setup), 1, &members));
    assert_int_equal(members.count, 5);
    for (size_t k = 0; k < 5; k++) {
        assert_string_equal(members.id[k], scene->world->advertiser[2 * k + 1].id);
        assert_string_equal(members.advertiser[k]->id, members.id[k]);
    }
    members_free(&members);
    assert_true(members_of(setup_inventory(scene->setup), 2, &members));
    assert_int_equal(members.count, 0);
    members_free(&members);
    scene_free(scene);
}

static bool list(void *arg)
{
    struct members members;
    bool ok = members_of(arg, 0, &members);

    if (ok)
        members_free(&members);
    return ok;
}

static void test_out_of_memory(void **state)
{
    struct scene *scene = scene_new(1, 3);

    (void)state;
    scene_load(scene);
    assert_int_equal(alloc_fail_each(list, (void *)(uintptr_t)setup_inventory(scene->setup)), 2);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_token_has_its_own_in_order, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_out_of_memory, scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
