/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/needs: which permissions a token's advertisers need, and who needs each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "../simulation/scene.h"
#include "alloc_fail.h"
#include "probe/needs.h"
#include "scratch.h"

static const char rest[] =
    "[advertiser 11]\ntoken = tok-0\nname = n\nowner = o\nrequired_permissions = GET /own/, GET /all/\n"
    "[advertiser 12]\ntoken = tok-0\nname = n\nowner = o\n"
    "[advertiser 13]\ntoken = tok-0\nname = n\nowner = o\nrequired_permissions = GET /own/\n";

static struct scene *load(void)
{
    struct scene *scene = scene_new(1, 0);

    scene->token = "required_permissions = GET /all/, POST /all/";
    scene->rest = rest;
    scene_load(scene);
    return scene;
}

static void test_what_all_need_and_what_some_need(void **state)
{
    struct scene *scene = load();
    struct members members;
    struct needs needs;

    (void)state;
    assert_true(members_of(setup_inventory(scene->setup), 0, &members));
    assert_int_equal(members.count, 3);
    assert_true(needs_of(scene->setup, 0, &members, &needs));
    assert_int_equal(needs.count, 3);
    assert_string_equal(needs.item[0].path, "/all/");
    assert_string_equal(needs.item[0].method, "GET");
    assert_null(needs.item[0].member); /* all: an advertiser that asks for it too changes nothing */
    assert_string_equal(needs.item[1].method, "POST");
    assert_string_equal(needs.item[2].path, "/own/");
    assert_int_equal(needs.item[2].member_count, 2);
    assert_string_equal(members.id[needs.item[2].member[0]], "11");
    assert_string_equal(members.id[needs.item[2].member[1]], "13");
    needs_free(&needs);
    members_free(&members);
    scene_free(scene);
}

struct asking {
    struct scene *scene;
    struct members members;
};

static bool list(void *arg)
{
    struct asking *asking = arg;
    struct needs needs;
    bool ok = needs_of(asking->scene->setup, 0, &asking->members, &needs);

    needs_free(&needs);
    return ok;
}

static void test_out_of_memory(void **state)
{
    struct asking asking = {.scene = load()};

    (void)state;
    assert_true(members_of(setup_inventory(asking.scene->setup), 0, &asking.members));
    assert_true(alloc_fail_each(list, &asking) >= 4);
    members_free(&asking.members);
    scene_free(asking.scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_all_need_and_what_some_need, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_out_of_memory, scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
