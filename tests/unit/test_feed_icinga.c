/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/feed_icinga: what is sent, and what each answer means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/feed_icinga.h"

#include <string.h>

static void test_body(void **state)
{
    static const struct service service = {.host = "tiktok-main", .name = "token-x/y"};
    struct feed_result result = {
        .service = &service, .state = STATE_WARNING, .text = "a \"b\"\n\xff\n\n", .perfdata = "x=1;;;0 y=2"};
    struct buf out;

    (void)state;
    buf_init(&out, 4096);
    assert_true(feed_icinga_body(&out, &result, "tiktok-auth@h", 5, 6));
    assert_string_equal(
        buf_text(&out),
        "{\"type\":\"Service\",\"service\":\"tiktok-main!token-x/y\",\"exit_status\":1,"
        "\"plugin_output\":\"a \\\"b\\\"\\u000a\xef\xbf\xbd\",\"performance_data\":[\"x=1;;;0\",\"y=2\"],"
        "\"check_source\":\"tiktok-auth@h\",\"execution_start\":5,\"execution_end\":6}");
    buf_free(&out);
}

static void test_answers(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum feed_icinga_meaning meaning;
    } CASE[] = {
        {200, "{\"results\":[{\"code\":200.0,\"status\":\"Successfully processed\"}]}", FEED_ICINGA_DELIVERED},
        {200, "{\"results\":[{\"code\":200,\"status\":\"Ignoring passive check result for object\"}]}",
         FEED_ICINGA_REFUSED},
        {409, "{\"results\":[{\"code\":409.0,\"status\":\"Newer check result already present\"}]}",
         FEED_ICINGA_NEWER},
        {200, "{\"results\":[{\"code\":409.0,\"status\":\"\"}]}", FEED_ICINGA_NEWER},
        {404, "{\"error\":404.0,\"status\":\"No objects found.\"}", FEED_ICINGA_MISSING},
        {404, "{\"error\":404.0,\"status\":\"The requested path does not exist.\"}", FEED_ICINGA_UNWELL},
        {404, "<html>", FEED_ICINGA_UNWELL},
        {403, "{\"results\":[{\"code\":403.0,\"status\":\"Passive checks are disabled\"}]}", FEED_ICINGA_REFUSED},
        {403, "{\"error\":403.0,\"status\":\"Forbidden\"}", FEED_ICINGA_DENIED},
        {400, "{\"results\":[{\"code\":400.0,\"status\":\"Parameter\"}]}", FEED_ICINGA_REFUSED},
        {401, "<h1>Unauthorized</h1>", FEED_ICINGA_DENIED},
        {503, "{\"error\":503.0,\"status\":\"Icinga is reloading\"}", FEED_ICINGA_UNWELL},
        {500, "", FEED_ICINGA_UNWELL},
        {200, "", FEED_ICINGA_UNWELL},
        {200, "{}", FEED_ICINGA_UNWELL},
        {200, "[]", FEED_ICINGA_UNWELL},
        {200, "{\"results\":[]}", FEED_ICINGA_UNWELL},
        {200, "{\"results\":{\"a\":{\"code\":200}}}", FEED_ICINGA_UNWELL},
        {200, "{\"results\":[{\"code\":\"200\"}]}", FEED_ICINGA_UNWELL},
        {200, "{\"results\":[{\"code\":200.5}]}", FEED_ICINGA_UNWELL},
        {200, "{\"results\":[{\"code\":200", FEED_ICINGA_UNWELL},
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(CASE); i++) {
        struct err err = {""};
        enum feed_icinga_meaning meaning =
            feed_icinga_read(CASE[i].status, CASE[i].body, strlen(CASE[i].body), &err);

        if (meaning != CASE[i].meaning)
            fail_msg("%d %s: %d (%s)", CASE[i].status, CASE[i].body, (int)meaning, err.text);
        if (meaning >= FEED_ICINGA_REFUSED)
            assert_true(err.text[0] != '\0');
    }
}

/* What it says goes to lines of others. */
static void test_remote_text_is_made_safe(void **state)
{
    static const char BODY[] = "{\"results\":[{\"code\":400,\"status\":\"a\\nb\\u001b[2J\"}]}";
    struct err err = {""};

    (void)state;
    assert_int_equal(feed_icinga_read(400, BODY, strlen(BODY), &err), FEED_ICINGA_REFUSED);
    assert_string_equal(err.text, "Icinga does not take what we sent: a b?[2J");
}

static void test_names(void **state)
{
    static const char BODY[] =
        "{\"results\":[{\"name\":\"h!b\"},{\"attrs\":{\"__name\":\"h!a\"}},{\"name\":5},7]}";
    static const char *const RUBBISH[] = {"", "{}", "[]", "{\"results\":{}}", "{\"results\":[{\"name\":\"h!"};
    struct err err = {""};
    struct feed_names *names = feed_names_read(BODY, strlen(BODY), &err);

    (void)state;
    assert_non_null(names);
    assert_true(feed_names_have(names, "h", "a"));
    assert_true(feed_names_have(names, "h", "b"));
    assert_false(feed_names_have(names, "h", "c"));
    feed_names_free(names);
    for (size_t i = 0; i < TTA_LEN(RUBBISH); i++)
        assert_null(feed_names_read(RUBBISH[i], strlen(RUBBISH[i]), &err));
}

static void test_source(void **state)
{
    static const char OURS[] = "{\"results\":[{\"attrs\":{\"last_check_result\":{\"check_source\":\"x\"}}}]}";
    static const char NONE[] = "{\"results\":[{\"attrs\":{\"last_check_result\":null}}]}";
    struct buf out;

    (void)state;
    buf_init(&out, 64);
    assert_true(feed_icinga_source(OURS, strlen(OURS), &out));
    assert_string_equal(buf_text(&out), "x");
    buf_reset(&out);
    assert_true(feed_icinga_source(NONE, strlen(NONE), &out));
    assert_string_equal(buf_text(&out), "");
    assert_false(feed_icinga_source("{}", 2, &out));
    assert_false(feed_icinga_source("<", 1, &out));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_remote_text_is_made_safe),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_source),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
