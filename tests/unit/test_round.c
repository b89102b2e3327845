/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/round over a simulated world: from what the API answers to what is published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"
#include "scratch.h"

static void test_quiet_round(void **state)
{
    struct scene *scene = scene_new(1, 20);

    (void)state;
    scene_load(scene);
    scene_round(scene);
    assert_int_equal(scene->result.asked, 1);
    assert_int_equal(scene->result.verified, 1);
    assert_int_equal(scene->result.calls, 1);
    assert_true(scene->result.published);
    assert_string_equal(scene->result.store_fault, "");
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(scene_advertiser(scene, i).verdict.cause, CAUSE_AUTHORIZED);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_quiet_round, scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
