/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Addresses read and written, and lists of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/net.h"

static struct net_address address(const char *text)
{
    struct net_address out;

    assert_true(net_parse(text, strlen(text), &out));
    return out;
}

static void assert_reads(const char *text, const char *want, const char *origin)
{
    struct net_address out = address(text);
    char written[NET_TEXT_MAX];

    assert_string_equal(net_text(&out, written), want);
    assert_string_equal(net_origin(&out, written), origin);
}

static void addresses_are_read(void **state)
{
    static const char *const wrong[] = {"",       "192.0.2",    "192.0.2.1.5", "host.example", "[::1",
                                        "[::1]8", "[192.0.2.1", "::g",         " 192.0.2.1",   "192.0.2.1/8"};
    struct net_address out;

    (void)state;
    assert_reads("192.0.2.1", "192.0.2.1", "192.0.2.1");
    assert_reads("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1");
    assert_reads("192.0.2.1:4711", "192.0.2.1", "192.0.2.1");
    assert_reads("localhost", "127.0.0.1", "127.0.0.1");
    assert_reads("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64");
    assert_reads("[2001:db8::1]:443", "2001:db8::1", "2001:db8::/64");
    assert_reads("[::1]", "::1", "::/64");
    for (size_t i = 0; i < TTA_LEN(wrong); i++)
        assert_false(net_parse(wrong[i], strlen(wrong[i]), &out));
    assert_false(net_parse("192.0.2.1\0", strlen("192.0.2.1") + 1, &out));
}

static void endpoints_have_a_port(void **state)
{
    static const char *const wrong[] = {"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", ":80",
                                        "::1",       "[::1]"};
    struct net_address out;
    uint16_t port;
    char text[NET_TEXT_MAX];

    (void)state;
    assert_true(net_parse_endpoint("127.0.0.1:0", &out, &port));
    assert_int_equal(port, 0);
    assert_true(net_parse_endpoint("[::1]:65535", &out, &port));
    assert_int_equal(port, 65535);
    assert_string_equal(net_text(&out, text), "::1");
    for (size_t i = 0; i < TTA_LEN(wrong); i++)
        assert_false(net_parse_endpoint(wrong[i], &out, &port));
}

static void sockets_go_and_come(void **state)
{
    static const char *const texts[] = {"192.0.2.1", "2001:db8::1"};
    struct sockaddr_storage socket_address;
    struct net_address out, in;
    char text[NET_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < TTA_LEN(texts); i++) {
        in = address(texts[i]);
        assert_true(net_to_socket(&in, 80, &socket_address) > 0);
        assert_true(net_of_socket((struct sockaddr *)&socket_address, &out));
        assert_string_equal(net_text(&out, text), texts[i]);
    }
    socket_address.ss_family = AF_UNIX;
    assert_false(net_of_socket((struct sockaddr *)&socket_address, &out));
}

static bool has(const char *list, const char *text)
{
    struct net_address of = address(text);

    return net_list_has(list, &of);
}

static void lists_hold_networks(void **state)
{
    (void)state;
    assert_true(net_list_ok(""));
    assert_true(net_list_ok("127.0.0.1, ::1 10.0.0.0/8 2001:db8::/32"));
    assert_false(net_list_ok("127.0.0.1 proxy.example"));
    assert_false(net_list_ok("10.0.0.0/33"));
    assert_false(net_list_ok("10.0.0.0/"));
    assert_false(net_list_has("", &(struct net_address){{0}}));
    assert_true(has("127.0.0.1 10.0.0.0/8", "10.255.0.1"));
    assert_false(has("127.0.0.1 10.0.0.0/8", "11.0.0.1"));
    assert_true(has("10.1.2.0/23", "10.1.3.255"));
    assert_false(has("10.1.2.0/23", "10.1.4.0"));
    assert_true(has("0.0.0.0/0", "192.0.2.1"));
    assert_false(has("0.0.0.0/0", "::1"));
    assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(has("nonsense ::1", "::1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(endpoints_have_a_port),
        cmocka_unit_test(sockets_go_and_come),
        cmocka_unit_test(lists_hold_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
