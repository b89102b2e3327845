/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One answer, before it is put on the wire. */
#ifndef SANDBOX_REPLY_H
#define SANDBOX_REPLY_H

#include "buf.h"

#include <stdbool.h>
#include <stddef.h>

struct reply_header {
    char *name;
    char *value;
};

struct reply {
    unsigned int status; /* of HTTP */
    long code;           /* of the API; 0 for what is no API answer */
    char *message;
    char request_id[48];
    struct buf data; /* JSON; empty means {} */
    struct buf body; /* what is sent; reply_render fills it from the above unless it is there already */
    bool rendered;
    bool last; /* the sandbox ends once this is sent */
    char *content_type;
    struct reply_header *headers;
    size_t header_count;
};

void reply_init(struct reply *reply);
void reply_free(struct reply *reply);

/* Makes it an API answer with that code and message; data is emptied. */
void reply_error(struct reply *reply, long code, const char *format, ...) __attribute__((format(printf, 3, 4)));

void reply_message(struct reply *reply, const char *message);

/* Makes it an HTTP answer that is none of the API. The bytes are copied. */
void reply_raw(struct reply *reply, unsigned int status, const char *content_type, const void *bytes,
               size_t length);

void reply_type(struct reply *reply, const char *content_type);
void reply_header(struct reply *reply, const char *name, const char *value);

/* Fills body with {code, message, request_id, data}, once. */
void reply_render(struct reply *reply);

#endif
