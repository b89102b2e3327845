/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The listener of tiktok-auth reauthorize: one path, one callback at a time, a page of one sentence. */
#include "probe/connect_listen.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/html.h"
#include "core/url.h"
#include "ext/httpd.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENDPOINT_MAX = 280, PAGE_MAX = 16384, TICK_MS = 1000, LAST_WORDS_MS = 300 };

static const char HTTP[] = "http://";

struct connect_listener {
    struct httpd *httpd;
    char *path;
    struct httpd_request *request; /* of the callback that is not answered yet; NULL: none */
    bool over;                     /* no callback is wanted any more */
};

bool connect_can_listen(const char *redirect_uri)
{
    struct err unheard;

    /* http:// is allowed for loopback hosts alone. */
    return strncmp(redirect_uri, HTTP, sizeof(HTTP) - 1) == 0 && url_check(redirect_uri, URL_LINK, &unheard);
}

static const struct httpd_header HEADER[] = {
    {"Content-Type", "text/html; charset=utf-8"}, {"Content-Security-Policy", "default-src 'none'"},
    {"Referrer-Policy", "no-referrer"},           {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
};

static void answer(struct httpd_request *request, unsigned status, const char *title, const char *text)
{
    struct buf page;

    buf_init(&page, PAGE_MAX);
    buf_str(&page, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_text(&page, title);
    buf_str(&page, "</title>\n<h1>");
    html_text(&page, title);
    buf_str(&page, "</h1>\n<p>");
    html_text(&page, text);
    buf_str(&page, "</p>\n");
    httpd_answer(request, &(struct httpd_reply){
                              .status = status,
                              .headers = HEADER,
                              .header_count = TTA_LEN(HEADER),
                              .body = buf_text(&page),
                              .len = buf_len(&page),
                          });
    buf_free(&page);
}

/* Inside httpd_step. */
static void handle(void *arg, struct httpd_request *request)
{
    struct connect_listener *listener = arg;

    if (strcmp(httpd_path(request), listener->path) != 0 || httpd_method(request) != HTTPD_GET)
        answer(request, 404, "Nothing here", "This is no page of this service.");
    else if (listener->request || listener->over)
        answer(request, 503, "One moment", "An authorization is being finished. Load this page again.");
    else
        listener->request = request;
}

/* "HOST:PORT" of the address and its path, which the caller frees. */
static char *take_apart(const char *redirect_uri, char endpoint[ENDPOINT_MAX])
{
    const char *host = redirect_uri + sizeof(HTTP) - 1;
    size_t len = strcspn(host, "/?#");
    const char *bracket = memchr(host, ']', len);
    const char *from = bracket ? bracket : host;
    bool has_port = memchr(from, ':', len - (size_t)(from - host)) != NULL;
    const char *path = host + len;

    (void)snprintf(endpoint, ENDPOINT_MAX, "%.*s%s", (int)len, host, has_port ? "" : ":80"); /* a host's length */
    return path[0] == '/' ? text_dup_n(path, strcspn(path, "?#")) : text_dup("/");
}

struct connect_listener *connect_listen(const char *redirect_uri, struct err *err)
{
    struct connect_listener *listener = calloc(1, sizeof(*listener));
    char endpoint[ENDPOINT_MAX];

    if (listener)
        listener->path = take_apart(redirect_uri, endpoint);
    if (listener && listener->path)
        listener->httpd = httpd_new(&(struct httpd_options){.listen = endpoint}, handle, listener, err);
    else
        err_set(err, "out of memory");
    if (listener && listener->httpd)
        return listener;
    connect_listen_free(listener);
    return NULL;
}

/* Lets the service work for a moment. */
static void step(struct connect_listener *listener, int64_t deadline_ms)
{
    int64_t now = clock_mono_ms(), until = httpd_wake_ms(listener->httpd);
    struct pollfd fd = {.fd = httpd_fd(listener->httpd), .events = POLLIN};

    if (until > deadline_ms)
        until = deadline_ms;
    if (until > now + TICK_MS)
        until = now + TICK_MS;
    (void)poll(&fd, 1, until > now ? (int)(until - now) : 0); /* interrupted: once more */
    httpd_step(listener->httpd);
}

const char *connect_listen_wait(struct connect_listener *listener, int64_t deadline_ms)
{
    while (!listener->request && clock_mono_ms() < deadline_ms)
        step(listener, deadline_ms);
    return listener->request ? httpd_query(listener->request) : NULL;
}

void connect_listen_answer(struct connect_listener *listener, const struct connect_outcome *outcome)
{
    bool worked = connect_worked(outcome);
    int64_t deadline_ms = clock_mono_ms() + LAST_WORDS_MS;

    listener->over = worked;
    answer(listener->request, 200, worked ? "Done" : "Not done yet", outcome->plain);
    listener->request = NULL;
    /* Until it is on its way: this program may end next. */
    while (clock_mono_ms() < deadline_ms)
        step(listener, deadline_ms);
}

void connect_listen_free(struct connect_listener *listener)
{
    if (!listener)
        return;
    httpd_free(listener->httpd);
    free(listener->path);
    free(listener);
}
