/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Endpoints of authorization: what a token covers, and how tokens come, change and go. */
#include "api.h"
#include "mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CODE_LIFETIME_MS INT64_C(3600000)

/* A list that some advertisers are left out of. */
struct shorter {
    struct bits omitted;
    struct buf *list;
};

static void add_unless_omitted(const struct world_advertiser *advertiser, void *context)
{
    const struct shorter *shorter = context;

    if (bits_has(&shorter->omitted, advertiser->at)) {
        return;
    }
    buf_text(shorter->list, shorter->list->len > 1 ? ",{\"advertiser_id\":" : "{\"advertiser_id\":");
    buf_json(shorter->list, advertiser->id);
    buf_text(shorter->list, ",\"advertiser_name\":");
    buf_json(shorter->list, advertiser->name);
    buf_char(shorter->list, '}');
}

static void add_list(struct api_call *call, struct buf *data)
{
    struct buf list = {0};

    if (call->omit == NULL) {
        const struct buf *kept = world_list(call->sandbox->world, call->token);

        buf_add(data, kept->data, kept->len);
        return;
    }
    buf_char(&list, '[');
    if (cJSON_IsArray(call->omit)) {
        struct shorter shorter = {.list = &list};
        const cJSON *item;

        cJSON_ArrayForEach(item, call->omit)
        {
            const struct world_advertiser *advertiser = world_advertiser(call->sandbox->world, item->valuestring);

            if (advertiser != NULL) {
                bits_set(&shorter.omitted, advertiser->at, true);
            }
        }
        (void)world_covered(call->sandbox->world, call->token, add_unless_omitted, &shorter);
        bits_free(&shorter.omitted);
    }
    buf_char(&list, ']');
    buf_add(data, list.data, list.len);
    buf_free(&list);
}

void oauth_list(struct api_call *call)
{
    const char *app_id = api_need(call, "app_id");
    const char *secret = app_id == NULL ? NULL : api_need(call, "secret");

    if (secret == NULL || !api_check_app(call, app_id, secret)) {
        return;
    }
    if (call->token->app != call->app) {
        reply_error(call->reply, 40113,
                    "The app_id is inconsistent with the token's app information. Please retry after "
                    "correcting it.");
        return;
    }
    buf_text(&call->reply->data, "{\"list\":");
    add_list(call, &call->reply->data);
    buf_char(&call->reply->data, '}');
}

static void add_scope(const struct world_token *token, struct buf *data)
{
    buf_text(data, "\"scope\":[");
    for (size_t i = 0; i < token->scope_count; i++) {
        buf_format(data, "%s%" PRId64, i == 0 ? "" : ",", token->scope[i]);
    }
    buf_char(data, ']');
}

static void add_id(const struct world_advertiser *advertiser, void *context)
{
    struct buf *ids = context;

    buf_text(ids, ids->len > 0 ? "," : "");
    buf_json(ids, advertiser->id);
}

static struct world_code *usable_code(struct api_call *call, const char *text)
{
    struct world_code *code = map_find(&call->sandbox->world->code_by_text, text);

    if (code == NULL || code->app != call->app) {
        reply_error(call->reply, 40110,
                    "The auth_code is canceled. Please re-authorize and try again with a new auth_code.");
        return NULL;
    }
    if (code->used) {
        reply_error(call->reply, 40110, "The auth_code has been used. Please re-authorize.");
        return NULL;
    }
    if (sandbox_now_ms(call->sandbox) - code->made_ms >= CODE_LIFETIME_MS) {
        reply_error(call->reply, 40110, "The auth_code is expired. Please re-authorize.");
        return NULL;
    }
    return code;
}

void oauth_access_token(struct api_call *call)
{
    const char *app_id = api_need(call, "app_id");
    const char *secret = app_id == NULL ? NULL : api_need(call, "secret");
    const char *text = secret == NULL ? NULL : api_need(call, "auth_code");
    struct world *world = call->sandbox->world;
    struct buf *data = &call->reply->data;
    struct world_code *code;
    struct buf ids = {0};
    char *issued;

    if (text == NULL || !api_check_app(call, app_id, secret) || (code = usable_code(call, text)) == NULL) {
        return;
    }
    code->used = true;
    issued = world_issue(world, "");
    call->token = world_add_token(world, issued, code->app, code->login);
    free(issued);
    if (call->token == NULL) {
        reply_error(call->reply, 51002, "Internal service error. Please retry later.");
        return;
    }
    call->token->has_chosen = true;
    call->token->chosen = bits_copy(&code->chosen);
    (void)world_covered(world, call->token, add_id, &ids);
    buf_text(data, "{\"access_token\":");
    buf_json(data, call->token->text);
    buf_text(data, ",\"advertiser_ids\":[");
    buf_text(data, buf_string(&ids));
    buf_text(data, "],");
    add_scope(call->token, data);
    buf_char(data, '}');
    buf_free(&ids);
}

void oauth_revoke(struct api_call *call)
{
    const char *app_id = api_need(call, "app_id");
    const char *secret = app_id == NULL ? NULL : api_need(call, "secret");
    const char *text = secret == NULL ? NULL : api_need(call, "access_token");
    struct world_token *token;

    if (text == NULL || !api_check_app(call, app_id, secret)) {
        return;
    }
    token = world_token(call->sandbox->world, text);
    if (token == NULL || token->app != call->app || token->state == WORLD_TOKEN_REVOKED) {
        reply_error(call->reply, 40105, "Access token is incorrect or has been revoked.");
        return;
    }
    token->state = WORLD_TOKEN_REVOKED;
}

/* The token that may be refreshed now, or NULL once the reason is answered. */
static struct world_token *refreshable(struct api_call *call, const char *text)
{
    const struct world *world = call->sandbox->world;
    const struct world_token *marketing = world_token(world, text);
    struct world_token *token = world_token_of_refresh(world, text);

    if (token == NULL || !token->tt_user || token->app != call->app || token->state == WORLD_TOKEN_REVOKED) {
        reply_error(call->reply, 40107,
                    marketing != NULL
                        ? "The refresh token is invalid: a long-term access token can't be refreshed."
                        : "The refresh token is invalid.");
        return NULL;
    }
    if (sandbox_now_ms(call->sandbox) >= token->refresh_expires_ms) {
        reply_error(call->reply, 40103, "The refresh token is expired. Please re-authorize.");
        return NULL;
    }
    return token;
}

void oauth_refresh(struct api_call *call)
{
    const char *app_id = api_need(call, "client_id");
    const char *secret = app_id == NULL ? NULL : api_need(call, "client_secret");
    const char *grant = secret == NULL ? NULL : api_need(call, "grant_type");
    const char *text = grant == NULL ? NULL : api_need(call, "refresh_token");
    struct world *world = call->sandbox->world;
    struct buf *data = &call->reply->data;
    struct world_token *token;
    int64_t now = sandbox_now_ms(call->sandbox);
    char *issued;

    if (text == NULL || !api_check_app(call, app_id, secret)) {
        return;
    }
    if (strcmp(grant, "refresh_token") != 0) {
        reply_error(call->reply, 40002, "grant_type: must be refresh_token.");
        return;
    }
    if ((token = refreshable(call, text)) == NULL) {
        return;
    }
    issued = world_issue(world, "act.");
    world_rename_token(world, token, issued);
    free(issued);
    token->expires_ms = now + token->lifetime_ms;
    if (token->rotate_refresh) {
        issued = world_issue(world, "rft.");
        world_set_refresh(world, token, issued);
        free(issued);
    }
    buf_text(data, "{\"access_token\":");
    buf_json(data, token->text);
    buf_format(data,
               ",\"expires_in\":%" PRId64 ",\"token_type\":\"Bearer\",\"open_id\":", token->lifetime_ms / 1000);
    buf_json(data, token->login->core_user_id);
    buf_text(data, ",\"refresh_token\":");
    buf_json(data, token->refresh_token);
    buf_format(data, ",\"refresh_token_expires_in\":%" PRId64 ",\"scope\":\"user.info.basic,video.list\"}",
               (token->refresh_expires_ms - now) / 1000);
}
