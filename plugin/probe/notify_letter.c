/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Letters: messages as a receiver's interface takes them, with the secrets that it asks for. */
#include "probe/notify_private.h"

#include "base/text.h"
#include "ext/sign.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ANSWER_SHOWN = 200 };
static const char ROUTING_KEY[] = "{\"routing_key\":";

static bool read_secret(const struct target *target, struct letter *letter, struct err *err)
{
    if (!target->receiver.secret_file)
        return true;
    letter->secret = secret_read(target->receiver.secret_file, err);
    return letter->secret != NULL;
}

/* The key goes in front when it is sent. */
static bool write_pagerduty(const struct message *message, struct letter *letter)
{
    struct buf rest;
    bool ok;

    buf_init(&rest, MESSAGE_MAX);
    ok = message_pagerduty(message, &rest) && buf_str(&letter->body, ROUTING_KEY) &&
         buf_char(&letter->body, ',') && buf_str(&letter->body, buf_text(&rest) + 1);
    buf_free(&rest);
    return ok;
}

static bool write_list(const struct message *message, size_t count, struct letter *letter)
{
    bool ok = buf_char(&letter->body, '[');

    for (size_t i = 0; i < count && ok; i++)
        ok = (i == 0 || buf_char(&letter->body, ',')) && message_alertmanager(&message[i], &letter->body);
    return ok && buf_char(&letter->body, ']');
}

static void add_header(struct letter *letter, const char *name, const char *value)
{
    letter->header[letter->header_count++] = (struct http_header){.name = name, .value = value};
}

/* Over timestamp, ".", body, so that neither can be used again with another. */
static bool sign(const struct message *message, struct letter *letter)
{
    static const char DIGIT[] = "0123456789abcdef", KIND[] = "sha256=";
    unsigned char mac[SIGN_BYTES];
    struct buf text;
    size_t at = sizeof(KIND) - 1;
    bool ok;

    (void)snprintf(letter->timestamp, sizeof(letter->timestamp), "%" PRId64, message->now); /* fits */
    (void)snprintf(letter->id, sizeof(letter->id), "%s", message->notice->id);              /* its limit is ours */
    (void)snprintf(letter->signature, sizeof(letter->signature), "%s", KIND);               /* fits */
    buf_init(&text, MESSAGE_MAX + sizeof(letter->timestamp));
    ok = buf_printf(&text, "%s.", letter->timestamp) &&
         buf_add(&text, buf_text(&letter->body), buf_len(&letter->body));
    if (ok)
        sign_hmac(letter->secret, buf_text(&text), buf_len(&text), mac);
    for (size_t i = 0; i < SIGN_BYTES && ok; i++) {
        letter->signature[at++] = DIGIT[mac[i] >> 4];
        letter->signature[at++] = DIGIT[mac[i] & 15];
    }
    letter->signature[at] = '\0';
    buf_free(&text);
    add_header(letter, "X-Tiktok-Auth-Id", letter->id);
    add_header(letter, "X-Tiktok-Auth-Timestamp", letter->timestamp);
    add_header(letter, "X-Tiktok-Auth-Signature", letter->signature);
    return ok;
}

bool letter_write(const struct target *target, const struct message *message, size_t count, struct letter *letter,
                  struct err *err)
{
    bool ok = false;

    *letter = (struct letter){.header_count = 0};
    buf_init(&letter->body, 2 * MESSAGE_MAX);
    if (!read_secret(target, letter, err))
        return false;
    switch (target->receiver.kind) {
    case NOTIFY_PAGERDUTY:
        ok = write_pagerduty(message, letter);
        break;
    case NOTIFY_ALERTMANAGER:
        ok = write_list(message, count, letter);
        break;
    case NOTIFY_WEBHOOK:
        ok = message_webhook(message, &letter->body) && sign(message, letter);
        break;
    case NOTIFY_SLACK:
        ok = message_slack(message, &letter->body);
        break;
    }
    return ok || err_set(err, "out of memory");
}

void letter_free(struct letter *letter)
{
    buf_free(&letter->body);
    secret_free(letter->secret);
    *letter = (struct letter){.header_count = 0};
}

struct http_call *letter_post(const struct letter *letter, const struct target *target, http_done_fn *done,
                              void *arg, struct err *err)
{
    const char *path = message_path(target->receiver.kind);
    struct http_call *call;
    struct http_request request = {
        .method = HTTP_POST,
        .path = path[0] ? path : NULL,
        .headers = letter->header,
        .header_count = letter->header_count,
        .body = buf_text(&letter->body),
        .repeatable = true, /* its key and id are the same each time */
    };

    if (target->receiver.kind == NOTIFY_PAGERDUTY) {
        request.body_key = letter->secret;
        request.body_key_at = sizeof(ROUTING_KEY) - 1;
    } else if (target->receiver.kind == NOTIFY_SLACK) {
        request.secret_path = letter->secret;
    }
    call = target->env.start(target->env.ctx, &request, done, arg);
    if (!call)
        err_set(err, "the request can't be made: out of memory, or %s",
                request.secret_path ? "what is in path_file is no path such as /services/T000/B000/XXXX"
                                    : "its secret can't be sent");
    return call;
}

void letter_answer(const struct letter *letter, const struct http_answer *answer, char *out, size_t size)
{
    struct buf text;
    bool shown =
        answer->body_len > 0 && !(letter->secret && secret_is_in(letter->secret, answer->body, answer->body_len));

    buf_init(&text, 4 * ANSWER_SHOWN);
    if (answer->outcome != HTTP_DONE) {
        buf_str(&text, answer->detail);
    } else {
        buf_printf(&text, "%d%s", answer->status, shown ? ": " : "");
        if (shown)
            text_safe(&text, answer->body, answer->body_len, false, ANSWER_SHOWN);
    }
    (void)snprintf(out, size, "%s", buf_text(&text)); /* cut is fine */
    buf_free(&text);
}
