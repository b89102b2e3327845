/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * HTTP over libcurl's multi interface: the pool of connections, the calls under way, and waiting for them. */
#include "ext/http.h"

#include "base/clock.h"
#include "base/text.h"
#include "ext/http_private.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* How long to wait when libcurl can't: out of memory, in practice. */
enum { FAILED_POLL_MS = 100 };

/* SIGPIPE is held back around libcurl: in some of its releases OpenSSL writes to the socket itself, without
 * MSG_NOSIGNAL, and CURLOPT_NOSIGNAL says that we see to it. */
struct pipe_guard {
    sigset_t before;
    bool was_pending;
};

static void pipe_guard_begin(struct pipe_guard *guard)
{
    sigset_t blocked, pending;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGPIPE);
    guard->was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &blocked, &guard->before);
}

static void pipe_guard_end(const struct pipe_guard *guard)
{
    static const struct timespec now = {0};
    sigset_t wanted, pending;
    int saved = errno;
    if (!guard->was_pending && sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1) {
        sigemptyset(&wanted);
        sigaddset(&wanted, SIGPIPE);
        while (sigtimedwait(&wanted, NULL, &now) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
    errno = saved;
}

/* Who we are to the server. */
static bool http_keep_identity(struct http *http, const struct http_options *options)
{
    const struct secret *password = options->password;

    http->user = text_dup(options->user);
    http->cert_file = text_dup(options->cert_file);
    http->key_file = text_dup(options->key_file);
    if (password != NULL)
        http->password = secret_new(secret_reveal(password), secret_len(password));
    return (options->user == NULL || http->user != NULL) && (password == NULL || http->password != NULL) &&
           (options->cert_file == NULL || http->cert_file != NULL) &&
           (options->key_file == NULL || http->key_file != NULL);
}

static bool http_can_read(const char *what, const char *path, struct err *err)
{
    return path == NULL || access(path, R_OK) == 0 ||
           err_set(err, "the %s %s can't be read: %s", what, path, strerror(errno));
}

static bool http_keep_options(struct http *http, const struct http_options *options)
{
    size_t len = strlen(options->base_url);
    while (len > 0 && options->base_url[len - 1] == '/')
        len--;
    http->base_url = text_dup_n(options->base_url, len);
    http->ca_file = text_dup(options->ca_file);
    http->proxy = text_dup(options->proxy != NULL ? options->proxy : "");
    http->is_tls = strncasecmp(options->base_url, "https:", strlen("https:")) == 0;
    http->connect_timeout_ms = options->connect_timeout_ms;
    http->request_timeout_ms = options->request_timeout_ms;
    http->max_response = options->max_response;
    return http->base_url != NULL && http->proxy != NULL && (options->ca_file == NULL || http->ca_file != NULL);
}

static struct http *http_make(CURLM *multi, const struct http_options *options, struct err *err)
{
    if (!http_url_ok(options->base_url, err))
        return NULL;
    if (!http_can_read("CA file", options->ca_file, err) ||
        !http_can_read("certificate file", options->cert_file, err) ||
        !http_can_read("key file", options->key_file, err))
        return NULL;
    if (options->proxy != NULL && !http_url_is_proxy(options->proxy)) {
        err_set(err, "the proxy is not [SCHEME://]HOST[:PORT]");
        return NULL;
    }
    struct http *http = calloc(1, sizeof(*http));
    if (http != NULL) {
        http->is_beside = multi != NULL;
        http->multi = multi != NULL ? multi : curl_multi_init();
    }
    if (http == NULL || http->multi == NULL || !http_keep_options(http, options) ||
        !http_keep_identity(http, options)) {
        err_set(err, "out of memory");
        http_free(http);
        return NULL;
    }
    return http;
}

struct http *http_new(const struct http_options *options, struct err *err)
{
    return http_make(NULL, options, err);
}

struct http *http_new_beside(struct http *pool, const struct http_options *options, struct err *err)
{
    return http_make(pool->multi, options, err);
}

static void http_link(struct http *http, struct http_call *call)
{
    call->next = http->calls;
    if (call->next != NULL)
        call->next->prev = call;
    http->calls = call;
}

/* Takes the call out of the list and its handle out of the multi handle. */
static void http_unlink(struct http *http, struct http_call *call)
{
    if (call->prev != NULL)
        call->prev->next = call->next;
    else
        http->calls = call->next;
    if (call->next != NULL)
        call->next->prev = call->prev;
    struct pipe_guard guard;
    pipe_guard_begin(&guard);
    curl_multi_remove_handle(http->multi, call->easy);
    pipe_guard_end(&guard);
}

void http_free(struct http *http)
{
    if (http == NULL)
        return;
    while (http->calls != NULL) {
        struct http_call *call = http->calls;
        http_unlink(http, call);
        http_call_free(call);
    }
    if (!http->is_beside) {
        struct pipe_guard guard;
        pipe_guard_begin(&guard);
        curl_multi_cleanup(http->multi);
        pipe_guard_end(&guard);
    }
    free(http->base_url);
    free(http->ca_file);
    free(http->proxy);
    free(http->user);
    secret_free(http->password);
    free(http->cert_file);
    free(http->key_file);
    free(http);
}

struct http_call *http_start(struct http *http, const struct http_request *request, http_done_fn *done, void *arg)
{
    struct http_call *call = http_call_new(http, request, done, arg);
    if (call == NULL)
        return NULL;
    if (curl_multi_add_handle(http->multi, call->easy) != CURLM_OK) {
        http_call_free(call);
        return NULL;
    }
    http_link(http, call);
    return call;
}

void http_cancel(struct http *http, struct http_call *call)
{
    if (call->reporting)
        return;
    http_unlink(http, call);
    http_call_free(call);
}

/* Reports what has ended; true when something had. A callback may start calls and cancel others: libcurl drops the
 * messages of handles that leave it. */
static bool http_finish(struct http *http)
{
    bool any = false;
    int left;
    CURLMsg *message;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct http_call *call = NULL;
        CURLcode result = message->data.result; /* the message goes with the handle */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
        http_unlink(call->http, call);
        call->reporting = true;
        http_call_report(call, result);
        http_call_free(call);
        any = true;
    }
    return any;
}

/* The time libcurl would sleep when nothing happens on its sockets. */
static int http_idle_ms(struct http *http, int left)
{
    long timer = -1;
    curl_multi_timeout(http->multi, &timer);
    return timer >= 0 && timer < left ? (int)timer : left;
}

/* Waits for libcurl's sockets and timers, and for `fds`. True: one of `fds` is ready, or a signal came. */
static bool http_poll(struct http *http, struct pollfd *fds, unsigned count, int left)
{
    struct curl_waitfd few[8];
    struct curl_waitfd *watched = count <= TTA_LEN(few) ? few : calloc(count, sizeof(*watched));
    int ready = 0;
    CURLMcode result = CURLM_OUT_OF_MEMORY;
    int idle = http_idle_ms(http, left);
    int64_t began = clock_mono_ms();

    if (watched != NULL) {
        for (unsigned i = 0; i < count; i++) {
            int events = (fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                         (fds[i].events & POLLPRI ? CURL_WAIT_POLLPRI : 0) |
                         (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0);
            watched[i] = (struct curl_waitfd){.fd = fds[i].fd, .events = (short)events};
        }
        result = curl_multi_poll(http->multi, watched, count, left, &ready);
    }
    if (watched != few)
        free(watched);
    if (result != CURLM_OK)
        return poll(fds, count, left < FAILED_POLL_MS ? left : FAILED_POLL_MS) != 0;
    /* libcurl tells readable from writable only: an fd that is broken or closed must be seen too, or the wait
     * would spin. */
    if (count > 0 && poll(fds, count, 0) > 0)
        return true;
    return ready == 0 && clock_mono_ms() - began < idle;
}

void http_wait_with(struct http *http, struct pollfd *fds, unsigned count, int64_t timeout_ms)
{
    int64_t deadline = clock_mono_ms() + (timeout_ms < INT_MAX ? timeout_ms : INT_MAX);
    bool over = false;

    while (!over) {
        struct pipe_guard guard;
        int running;
        pipe_guard_begin(&guard);
        curl_multi_perform(http->multi, &running);
        pipe_guard_end(&guard);

        over = http_finish(http);
        int64_t left = deadline - clock_mono_ms();
        if (over || left <= 0) {
            left = 0;
            over = true;
        }
        if (http_poll(http, fds, count, (int)left))
            over = true;
    }
}

void http_wait(struct http *http, int64_t timeout_ms)
{
    http_wait_with(http, NULL, 0, timeout_ms);
}
