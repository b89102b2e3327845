/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tokens that come as lines of JSON. */
#include "base/parse.h"
#include "base/text.h"
#include "core/config_build.h"
#include "ext/json.h"

#include <string.h>

enum member { MEMBER_NAME, MEMBER_APP, MEMBER_TOKEN, MEMBER_GRANTED_BY, MEMBER_COUNT };
static const char *const MEMBER[MEMBER_COUNT] = {"name", "app", "token", "granted_by"};
static const char *const GRANTOR[] = {"client", "us"};

/* The place of one line and what is known of it. */
struct token_line {
    struct config *config;
    const char *source;
    unsigned line;
    const struct json *object;
    const char *name; /* the token's; NULL while not known */
};

/* `what` never quotes the line: any part of it could be the token. */
static void complain_line(const struct token_line *at, const char *what)
{
    complain(at->config->build->complaints, at->source, at->line, at->name ? SUBJECT_TOKEN : SUBJECT_NOBODY,
             at->name ? at->name : "", "%s%s%s%s", at->name ? "token " : "", at->name ? at->name : "",
             at->name ? ": " : "", what);
}

static const char *text_of(const struct token_line *at, enum member member)
{
    return json_text(json_member(at->object, MEMBER[member]));
}

static void look_for_unknown(const struct token_line *at)
{
    struct config_build *build = at->config->build;

    for (const struct json *value = json_first(at->object); value; value = json_next(value)) {
        bool known = false;

        for (size_t i = 0; i < MEMBER_COUNT; i++)
            known = known || strcmp(json_key(value), MEMBER[i]) == 0;
        if (known || build->said_unknown_member)
            continue;
        build->said_unknown_member = true;
        complain(build->complaints, at->source, at->line, SUBJECT_NOBODY, "",
                 "a member is not known and ignored, here and in the lines that follow; allowed: name, app, "
                 "token, granted_by");
    }
}

static bool keep_app(const struct token_line *at, struct config_token *token)
{
    const char *app = text_of(at, MEMBER_APP);

    if (!app || !parse_section_name(app)) {
        complain_line(at, "app: is missing or is not the name of an [app NAME] section");
        return false;
    }
    token->app_name = text_dup(app);
    if (token->app_name)
        return config_join_token(at->config, token, at->source, at->line);
    at->config->build->no_memory = true;
    return false;
}

/* The bytes that a secret may have. */
static bool could_be_secret(const char *text)
{
    size_t len = 0;

    while (len <= SECRET_MAX && text[len] > 0x20 && text[len] < 0x7f)
        len++;
    return len > 0 && len <= SECRET_MAX && text[len] == '\0';
}

static bool keep_secret(const struct token_line *at, struct config_token *token)
{
    const char *secret = text_of(at, MEMBER_TOKEN);

    if (!secret || !*secret)
        complain_line(at, "token: is missing, empty or no text");
    else if (!could_be_secret(secret))
        complain_line(at, "token: is too long, or holds a blank or another character that no token has");
    else {
        token->secret = secret_new(secret, strlen(secret));
        if (!token->secret)
            at->config->build->no_memory = true;
    }
    return token->secret != NULL;
}

static void keep_grantor(const struct token_line *at, struct config_token *token)
{
    const struct json *value = json_member(at->object, MEMBER[MEMBER_GRANTED_BY]);
    const char *text = json_text(value);

    if (!value)
        return;
    for (unsigned i = 0; text && i < TTA_LEN(GRANTOR); i++) {
        if (strcmp(text, GRANTOR[i]) != 0)
            continue;
        token->granted_by = (enum grantor)i;
        return;
    }
    complain_line(at, "granted_by: is not known; allowed: client, us; client is taken");
}

/* Adds the token of a line that is a JSON object. */
static void add(struct token_line *at)
{
    struct config *config = at->config;
    struct config_token *token;
    const char *name = text_of(at, MEMBER_NAME);
    size_t first;
    bool usable;

    if (!name || !parse_section_name(name)) {
        complain_line(at, "name: is missing or not 1 to 32 letters, digits, '.', '_' or '-', a letter or digit "
                          "first; the line is left out");
        return;
    }
    at->name = name;
    first = config_find_token(config, name);
    if (first != SIZE_MAX) {
        complain(config->build->complaints, at->source, at->line, SUBJECT_TOKEN, name,
                 "token %s is given a second time (first in %s line %u); the first stands", name,
                 first < config->build->section_tokens ? config->path : at->source, config->token[first].line);
        return;
    }
    token = config_add_token(config, at->line, name);
    if (!token)
        return;
    usable = keep_app(at, token);
    token->usable = keep_secret(at, token) && usable;
    keep_grantor(at, token);
}

static bool is_blank(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!memchr(" \t\r\n", text[i], 4))
            return false;
    return true;
}

void config_token_line(struct config *config, const char *source, unsigned line, const char *json, size_t len)
{
    struct token_line at = {config, source, line, NULL, NULL};
    struct json *root;
    struct err err = {""};

    if (is_blank(json, len))
        return;
    root = json_parse(json, len, &err);
    at.object = root;
    if (json_type_of(root) == JSON_OBJECT) {
        look_for_unknown(&at);
        add(&at);
    } else
        complain(config->build->complaints, source, line, SUBJECT_NOBODY, "",
                 "the line is not one JSON object of name, app, token, granted_by%s%s; it is left out",
                 err.text[0] ? ": " : "", err.text);
    json_free(root);
}
