/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an exchange comes to, and the accounts an answer lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alloc_fail.h"
#include "base/buf.h"
#include "base/text.h"
#include "core/answer.h"

static void read_bytes(int http_status, const char *body, size_t len, struct answer *out)
{
    const struct exchange exchange = {.http_status = http_status, .body = body, .body_len = len};

    answer_read(&exchange, out);
}

static void read_text(int http_status, const char *body, struct answer *out)
{
    read_bytes(http_status, body, strlen(body), out);
}

static void success_is_read(void **state)
{
    struct answer answer;

    (void)state;
    read_text(200, "{\"code\":0,\"message\":\"OK\",\"request_id\":\"20251122\",\"data\":{\"list\":[]}}", &answer);
    assert_true(answer.has_code);
    assert_int_equal(answer.code, 0);
    assert_int_equal(answer.finding.class, CLASS_OK);
    assert_int_equal(answer.http_status, 200);
    assert_string_equal(answer.message, "OK");
    assert_string_equal(answer.request_id, "20251122");
    assert_non_null(answer.root);
    assert_int_equal(json_type_of(json_member(answer.data, "list")), JSON_ARRAY);
    answer_free(&answer);
    assert_null(answer.root);
    assert_null(answer.data);
    answer_free(&answer);
}

static void assert_code_decides(int http_status, const char *body, int64_t code, enum cause cause)
{
    struct answer answer;

    read_text(http_status, body, &answer);
    assert_true(answer.has_code);
    assert_int_equal(answer.code, code);
    assert_int_equal(answer.finding.cause, cause);
    answer_free(&answer);
}

static void the_code_decides_whatever_the_status(void **state)
{
    (void)state;
    assert_code_decides(200, "{\"code\":40105,\"message\":\"Access token is incorrect\"}", 40105,
                        CAUSE_TOKEN_REVOKED);
    assert_code_decides(401, "{\"code\":40105,\"message\":\"x\"}", 40105, CAUSE_TOKEN_REVOKED);
    assert_code_decides(500, "{\"code\":40001,\"message\":\"x\"}", 40001, CAUSE_ACCOUNT_ACCESS);
    assert_code_decides(429, "{\"code\":40100,\"message\":\"x\"}", 40100, CAUSE_THROTTLED);
    assert_code_decides(502, "{\"code\":0}", 0, CAUSE_AUTHORIZED);
    assert_code_decides(200, "{\"code\":-1}", -1, CAUSE_UNKNOWN);
    assert_code_decides(200, "{\"code\":4.0001e4}", 40001, CAUSE_ACCOUNT_ACCESS);
    assert_code_decides(200, "{\"message\":[\"x\"],\"code\":51002,\"data\":3}", 51002, CAUSE_TIKTOK_FAULT);
}

static void assert_unreadable(int http_status, const char *body, enum cause cause, const char *sentence)
{
    struct answer answer;

    read_text(http_status, body, &answer);
    if (strncmp(answer.message, sentence, strlen(sentence)) != 0)
        fail_msg("'%s' gives '%s', not '%s'", body, answer.message, sentence);
    assert_false(answer.has_code);
    assert_int_equal(answer.code, 0);
    assert_int_equal(answer.finding.cause, cause);
    assert_int_equal(answer.finding.class, cause_info(cause)->class);
    assert_int_equal(answer.http_status, http_status);
    assert_null(answer.data);
    answer_free(&answer);
}

static void what_has_no_code_is_named(void **state)
{
    (void)state;
    assert_unreadable(502, "<html><body>Bad Gateway</body></html>", CAUSE_EDGE_FAULT,
                      "HTTP 502 with an HTML page from the edge");
    assert_unreadable(503, "  \r\n<!DOCTYPE html>", CAUSE_EDGE_FAULT, "HTTP 503 with an HTML page from the edge");
    assert_unreadable(504, "upstream timed out", CAUSE_EDGE_FAULT,
                      "HTTP 504 with a text that is no JSON from the edge");
    assert_unreadable(500, "", CAUSE_EDGE_FAULT, "HTTP 500 with an empty body from the edge");
    assert_unreadable(404, " \n", CAUSE_EDGE_FAULT, "HTTP 404 with an empty body from the edge");
    assert_unreadable(403, "{\"error\":\"x\"}", CAUSE_EDGE_FAULT,
                      "HTTP 403 with JSON without a code from the edge");
    assert_unreadable(200, "<html>", CAUSE_EDGE_FAULT, "HTTP 200 with an HTML page");
    assert_unreadable(200, "OK", CAUSE_EDGE_FAULT, "HTTP 200 with a text that is no JSON");
    assert_unreadable(200, "", CAUSE_EDGE_FAULT, "HTTP 200 with an empty body");
    assert_unreadable(204, "", CAUSE_EDGE_FAULT, "HTTP 204 with an empty body");
    assert_unreadable(200, "{\"code\":0,\"data\":{\"list\":[", CAUSE_EDGE_FAULT, "HTTP 200 with broken JSON: ");
    assert_unreadable(200, "{\"code\":0} x", CAUSE_EDGE_FAULT, "HTTP 200 with broken JSON: ");
    assert_unreadable(200, "{\"code\":0,\"code\":40001}", CAUSE_EDGE_FAULT, "HTTP 200 with broken JSON: ");
    assert_unreadable(200, "[0]", CAUSE_EDGE_FAULT, "HTTP 200 with JSON that is no object");
    assert_unreadable(200, "null", CAUSE_EDGE_FAULT, "HTTP 200 with JSON that is no object");
    assert_unreadable(200, "{}", CAUSE_EDGE_FAULT, "HTTP 200 with JSON without a code");
    assert_unreadable(200, "{\"Code\":0}", CAUSE_EDGE_FAULT, "HTTP 200 with JSON without a code");
    assert_unreadable(200, "{\"code\":\"0\"}", CAUSE_EDGE_FAULT, "HTTP 200 with JSON whose code is a string");
    assert_unreadable(200, "{\"code\":null}", CAUSE_EDGE_FAULT, "HTTP 200 with JSON whose code is no number");
    assert_unreadable(200, "{\"code\":true}", CAUSE_EDGE_FAULT, "HTTP 200 with JSON whose code is no number");
    assert_unreadable(200, "{\"code\":0.5}", CAUSE_EDGE_FAULT, "HTTP 200 with JSON whose code is no whole number");
    assert_unreadable(200, "{\"code\":1e300}", CAUSE_EDGE_FAULT,
                      "HTTP 200 with JSON whose code is no whole number");
    assert_unreadable(302, "{\"code\":0}", CAUSE_EDGE_FAULT,
                      "HTTP 302 with a redirect to another address, not followed");
    assert_unreadable(307, "", CAUSE_EDGE_FAULT, "HTTP 307 with a redirect");
    assert_unreadable(429, "", CAUSE_THROTTLED, "HTTP 429 with an empty body from the edge");
    assert_unreadable(429, "<html>slow down", CAUSE_THROTTLED, "HTTP 429 with an HTML page from the edge");
}

static void throttled_by_the_edge_has_no_window(void **state)
{
    const struct exchange exchange = {.http_status = 429, .body = "x", .body_len = 1, .retry_after_s = 120};
    struct answer answer;

    (void)state;
    answer_read(&exchange, &answer);
    assert_int_equal(answer.finding.window, THROTTLE_UNSAID);
    assert_int_equal(answer.finding.scope, SCOPE_APP);
    assert_int_equal(answer.retry_after_s, 120);
    answer_free(&answer);
}

static void a_body_may_be_missing(void **state)
{
    struct answer answer;

    (void)state;
    read_bytes(200, NULL, 5, &answer);
    assert_string_equal(answer.message, "HTTP 200 with an empty body");
    answer_free(&answer);
}

static void bytes_behind_nul_count(void **state)
{
    static const char nul[] = "{\"code\":0}\0{}";
    struct answer answer;

    (void)state;
    read_bytes(200, nul, sizeof nul - 1, &answer);
    assert_int_equal(answer.finding.cause, CAUSE_EDGE_FAULT);
    answer_free(&answer);
    read_bytes(200, "{\"code\":0}garbage", 10, &answer);
    assert_int_equal(answer.finding.class, CLASS_OK);
    answer_free(&answer);
}

static void no_answer_is_named(void **state)
{
    static const struct {
        enum no_answer outcome;
        enum cause cause;
        const char *sentence;
    } rows[] = {
        {NO_NAME, CAUSE_NETWORK_FAULT, "The name of the API server could not be resolved"},
        {NO_CONNECT, CAUSE_NETWORK_FAULT, "No connection to the API server"},
        {NO_TLS, CAUSE_NETWORK_FAULT, "No trusted TLS connection to the API server"},
        {TIMED_OUT, CAUSE_NETWORK_FAULT, "No complete answer in time"},
        {BROKEN, CAUSE_NETWORK_FAULT, "The connection broke before the answer was complete"},
        {TOO_LARGE, CAUSE_EDGE_FAULT, "The answer is larger than max_response allows"},
        {BAD_ENCODING, CAUSE_EDGE_FAULT, "The answer can not be decoded"},
        {OUR_FAULT, CAUSE_NETWORK_FAULT, "The request could not be made"},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++) {
        struct exchange exchange = {
            .outcome = rows[i].outcome, .body = "{\"code\":0}", .body_len = 10, .detail = "why"};
        struct answer answer;

        answer_read(&exchange, &answer);
        assert_int_equal(answer.finding.cause, rows[i].cause);
        assert_string_equal(answer.message, "why"); /* the transport's own sentence says more */
        assert_false(answer.has_code);
        assert_null(answer.root);
        answer_free(&answer);
        exchange.detail = NULL;
        answer_read(&exchange, &answer);
        assert_string_equal(answer.message, rows[i].sentence);
        answer_free(&answer);
    }
}

static void remote_text_is_made_safe(void **state)
{
    struct answer answer;
    char body[4000];

    (void)state;
    read_text(200,
              "{\"code\":40001,\"message\":\"a\\u001b[31mb\\nc\\u202ed \xc3\xa9\",\"request_id\":\"x\\u0007y\"}",
              &answer);
    assert_null(strpbrk(answer.message, "\x1b\n"));
    assert_null(strstr(answer.message, "\xe2\x80\xae"));
    assert_non_null(strstr(answer.message, "\xc3\xa9"));
    assert_string_equal(answer.request_id, "x?y");
    answer_free(&answer);

    /* Cut between characters, wherever the limit falls. */
    for (size_t lead = 0; lead < 4; lead++) {
        size_t len = (size_t)snprintf(body, sizeof body, "{\"code\":40001,\"message\":\"%.*s", (int)lead, "xxxx");

        for (int i = 0; i < 600; i++)
            len += (size_t)snprintf(body + len, sizeof body - len, "\xe2\x82\xac");
        (void)snprintf(body + len, sizeof body - len, "\",\"request_id\":\"%0200d\"}", 0);
        read_text(200, body, &answer);
        assert_true(text_is_utf8(answer.message, strlen(answer.message)));
        assert_in_range(strlen(answer.message), ANSWER_MESSAGE_MAX - 8, ANSWER_MESSAGE_MAX - 1);
        assert_in_range(strlen(answer.request_id), ANSWER_REQUEST_ID_MAX - 8, ANSWER_REQUEST_ID_MAX - 1);
        answer_free(&answer);
    }
}

static void other_types_of_text_are_empty(void **state)
{
    struct answer answer;

    (void)state;
    read_text(200, "{\"code\":40105,\"message\":7,\"request_id\":[1]}", &answer);
    assert_string_equal(answer.message, "");
    assert_string_equal(answer.request_id, "");
    assert_int_equal(answer.finding.cause, CAUSE_TOKEN_REVOKED);
    answer_free(&answer);
}

struct seen {
    size_t count;
    size_t stop_at; /* 0: never */
    char last[200];
};

static bool see_listed(void *arg, const char *id, const char *name)
{
    struct seen *seen = arg;

    (void)snprintf(seen->last, sizeof seen->last, "%s|%s", id, name);
    return ++seen->count != seen->stop_at;
}

static bool see_account(void *arg, const char *id, const char *status, const char *name)
{
    struct seen *seen = arg;

    (void)snprintf(seen->last, sizeof seen->last, "%s|%s|%s", id, status, name);
    return ++seen->count != seen->stop_at;
}

static void assert_listed(const char *list, size_t count, const char *last)
{
    struct seen seen = {0};
    struct answer answer;
    struct err why = {""};
    char body[2000];

    (void)snprintf(body, sizeof body, "{\"code\":0,\"message\":\"OK\",\"data\":{\"list\":%s}}", list);
    read_text(200, body, &answer);
    if (!answer_each_listed(&answer, see_listed, &seen, &why))
        fail_msg("'%s': %s", list, why.text);
    assert_int_equal(seen.count, count);
    assert_string_equal(seen.last, last);
    answer_free(&answer);
}

static void lists_are_read(void **state)
{
    (void)state;
    assert_listed("[]", 0, "");
    assert_listed("[{\"advertiser_id\":\"7502022393087590401\",\"advertiser_name\":\"Acme \xc3\xa9\"}]", 1,
                  "7502022393087590401|Acme \xc3\xa9");
    assert_listed("[{\"advertiser_id\":\"1\"},{\"advertiser_id\":\"2\",\"advertiser_name\":null}]", 2, "2|");
    assert_listed("[{\"advertiser_id\":\"1\",\"advertiser_name\":5,\"more\":{}}]", 1, "1|");
    assert_listed("[{\"advertiser_id\":\"1\"},{\"advertiser_id\":\"1\"}]", 2, "1|");
}

static void assert_no_list(const char *body, const char *part)
{
    struct seen seen = {0};
    struct answer answer;
    struct err why = {""};

    read_text(200, body, &answer);
    assert_false(answer_each_listed(&answer, see_listed, &seen, &why));
    if (!strstr(why.text, part))
        fail_msg("'%s': '%s' does not say '%s'", body, why.text, part);
    assert_false(answer_each_account(&answer, see_account, &seen, NULL));
    assert_int_equal(seen.count, 0);
    answer_free(&answer);
}

static void a_list_counts_whole_or_not_at_all(void **state)
{
    (void)state;
    assert_no_list("{\"code\":0}", "no data");
    assert_no_list("{\"code\":0,\"data\":null}", "no data");
    assert_no_list("{\"code\":0,\"data\":[]}", "no data");
    assert_no_list("{\"code\":0,\"data\":{}}", "no data.list");
    assert_no_list("{\"code\":0,\"data\":{\"list\":null}}", "no array");
    assert_no_list("{\"code\":0,\"data\":{\"list\":{}}}", "no array");
    assert_no_list(
        "{\"code\":0,\"data\":{\"list\":[{\"advertiser_id\":\"1\"},{\"advertiser_id\":7502022393087590401}]}}",
        "item 2 of data.list is a number");
    assert_no_list("{\"code\":0,\"data\":{\"list\":[{\"advertiser_id\":\"1\"},7]}}",
                   "item 2 of data.list is no object");
    assert_no_list("{\"code\":0,\"data\":{\"list\":[{\"advertiser_name\":\"x\"}]}}", "no advertiser_id");
    assert_no_list("{\"code\":0,\"data\":{\"list\":[{\"advertiser_id\":\"\"}]}}", "1 to 20 digits");
    assert_no_list("{\"code\":0,\"data\":{\"list\":[{\"advertiser_id\":\"12a\"}]}}", "1 to 20 digits");
    assert_no_list("{\"code\":0,\"data\":{\"list\":[{\"advertiser_id\":null}]}}", "1 to 20 digits");
    assert_no_list("{\"code\":0,\"data\":{\"list\":[{\"advertiser_id\":\"123456789012345678901\"}]}}",
                   "1 to 20 digits");
    assert_no_list("{\"code\":40001,\"data\":{\"list\":[{\"advertiser_id\":\"1\"}]}}", "no success");
    assert_no_list("<html>", "no success");
}

static void accounts_are_read(void **state)
{
    static const char body[] =
        "{\"code\":0,\"data\":{\"list\":[{\"advertiser_id\":\"1\"},{\"advertiser_id\":\"2\","
        "\"status\":\"STATUS_ENABLE\",\"name\":\"Acme\"}]}}";
    struct seen seen = {0};
    struct answer answer;
    struct err why = {""};

    (void)state;
    read_text(200, body, &answer);
    assert_true(answer_each_account(&answer, see_account, &seen, &why));
    assert_int_equal(seen.count, 2);
    assert_string_equal(seen.last, "2|STATUS_ENABLE|Acme");
    seen = (struct seen){.stop_at = 1};
    assert_false(answer_each_account(&answer, see_account, &seen, &why));
    assert_int_equal(seen.count, 1);
    assert_true(why.text[0]);
    seen = (struct seen){.stop_at = 1};
    assert_false(answer_each_listed(&answer, see_listed, &seen, &why));
    assert_int_equal(seen.count, 1);
    answer_free(&answer);
}

static void a_hundred_thousand_are_listed(void **state)
{
    enum { MANY = 100000 };
    struct seen seen = {0};
    struct answer answer;
    struct err why = {""};
    struct buf body;

    (void)state;
    buf_init(&body, 64u << 20);
    buf_str(&body, "{\"code\":0,\"data\":{\"list\":[");
    for (int i = 0; i < MANY; i++)
        buf_printf(&body, "%s{\"advertiser_id\":\"75020%014d\",\"advertiser_name\":\"Acme %d\"}", i ? "," : "", i,
                   i);
    assert_true(buf_str(&body, "]}}"));
    read_bytes(200, buf_text(&body), buf_len(&body), &answer);
    assert_true(answer_each_listed(&answer, see_listed, &seen, &why));
    assert_int_equal(seen.count, MANY);
    assert_string_equal(seen.last, "7502000000000099999|Acme 99999");
    answer_free(&answer);
    buf_free(&body);
}

/* Short of memory, an answer is a fault or at worst lacks its text; it is never another verdict. */
static bool read_short_of_memory(void *arg)
{
    struct answer answer;
    bool whole;

    (void)arg;
    read_text(200, "{\"code\":40105,\"message\":\"Access token is incorrect\",\"request_id\":\"r\"}", &answer);
    if (answer.has_code)
        assert_int_equal(answer.finding.cause, CAUSE_TOKEN_REVOKED);
    else
        assert_int_equal(answer.finding.cause, CAUSE_EDGE_FAULT);
    whole = answer.has_code && answer.message[0] && answer.request_id[0];
    answer_free(&answer);
    return whole;
}

static void memory_may_run_out(void **state)
{
    (void)state;
    assert_true(alloc_fail_each_lenient(read_short_of_memory, NULL) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(success_is_read),
        cmocka_unit_test(the_code_decides_whatever_the_status),
        cmocka_unit_test(what_has_no_code_is_named),
        cmocka_unit_test(throttled_by_the_edge_has_no_window),
        cmocka_unit_test(a_body_may_be_missing),
        cmocka_unit_test(bytes_behind_nul_count),
        cmocka_unit_test(no_answer_is_named),
        cmocka_unit_test(remote_text_is_made_safe),
        cmocka_unit_test(other_types_of_text_are_empty),
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(a_list_counts_whole_or_not_at_all),
        cmocka_unit_test(accounts_are_read),
        cmocka_unit_test(a_hundred_thousand_are_listed),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
