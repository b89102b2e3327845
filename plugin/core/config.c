/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The configuration's life: made with its defaults, checked and frozen, asked, freed. */
#include "core/config.h"

#include "base/file.h"
#include "base/text.h"
#include "core/config_build.h"
#include "core/config_value.h"
#include "core/grow.h"

#include <stdlib.h>
#include <string.h>

enum { STALE_INTERVALS = 6 };

static const struct {
    const char *name;
    struct tier_limits limits;
} TIER[] = {
    [TIER_BASIC] = {"basic", {10, 600, 864000}},
    [TIER_ADVANCED] = {"advanced", {20, 1200, 1728000}},
    [TIER_PREMIUM] = {"premium", {30, 1800, 2592000}},
    [TIER_ULTIMATE] = {"ultimate", {50, 3000, 4320000}},
};

bool config_keep_standard(enum section section, void *base)
{
    const struct key_info *key;

    for (size_t i = 0; (key = key_at(i)); i++)
        if (key->section == section && key->standard &&
            value_keep(key, "", key->standard, base, NULL) != VALUE_KEPT)
            return false;
    return true;
}

struct config *config_new(const char *path, struct complaints *complaints)
{
    struct config *config = calloc(1, sizeof(*config));

    if (!config)
        return NULL;
    config->build = calloc(1, sizeof(*config->build));
    config->path = text_dup(path);
    for (size_t i = 0; i < CAUSE_COUNT; i++)
        config->severity[i] = -1;
    if (!config->build || !config->path || !config_keep_standard(SECTION_API, &config->api) ||
        !config_keep_standard(SECTION_SWEEP, &config->sweep) || !config_keep_standard(SECTION_STORE, config) ||
        !config_keep_standard(SECTION_SNMP, &config->snmp) ||
        !config_keep_standard(SECTION_SERVE, &config->serve) ||
        !config_keep_standard(SECTION_VIDEOS, &config->videos)) {
        config_free(config);
        return NULL;
    }
    config->build->complaints = complaints;
    return config;
}

struct config_app *config_add_app(struct config *config, unsigned line, const char *name)
{
    struct config_app *app = grow_by_one(config->app, config->app_count, sizeof(*app));

    if (app) {
        config->app = app;
        app += config->app_count;
        *app = (struct config_app){.name = text_dup(name), .line = line};
        if (app->name && config_keep_standard(SECTION_APP, app) &&
            name_index_add(&config->app_index, app->name, config->app_count)) {
            config->app_count++;
            return app;
        }
        free(app->name);
    }
    config->build->no_memory = true;
    return NULL;
}

struct config_token *config_add_token(struct config *config, unsigned line, const char *name)
{
    struct config_token *token = grow_by_one(config->token, config->token_count, sizeof(*token));

    if (token) {
        config->token = token;
        token += config->token_count;
        *token = (struct config_token){.name = text_dup(name), .app = SIZE_MAX, .line = line};
        if (token->name && config_keep_standard(SECTION_TOKEN, token) &&
            name_index_add(&config->token_index, token->name, config->token_count)) {
            config->token_count++;
            return token;
        }
        free(token->name);
    }
    config->build->no_memory = true;
    return NULL;
}

struct config_advertiser *config_add_advertiser(struct config *config, unsigned line, const char *id)
{
    struct config_advertiser *advertiser =
        grow_by_one(config->advertiser, config->advertiser_count, sizeof(*advertiser));

    if (advertiser) {
        config->advertiser = advertiser;
        advertiser += config->advertiser_count;
        *advertiser = (struct config_advertiser){.id = text_dup(id), .line = line};
        if (advertiser->id &&
            name_index_add(&config->build->advertiser_index, advertiser->id, config->advertiser_count)) {
            config->advertiser_count++;
            return advertiser;
        }
        free(advertiser->id);
    }
    config->build->no_memory = true;
    return NULL;
}

bool config_join_token(const struct config *config, struct config_token *token, const char *file, unsigned line)
{
    struct complaints *complaints = config->build->complaints;

    if (!token->app_name) {
        complain(complaints, file, line, SUBJECT_TOKEN, token->name,
                 "[token %s] app: is missing; allowed: the name of an [app NAME] section", token->name);
        return false;
    }
    token->app = name_index_find(&config->app_index, token->app_name);
    if (token->app == SIZE_MAX) {
        complain(complaints, file, line, SUBJECT_TOKEN, token->name,
                 "token %s: there is no [app %s]; without its app it is not asked", token->name, token->app_name);
        return false;
    }
    if (!config->app[token->app].app_id) {
        complain(complaints, file, line, SUBJECT_TOKEN, token->name,
                 "token %s: its app %s can't be used, so it is not asked", token->name, token->app_name);
        return false;
    }
    return true;
}

static void finish_app(struct config *config, struct config_app *app)
{
    app->usable = app->app_id != NULL;
    if (!app->usable)
        complain(config->build->complaints, config->path, app->line, SUBJECT_APP, app->name,
                 "[app %s] app_id: is missing; without it the app and its tokens are not asked", app->name);
}

static void finish_token(struct config *config, struct config_token *token)
{
    struct complaints *complaints = config->build->complaints;

    token->usable = config_join_token(config, token, config->path, token->line);
    if (!token->token_file) {
        token->usable = false;
        complain(complaints, config->path, token->line, SUBJECT_TOKEN, token->name,
                 "[token %s] token_file: is missing; without it the token is not asked", token->name);
    }
    if (token->refresh && token->kind == TOKEN_MARKETING) {
        token->refresh = false;
        complain(complaints, config->path, token->line, SUBJECT_TOKEN, token->name,
                 "[token %s] refresh: a long-term Marketing token can't be refreshed; allowed with kind = tt_user",
                 token->name);
    }
}

static void finish_whole(struct config *config)
{
    struct complaints *complaints = config->build->complaints;

    if (config->app_count == 0)
        complain(complaints, config->path, 0, SUBJECT_ALL, "", "there is no [app NAME]: nothing can be asked");
    else if (config->token_count == 0 && !config->tokens_file && !config->tokens_command)
        complain(complaints, config->path, 0, SUBJECT_ALL, "",
                 "there is no [token NAME] and no [tokens] to take them from: nothing can be asked");
    if (config->tokens_file && config->tokens_command) {
        complain(complaints, config->path, config->tokens_line, SUBJECT_ALL, "",
                 "[tokens] file and command are both given; the file is taken");
        free(config->tokens_command);
        config->tokens_command = NULL;
    }
    if (config->sweep.stale_after_s < STALE_INTERVALS * config->sweep.interval_s)
        config->sweep.stale_after_s = STALE_INTERVALS * config->sweep.interval_s;
}

static void free_build(struct config *config)
{
    if (!config->build)
        return;
    free(config->build->header);
    free(config->build->name);
    name_index_free(&config->build->advertiser_index);
    free(config->build);
    config->build = NULL;
}

bool config_finish(struct config *config)
{
    bool whole;

    for (size_t i = 0; i < config->app_count; i++)
        finish_app(config, &config->app[i]);
    for (size_t i = 0; i < config->build->section_tokens; i++)
        finish_token(config, &config->token[i]);
    for (size_t i = 0; i < config->feed_count; i++)
        config_finish_feed(config, &config->feed[i]);
    for (size_t i = 0; i < config->notify_count; i++)
        config_finish_notify(config, &config->notify[i]);
    finish_whole(config);
    whole = !config->build->no_memory;
    free_build(config);
    return whole;
}

static void free_apps(struct config *config)
{
    for (size_t i = 0; i < config->app_count; i++) {
        struct config_app *app = &config->app[i];

        free(app->name);
        free(app->app_id);
        free(app->secret_file);
        free(app->redirect_uri);
        free(app->reauth_url);
        free(app->public_url);
        free(app->on_new_token);
    }
    free(config->app);
}

static void free_tokens(struct config *config)
{
    for (size_t i = 0; i < config->token_count; i++) {
        struct config_token *token = &config->token[i];

        free(token->name);
        free(token->app_name);
        free(token->token_file);
        secret_free(token->secret);
        free(token->bound);
        free(token->own_of);
        permissions_free(&token->required);
    }
    free(config->token);
}

static void free_advertisers(struct config *config)
{
    for (size_t i = 0; i < config->advertiser_count; i++) {
        struct config_advertiser *advertiser = &config->advertiser[i];

        free(advertiser->id);
        free(advertiser->name);
        free(advertiser->tokens);
        free(advertiser->owner);
        free(advertiser->client);
        free(advertiser->until);
        free(advertiser->required);
    }
    free(config->advertiser);
}

void config_free(struct config *config)
{
    if (!config)
        return;
    free_apps(config);
    free_tokens(config);
    free_advertisers(config);
    config_free_feeds(config);
    config_free_notify(config);
    for (size_t i = 0; i < config->inventory_count; i++)
        free(config->inventory_file[i]);
    free(config->inventory_file);
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        free(config->fix_text[i]);
        free(config->runbook_url[i]);
    }
    free(config->path);
    free(config->api.base_url);
    free(config->api.ca_file);
    free(config->api.proxy);
    free(config->tokens_file);
    free(config->tokens_command);
    free(config->store_path);
    free(config->snmp.agentx_socket);
    free(config->serve.listen);
    free(config->serve.trusted_proxy);
    free(config->serve.name);
    free(config->serve.contact);
    name_index_free(&config->app_index);
    name_index_free(&config->token_index);
    free_build(config);
    free(config);
}

const struct config_app *config_find_app(const struct config *config, const char *name)
{
    size_t i = name_index_find(&config->app_index, name);

    return i == SIZE_MAX ? NULL : &config->app[i];
}

size_t config_find_token(const struct config *config, const char *name)
{
    return name_index_find(&config->token_index, name);
}

char *config_state_file(const struct config *config, const char *name)
{
    return file_path_beside(config->store_path, name);
}

char *config_own_list(const struct config *config)
{
    return config_state_file(config, "tokens.own");
}

enum state config_state_of(const struct config *config, enum cause cause)
{
    const struct cause_info *info = cause_info(cause);

    if (info->keeps)
        return STATE_UNKNOWN;
    return config->severity[cause] >= 0 ? (enum state)config->severity[cause] : info->state;
}

const char *tier_name(enum tier tier)
{
    return TIER[tier].name;
}

struct tier_limits tier_limits_of(enum tier tier)
{
    return TIER[tier].limits;
}
