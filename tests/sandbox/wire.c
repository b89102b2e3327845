/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Answers put on the wire by hand: what no HTTP library would ever send. */
#include "wire.h"

#include "bomb.h"
#include "clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define BOMB_DEFAULT (INT64_C(1) << 30)
#define INTERVAL_DEFAULT_MS 100
#define FLOOD_DEFAULT 100000
#define HEADERS_DEFAULT 5000
#define LONG_HEADER_DEFAULT (1024 * 1024)
#define SHORT_DEFAULT 100

/* The answer in its two halves. */
struct parcel {
    const struct wire *wire;
    const struct delivery *delivery;
    const struct reply *reply;
    struct buf head;
};

static int64_t or_default(int64_t value, int64_t instead)
{
    return value > 0 ? value : instead;
}

/* Waits for events on the socket; false if the sandbox ends, at once, or the time is over (ms < 0: never). */
static bool wire_wait(const struct wire *wire, short events, int64_t ms)
{
    int64_t until = clock_monotonic_ms() + ms;

    for (;;) {
        struct pollfd fds[2] = {{.fd = wire->fd, .events = events}, {.fd = wire->stop_fd, .events = POLLIN}};
        int64_t left = ms < 0 ? 60000 : until - clock_monotonic_ms();
        int ready;

        if (left < 0) {
            return false;
        }
        ready = poll(fds, 2, (int)(left < 60000 ? left : 60000));
        if (ready < 0 && errno != EINTR) {
            return false;
        }
        if (ready > 0) {
            return fds[1].revents == 0;
        }
        if (ready == 0 && ms >= 0 && clock_monotonic_ms() >= until) {
            return false;
        }
    }
}

bool wire_pause(const struct wire *wire, int64_t ms)
{
    int64_t until = clock_monotonic_ms() + ms;

    if (ms <= 0) {
        return true;
    }
    (void)wire_wait(wire, POLLRDHUP, ms);
    return clock_monotonic_ms() >= until;
}

static void wait_until_gone(const struct wire *wire)
{
    (void)wire_wait(wire, POLLRDHUP, -1);
}

/* Sends everything; false if the client is gone. */
static bool wire_send(const struct wire *wire, const void *bytes, size_t count)
{
    const char *at = bytes;

    while (count > 0) {
        ssize_t sent = wire->tls != NULL ? gnutls_record_send(wire->tls, at, count)
                                         : send(wire->fd, at, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        bool again = wire->tls != NULL ? sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED
                                       : sent < 0 && (errno == EAGAIN || errno == EINTR);

        if (sent > 0) {
            at += sent;
            count -= (size_t)sent;
        } else if (!again || !wire_wait(wire, POLLOUT, -1)) {
            return false;
        }
    }
    return true;
}

/* Breaks the connection off with a RST: on Linux that is what dissolving a connected socket does. */
static void wire_reset(const struct wire *wire)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};

    (void)connect(wire->fd, &nobody, sizeof nobody);
}

static void wire_finish(const struct wire *wire)
{
    (void)shutdown(wire->fd, SHUT_WR);
    wait_until_gone(wire);
}

static const char *reason_of(unsigned int status)
{
    return status == 200 ? "OK" : "Sandbox";
}

/* Fills head with status line and headers; lines are further header lines with their ends. */
static void head_open(struct parcel *parcel, const char *lines)
{
    const struct reply *reply = parcel->reply;

    buf_format(&parcel->head, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nConnection: close\r\n", reply->status,
               reason_of(reply->status), reply->content_type);
    for (size_t i = 0; i < reply->header_count; i++) {
        buf_format(&parcel->head, "%s: %s\r\n", reply->headers[i].name, reply->headers[i].value);
    }
    buf_text(&parcel->head, lines);
}

static void head_whole(struct parcel *parcel, const char *lines, int64_t length)
{
    head_open(parcel, lines);
    buf_format(&parcel->head, "Content-Length: %lld\r\n\r\n", (long long)length);
}

static int64_t body_length(const struct parcel *parcel)
{
    return (int64_t)parcel->reply->body.len;
}

static bool send_head(const struct parcel *parcel)
{
    return wire_send(parcel->wire, parcel->head.data, parcel->head.len);
}

static bool send_body(const struct parcel *parcel, size_t count)
{
    return wire_send(parcel->wire, buf_string(&parcel->reply->body), count);
}

/* Half of the headers, or all of them and half of the body. */
static bool send_half(struct parcel *parcel, bool headers)
{
    head_whole(parcel, "", body_length(parcel));
    if (headers) {
        return wire_send(parcel->wire, parcel->head.data, parcel->head.len / 2);
    }
    return send_head(parcel) && send_body(parcel, parcel->reply->body.len / 2);
}

static bool send_slowly(const struct parcel *parcel, const struct buf *text)
{
    size_t piece = (size_t)or_default(parcel->delivery->piece, 1);
    int64_t interval = or_default(parcel->delivery->interval_ms, INTERVAL_DEFAULT_MS);

    for (size_t at = 0; at < text->len; at += piece) {
        size_t count = text->len - at < piece ? text->len - at : piece;

        if (!wire_send(parcel->wire, text->data + at, count) || !wire_pause(parcel->wire, interval)) {
            return false;
        }
    }
    return true;
}

static void deliver_no_answer(struct parcel *parcel)
{
    wait_until_gone(parcel->wire);
}

static void deliver_close(struct parcel *parcel)
{
    (void)parcel;
}

static void deliver_reset(struct parcel *parcel)
{
    wire_reset(parcel->wire);
}

static void deliver_reset_headers(struct parcel *parcel)
{
    (void)send_half(parcel, true);
    wire_reset(parcel->wire);
}

static void deliver_reset_body(struct parcel *parcel)
{
    (void)send_half(parcel, false);
    wire_reset(parcel->wire);
}

static void deliver_half_close_headers(struct parcel *parcel)
{
    (void)send_half(parcel, true);
    wire_finish(parcel->wire);
}

static void deliver_half_close_body(struct parcel *parcel)
{
    (void)send_half(parcel, false);
    wire_finish(parcel->wire);
}

static void deliver_stall_headers(struct parcel *parcel)
{
    (void)send_half(parcel, true);
    wait_until_gone(parcel->wire);
}

static void deliver_stall_body(struct parcel *parcel)
{
    (void)send_half(parcel, false);
    wait_until_gone(parcel->wire);
}

static void deliver_slow_headers(struct parcel *parcel)
{
    head_whole(parcel, "", body_length(parcel));
    if (send_slowly(parcel, &parcel->head)) {
        (void)send_body(parcel, parcel->reply->body.len);
    }
}

static void deliver_slow_body(struct parcel *parcel)
{
    head_whole(parcel, "", body_length(parcel));
    if (send_head(parcel)) {
        (void)send_slowly(parcel, &parcel->reply->body);
    }
}

/* Sends text again and again, size bytes at most if a size is given. */
static void send_forever(const struct parcel *parcel, const char *text)
{
    int64_t sent = 0;
    struct buf batch = {0};

    while (batch.len < (parcel->delivery->interval_ms > 0 ? 1 : 65536)) {
        buf_text(&batch, text);
    }
    while (parcel->delivery->size == 0 || sent < parcel->delivery->size) {
        if (!wire_send(parcel->wire, batch.data, batch.len) ||
            !wire_pause(parcel->wire, parcel->delivery->interval_ms)) {
            break;
        }
        sent += (int64_t)batch.len;
    }
    buf_free(&batch);
}

static void deliver_endless(struct parcel *parcel)
{
    static const char start[] = "{\"code\":0,\"message\":\"OK\",\"request_id\":\"endless\",\"data\":{\"list\":[";

    head_open(parcel, "\r\n");
    buf_text(&parcel->head, start);
    if (send_head(parcel)) {
        send_forever(parcel, "{\"advertiser_id\":\"7502022393087590400\",\"advertiser_name\":\"Endless\"},");
    }
}

static void deliver_endless_headers(struct parcel *parcel)
{
    head_open(parcel, "");
    if (send_head(parcel)) {
        send_forever(parcel, "X-Endless: and another one\r\n");
    }
}

static void deliver_all(struct parcel *parcel, const char *lines, int64_t length)
{
    head_whole(parcel, lines, length);
    if (send_head(parcel)) {
        (void)send_body(parcel, parcel->reply->body.len);
    }
}

static void deliver_short_body(struct parcel *parcel)
{
    deliver_all(parcel, "", body_length(parcel) + or_default(parcel->delivery->size, SHORT_DEFAULT));
}

static void deliver_long_body(struct parcel *parcel)
{
    deliver_all(parcel, "", body_length(parcel) / 2);
}

static void deliver_two_lengths(struct parcel *parcel)
{
    deliver_all(parcel, "Content-Length: 2\r\n", body_length(parcel));
}

static void deliver_negative_length(struct parcel *parcel)
{
    deliver_all(parcel, "", -1);
}

static void deliver_chunked_cut(struct parcel *parcel)
{
    head_open(parcel, "Transfer-Encoding: chunked\r\n\r\n");
    buf_format(&parcel->head, "%zx\r\n", parcel->reply->body.len);
    if (send_head(parcel) && send_body(parcel, parcel->reply->body.len)) {
        (void)wire_send(parcel->wire, "\r\n", 2);
    }
}

static void deliver_chunked_bad(struct parcel *parcel)
{
    head_open(parcel, "Transfer-Encoding: chunked\r\n\r\nzz-not-hex\r\n");
    if (send_head(parcel)) {
        (void)send_body(parcel, parcel->reply->body.len);
    }
}

static void deliver_garbage(struct parcel *parcel)
{
    static const char garbage[] = "SSH-2.0-OpenSSH_9.2p1\r\n\0\1\2\377\r\n\r\n";

    (void)wire_send(parcel->wire, garbage, sizeof garbage - 1);
}

static void deliver_no_headers(struct parcel *parcel)
{
    (void)send_body(parcel, parcel->reply->body.len);
}

static void deliver_bad_status(struct parcel *parcel)
{
    static const char line[] = "HTTP/1.1 two hundred\r\nContent-Length: 0\r\n\r\n";

    (void)wire_send(parcel->wire, line, sizeof line - 1);
}

static void deliver_continue_flood(struct parcel *parcel)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    int64_t count = or_default(parcel->delivery->size, FLOOD_DEFAULT);

    for (int64_t i = 0; i < count; i++) {
        if (!wire_send(parcel->wire, interim, sizeof interim - 1) ||
            !wire_pause(parcel->wire, parcel->delivery->interval_ms)) {
            return;
        }
    }
    deliver_all(parcel, "", body_length(parcel));
}

static void deliver_many_headers(struct parcel *parcel)
{
    int64_t count = or_default(parcel->delivery->size, HEADERS_DEFAULT);
    struct buf lines = {0};

    for (int64_t i = 0; i < count; i++) {
        buf_format(&lines, "X-Sandbox-%lld: %lld\r\n", (long long)i, (long long)i);
    }
    deliver_all(parcel, buf_string(&lines), body_length(parcel));
    buf_free(&lines);
}

static void deliver_long_header(struct parcel *parcel)
{
    int64_t count = or_default(parcel->delivery->size, LONG_HEADER_DEFAULT);
    struct buf line = {0};

    buf_text(&line, "X-Sandbox-Long: ");
    for (int64_t i = 0; i < count; i++) {
        buf_char(&line, 'h');
    }
    buf_text(&line, "\r\n");
    deliver_all(parcel, buf_string(&line), body_length(parcel));
    buf_free(&line);
}

static void deliver_gzip_bomb(struct parcel *parcel)
{
    uint64_t size = (uint64_t)or_default(parcel->delivery->size, BOMB_DEFAULT);
    struct buf stream = {0};

    bomb_make(&stream, "{\"code\":0,\"request_id\":\"bomb\",\"data\":{},\"message\":\"", size, "\"}");
    head_whole(parcel, "Content-Encoding: gzip\r\n", (int64_t)stream.len);
    if (send_head(parcel)) {
        (void)wire_send(parcel->wire, stream.data, stream.len);
    }
    buf_free(&stream);
}

static void deliver_bad_gzip(struct parcel *parcel)
{
    deliver_all(parcel, "Content-Encoding: gzip\r\n", body_length(parcel));
}

static void deliver_unknown_encoding(struct parcel *parcel)
{
    deliver_all(parcel, "Content-Encoding: x-zebra\r\n", body_length(parcel));
}

static const struct {
    const char *name;
    bool wants_answer;
    void (*deliver)(struct parcel *parcel);
} wire_kinds[] = {
    {"no_answer", false, deliver_no_answer},
    {"close", false, deliver_close},
    {"reset", false, deliver_reset},
    {"reset_headers", true, deliver_reset_headers},
    {"reset_body", true, deliver_reset_body},
    {"half_close_headers", true, deliver_half_close_headers},
    {"half_close_body", true, deliver_half_close_body},
    {"stall_headers", true, deliver_stall_headers},
    {"stall_body", true, deliver_stall_body},
    {"slow_headers", true, deliver_slow_headers},
    {"slow_body", true, deliver_slow_body},
    {"endless", false, deliver_endless},
    {"endless_headers", false, deliver_endless_headers},
    {"short_body", true, deliver_short_body},
    {"long_body", true, deliver_long_body},
    {"two_lengths", true, deliver_two_lengths},
    {"negative_length", true, deliver_negative_length},
    {"chunked_cut", true, deliver_chunked_cut},
    {"chunked_bad", true, deliver_chunked_bad},
    {"garbage", false, deliver_garbage},
    {"no_headers", true, deliver_no_headers},
    {"bad_status", false, deliver_bad_status},
    {"continue_flood", true, deliver_continue_flood},
    {"many_headers", true, deliver_many_headers},
    {"long_header", true, deliver_long_header},
    {"gzip_bomb", false, deliver_gzip_bomb},
    {"bad_gzip", true, deliver_bad_gzip},
    {"unknown_encoding", true, deliver_unknown_encoding},
};

#define WIRE_COUNT (sizeof wire_kinds / sizeof *wire_kinds)

int wire_kind(const char *name)
{
    for (size_t i = 0; i < WIRE_COUNT; i++) {
        if (strcmp(wire_kinds[i].name, name) == 0) {
            return (int)i;
        }
    }
    return WIRE_NONE;
}

void wire_names(struct buf *names)
{
    for (size_t i = 0; i < WIRE_COUNT; i++) {
        buf_text(names, i == 0 ? "" : ", ");
        buf_text(names, wire_kinds[i].name);
    }
}

bool wire_wants_answer(int kind)
{
    return kind == WIRE_NONE || wire_kinds[kind].wants_answer;
}

void wire_deliver(const struct wire *wire, const struct delivery *delivery, const struct reply *reply)
{
    struct parcel parcel = {.wire = wire, .delivery = delivery, .reply = reply};
    int on = 1;
    int off = 0;

    (void)setsockopt(wire->fd, IPPROTO_TCP, TCP_CORK, &off, sizeof off);
    (void)setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    wire_kinds[delivery->kind].deliver(&parcel);
    buf_free(&parcel.head);
}
