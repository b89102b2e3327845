/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Named texts. */
#include "store_fixture.h"

#include <stdlib.h>
#include <string.h>

static void assert_value(struct fixture *f, const char *name, const char *expected)
{
    char *value = NULL;
    assert_works(f, store_get_value(f->store, name, &value, &f->err));
    assert_non_null(value);
    assert_string_equal(value, expected);
    free(value);
}

static void values_are_set_and_replaced(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    char *value = f->folder;
    assert_works(f, store_get_value(f->store, "size", &value, &f->err));
    assert_null(value);
    assert_works(f, store_set_value(f->store, "size", "12", &f->err));
    assert_works(f, store_set_value(f->store, "other", NULL, &f->err));
    assert_value(f, "size", "12");
    assert_value(f, "other", "");
    assert_works(f, store_set_value(f->store, "size", "13", &f->err));
    fixture_open(f, STORE_READ);
    assert_value(f, "size", "13");
}

static void a_long_value_is_kept_whole(void **state)
{
    enum { LONG = 300000 };
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    char *value = malloc(LONG + 1);
    assert_non_null(value);
    memset(value, 'x', LONG);
    value[LONG] = '\0';
    assert_works(f, store_set_value(f->store, "long", value, &f->err));
    assert_value(f, "long", value);
    free(value);
}

static void a_reader_writes_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    fixture_open(f, STORE_READ);
    assert_false(store_set_value(f->store, "size", "12", &f->err));
    assert_true(fixture_says(f, "readonly database"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(values_are_set_and_replaced),
        TEST(a_long_value_is_kept_whole),
        TEST(a_reader_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
