/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Retired advertisers. */
#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

static bool list_retired(void *arg, const char *app, const char *advertiser_id, int64_t at, const char *who)
{
    char *list = arg;
    size_t len = strlen(list);
    (void)snprintf(list + len, 128 - len, "%s/%s %lld %s;", app, advertiser_id, (long long)at, who);
    return true;
}

static void assert_retired(struct fixture *f, const char *expected)
{
    char list[128] = "";
    assert_works(f, store_each_retired(f->store, list_retired, list, &f->err));
    assert_string_equal(list, expected);
}

static void retired_and_back(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_retired(f, "");
    assert_works(f, store_retire(f->store, "main", "8", 10, "alice", &f->err));
    assert_works(f, store_retire(f->store, "main", "7", 20, "bob", &f->err));
    assert_works(f, store_retire(f->store, "other", "7", 30, NULL, &f->err));
    assert_retired(f, "main/7 20 bob;main/8 10 alice;other/7 30 ;");
    assert_works(f, store_retire(f->store, "main", "8", 40, "carol", &f->err));
    assert_works(f, store_unretire(f->store, "main", "7", &f->err));
    assert_works(f, store_unretire(f->store, "main", "7", &f->err));
    assert_retired(f, "main/8 40 carol;other/7 30 ;");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(retired_and_back, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
