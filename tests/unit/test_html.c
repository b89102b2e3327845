/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * core/html: hostile text is text in every place of a page. */
#include "core/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct buf out;

static int begin(void **state)
{
    (void)state;
    buf_init(&out, 1 << 16);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&out);
    return 0;
}

static void assert_text(const char *text, const char *expected)
{
    buf_reset(&out);
    html_text(&out, text);
    assert_string_equal(buf_text(&out), expected);
}

static void text_is_escaped_for_elements_and_attributes(void **state)
{
    (void)state;
    assert_text("plain", "plain");
    assert_text("", "");
    assert_text("</script><b a=\"x\" b='y'>&amp;",
                "&lt;/script&gt;&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
    assert_text("Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f");
}

static void what_orders_text_the_other_way_is_harmless(void **state)
{
    (void)state;
    assert_text("a\xe2\x80\xae"
                "b\xe2\x81\xa6"
                "c\xe2\x80\xa8"
                "d\x01"
                "e\xff\nf",
                "a?b?c?d?e? f");
    buf_reset(&out);
    html_name(&out, "<\xd8\xb9>");
    assert_string_equal(buf_text(&out), "<bdi>&lt;\xd8\xb9&gt;</bdi>");
}

static void long_text_is_cut_before_it_is_escaped(void **state)
{
    static char text[2 * HTML_TEXT_MAX];

    (void)state;
    memset(text, '<', sizeof(text) - 1);
    html_text(&out, text);
    assert_true(buf_ok(&out));
    assert_string_equal(buf_text(&out) + buf_len(&out) - 7, "&lt;...");
}

static void only_web_addresses_are_links(void **state)
{
    static const char *const NONE[] = {
        "",
        "javascript:alert(1)",
        " https://a",
        "data:text/html,x",
        "//a",
        "https:a",
        "ftp://a",
        "https://a b",
        "https://a\"onclick=x",
        "https://a'",
        "https://a\\b",
        "https://a<b",
        "https://a\n",
        "https://a\xe2\x80\xae",
        "https://a\xff",
        "xhttps://a",
    };

    (void)state;
    for (size_t i = 0; i < TTA_LEN(NONE); i++) {
        html_link(&out, NONE[i], "x");
        assert_string_equal(buf_text(&out), "");
    }
    html_link(&out, "HTTPS://connect.example/?a=1&b=%22", "Go");
    assert_string_equal(buf_text(&out), "<a rel=\"noopener noreferrer\" "
                                        "href=\"HTTPS://connect.example/?a=1&amp;b=%22\">Go</a>");
    assert_true(html_is_link("http://127.0.0.1/"));
}

/* Alertmanager refuses an alert for the link in it. */
static void half_an_address_is_no_link(void **state)
{
    static const char *const LINK[] = {
        "http://a",    "http://a:8080/b?c=%2f#d",          "https://[::1]:8080/", "http://[::1]",
        "https://a?b", "https://\xc3\xbc.example/\xc3\xa4"};
    static const char *const NONE[] = {"http://",     "https:///b",    "http://a/%zz",    "http://a/%2",
                                       "http://[a",   "http://[::1]b", "http://a:port/b", "http://a]/",
                                       "http://a@b/", "http://%41/"};

    (void)state;
    for (size_t i = 0; i < TTA_LEN(LINK); i++)
        assert_true(html_is_link(LINK[i]));
    for (size_t i = 0; i < TTA_LEN(NONE); i++)
        assert_false(html_is_link(NONE[i]));
}

static void json_ends_no_script(void **state)
{
    static const char JSON[] = "[\"</script><!--&\",1]";

    (void)state;
    html_json(&out, JSON, strlen(JSON));
    assert_string_equal(buf_text(&out), "[\"\\u003c/script\\u003e\\u003c!--\\u0026\",1]");
}

static void times_are_short_and_whole(void **state)
{
    (void)state;
    html_time(&out, 1795313640, 1795316400);
    assert_string_equal(buf_text(&out), "<time datetime=\"2026-11-22T02:14:00Z\">Nov 22 02:14Z</time>");
    buf_reset(&out);
    html_time(&out, 0, 1795316400);
    assert_string_equal(buf_text(&out), "never");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_is_escaped_for_elements_and_attributes),
        TEST(what_orders_text_the_other_way_is_harmless),
        TEST(long_text_is_cut_before_it_is_escaped),
        TEST(only_web_addresses_are_links),
        TEST(half_an_address_is_no_link),
        TEST(json_ends_no_script),
        TEST(times_are_short_and_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
