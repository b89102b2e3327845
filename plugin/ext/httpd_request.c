/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a request says: its path, its parameters, and who sends it. */
#include "ext/httpd_private.h"

#include "base/parse.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_BYTES = 512, QUERY_MAX_BYTES = 16 * 1024, FORWARDED_MAX = 2048 };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Appends it decoded. False: "%" without its two digits; the bytes before it are there. */
static bool decode(struct buf *out, const char *text, size_t len, bool plus_is_blank)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%') {
            int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(text[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            buf_char(out, (char)(high * 16 + low));
            i += 2;
        } else {
            buf_char(out, plus_is_blank && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return true;
}

static bool is_printable(const char *text, size_t len)
{
    for (size_t i = 0, step; i < len; i += step) {
        uint32_t code;

        step = text_char(text + i, len - i, &code);
        if (step == 0 || text_is_control(code))
            return false;
    }
    return true;
}

struct httpd_request *httpd_request_new(struct httpd *httpd, const char *target)
{
    struct httpd_request *request = calloc(1, sizeof(*request));
    size_t len = strcspn(target, "?#");

    if (!request)
        return NULL;
    request->httpd = httpd;
    buf_init(&request->path, PATH_MAX_BYTES);
    buf_init_secret(&request->query, QUERY_MAX_BYTES);
    buf_init_secret(&request->body, HTTPD_BODY_MAX);
    buf_init_secret(&request->params.text, 2 * QUERY_MAX_BYTES);
    buf_init_secret(&request->form.text, 2 * HTTPD_BODY_MAX);
    request->malformed = target[0] != '/' || !decode(&request->path, target, len, false) ||
                         !is_printable(buf_text(&request->path), buf_len(&request->path));
    if (target[len] == '?')
        buf_add(&request->query, target + len + 1, strcspn(target + len + 1, "#"));
    if (!buf_ok(&request->path) || !buf_ok(&request->query))
        request->malformed = true;
    return request;
}

void httpd_request_free(struct httpd_request *request)
{
    if (request->response)
        MHD_destroy_response(request->response);
    buf_free(&request->path);
    buf_wipe(&request->query);
    buf_wipe(&request->body);
    buf_wipe(&request->params.text);
    buf_wipe(&request->form.text);
    free(request);
}

/* --- parameters ------------------------------------------------------------------------------------------------
 */

static void fields_add(struct httpd_fields *fields, const char *pair, size_t len)
{
    const char *equals = memchr(pair, '=', len);
    size_t name_len = equals ? (size_t)(equals - pair) : len;
    size_t at = fields->count++;
    bool printable;

    fields->fields[at].name = buf_len(&fields->text);
    printable = decode(&fields->text, pair, name_len, true);
    buf_char(&fields->text, '\0');
    fields->fields[at].value = buf_len(&fields->text);
    if (equals)
        printable &= decode(&fields->text, equals + 1, len - name_len - 1, true);
    fields->fields[at].printable = printable && is_printable(buf_text(&fields->text) + fields->fields[at].value,
                                                             buf_len(&fields->text) - fields->fields[at].value);
    buf_char(&fields->text, '\0');
}

static const char *field(struct httpd_fields *fields, const struct buf *from, const char *name)
{
    const char *found = NULL;

    if (!fields->read) {
        const char *cursor = buf_text(from);

        fields->read = true;
        while (*cursor && fields->count < HTTPD_FIELDS_MAX) {
            size_t len = strcspn(cursor, "&");

            fields_add(fields, cursor, len);
            cursor += len + (cursor[len] == '&');
        }
    }
    if (!buf_ok(&fields->text))
        return NULL;
    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(buf_text(&fields->text) + fields->fields[i].name, name) != 0)
            continue;
        if (found || !fields->fields[i].printable)
            return NULL;
        found = buf_text(&fields->text) + fields->fields[i].value;
    }
    return found;
}

const char *httpd_param(struct httpd_request *request, const char *name)
{
    return field(&request->params, &request->query, name);
}

const char *httpd_form(struct httpd_request *request, const char *name)
{
    return field(&request->form, &request->body, name);
}

/* --- who asks --------------------------------------------------------------------------------------------------
 */

/* The header may stand there several times, which is as if its values stood in one. */
static enum MHD_Result collect(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    if (value && text_equal_nocase(name, "X-Forwarded-For")) {
        buf_char(cls, ',');
        buf_str(cls, value);
    }
    return MHD_YES;
}

/* Each proxy adds whom it got the request from: the last one that is none of ours is the client. What stands
 * before it is the client's own word. */
static void name_forwarded(const struct httpd_request *request, struct net_address *address)
{
    struct buf list;
    struct net_address found;

    buf_init(&list, FORWARDED_MAX);
    MHD_get_connection_values(request->connection, MHD_HEADER_KIND, collect, &list);
    const char *text = buf_text(&list);
    size_t end = buf_len(&list);

    while (end > 0) {
        size_t start = end;

        while (start > 0 && text[start - 1] != ',')
            start--;
        size_t from = start, to = end;

        while (from < to && (text[from] == ' ' || text[from] == '\t'))
            from++;
        while (from < to && (text[to - 1] == ' ' || text[to - 1] == '\t'))
            to--;
        if (!net_parse(text + from, to - from, &found))
            break;
        *address = found;
        if (!net_list_has(request->httpd->trusted, &found))
            break;
        end = start > 0 ? start - 1 : 0;
    }
    buf_free(&list);
}

void httpd_request_name_remote(struct httpd_request *request)
{
    struct net_address address = request->peer->address;

    if (request->peer->trusted)
        name_forwarded(request, &address);
    (void)net_text(&address, request->remote);
    (void)net_origin(&address, request->origin);
}

enum httpd_method httpd_method(const struct httpd_request *request)
{
    return request->method;
}

const char *httpd_path(const struct httpd_request *request)
{
    return buf_text(&request->path);
}

const char *httpd_query(const struct httpd_request *request)
{
    return buf_text(&request->query);
}

const char *httpd_remote(const struct httpd_request *request)
{
    return request->remote;
}

const char *httpd_origin(const struct httpd_request *request)
{
    return request->origin;
}
