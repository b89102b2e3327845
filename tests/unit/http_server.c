/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The loopback server behind http_server.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_server.h"

enum { CONNECTIONS_MAX = 256, REQUEST_MAX = 1 << 18 };

struct connection {
    struct http_server *server;
    int fd;
    pthread_t thread;
};

struct http_server {
    const struct http_script *script;
    int fd;
    char address[32];
    char url[64];
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    struct connection connections[CONNECTIONS_MAX];
    int connection_count;
    int request_count;
    char last[REQUEST_MAX + 1];
    char shown[REQUEST_MAX + 1];
};

/* True when the text holds the head of a request and all of its body. */
static bool is_whole(const char *text, size_t len)
{
    const char *end = strstr(text, "\r\n\r\n");
    if (!end)
        return false;
    size_t whole = (size_t)(end - text) + 4;
    const char *length = strcasestr(text, "\r\nContent-Length:");
    if (length && length < end)
        whole += strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
    return whole <= len;
}

static bool send_all(int fd, const void *bytes, size_t len)
{
    const char *next = bytes;
    while (len > 0) {
        ssize_t sent = send(fd, next, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        next += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* Waits until the client has closed the connection, or `ms` (-1: no limit); true when it has. */
static bool is_gone(int fd, int ms)
{
    struct pollfd watch = {.fd = fd, .events = POLLRDHUP};
    return poll(&watch, 1, ms) > 0;
}

/* True when the connection stays open. */
static bool play(const struct http_script *script, int fd)
{
    static const struct linger abrupt = {.l_onoff = 1};
    size_t more_len = script->more && script->more_len == 0 ? strlen(script->more) : script->more_len;
    int pause_ms = script->then == THEN_DRIP ? 5 : 0;

    if (!send_all(fd, script->answer, script->len > 0 ? script->len : strlen(script->answer)))
        return false;
    switch (script->then) {
    case THEN_KEEP:
        return true;
    case THEN_CLOSE:
        return false;
    case THEN_RESET:
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &abrupt, sizeof(abrupt));
        return false;
    case THEN_HALF_CLOSE:
        shutdown(fd, SHUT_WR);
        (void)is_gone(fd, -1);
        return false;
    case THEN_HOLD:
        (void)is_gone(fd, -1);
        return false;
    case THEN_DRIP:
    case THEN_FLOOD:
        while (!is_gone(fd, pause_ms) && send_all(fd, script->more, more_len)) {
        }
        return false;
    }
    return false;
}

static void *serve(void *arg)
{
    struct connection *connection = arg;
    struct http_server *server = connection->server;
    char text[REQUEST_MAX + 1];
    size_t len = 0;
    ssize_t got;

    while ((got = recv(connection->fd, text + len, REQUEST_MAX - len, 0)) > 0) {
        len += (size_t)got;
        text[len] = '\0';
        if (!is_whole(text, len))
            continue;
        pthread_mutex_lock(&server->mutex);
        int number = ++server->request_count;
        memcpy(server->last, text, len + 1);
        pthread_mutex_unlock(&server->mutex);
        if ((server->script->answered > 0 && number > server->script->answered) ||
            !play(server->script, connection->fd))
            break;
        len = 0;
    }
    close(connection->fd);
    return NULL;
}

static void *take_connections(void *arg)
{
    struct http_server *server = arg;
    int fd;

    while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        pthread_mutex_lock(&server->mutex);
        struct connection *connection = &server->connections[server->connection_count];
        connection->server = server;
        connection->fd = fd;
        if (server->connection_count == CONNECTIONS_MAX ||
            pthread_create(&connection->thread, NULL, serve, connection) != 0)
            abort();
        server->connection_count++;
        pthread_mutex_unlock(&server->mutex);
    }
    return NULL;
}

struct http_server *http_server_new(const struct http_script *script)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    struct http_server *server = calloc(1, sizeof(*server));

    assert_non_null(server);
    server->script = script;
    pthread_mutex_init(&server->mutex, NULL);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->fd >= 0);
    assert_int_equal(bind(server->fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(server->fd, 128), 0);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &len), 0);
    (void)snprintf(server->address, sizeof(server->address), "127.0.0.1:%d", ntohs(address.sin_port));
    (void)snprintf(server->url, sizeof(server->url), "http://%s/v1", server->address);
    assert_int_equal(pthread_create(&server->thread, NULL, take_connections, server), 0);
    return server;
}

void http_server_free(struct http_server *server)
{
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    for (int i = 0; i < server->connection_count; i++)
        pthread_join(server->connections[i].thread, NULL);
    close(server->fd);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

const char *http_server_url(const struct http_server *server)
{
    return server->url;
}

const char *http_server_address(const struct http_server *server)
{
    return server->address;
}

static int locked_count(struct http_server *server, const int *count)
{
    pthread_mutex_lock(&server->mutex);
    int value = *count;
    pthread_mutex_unlock(&server->mutex);
    return value;
}

int http_server_connections(struct http_server *server)
{
    return locked_count(server, &server->connection_count);
}

int http_server_requests(struct http_server *server)
{
    return locked_count(server, &server->request_count);
}

const char *http_server_last(struct http_server *server)
{
    pthread_mutex_lock(&server->mutex);
    memcpy(server->shown, server->last, sizeof(server->shown));
    pthread_mutex_unlock(&server->mutex);
    return server->shown;
}
