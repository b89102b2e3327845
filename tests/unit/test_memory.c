/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/memory: what is remembered of a token, and the life of a grant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alloc_fail.h"
#include "core/memory.h"

enum { T0 = 1700000000 };

static const char *const ids[] = {"9", "10", "20", "100"};

static void remember_four(struct memory *memory)
{
    memory_init(memory);
    assert_true(memory_expect(memory, ids, 4));
}

static struct answer said_by_api(enum cause cause, const char *message)
{
    struct answer answer;

    memset(&answer, 0, sizeof(answer));
    answer.finding.cause = cause;
    answer.finding.class = cause_info(cause)->class;
    answer.finding.scope = cause_info(cause)->scope;
    answer.has_code = true;
    answer.code = 40001;
    memcpy(answer.message, message, strlen(message) + 1);
    memcpy(answer.request_id, "r1", 3);
    return answer;
}

static void test_ids_are_ordered_shorter_first(void **state)
{
    (void)state;
    assert_true(advertiser_id_order("9", "10") < 0);
    assert_true(advertiser_id_order("20", "10") > 0);
    assert_int_equal(advertiser_id_order("10", "10"), 0);
    assert_true(advertiser_id_order("", "1") < 0);
}

static void test_expect_merges(void **state)
{
    static const char *const fewer[] = {"10", "100"};
    struct memory memory;

    (void)state;
    memory_init(&memory);
    assert_null(memory_grant(&memory, "10"));
    assert_true(memory_expect(&memory, fewer, 2));
    memory_grant(&memory, "10")->status = GRANT_COVERED;
    assert_true(memory_expect(&memory, ids, 4));
    assert_true(memory_expect(&memory, fewer, 2)); /* what is more stays */
    assert_int_equal(memory.grant_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(memory.grant[i].id, ids[i]);
        assert_int_equal(memory.grant[i].status, i == 1 ? GRANT_COVERED : GRANT_UNSEEN);
        assert_ptr_equal(memory_grant(&memory, ids[i]), &memory.grant[i]);
    }
    assert_null(memory_grant(&memory, "11"));
    memory_free(&memory);
}

static void test_grants_are_added_in_order_only(void **state)
{
    struct memory memory;

    (void)state;
    memory_init(&memory);
    assert_non_null(memory_add_grant(&memory, "9"));
    assert_non_null(memory_add_grant(&memory, "10"));
    assert_null(memory_add_grant(&memory, "10"));
    assert_null(memory_add_grant(&memory, "5"));
    assert_null(memory_add_grant(&memory, ""));
    assert_null(memory_add_grant(&memory, "123456789012345678901"));
    assert_int_equal(memory.grant_count, 2);
    memory_free(&memory);
}

static void test_endpoints_are_found_or_made(void **state)
{
    struct memory memory;
    char path[16] = "/0/";

    (void)state;
    memory_init(&memory);
    for (char c = 'a'; c <= 'z'; c++) {
        path[1] = c;
        assert_non_null(memory_endpoint(&memory, "GET", path));
    }
    assert_int_equal(memory.endpoint_count, 26);
    assert_string_equal(memory_endpoint(&memory, "GET", "/c/")->path, "/c/");
    assert_int_equal(memory_endpoint(&memory, "GET", "/c/")->status, ENDPOINT_UNVERIFIED);
    assert_int_equal(memory.endpoint_count, 26);
    assert_non_null(memory_endpoint(&memory, "POST", "/c/"));
    assert_int_equal(memory.endpoint_count, 27);
    memory_free(&memory);
}

static void test_the_life_of_a_grant(void **state)
{
    struct memory memory;
    struct grant *grant;
    struct answer answer = said_by_api(CAUSE_ACCOUNT_ACCESS, "No permission");

    (void)state;
    remember_four(&memory);
    grant = memory_grant(&memory, "10");
    assert_int_equal(grant_verified_at(&memory, grant), 0);
    grant_cover(grant, CAUSE_AUTHORIZED, T0);
    memory.list_at = T0;
    assert_true(grant->changed);
    assert_int_equal(grant->since, T0);
    grant->changed = false;
    grant_cover(grant, CAUSE_AUTHORIZED, T0 + 300); /* nothing new */
    memory.list_at = T0 + 300;
    assert_false(grant->changed);
    assert_int_equal(grant->verified_at, T0);
    assert_int_equal(grant_verified_at(&memory, grant), T0 + 300);
    grant_miss(grant, memory.list_at, T0 + 600);
    memory.list_at = T0 + 600;
    assert_int_equal(grant->status, GRANT_COVERED);
    assert_int_equal(grant_verified_at(&memory, grant), T0 + 300); /* the last list that had it */
    grant_miss(grant, memory.list_at, T0 + 900);
    assert_int_equal(grant->missing_since, T0 + 600);
    assert_true(grant_lose(&memory, grant, &answer, false, T0 + 900));
    memory.list_at = T0 + 900;
    assert_int_equal(grant->status, GRANT_LOST);
    assert_int_equal(grant->last_ok, T0 + 300);
    assert_int_equal(grant->since, T0 + 900);
    assert_string_equal(grant->said.message, "No permission");
    memory.list_at = T0 + 1200;
    assert_int_equal(grant_verified_at(&memory, grant), T0 + 1200); /* each list that lacks it says so again */
    grant_cover(grant, CAUSE_AUTHORIZED, T0 + 1500);
    assert_int_equal(grant->status, GRANT_COVERED);
    assert_int_equal(grant->since, T0 + 1500);
    assert_false(said_something(&grant->said));
    memory_free(&memory);
}

static void test_who_verifies_what(void **state)
{
    struct memory memory;
    struct grant *grant;
    struct answer answer = said_by_api(CAUSE_ACCOUNT_ACCESS, "No permission");
    struct answer strange = said_by_api(CAUSE_UNKNOWN, "strange");

    (void)state;
    remember_four(&memory);
    grant = memory_grant(&memory, "20");
    grant_cover(grant, CAUSE_AUTHORIZED, T0);
    memory.account_at = T0 + 100;
    assert_int_equal(grant_verified_at(&memory, grant), T0 + 100);
    /* What an answer about this id alone left open, no later pass over all decides. */
    assert_true(grant_doubt(&memory, grant, &strange));
    memory.account_at = T0 + 400;
    assert_int_equal(grant_verified_at(&memory, grant), T0 + 100);
    grant_cover(grant, CAUSE_AUTHORIZED, T0 + 500);
    assert_int_equal(grant_verified_at(&memory, grant), T0 + 500);
    /* Lost by info although the list has it: lists say nothing of it. */
    assert_true(grant_lose(&memory, grant, &answer, true, T0 + 600));
    memory.list_at = T0 + 900;
    assert_int_equal(grant_verified_at(&memory, grant), T0 + 600);
    memory_free(&memory);
}

static void test_back_off(void **state)
{
    struct memory memory;

    (void)state;
    memory_init(&memory);
    assert_int_equal(memory_not_before(&memory, 600, "s"), 0);
    memory.began_ms = (int64_t)T0 * 1000;
    memory.ended_ms = (int64_t)T0 * 1000 + 2000;
    assert_int_equal(memory_not_before(&memory, 600, NULL), 0);
    memory.failures = 1;
    assert_int_equal(memory_not_before(&memory, 600, NULL), T0 + 2 + 30);
    memory.failures = 9;
    assert_int_equal(memory_not_before(&memory, 600, NULL), T0 + 2 + 300);
    assert_int_equal(memory_not_before(&memory, 300, NULL), T0 + 300); /* a turn is not skipped */
    assert_int_equal(memory_not_before(&memory, 20, NULL), T0 + 2 + 20);
    memory.ended_ms = (int64_t)T0 * 1000 + 290000;
    assert_int_equal(memory_not_before(&memory, 300, NULL), T0 + 290 + 30); /* nor taken at once */
    /* Another secret file lifts it, also one where there was none; that it went away does not. */
    assert_int_equal(memory_not_before(&memory, 600, "new"), 0);
    memory.secret_stamp = strdup("old");
    assert_int_equal(memory_not_before(&memory, 600, "new"), 0);
    assert_int_not_equal(memory_not_before(&memory, 600, "old"), 0);
    assert_int_not_equal(memory_not_before(&memory, 600, ""), 0);
    assert_int_not_equal(memory_not_before(&memory, 600, NULL), 0);
    /* An attempt whose process died counts as failed. */
    memory.failures = 0;
    memory.began_ms = memory.ended_ms + 1000;
    assert_int_equal(memory_not_before(&memory, 600, "old"), T0 + 291 + 30);
    memory_free(&memory);
}

static bool everything(void *arg)
{
    struct answer answer = said_by_api(CAUSE_ACCOUNT_ACCESS, "No permission");
    struct memory memory;
    struct said said = {.cause = CAUSE_AUTHORIZED};
    bool ok;

    (void)arg;
    memory_init(&memory);
    ok = memory_expect(&memory, ids, 4) && memory_endpoint(&memory, "GET", "/a/") != NULL &&
         said_take(&memory.said, &answer) && said_own(&memory.fault, CAUSE_NETWORK_FAULT, "x") &&
         said_copy(&said, &memory.said) && grant_lose(&memory, &memory.grant[0], &answer, false, T0) &&
         grant_doubt(&memory, &memory.grant[0], &answer) && memory_add_grant(&memory, "1000") != NULL;
    if (ok) {
        assert_string_equal(said.message, "No permission");
        assert_string_equal(said.request_id, "r1");
    }
    said_clear(&said);
    memory_free(&memory);
    assert_int_equal(memory.status, TOKEN_NEVER);
    return ok;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    assert_true(alloc_fail_each(everything, NULL) > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_are_ordered_shorter_first),
        cmocka_unit_test(test_expect_merges),
        cmocka_unit_test(test_grants_are_added_in_order_only),
        cmocka_unit_test(test_endpoints_are_found_or_made),
        cmocka_unit_test(test_the_life_of_a_grant),
        cmocka_unit_test(test_who_verifies_what),
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
