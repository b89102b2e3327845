/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * URLs: which ones are ours, and how a request's is put together. */
#include "base/text.h"
#include "ext/http_private.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static bool url_is_loopback(const char *host)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return strcmp(host, "[::1]") == 0 || text_equal_nocase(host, "localhost");
}

/* Every byte a visible ASCII character, and none that begins a user name, a query or a fragment, or that other
 * programs read as a slash. */
static bool url_is_plain(const char *url)
{
    for (const char *c = url; *c != '\0'; c++)
        if (*c < 0x21 || *c > 0x7e || strchr("@?#\\\"<>", *c) != NULL)
            return false;
    return true;
}

static bool url_begins(const char *url, const char *scheme)
{
    return strncasecmp(url, scheme, strlen(scheme)) == 0 && url[strlen(scheme)] != '/';
}

/* libcurl reads 127.1 and 0x7f000001 as the resolver would, and gives the address that it would connect to. */
static bool url_has_host(const char *url, bool loopback_only)
{
    char *host = NULL;
    CURLU *parsed = curl_url();
    bool ok = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
              (!loopback_only || url_is_loopback(host));
    curl_free(host);
    curl_url_cleanup(parsed);
    return ok;
}

bool http_url_ok(const char *url, struct err *err)
{
    static const char allowed[] =
        "allowed is https://HOST[:PORT][/PATH], or http:// with a loopback host, without "
        "user name, query and fragment";

    if (!http_setup())
        return err_set(err, "libcurl can't be set up");
    bool is_http = url_begins(url, "http://");
    if (!url_is_plain(url) || (!is_http && !url_begins(url, "https://")))
        return err_set(err, "%s", allowed);
    return url_has_host(url, is_http) || err_set(err, "%s", allowed);
}

bool http_url_is_proxy(const char *text)
{
    CURLU *parsed = curl_url();
    bool ok = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, text,
                                             CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) == CURLUE_OK;
    curl_url_cleanup(parsed);
    return ok;
}

/* As text_percent_encode, slashes kept. */
static void url_add_path(struct buf *out, const char *path)
{
    while (*path != '\0') {
        size_t len = strcspn(path, "/");
        text_percent_encode(out, path, len);
        path += len;
        if (*path == '/') {
            buf_char(out, '/');
            path++;
        }
    }
}

/* Only behind a slash: else it would be the end of the host's name. */
static bool url_add_secret_path(struct buf *out, const struct secret *path)
{
    const char *text = secret_reveal(path);
    return text[0] == '/' && strpbrk(text, "?#\\") == NULL ? buf_str(out, text) : buf_fail(out);
}

bool http_url_build(struct buf *out, const char *base_url, const struct http_request *request)
{
    buf_str(out, base_url);
    if (request->path != NULL && request->path[0] != '/')
        buf_char(out, '/');
    if (request->path != NULL)
        url_add_path(out, request->path);
    if (request->secret_path != NULL && !url_add_secret_path(out, request->secret_path))
        return false;
    for (size_t i = 0; i < request->param_count && !request->params_in_body; i++) {
        const struct http_param *param = &request->params[i];
        const char *value = param->secret != NULL ? secret_reveal(param->secret) : param->value;
        buf_char(out, i == 0 ? '?' : '&');
        text_percent_encode(out, param->name, strlen(param->name));
        buf_char(out, '=');
        text_percent_encode(out, value, strlen(value));
    }
    return buf_ok(out);
}
