/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Checks an address by its parts: scheme, host, port, the rest. */
#include "core/url.h"

#include "base/parse.h"
#include "base/text.h"

#include <string.h>

enum { HOST_MAX = 253 };

struct parts {
    bool https;
    char host[HOST_MAX + 1]; /* without brackets */
    bool bracketed;
    bool has_port;
    const char *rest; /* from the first '/', '?' or '#' on; "" none */
};

static bool unsafe_byte(char c)
{
    return c <= 0x20 || c >= 0x7f || strchr("`'\"<>|\\", c) != NULL;
}

static bool read_host(const char **cursor, size_t len, struct parts *out, struct err *why)
{
    static const char NAME[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    static const char ADDRESS[] = "0123456789abcdefABCDEF:.";
    const char *start = *cursor, *end = start + len;
    size_t host;

    out->bracketed = len > 0 && start[0] == '[';
    if (out->bracketed) {
        const char *close = memchr(start, ']', len);

        start++;
        host = strspn(start, ADDRESS);
        if (!close || start + host != close)
            return err_set(why, "has a host in brackets that is no IPv6 address");
        *cursor = close + 1;
    } else {
        host = strspn(start, NAME);
        *cursor = start + host;
    }
    if (host == 0 || host > HOST_MAX)
        return err_set(why, "has no host");
    if (*cursor > end || (*cursor < end && **cursor != ':'))
        return err_set(why, "has a character in its host that no host has");
    memcpy(out->host, start, host);
    out->host[host] = '\0';
    return true;
}

static bool read_port(const char *start, const char *end, struct parts *out, struct err *why)
{
    char digits[6];
    size_t len = (size_t)(end - start);
    uint64_t port;

    out->has_port = len > 0;
    if (len == 0)
        return true;
    start++;
    len--;
    if (len < sizeof(digits)) {
        memcpy(digits, start, len);
        digits[len] = '\0';
        if (parse_u64(digits, 65535, &port) && port > 0)
            return true;
    }
    return err_set(why, "has a port that is not 1 to 65535");
}

static bool split(const char *url, struct parts *out, struct err *why)
{
    static const char HTTP[] = "http://", HTTPS[] = "https://";
    size_t len;

    out->https = strncmp(url, HTTPS, strlen(HTTPS)) == 0;
    if (!out->https && strncmp(url, HTTP, strlen(HTTP)) != 0)
        return err_set(why, "is no http:// or https:// address");
    url += strlen(out->https ? HTTPS : HTTP);
    len = strcspn(url, "/?#");
    out->rest = url + len;
    if (memchr(url, '@', len))
        return err_set(why, "names a user or a password");
    return read_host(&url, len, out, why) && read_port(url, out->rest, out, why);
}

static bool is_loopback(const struct parts *parts)
{
    const char *cursor = parts->host, *word;
    uint64_t number;
    int quads = 0;

    if (parts->bracketed)
        return strcmp(parts->host, "::1") == 0;
    if (text_equal_nocase(parts->host, "localhost"))
        return true;
    if (strncmp(cursor, "127.", 4) != 0)
        return false;
    for (size_t len; *cursor; quads++) {
        char digits[4];

        len = strcspn(cursor, ".");
        if (len == 0 || len >= sizeof(digits))
            return false;
        memcpy(digits, cursor, len);
        digits[len] = '\0';
        if (!parse_u64(digits, 255, &number))
            return false;
        word = cursor + len;
        if (*word == '.' && word[1] == '\0')
            return false;
        cursor = *word ? word + 1 : word;
    }
    return quads == 4;
}

/* Every brace belongs to an {advertiser_id}, and only where the rule is a template. */
static bool braces_ok(const char *url, enum url_rule rule)
{
    static const char HOLE[] = "{advertiser_id}";

    while ((url = strpbrk(url, "{}"))) {
        if (rule != URL_TEMPLATE || strncmp(url, HOLE, strlen(HOLE)) != 0)
            return false;
        url += strlen(HOLE);
    }
    return true;
}

bool url_check(const char *url, enum url_rule rule, struct err *why)
{
    struct parts parts;

    if (strlen(url) > URL_MAX)
        return err_set(why, "is longer than %d bytes", URL_MAX);
    for (const char *c = url; *c; c++)
        if (unsafe_byte(*c))
            return err_set(why, "holds a blank, a quote, a control character or another one that an address must "
                                "percent-encode");
    if (!split(url, &parts, why))
        return false;
    if (!braces_ok(url, rule))
        return err_set(why, rule == URL_TEMPLATE ? "holds a brace that is not part of {advertiser_id}"
                                                 : "holds a brace");
    if (rule == URL_PROXY) {
        if (!parts.has_port)
            return err_set(why, "has no port");
        return *parts.rest ? err_set(why, "has something behind its port") : true;
    }
    if (!parts.https && !is_loopback(&parts))
        return err_set(why, "is not https");
    if (rule == URL_API && strpbrk(parts.rest, "?#"))
        return err_set(why, "has a query or a fragment");
    return true;
}
