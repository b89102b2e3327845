/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * States, their order, and the names of the small enums. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/state.h"

static void orders_by_severity(void **state)
{
    static const enum state order[] = {STATE_OK, STATE_WARNING, STATE_UNKNOWN, STATE_CRITICAL};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(order); i++) {
        for (size_t j = 0; j < TTA_LEN(order); j++) {
            assert_int_equal(state_worst(order[i], order[j]), order[i > j ? i : j]);
            assert_int_equal(state_severity(order[i]) < state_severity(order[j]), i < j);
        }
    }
}

static void values_are_exit_codes(void **state)
{
    (void)state;
    assert_int_equal(STATE_OK, 0);
    assert_int_equal(STATE_WARNING, 1);
    assert_int_equal(STATE_CRITICAL, 2);
    assert_int_equal(STATE_UNKNOWN, 3);
}

static void names_states(void **state)
{
    static const char *const names[] = {"ok", "warning", "critical", "unknown"};
    static const char *const upper[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    enum state read;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(names); i++) {
        assert_string_equal(state_name((enum state)i), names[i]);
        assert_string_equal(state_upper_name((enum state)i), upper[i]);
        assert_true(state_from_name(names[i], &read));
        assert_int_equal(read, i);
        assert_false(state_from_name(upper[i], &read));
    }
    read = STATE_WARNING;
    assert_false(state_from_name("", &read));
    assert_false(state_from_name("okay", &read));
    assert_int_equal(read, STATE_WARNING);
}

static void names_scopes(void **state)
{
    static const char *const names[] = {"api",      "app",        "token", "client",
                                        "endpoint", "advertiser", "video", "connect"};
    enum scope read;

    (void)state;
    for (size_t i = 0; i < TTA_LEN(names); i++) {
        assert_string_equal(scope_name((enum scope)i), names[i]);
        assert_true(scope_from_name(names[i], &read));
        assert_int_equal(read, i);
    }
    assert_false(scope_from_name("apps", &read));
}

static void names_actors_and_urgencies(void **state)
{
    (void)state;
    assert_string_equal(actor_name(ACTOR_NOBODY), "nobody");
    assert_string_equal(actor_name(ACTOR_GRANTOR), "grantor");
    assert_string_equal(actor_name(ACTOR_US), "us");
    assert_string_equal(actor_name(ACTOR_CLIENT), "client");
    assert_string_equal(actor_name(ACTOR_ADVERTISER), "advertiser");
    assert_string_equal(actor_name(ACTOR_BUSINESS_CENTER_ADMIN), "business_center_admin");
    assert_string_equal(actor_name(ACTOR_TIKTOK), "tiktok");
    assert_string_equal(urgency_name(URGENCY_NONE), "none");
    assert_string_equal(urgency_name(URGENCY_LOW), "low");
    assert_string_equal(urgency_name(URGENCY_HIGH), "high");
}

static void resolves_the_grantor_alone(void **state)
{
    (void)state;
    assert_int_equal(actor_resolve(ACTOR_GRANTOR, GRANTED_BY_US), ACTOR_US);
    assert_int_equal(actor_resolve(ACTOR_GRANTOR, GRANTED_BY_CLIENT), ACTOR_CLIENT);
    for (int a = ACTOR_NOBODY; a <= ACTOR_TIKTOK; a++) {
        if (a != ACTOR_GRANTOR) {
            assert_int_equal(actor_resolve((enum actor)a, GRANTED_BY_US), a);
            assert_int_equal(actor_resolve((enum actor)a, GRANTED_BY_CLIENT), a);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_by_severity),
        cmocka_unit_test(values_are_exit_codes),
        cmocka_unit_test(names_states),
        cmocka_unit_test(names_scopes),
        cmocka_unit_test(names_actors_and_urgencies),
        cmocka_unit_test(resolves_the_grantor_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
