/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tokens from lines of JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "config_fixture.h"

#define INI                                                                                    \
    "[app main]\napp_id = 1\n[app bad]\ntier = basic\n[token t]\napp = main\ntoken_file = x\n" \
    "[tokens]\nfile = t.jsonl\n"
#define BAD_APP                                                                                                   \
    "/etc/tta/t.conf line 3: [app bad] app_id: is missing; without it the app and its tokens are not asked @app " \
    "bad\n"

/* Feeds up to eight lines, finishes, and compares the complaints. */
static struct config *feed(const char *const *line, const char *shown)
{
    struct complaints complaints;
    struct config *c;

    complaints_init(&complaints);
    c = config_fixture_begin(INI, &complaints);
    assert_non_null(c);
    for (unsigned i = 0; line[i]; i++)
        config_token_line(c, "t.jsonl", i + 1, line[i], strlen(line[i]));
    assert_true(config_finish(c));
    assert_complaints(&complaints, shown);
    return c;
}

static void keeps_tokens(void **state)
{
    static const char *const LINE[] = {
        "{\"name\": \"a\", \"app\": \"main\", \"token\": \"hunter2\", \"granted_by\": \"us\"}", "", " \t\r\n",
        "{\"token\":\"x\\u002fy\",\"name\":\"b\",\"app\":\"main\"}\r\n", NULL};
    struct config *c = feed(LINE, BAD_APP);

    (void)state;
    assert_int_equal(c->token_count, 3);
    assert_string_equal(c->token[1].name, "a");
    assert_string_equal(c->token[1].app_name, "main");
    assert_int_equal(c->token[1].app, 0);
    assert_string_equal(secret_reveal(c->token[1].secret), "hunter2");
    assert_null(c->token[1].token_file);
    assert_int_equal(c->token[1].granted_by, GRANTED_BY_US);
    assert_int_equal(c->token[1].kind, TOKEN_MARKETING);
    assert_true(c->token[1].discover);
    assert_false(c->token[1].refresh);
    assert_true(c->token[1].usable);
    assert_int_equal(c->token[1].line, 1);
    assert_string_equal(secret_reveal(c->token[2].secret), "x/y");
    assert_int_equal(c->token[2].granted_by, GRANTED_BY_CLIENT);
    assert_int_equal(c->token[2].line, 4);
    assert_int_equal(config_find_token(c, "b"), 2);
    config_free(c);
}

static void the_first_name_stands(void **state)
{
    static const char *const LINE[] = {"{\"name\":\"t\",\"app\":\"main\",\"token\":\"hunter2\"}",
                                       "{\"name\":\"a\",\"app\":\"main\",\"token\":\"hunter2\"}",
                                       "{\"name\":\"a\",\"app\":\"main\",\"token\":\"hunter3\"}", NULL};
    struct config *c =
        feed(LINE, "t.jsonl line 1: token t is given a second time (first in /etc/tta/t.conf line 5); "
                   "the first stands @token t\n"
                   "t.jsonl line 3: token a is given a second time (first in t.jsonl line 2); the "
                   "first stands @token a\n" BAD_APP);

    (void)state;
    assert_int_equal(c->token_count, 2);
    assert_null(c->token[0].secret);
    assert_string_equal(secret_reveal(c->token[1].secret), "hunter2");
    config_free(c);
}

static void lines_that_are_left_out(void **state)
{
    static const char *const LINE[] = {"{\"name\":\"a\",\"app\":\"main\",\"token\":\"hunter2\"",
                                       "[\"hunter2\"]",
                                       "\"hunter2\"",
                                       "hunter2",
                                       "{\"name\":\"hunter2 x\",\"app\":\"main\",\"token\":\"hunter2\"}",
                                       "{\"name\":5,\"app\":\"main\",\"token\":\"hunter2\"}",
                                       "{\"app\":\"main\",\"token\":\"hunter2\"}",
                                       "{\"name\":\"a\",\"token\":\"hunter2\",\"token\":\"hunter2\"}",
                                       NULL};
    static const char OBJECT[] = "the line is not one JSON object of name, app, token, granted_by";
    static const char NAME[] =
        "name: is missing or not 1 to 32 letters, digits, '.', '_' or '-', a letter or digit first";
    char shown[2000];
    struct config *c;

    (void)state;
    snprintf(shown, sizeof(shown),
             "t.jsonl line 1: %s: the text ends early at byte 43; it is left out @nobody\n"
             "t.jsonl line 2: %s; it is left out @nobody\n"
             "t.jsonl line 3: %s; it is left out @nobody\n"
             "t.jsonl line 4: %s: not a JSON value at byte 1; it is left out @nobody\n"
             "t.jsonl line 5: %s; the line is left out @nobody\n"
             "t.jsonl line 6: %s; the line is left out @nobody\n"
             "t.jsonl line 7: %s; the line is left out @nobody\n"
             "t.jsonl line 8: %s: the key \"token\" is there twice in one object; it is left out @nobody\n%s",
             OBJECT, OBJECT, OBJECT, OBJECT, NAME, NAME, NAME, OBJECT, BAD_APP);
    c = feed(LINE, shown);
    assert_int_equal(c->token_count, 1);
    config_free(c);
}

static void tokens_that_cannot_be_used(void **state)
{
    static const char *const LINE[] = {"{\"name\":\"a\",\"token\":\"hunter2\"}",
                                       "{\"name\":\"b\",\"app\":\"hunter2 x\",\"token\":\"hunter2\"}",
                                       "{\"name\":\"c\",\"app\":\"nowhere\",\"token\":\"hunter2\"}",
                                       "{\"name\":\"d\",\"app\":\"bad\",\"token\":\"hunter2\"}",
                                       "{\"name\":\"e\",\"app\":\"main\"}",
                                       "{\"name\":\"f\",\"app\":\"main\",\"token\":\"\"}",
                                       "{\"name\":\"g\",\"app\":\"main\",\"token\":\"hunter2 x\"}",
                                       "{\"name\":\"h\",\"app\":\"main\",\"token\":[\"hunter2\"]}",
                                       "{\"name\":\"i\",\"app\":\"main\",\"token\":\"hunter2\x7f\"}",
                                       NULL};
    struct config *c = feed(
        LINE, "t.jsonl line 1: token a: app: is missing or is not the name of an [app NAME] section @token a\n"
              "t.jsonl line 2: token b: app: is missing or is not the name of an [app NAME] section @token b\n"
              "t.jsonl line 3: token c: there is no [app nowhere]; without its app it is not asked @token c\n"
              "t.jsonl line 4: token d: its app bad can't be used, so it is not asked @token d\n"
              "t.jsonl line 5: token e: token: is missing, empty or no text @token e\n"
              "t.jsonl line 6: token f: token: is missing, empty or no text @token f\n"
              "t.jsonl line 7: token g: token: is too long, or holds a blank or another character that no "
              "token has @token g\n"
              "t.jsonl line 8: token h: token: is missing, empty or no text @token h\n"
              "t.jsonl line 9: token i: token: is too long, or holds a blank or another character that no "
              "token has @token i\n" BAD_APP);

    (void)state;
    assert_int_equal(c->token_count, 10);
    assert_int_equal(c->token[1].app, SIZE_MAX);
    assert_int_equal(c->token[4].app, 1);
    for (size_t i = 1; i < 10; i++)
        assert_false(c->token[i].usable);
    config_free(c);
}

static void a_token_has_a_longest(void **state)
{
    static char line[SECRET_MAX + 100];
    struct complaints complaints;
    struct config *c;

    (void)state;
    complaints_init(&complaints);
    c = config_fixture_begin(INI, &complaints);
    for (int longer = 0; longer < 2; longer++) {
        size_t len =
            (size_t)snprintf(line, sizeof(line), "{\"name\":\"n%d\",\"app\":\"main\",\"token\":\"", longer);

        memset(line + len, 'x', (size_t)SECRET_MAX + (size_t)longer);
        memcpy(line + len + SECRET_MAX + longer, "\"}", 3);
        config_token_line(c, "t", 1, line, strlen(line));
    }
    assert_true(config_finish(c));
    assert_true(c->token[1].usable);
    assert_int_equal(secret_len(c->token[1].secret), SECRET_MAX);
    assert_false(c->token[2].usable);
    complaints_free(&complaints);
    config_free(c);
}

static void faults_that_leave_it_usable(void **state)
{
    static const char *const LINE[] = {
        "{\"name\":\"a\",\"app\":\"main\",\"token\":\"x\",\"granted_by\":\"hunter2\",\"hunter2\":1}",
        "{\"name\":\"b\",\"app\":\"main\",\"token\":\"x\",\"granted_by\":null,\"other\":1}", NULL};
    struct config *c = feed(
        LINE,
        "t.jsonl line 1: a member is not known and ignored, here and in the lines that follow; allowed: name, "
        "app, token, granted_by @nobody\n"
        "t.jsonl line 1: token a: granted_by: is not known; allowed: client, us; client is taken @token a\n"
        "t.jsonl line 2: token b: granted_by: is not known; allowed: client, us; client is taken @token b\n"
        "" BAD_APP);

    (void)state;
    assert_true(c->token[1].usable);
    assert_true(c->token[2].usable);
    config_free(c);
}

/* Quadratic work would take minutes. */
static void many_tokens_cost_little(void **state)
{
    struct complaints complaints;
    struct config *c;
    char line[100];

    (void)state;
    complaints_init(&complaints);
    c = config_fixture_begin(INI, &complaints);
    for (unsigned i = 0; i < 50000; i++) {
        int len = snprintf(line, sizeof(line), "{\"name\":\"n%u\",\"app\":\"main\",\"token\":\"x\"}", i);

        config_token_line(c, "t", i + 1, line, (size_t)len);
    }
    assert_true(config_finish(c));
    assert_int_equal(c->token_count, 50001);
    assert_int_equal(config_find_token(c, "n49999"), 50000);
    assert_int_equal(complaints.count, 1);
    complaints_free(&complaints);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_tokens),
        cmocka_unit_test(the_first_name_stands),
        cmocka_unit_test(lines_that_are_left_out),
        cmocka_unit_test(tokens_that_cannot_be_used),
        cmocka_unit_test(a_token_has_a_longest),
        cmocka_unit_test(faults_that_leave_it_usable),
        cmocka_unit_test(many_tokens_cost_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
