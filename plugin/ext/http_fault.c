/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * From libcurl's error codes to outcomes, each with a sentence of ours. */
#include "base/text.h"
#include "ext/http_private.h"

#include <errno.h>
#include <string.h>

enum { REASON_MAX = 160 };

/* What follows the sentence. libcurl's own text is taken for TLS alone: there it names what is wrong with the
 * certificate, and it is made from the host, the certificate and the TLS library, never from the request. */
enum reason { REASON_NONE, REASON_CONNECT, REASON_RESET, REASON_TLS };

static const struct fault {
    CURLcode code;
    enum http_outcome outcome;
    enum reason reason;
    const char *text;
} faults[] = {
    {CURLE_COULDNT_RESOLVE_HOST, HTTP_NO_NAME, REASON_NONE, "the host name does not resolve"},
    {CURLE_COULDNT_RESOLVE_PROXY, HTTP_NO_NAME, REASON_NONE, "the name of the proxy does not resolve"},
    {CURLE_COULDNT_CONNECT, HTTP_NO_CONNECT, REASON_CONNECT, "no connection"},
    {CURLE_PROXY, HTTP_NO_CONNECT, REASON_NONE, "the proxy refused the connection"},
    {CURLE_PEER_FAILED_VERIFICATION, HTTP_NO_TLS, REASON_TLS, "the certificate was not accepted"},
    {CURLE_SSL_ISSUER_ERROR, HTTP_NO_TLS, REASON_TLS, "the certificate was not accepted"},
    {CURLE_SSL_INVALIDCERTSTATUS, HTTP_NO_TLS, REASON_TLS, "the certificate was not accepted"},
    {CURLE_SSL_CONNECT_ERROR, HTTP_NO_TLS, REASON_TLS, "the TLS handshake failed"},
    {CURLE_SSL_CIPHER, HTTP_NO_TLS, REASON_TLS, "the TLS handshake failed"},
    {CURLE_USE_SSL_FAILED, HTTP_NO_TLS, REASON_TLS, "the TLS handshake failed"},
    {CURLE_SSL_CERTPROBLEM, HTTP_LOCAL, REASON_NONE, "our certificate or its key can't be used"},
    {CURLE_SSL_CACERT_BADFILE, HTTP_LOCAL, REASON_NONE, "the CA certificates can't be read"},
    {CURLE_GOT_NOTHING, HTTP_BROKEN, REASON_NONE, "the server closed the connection without an answer"},
    {CURLE_SEND_ERROR, HTTP_BROKEN, REASON_RESET, "the connection broke while the request was sent"},
    {CURLE_RECV_ERROR, HTTP_BROKEN, REASON_RESET, "the connection broke before the answer was whole"},
    {CURLE_PARTIAL_FILE, HTTP_BROKEN, REASON_NONE, "the server closed the connection before the answer was whole"},
    {CURLE_WEIRD_SERVER_REPLY, HTTP_BROKEN, REASON_NONE, "the answer is not HTTP"},
    {CURLE_UNSUPPORTED_PROTOCOL, HTTP_BROKEN, REASON_NONE, "the answer is not HTTP"},
    {CURLE_HTTP2, HTTP_BROKEN, REASON_NONE, "the answer breaks the rules of HTTP/2"},
    {CURLE_HTTP2_STREAM, HTTP_BROKEN, REASON_NONE, "the server ended the HTTP/2 stream"},
    {CURLE_FILESIZE_EXCEEDED, HTTP_TOO_LARGE, REASON_NONE, "the answer is larger than allowed"},
    {CURLE_BAD_CONTENT_ENCODING, HTTP_BAD_ENCODING, REASON_NONE, "the answer's content encoding does not decode"},
    {CURLE_OUT_OF_MEMORY, HTTP_LOCAL, REASON_NONE, "out of memory"},
};

/* libcurl's errno may be that of an address it gave up before it found one that answered: on a connection that was
 * made, only a reset is believed. */
static void fault_add_errno(const struct http_call *call, bool connected, struct buf *detail)
{
    long number = 0;
    if (curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &number) != CURLE_OK || number == 0)
        return;
    if (!connected || number == ECONNRESET || number == EPIPE)
        buf_printf(detail, ": %s", strerror((int)number));
}

static void fault_add_tls(const struct http_call *call, struct buf *detail)
{
    static const char *const prefixes[] = {"SSL certificate problem: ", "SSL: "};
    const char *text = call->error;

    for (size_t i = 0; i < TTA_LEN(prefixes); i++)
        if (strncmp(text, prefixes[i], strlen(prefixes[i])) == 0)
            text += strlen(prefixes[i]);
    size_t len = strcspn(text, "?");
    while (len > 0 && text[len - 1] == ' ')
        len--;
    if (len > 0) {
        buf_str(detail, ": ");
        text_safe(detail, text, len, true, REASON_MAX);
    }
}

static int64_t fault_time_us(const struct http_call *call, CURLINFO info)
{
    curl_off_t us = 0;
    return curl_easy_getinfo(call->easy, info, &us) == CURLE_OK ? us : 0;
}

/* Says how far the exchange had come. */
static enum http_outcome fault_timed_out(const struct http_call *call, struct buf *detail)
{
    const struct {
        CURLINFO reached; /* when; 0: never */
        const char *missing;
    } steps[] = {
        {CURLINFO_NAMELOOKUP_TIME_T, "no address for the host name"},
        /* libcurl does not tell a TCP connection without TLS from none. */
        {CURLINFO_PRETRANSFER_TIME_T, call->http->is_tls ? "no TLS connection" : "no connection"},
        {CURLINFO_STARTTRANSFER_TIME_T, "no answer"},
    };
    const char *what = "the answer was not whole";

    for (size_t i = TTA_LEN(steps); i-- > 0;)
        if (fault_time_us(call, steps[i].reached) == 0)
            what = steps[i].missing;
    double seconds = (double)fault_time_us(call, CURLINFO_TOTAL_TIME_T) / 1e6;
    buf_printf(detail, "%s after %.1f s", what, seconds);
    return HTTP_TIMED_OUT;
}

/* A header line over its limit of 100 KB looks like this to libcurl. */
static bool fault_is_header(const struct http_call *call, CURLcode result)
{
    return result == CURLE_OUT_OF_MEMORY && !call->headers_ended &&
           fault_time_us(call, CURLINFO_STARTTRANSFER_TIME_T) > 0;
}

static bool fault_is_proxy(const struct http_call *call, long *status)
{
    *status = 0;
    return curl_easy_getinfo(call->easy, CURLINFO_HTTP_CONNECTCODE, status) == CURLE_OK && *status != 0 &&
           *status / 100 != 2;
}

enum http_outcome http_fault(const struct http_call *call, CURLcode result, struct buf *detail)
{
    long status;

    if (call->stopped == HTTP_LOCAL) {
        result = CURLE_OUT_OF_MEMORY;
    } else if (call->stopped == HTTP_TOO_LARGE || fault_is_header(call, result)) {
        result = CURLE_FILESIZE_EXCEEDED;
    } else if (result == CURLE_OPERATION_TIMEDOUT) {
        return fault_timed_out(call, detail);
    } else if (fault_is_proxy(call, &status)) {
        buf_printf(detail, "the proxy refused the connection (HTTP %ld)", status);
        return HTTP_NO_CONNECT;
    }
    for (size_t i = 0; i < TTA_LEN(faults); i++) {
        if (faults[i].code != result)
            continue;
        buf_str(detail, faults[i].text);
        switch (faults[i].reason) {
        case REASON_NONE:
            break;
        case REASON_CONNECT:
        case REASON_RESET:
            fault_add_errno(call, faults[i].reason == REASON_RESET, detail);
            break;
        case REASON_TLS:
            fault_add_tls(call, detail);
            break;
        }
        return faults[i].outcome;
    }
    buf_printf(detail, "libcurl could not make the request: %s", curl_easy_strerror(result));
    return HTTP_LOCAL;
}
