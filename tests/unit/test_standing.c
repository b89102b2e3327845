/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * probe/standing: a configuration that was spoilt changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/standing.h"
#include "probe_fixture.h"
#include "scratch.h"

static struct standing *load(const char *path)
{
    struct err err = {""};
    struct standing *standing = standing_new(path, &err);

    if (!standing)
        fail_msg("%s", err.text);
    return standing;
}

static void a_good_one_is_taken(void **state)
{
    struct standing *standing = load(probe_config("[sweep]\ninterval = 2m\n"));
    struct err err = {""};

    (void)state;
    assert_int_equal(standing_config(standing)->sweep.interval_s, 120);
    (void)probe_config("[sweep]\ninterval = 3m\n");
    assert_true(standing_reload(standing, &err));
    assert_int_equal(standing_config(standing)->sweep.interval_s, 180);
    standing_free(standing);
}

static void a_new_fault_is_refused_and_named(void **state)
{
    struct standing *standing = load(probe_config("[sweep]\ninterval = 2m\n"));
    struct err err = {""};

    (void)state;
    (void)probe_config("[sweep]\ninterval = soon\n");
    assert_false(standing_reload(standing, &err));
    assert_non_null(strstr(err.text, "t.conf line "));
    assert_non_null(strstr(err.text, "interval"));
    assert_int_equal(standing_config(standing)->sweep.interval_s, 120);
    standing_free(standing);
}

static void a_missing_file_is_refused(void **state)
{
    const char *path = probe_config("[sweep]\ninterval = 2m\n");
    struct standing *standing = load(path);
    struct err err = {""};

    (void)state;
    assert_int_equal(unlink(path), 0);
    assert_false(standing_reload(standing, &err));
    assert_non_null(strstr(err.text, "t.conf"));
    assert_int_equal(standing_config(standing)->sweep.interval_s, 120);
    standing_free(standing);
    assert_null(standing_new(path, &err));
}

static void an_old_fault_does_not_hold_up_a_mended_rest(void **state)
{
    struct standing *standing = load(probe_config("[sweep]\nintervall = 1m\n"));
    struct err err = {""};

    (void)state;
    assert_int_equal(standing_complaints(standing)->count, 1);
    (void)probe_config("[sweep]\nintervall = 1m\ninterval = 7m\n");
    assert_true(standing_reload(standing, &err));
    assert_int_equal(standing_config(standing)->sweep.interval_s, 420);
    standing_free(standing);
}

static void setups_are_made_from_what_stands(void **state)
{
    const char *path = probe_config("[sweep]\ninterval = 2m\n[inventory]\nfile = a.csv\n");
    struct standing *standing;
    struct setup *setup;
    struct err err = {""};
    const struct board_input *inputs;

    (void)state;
    (void)probe_file("a.csv", "advertiser_id,name,token,owner\n1,A,one,o\n");
    standing = load(path);
    (void)probe_config_alone("rubbish");
    assert_false(standing_reload(standing, &err));
    setup = standing_setup(standing, &err);
    assert_non_null(setup);
    assert_int_equal(setup_config(setup)->sweep.interval_s, 120);
    assert_int_equal(setup_inventory(setup)->count, 1);
    /* The fingerprint is of the file that was accepted, so that readers see that it has changed since. */
    assert_int_equal(setup_inputs(setup, &inputs), 3);
    assert_true(inputs[0].stamp.size > 10);
    setup_free(setup);
    /* The inventory is read anew each time. */
    (void)probe_file("a.csv", "advertiser_id,name,token,owner\n1,A,one,o\n2,B,one,o\n");
    setup = standing_setup(standing, &err);
    assert_non_null(setup);
    assert_int_equal(setup_inventory(setup)->count, 2);
    setup_free(setup);
    standing_free(standing);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_good_one_is_taken),
        TEST(a_new_fault_is_refused_and_named),
        TEST(a_missing_file_is_refused),
        TEST(an_old_fault_does_not_hold_up_a_mended_rest),
        TEST(setups_are_made_from_what_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
