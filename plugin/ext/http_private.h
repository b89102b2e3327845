/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the http files share, and nobody else sees. */
#ifndef TTA_EXT_HTTP_PRIVATE_H
#define TTA_EXT_HTTP_PRIVATE_H

#include "base/attr.h"
#include "base/buf.h"
#include "ext/http.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http {
    CURLM *multi;
    bool is_beside;          /* the multi handle is the pool's */
    struct http_call *calls; /* under way, newest first */
    char *base_url;          /* no slash at its end */
    char *ca_file;
    char *proxy; /* "" = none */
    bool is_tls;
    int64_t connect_timeout_ms;
    int64_t request_timeout_ms;
    size_t max_response;
    char *user; /* NULL: none */
    struct secret *password;
    char *cert_file;
    char *key_file;
};

struct http_call {
    struct http *http;
    struct http_call *prev;
    struct http_call *next;
    CURL *easy;
    bool reporting; /* out of the list: its callback runs, then it is freed */
    struct curl_slist *headers;
    struct buf body;
    size_t header_bytes;
    bool headers_ended;
    enum http_outcome stopped; /* why a callback of ours ended the transfer; HTTP_DONE: none did */
    int64_t retry_after_s;
    http_done_fn *done;
    void *arg;
    char error[CURL_ERROR_SIZE];
};

/* --- http_memory.c --------------------------------------------------------------------------------------------
 */
/* Sets libcurl up for the process, once; its memory is wiped when freed, since it holds requests with secrets. */
bool http_setup(void) TTA_MUST_CHECK;

/* --- http_url.c -----------------------------------------------------------------------------------------------
 */
/* True when libcurl can read it as a proxy: [SCHEME://][USER:PASSWORD@]HOST[:PORT]. */
bool http_url_is_proxy(const char *text) TTA_MUST_CHECK;
/* Appends base URL, path and query. The path begins with one slash and can't change the host; what has a meaning
 * in a URL is encoded in it. */
bool http_url_build(struct buf *out, const char *base_url, const struct http_request *request);

/* --- http_call.c ----------------------------------------------------------------------------------------------
 */
/* A call ready for the multi handle, linked to nothing; NULL out of memory. */
struct http_call *http_call_new(struct http *http, const struct http_request *request, http_done_fn *done,
                                void *arg) TTA_MUST_CHECK;
/* Wipes and frees; the handle is out of the multi handle by then. */
void http_call_free(struct http_call *call);
/* Tells the caller how the transfer ended. */
void http_call_report(struct http_call *call, CURLcode result);

/* --- http_fault.c ---------------------------------------------------------------------------------------------
 */
/* What a transfer that failed comes to; appends the sentence for answer->detail. */
enum http_outcome http_fault(const struct http_call *call, CURLcode result, struct buf *detail);

#endif
