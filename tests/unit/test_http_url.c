/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which URLs are ours, and that a path can't become anything else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_ask.h"

static void urls_are_https_or_loopback(void **state)
{
    static const struct {
        const char *url;
        bool ok;
    } rows[] = {
        {"https://business-api.tiktok.com/open_api/v1.3", true},
        {"https://business-api.tiktok.com", true},
        {"HTTPS://h.example:8443/", true},
        {"https://[2001:db8::1]/x", true},
        {"https://192.0.2.1", true},
        {"https://connect.example/{advertiser_id}", true},
        {"http://127.0.0.1:8080/open_api/v1.3", true},
        {"http://127.255.0.9", true},
        {"http://127.1/", true},
        {"http://[::1]:80/x", true},
        {"http://localhost/", true},
        {"http://LOCALHOST:1/", true},
        {"http://business-api.tiktok.com/", false},
        {"http://128.0.0.1/", false},
        {"http://192.168.1.1/", false},
        {"http://0.0.0.0/", false},
        {"http://0/", false},
        {"http://[::]/", false},
        {"http://[::ffff:127.0.0.1]/", false},
        {"http://localhost.example/", false},
        {"http://127.0.0.1.example/", false},
        {"http://127.0.0.1@example.com/", false},
        {"http://127.0.0.1:80@example.com/", false},
        {"http://127.0.0.1\\@example.com/", false},
        {"https://user@h.example/", false},
        {"https://user:password@h.example/", false},
        {"https://h.example/a@b", false},
        {"https://h.example/?a=b", false},
        {"https://h.example?", false},
        {"https://h.example/#a", false},
        {"https://h.example/a b", false},
        {"https://h.example/a\n", false},
        {"https://h.example/\xc3\xa9", false},
        {"https://", false},
        {"https:///", false},
        {"https:///x", false},
        {"https://:443/", false},
        {"https://h.example:99999/", false},
        {"https://h.example:x/", false},
        {"https://[::1/", false},
        {"https:h.example", false},
        {"https:/h.example", false},
        {"ftp://127.0.0.1/", false},
        {"file:///etc/passwd", false},
        {"h.example", false},
        {"//h.example/", false},
        {" https://h.example/", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < TTA_LEN(rows); i++) {
        struct err err = {.text = ""};
        if (http_url_ok(rows[i].url, &err) != rows[i].ok)
            fail_msg("%s", rows[i].url);
        assert_true((err.text[0] == '\0') == rows[i].ok);
    }
    struct err err;
    assert_false(http_url_ok("http://h.example/", &err));
    assert_string_equal(err.text,
                        "allowed is https://HOST[:PORT][/PATH], or http:// with a loopback host, without "
                        "user name, query and fragment");
    assert_false(http_url_ok("http://h.example/", NULL));
}

static void a_path_stays_a_path(void **state)
{
    static const struct {
        const char *path;
        const char *line;
    } rows[] = {
        {"/a/b-c_d.e~f/", "GET /v1/a/b-c_d.e~f/ HTTP/1.1\r\n"},
        {"x", "GET /v1/x HTTP/1.1\r\n"},
        {"@other.test/", "GET /v1/%40other.test/ HTTP/1.1\r\n"},
        {".other.test/", "GET /v1/.other.test/ HTTP/1.1\r\n"},
        {"/a?b=c#d e", "GET /v1/a%3Fb%3Dc%23d%20e HTTP/1.1\r\n"},
        {"/a\r\nX: y", "GET /v1/a%0D%0AX%3A%20y HTTP/1.1\r\n"},
        {"", "GET /v1/ HTTP/1.1\r\n"},
    };
    struct http_server *server = http_server_new(&ask_ok);
    char url[80];
    (void)state;
    (void)snprintf(url, sizeof(url), "%s//", http_server_url(server)); /* slashes at its end don't count */
    struct http *http = ask_pool(url, NULL);
    for (size_t i = 0; i < TTA_LEN(rows); i++) {
        const struct http_request get = {.path = rows[i].path};
        free(ask(http, &get).body);
        assert_memory_equal(http_server_last(server), rows[i].line, strlen(rows[i].line));
    }
    http_free(http);

    /* nor part of the host, where the base URL has no path */
    (void)snprintf(url, sizeof(url), "http://%s", http_server_address(server));
    http = ask_pool(url, NULL);
    const struct http_request sly = {.path = "@other.test:1/"};
    free(ask(http, &sly).body);
    assert_memory_equal(http_server_last(server), "GET /%40other.test%3A1/ HTTP/1.1\r\n", 33);
    http_free(http);
    http_server_free(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_https_or_loopback),
        cmocka_unit_test(a_path_stays_a_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
