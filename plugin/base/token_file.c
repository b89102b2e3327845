/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes the file of a token that can be refreshed; nothing of its text outlives the call. */
#include "base/token_file.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/parse.h"

#include <inttypes.h>
#include <string.h>

static const char expires_word[] = "expires ";
static const char refresh_expires_word[] = "refresh_expires ";

enum { TIME_TEXT = 20 };

void token_file_free(struct token_file *file)
{
    secret_free(file->access);
    secret_free(file->refresh);
    *file = (struct token_file){0};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next line without the blanks around it; false at the end. */
static bool next_line(const char **at, const char *end, const char **line, size_t *len)
{
    const char *stop;

    if (*at >= end)
        return false;
    *line = *at;
    stop = memchr(*at, '\n', (size_t)(end - *at));
    *at = stop ? stop + 1 : end;
    if (!stop)
        stop = end;
    while (*line < stop && is_blank(**line))
        ++*line;
    while (stop > *line && is_blank(stop[-1]))
        stop--;
    *len = (size_t)(stop - *line);
    return true;
}

static bool read_secret(const char *line, size_t len, unsigned number, const char *what, struct secret **out,
                        struct err *err)
{
    *out = secret_new(line, len);
    if (*out)
        return true;
    if (len == 0)
        return err_set(err, "line %u: there is no %s", number, what);
    return err_set(err, "line %u: not a token: longer than %d bytes, or with a blank or a byte that is not ASCII",
                   number, SECRET_MAX);
}

/* "WORD TIME" into an empty *out. */
static bool read_time(const char *line, size_t len, const char *word, int64_t *out)
{
    size_t skip = strlen(word);
    char text[TIME_TEXT + 1];

    if (len != skip + TIME_TEXT || memcmp(line, word, skip) != 0 || *out != 0)
        return false;
    memcpy(text, line + skip, TIME_TEXT);
    text[TIME_TEXT] = '\0';
    return parse_time(text, out) && *out > 0;
}

static bool parse(const char *bytes, size_t len, struct token_file *out, struct err *err)
{
    const char *at = bytes, *end = bytes + len, *line = "";
    size_t line_len = 0;
    bool ended = false;

    (void)next_line(&at, end, &line, &line_len); /* no line at all is an empty one */
    if (!read_secret(line, line_len, 1, "access token", &out->access, err))
        return false;
    for (unsigned number = 2; next_line(&at, end, &line, &line_len); number++) {
        if (line_len == 0) {
            ended = true;
            continue;
        }
        if (ended)
            return err_set(err, "line %u: stands behind an empty line", number);
        if (number == 2) {
            if (!read_secret(line, line_len, number, "refresh token", &out->refresh, err))
                return false;
        } else if (!read_time(line, line_len, expires_word, &out->expires) &&
                   !read_time(line, line_len, refresh_expires_word, &out->refresh_expires))
            return err_set(err,
                           "line %u: allowed are 'expires TIME' and 'refresh_expires TIME', once each, with a "
                           "TIME such as 2026-11-22T02:14:05Z",
                           number);
    }
    return true;
}

bool token_file_parse(const char *bytes, size_t len, struct token_file *out, struct err *err)
{
    *out = (struct token_file){0};
    if (parse(bytes, len, out, err))
        return true;
    token_file_free(out);
    return false;
}

bool token_file_format(const struct token_file *file, struct buf *out)
{
    char text[CLOCK_TEXT_MAX];

    buf_add(out, secret_reveal(file->access), secret_len(file->access));
    buf_char(out, '\n');
    if (!file->refresh)
        return buf_ok(out);
    buf_add(out, secret_reveal(file->refresh), secret_len(file->refresh));
    buf_char(out, '\n');
    if (file->expires)
        buf_printf(out, "%s%s\n", expires_word, clock_rfc3339(file->expires, text));
    if (file->refresh_expires)
        buf_printf(out, "%s%s\n", refresh_expires_word, clock_rfc3339(file->refresh_expires, text));
    return buf_ok(out);
}

bool token_file_read(const char *path, struct token_file *out, struct err *err)
{
    struct buf text;
    bool ok;

    *out = (struct token_file){0};
    buf_init_secret(&text, TOKEN_FILE_MAX);
    ok = secret_mode_ok(path, err) && file_read(path, &text, err) &&
         (token_file_parse(buf_text(&text), buf_len(&text), out, err) || err_prefix(err, "%s", path));
    buf_wipe(&text);
    return ok;
}

bool token_file_write(const char *path, const struct token_file *file, mode_t mode, struct err *err)
{
    struct buf text;
    bool ok;

    buf_init_secret(&text, TOKEN_FILE_MAX);
    ok = token_file_format(file, &text) ? file_replace(path, buf_text(&text), buf_len(&text), mode, err)
                                        : err_set(err, "cannot write %s: out of memory", path);
    buf_wipe(&text);
    return ok;
}
