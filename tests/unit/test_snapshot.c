/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A board goes through bytes and comes back; bytes that are no board, or a damaged one, harm nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "board_fixture.h"
#include "core/complaint.h"
#include "core/snapshot_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_verdict(const struct verdict *a, const struct verdict *b)
{
    assert_int_equal(a->cause, b->cause);
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->urgency, b->urgency);
    assert_int_equal(a->actor, b->actor);
    assert_int_equal(a->has_code, b->has_code);
    assert_int_equal(a->code, b->code);
    assert_string_equal(a->message, b->message);
    assert_string_equal(a->request_id, b->request_id);
    assert_string_equal(a->endpoint, b->endpoint);
    assert_int_equal(a->root_kind, b->root_kind);
    assert_string_equal(a->root_id, b->root_id);
    assert_int_equal(a->since, b->since);
    assert_int_equal(a->last_ok, b->last_ok);
    assert_int_equal(a->verified_at, b->verified_at);
}

static void assert_fault(const struct fault *a, const struct fault *b)
{
    assert_int_equal(a->cause, b->cause);
    assert_int_equal(a->scope, b->scope);
    assert_int_equal(a->has_code, b->has_code);
    assert_int_equal(a->code, b->code);
    assert_string_equal(a->message, b->message);
    assert_string_equal(a->request_id, b->request_id);
    assert_int_equal(a->http_status, b->http_status);
}

static void fill_the_rest(struct board_fixture *f)
{
    static struct board_input inputs[] = {{"/etc/tta/t.conf", {UINT64_MAX, 123, INT64_MIN}},
                                          {"/etc/tta/advertisers.csv", {7, INT64_MAX, -1}}};

    f->complaint[0] = (struct board_complaint){SUBJECT_ADVERTISER, "12", "a.csv line 7: no name"};
    f->complaint[1] = (struct board_complaint){SUBJECT_ALL, "", "t.conf line 3: key 'x' is not known"};
    f->board.complaint_count = 2;
    f->board.input = inputs;
    f->board.input_count = TTA_LEN(inputs);
    f->board.by_service = true;
    f->board.store_fault = "disk full";
    f->token[AT_APAC].note = "not verified: POST /x/";
    f->token[AT_APAC].granted_by = GRANTED_BY_US;
    f->token[AT_APAC].not_before = BOARD_NOW + 30;
    f->token[AT_APAC].mass_since = BOARD_NOW - 30;
    f->token[AT_APAC].fault =
        (struct fault){CAUSE_THROTTLED, SCOPE_APP, true, 40100, "Too many requests.", "rid", 200};
    f->advertiser[AT_OK].fault =
        (struct fault){CAUSE_EDGE_FAULT, SCOPE_ADVERTISER, false, 0, "HTTP 502 with an HTML page", "", 502};
    f->board.api_fault = (struct fault){CAUSE_NETWORK_FAULT, SCOPE_API, false, 0, "connection refused", "", 0};
    f->advertiser[AT_OK].held = true;
    f->advertiser[AT_DEAD].link = f->token[AT_EMEA_07].link = "emea-07/abc";
}

static void compare_tokens(const struct board_fixture *f)
{
    for (uint32_t i = 0; i < BOARD_TOKENS; i++) {
        struct board_token got;

        assert_true(snapshot_token(f->snapshot, i, &got));
        assert_string_equal(got.name, f->token[i].name);
        assert_string_equal(got.login, f->token[i].login);
        assert_string_equal(got.note, f->token[i].note);
        assert_string_equal(got.link, f->token[i].link);
        assert_int_equal(got.app, f->token[i].app);
        assert_int_equal(got.granted_by, f->token[i].granted_by);
        assert_int_equal(got.oldest, f->token[i].oldest);
        assert_int_equal(got.began, f->token[i].began);
        assert_int_equal(got.ended, f->token[i].ended);
        assert_int_equal(got.not_before, f->token[i].not_before);
        assert_int_equal(got.mass_since, f->token[i].mass_since);
        assert_memory_equal(&got.members, &f->token[i].members, sizeof(got.members));
        assert_verdict(&got.verdict, &f->token[i].verdict);
        assert_fault(&got.fault, &f->token[i].fault);
    }
}

static void compare_advertisers(const struct board_fixture *f)
{
    for (uint32_t i = 0; i < BOARD_ADVERTISERS; i++) {
        struct board_advertiser got;

        assert_true(snapshot_advertiser(f->snapshot, i, &got));
        assert_string_equal(got.id, f->advertiser[i].id);
        assert_string_equal(got.name, f->advertiser[i].name);
        assert_string_equal(got.owner, f->advertiser[i].owner);
        assert_string_equal(got.client, f->advertiser[i].client);
        assert_string_equal(got.tokens, f->advertiser[i].tokens);
        assert_string_equal(got.link, f->advertiser[i].link);
        assert_int_equal(got.app, f->advertiser[i].app);
        assert_int_equal(got.token, f->advertiser[i].token);
        assert_int_equal(got.held, f->advertiser[i].held);
        assert_verdict(&got.verdict, &f->advertiser[i].verdict);
        assert_fault(&got.fault, &f->advertiser[i].fault);
    }
}

static void compare_the_rest(const struct board_fixture *f)
{
    for (uint32_t i = 0; i < f->board.app_count; i++) {
        struct board_app got;

        assert_true(snapshot_app(f->snapshot, i, &got));
        assert_string_equal(got.name, f->app[i].name);
        assert_string_equal(got.app_id, f->app[i].app_id);
        assert_string_equal(got.reauth_url, f->app[i].reauth_url);
        assert_int_equal(got.oldest, f->app[i].oldest);
        assert_memory_equal(&got.members, &f->app[i].members, sizeof(got.members));
        assert_verdict(&got.verdict, &f->app[i].verdict);
        assert_fault(&got.fault, &f->app[i].fault);
    }
    for (uint32_t i = 0; i < f->board.root_count; i++) {
        struct board_root got;

        assert_true(snapshot_root(f->snapshot, i, &got));
        assert_int_equal(got.kind, f->root[i].kind);
        assert_string_equal(got.app, f->root[i].app);
        assert_string_equal(got.id, f->root[i].id);
        assert_int_equal(got.state, f->root[i].state);
        assert_int_equal(got.cause, f->root[i].cause);
        assert_int_equal(got.urgency, f->root[i].urgency);
        assert_int_equal(got.actor, f->root[i].actor);
        assert_int_equal(got.since, f->root[i].since);
        assert_int_equal(got.members, f->root[i].members);
    }
    for (uint32_t i = 0; i < f->board.problem_count; i++) {
        struct board_advertiser got;

        assert_true(snapshot_problem(f->snapshot, i, &got));
        assert_string_equal(got.name, f->advertiser[f->problem[i]].name);
    }
    for (uint32_t i = 0; i < f->board.input_count; i++) {
        struct board_input got;

        assert_true(snapshot_input(f->snapshot, i, &got));
        assert_string_equal(got.path, f->board.input[i].path);
        assert_true(file_stamp_equal(&got.stamp, &f->board.input[i].stamp));
    }
    for (uint32_t i = 0; i < f->board.complaint_count; i++) {
        struct board_complaint got;

        assert_true(snapshot_complaint(f->snapshot, i, &got));
        assert_int_equal(got.subject, f->complaint[i].subject);
        assert_string_equal(got.name, f->complaint[i].name);
        assert_string_equal(got.text, f->complaint[i].text);
    }
}

static void test_round_trip(void **state)
{
    struct board_fixture f;
    const struct board *got;

    (void)state;
    board_fixture(&f);
    fill_the_rest(&f);
    got = snapshot_board(board_fixture_snapshot(&f));
    assert_int_equal(got->made_at, f.board.made_at);
    assert_int_equal(got->interval_s, 300);
    assert_int_equal(got->real_interval_s, 300);
    assert_int_equal(got->stale_after_s, 1800);
    assert_true(got->by_service);
    assert_string_equal(got->store_fault, "disk full");
    assert_string_equal(got->version, "0.1.0");
    assert_verdict(&got->api, &f.board.api);
    assert_fault(&got->api_fault, &f.board.api_fault);
    assert_memory_equal(&got->members, &f.board.members, sizeof(got->members));
    assert_int_equal(got->oldest, f.board.oldest);
    assert_null(got->advertiser);
    assert_int_equal(got->advertiser_count, BOARD_ADVERTISERS);
    compare_tokens(&f);
    compare_advertisers(&f);
    compare_the_rest(&f);
    board_fixture_free(&f);
}

static void test_behind_the_last(void **state)
{
    struct board_fixture f;
    union {
        struct board_app app;
        struct board_token token;
        struct board_advertiser advertiser;
        struct board_root root;
        struct board_input input;
        struct board_complaint complaint;
    } row;

    (void)state;
    board_fixture(&f);
    board_fixture_snapshot(&f);
    assert_false(snapshot_app(f.snapshot, f.board.app_count, &row.app));
    assert_false(snapshot_token(f.snapshot, f.board.token_count, &row.token));
    assert_false(snapshot_root(f.snapshot, f.board.root_count, &row.root));
    assert_false(snapshot_problem(f.snapshot, f.board.problem_count, &row.advertiser));
    for (uint64_t i = BOARD_ADVERTISERS; i <= UINT32_MAX; i = i * 2 + 1) {
        uint32_t index = (uint32_t)i;

        assert_false(snapshot_app(f.snapshot, index, &row.app));
        assert_false(snapshot_token(f.snapshot, index, &row.token));
        assert_false(snapshot_advertiser(f.snapshot, index, &row.advertiser));
        assert_false(snapshot_root(f.snapshot, index, &row.root));
        assert_false(snapshot_problem(f.snapshot, index, &row.advertiser));
        assert_false(snapshot_input(f.snapshot, index, &row.input));
        assert_false(snapshot_complaint(f.snapshot, index, &row.complaint));
    }
    board_fixture_free(&f);
}

static void test_find(void **state)
{
    struct board_fixture f;
    struct board_advertiser a;
    struct board_token token;
    struct board_app app;
    uint32_t index = 99, first, count;

    (void)state;
    board_fixture(&f);
    board_fixture_snapshot(&f);
    for (uint32_t i = 0; i < BOARD_ADVERTISERS; i++) {
        assert_true(snapshot_find_advertiser(f.snapshot, f.advertiser[i].app, f.advertiser[i].id, &a, &index));
        assert_int_equal(index, i);
        assert_string_equal(a.name, f.advertiser[i].name);
    }
    for (uint32_t i = 0; i < BOARD_TOKENS; i++) {
        assert_true(snapshot_find_token(f.snapshot, f.token[i].name, &token, &index));
        assert_int_equal(index, i);
    }
    assert_true(snapshot_find_app(f.snapshot, "second", &app, &index));
    assert_int_equal(index, 1);
    assert_true(snapshot_find_app(f.snapshot, "main", &app, NULL));
    assert_false(snapshot_find_advertiser(f.snapshot, 1, "7502022393087590400", &a, NULL));
    assert_false(snapshot_find_advertiser(f.snapshot, 2, "7502022393087590400", &a, NULL));
    assert_false(snapshot_find_advertiser(f.snapshot, 0, "750202239308759040", &a, NULL));
    assert_false(snapshot_find_advertiser(f.snapshot, 0, "75020223930875904000", &a, NULL));
    assert_false(snapshot_find_advertiser(f.snapshot, 0, "", &a, NULL));
    assert_false(snapshot_find_token(f.snapshot, "emea", &token, NULL));
    assert_false(snapshot_find_token(f.snapshot, "", &token, NULL));
    assert_false(snapshot_find_app(f.snapshot, "emea-01", &app, NULL));
    snapshot_app_members(f.snapshot, 0, &first, &count);
    assert_int_equal(first, 0);
    assert_int_equal(count, OTHER_APP);
    snapshot_app_members(f.snapshot, 1, &first, &count);
    assert_int_equal(first, OTHER_APP);
    assert_int_equal(count, 1);
    snapshot_app_members(f.snapshot, 2, &first, &count);
    assert_int_equal(count, 0);
    board_fixture_free(&f);
}

/* Shorter ids come first, so that ids of any length are found as numbers are. */
static void test_ids_of_all_lengths(void **state)
{
    enum { MANY = 3000 };
    static struct board_advertiser rows[MANY];
    static char ids[MANY][24];
    struct board_fixture f;
    struct board_advertiser a;
    uint32_t index;
    uint64_t id = 1;

    (void)state;
    board_fixture(&f);
    for (uint32_t i = 0; i < MANY; i++, id += 1 + id / 50) {
        snprintf(ids[i], sizeof(ids[i]), "%llu", (unsigned long long)id);
        rows[i] = f.advertiser[AT_OK];
        rows[i].id = ids[i];
        rows[i].verdict.root_id = ids[i];
        if (id > UINT64_MAX / 2) {
            f.board.advertiser_count = i;
            break;
        }
    }
    f.board.advertiser = rows;
    buf_init(&f.bytes, SNAPSHOT_SIZE_MAX);
    assert_true(snapshot_encode(&f.board, &f.bytes));
    f.snapshot = snapshot_open(buf_text(&f.bytes), buf_len(&f.bytes), NULL);
    assert_non_null(f.snapshot);
    assert_true(f.board.advertiser_count > 900);
    for (uint32_t i = 0; i < f.board.advertiser_count; i++) {
        assert_true(snapshot_find_advertiser(f.snapshot, 0, ids[i], &a, &index));
        assert_int_equal(index, i);
    }
    board_fixture_free(&f);
}

static void test_oldest_attempt(void **state)
{
    struct board_fixture f;

    (void)state;
    board_fixture(&f);
    f.token[AT_APAC].ended = BOARD_NOW - 500;
    assert_int_equal(snapshot_oldest_attempt(board_fixture_snapshot(&f)), BOARD_NOW - 500);
    board_fixture_free(&f);
    board_fixture(&f);
    f.token[AT_EMEA_07].ended = 0;
    assert_int_equal(snapshot_oldest_attempt(board_fixture_snapshot(&f)), 0);
    board_fixture_free(&f);
    board_fixture(&f);
    f.token[AT_EMEA_07].not_before = f.token[AT_EMEA_07].ended + 1; /* it failed */
    assert_int_equal(snapshot_oldest_attempt(board_fixture_snapshot(&f)), 0);
    board_fixture_free(&f);
    board_fixture(&f);
    f.token[AT_EMEA_07].not_before = BOARD_NOW; /* it failed */
    assert_int_equal(snapshot_oldest_attempt(board_fixture_snapshot(&f)), 0);
    board_fixture_free(&f);
}

static void test_empty_board(void **state)
{
    struct board board = {.api = board_verdict(CAUSE_NOT_VERIFIED, SCOPE_API, ""),
                          .api_fault = {.message = "", .request_id = ""},
                          .store_fault = "",
                          .version = ""};
    struct board_advertiser a;
    struct snapshot *snapshot;
    struct buf bytes;

    (void)state;
    buf_init(&bytes, SNAPSHOT_SIZE_MAX);
    assert_true(snapshot_encode(&board, &bytes));
    snapshot = snapshot_open(buf_text(&bytes), buf_len(&bytes), NULL);
    assert_non_null(snapshot);
    assert_false(snapshot_find_advertiser(snapshot, 0, "1", &a, NULL));
    assert_int_equal(snapshot_oldest_attempt(snapshot), INT64_MAX);
    snapshot_close(snapshot);
    buf_free(&bytes);
}

static void test_same_board_same_bytes(void **state)
{
    struct board_fixture a, b;

    (void)state;
    board_fixture(&a);
    memset(&b, 0xaa, sizeof(b));
    board_fixture(&b);
    fill_the_rest(&a);
    fill_the_rest(&b);
    board_fixture_snapshot(&a);
    board_fixture_snapshot(&b);
    assert_int_equal(buf_len(&a.bytes), buf_len(&b.bytes));
    assert_memory_equal(buf_text(&a.bytes), buf_text(&b.bytes), buf_len(&a.bytes));
    board_fixture_free(&a);
    board_fixture_free(&b);
}

static size_t times_in(const struct buf *bytes, const char *text)
{
    const char *at = buf_text(bytes), *end = at + buf_len(bytes);
    size_t times = 0;

    while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
        times++;
        at++;
    }
    return times;
}

static void test_each_string_once(void **state)
{
    struct board_fixture f;

    (void)state;
    board_fixture(&f);
    board_fixture_snapshot(&f);
    assert_int_equal(times_in(&f.bytes, "team-emea"), 1);
    assert_int_equal(times_in(&f.bytes, "Access token is incorrect or has been revoked."), 1);
    assert_int_equal(times_in(&f.bytes, "7502022393087590400"), 1);
    board_fixture_free(&f);
}

/* Behind bytes that are there already, as the contract says "appends". */
static void test_appends(void **state)
{
    struct board_fixture f;
    struct snapshot *snapshot;
    struct board_advertiser a;
    struct buf bytes;

    (void)state;
    board_fixture(&f);
    buf_init(&bytes, SNAPSHOT_SIZE_MAX);
    buf_str(&bytes, "abc");
    assert_true(snapshot_encode(&f.board, &bytes));
    assert_memory_equal(buf_text(&bytes), "abc" SNAPSHOT_MAGIC, 3 + 8);
    snapshot = snapshot_open(buf_text(&bytes) + 3, buf_len(&bytes) - 3, NULL);
    assert_non_null(snapshot);
    assert_true(snapshot_find_advertiser(snapshot, 0, f.advertiser[AT_LOST].id, &a, NULL));
    snapshot_close(snapshot);
    buf_free(&bytes);
}

static void refused(struct board_fixture *f, size_t limit)
{
    struct buf bytes;

    buf_init(&bytes, limit);
    assert_false(snapshot_encode(&f->board, &bytes));
    assert_false(buf_ok(&bytes));
    buf_free(&bytes);
    board_fixture(f);
}

static void test_boards_refused(void **state)
{
    struct board_fixture f;

    (void)state;
    board_fixture(&f);
    refused(&f, 1500);
    refused(&f, 10);
    f.advertiser[AT_OK].app = 2;
    refused(&f, SNAPSHOT_SIZE_MAX);
    f.advertiser[AT_OK].token = BOARD_TOKENS;
    refused(&f, SNAPSHOT_SIZE_MAX);
    f.token[0].app = 2;
    refused(&f, SNAPSHOT_SIZE_MAX);
    f.advertiser[AT_OK].id = f.advertiser[AT_LOST].id; /* twice */
    refused(&f, SNAPSHOT_SIZE_MAX);
    f.advertiser[AT_OK].id = "99999999999999999999"; /* not in order */
    refused(&f, SNAPSHOT_SIZE_MAX);
    f.advertiser[AT_DEAD].app = 1; /* an app's advertisers torn apart */
    refused(&f, SNAPSHOT_SIZE_MAX);
    f.token[0].name = f.token[1].name;
    refused(&f, SNAPSHOT_SIZE_MAX);
    f.problem[0] = BOARD_ADVERTISERS;
    f.board.problem_count = 1;
    refused(&f, SNAPSHOT_SIZE_MAX);
}

/* --- bytes that are no snapshot ---------------------------------------------------------------------------------
 */

static void assert_no_snapshot(const void *bytes, size_t len, const char *why)
{
    struct err err = {.text = ""};
    /* Exactly as large as it is, so that a sanitizer sees a byte read behind it. */
    void *copy = malloc(len ? len : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, len);
    if (snapshot_open(copy, len, &err))
        fail_msg("%zu bytes were taken for a snapshot", len);
    if (why && !strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    assert_true(err.text[0] != '\0');
    free(copy);
}

static void test_not_a_snapshot(void **state)
{
    struct board_fixture f;
    struct row_header header;
    char *bytes;
    size_t len;

    (void)state;
    board_fixture(&f);
    board_fixture_snapshot(&f);
    len = buf_len(&f.bytes);
    bytes = malloc(len + 1);
    assert_non_null(bytes);
    memcpy(bytes, buf_text(&f.bytes), len + 1);
    for (size_t i = 0; i < len; i++)
        assert_no_snapshot(bytes, i, NULL);
    assert_no_snapshot("", 0, "empty");
    assert_no_snapshot(bytes, len - 1, "cut short");
    assert_no_snapshot(bytes, len + 1, "bytes behind its end");
    memcpy(&header, bytes, sizeof(header));
    bytes[0] ^= 1;
    assert_no_snapshot(bytes, len, "not a snapshot");
    bytes[0] ^= 1;
    header.version = SNAPSHOT_VERSION + 1;
    memcpy(bytes, &header, sizeof(header));
    assert_no_snapshot(bytes, len, "snapshot version 3");
    header.version = SNAPSHOT_VERSION;
    header.order = __builtin_bswap32(SNAPSHOT_ORDER);
    memcpy(bytes, &header, sizeof(header));
    assert_no_snapshot(bytes, len, "byte order");
    free(bytes);
    board_fixture_free(&f);
}

/* Reads all there is; what a damaged snapshot says does not matter, only that it does no harm. */
static size_t read_everything(const struct snapshot *s)
{
    const struct board *board = snapshot_board(s);
    size_t sum = strlen(board->store_fault) + strlen(board->version) + strlen(board->api.message);
    struct board_advertiser a;
    struct board_complaint complaint;
    struct board_token token;
    struct board_input input;
    struct board_root root;
    struct board_app app;

    for (uint32_t i = 0; i < 20; i++) {
        if (snapshot_app(s, i, &app))
            sum += strlen(app.name) + strlen(app.app_id) + strlen(app.reauth_url) + strlen(app.verdict.root_id);
        if (snapshot_token(s, i, &token))
            sum += strlen(token.name) + strlen(token.login) + strlen(token.note) + strlen(token.fault.message);
        if (snapshot_advertiser(s, i, &a))
            sum += strlen(a.id) + strlen(a.name) + strlen(a.owner) + strlen(a.client) + strlen(a.tokens) +
                   strlen(a.verdict.endpoint) + strlen(a.verdict.request_id);
        if (snapshot_root(s, i, &root))
            sum += strlen(root.app) + strlen(root.id);
        if (snapshot_problem(s, i, &a))
            sum += strlen(a.id);
        if (snapshot_input(s, i, &input))
            sum += strlen(input.path);
        if (snapshot_complaint(s, i, &complaint))
            sum += strlen(complaint.name) + strlen(complaint.text);
        if (snapshot_find_advertiser(s, i, "7502022393087590401", &a, NULL))
            sum += strlen(a.name);
    }
    if (snapshot_find_token(s, "emea-07", &token, NULL))
        sum += strlen(token.name);
    if (snapshot_find_app(s, "second", &app, NULL))
        sum += strlen(app.name);
    return sum;
}

static void test_damaged(void **state)
{
    static const unsigned char DAMAGE[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    struct board_fixture f;
    size_t len, opened = 0;

    (void)state;
    board_fixture(&f);
    fill_the_rest(&f);
    board_fixture_snapshot(&f);
    len = buf_len(&f.bytes);
    for (size_t i = 0; i < len * TTA_LEN(DAMAGE); i++) {
        char *copy = malloc(len);
        struct snapshot *snapshot;

        assert_non_null(copy);
        memcpy(copy, buf_text(&f.bytes), len);
        copy[i / TTA_LEN(DAMAGE)] = (char)DAMAGE[i % TTA_LEN(DAMAGE)];
        snapshot = snapshot_open(copy, len, NULL);
        if (snapshot)
            opened += read_everything(snapshot) > 0;
        snapshot_close(snapshot);
        free(copy);
    }
    assert_true(opened > len); /* most damage is inside rows and strings */
    board_fixture_free(&f);
}

/* A row that says it is of another app than the run it stands in is not found. */
static void test_row_of_another_app(void **state)
{
    struct board_fixture f;
    struct board_advertiser a;
    struct row_advertiser row;
    struct snapshot *snapshot;
    char *bytes;
    size_t at = sizeof(struct row_header) + 2 * sizeof(struct row_app) + BOARD_TOKENS * sizeof(struct row_token);

    (void)state;
    board_fixture(&f);
    board_fixture_snapshot(&f);
    bytes = malloc(buf_len(&f.bytes));
    assert_non_null(bytes);
    memcpy(bytes, buf_text(&f.bytes), buf_len(&f.bytes));
    memcpy(&row, bytes + at, sizeof(row));
    row.app = 1;
    memcpy(bytes + at, &row, sizeof(row));
    snapshot = snapshot_open(bytes, buf_len(&f.bytes), NULL);
    assert_non_null(snapshot);
    assert_true(snapshot_advertiser(snapshot, AT_OK, &a));
    assert_string_equal(a.id, f.advertiser[AT_OK].id);
    assert_false(snapshot_find_advertiser(snapshot, 0, f.advertiser[AT_OK].id, &a, NULL));
    snapshot_close(snapshot);
    free(bytes);
    board_fixture_free(&f);
}

/* --- out of memory ----------------------------------------------------------------------------------------------
 */

static bool encode_and_open(void *arg)
{
    struct board_fixture *f = arg;
    struct snapshot *snapshot = NULL;
    struct buf bytes;
    bool ok;

    buf_init(&bytes, SNAPSHOT_SIZE_MAX);
    ok = snapshot_encode(&f->board, &bytes);
    if (ok)
        snapshot = snapshot_open(buf_text(&bytes), buf_len(&bytes), NULL);
    ok = snapshot != NULL;
    snapshot_close(snapshot);
    buf_free(&bytes);
    return ok;
}

static void test_out_of_memory(void **state)
{
    struct board_fixture f;

    (void)state;
    board_fixture(&f);
    assert_true(alloc_fail_each(encode_and_open, &f) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_behind_the_last),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_ids_of_all_lengths),
        cmocka_unit_test(test_oldest_attempt),
        cmocka_unit_test(test_empty_board),
        cmocka_unit_test(test_same_board_same_bytes),
        cmocka_unit_test(test_each_string_once),
        cmocka_unit_test(test_appends),
        cmocka_unit_test(test_boards_refused),
        cmocka_unit_test(test_not_a_snapshot),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_row_of_another_app),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
