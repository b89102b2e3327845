/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/plan: what a round costs and how long it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "config_fixture.h"
#include "core/plan.h"

static struct config *config;
static struct inventory *inventory;

static void load(const char *ini, size_t advertisers)
{
    struct complaints complaints;
    struct buf csv;

    complaints_init(&complaints);
    buf_init(&csv, 16 << 20);
    buf_str(&csv, "advertiser_id,name,token,owner\n");
    for (size_t i = 0; i < advertisers; i++)
        buf_printf(&csv, "%zu,n,a%s,o\n", 1000000 + i, i % 2 ? " b" : "");
    config = config_fixture(ini, &complaints);
    inventory = inventory_fixture(config, buf_text(&csv), &complaints);
    complaints_free(&complaints);
    buf_free(&csv);
}

static void unload(void)
{
    inventory_free(inventory);
    config_free(config);
}

static void test_a_token_is_a_call(void **state)
{
    (void)state;
    load("[app one]\napp_id = 1\nsecret_file = s\n[token a]\napp = one\ntoken_file = t\n"
         "[token b]\napp = one\ntoken_file = t\n",
         10001);
    assert_int_equal(plan_round_calls(config, inventory, 0), 2);
    assert_int_equal(plan_round_s(config, inventory), 2);
    assert_int_equal(plan_real_interval_s(config, inventory), 300);
    assert_int_equal(plan_stale_after_s(config, inventory), 1800);
    unload();
}

static void test_account_status_comes_in_batches(void **state)
{
    (void)state;
    load("[app one]\napp_id = 1\nsecret_file = s\n[token a]\napp = one\ntoken_file = t\n"
         "[token b]\napp = one\ntoken_file = t\n[sweep]\naccount_status = yes\n",
         10001);
    assert_int_equal(plan_round_calls(config, inventory, 0), 2 + 101 + 50);
    unload();
    load("[app one]\napp_id = 1\n[token a]\napp = one\ntoken_file = t\n"
         "[token b]\napp = one\ntoken_file = t\n",
         10001);
    assert_int_equal(plan_round_calls(config, inventory, 0), 101 + 50); /* no secret: no list */
    unload();
}

static void test_probes_are_spread_over_their_interval(void **state)
{
    (void)state;
    load("[app one]\napp_id = 1\nsecret_file = s\n"
         "[token a]\napp = one\ntoken_file = t\nrequired_permissions = GET /a/, GET /b/, GET /c/\n"
         "[token b]\napp = one\ntoken_file = t\n[sweep]\npermission_interval = 15m\n",
         10);
    assert_int_equal(plan_round_calls(config, inventory, 0), 2 + 1);
    unload();
}

static void test_a_small_budget_stretches_the_interval(void **state)
{
    (void)state;
    load("[app one]\napp_id = 1\nbudget = 1%\n[token a]\napp = one\ntoken_file = t\n"
         "[app two]\napp_id = 1\nsecret_file = s\n[token b]\napp = two\ntoken_file = t\n",
         10000);
    assert_int_equal(plan_round_calls(config, inventory, 0), 100);
    assert_int_equal(plan_round_s(config, inventory), 100 * 10 + 1);
    assert_int_equal(plan_real_interval_s(config, inventory), 1001);
    assert_int_equal(plan_stale_after_s(config, inventory), 6006);
    unload();
}

static bool plan_all(void *arg)
{
    (void)arg;
    return plan_round_calls(config, inventory, 0) > 0 && plan_round_s(config, inventory) > 0;
}

static void test_out_of_memory_is_no_plan(void **state)
{
    (void)state;
    load("[app one]\napp_id = 1\nsecret_file = s\n[token a]\napp = one\ntoken_file = t\n"
         "[token b]\napp = one\ntoken_file = t\n",
         10);
    assert_int_equal(alloc_fail_each(plan_all, NULL), 2);
    unload();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_token_is_a_call),
        cmocka_unit_test(test_account_status_comes_in_batches),
        cmocka_unit_test(test_probes_are_spread_over_their_interval),
        cmocka_unit_test(test_a_small_budget_stretches_the_interval),
        cmocka_unit_test(test_out_of_memory_is_no_plan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
