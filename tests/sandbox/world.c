/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The world behind the API: apps, logins, tokens, advertisers, videos and who may see what. */
#include "world.h"

#include "mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more pointer behind count, growing by doubling. */
static void *world_room(void *list, size_t count)
{
    return (count & (count - 1)) == 0 ? mem_grow(list, count == 0 ? 1 : count * 2, sizeof(void *)) : list;
}

struct world *world_new(void)
{
    struct world *world = mem_new(1, sizeof *world);

    world->generation = 1;
    return world;
}

static void world_free_apps(struct world *world)
{
    for (size_t i = 0; i < world->app_count; i++) {
        struct world_app *app = world->apps[i];

        for (size_t j = 0; j < app->redirect_count; j++) {
            free(app->redirect_uris[j]);
        }
        free(app->redirect_uris);
        free(app->scope);
        free(app->id);
        free(app->secret);
        free(app->name);
        free(app->callback_param);
        free(app->blocked_message);
        bits_free(&app->revoked);
        free(app);
    }
    free(world->apps);
}

static void world_free_tokens(struct world *world)
{
    for (size_t i = 0; i < world->token_count; i++) {
        struct world_token *token = world->tokens[i];

        free(token->text);
        free(token->refresh_token);
        free(token->scope);
        bits_free(&token->chosen);
        bits_free(&token->revoked);
        buf_free(&token->list);
        free(token);
    }
    free(world->tokens);
    for (size_t i = 0; i < world->code_count; i++) {
        free(world->codes[i]->text);
        bits_free(&world->codes[i]->chosen);
        free(world->codes[i]);
    }
    free(world->codes);
}

static void world_free_advertisers(struct world *world)
{
    for (size_t i = 0; i < world->advertiser_count; i++) {
        struct world_advertiser *advertiser = world->advertisers[i];

        free(advertiser->id);
        free(advertiser->name);
        free(advertiser->status);
        free(advertiser->company);
        free(advertiser->currency);
        free(advertiser->timezone);
        free(advertiser->country);
        free(advertiser->role);
        free(advertiser);
    }
    free(world->advertisers);
    for (size_t i = 0; i < world->login_count; i++) {
        struct world_login *login = world->logins[i];

        free(login->name);
        free(login->display_name);
        free(login->email);
        free(login->core_user_id);
        bits_free(&login->access);
        free(login);
    }
    free(world->logins);
}

void world_clear_incidents(struct world *world)
{
    for (size_t i = 0; i < world->incident_count; i++) {
        free(world->incidents[i].title);
        free(world->incidents[i].description);
        free(world->incidents[i].guid);
        free(world->incidents[i].date);
    }
    free(world->incidents);
    world->incidents = NULL;
    world->incident_count = 0;
}

void world_free(struct world *world)
{
    if (world == NULL) {
        return;
    }
    world_free_apps(world);
    world_free_tokens(world);
    world_free_advertisers(world);
    for (size_t i = 0; i < world->endpoint_count; i++) {
        free(world->endpoints[i]->method);
        free(world->endpoints[i]->path);
        free(world->endpoints[i]->message);
        free(world->endpoints[i]);
    }
    free(world->endpoints);
    for (size_t i = 0; i < world->video_count; i++) {
        free(world->videos[i]->id);
        free(world->videos[i]->file_name);
        free(world->videos[i]->message);
        free(world->videos[i]);
    }
    free(world->videos);
    world_clear_incidents(world);
    map_free(&world->app_by_id);
    map_free(&world->login_by_name);
    map_free(&world->token_by_text);
    map_free(&world->token_by_refresh);
    map_free(&world->advertiser_by_id);
    map_free(&world->code_by_text);
    map_free(&world->video_by_id);
    free(world);
}

struct world_app *world_add_app(struct world *world, const char *id, const char *secret)
{
    struct world_app *app;

    if (world_app(world, id) != NULL) {
        return NULL;
    }
    app = mem_new(1, sizeof *app);
    app->id = mem_text(id);
    app->secret = mem_text(secret);
    app->name = mem_text("Sandbox app");
    app->callback_param = mem_text("auth_code");
    app->blocked_code = 40113;
    app->blocked_message = mem_text("App is suspended or rejected");
    world->apps = world_room(world->apps, world->app_count);
    world->apps[world->app_count++] = app;
    map_put(&world->app_by_id, app->id, app);
    return app;
}

struct world_login *world_add_login(struct world *world, const char *name)
{
    struct world_login *login;
    char number[32];

    if (world_login(world, name) != NULL) {
        return NULL;
    }
    login = mem_new(1, sizeof *login);
    login->name = mem_text(name);
    login->display_name = mem_text(name);
    login->email = mem_text("n***@example.com");
    (void)snprintf(number, sizeof number, "71%017zu", world->login_count + 1);
    login->core_user_id = mem_text(number);
    world->logins = world_room(world->logins, world->login_count);
    world->logins[world->login_count++] = login;
    map_put(&world->login_by_name, login->name, login);
    return login;
}

struct world_advertiser *world_add_advertiser(struct world *world, const char *id, const char *name)
{
    struct world_advertiser *advertiser;

    if (world->advertiser_count >= WORLD_ADVERTISERS_MAX || world_advertiser(world, id) != NULL) {
        return NULL;
    }
    advertiser = mem_new(1, sizeof *advertiser);
    advertiser->at = world->advertiser_count;
    advertiser->id = mem_text(id);
    advertiser->name = mem_text(name);
    advertiser->deleted_code = 40002;
    world->advertisers = world_room(world->advertisers, world->advertiser_count);
    world->advertisers[world->advertiser_count++] = advertiser;
    map_put(&world->advertiser_by_id, advertiser->id, advertiser);
    return advertiser;
}

struct world_token *world_add_token(struct world *world, const char *text, struct world_app *app,
                                    struct world_login *login)
{
    struct world_token *token;

    if (world->token_count >= WORLD_TOKENS_MAX || world_token(world, text) != NULL) {
        return NULL;
    }
    token = mem_new(1, sizeof *token);
    token->text = mem_text(text);
    token->app = app;
    token->login = login;
    if (app->scope_count > 0) {
        token->scope = mem_new(app->scope_count, sizeof *token->scope);
        memcpy(token->scope, app->scope, app->scope_count * sizeof *token->scope);
        token->scope_count = app->scope_count;
    }
    world->tokens = world_room(world->tokens, world->token_count);
    world->tokens[world->token_count++] = token;
    map_put(&world->token_by_text, token->text, token);
    return token;
}

struct world_video *world_add_video(struct world *world, const char *id, struct world_advertiser *advertiser)
{
    struct world_video *video;

    if (map_find(&world->video_by_id, id) != NULL) {
        return NULL;
    }
    video = mem_new(1, sizeof *video);
    video->id = mem_text(id);
    video->advertiser = advertiser;
    world->videos = world_room(world->videos, world->video_count);
    world->videos[world->video_count++] = video;
    map_put(&world->video_by_id, video->id, video);
    return video;
}

static struct world_endpoint *world_find_endpoint(const struct world *world, const char *method, const char *path,
                                                  const struct world_token *token)
{
    for (size_t i = 0; i < world->endpoint_count; i++) {
        struct world_endpoint *endpoint = world->endpoints[i];

        if (endpoint->token == token && strcmp(endpoint->path, path) == 0 &&
            strcmp(endpoint->method, method) == 0) {
            return endpoint;
        }
    }
    return NULL;
}

struct world_endpoint *world_put_endpoint(struct world *world, const char *method, const char *path,
                                          struct world_token *token)
{
    struct world_endpoint *endpoint = world_find_endpoint(world, method, path, token);

    if (endpoint == NULL) {
        endpoint = mem_new(1, sizeof *endpoint);
        endpoint->method = mem_text(method);
        endpoint->path = mem_text(path);
        endpoint->token = token;
        endpoint->granted = true;
        endpoint->code = 40001;
        world->endpoints = world_room(world->endpoints, world->endpoint_count);
        world->endpoints[world->endpoint_count++] = endpoint;
    }
    return endpoint;
}

const struct world_endpoint *world_endpoint(const struct world *world, const char *method, const char *path,
                                            const struct world_token *token)
{
    const struct world_endpoint *own = world_find_endpoint(world, method, path, token);

    return own != NULL ? own : world_find_endpoint(world, method, path, NULL);
}

struct world_app *world_app(const struct world *world, const char *id)
{
    return map_find(&world->app_by_id, id);
}

struct world_login *world_login(const struct world *world, const char *name)
{
    return map_find(&world->login_by_name, name);
}

struct world_token *world_token(const struct world *world, const char *text)
{
    struct world_token *token = map_find(&world->token_by_text, text);

    /* A refreshed token is still filed under its former text. */
    return token != NULL && strcmp(token->text, text) == 0 ? token : NULL;
}

struct world_advertiser *world_advertiser(const struct world *world, const char *id)
{
    return map_find(&world->advertiser_by_id, id);
}

void world_touch(struct world *world)
{
    world->generation++;
}

bool world_covers(const struct world_token *token, const struct world_advertiser *advertiser)
{
    size_t at = advertiser->at;

    return !advertiser->deleted && bits_has(&token->login->access, at) && !bits_has(&token->app->revoked, at) &&
           !bits_has(&token->revoked, at) && (!token->has_chosen || bits_has(&token->chosen, at));
}

size_t world_covered(const struct world *world, const struct world_token *token,
                     void (*visit)(const struct world_advertiser *advertiser, void *context), void *context)
{
    size_t covered = 0;

    for (size_t word = 0; word < token->login->access.count; word++) {
        uint64_t members = token->login->access.words[word];

        for (; members != 0; members &= members - 1) {
            const struct world_advertiser *advertiser =
                world->advertisers[word * 64 + (size_t)__builtin_ctzll(members)];

            if (world_covers(token, advertiser)) {
                covered++;
                if (visit != NULL) {
                    visit(advertiser, context);
                }
            }
        }
    }
    return covered;
}

static void world_list_add(const struct world_advertiser *advertiser, void *context)
{
    struct buf *list = context;

    buf_text(list, list->len > 1 ? ",{\"advertiser_id\":" : "{\"advertiser_id\":");
    buf_json(list, advertiser->id);
    buf_text(list, ",\"advertiser_name\":");
    buf_json(list, advertiser->name);
    buf_char(list, '}');
}

const struct buf *world_list(const struct world *world, struct world_token *token)
{
    if (token->list_generation != world->generation) {
        token->list.len = 0;
        buf_char(&token->list, '[');
        (void)world_covered(world, token, world_list_add, &token->list);
        buf_char(&token->list, ']');
        token->list_generation = world->generation;
    }
    return &token->list;
}

char *world_issue(struct world *world, const char *prefix)
{
    uint64_t mixed = ++world->issued * UINT64_C(0x9E3779B97F4A7C15);
    struct buf text = {0};

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed ^= mixed >> 27;
    buf_format(&text, "%s%016" PRIx64 "%016" PRIx64, prefix, mixed, world->issued);
    return buf_take(&text);
}

struct world_code *world_add_code(struct world *world, struct world_app *app, struct world_login *login,
                                  struct bits chosen, int64_t now_ms)
{
    struct world_code *code = mem_new(1, sizeof *code);

    code->text = world_issue(world, "c");
    code->app = app;
    code->login = login;
    code->chosen = chosen;
    code->made_ms = now_ms;
    world->codes = world_room(world->codes, world->code_count);
    world->codes[world->code_count++] = code;
    map_put(&world->code_by_text, code->text, code);
    return code;
}

/* The maps borrow their keys: a text no longer used lives on in a code that nobody can use. */
static void world_bury(struct world *world, char *text)
{
    struct world_code *tomb = mem_new(1, sizeof *tomb);

    tomb->text = text;
    tomb->used = true;
    world->codes = world_room(world->codes, world->code_count);
    world->codes[world->code_count++] = tomb;
}

void world_rename_token(struct world *world, struct world_token *token, const char *text)
{
    world_bury(world, token->text);
    token->text = mem_text(text);
    map_put(&world->token_by_text, token->text, token);
}

void world_set_refresh(struct world *world, struct world_token *token, const char *text)
{
    if (token->refresh_token != NULL) {
        world_bury(world, token->refresh_token);
    }
    token->refresh_token = mem_text(text);
    map_put(&world->token_by_refresh, token->refresh_token, token);
}

struct world_token *world_token_of_refresh(const struct world *world, const char *text)
{
    struct world_token *token = map_find(&world->token_by_refresh, text);

    return token != NULL && strcmp(token->refresh_token, text) == 0 ? token : NULL;
}

bool world_expired(const struct world_token *token, int64_t now_ms)
{
    return token->expires_ms != 0 && now_ms >= token->expires_ms;
}

bool world_video_usable(const struct world_video *video, int64_t now_ms)
{
    return video->state == WORLD_VIDEO_READY ||
           (video->state == WORLD_VIDEO_PROCESSING && video->ready_ms != 0 && now_ms >= video->ready_ms);
}
