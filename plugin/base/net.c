/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Addresses, all of them in the form of IPv6. */
#include "base/net.h"

#include "base/parse.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { BITS = 128, BITS_BEFORE_IPV4 = 96, BITS_OF_SITE = 64, PORT_MAX = 65535 };

static const unsigned char ipv4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_ipv4(const struct net_address *address)
{
    return memcmp(address->bytes, ipv4_prefix, sizeof(ipv4_prefix)) == 0;
}

static bool copy_of(const char *text, size_t len, char *out, size_t size)
{
    if (len == 0 || len >= size)
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return strlen(out) == len;
}

/* The address alone. */
static bool parse_bare(const char *text, size_t len, struct net_address *out)
{
    char copy[NET_TEXT_MAX];
    struct net_address found;

    if (!copy_of(text, len, copy, sizeof(copy)))
        return false;
    if (strcmp(copy, "localhost") == 0)
        (void)copy_of("127.0.0.1", strlen("127.0.0.1"), copy, sizeof(copy));
    memcpy(found.bytes, ipv4_prefix, sizeof(ipv4_prefix));
    if (inet_pton(AF_INET, copy, found.bytes + sizeof(ipv4_prefix)) != 1 &&
        inet_pton(AF_INET6, copy, found.bytes) != 1)
        return false;
    *out = found;
    return true;
}

/* The address and, where there is one, the text of its port; NULL: none. */
static bool split(const char *text, size_t len, struct net_address *out, const char **port)
{
    const char *end = text + len;
    const char *colon = memchr(text, ':', len);
    const char *bracket = len > 0 && text[0] == '[' ? memchr(text, ']', len) : NULL;

    *port = NULL;
    if (bracket) {
        if (bracket + 1 < end && bracket[1] != ':')
            return false;
        *port = bracket + 1 < end ? bracket + 2 : NULL;
        return parse_bare(text + 1, (size_t)(bracket - text - 1), out);
    }
    if (colon && !memchr(colon + 1, ':', (size_t)(end - colon - 1))) {
        *port = colon + 1;
        return parse_bare(text, (size_t)(colon - text), out);
    }
    return parse_bare(text, len, out);
}

bool net_parse(const char *text, size_t len, struct net_address *out)
{
    const char *port;

    return split(text, len, out, &port);
}

bool net_parse_endpoint(const char *text, struct net_address *out, uint16_t *port)
{
    struct net_address found;
    const char *digits;
    uint64_t number;

    if (!split(text, strlen(text), &found, &digits) || !digits || !parse_u64(digits, PORT_MAX, &number))
        return false;
    *out = found;
    *port = (uint16_t)number;
    return true;
}

bool net_of_socket(const struct sockaddr *socket, struct net_address *out)
{
    if (socket->sa_family == AF_INET) {
        struct sockaddr_in four;

        memcpy(&four, socket, sizeof(four));
        memcpy(out->bytes, ipv4_prefix, sizeof(ipv4_prefix));
        memcpy(out->bytes + sizeof(ipv4_prefix), &four.sin_addr, sizeof(four.sin_addr));
        return true;
    }
    if (socket->sa_family == AF_INET6) {
        struct sockaddr_in6 six;

        memcpy(&six, socket, sizeof(six));
        memcpy(out->bytes, &six.sin6_addr, sizeof(out->bytes));
        return true;
    }
    return false;
}

socklen_t net_to_socket(const struct net_address *address, uint16_t port, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof(*out));
    if (is_ipv4(address)) {
        struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};

        memcpy(&four.sin_addr, address->bytes + sizeof(ipv4_prefix), sizeof(four.sin_addr));
        memcpy(out, &four, sizeof(four));
        return sizeof(four);
    }
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

    memcpy(&six.sin6_addr, address->bytes, sizeof(address->bytes));
    memcpy(out, &six, sizeof(six));
    return sizeof(six);
}

const char *net_text(const struct net_address *address, char *out)
{
    const char *text = is_ipv4(address)
                           ? inet_ntop(AF_INET, address->bytes + sizeof(ipv4_prefix), out, NET_TEXT_MAX)
                           : inet_ntop(AF_INET6, address->bytes, out, NET_TEXT_MAX);

    if (!text)
        out[0] = '\0';
    return out;
}

const char *net_origin(const struct net_address *address, char *out)
{
    struct net_address site = *address;

    if (is_ipv4(address))
        return net_text(address, out);
    memset(site.bytes + BITS_OF_SITE / 8, 0, sizeof(site.bytes) - BITS_OF_SITE / 8);
    (void)net_text(&site, out);
    size_t len = strlen(out);

    (void)snprintf(out + len, NET_TEXT_MAX - len, "/%d", BITS_OF_SITE);
    return out;
}

/* One entry of a list: its address and how many bits of it count. */
static bool parse_network(const char *word, size_t len, struct net_address *out, unsigned *bits)
{
    const char *slash = memchr(word, '/', len);
    size_t address_len = slash ? (size_t)(slash - word) : len;
    char digits[8];
    uint64_t number;

    if (!parse_bare(word, address_len, out))
        return false;
    *bits = BITS;
    if (!slash)
        return true;
    unsigned before = memchr(word, ':', address_len) ? 0 : BITS_BEFORE_IPV4;

    if (!copy_of(slash + 1, len - address_len - 1, digits, sizeof(digits)) ||
        !parse_u64(digits, BITS - before, &number))
        return false;
    *bits = before + (unsigned)number;
    return true;
}

static bool same_bits(const struct net_address *a, const struct net_address *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    if (memcmp(a->bytes, b->bytes, whole) != 0)
        return false;
    return rest == 0 || (a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest) == 0;
}

bool net_list_ok(const char *list)
{
    struct net_address network;
    const char *word;
    unsigned bits;
    size_t len;

    while ((len = parse_word(&list, " ,\t", &word)) > 0)
        if (!parse_network(word, len, &network, &bits))
            return false;
    return true;
}

bool net_list_has(const char *list, const struct net_address *address)
{
    struct net_address network;
    const char *word;
    unsigned bits;
    size_t len;

    while ((len = parse_word(&list, " ,\t", &word)) > 0)
        if (parse_network(word, len, &network, &bits) && same_bits(&network, address, bits))
            return true;
    return false;
}
