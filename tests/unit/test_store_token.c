/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tokens, attempts, sweeps, grants and endpoints come back as they were given. */
#include "store_fixture.h"

#include "base/attr.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_FAULT                                                  \
    {                                                             \
        .cause = "", .scope = "", .message = "", .request_id = "" \
    }

static const struct store_token full_token = {
    .status = "dead",
    .cause = "token_revoked",
    .has_code = true,
    .code = 40105,
    .message = "Access token is incorrect or has been revoked. \xc3\xa4'\"; DROP TABLE tokens; --",
    .request_id = "202611220214000000000000001",
    .since = 101,
    .last_ok = 102,
    .verified_at = 103,
    .list_at = 104,
    .mass_since = 105,
    .account_at = 106,
    .login = "Acme login",
    .login_mail = "a***@example.com",
    .began_ms = 107,
    .ended_ms = 108,
    .verified = true,
    .failures = 109,
    .secret_stamp = "1:2:3",
    .fault = {.cause = "throttled",
              .scope = "app",
              .has_code = true,
              .code = 40100,
              .message = "too many requests",
              .request_id = "req-2",
              .http_status = 200},
};

static void assert_same_fault(const struct store_fault *a, const struct store_fault *b)
{
    assert_string_equal(a->cause, b->cause);
    assert_string_equal(a->scope, b->scope);
    assert_int_equal(a->has_code, b->has_code);
    assert_int_equal(a->code, b->code);
    assert_string_equal(a->message, b->message);
    assert_string_equal(a->request_id, b->request_id);
    assert_int_equal(a->http_status, b->http_status);
}

static void assert_same_token(const struct store_token *a, const struct store_token *b)
{
    assert_string_equal(a->status, b->status);
    assert_string_equal(a->cause, b->cause);
    assert_int_equal(a->has_code, b->has_code);
    assert_int_equal(a->code, b->code);
    assert_string_equal(a->message, b->message);
    assert_string_equal(a->request_id, b->request_id);
    assert_int_equal(a->since, b->since);
    assert_int_equal(a->last_ok, b->last_ok);
    assert_int_equal(a->verified_at, b->verified_at);
    assert_int_equal(a->list_at, b->list_at);
    assert_int_equal(a->mass_since, b->mass_since);
    assert_int_equal(a->account_at, b->account_at);
    assert_string_equal(a->login, b->login);
    assert_string_equal(a->login_mail, b->login_mail);
    assert_int_equal(a->began_ms, b->began_ms);
    assert_int_equal(a->ended_ms, b->ended_ms);
    assert_int_equal(a->verified, b->verified);
    assert_int_equal(a->failures, b->failures);
    assert_string_equal(a->secret_stamp, b->secret_stamp);
    assert_same_fault(&a->fault, &b->fault);
}

struct expected_token {
    const struct store_token *row;
    int calls;
};

static bool expect_token(void *arg, const char *app, const char *token, const struct store_token *row)
{
    struct expected_token *expected = arg;
    assert_string_equal(app, "main");
    assert_string_equal(token, "emea-07");
    assert_same_token(row, expected->row);
    expected->calls++;
    return true;
}

static void assert_token(struct fixture *f, const struct store_token *row)
{
    struct expected_token expected = {row, 0};
    assert_works(f, store_load_token(f->store, "main", "emea-07", expect_token, &expected, &f->err));
    assert_int_equal(expected.calls, 1);
}

static void commit_token(struct fixture *f, const struct store_token *row)
{
    const struct store_step step = {.app = "main", .token = "emea-07", .row = row};
    assert_works(f, store_commit_step(f->store, &step, &f->err));
}

static void a_token_comes_back_whole(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    commit_token(f, &full_token);
    assert_token(f, &full_token);
    fixture_open(f, STORE_READ);
    assert_token(f, &full_token);
}

static void null_texts_and_absent_codes(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    const struct store_token bare = {.code = 7, .fault = {.code = 8}};
    commit_token(f, &bare);
    const struct store_token read = {.status = "",
                                     .cause = "",
                                     .message = "",
                                     .request_id = "",
                                     .login = "",
                                     .login_mail = "",
                                     .secret_stamp = "",
                                     .fault = NO_FAULT};
    assert_token(f, &read); /* a code without its flag is not kept */
    struct store_token zero = read;
    zero.has_code = zero.fault.has_code = true; /* code 0 is a code */
    commit_token(f, &zero);
    assert_token(f, &zero);
    zero.code = INT64_MIN;
    zero.failures = INT64_MAX;
    commit_token(f, &zero);
    assert_token(f, &zero);
}

static void an_unknown_token_calls_nothing(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    struct expected_token expected = {&full_token, 0};
    assert_works(f, store_load_token(f->store, "main", "emea-07", expect_token, &expected, &f->err));
    assert_works(f, store_each_token(f->store, expect_token, &expected, &f->err));
    assert_int_equal(expected.calls, 0);
}

static void an_attempt_keeps_what_is_known(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_begin_attempt(f->store, "main", "emea-07", 1000, &f->err));
    /* The row's own `began_ms` gives way to what was recorded. */
    commit_token(f, &full_token);
    struct store_token expected = full_token;
    expected.began_ms = 1000;
    assert_token(f, &expected);
    assert_works(f, store_begin_attempt(f->store, "main", "emea-07", 2000, &f->err));
    expected.began_ms = 2000;
    assert_token(f, &expected);
    assert_works(f, store_set_login(f->store, "main", "emea-07", "New login", NULL, &f->err));
    expected.login = "New login";
    expected.login_mail = "";
    assert_token(f, &expected);
}

static void a_login_may_come_first(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    assert_works(f, store_set_login(f->store, "main", "emea-07", "L", "m", &f->err));
    const struct store_token expected = {.status = "",
                                         .cause = "",
                                         .message = "",
                                         .request_id = "",
                                         .login = "L",
                                         .login_mail = "m",
                                         .secret_stamp = "",
                                         .fault = NO_FAULT};
    assert_token(f, &expected);
}

static bool append_name(void *arg, const char *app, const char *token, const struct store_token *row)
{
    (void)row;
    char *names = arg;
    size_t len = strlen(names);
    (void)snprintf(names + len, 64 - len, "%s/%s ", app, token);
    return true;
}

static void tokens_are_ordered_and_apart(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    static const char *const names[][2] = {{"b", "a"}, {"a", "z"}, {"a", "B"}, {"a", "b"}};
    for (size_t i = 0; i < TTA_LEN(names); i++)
        assert_works(f, store_begin_attempt(f->store, names[i][0], names[i][1], 1, &f->err));
    char all[64] = "";
    assert_works(f, store_each_token(f->store, append_name, all, &f->err));
    assert_string_equal(all, "a/B a/b a/z b/a ");
}

static const struct store_grant full_grant = {
    .advertiser_id = "7502022393087590401",
    .status = "lost",
    .cause = "account_access",
    .has_code = true,
    .code = 40001,
    .message = "no permission",
    .request_id = "req",
    .since = 1,
    .last_ok = 2,
    .verified_at = 3,
    .missing_since = 4,
    .by_info = true,
    .fault = {.cause = "throttled",
              .scope = "app",
              .has_code = true,
              .code = 40133,
              .message = "slow down",
              .request_id = "req-3",
              .http_status = 503},
};

struct grants {
    const struct store_grant *rows;
    size_t count, seen;
};

static bool expect_grant(void *arg, const struct store_grant *row)
{
    struct grants *grants = arg;
    assert_true(grants->seen < grants->count);
    const struct store_grant *expected = &grants->rows[grants->seen++];
    assert_string_equal(row->advertiser_id, expected->advertiser_id);
    assert_string_equal(row->status, expected->status);
    assert_string_equal(row->cause, expected->cause);
    assert_int_equal(row->has_code, expected->has_code);
    assert_int_equal(row->code, expected->code);
    assert_string_equal(row->message, expected->message);
    assert_string_equal(row->request_id, expected->request_id);
    assert_int_equal(row->since, expected->since);
    assert_int_equal(row->last_ok, expected->last_ok);
    assert_int_equal(row->verified_at, expected->verified_at);
    assert_int_equal(row->missing_since, expected->missing_since);
    assert_int_equal(row->by_info, expected->by_info);
    assert_same_fault(&row->fault, &expected->fault);
    return true;
}

static void assert_grants(struct fixture *f, const char *token, const struct store_grant *rows, size_t count)
{
    struct grants expected = {rows, count, 0};
    assert_works(f, store_each_grant(f->store, "main", token, expect_grant, &expected, &f->err));
    assert_int_equal(expected.seen, count);
}

static void grants_come_back_ordered(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    struct store_grant covered = {.advertiser_id = "6", .status = "covered", .cause = "authorized", .last_ok = 9};
    const struct store_grant given[] = {full_grant, covered};
    struct store_step step = {.app = "main", .token = "t", .row = &full_token, .grants = given, .grant_count = 2};
    assert_works(f, store_commit_step(f->store, &step, &f->err));
    covered.message = covered.request_id = "";
    covered.fault = (struct store_fault)NO_FAULT;
    const struct store_grant both[] = {covered, full_grant};
    assert_grants(f, "t", both, 2);
    assert_grants(f, "other", NULL, 0);

    /* A later step changes what it names and leaves the rest. */
    covered.since = 77;
    step.grants = &covered;
    step.grant_count = 1;
    assert_works(f, store_commit_step(f->store, &step, &f->err));
    const struct store_grant changed[] = {covered, full_grant};
    assert_grants(f, "t", changed, 2);

    /* The same advertiser under another token is another grant. */
    step.token = "other";
    assert_works(f, store_commit_step(f->store, &step, &f->err));
    assert_grants(f, "t", changed, 2);
    assert_grants(f, "other", changed, 1);
}

static void many_grants(void **state)
{
    enum { MANY = 20000 };
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    char(*ids)[24] = calloc(MANY, sizeof(*ids));
    struct store_grant *rows = calloc(MANY, sizeof(*rows));
    assert_non_null(ids);
    assert_non_null(rows);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "75020223930%08d", i);
        rows[i] = full_grant;
        rows[i].advertiser_id = ids[i];
        rows[i].since = i;
    }
    const struct store_step step = {
        .app = "main", .token = "t", .row = &full_token, .grants = rows, .grant_count = MANY};
    assert_works(f, store_commit_step(f->store, &step, &f->err));
    assert_grants(f, "t", rows, MANY);
    free(rows);
    free(ids);
}

static bool expect_endpoint(void *arg, const struct store_endpoint *row)
{
    const struct store_endpoint *expected = *(const struct store_endpoint **)arg;
    assert_string_equal(row->method, expected->method);
    assert_string_equal(row->path, expected->path);
    assert_string_equal(row->status, expected->status);
    assert_string_equal(row->cause, expected->cause);
    assert_int_equal(row->has_code, expected->has_code);
    assert_int_equal(row->code, expected->code);
    assert_string_equal(row->message, expected->message);
    assert_string_equal(row->request_id, expected->request_id);
    assert_int_equal(row->since, expected->since);
    assert_int_equal(row->last_ok, expected->last_ok);
    assert_int_equal(row->verified_at, expected->verified_at);
    assert_int_equal(row->asked_at, expected->asked_at);
    (*(const struct store_endpoint **)arg)++;
    return true;
}

static void endpoints_come_back(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    static const struct store_endpoint rows[] = {
        {"GET", "/ad/get/", "missing", "endpoint_permission", true, 40001, "no", "r", 1, 2, 3, 4},
        {"GET", "/campaign/get/", "present", "", false, 0, "", "", 5, 6, 7, 8},
        {"POST", "/ad/get/", "unverified", "", false, 0, "", "", 9, 10, 11, 12},
    };
    const struct store_step step = {
        .app = "main", .token = "t", .row = &full_token, .endpoints = rows, .endpoint_count = TTA_LEN(rows)};
    assert_works(f, store_commit_step(f->store, &step, &f->err));
    assert_works(f, store_commit_step(f->store, &step, &f->err));
    const struct store_endpoint *next = rows;
    assert_works(f, store_each_endpoint(f->store, "main", "t", expect_endpoint, &next, &f->err));
    assert_ptr_equal(next, rows + TTA_LEN(rows));
}

static bool count_grant(void *arg, const struct store_grant *row)
{
    (void)row;
    ++*(int *)arg;
    return true;
}

static bool refuse(void *arg, const struct store_grant *row)
{
    (void)row;
    ++*(int *)arg;
    return false;
}

static void a_callback_may_end_the_walk(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    struct store_grant second = full_grant;
    second.advertiser_id = "9";
    const struct store_grant rows[] = {full_grant, second};
    const struct store_step step = {
        .app = "main", .token = "t", .row = &full_token, .grants = rows, .grant_count = 2};
    assert_works(f, store_commit_step(f->store, &step, &f->err));
    int calls = 0;
    (void)snprintf(f->err.text, sizeof(f->err.text), "old");
    assert_false(store_each_grant(f->store, "main", "t", refuse, &calls, &f->err));
    assert_string_equal(f->err.text, "");
    assert_int_equal(calls, 1);
    assert_grants(f, "t", rows, 2);
}

struct walk {
    struct fixture *f;
    int calls;
};

static bool walk_inside(void *arg, const char *app, const char *token, const struct store_token *row)
{
    struct walk *walk = arg;
    struct fixture *f = walk->f;
    (void)token;
    (void)row;
    walk->calls++;
    /* Another kind may be read; the same walk again is refused and leaves this one whole. */
    int grants = 0;
    assert_works(f, store_each_grant(f->store, app, "a", count_grant, &grants, &f->err));
    assert_int_equal(grants, 1);
    assert_false(store_each_token(f->store, walk_inside, walk, &f->err));
    assert_true(fixture_says(f, "inside itself"));
    return true;
}

static void a_walk_inside_a_walk(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    struct store_step step = {
        .app = "main", .token = "a", .row = &full_token, .grants = &full_grant, .grant_count = 1};
    assert_works(f, store_commit_step(f->store, &step, &f->err));
    step.token = "b";
    assert_works(f, store_commit_step(f->store, &step, &f->err));
    struct walk walk = {f, 0};
    assert_works(f, store_each_token(f->store, walk_inside, &walk, &f->err));
    assert_int_equal(walk.calls, 2);
}

static void sweeps_are_recorded(void **state)
{
    struct fixture *f = *state;
    fixture_open(f, STORE_WRITE);
    const struct store_sweep row = {"main", "t", 10, 20, true, 3, 1, NULL};
    assert_works(f, store_add_sweep(f->store, &row, &f->err));
    assert_works(f, store_add_sweep(f->store, &row, &f->err)); /* said twice, it is one */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    static const struct CMUnitTest tests[] = {
        TEST(a_token_comes_back_whole),
        TEST(null_texts_and_absent_codes),
        TEST(an_unknown_token_calls_nothing),
        TEST(an_attempt_keeps_what_is_known),
        TEST(a_login_may_come_first),
        TEST(tokens_are_ordered_and_apart),
        TEST(grants_come_back_ordered),
        TEST(many_grants),
        TEST(endpoints_come_back),
        TEST(a_callback_may_end_the_walk),
        TEST(a_walk_inside_a_walk),
        TEST(sweeps_are_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
