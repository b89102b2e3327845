/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The transport's words in those of core/answer. */
#include "probe/heard.h"

#include <string.h>

enum { HIDDEN_LEAST = 8 }; /* what is shorter may be a word of any message */

static enum no_answer outcome_of(enum http_outcome outcome)
{
    switch (outcome) {
    case HTTP_DONE:
        return ANSWERED;
    case HTTP_NO_NAME:
        return NO_NAME;
    case HTTP_NO_CONNECT:
        return NO_CONNECT;
    case HTTP_NO_TLS:
        return NO_TLS;
    case HTTP_TIMED_OUT:
        return TIMED_OUT;
    case HTTP_BROKEN:
        return BROKEN;
    case HTTP_TOO_LARGE:
        return TOO_LARGE;
    case HTTP_BAD_ENCODING:
        return BAD_ENCODING;
    case HTTP_LOCAL:
        break;
    }
    return OUR_FAULT;
}

void heard_read(const struct http_answer *http, struct answer *out)
{
    answer_read(
        &(struct exchange){
            .outcome = outcome_of(http->outcome),
            .http_status = http->outcome == HTTP_DONE ? http->status : 0,
            .body = http->body,
            .body_len = http->body_len,
            .detail = http->detail,
            .retry_after_s = http->retry_after_s,
        },
        out);
}

void heard_hide(struct answer *answer, const struct secret *secret)
{
    static const char INSTEAD[] = "(a message that repeats a secret)";

    if (secret && secret_len(secret) >= HIDDEN_LEAST &&
        secret_is_in(secret, answer->message, strlen(answer->message)))
        memcpy(answer->message, INSTEAD, sizeof(INSTEAD));
}
