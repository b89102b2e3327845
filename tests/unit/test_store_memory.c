/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The nth allocation fails, in turn: a call works or says why not, and what it did not acknowledge is not there.
 * SQLite's own allocations come here through its configuration. */
#include "store_fixture.h"

#include "alloc_fail.h"

#include "base/attr.h"
#include "base/parse.h"
#include "ext/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool onward; /* after the nth, SQLite's further allocations fail, too */
static sqlite3_mem_methods real;

/* SQLite's allocations are counted by an allocation of ours. */
static bool refuse(void)
{
    if (onward && alloc_fail_happened())
        return true;
    void *volatile probe = malloc(1); /* or the compiler takes it out */
    free(probe);
    return !probe;
}

static void *sqlite_malloc(int size)
{
    return refuse() ? NULL : real.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
    return refuse() ? NULL : real.xRealloc(old, size);
}

static void fail_at(unsigned long nth, bool all_further)
{
    alloc_fail_at(nth);
    onward = all_further;
}

static int configure(void **state)
{
    (void)state;
    sqlite3_mem_methods ours;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
        return -1;
    ours = real;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    /* Without small pools of its own, each allocation comes here. */
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK &&
                   sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK &&
                   sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0) == SQLITE_OK
               ? 0
               : -1;
}

/* All of the thousands take minutes: STORE_TEST_STRIDE=1. */
static unsigned long stride(void)
{
    const char *text = getenv("STORE_TEST_STRIDE");
    uint64_t number = 97;
    if (text)
        assert_true(parse_u64(text, 1000, &number));
    return number;
}

struct walk {
    int64_t token_since, grant_since, verdict_since, event_at, retired_at, minute;
    char *value;
};

static bool see_token(void *arg, const char *app, const char *token, const struct store_token *row)
{
    (void)app;
    (void)token;
    ((struct walk *)arg)->token_since = row->since;
    return true;
}

static bool see_grant(void *arg, const struct store_grant *row)
{
    ((struct walk *)arg)->grant_since = row->since;
    return true;
}

static bool see_verdict(void *arg, const struct store_verdict *row)
{
    ((struct walk *)arg)->verdict_since = row->since;
    return true;
}

static bool see_event(void *arg, const struct store_event *row)
{
    ((struct walk *)arg)->event_at = row->at;
    return true;
}

static bool see_retired(void *arg, const char *app, const char *advertiser_id, int64_t at, const char *who)
{
    (void)app;
    (void)advertiser_id;
    (void)who;
    ((struct walk *)arg)->retired_at = at;
    return true;
}

static void see_quota(void *arg, struct store_quota *quota)
{
    ((struct walk *)arg)->minute = quota->minute;
}

static void set_quota(void *arg, struct store_quota *quota)
{
    quota->minute = *(const int64_t *)arg;
}

static const struct store_token token_row = {.status = "alive", .since = 1};
static const struct store_grant grant_row = {.advertiser_id = "7", .status = "lost", .since = 1};
static const struct store_endpoint endpoint_row = {.method = "GET", .path = "/ad/get/", .status = "present"};
static const struct store_step step_row = {.app = "main",
                                           .token = "t",
                                           .row = &token_row,
                                           .grants = &grant_row,
                                           .grant_count = 1,
                                           .endpoints = &endpoint_row,
                                           .endpoint_count = 1};
static const struct store_verdict verdict_row = {.kind = "api", .state = "ok", .since = 1};
static const struct store_event event_row = {.kind = "api", .at = 1};

enum { ACK_STEP = 1, ACK_VERDICTS = 2, ACK_RETIRED = 4, ACK_QUOTA = 8, ACK_VALUE = 16, ACK_ALL = 31 };

static int acknowledge(bool ok, int what, const struct err *err)
{
    assert_true(ok || err->text[0] != '\0');
    return ok ? what : 0;
}

static int write_all(const char *path, struct err *err)
{
    struct store *store = store_open(path, STORE_WRITE, err);
    if (!store) {
        assert_true(err->text[0] != '\0');
        return 0;
    }
    int64_t one = 1;
    int acks = 0;
    acks |= acknowledge(store_commit_step(store, &step_row, err), ACK_STEP, err);
    acks |= acknowledge(store_commit_verdicts(store, &verdict_row, 1, &event_row, 1, err), ACK_VERDICTS, err);
    acks |= acknowledge(store_retire(store, "main", "7", 1, "alice", err), ACK_RETIRED, err);
    acks |= acknowledge(store_update_quota(store, "main", set_quota, &one, err), ACK_QUOTA, err);
    acks |= acknowledge(store_set_value(store, "a", "b", err), ACK_VALUE, err);
    store_close(store);
    return acks;
}

static bool read_all(const char *path, struct walk *seen, struct err *err)
{
    memset(seen, 0, sizeof(*seen));
    struct store *store = store_open(path, STORE_READ, err);
    bool ok = store && store_each_token(store, see_token, seen, err) &&
              store_each_grant(store, "main", "t", see_grant, seen, err) &&
              store_each_verdict(store, see_verdict, seen, err) &&
              store_history(store, "api", "", "", 1, see_event, seen, err) &&
              store_each_retired(store, see_retired, seen, err) &&
              store_get_value(store, "a", &seen->value, err) && store_check(store, err);
    store_close(store);
    return ok;
}

/* A commit that was not acknowledged left nothing, an acknowledged one all. */
static void assert_seen(struct fixture *f, int acks)
{
    struct walk seen;
    struct store *store = store_open(f->path, STORE_WRITE, &f->err);
    assert_works(f, store);
    store_close(store);
    assert_works(f, read_all(f->path, &seen, &f->err));
    assert_int_equal(seen.token_since, (acks & ACK_STEP) != 0);
    assert_int_equal(seen.grant_since, (acks & ACK_STEP) != 0);
    assert_int_equal(seen.verdict_since, (acks & ACK_VERDICTS) != 0);
    assert_int_equal(seen.event_at, (acks & ACK_VERDICTS) != 0);
    assert_int_equal(seen.retired_at, (acks & ACK_RETIRED) != 0);
    assert_int_equal(seen.value != NULL, (acks & ACK_VALUE) != 0);
    free(seen.value);
    store = store_open(f->path, STORE_WRITE, &f->err);
    assert_works(f, store);
    assert_works(f, store_update_quota(store, "main", see_quota, &seen, &f->err));
    store_close(store);
    assert_int_equal(seen.minute, (acks & ACK_QUOTA) != 0);
}

static void remove_files(const struct fixture *f)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < TTA_LEN(suffixes); i++) {
        char path[96];
        (void)snprintf(path, sizeof(path), "%s%s", f->path, suffixes[i]);
        (void)remove(path); /* it may not be there */
    }
}

static void writing(struct fixture *f, bool all_further)
{
    unsigned long nth = 1;
    bool failed;
    int acks;
    do {
        remove_files(f);
        fail_at(nth, all_further);
        acks = write_all(f->path, &f->err);
        failed = alloc_fail_happened();
        fail_at(0, false);
        assert_seen(f, acks);
        nth += stride();
    } while (failed);
    assert_true(nth > 500);
    assert_int_equal(acks, ACK_ALL);
}

static void one_allocation_fails_while_writing(void **state)
{
    writing(*state, false);
}

static void all_further_allocations_fail_while_writing(void **state)
{
    writing(*state, true);
}

static void reading(struct fixture *f, bool all_further)
{
    assert_int_equal(write_all(f->path, &f->err), ACK_ALL);
    unsigned long nth = 1, refused = 0;
    bool failed;
    do {
        struct walk seen;
        f->err.text[0] = '\0';
        fail_at(nth, all_further);
        bool ok = read_all(f->path, &seen, &f->err);
        failed = alloc_fail_happened();
        fail_at(0, false);
        if (ok) {
            assert_int_equal(
                seen.token_since + seen.grant_since + seen.verdict_since + seen.event_at + seen.retired_at, 5);
            assert_string_equal(seen.value, "b");
        } else {
            assert_true(fixture_says(f, "out of memory"));
            refused++;
        }
        free(seen.value);
        nth += stride();
    } while (failed);
    assert_true(refused > 500 / stride());
}

static void one_allocation_fails_while_reading(void **state)
{
    reading(*state, false);
}

static void all_further_allocations_fail_while_reading(void **state)
{
    reading(*state, true);
}

static void a_text_that_needs_memory(void **state)
{
    static const char query[] = "SELECT 1234567890123";
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    unsigned long refused = 0, nth = 1;
    bool ok;
    do {
        const char *text = NULL;
        fail_at(nth++, false);
        struct sql sql = sql_start(f->store, query);
        bool read = sql_next(&sql) && sql_text(&sql, 0, &text);
        fail_at(0, false);
        if (read)
            assert_string_equal(text, "1234567890123");
        ok = sql_done(&sql, &f->err);
        assert_int_equal(ok, read);
        refused += !ok;
    } while (!ok);
    assert_true(refused > 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(one_allocation_fails_while_writing), TEST(all_further_allocations_fail_while_writing),
        TEST(one_allocation_fails_while_reading), TEST(all_further_allocations_fail_while_reading),
        TEST(a_text_that_needs_memory),
    };
    return cmocka_run_group_tests(tests, configure, NULL);
}
