/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tokens that an authorization brought and that stand in no configuration yet: our own list of them. */
#include "base/jsonw.h"
#include "base/text.h"
#include "core/config_build.h"
#include "ext/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FOLDER[] = "tokens";

char *config_own_path(const struct config *config, const char *name)
{
    char relative[sizeof(FOLDER) + 2 * SECTION_NAME_MAX];

    (void)snprintf(relative, sizeof(relative), "%s/%s", FOLDER, name); /* fits: the name of a section */
    return config_state_file(config, relative);
}

void config_own_write(const struct config_own *own, struct buf *out)
{
    struct jsonw w;

    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_string(&w, "name", own->name);
    jsonw_string(&w, "app", own->app);
    jsonw_string(&w, "of", own->of);
    jsonw_string(&w, "granted_by", own->granted_by == GRANTED_BY_US ? "us" : "client");
    jsonw_array(&w, "advertisers");
    for (size_t i = 0; i < own->count; i++)
        jsonw_string(&w, NULL, own->advertiser[i]);
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    buf_char(out, '\n');
}

static bool bind_advertisers(struct config_token *token, const struct json *object)
{
    const struct json *list = json_member(object, "advertisers");
    const char *of = json_text(json_member(object, "of"));

    token->bound = calloc(json_count(list) + 1, sizeof(*token->bound));
    token->own_of = text_dup(of);
    if (!token->bound || (of && !token->own_of))
        return false;
    for (const struct json *item = json_first(list); item; item = json_next(item)) {
        const char *id = json_text(item);

        if (id && parse_advertiser_id(id))
            memcpy(token->bound[token->bound_count++], id, strlen(id) + 1);
    }
    return true;
}

/* A token that only this list knows. */
static struct config_token *add(struct config *config, const char *source, unsigned line,
                                const struct json *object, const char *name)
{
    const char *app = json_text(json_member(object, "app"));
    const char *of = json_text(json_member(object, "of"));
    const char *grantor = json_text(json_member(object, "granted_by"));
    size_t beside = of ? config_find_token(config, of) : SIZE_MAX;
    struct config_token *token = config_add_token(config, line, name);

    if (!token)
        return NULL;
    token->own = true;
    token->app_name = text_dup(app);
    token->token_file = config_own_path(config, name);
    if (!token->token_file || (app && !token->app_name) ||
        (beside != SIZE_MAX && !permissions_merge(&token->required, &config->token[beside].required)))
        config->build->no_memory = true;
    if (grantor && strcmp(grantor, "us") == 0)
        token->granted_by = GRANTED_BY_US;
    token->usable = config_join_token(config, token, source, line);
    return token;
}

static void take(struct config *config, const char *source, unsigned line, const struct json *object)
{
    const char *name = json_text(json_member(object, "name"));
    struct config_token *token = NULL;
    size_t known;

    if (!name || !parse_section_name(name)) {
        complain(config->build->complaints, source, line, SUBJECT_NOBODY, "", "the line names no token");
        return;
    }
    known = config_find_token(config, name);
    if (known == SIZE_MAX)
        token = add(config, source, line, object, name);
    else if (!config->token[known].bound)
        token = &config->token[known]; /* made permanent, its rows perhaps not yet */
    if (token && !bind_advertisers(token, object))
        config->build->no_memory = true;
}

void config_own_token(struct config *config, const char *source, unsigned line, const char *json, size_t len)
{
    struct err err = {""};
    struct json *root = json_parse(json, len, &err);

    if (json_type_of(root) == JSON_OBJECT)
        take(config, source, line, root);
    else
        complain(config->build->complaints, source, line, SUBJECT_NOBODY, "",
                 "the line is not one JSON object%s%s; a token kept from an authorization may be missing",
                 err.text[0] ? ": " : "", err.text);
    json_free(root);
}
