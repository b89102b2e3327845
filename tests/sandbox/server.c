/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The listening socket, and requests between the HTTP library and the sandbox: one thread per connection. */
#include "server.h"

#include "mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 4000
#define BACKLOG 511
#define CONNECTION_MEMORY ((size_t)256 * 1024)

struct server {
    struct sandbox *sandbox;
    struct MHD_Daemon *daemon; /* NULL while a TLS handshake is to hang */
    int listener;              /* owned here only while daemon is NULL */
    uint16_t port;
    atomic_uint_fast64_t connections;
};

/* What belongs to one exchange: the request until it is answered. */
struct exchange {
    struct request *request;
    bool begun;
    bool last; /* the sandbox ends with it */
};

static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    struct exchange *exchange = mem_new(1, sizeof *exchange);

    (void)context;
    (void)connection;
    exchange->request = request_new(target);
    return exchange;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode why)
{
    const struct server *server = context;
    struct exchange *exchange = *slot;
    const uint64_t one = 1;

    (void)connection;
    (void)why;
    if (exchange != NULL) {
        if (exchange->last && write(server->sandbox->stop_fd, &one, sizeof one) != (ssize_t)sizeof one) {
            (void)fprintf(stderr, "tiktok-sandbox: %s\n", strerror(errno));
        }
        request_free(exchange->request);
        free(exchange);
        *slot = NULL;
    }
}

static void on_connection(void *context, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode what)
{
    struct server *server = context;

    (void)connection;
    switch (what) {
    case MHD_CONNECTION_NOTIFY_STARTED: {
        uint64_t *number = mem_new(1, sizeof *number);

        *number = atomic_fetch_add(&server->connections, 1) + 1;
        *slot = number;
        break;
    }
    case MHD_CONNECTION_NOTIFY_CLOSED:
        free(*slot);
        *slot = NULL;
        break;
    }
}

static enum MHD_Result on_param(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    request_add_param(context, name, value);
    return MHD_YES;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct request *request = context;
    const struct {
        const char *name;
        char **slot;
    } kept[] = {
        {"Host", &request->host},
        {"User-Agent", &request->user_agent},
        {"Access-Token", &request->token},
        {"Authorization", &request->authorization},
    };

    (void)kind;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        if (strcasecmp(name, kept[i].name) == 0) {
            mem_replace(kept[i].slot, value == NULL ? "" : value);
        }
    }
    return MHD_YES;
}

static void begin(struct request *request, struct MHD_Connection *connection, const char *path, const char *method,
                  const char *version)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    if (info != NULL && info->socket_context != NULL) {
        const uint64_t *number = info->socket_context;

        request->connection = *number;
    }
    request->path = mem_text(path);
    request->method = mem_text(method);
    request->version = mem_text(version);
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, on_param, request);
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, request);
}

static void take_upload(struct request *request, const char *bytes, size_t count)
{
    if (request->body_too_large || count > REQUEST_BODY_LIMIT - request->body.len) {
        request->body_too_large = true;
        buf_free(&request->body);
    } else {
        buf_add(&request->body, bytes, count);
    }
}

static struct wire take_over(const struct server *server, struct MHD_Connection *connection)
{
    struct wire wire = {.fd = -1, .stop_fd = server->sandbox->stop_fd};
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (info != NULL) {
        wire.fd = info->connect_fd;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info != NULL) {
        wire.tls = info->tls_session;
    }
    return wire;
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct reply *reply)
{
    size_t length = reply->body.len;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, buf_take(&reply->body), MHD_RESPMEM_MUST_FREE);
    enum MHD_Result result;

    if (response == NULL) {
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    for (size_t i = 0; i < reply->header_count; i++) {
        (void)MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
    }
    result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Returning MHD_NO closes the connection without a word from the library. */
static enum MHD_Result answer(const struct server *server, struct MHD_Connection *connection,
                              struct exchange *exchange)
{
    struct request *request = exchange->request;
    struct wire wire = take_over(server, connection);
    struct delivery delivery;
    struct reply reply;
    enum MHD_Result result = MHD_NO;

    reply_init(&reply);
    exchange->request = NULL; /* handed over */
    sandbox_answer(server->sandbox, request, &reply, &delivery);
    exchange->last = reply.last;
    if (wire_pause(&wire, delivery.delay_ms)) {
        if (delivery.kind == WIRE_NONE) {
            result = send_reply(connection, &reply);
        } else {
            wire_deliver(&wire, &delivery, &reply);
        }
    }
    reply_free(&reply);
    return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload, size_t *upload_size,
                                  void **slot)
{
    struct exchange *exchange = *slot;

    if (exchange == NULL || exchange->request == NULL) {
        return MHD_NO;
    }
    if (!exchange->begun) {
        exchange->begun = true;
        begin(exchange->request, connection, path, method, version);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        take_upload(exchange->request, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    return answer(context, connection, exchange);
}

static bool open_listener(struct server *server, const char *address, uint16_t port, struct problem *problem)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t length = sizeof where;
    int on = 1;

    if (inet_pton(AF_INET, address, &where.sin_addr) != 1) {
        return problem_set(problem, "\"%s\" is no IPv4 address", address);
    }
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0) {
        return problem_set(problem, "no socket: %s", strerror(errno));
    }
    (void)setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server->listener, (const struct sockaddr *)&where, sizeof where) != 0 ||
        listen(server->listener, BACKLOG) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&where, &length) != 0) {
        return problem_set(problem, "cannot listen on %s port %u: %s", address, (unsigned int)port,
                           strerror(errno));
    }
    server->port = ntohs(where.sin_port);
    return true;
}

static bool start_daemon(struct server *server, enum tls_kind kind, const struct tls_files *files,
                         struct problem *problem)
{
    bool tls = kind != TLS_OFF && kind != TLS_NOT_TLS;
    unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;
    const struct MHD_OptionItem certificate[] = {
        {MHD_OPTION_HTTPS_MEM_KEY, 0, files->key},
        {MHD_OPTION_HTTPS_MEM_CERT, 0, files->certificate},
        {MHD_OPTION_END, 0, NULL},
    };
    const struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

    server->daemon = MHD_start_daemon(
        tls ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET,
        server->listener, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_ARRAY, tls ? certificate : none, MHD_OPTION_END);
    if (server->daemon == NULL) {
        return problem_set(problem, "the HTTP server did not start: %s", strerror(errno));
    }
    server->listener = -1;
    return true;
}

struct server *server_start(struct sandbox *sandbox, const char *address, uint16_t port, enum tls_kind kind,
                            const struct tls_files *files, struct problem *problem)
{
    struct server *server = mem_new(1, sizeof *server);

    server->sandbox = sandbox;
    server->listener = -1;
    /* A handshake hangs by itself where the kernel takes connections and nobody fetches them. */
    if (!open_listener(server, address, port, problem) ||
        (kind != TLS_HANG && !start_daemon(server, kind, files, problem))) {
        server_stop(server);
        return NULL;
    }
    return server;
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

void server_stop(struct server *server)
{
    if (server->daemon != NULL) {
        MHD_stop_daemon(server->daemon);
    }
    if (server->listener >= 0) {
        (void)close(server->listener);
    }
    free(server);
}
