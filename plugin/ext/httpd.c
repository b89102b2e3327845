/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * libmicrohttpd in the caller's loop: one thread, one epoll descriptor.
 *
 * A request: target read (uri_log) -> head looked at, body collected (access) -> given to the handler -> answered
 * at once, or suspended until httpd_answer resumes it and access is called again -> gone (completed). */
#include "ext/httpd.h"

#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"
#include "ext/httpd_private.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS = 256,
    PER_ADDRESS = 16,
    REQUEST_TIMEOUT_MS = 10 * 1000,
    ANSWER_TIMEOUT_MS = 30 * 1000,
    /* What libmicrohttpd keeps of one request: request line and headers must fit. */
    CONNECTION_MEMORY = 32 * 1024,
    /* Connections that were shut down and that libmicrohttpd has not yet noticed. It accepts up to ten at a time.
     */
    ENDED_CONNECTIONS = 32,
    BACKLOG = 128,
    CONTENT_TOO_LARGE = 413, /* its name in microhttpd.h has changed twice */
};

/* --- refusals --------------------------------------------------------------------------------------------------
 */

static const struct refusal {
    unsigned status;
    const char *sentence;
} refusals[] = {
    {MHD_HTTP_BAD_REQUEST, "This request can not be understood.\n"},
    {MHD_HTTP_METHOD_NOT_ALLOWED, "Only GET, HEAD and POST are understood here.\n"},
    {CONTENT_TOO_LARGE, "This request is too large.\n"},
    {MHD_HTTP_SERVICE_UNAVAILABLE, "The service is being stopped. Please try again in a minute.\n"},
};

static const struct httpd_reply *refusal(unsigned status, struct httpd_reply *reply)
{
    static const struct httpd_header headers[] = {{"Content-Type", "text/plain; charset=utf-8"},
                                                  {"Cache-Control", "no-store"},
                                                  {"Allow", "GET, HEAD, POST"}};

    *reply = (struct httpd_reply){.status = status, .headers = headers, .header_count = TTA_LEN(headers)};
    if (status != MHD_HTTP_METHOD_NOT_ALLOWED)
        reply->header_count--;
    for (size_t i = 0; i < TTA_LEN(refusals); i++)
        if (refusals[i].status == status)
            reply->body = refusals[i].sentence;
    reply->len = strlen(reply->body);
    return reply;
}

/* --- answers ---------------------------------------------------------------------------------------------------
 */

static struct MHD_Response *response_of(const struct httpd_reply *reply)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        reply->len, reply->len ? (void *)(uintptr_t)reply->body : NULL, MHD_RESPMEM_MUST_COPY);
    bool ok = response && MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES;

    for (size_t i = 0; ok && i < reply->header_count; i++)
        ok = MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) == MHD_YES;
    if (ok)
        return response;
    if (response)
        MHD_destroy_response(response);
    return NULL;
}

static void waiting_remove(struct httpd_request *request)
{
    if (request->prev)
        request->prev->next = request->next;
    else
        request->httpd->waiting = request->next;
    if (request->next)
        request->next->prev = request->prev;
}

void httpd_answer(struct httpd_request *request, const struct httpd_reply *reply)
{
    waiting_remove(request);
    request->status = reply->status;
    request->response = response_of(reply);
    request->answered = true;
    request->peer->deadline_ms = clock_mono_ms() + request->httpd->answer_timeout_ms;
    if (request->suspended) {
        request->suspended = false;
        MHD_resume_connection(request->connection);
    }
}

static enum MHD_Result send_answer(struct httpd_request *request)
{
    return request->response ? MHD_queue_response(request->connection, request->status, request->response)
                             : MHD_NO;
}

static enum MHD_Result refuse(struct httpd_request *request, unsigned status)
{
    struct httpd_reply reply;

    request->answered = true;
    request->status = status;
    request->response = response_of(refusal(status, &reply));
    request->peer->deadline_ms = clock_mono_ms() + request->httpd->answer_timeout_ms;
    return send_answer(request);
}

/* --- requests --------------------------------------------------------------------------------------------------
 */

static void *on_target(void *cls, const char *uri, struct MHD_Connection *connection)
{
    (void)connection;
    return httpd_request_new(cls, uri);
}

static struct httpd_peer *peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static bool method_of(const char *word, enum httpd_method *method)
{
    static const char *const words[] = {[HTTPD_GET] = "GET", [HTTPD_HEAD] = "HEAD", [HTTPD_POST] = "POST"};

    for (size_t i = 0; i < TTA_LEN(words); i++)
        if (strcmp(words[i], word) == 0) {
            *method = (enum httpd_method)i;
            return true;
        }
    return false;
}

static enum MHD_Result look_at_head(struct httpd_request *request, const char *method)
{
    const char *length = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Content-Length");
    uint64_t number;

    request->begun = true;
    if (request->malformed)
        return refuse(request, MHD_HTTP_BAD_REQUEST);
    if (!method_of(method, &request->method))
        return refuse(request, MHD_HTTP_METHOD_NOT_ALLOWED);
    if (length && !parse_u64(length, HTTPD_BODY_MAX, &number))
        return refuse(request, CONTENT_TOO_LARGE);
    return MHD_YES;
}

static enum MHD_Result give(struct httpd_request *request)
{
    struct httpd *httpd = request->httpd;

    request->given = true;
    request->next = httpd->waiting;
    if (request->next)
        request->next->prev = request;
    httpd->waiting = request;
    request->peer->deadline_ms = INT64_MAX;
    httpd_request_name_remote(request);
    httpd->handler(httpd->arg, request);
    if (request->answered)
        return send_answer(request);
    request->suspended = true;
    MHD_suspend_connection(request->connection);
    return MHD_YES;
}

static enum MHD_Result on_access(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                 const char *version, const char *upload, size_t *upload_len, void **request_cls)
{
    struct httpd_request *request = *request_cls;

    (void)cls;
    (void)url;
    (void)version;
    if (!request)
        return MHD_NO;
    if (!request->begun) {
        request->connection = connection;
        request->peer = peer_of(connection);
        return request->peer ? look_at_head(request, method) : MHD_NO;
    }
    if (*upload_len > 0) {
        buf_add(&request->body, upload, *upload_len);
        *upload_len = 0;
        return MHD_YES;
    }
    if (request->answered)
        return send_answer(request);
    if (!buf_ok(&request->body))
        return refuse(request, CONTENT_TOO_LARGE);
    return give(request);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **request_cls,
                         enum MHD_RequestTerminationCode how)
{
    (void)cls;
    (void)connection;
    (void)how;
    if (*request_cls)
        httpd_request_free(*request_cls);
    *request_cls = NULL;
}

/* --- connections -----------------------------------------------------------------------------------------------
 */

static enum MHD_Result on_arrival(void *cls, const struct sockaddr *socket, socklen_t len)
{
    struct net_address address;

    (void)len;
    return net_of_socket(socket, &address) && httpd_peer_may_come(cls, &address) ? MHD_YES : MHD_NO;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    const union MHD_ConnectionInfo *fd, *socket;
    struct net_address address;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*context)
            httpd_peer_free(cls, *context);
        *context = NULL;
        return;
    }
    fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    socket = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (fd && socket && net_of_socket(socket->client_addr, &address))
        *context = httpd_peer_new(cls, fd->connect_fd, &address);
    if (!*context && fd)
        (void)shutdown(fd->connect_fd, SHUT_RDWR); /* out of memory */
}

/* --- the service -----------------------------------------------------------------------------------------------
 */

/* -1 with *err. */
static int open_socket(const char *listen_at, struct err *err)
{
    struct sockaddr_storage socket_address;
    struct net_address address;
    uint16_t port;
    int on = 1, off = 0, fd;

    if (!net_parse_endpoint(listen_at, &address, &port)) {
        err_set(err, "allowed is ADDRESS:PORT, as 127.0.0.1:8040 or [::1]:8040");
        return -1;
    }
    socklen_t len = net_to_socket(&address, port, &socket_address);

    fd = socket(socket_address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        if (socket_address.ss_family == AF_INET6)
            (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    }
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&socket_address, len) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    err_set(err, "%s", strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage bound = {0};
    socklen_t len = sizeof(bound);
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0)
        return 0;
    memcpy(&four, &bound, sizeof(four));
    memcpy(&six, &bound, sizeof(six));
    return ntohs(bound.ss_family == AF_INET ? four.sin_port : six.sin6_port);
}

static bool start(struct httpd *httpd, int fd)
{
    httpd->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, on_arrival, httpd, on_access, httpd, MHD_OPTION_LISTEN_SOCKET,
        fd, MHD_OPTION_CONNECTION_LIMIT, httpd->connections + ENDED_CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, httpd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, httpd,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, httpd, MHD_OPTION_END);
    if (!httpd->daemon)
        return false;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(httpd->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    httpd->epoll_fd = info ? info->epoll_fd : -1;
    return httpd->epoll_fd >= 0;
}

struct httpd *httpd_new(const struct httpd_options *options, httpd_handler_fn *handler, void *arg, struct err *err)
{
    int fd = open_socket(options->listen, err);
    struct httpd *httpd = fd >= 0 ? calloc(1, sizeof(*httpd)) : NULL;

    if (fd < 0) {
        err_prefix(err, "%s", options->listen);
        return NULL;
    }
    if (httpd) {
        httpd->handler = handler;
        httpd->arg = arg;
        httpd->port = port_of(fd);
        httpd->connections = options->connections ? options->connections : CONNECTIONS;
        httpd->per_address = options->per_address ? options->per_address : PER_ADDRESS;
        httpd->request_timeout_ms = options->request_timeout_ms ? options->request_timeout_ms : REQUEST_TIMEOUT_MS;
        httpd->answer_timeout_ms = options->answer_timeout_ms ? options->answer_timeout_ms : ANSWER_TIMEOUT_MS;
        httpd->trusted = text_dup(options->trusted ? options->trusted : "");
    }
    if (httpd && httpd->trusted && start(httpd, fd))
        return httpd;
    err_set(err, "%s: the HTTP service does not start", options->listen);
    if (!httpd || !httpd->daemon)
        close(fd); /* else the daemon's */
    httpd_free(httpd);
    return NULL;
}

void httpd_free(struct httpd *httpd)
{
    struct httpd_reply reply;

    if (!httpd)
        return;
    while (httpd->waiting)
        httpd_answer(httpd->waiting, refusal(MHD_HTTP_SERVICE_UNAVAILABLE, &reply));
    if (httpd->daemon) {
        (void)MHD_run(httpd->daemon);
        MHD_stop_daemon(httpd->daemon);
    }
    free(httpd->trusted);
    free(httpd);
}

uint16_t httpd_port(const struct httpd *httpd)
{
    return httpd->port;
}

bool httpd_trust(struct httpd *httpd, const char *trusted)
{
    char *copy = text_dup(trusted ? trusted : "");

    if (!copy)
        return false;
    free(httpd->trusted);
    httpd->trusted = copy;
    return true;
}

int httpd_fd(const struct httpd *httpd)
{
    return httpd->epoll_fd;
}

int64_t httpd_wake_ms(const struct httpd *httpd)
{
    int64_t wake = httpd_peer_wake_ms(httpd);
    MHD_UNSIGNED_LONG_LONG left;

    if (MHD_get_timeout(httpd->daemon, &left) == MHD_YES && left < INT32_MAX) {
        int64_t own = clock_mono_ms() + (int64_t)left;

        wake = own < wake ? own : wake;
    }
    return wake;
}

void httpd_step(struct httpd *httpd)
{
    httpd_peer_end_late(httpd, clock_mono_ms());
    (void)MHD_run(httpd->daemon);
}
