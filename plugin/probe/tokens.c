/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the token list of [tokens]; its text is secret from the first byte to the last. */
#include "probe/tokens.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "ext/json.h"
#include "probe/command.h"

#include <stdlib.h>
#include <string.h>

enum { TOKENS_BYTES_MAX = 64 << 20, COMMAND_TIME_MS = 30 * 1000 };

static bool read_file(const char *path, struct buf *out, struct err *err)
{
    return secret_mode_ok(path, err) && file_read(path, out, err);
}

/* What the command says on standard error is not shown: nobody knows whether it holds a secret. */
static bool run_command(const char *command, struct buf *out, struct err *err)
{
    struct spawn spawn = {.keep_fd = -1, .out = out, .deadline_ms = clock_mono_ms() + COMMAND_TIME_MS};

    return command_run(command, "the [tokens] command", &spawn, err);
}

bool tokens_read(const struct config *config, struct buf *out, struct err *err)
{
    buf_init_secret(out, TOKENS_BYTES_MAX);
    if (config->tokens_file)
        return read_file(config->tokens_file, out, err);
    if (config->tokens_command)
        return run_command(config->tokens_command, out, err);
    return true;
}

const char *tokens_source(const struct config *config)
{
    if (config->tokens_file)
        return config->tokens_file;
    return config->tokens_command ? "the output of the [tokens] command" : "";
}

void tokens_feed(struct config *config, const char *source, const struct buf *text)
{
    const char *at = buf_text(text), *end = at + buf_len(text);

    for (unsigned line = 1; at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        config_token_line(config, source, line, at, (size_t)((stop ? stop : end) - at));
        at = stop ? stop + 1 : end;
    }
}

/* --- what is known of them while they are missing ------------------------------------------------------------ */

static const char REMEMBERED[] = "tokens.accepted";

static void write_names(const struct config *config, size_t first, struct buf *out)
{
    for (size_t i = first; i < config->token_count; i++) {
        const struct config_token *token = &config->token[i];
        struct jsonw w;

        if (token->own)
            continue; /* on a list of its own */
        jsonw_init(&w, out, false);
        jsonw_object(&w, NULL);
        jsonw_string(&w, "name", token->name);
        jsonw_string(&w, "app", token->app_name ? token->app_name : "");
        jsonw_string(&w, "granted_by", token->granted_by == GRANTED_BY_US ? "us" : "client");
        /* Such a line wants a token; setup takes it away again. */
        jsonw_string(&w, "token", "not-known");
        jsonw_object_end(&w);
        buf_char(out, '\n');
    }
}

static bool same_as_file(const char *path, const struct buf *text)
{
    struct buf old;
    struct err unheard; /* no such file: it differs */
    bool same;

    buf_init(&old, TOKENS_BYTES_MAX);
    same = file_read(path, &old, &unheard) && buf_len(&old) == buf_len(text) &&
           memcmp(buf_text(&old), buf_text(text), buf_len(text)) == 0;
    buf_free(&old);
    return same;
}

bool tokens_remember(const struct config *config, size_t first, struct err *err)
{
    char *path = config_state_file(config, REMEMBERED);
    struct buf text;
    bool ok;

    buf_init(&text, TOKENS_BYTES_MAX);
    write_names(config, first, &text);
    if (!path || !buf_ok(&text))
        ok = err_set(err, "out of memory");
    else
        ok = same_as_file(path, &text) || file_replace(path, buf_text(&text), buf_len(&text), 0640, err);
    buf_free(&text);
    free(path);
    return ok;
}

/* False: the line names no token. *known: the configuration has it. */
static bool look_up(const struct config *config, const char *line, size_t len, bool *known)
{
    struct err unheard;
    struct json *root = json_parse(line, len, &unheard);
    const char *name = json_text(json_member(root, "name"));

    *known = name && config_find_token(config, name) != SIZE_MAX;
    json_free(root);
    return name != NULL;
}

/* Appends the remembered lines that the configuration has not to `out`. Returns how many are remembered. */
static size_t read_gone(const struct config *config, const char *path, struct buf *out, size_t *gone)
{
    struct buf text;
    struct err unheard; /* none are remembered, then */
    const char *at, *stop;
    size_t count = 0;
    bool known;

    *gone = 0;
    buf_init(&text, TOKENS_BYTES_MAX);
    if (file_read(path, &text, &unheard))
        for (at = buf_text(&text); (stop = strchr(at, '\n')); at = stop + 1) {
            if (!look_up(config, at, (size_t)(stop - at), &known))
                continue;
            count++;
            if (known)
                continue;
            ++*gone;
            (void)buf_add(out, at, (size_t)(stop - at) + 1);
        }
    buf_free(&text);
    return count;
}

size_t tokens_remembered(const struct config *config, size_t *gone)
{
    char *path = config_state_file(config, REMEMBERED);
    struct buf lines;
    size_t count = 0;

    *gone = 0;
    buf_init(&lines, TOKENS_BYTES_MAX);
    if (path)
        count = read_gone(config, path, &lines, gone);
    buf_free(&lines);
    free(path);
    return count;
}

size_t tokens_recall(struct config *config)
{
    size_t first = config->token_count, gone;
    char *path = config_state_file(config, REMEMBERED);
    struct buf lines;

    buf_init(&lines, TOKENS_BYTES_MAX);
    if (path && read_gone(config, path, &lines, &gone) > 0)
        tokens_feed(config, path, &lines);
    buf_free(&lines);
    free(path);
    return first;
}
