/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What was said, to rows of the store and back. */
#include "probe/said_row.h"

#include "base/text.h"

static enum cause cause_of(const char *word)
{
    enum cause cause = CAUSE_AUTHORIZED;

    if (word[0] && !cause_from_name(word, &cause))
        cause = CAUSE_UNKNOWN;
    return cause;
}

static char *dup_some(const char *text)
{
    return text[0] ? text_dup(text) : NULL;
}

static const char *text(const char *maybe)
{
    return maybe ? maybe : "";
}

void said_from_words(struct said *said, const char *cause, bool has_code, int64_t code, const char *message,
                     const char *request_id)
{
    *said = (struct said){
        .cause = cause_of(cause),
        .has_code = has_code,
        .code = code,
        .message = dup_some(message),
        .request_id = dup_some(request_id),
    };
    said->scope = cause_info(said->cause)->scope;
}

void said_from_row(struct said *said, const struct store_fault *row)
{
    said_from_words(said, row->cause, row->has_code, row->code, row->message, row->request_id);
    if (!scope_from_name(row->scope, &said->scope))
        said->scope = cause_info(said->cause)->scope;
    said->http_status = (int)row->http_status;
}

struct store_fault said_row(const struct said *said)
{
    bool some = said_something(said);

    return (struct store_fault){
        .cause = some ? cause_name(said->cause) : "",
        .scope = some ? scope_name(said->scope) : "",
        .has_code = said->has_code,
        .code = said->code,
        .message = text(said->message),
        .request_id = text(said->request_id),
        .http_status = said->http_status,
    };
}
