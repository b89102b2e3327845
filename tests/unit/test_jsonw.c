/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * JSON as written: commas, indents, escapes, depth, and memory running out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alloc_fail.h"
#include "base/jsonw.h"
#include "base/text.h"

static void write_sample(struct jsonw *w)
{
    jsonw_object(w, NULL);
    jsonw_int(w, "schema", 1);
    jsonw_string(w, "id", "7502022393087590401");
    jsonw_array(w, "fix");
    jsonw_string(w, NULL, "one");
    jsonw_string(w, NULL, "two");
    jsonw_array_end(w);
    jsonw_array(w, "empty");
    jsonw_array_end(w);
    jsonw_object(w, "root");
    jsonw_bool(w, "known", true);
    jsonw_bool(w, "held", false);
    jsonw_object_end(w);
    jsonw_object(w, "none");
    jsonw_object_end(w);
    jsonw_null(w, "fault");
    jsonw_string(w, "url", NULL);
    jsonw_object_end(w);
}

static void one_line(void **state)
{
    struct buf out;
    struct jsonw w;

    (void)state;
    buf_init(&out, 1000);
    jsonw_init(&w, &out, false);
    write_sample(&w);
    assert_string_equal(buf_text(&out),
                        "{\"schema\":1,\"id\":\"7502022393087590401\",\"fix\":[\"one\",\"two\"],\"empty\":[],"
                        "\"root\":{\"known\":true,\"held\":false},\"none\":{},\"fault\":null,\"url\":null}");
    assert_int_equal(w.depth, 0);
    buf_free(&out);
}

static void pretty(void **state)
{
    struct buf out;
    struct jsonw w;

    (void)state;
    buf_init(&out, 1000);
    jsonw_init(&w, &out, true);
    write_sample(&w);
    assert_string_equal(buf_text(&out), "{\n"
                                        "  \"schema\": 1,\n"
                                        "  \"id\": \"7502022393087590401\",\n"
                                        "  \"fix\": [\n"
                                        "    \"one\",\n"
                                        "    \"two\"\n"
                                        "  ],\n"
                                        "  \"empty\": [],\n"
                                        "  \"root\": {\n"
                                        "    \"known\": true,\n"
                                        "    \"held\": false\n"
                                        "  },\n"
                                        "  \"none\": {},\n"
                                        "  \"fault\": null,\n"
                                        "  \"url\": null\n"
                                        "}");
    buf_free(&out);
}

static void array_of_objects(void **state)
{
    struct buf out;
    struct jsonw w;

    (void)state;
    buf_init(&out, 1000);
    jsonw_init(&w, &out, false);
    jsonw_array(&w, NULL);
    for (int i = 0; i < 3; i++) {
        jsonw_object(&w, NULL);
        jsonw_int(&w, "n", i);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    assert_string_equal(buf_text(&out), "[{\"n\":0},{\"n\":1},{\"n\":2}]");
    buf_free(&out);
}

static void assert_string_form(const char *text, size_t len, const char *expected)
{
    struct buf out;
    struct jsonw w;

    buf_init(&out, 1000);
    jsonw_init(&w, &out, false);
    jsonw_string_n(&w, NULL, text, len);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

#define BYTES(literal) (literal), sizeof(literal) - 1
#define REPLACED "\xef\xbf\xbd"

static void strings_are_escaped(void **state)
{
    (void)state;
    assert_string_form(BYTES(""), "\"\"");
    assert_string_form(NULL, 0, "null");
    assert_string_form(BYTES("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    assert_string_form(BYTES("a\nb\tc\0d\x1b[m\x7f"), "\"a\\u000ab\\u0009c\\u0000d\\u001b[m\\u007f\"");
    assert_string_form(BYTES("\xc2\x85\xe2\x80\xa8\xe2\x80\xae"), "\"\\u0085\\u2028\\u202e\"");
    assert_string_form(BYTES("M\xc3\xbcller \xf0\x9f\x98\x80"), "\"M\xc3\xbcller \xf0\x9f\x98\x80\"");
    assert_string_form(BYTES("\xc0\xaf"), "\"" REPLACED REPLACED "\"");
    assert_string_form(BYTES("\xed\xa0\x80"), "\"" REPLACED REPLACED REPLACED "\"");
    assert_string_form(BYTES("x\xe2\x82"), "\"x" REPLACED REPLACED "\"");
    assert_string_form(BYTES("\xff\"}"), "\"" REPLACED "\\\"}\"");
}

static void keys_are_escaped_too(void **state)
{
    struct buf out;
    struct jsonw w;

    (void)state;
    buf_init(&out, 1000);
    jsonw_init(&w, &out, false);
    jsonw_object(&w, NULL);
    jsonw_bool(&w, "a\":\"\n\xff", true);
    jsonw_object_end(&w);
    assert_string_equal(buf_text(&out), "{\"a\\\":\\\"\\u000a" REPLACED "\":true}");
    buf_free(&out);
}

static void every_byte_pair_gives_valid_text(void **state)
{
    struct buf out;
    struct jsonw w;

    (void)state;
    buf_init(&out, 100);
    for (int a = 0; a < 256; a++)
        for (int b = 0; b < 256; b++) {
            const char text[] = {(char)a, (char)b};

            buf_reset(&out);
            jsonw_init(&w, &out, false);
            jsonw_string_n(&w, NULL, text, 2);
            assert_true(text_is_utf8(buf_text(&out), buf_len(&out)));
            for (const char *p = buf_text(&out); *p; p++)
                assert_true((unsigned char)*p >= 0x20);
        }
    buf_free(&out);
}

static void numbers(void **state)
{
    struct buf out;
    struct jsonw w;

    (void)state;
    buf_init(&out, 1000);
    jsonw_init(&w, &out, false);
    jsonw_array(&w, NULL);
    jsonw_int(&w, NULL, INT64_MIN);
    jsonw_int(&w, NULL, 0);
    jsonw_int(&w, NULL, INT64_MAX);
    jsonw_array_end(&w);
    assert_string_equal(buf_text(&out), "[-9223372036854775808,0,9223372036854775807]");
    buf_free(&out);
}

static void depth_has_a_limit(void **state)
{
    struct buf out;
    struct jsonw w;

    (void)state;
    buf_init(&out, 1000);
    jsonw_init(&w, &out, false);
    for (int i = 0; i < JSONW_DEPTH_MAX; i++)
        jsonw_array(&w, NULL);
    assert_true(buf_ok(&out));
    for (int i = 0; i < JSONW_DEPTH_MAX; i++)
        jsonw_array_end(&w);
    assert_string_equal(buf_text(&out), "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]");
    buf_reset(&out);
    for (int i = 0; i <= JSONW_DEPTH_MAX; i++)
        jsonw_object(&w, NULL);
    assert_false(buf_ok(&out));
    buf_reset(&out);
    jsonw_init(&w, &out, false);
    jsonw_object_end(&w);
    assert_false(buf_ok(&out));
    buf_free(&out);
}

static void the_buffers_limit_is_the_texts(void **state)
{
    struct buf out;
    struct jsonw w;
    size_t len;

    (void)state;
    buf_init(&out, 1000);
    jsonw_init(&w, &out, false);
    write_sample(&w);
    len = buf_len(&out);
    buf_free(&out);
    for (size_t limit = 0; limit <= len; limit++) {
        buf_init(&out, limit);
        jsonw_init(&w, &out, false);
        write_sample(&w);
        assert_int_equal(buf_ok(&out), limit == len);
        buf_free(&out);
    }
}

static bool build(void *arg)
{
    struct buf out;
    struct jsonw w;
    bool ok;

    (void)arg;
    buf_init(&out, 100000);
    jsonw_init(&w, &out, true);
    jsonw_array(&w, NULL);
    for (int i = 0; i < 20; i++)
        write_sample(&w);
    jsonw_array_end(&w);
    ok = buf_ok(&out);
    buf_free(&out);
    return ok;
}

static void out_of_memory_at_each_step(void **state)
{
    (void)state;
    assert_in_range(alloc_fail_each(build, NULL), 3, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line),
        cmocka_unit_test(pretty),
        cmocka_unit_test(array_of_objects),
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(keys_are_escaped_too),
        cmocka_unit_test(every_byte_pair_gives_valid_text),
        cmocka_unit_test(numbers),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(the_buffers_limit_is_the_texts),
        cmocka_unit_test(out_of_memory_at_each_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
