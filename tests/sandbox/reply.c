/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One answer, before it is put on the wire. */
#include "reply.h"

#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reply_init(struct reply *reply)
{
    *reply = (struct reply){.status = 200};
    reply->content_type = mem_text("application/json");
    reply->message = mem_text("OK");
}

void reply_free(struct reply *reply)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        free(reply->headers[i].name);
        free(reply->headers[i].value);
    }
    free(reply->headers);
    free(reply->message);
    free(reply->content_type);
    buf_free(&reply->data);
    buf_free(&reply->body);
}

void reply_type(struct reply *reply, const char *content_type)
{
    mem_replace(&reply->content_type, content_type);
}

void reply_message(struct reply *reply, const char *message)
{
    mem_replace(&reply->message, message);
}

void reply_error(struct reply *reply, long code, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    reply->code = code;
    reply_message(reply, message);
    buf_free(&reply->data);
    buf_free(&reply->body);
    reply->rendered = false;
}

void reply_raw(struct reply *reply, unsigned int status, const char *content_type, const void *bytes,
               size_t length)
{
    reply->status = status;
    reply->code = 0;
    reply_type(reply, content_type);
    buf_free(&reply->body);
    buf_add(&reply->body, bytes, length);
    reply->rendered = true;
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
    struct reply_header *header;

    reply->headers = mem_grow(reply->headers, reply->header_count + 1, sizeof *reply->headers);
    header = &reply->headers[reply->header_count++];
    header->name = mem_text(name);
    header->value = mem_text(value);
}

void reply_render(struct reply *reply)
{
    if (reply->rendered) {
        return;
    }
    buf_free(&reply->body);
    buf_format(&reply->body, "{\"code\":%ld,\"message\":", reply->code);
    buf_json(&reply->body, reply->message);
    buf_text(&reply->body, ",\"request_id\":");
    buf_json(&reply->body, reply->request_id);
    buf_text(&reply->body, ",\"data\":");
    if (reply->data.len == 0) {
        buf_text(&reply->body, "{}");
    } else {
        buf_add(&reply->body, reply->data.data, reply->data.len);
    }
    buf_char(&reply->body, '}');
    reply->rendered = true;
}
