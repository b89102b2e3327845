/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The transport's words in those of core/answer. */
#include "probe/heard.h"

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
