/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Quota counters: kept per app, and no slot taken twice by processes that compete. */
#include "store_fixture.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_quota(void *arg, struct store_quota *quota)
{
    *(struct store_quota *)arg = *quota;
}

static void write_quota(void *arg, struct store_quota *quota)
{
    *quota = *(struct store_quota *)arg;
}

static void increment(void *arg, struct store_quota *quota)
{
    (void)arg;
    quota->throttled++;
}

static void assert_quota(struct fixture *f, const char *app, const struct store_quota *expected)
{
    struct store_quota quota;
    assert_works(f, store_update_quota(f->store, app, read_quota, &quota, &f->err));
    assert_memory_equal(&quota, expected, sizeof(quota));
}

static void counters_are_kept_per_app(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    const struct store_quota zero = {0};
    assert_quota(f, "main", &zero);
    struct store_quota full = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_works(f, store_update_quota(f->store, "main", write_quota, &full, &f->err));
    assert_quota(f, "main", &full);
    assert_quota(f, "other", &zero);
    fixture_open(f, STORE_WRITE);
    assert_quota(f, "main", &full);
}

static void unchanged_counters_write_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    struct store_quota full = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_works(f, store_update_quota(f->store, "main", write_quota, &full, &f->err));
    off_t before = fixture_size(f, "-wal");
    assert_true(before > 0);
    assert_quota(f, "main", &full);
    assert_int_equal(fixture_size(f, "-wal"), before);
}

static void processes_never_take_one_slot(void **state)
{
    enum { PROCESSES = 4, EACH = 200 };
    struct fixture *f = *state;
    pid_t children[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) { /* they create the store together, too */
            struct store *store = store_open(f->path, STORE_WRITE, NULL);
            int done = 0;
            while (store && done < EACH && store_update_quota(store, "main", increment, NULL, NULL))
                done++;
            store_close(store);
            _exit(done == EACH ? 0 : 1);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    fixture_open(f, STORE_WRITE);
    const struct store_quota expected = {.throttled = PROCESSES * EACH};
    assert_quota(f, "main", &expected);
}

static void use_the_store(void *arg, struct store_quota *quota)
{
    struct fixture *f = arg;
    quota->minute = 1;
    assert_false(store_set_value(f->store, "name", "value", &f->err));
}

static void a_write_inside_a_decision_fails_alone(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_update_quota(f->store, "main", use_the_store, f, &f->err));
    assert_true(fixture_says(f, "transaction"));
    const struct store_quota expected = {.minute = 1};
    assert_quota(f, "main", &expected);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(counters_are_kept_per_app),
        TEST(unchanged_counters_write_nothing),
        TEST(processes_never_take_one_slot),
        TEST(a_write_inside_a_decision_fails_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
