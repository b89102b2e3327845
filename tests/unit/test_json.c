/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading JSON: what is refused and why, what the tree says, and that large texts cost little. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc_fail.h"
#include "base/buf.h"
#include "ext/json.h"

static struct json *parse(const char *text)
{
    struct err err = {.text = ""};
    struct json *root = json_parse(text, strlen(text), &err);
    if (!root)
        fail_msg("%s: %s", text, err.text);
    return root;
}

static void refuse_n(const char *bytes, size_t len, const char *why)
{
    struct err err = {.text = ""};
    struct json *root = json_parse(bytes, len, &err);
    if (root)
        fail_msg("taken: %s", bytes);
    if (strcmp(err.text, why) != 0)
        fail_msg("%s: \"%s\" is not \"%s\"", bytes, err.text, why);
}

static void takes_what_the_grammar_has(void **state)
{
    static const char *const texts[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-1",
        "10",
        "1.5",
        "-0.25",
        "1e3",
        "1E+3",
        "1e-3",
        "1.25e2",
        "\"\"",
        "\"a\"",
        "[]",
        "{}",
        " [ ] ",
        "\t{\r\n}\n",
        "[1,2]",
        "[[],[[]],{}]",
        "{\"a\":1,\"b\":[{\"a\":2}]}",
        "{\"\":1}",
        "{\"a\":1,\"A\":2}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u00e9\\uD83D\\uDe00\"",
        "\"\xc3\xa9\xf0\x9f\x98\x80\"",
        "\"\x7f\"",
        "[true,false,null,\"x\",-1]",
        "123456789012345678901234567890123456789012345678901234567890123",
        "1e999",
    };
    (void)state;
    for (size_t i = 0; i < TTA_LEN(texts); i++)
        json_free(parse(texts[i]));
}

static void refuses_what_it_has_not(void **state)
{
    static const struct {
        const char *text;
        const char *why;
    } rows[] = {
        {"", "the text is empty"},
        {" \n", "the text is empty"},
        {"\xef\xbb\xbf{}", "a byte order mark before the value"},
        {"{} x", "more text behind the value at byte 4"},
        {"{}{}", "more text behind the value at byte 3"},
        {"1 2", "more text behind the value at byte 3"},
        {"nullx", "more text behind the value at byte 5"},
        {"01", "more text behind the value at byte 2"},
        {"0x10", "more text behind the value at byte 2"},
        {"1.5.2", "more text behind the value at byte 4"},
        {"1,5", "more text behind the value at byte 2"},
        {"+1", "not a JSON value at byte 1"},
        {".5", "not a JSON value at byte 1"},
        {"NaN", "not a JSON value at byte 1"},
        {"Infinity", "not a JSON value at byte 1"},
        {"nul", "not a JSON value at byte 1"},
        {"True", "not a JSON value at byte 1"},
        {"'a'", "not a JSON value at byte 1"},
        {"[1,]", "not a JSON value at byte 4"},
        {"[,1]", "not a JSON value at byte 2"},
        {"[1\f]", "neither ',' nor ']' at byte 3"},
        {"\v1", "not a JSON value at byte 1"},
        {"[\x01]", "not a JSON value at byte 2"},
        {"/**/1", "not a JSON value at byte 1"},
        {"-", "the text ends early at byte 2"},
        {"-x", "a number that is not well formed at byte 2"},
        {"-Infinity", "a number that is not well formed at byte 2"},
        {"[1.]", "a number that is not well formed at byte 4"},
        {"[1e]", "a number that is not well formed at byte 4"},
        {"[1e+]", "a number that is not well formed at byte 5"},
        {"[-.5]", "a number that is not well formed at byte 3"},
        {"1.", "the text ends early at byte 3"},
        {"[1234567890123456789012345678901234567890123456789012345678901234]",
         "a number of more than 63 characters at byte 2"},
        {"[1 2]", "neither ',' nor ']' at byte 4"},
        {"[1}", "neither ',' nor ']' at byte 3"},
        {"{\"a\":1]", "neither ',' nor '}' at byte 7"},
        {"{\"a\":1,}", "a key that is no string at byte 8"},
        {"{a:1}", "a key that is no string at byte 2"},
        {"{1:1}", "a key that is no string at byte 2"},
        {"{\"a\"}", "no ':' behind a key at byte 5"},
        {"{\"a\" 1}", "no ':' behind a key at byte 6"},
        {"{\"a\":}", "not a JSON value at byte 6"},
        {"[", "the text ends early at byte 2"},
        {"{", "the text ends early at byte 2"},
        {"{\"a\"", "the text ends early at byte 5"},
        {"{\"a\":", "the text ends early at byte 6"},
        {"[1,", "the text ends early at byte 4"},
        {"[1", "the text ends early at byte 3"},
        {"\"", "the text ends early at byte 2"},
        {"\"ab", "the text ends early at byte 4"},
        {"\"\\", "the text ends early at byte 3"},
        {"\"\\u12", "the text ends early at byte 6"},
        {"\"\\x41\"", "an unknown escape at byte 3"},
        {"\"\\U0041\"", "an unknown escape at byte 3"},
        {"\"\\u12G4\"", "a \\u escape that is not well formed at byte 6"},
        {"\"\\u0000\"", "a NUL (\\u0000) at byte 4"},
        {"{\"a\\u0000b\":1}", "a NUL (\\u0000) at byte 6"},
        {"\"\\ud800\"", "half of a surrogate pair at byte 4"},
        {"\"\\ud800\\n\"", "half of a surrogate pair at byte 4"},
        {"\"\\ud800\\ud800\"", "half of a surrogate pair at byte 4"},
        {"\"\\udc00\"", "half of a surrogate pair at byte 4"},
        {"\"\\udc00\\udc00\"", "half of a surrogate pair at byte 4"},
        {"\"\\ud800\\u00", "the text ends early at byte 12"},
        {"\"a\nb\"", "a control character inside a string at byte 3"},
        {"\"a\tb\"", "a control character inside a string at byte 3"},
        {"\"\xc3\x28\"", "bytes that are no UTF-8"},
        {"\"\xed\xa0\x80\"", "bytes that are no UTF-8"},
        {"\"\xc0\x80\"", "bytes that are no UTF-8"},
        {"\"\xf5\x80\x80\x80\"", "bytes that are no UTF-8"},
        {"\"\xc3\"", "bytes that are no UTF-8"},
        {"{\"a\":1,\"b\":2,\"a\":3}", "the key \"a\" is there twice in one object"},
        {"{\"a\":1,\"\\u0061\":3}", "the key \"a\" is there twice in one object"},
        {"[{\"x\":[{\"y\":{\"\":1,\"\":1}}]}]", "the key \"\" is there twice in one object"},
        {"{\"\\u001b[2J\":1,\"\\u001b[2J\":1}", "the key \"?[2J\" is there twice in one object"},
    };
    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++)
        refuse_n(rows[i].text, strlen(rows[i].text), rows[i].why);
}

static void refuses_nul_bytes(void **state)
{
    (void)state;
    refuse_n("{}\0", 3, "a NUL at byte 3");
    refuse_n("\"a\0b\"", 5, "a NUL at byte 3");
    refuse_n("\0", 1, "a NUL at byte 1");
    refuse_n("[\0]", 3, "a NUL at byte 2");
}

static void reads_no_byte_behind_the_end(void **state)
{
    static const char text[] = "{\"list\":[1,-2.5e1,\"\\ud83d\\ude00\",true,null]}";
    (void)state;
    for (size_t len = 0; len < strlen(text); len++) {
        char *exact = malloc(len > 0 ? len : 1); /* the sanitizer watches its end */
        struct err err;
        assert_non_null(exact);
        memcpy(exact, text, len);
        assert_null(json_parse(exact, len, &err));
        free(exact);
    }
    json_free(parse(text));
}

static void nest(struct buf *b, int depth, const char *open, const char *close)
{
    for (int i = 0; i < depth; i++)
        buf_str(b, open);
    buf_str(b, "1");
    for (int i = 0; i < depth; i++)
        buf_str(b, close);
    assert_true(buf_ok(b));
}

static void nests_32_levels(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 24);
    nest(&b, 32, "[", "]");
    json_free(parse(buf_text(&b)));
    buf_reset(&b);
    nest(&b, 32, "{\"a\":", "}");
    json_free(parse(buf_text(&b)));
    buf_reset(&b);
    nest(&b, 33, "[", "]");
    refuse_n(buf_text(&b), buf_len(&b), "nested too deep at byte 33");
    buf_reset(&b);
    nest(&b, 33, "{\"a\":", "}");
    refuse_n(buf_text(&b), buf_len(&b), "nested too deep at byte 161");
    buf_reset(&b);
    nest(&b, 1000000, "[", "]");
    refuse_n(buf_text(&b), buf_len(&b), "nested too deep at byte 33");
    buf_free(&b);
}

static void answers_for_each_type(void **state)
{
    static const struct {
        const char *text;
        enum json_type type;
    } rows[] = {
        {"null", JSON_NULL},    {"true", JSON_BOOL}, {"false", JSON_BOOL}, {"1", JSON_NUMBER},
        {"\"1\"", JSON_STRING}, {"[]", JSON_ARRAY},  {"{}", JSON_OBJECT},
    };
    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++) {
        struct json *root = parse(rows[i].text);
        int64_t whole = 77;
        bool truth = true;
        assert_int_equal(json_type_of(root), rows[i].type);
        assert_true((json_text(root) != NULL) == (rows[i].type == JSON_STRING));
        assert_true(json_whole(root, &whole) == (rows[i].type == JSON_NUMBER));
        assert_int_equal(whole, rows[i].type == JSON_NUMBER ? 1 : 77);
        assert_true(json_truth(root, &truth) == (rows[i].type == JSON_BOOL));
        assert_true(truth == (strcmp(rows[i].text, "false") != 0));
        assert_null(json_member(root, "a"));
        assert_null(json_first(root));
        assert_null(json_next(root));
        assert_null(json_key(root));
        assert_int_equal(json_count(root), 0);
        json_free(root);
    }
}

static void answers_for_nothing(void **state)
{
    int64_t whole = 7;
    bool truth = true;
    (void)state;
    assert_int_equal(json_type_of(NULL), JSON_NULL);
    assert_null(json_member(NULL, "a"));
    assert_null(json_text(NULL));
    assert_false(json_whole(NULL, &whole));
    assert_false(json_truth(NULL, &truth));
    assert_int_equal(whole, 7);
    assert_true(truth);
    assert_int_equal(json_count(NULL), 0);
    assert_null(json_first(NULL));
    assert_null(json_next(NULL));
    assert_null(json_key(NULL));
    json_free(NULL);
}

static void finds_members_by_exact_key(void **state)
{
    struct json *root = parse("{\"code\":40001,\"Code\":1,\"data\":{\"list\":[\"7\",null]},\"ok\":false,\"\":2}");
    int64_t code = 0;
    bool ok = true;
    (void)state;
    assert_true(json_whole(json_member(root, "code"), &code));
    assert_int_equal(code, 40001);
    assert_true(json_whole(json_member(root, "Code"), &code));
    assert_int_equal(code, 1);
    assert_true(json_whole(json_member(root, ""), &code));
    assert_int_equal(code, 2);
    assert_null(json_member(root, "CODE"));
    assert_null(json_member(root, "cod"));
    assert_true(json_truth(json_member(root, "ok"), &ok));
    assert_false(ok);

    const struct json *list = json_member(json_member(root, "data"), "list");
    assert_int_equal(json_count(list), 2);
    const struct json *item = json_first(list);
    assert_string_equal(json_text(item), "7");
    assert_null(json_key(item));
    item = json_next(item);
    assert_int_equal(json_type_of(item), JSON_NULL);
    assert_null(json_next(item));
    assert_null(json_member(list, "a"));

    assert_int_equal(json_count(root), 5);
    assert_string_equal(json_key(json_first(root)), "code");
    assert_string_equal(json_key(json_next(json_first(root))), "Code");
    json_free(root);
}

static void unescapes_text(void **state)
{
    struct json *root = parse("\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\\/\\n\xc3\xa9\"");
    (void)state;
    assert_string_equal(json_text(root), "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80/\n\xc3\xa9");
    json_free(root);
}

static void whole_numbers_are_exact(void **state)
{
    static const struct {
        const char *text;
        bool whole;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"-5", true, -5},
        {"1e3", true, 1000},
        {"12.0", true, 12},
        {"9007199254740991", true, INT64_C(9007199254740991)},
        {"-9007199254740991", true, -INT64_C(9007199254740991)},
        {"9007199254740992", false, 0},
        {"9007199254740993", false, 0}, /* reads as ...992 */
        {"-9007199254740993", false, 0},
        {"7502022393087590401", false, 0},
        {"1e300", false, 0},
        {"1e999", false, 0},
        {"-1e999", false, 0},
        {"1.5", false, 0},
        {"-0.5", false, 0},
        {"1e-3", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++) {
        struct json *root = parse(rows[i].text);
        int64_t out = 0;
        if (json_whole(root, &out) != rows[i].whole || out != rows[i].value)
            fail_msg("%s", rows[i].text);
        json_free(root);
    }
}

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void long_lists_parse_fast(void **state)
{
    enum { ITEMS = 100000 };
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 24);
    buf_str(&b, "{\"code\":0,\"data\":{\"list\":[");
    for (int i = 0; i < ITEMS; i++)
        buf_printf(&b, "%s{\"advertiser_id\":\"75020223930%08d\",\"advertiser_name\":\"Acme %d\"}",
                   i > 0 ? "," : "", i, i);
    buf_str(&b, "]}}");
    assert_true(buf_len(&b) > 7 * 1000 * 1000);

    double began = cpu_seconds();
    struct json *root = parse(buf_text(&b));
    size_t seen = 0;
    const struct json *list = json_member(json_member(root, "data"), "list");
    for (const struct json *item = json_first(list); item; item = json_next(item))
        seen += strlen(json_text(json_member(item, "advertiser_id"))) == 19;
    json_free(root);
    double took = cpu_seconds() - began;
    assert_int_equal(seen, ITEMS);
    print_message("100,000 items: %.0f ms\n", took * 1000);
    assert_true(took < 10); /* a walk of n steps for each would take minutes */
    buf_free(&b);
}

static void many_members(struct buf *b, int count, int repeated)
{
    buf_reset(b);
    buf_char(b, '{');
    for (int i = 0; i < count; i++)
        buf_printf(b, "%s\"a common beginning of keys %d\":%d", i > 0 ? "," : "",
                   i == count - 1 ? repeated : count - i, i);
    buf_char(b, '}');
    assert_true(buf_ok(b));
}

static void large_objects_are_checked_fast(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 24);
    many_members(&b, 9, 5);
    refuse_n(buf_text(&b), buf_len(&b), "the key \"a common beginning of keys 5\" is there twice in one object");
    many_members(&b, 100000, 0);
    double began = cpu_seconds();
    json_free(parse(buf_text(&b)));
    many_members(&b, 100000, 99999);
    refuse_n(buf_text(&b), buf_len(&b),
             "the key \"a common beginning of keys 99999\" is there twice in one object");
    double took = cpu_seconds() - began;
    print_message("2 x 100,000 keys: %.0f ms\n", took * 1000);
    assert_true(took < 10); /* a walk of n steps for each would take minutes */
    buf_free(&b);
}

static bool parse_large_object(void *arg)
{
    const struct buf *b = arg;
    struct err err = {.text = ""};
    struct json *root = json_parse(buf_text(b), buf_len(b), &err);
    if (!root)
        assert_string_equal(err.text, "out of memory");
    json_free(root);
    return root != NULL;
}

static void memory_may_run_out(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 16);
    many_members(&b, 100, 0);
    assert_true(alloc_fail_each(parse_large_object, &b) > 0);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_the_grammar_has),
        cmocka_unit_test(refuses_what_it_has_not),
        cmocka_unit_test(refuses_nul_bytes),
        cmocka_unit_test(reads_no_byte_behind_the_end),
        cmocka_unit_test(nests_32_levels),
        cmocka_unit_test(answers_for_each_type),
        cmocka_unit_test(answers_for_nothing),
        cmocka_unit_test(finds_members_by_exact_key),
        cmocka_unit_test(unescapes_text),
        cmocka_unit_test(whole_numbers_are_exact),
        cmocka_unit_test(long_lists_parse_fast),
        cmocka_unit_test(large_objects_are_checked_fast),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
