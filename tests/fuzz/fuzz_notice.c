/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Fuzz target: any bytes as a line of the spool. What is taken as a notice, an engine's event or a receiver is the
 * same when it is written and read again, and makes a body of every kind that is JSON, UTF-8 and within its
 * limits. */
#include "base/text.h"
#include "core/message.h"
#include "core/notice_source.h"
#include "ext/json.h"
#include "small_config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t NOW = 1795316400;

static void check_body(enum notify_kind kind, const struct message *message)
{
    struct json *root;
    struct buf out;

    buf_init(&out, MESSAGE_MAX);
    if (!message_body(kind, message, &out) || !text_is_utf8(buf_text(&out), buf_len(&out)))
        abort();
    root = json_parse(buf_text(&out), buf_len(&out), NULL);
    if (!root)
        abort();
    json_free(root);
    buf_reset(&out);
    if (!message_phone(message, &out) || buf_len(&out) > PHONE_MAX || buf_len(&out) == 0)
        abort();
    buf_free(&out);
}

static void check_bodies(const struct notice *notice)
{
    struct group_member member[2] = {{.notice = notice}, {.notice = notice, .acknowledged = true}};
    struct message message = {.notice = notice, .hours = "", .version = "1", .now = NOW};

    for (int tell = TELL_TRIGGER; tell <= TELL_ONCE; tell++) {
        message.tell = (enum tell)tell;
        for (int kind = NOTIFY_PAGERDUTY; kind <= NOTIFY_SLACK; kind++) {
            message.member = NULL;
            check_body((enum notify_kind)kind, &message);
            message.member = member;
            message.member_count = 2;
            check_body((enum notify_kind)kind, &message);
        }
    }
}

static void check_notice(const struct notice *notice)
{
    struct arena arena = {0};
    struct notice again;
    struct buf line, second;

    buf_init(&line, NOTICE_LINE_MAX);
    buf_init(&second, NOTICE_LINE_MAX);
    if (!notice_encode(notice, &line) || !notice_decode(buf_text(&line), buf_len(&line), &arena, &again, NULL) ||
        !notice_encode(&again, &second) || strcmp(buf_text(&line), buf_text(&second)) != 0)
        abort();
    buf_free(&line);
    buf_free(&second);
    arena_free(&arena);
    check_bodies(notice);
}

static void read_notice(const char *text, size_t size)
{
    struct arena arena = {0};
    struct notice notice;

    if (notice_decode(text, size, &arena, &notice, NULL))
        check_notice(&notice);
    arena_free(&arena);
}

static void read_event(const char *text, size_t size)
{
    struct arena arena = {0};
    struct notice_source source = {.config = small_config(), .arena = &arena, .now = NOW};
    struct engine_event event;
    struct notice notice;

    if (engine_event_decode(text, size, &arena, &event, NULL) && notice_of_event(&source, &event, &notice, NULL))
        check_notice(&notice);
    arena_free(&arena);
}

static void read_receiver(const char *text, size_t size)
{
    struct arena arena = {0};
    struct receiver receiver;
    struct buf line;

    buf_init(&line, 1 << 20);
    if (receiver_decode(text, size, &arena, &receiver, NULL) &&
        (!receiver_encode(&receiver, &line) ||
         !receiver_decode(buf_text(&line), buf_len(&line), &arena, &receiver, NULL)))
        abort();
    buf_free(&line);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_notice((const char *)data, size);
    read_event((const char *)data, size);
    read_receiver((const char *)data, size);
    return 0;
}
