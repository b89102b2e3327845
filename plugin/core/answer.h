/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The envelope {code, message, request_id, data} of an API answer, and what an exchange came to. */
#ifndef TTA_CORE_ANSWER_H
#define TTA_CORE_ANSWER_H

#include "core/catalog.h"
#include "ext/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ANSWER_MESSAGE_MAX = 512, ANSWER_REQUEST_ID_MAX = 80 };

/* Why an exchange brought no answer: the transport's word for it, without the transport's header. */
enum no_answer { ANSWERED, NO_NAME, NO_CONNECT, NO_TLS, TIMED_OUT, BROKEN, TOO_LARGE, BAD_ENCODING, OUR_FAULT };

/* One exchange as the transport reports it. Borrowed. */
struct exchange {
    enum no_answer outcome;
    int http_status;
    const char *body;
    size_t body_len;
    const char *detail; /* what happened, when there was no answer */
    int64_t retry_after_s;
};

struct answer {
    struct finding finding; /* class, cause, ... ; edge_fault, network_fault and their like included */
    bool has_code;          /* `code` was received */
    int64_t code;
    int http_status;                        /* 0: none was received */
    char message[ANSWER_MESSAGE_MAX];       /* received, or our sentence of what happened; made safe, cut */
    char request_id[ANSWER_REQUEST_ID_MAX]; /* made safe, cut; "" none */
    int64_t retry_after_s;
    struct json *root;       /* owned; NULL when the body was no JSON */
    const struct json *data; /* inside root */
};

/* Judges one exchange. Never fails: what can't be read is an edge_fault with a sentence that names it ("HTTP 502
 * with an HTML page", "JSON cut short", ...). A body of JSON whose code is whole decides whatever the HTTP status
 * is, except HTTP 200 without a code. The caller frees with answer_free. */
void answer_read(const struct exchange *exchange, struct answer *out);
void answer_free(struct answer *answer);
/* The same, its texts wiped first: for one that brings a token. */
void answer_wipe(struct answer *answer);

/* The ids of data.list of oauth2/advertiser/get, strictly as strings of digits. `each` gets id and name (may be
 * ""); an id that is listed twice is given twice. False with a sentence in `why` (an edge_fault) when data or list
 * is missing or holds anything else: then no id of it counts, and `each` was not called. False as well when `each`
 * returns false, which ends the walk. */
typedef bool answer_advertiser_fn(void *arg, const char *advertiser_id, const char *name);
bool answer_each_listed(const struct answer *answer, answer_advertiser_fn *each, void *arg,
                        struct err *why) TTA_MUST_CHECK;
/* The same for data.list of advertiser/info: id, status and name (may be ""). */
typedef bool answer_account_fn(void *arg, const char *advertiser_id, const char *status, const char *name);
bool answer_each_account(const struct answer *answer, answer_account_fn *each, void *arg,
                         struct err *why) TTA_MUST_CHECK;

/* The same for data.list of file/video/ad/info: its ids, strictly as strings, whatever is in them. */
typedef bool answer_video_fn(void *arg, const char *video_id);
bool answer_each_video(const struct answer *answer, answer_video_fn *each, void *arg,
                       struct err *why) TTA_MUST_CHECK;

#endif
