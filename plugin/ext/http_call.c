/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One request and its answer: how the libcurl handle is set, and what comes back through it. */
#include "base/jsonw.h"
#include "base/parse.h"
#include "ext/http_private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum {
    URL_BYTES_MAX = 1024 * 1024,
    BODY_BYTES_MAX = 64 * 1024,
    HEADER_BYTES_MAX = 64 * 1024,
    DETAIL_BYTES_MAX = 512,
    RETRY_AFTER_MAX_S = 86400,
};

/* libcurl's sockets would stay open in programs that we start. */
static curl_socket_t call_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)arg;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Receives the body decoded: max_response holds against compressed answers too. */
static size_t call_take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_call *call = arg;
    size_t len = size * count;

    if (len > call->http->max_response - buf_len(&call->body)) {
        call->stopped = HTTP_TOO_LARGE;
        return 0; /* ends the transfer */
    }
    if (!buf_add(&call->body, bytes, len)) {
        call->stopped = HTTP_LOCAL;
        return 0; /* ends the transfer */
    }
    return len;
}

static int64_t call_retry_after(const char *text, size_t len)
{
    char digits[24];
    uint64_t seconds;

    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        len--;
    while (len > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        len--;
    }
    if (len >= sizeof(digits))
        return 0;
    memcpy(digits, text, len);
    digits[len] = '\0';
    if (!parse_u64(digits, UINT64_MAX, &seconds))
        return 0;
    return seconds < RETRY_AFTER_MAX_S ? (int64_t)seconds : RETRY_AFTER_MAX_S;
}

/* Receives each header line, status lines and trailers too. */
static size_t call_take_header(char *line, size_t size, size_t count, void *arg)
{
    static const char status[] = "HTTP/";
    static const char retry_after[] = "retry-after:";
    struct http_call *call = arg;
    size_t len = size * count;

    call->header_bytes += len;
    if (call->header_bytes > HEADER_BYTES_MAX) {
        call->stopped = HTTP_TOO_LARGE;
        return 0; /* ends the transfer */
    }
    if (len <= 2) {
        call->headers_ended = true;
    } else if (len > strlen(status) && memcmp(line, status, strlen(status)) == 0) {
        call->headers_ended = false; /* what came before was a 1xx answer's */
        call->retry_after_s = 0;
    } else if (len > strlen(retry_after) && strncasecmp(line, retry_after, strlen(retry_after)) == 0) {
        call->retry_after_s = call_retry_after(line + strlen(retry_after), len - strlen(retry_after));
    }
    return len;
}

static bool call_set_long(struct http_call *call, CURLoption option, long value)
{
    return curl_easy_setopt(call->easy, option, value) == CURLE_OK;
}

static bool call_set_text(struct http_call *call, CURLoption option, const char *value)
{
    return curl_easy_setopt(call->easy, option, value) == CURLE_OK;
}

static bool call_set_pointers(struct http_call *call)
{
    CURL *easy = call->easy;
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, call_take_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, call_take_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, call_open_socket) == CURLE_OK;
}

/* What holds for every request, whoever asks. */
static bool call_set_rules(struct http_call *call)
{
    static const struct {
        CURLoption option;
        long value;
    } rules[] = {
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_FOLLOWLOCATION, 0}, /* the token would go along */
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS},
        {CURLOPT_HTTP09_ALLOWED, 0},
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1}, /* else the proxy's count as the answer's */
        {CURLOPT_NOSIGNAL, 1},
#if LIBCURL_VERSION_NUM >= 0x075700
        /* A call that is over would else wait for its getaddrinfo, long past any deadline. */
        {CURLOPT_QUICK_EXIT, 1},
#endif
    };
    for (size_t i = 0; i < TTA_LEN(rules); i++)
        if (!call_set_long(call, rules[i].option, rules[i].value))
            return false;
#if LIBCURL_VERSION_NUM >= 0x075500
    const char *protocol = call->http->is_tls ? "https" : "http";
    return call_set_text(call, CURLOPT_PROTOCOLS_STR, protocol);
#else
    return call_set_long(call, CURLOPT_PROTOCOLS, call->http->is_tls ? CURLPROTO_HTTPS : CURLPROTO_HTTP);
#endif
}

/* libcurl takes 0 for "no limit". */
static bool call_set_timeout(struct http_call *call, CURLoption option, int64_t ms)
{
    if (ms < 1)
        ms = 1;
    return call_set_long(call, option, ms < INT_MAX ? (long)ms : INT_MAX);
}

/* The connections of a pool belong to one identity, so certificate and password are the same for all of them. */
static bool call_set_identity(struct http_call *call)
{
    const struct http *http = call->http;

    if (http->user != NULL && !(call_set_long(call, CURLOPT_HTTPAUTH, CURLAUTH_BASIC) &&
                                call_set_text(call, CURLOPT_USERNAME, http->user)))
        return false;
    if (http->password != NULL && !call_set_text(call, CURLOPT_PASSWORD, secret_reveal(http->password)))
        return false;
    return http->cert_file == NULL || (call_set_text(call, CURLOPT_SSLCERT, http->cert_file) &&
                                       call_set_text(call, CURLOPT_SSLKEY, http->key_file));
}

static bool call_set_options(struct http_call *call, const struct http_request *request)
{
    const struct http *http = call->http;
    int64_t timeout_ms = http->request_timeout_ms;
    if (request->timeout_ms > 0 && request->timeout_ms < timeout_ms)
        timeout_ms = request->timeout_ms;

    /* A CA file stands alone: libcurl would trust the system's folder beside it. */
    if (http->ca_file != NULL &&
        !(call_set_text(call, CURLOPT_CAINFO, http->ca_file) && call_set_text(call, CURLOPT_CAPATH, NULL)))
        return false;
    /* A POST may not be safe to send twice, and libcurl sends again what a reused connection lost. */
    bool fresh = request->fresh_connection || (request->method == HTTP_POST && !request->repeatable);
    return call_set_text(call, CURLOPT_PROXY, http->proxy) && call_set_text(call, CURLOPT_NOPROXY, "") &&
           call_set_text(call, CURLOPT_USERAGENT, "tiktok-auth-monitor/" PACKAGE_VERSION) &&
           call_set_text(call, CURLOPT_ACCEPT_ENCODING, "") &&
           call_set_timeout(call, CURLOPT_TIMEOUT_MS, timeout_ms) &&
           call_set_timeout(call, CURLOPT_CONNECTTIMEOUT_MS, http->connect_timeout_ms) &&
           curl_easy_setopt(call->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)http->max_response) == CURLE_OK &&
           call_set_long(call, CURLOPT_FRESH_CONNECT, fresh) &&
           call_set_long(call, CURLOPT_FORBID_REUSE, request->fresh_connection) &&
           /* Only TLS tells soon whether a connection takes more than one request at once. */
           call_set_long(call, CURLOPT_PIPEWAIT, http->is_tls && !fresh);
}

static bool call_set_url(struct http_call *call, const struct http_request *request)
{
    struct buf url;
    buf_init_secret(&url, URL_BYTES_MAX);
    bool ok =
        http_url_build(&url, call->http->base_url, request) && call_set_text(call, CURLOPT_URL, buf_text(&url));
    buf_free(&url);
    return ok;
}

static bool call_set_post(struct http_call *call, const char *body)
{
    return call_set_long(call, CURLOPT_POST, 1) &&
           curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body)) == CURLE_OK &&
           call_set_text(call, CURLOPT_COPYPOSTFIELDS, body);
}

static bool call_set_params_body(struct http_call *call, const struct http_request *request)
{
    struct jsonw w;
    struct buf body;
    buf_init_secret(&body, BODY_BYTES_MAX);
    jsonw_init(&w, &body, false);
    jsonw_object(&w, NULL);
    for (size_t i = 0; i < request->param_count; i++) {
        const struct http_param *param = &request->params[i];
        jsonw_string(&w, param->name, param->secret != NULL ? secret_reveal(param->secret) : param->value);
    }
    jsonw_object_end(&w);
    bool ok = buf_ok(&body) && call_set_post(call, buf_text(&body));
    buf_free(&body);
    return ok;
}

static bool call_set_body_with_key(struct http_call *call, const struct http_request *request)
{
    struct buf body;
    struct jsonw w;
    buf_init_secret(&body, strlen(request->body) + 8 * SECRET_MAX);
    buf_add(&body, request->body, request->body_key_at);
    jsonw_init(&w, &body, false);
    jsonw_string(&w, NULL, secret_reveal(request->body_key));
    buf_str(&body, request->body + request->body_key_at);
    bool ok = buf_ok(&body) && call_set_post(call, buf_text(&body));
    buf_free(&body);
    return ok;
}

static bool call_set_body(struct http_call *call, const struct http_request *request)
{
    if (request->method == HTTP_GET)
        return call_set_long(call, CURLOPT_HTTPGET, 1);
    if (request->params_in_body)
        return call_set_params_body(call, request);
    if (request->body_key != NULL)
        return call_set_body_with_key(call, request);
    return call_set_post(call, request->body != NULL ? request->body : "");
}

static bool call_add_header(struct http_call *call, const char *line)
{
    struct curl_slist *longer = curl_slist_append(call->headers, line);
    if (longer == NULL)
        return false;
    call->headers = longer;
    return true;
}

/* A line end in a value would begin another header. */
static bool call_add_given_header(struct http_call *call, const struct http_header *header)
{
    struct buf line;
    buf_init(&line, HEADER_BYTES_MAX);
    bool ok = buf_printf(&line, "%s: %s", header->name, header->value);
    for (const char *c = buf_text(&line); ok && *c != '\0'; c++)
        ok = (unsigned char)*c >= 0x20 && *c != 0x7f;
    ok = ok && call_add_header(call, buf_text(&line));
    buf_free(&line);
    return ok;
}

static bool call_add_headers(struct http_call *call, const struct http_request *request)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (!call_add_given_header(call, &request->headers[i]))
            return false;
    if (!call_add_header(call, "Accept: application/json"))
        return false;
    if (request->method == HTTP_POST &&
        !(call_add_header(call, "Content-Type: application/json") && call_add_header(call, "Expect:")))
        return false;
    if (request->access_token == NULL)
        return true;
    struct buf line;
    buf_init_secret(&line, SECRET_MAX + 64);
    bool ok = buf_printf(&line, "Access-Token: %s", secret_reveal(request->access_token)) &&
              call_add_header(call, buf_text(&line));
    buf_free(&line);
    return ok;
}

struct http_call *http_call_new(struct http *http, const struct http_request *request, http_done_fn *done,
                                void *arg)
{
    struct http_call *call = calloc(1, sizeof(*call));
    if (call == NULL)
        return NULL;
    call->http = http;
    call->done = done;
    call->arg = arg;
    buf_init_secret(&call->body, http->max_response);
    call->easy = curl_easy_init();
    if (call->easy == NULL || !call_add_headers(call, request) || !call_set_pointers(call) ||
        !call_set_rules(call) || !call_set_options(call, request) || !call_set_identity(call) ||
        !call_set_url(call, request) || !call_set_body(call, request)) {
        http_call_free(call);
        return NULL;
    }
    return call;
}

void http_call_free(struct http_call *call)
{
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    buf_free(&call->body); /* it may bring a new token */
    free(call);
}

void http_call_report(struct http_call *call, CURLcode result)
{
    struct http_answer answer = {.outcome = HTTP_DONE, .body = "", .detail = ""};
    struct buf detail;
    long status = 0;
    curl_off_t took_us = 0, sending_us = 0;

    buf_init(&detail, DETAIL_BYTES_MAX);
    /* libcurl is content with headers that break off. */
    if (result == CURLE_OK && !call->headers_ended)
        result = CURLE_PARTIAL_FILE;
    if (curl_easy_getinfo(call->easy, CURLINFO_TOTAL_TIME_T, &took_us) == CURLE_OK)
        answer.took_ms = took_us / 1000;
    /* 0: it never got so far as to send. */
    answer.sent =
        curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME_T, &sending_us) != CURLE_OK || sending_us > 0;
    if (result == CURLE_OK && curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK) {
        answer.status = (int)status;
        answer.body = buf_text(&call->body);
        answer.body_len = buf_len(&call->body);
        answer.retry_after_s = call->retry_after_s;
    } else {
        answer.outcome = http_fault(call, result, &detail);
        answer.detail = buf_text(&detail);
    }
    call->done(call->arg, &answer);
    buf_free(&detail);
}
