/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bodies that are wrong in a chosen way. */
#include "mangle.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_DEFAULT 100000
#define MESSAGE_DEFAULT (1024 * 1024)

static const char id_key[] = "\"advertiser_id\":";

/* Replaces length bytes at offset by text; does nothing to a text too short for that. */
static void splice(struct buf *buf, size_t offset, size_t length, const char *text)
{
    struct buf changed = {0};

    if (offset > buf->len || length > buf->len - offset) {
        return;
    }
    buf_add(&changed, buf->data, offset);
    buf_text(&changed, text);
    buf_add(&changed, buf->data + offset + length, buf->len - offset - length);
    buf_free(buf);
    *buf = changed;
}

/* Replaces the value of the first advertiser_id in the data, if there is one, by raw JSON. */
static void first_id(struct reply *reply, const char *json)
{
    const char *at = reply->data.data == NULL ? NULL : strstr(reply->data.data, id_key);

    if (at != NULL) {
        const char *value = at + sizeof id_key - 1;
        const char *end = strchr(value + 1, '"');

        if (*value == '"' && end != NULL) {
            splice(&reply->data, (size_t)(value - reply->data.data), (size_t)(end + 1 - value), json);
        }
    }
}

/* Renders with whatever stands for code, message and the rest: raw JSON texts. NULL leaves the member out. */
static void envelope(struct reply *reply, const char *code, const char *message, const char *data)
{
    const char *comma = "";

    buf_free(&reply->body);
    buf_char(&reply->body, '{');
    if (code != NULL) {
        buf_format(&reply->body, "\"code\":%s", code);
        comma = ",";
    }
    if (message != NULL) {
        buf_format(&reply->body, "%s\"message\":", comma);
        buf_text(&reply->body, message);
        comma = ",";
    }
    buf_format(&reply->body, "%s\"request_id\":\"%s\"", comma, reply->request_id);
    if (data != NULL) {
        buf_text(&reply->body, ",\"data\":");
        buf_text(&reply->body, data);
    }
    buf_char(&reply->body, '}');
    reply->rendered = true;
}

static const char *data_of(const struct reply *reply)
{
    return reply->data.len == 0 ? "{}" : reply->data.data;
}

static void with_code(struct reply *reply, const char *before, const char *after)
{
    struct buf code = {0};
    struct buf message = {0};

    buf_format(&code, "%s%ld%s", before, reply->code, after);
    buf_json(&message, reply->message);
    envelope(reply, buf_string(&code), buf_string(&message), data_of(reply));
    buf_free(&code);
    buf_free(&message);
}

static void with_raw_code(struct reply *reply, const char *code)
{
    struct buf message = {0};

    buf_json(&message, reply->message);
    envelope(reply, code, buf_string(&message), data_of(reply));
    buf_free(&message);
}

static void with_message(struct reply *reply, const char *message)
{
    struct buf code = {0};

    buf_format(&code, "%ld", reply->code);
    envelope(reply, buf_string(&code), message, data_of(reply));
    buf_free(&code);
}

static void with_data(struct reply *reply, const char *data)
{
    buf_free(&reply->data);
    if (data != NULL) {
        buf_text(&reply->data, data);
        reply_render(reply);
    } else {
        struct buf code = {0};
        struct buf message = {0};

        buf_format(&code, "%ld", reply->code);
        buf_json(&message, reply->message);
        envelope(reply, buf_string(&code), buf_string(&message), NULL);
        buf_free(&code);
        buf_free(&message);
    }
}

static void mangle_truncated(struct reply *reply, int64_t size)
{
    size_t keep;

    reply_render(reply);
    keep = size > 0 ? (size_t)size : reply->body.len / 2;
    reply->body.len = keep < reply->body.len ? keep : reply->body.len;
}

static void mangle_deep(struct reply *reply, int64_t size)
{
    int64_t depth = size > 0 ? size : DEPTH_DEFAULT;

    buf_free(&reply->data);
    for (int64_t i = 0; i < depth; i++) {
        buf_char(&reply->data, '[');
    }
    for (int64_t i = 0; i < depth; i++) {
        buf_char(&reply->data, ']');
    }
    reply_render(reply);
}

static void mangle_deep_open(struct reply *reply, int64_t size)
{
    int64_t depth = size > 0 ? size : DEPTH_DEFAULT;

    buf_free(&reply->body);
    for (int64_t i = 0; i < depth; i++) {
        buf_text(&reply->body, "{\"data\":");
    }
    reply->rendered = true;
}

static void mangle_duplicate_keys(struct reply *reply, int64_t size)
{
    struct buf code = {0};

    (void)size;
    buf_format(&code, "%ld,\"code\":40105", reply->code);
    with_raw_code(reply, buf_string(&code));
    buf_free(&code);
}

static void mangle_case_keys(struct reply *reply, int64_t size)
{
    (void)size;
    reply_render(reply);
    splice(&reply->body, 1, 0, "\"Code\":40105,\"CODE\":40001,\"Message\":\"no\",");
}

static void mangle_nul(struct reply *reply, int64_t size)
{
    static const char message[] = "\"OK\0hidden\"";

    (void)size;
    with_message(reply, "\"OK?hidden\"");
    memcpy(memmem(reply->body.data, reply->body.len, "\"OK?hidden\"", 11), message, 11);
}

static void mangle_nul_after(struct reply *reply, int64_t size)
{
    (void)size;
    reply_render(reply);
    buf_add(&reply->body, "\0{\"code\":40105}", 15);
}

/* Takes the quotes off every string in the data that is a long run of digits. */
static void mangle_numeric_ids(struct reply *reply, int64_t size)
{
    struct buf bare = {0};
    const char *at = reply->data.data;

    (void)size;
    while (at != NULL && *at != '\0') {
        size_t digits = *at == '"' ? strspn(at + 1, "0123456789") : 0;

        if (digits >= 15 && at[digits + 1] == '"') {
            buf_add(&bare, at + 1, digits);
            at += digits + 2;
        } else {
            buf_char(&bare, *at++);
        }
    }
    buf_free(&reply->data);
    reply->data = bare;
    reply_render(reply);
}

static void mangle_trailing_garbage(struct reply *reply, int64_t size)
{
    (void)size;
    reply_render(reply);
    buf_text(&reply->body, "}\n<!-- edge -->{\"code\":40105}");
}

static void mangle_code_float(struct reply *reply, int64_t size)
{
    (void)size;
    with_code(reply, "", ".5");
}

static void mangle_code_string(struct reply *reply, int64_t size)
{
    (void)size;
    with_code(reply, "\"", "\"");
}

static void mangle_message_large(struct reply *reply, int64_t size)
{
    size_t length = size > 0 ? (size_t)size : MESSAGE_DEFAULT;
    char *message = mem_new(length + 1, 1);

    memset(message, 'm', length);
    reply_message(reply, message);
    free(message);
    reply_render(reply);
}

static const char hostile[] = "\033]0;owned\007\033[2J\033[31mred|load=1;2;3\r\nOK - all fine\t`id` $(id) ${HOME} "
                              "<script>alert(1)</script> %s%n \"quoted\" 'single' \\ \177 \342\200\256rtl";

static void mangle_message_control(struct reply *reply, int64_t size)
{
    (void)size;
    reply_message(reply, hostile);
    reply_render(reply);
}

static void mangle_names_control(struct reply *reply, int64_t size)
{
    static const char key[] = "\"advertiser_name\":\"";
    const char *at = reply->data.data;
    struct buf renamed = {0};
    struct buf name = {0};

    (void)size;
    buf_json(&name, hostile);
    while (at != NULL && *at != '\0') {
        const char *found = strstr(at, key);
        const char *value = found == NULL ? NULL : found + sizeof key - 1;

        if (value == NULL) {
            buf_text(&renamed, at);
            break;
        }
        while (*value != '"' && *value != '\0') {
            value += *value == '\\' ? 2 : 1;
        }
        buf_add(&renamed, at, (size_t)(found + sizeof key - 2 - at));
        buf_text(&renamed, buf_string(&name));
        at = value + 1;
    }
    buf_free(&name);
    buf_free(&reply->data);
    reply->data = renamed;
    reply_render(reply);
}

static void mangle_bom(struct reply *reply, int64_t size)
{
    (void)size;
    reply_render(reply);
    splice(&reply->body, 0, 0, "\xef\xbb\xbf");
}

static void verbatim(struct reply *reply, const char *text)
{
    buf_free(&reply->body);
    buf_text(&reply->body, text);
    reply->rendered = true;
}

/* The first element of a list a second time, at its head. */
static void mangle_id_twice(struct reply *reply, int64_t size)
{
    static const char key[] = "\"list\":[{";
    const char *at = reply->data.data == NULL ? NULL : strstr(reply->data.data, key);
    const char *end = at == NULL ? NULL : strchr(at, '}');

    (void)size;
    if (at != NULL && end != NULL) {
        const char *element = at + sizeof key - 2;
        struct buf twice = {0};
        size_t offset = (size_t)(element - reply->data.data);

        buf_add(&twice, element, (size_t)(end + 1 - element));
        buf_char(&twice, ',');
        splice(&reply->data, offset, 0, buf_string(&twice));
        buf_free(&twice);
    }
    reply_render(reply);
}

static void mangle_request_id_missing(struct reply *reply, int64_t size)
{
    struct buf message = {0};

    (void)size;
    buf_json(&message, reply->message);
    buf_free(&reply->body);
    buf_format(&reply->body, "{\"code\":%ld,\"message\":", reply->code);
    buf_text(&reply->body, buf_string(&message));
    buf_text(&reply->body, ",\"data\":");
    buf_text(&reply->body, data_of(reply));
    buf_char(&reply->body, '}');
    buf_free(&message);
    reply->rendered = true;
}

/* Which part of the answer the text of an entry replaces. */
enum mangle_part { MANGLE_CALL, MANGLE_BODY, MANGLE_CODE, MANGLE_MESSAGE, MANGLE_DATA, MANGLE_ID };

/* A NULL text leaves the part out. */
static const struct {
    const char *name;
    enum mangle_part part;
    const char *text;
    void (*call)(struct reply *reply, int64_t size);
} mangle_kinds[] = {
    {"truncated", MANGLE_CALL, NULL, mangle_truncated},
    {"deep", MANGLE_CALL, NULL, mangle_deep},
    {"deep_open", MANGLE_CALL, NULL, mangle_deep_open},
    {"duplicate_keys", MANGLE_CALL, NULL, mangle_duplicate_keys},
    {"case_keys", MANGLE_CALL, NULL, mangle_case_keys},
    {"nul", MANGLE_CALL, NULL, mangle_nul},
    {"nul_after", MANGLE_CALL, NULL, mangle_nul_after},
    {"nul_escaped", MANGLE_MESSAGE, "\"OK\\u0000hidden\"", NULL},
    {"not_utf8", MANGLE_MESSAGE, "\"OK \xff\xfe \xc0\xaf \xed\xa0\x80 \xf5\x80\x80\x80\"", NULL},
    {"lone_surrogate", MANGLE_MESSAGE, "\"OK \\ud800 \\udc00\\ud800\"", NULL},
    {"numeric_ids", MANGLE_CALL, NULL, mangle_numeric_ids},
    {"trailing_garbage", MANGLE_CALL, NULL, mangle_trailing_garbage},
    {"data_missing", MANGLE_DATA, NULL, NULL},
    {"data_null", MANGLE_DATA, "null", NULL},
    {"data_string", MANGLE_DATA, "\"list\"", NULL},
    {"data_array", MANGLE_DATA, "[]", NULL},
    {"list_not_array", MANGLE_DATA, "{\"list\":\"none\"}", NULL},
    {"list_object", MANGLE_DATA, "{\"list\":{\"0\":{\"advertiser_id\":\"7502022393087590400\"}}}", NULL},
    {"list_null", MANGLE_DATA, "{\"list\":null}", NULL},
    {"list_missing", MANGLE_DATA, "{}", NULL},
    {"list_empty", MANGLE_DATA, "{\"list\":[]}", NULL},
    {"list_of_texts", MANGLE_DATA, "{\"list\":[\"7502022393087590400\",null,5,[],true]}", NULL},
    {"huge_numbers", MANGLE_CODE, "1e999", NULL},
    {"code_long", MANGLE_CODE, "18446744073709551616", NULL},
    {"code_float", MANGLE_CALL, NULL, mangle_code_float},
    {"code_string", MANGLE_CALL, NULL, mangle_code_string},
    {"code_null", MANGLE_CODE, "null", NULL},
    {"code_bool", MANGLE_CODE, "false", NULL},
    {"code_missing", MANGLE_CODE, NULL, NULL},
    {"message_missing", MANGLE_MESSAGE, NULL, NULL},
    {"message_number", MANGLE_MESSAGE, "42", NULL},
    {"message_large", MANGLE_CALL, NULL, mangle_message_large},
    {"message_control", MANGLE_CALL, NULL, mangle_message_control},
    {"message_raw_control", MANGLE_MESSAGE, "\"line one\nline two\033[2J\ttab\"", NULL},
    {"names_control", MANGLE_CALL, NULL, mangle_names_control},
    {"bom", MANGLE_CALL, NULL, mangle_bom},
    {"empty_body", MANGLE_BODY, "", NULL},
    {"empty_object", MANGLE_BODY, "{}", NULL},
    {"top_array", MANGLE_BODY, "[{\"code\":0}]", NULL},
    {"top_null", MANGLE_BODY, "null", NULL},
    {"id_letters", MANGLE_ID, "\"75020223930875904xx\"", NULL},
    {"id_empty", MANGLE_ID, "\"\"", NULL},
    {"id_null", MANGLE_ID, "null", NULL},
    {"id_long", MANGLE_ID, "\"7502022393087590401750202239308759040175020223930875904017502022393087590401\"",
     NULL},
    {"id_path", MANGLE_ID, "\"../../etc/passwd\"", NULL},
    {"id_twice", MANGLE_CALL, NULL, mangle_id_twice},
    {"request_id_missing", MANGLE_CALL, NULL, mangle_request_id_missing},
};

#define MANGLE_COUNT (sizeof mangle_kinds / sizeof *mangle_kinds)

int mangle_kind(const char *name)
{
    for (size_t i = 0; i < MANGLE_COUNT; i++) {
        if (strcmp(mangle_kinds[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

void mangle_names(struct buf *names)
{
    for (size_t i = 0; i < MANGLE_COUNT; i++) {
        buf_text(names, i == 0 ? "" : ", ");
        buf_text(names, mangle_kinds[i].name);
    }
}

void mangle_reply(struct reply *reply, int kind, int64_t size)
{
    const char *text = mangle_kinds[kind].text;

    switch (mangle_kinds[kind].part) {
    case MANGLE_CALL:
        mangle_kinds[kind].call(reply, size);
        break;
    case MANGLE_BODY:
        verbatim(reply, text);
        break;
    case MANGLE_CODE:
        with_raw_code(reply, text);
        break;
    case MANGLE_MESSAGE:
        with_message(reply, text);
        break;
    case MANGLE_DATA:
        with_data(reply, text);
        break;
    case MANGLE_ID:
        first_id(reply, text);
        reply_render(reply);
        break;
    }
}
