/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Judges one exchange: what was received, and what it means. */
#include "core/answer.h"

#include "base/buf.h"
#include "base/text.h"

#include <string.h>

/* Remote text, made safe and cut to the field; "" when memory is short. */
static void keep_text(char *field, size_t size, const char *text)
{
    struct buf safe;

    buf_init(&safe, size);
    field[0] = '\0';
    if (text_safe(&safe, text, strlen(text), false, size - 1))
        memcpy(field, buf_text(&safe), buf_len(&safe) + 1);
    buf_free(&safe);
}

/* A fault that says nothing about authorization. */
static void set_fault(struct answer *out, enum cause cause)
{
    memset(&out->finding, 0, sizeof out->finding);
    out->finding.cause = cause;
    out->finding.class = cause_info(cause)->class;
    out->finding.scope = cause_info(cause)->scope;
    out->finding.window = cause == CAUSE_THROTTLED ? THROTTLE_UNSAID : THROTTLE_NONE;
}

static void read_no_answer(const struct exchange *exchange, struct answer *out)
{
    static const char *const sentences[] = {
        [ANSWERED] = "", /* not asked for */
        [NO_NAME] = "The name of the API server could not be resolved",
        [NO_CONNECT] = "No connection to the API server",
        [NO_TLS] = "No trusted TLS connection to the API server",
        [TIMED_OUT] = "No complete answer in time",
        [BROKEN] = "The connection broke before the answer was complete",
        [TOO_LARGE] = "The answer is larger than max_response allows",
        [BAD_ENCODING] = "The answer can not be decoded",
        [OUR_FAULT] = "The request could not be made",
    };
    bool arrived = exchange->outcome == TOO_LARGE || exchange->outcome == BAD_ENCODING;
    const char *detail = exchange->detail ? exchange->detail : "";

    set_fault(out, arrived ? CAUSE_EDGE_FAULT : CAUSE_NETWORK_FAULT);
    keep_text(out->message, sizeof out->message, *detail ? detail : sentences[exchange->outcome]);
}

/* What a body that json_parse refuses is. */
static const char *body_kind(const char *body, size_t len)
{
    while (len && (*body == ' ' || *body == '\t' || *body == '\r' || *body == '\n')) {
        body++;
        len--;
    }
    if (!len)
        return "an empty body";
    if (*body == '<')
        return "an HTML page";
    return *body == '{' || *body == '[' ? "broken JSON" : "a text that is no JSON";
}

/* No code can be had: the body is `kind`, for this `reason` ("" none). */
static void set_unreadable(struct answer *out, const char *kind, const char *reason)
{
    const char *from = out->http_status >= 400 ? " from the edge" : "";
    struct err sentence;

    set_fault(out, out->http_status == 429 ? CAUSE_THROTTLED : CAUSE_EDGE_FAULT);
    (void)err_set(&sentence, "HTTP %d with %s%s%s%s", out->http_status, kind, from, *reason ? ": " : "", reason);
    keep_text(out->message, sizeof out->message, sentence.text);
}

/* Why the JSON has no code, or NULL when it has one. */
static const char *code_fault(const struct json *root, int64_t *code)
{
    const struct json *value = json_member(root, "code");

    if (json_type_of(root) != JSON_OBJECT)
        return "JSON that is no object";
    if (!value)
        return "JSON without a code";
    if (json_type_of(value) == JSON_STRING)
        return "JSON whose code is a string";
    if (json_type_of(value) != JSON_NUMBER)
        return "JSON whose code is no number";
    if (!json_whole(value, code))
        return "JSON whose code is no whole number";
    return NULL;
}

static void read_body(const struct exchange *exchange, struct answer *out)
{
    const char *body = exchange->body ? exchange->body : "";
    size_t len = exchange->body ? exchange->body_len : 0;
    const char *fault, *text;
    struct err reason = {""};

    if (out->http_status >= 300 && out->http_status < 400) {
        set_unreadable(out, "a redirect to another address, not followed", "");
        return;
    }
    out->root = json_parse(body, len, &reason);
    if (!out->root) {
        const char *kind = body_kind(body, len);

        set_unreadable(out, kind, strcmp(kind, "broken JSON") == 0 ? reason.text : "");
        return;
    }
    text = json_text(json_member(out->root, "request_id"));
    keep_text(out->request_id, sizeof out->request_id, text ? text : "");
    fault = code_fault(out->root, &out->code);
    if (fault) {
        set_unreadable(out, fault, "");
        return;
    }
    out->has_code = true;
    out->data = json_member(out->root, "data");
    text = json_text(json_member(out->root, "message"));
    catalog_classify(out->code, text, &out->finding);
    keep_text(out->message, sizeof out->message, text ? text : "");
}

void answer_read(const struct exchange *exchange, struct answer *out)
{
    memset(out, 0, sizeof *out);
    out->http_status = exchange->http_status;
    out->retry_after_s = exchange->retry_after_s;
    if (exchange->outcome == ANSWERED)
        read_body(exchange, out);
    else
        read_no_answer(exchange, out);
}

void answer_free(struct answer *answer)
{
    json_free(answer->root);
    answer->root = NULL;
    answer->data = NULL;
}

void answer_wipe(struct answer *answer)
{
    json_wipe(answer->root);
    answer->root = NULL;
    answer->data = NULL;
}
