/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Takes a callback's query apart. */
#include "core/oauth_callback.h"

#include "base/buf.h"

#include <string.h>

static int hex(char c)
{
    static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(DIGITS, c) : NULL;

    return at ? (int)((at - DIGITS) % 16) : -1;
}

/* Appends the decoded bytes. False: a '%' without two digits behind it. */
static bool decode(const char *text, size_t len, struct buf *out)
{
    for (size_t i = 0; i < len; i++) {
        int high, low;

        if (text[i] == '+')
            buf_char(out, ' ');
        else if (text[i] != '%')
            buf_char(out, text[i]);
        else {
            high = i + 2 < len ? hex(text[i + 1]) : -1;
            low = i + 2 < len ? hex(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            buf_char(out, (char)(high * 16 + low));
            i += 2;
        }
    }
    return buf_ok(out);
}

/* Which parameters were there. */
struct seen {
    bool auth_code, code, state, error;
};

static bool take_code(struct oauth_callback *out, const struct buf *value, struct err *why)
{
    struct secret *code = secret_new(buf_text(value), buf_len(value));

    if (!code)
        return err_set(why, "its code is empty, too long, or holds a character that no code has");
    if (out->code && !secret_equal(out->code, code)) {
        secret_free(code);
        return err_set(why, "it holds two codes");
    }
    secret_free(out->code);
    out->code = code;
    return true;
}

static bool take_state(struct oauth_callback *out, const struct buf *value)
{
    /* What is no state of ours by its looks is nobody's: looked up, it is not found. */
    if (strlen(buf_text(value)) == buf_len(value) && oauth_state_ok(buf_text(value)))
        memcpy(out->state, buf_text(value), sizeof(out->state));
    return true;
}

static bool take_error(struct oauth_callback *out, const struct buf *value)
{
    size_t len = buf_len(value) < OAUTH_ERROR_MAX ? buf_len(value) : OAUTH_ERROR_MAX;

    for (size_t i = 0; i < len; i++) {
        char c = buf_text(value)[i];

        out->error[i] = c > 0x20 && c < 0x7f ? c : '?';
    }
    if (len == 0)
        out->error[len++] = '?';
    out->error[len] = '\0';
    return true;
}

static bool first_time(bool *seen, struct err *why)
{
    if (*seen)
        return err_set(why, "a parameter is in it twice");
    *seen = true;
    return true;
}

static bool take(struct oauth_callback *out, struct seen *seen, const struct buf *name, const struct buf *value,
                 struct err *why)
{
    const char *n = strlen(buf_text(name)) == buf_len(name) ? buf_text(name) : "";

    if (strcmp(n, "auth_code") == 0)
        return first_time(&seen->auth_code, why) && take_code(out, value, why);
    if (strcmp(n, "code") == 0)
        return first_time(&seen->code, why) && take_code(out, value, why);
    if (strcmp(n, "state") == 0)
        return first_time(&seen->state, why) && take_state(out, value);
    if (strcmp(n, "error") == 0)
        return first_time(&seen->error, why) && take_error(out, value);
    return true; /* what else they send is not ours to read */
}

/* One NAME=VALUE. */
static bool read_pair(const char *pair, size_t len, struct oauth_callback *out, struct seen *seen, struct err *why)
{
    const char *equals = memchr(pair, '=', len);
    size_t name_len = equals ? (size_t)(equals - pair) : len;
    struct buf name, value;
    bool ok;

    buf_init(&name, OAUTH_QUERY_MAX);
    buf_init_secret(&value, OAUTH_QUERY_MAX);
    ok = decode(pair, name_len, &name) && (!equals || decode(equals + 1, len - name_len - 1, &value));
    ok = ok ? take(out, seen, &name, &value, why) : err_set(why, "it holds a broken escape");
    buf_free(&name);
    buf_wipe(&value);
    return ok;
}

bool oauth_callback_read(const char *query, struct oauth_callback *out, struct err *why)
{
    struct seen seen = {false, false, false, false};

    *out = (struct oauth_callback){.code = NULL};
    if (strnlen(query, OAUTH_QUERY_MAX + 1) > OAUTH_QUERY_MAX)
        return err_set(why, "it is longer than %d bytes", OAUTH_QUERY_MAX);
    for (const char *at = query; *at;) {
        size_t len = strcspn(at, "&");

        if (len > 0 && !read_pair(at, len, out, &seen, why))
            return false;
        at += len + (at[len] == '&');
    }
    if (!out->code && !out->error[0])
        return err_set(why, "it holds neither a code nor a refusal");
    return true;
}

void oauth_callback_clear(struct oauth_callback *callback)
{
    secret_free(callback->code);
    explicit_bzero(callback, sizeof(*callback));
}

bool oauth_callback_of_url(const char *url, const char *redirect_uri, const char **query, size_t *len,
                           struct err *why)
{
    size_t base = strcspn(redirect_uri, "#");
    char mark = memchr(redirect_uri, '?', base) ? '&' : '?';

    if (strncmp(url, redirect_uri, base) != 0 || (url[base] && url[base] != mark && url[base] != '#'))
        return err_set(why, "it does not begin with the app's redirect_uri");
    if (url[base] != mark)
        return err_set(why, "nothing follows the app's redirect_uri in it");
    *query = url + base + 1;
    *len = strcspn(*query, "#");
    return true;
}
