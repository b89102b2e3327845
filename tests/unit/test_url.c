/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which addresses pass by which rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/url.h"

/* What each rule says, in the order of the enum: 'y' or 'n'. */
static const struct {
    const char *url, *passes;
} URL[] = {
    {"https://business-api.tiktok.com/open_api/v1.3", "ynyy"},
    {"https://h", "ynyy"},
    {"https://h/", "ynyy"},
    {"https://h:443/a", "ynyy"},
    {"https://h:3128", "yyyy"},
    {"http://h:3128", "nynn"},
    {"http://h:3128/", "nnnn"},
    {"http://h", "nnnn"},
    {"https://h/?a=b&c=d", "nnyy"},
    {"https://h?a", "nnyy"},
    {"https://h#a", "nnyy"},
    {"https://h/a/{advertiser_id}", "nnny"},
    {"https://h/?a={advertiser_id}&b={advertiser_id}", "nnny"},
    {"https://h/{advertiser}", "nnnn"},
    {"https://h/{advertiser_id", "nnnn"},
    {"https://h/}", "nnnn"},
    /* loopback */
    {"http://localhost", "ynyy"},
    {"http://LocalHost:8080/a", "ynyy"},
    {"http://localhost:8080", "yyyy"},
    {"http://127.0.0.1:80/x", "ynyy"},
    {"http://127.255.0.9/x", "ynyy"},
    {"http://[::1]:80/x", "ynyy"},
    {"http://[::1]", "ynyy"},
    {"http://[::2]", "nnnn"},
    {"https://[2001:db8::1]:8443/x", "ynyy"},
    {"http://[2001:db8::1]:8443", "nynn"},
    {"http://127.0.0.1.evil.example/", "nnnn"},
    {"http://127.0.0.256/", "nnnn"},
    {"http://127.0.0/", "nnnn"},
    {"http://127.0.0.1./", "nnnn"},
    {"http://127.0.0.0001/", "nnnn"},
    {"http://127..0.1/", "nnnn"},
    {"http://127.0.0.1.1/", "nnnn"},
    {"http://localhost.evil.example/", "nnnn"},
    {"http://notlocalhost/", "nnnn"},
    {"http://126.0.0.1/", "nnnn"},
    /* users and passwords */
    {"https://u@h/", "nnnn"},
    {"https://u:p@h/", "nnnn"},
    {"http://localhost@evil.example/", "nnnn"},
    {"http://localhost:80@evil.example:80", "nnnn"},
    {"http://u:p@proxy:3128", "nnnn"},
    {"https://h/a@b", "ynyy"},
    /* not well formed */
    {"", "nnnn"},
    {"https://", "nnnn"},
    {"https:///a", "nnnn"},
    {"https:h", "nnnn"},
    {"//h/a", "nnnn"},
    {"HTTPS://h/", "nnnn"},
    {"ftp://h/", "nnnn"},
    {"file:///etc/passwd", "nnnn"},
    {"javascript:alert(1)", "nnnn"},
    {"https://h:/", "nnnn"},
    {"https://h:0", "nnnn"},
    {"https://h:65535", "yyyy"},
    {"https://h:65536", "nnnn"},
    {"https://h:12345678901", "nnnn"},
    {"https://h:8a", "nnnn"},
    {"https://h:80:80", "nnnn"},
    {"https://h%2fx/", "nnnn"},
    {"https://h%80/", "nnnn"},
    {"https://[::1]x80", "nnnn"},
    {"https://[::1", "nnnn"},
    {"https://[::1]x", "nnnn"},
    {"https://[]:80", "nnnn"},
    {"https://[h]:80", "nnnn"},
    {"https://[::1/]:80", "nnnn"},
    {"https://m\xc3\xbcller.example/", "nnnn"},
    {"https://h/a b", "nnnn"},
    {"https://h/a\tb", "nnnn"},
    {"https://h/a\nb", "nnnn"},
    {"https://h/a\x7f", "nnnn"},
    {"https://h/`id`", "nnnn"},
    {"https://h/'", "nnnn"},
    {"https://h/\"", "nnnn"},
    {"https://h/<", "nnnn"},
    {"https://h/>", "nnnn"},
    {"https://h/|", "nnnn"},
    {"https://h\\@evil.example/", "nnnn"},
};

static void table_of_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < TTA_LEN(URL); i++) {
        for (unsigned rule = 0; rule <= URL_TEMPLATE; rule++) {
            struct err why = {""};
            bool passes = url_check(URL[i].url, (enum url_rule)rule, &why);

            if (passes != (URL[i].passes[rule] == 'y'))
                fail_msg("%s by rule %u: %s", URL[i].url, rule, passes ? "passes" : why.text);
            if (!passes)
                assert_true(why.text[0] != '\0');
        }
    }
}

static void says_why_without_the_address(void **state)
{
    struct err why;

    (void)state;
    assert_false(url_check("http://admin:hunter2@proxy:3128", URL_PROXY, &why));
    assert_string_equal(why.text, "names a user or a password");
    assert_false(url_check("http://proxy", URL_PROXY, &why));
    assert_string_equal(why.text, "has no port");
    assert_false(url_check("http://example.com/", URL_API, &why));
    assert_string_equal(why.text, "is not https");
    assert_false(url_check("https://example.com/?hunter2", URL_API, &why));
    assert_string_equal(why.text, "has a query or a fragment");
}

static void has_limits(void **state)
{
    char url[URL_MAX + 2], host[300];

    (void)state;
    memset(url, 'a', sizeof(url));
    memcpy(url, "https://h/", 10);
    url[URL_MAX] = '\0';
    assert_true(url_check(url, URL_API, NULL));
    url[URL_MAX] = 'a';
    url[URL_MAX + 1] = '\0';
    assert_false(url_check(url, URL_API, NULL));
    memset(host, 'a', sizeof(host));
    memcpy(host, "https://", 8);
    host[8 + 253] = '\0';
    assert_true(url_check(host, URL_API, NULL));
    host[8 + 253] = 'a';
    host[8 + 254] = '\0';
    assert_false(url_check(host, URL_API, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_of_addresses),
        cmocka_unit_test(says_why_without_the_address),
        cmocka_unit_test(has_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
