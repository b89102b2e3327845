/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The API: which endpoint answers, and the checks that all of them share. */
#include "api.h"

#include <string.h>

static const struct {
    const char *method;
    const char *path;
    bool wants_token;
    void (*answer)(struct api_call *call);
} api_endpoints[] = {
    {"GET", "/oauth2/advertiser/get/", true, oauth_list},
    {"POST", "/oauth2/access_token/", false, oauth_access_token},
    {"POST", "/oauth2/revoke_token/", false, oauth_revoke},
    {"POST", "/tt_user/oauth2/refresh_token/", false, oauth_refresh},
    {"GET", "/advertiser/info/", true, advertiser_info},
    {"GET", "/user/info/", true, user_info},
    {"GET", "/file/video/ad/info/", true, video_info},
};

#define API_ENDPOINTS (sizeof api_endpoints / sizeof *api_endpoints)

const char *api_need(struct api_call *call, const char *name)
{
    const char *value = request_value(call->request, name);

    if (value == NULL || value[0] == '\0') {
        reply_error(call->reply, 40002, "Missing required field(s): %s.", name);
        return NULL;
    }
    return value;
}

cJSON *api_need_texts(struct api_call *call, const char *name, int most)
{
    const char *text = api_need(call, name);
    struct problem ignored = {""};
    cJSON *array = text == NULL ? NULL : fields_parse(text, strlen(text), &ignored);
    const cJSON *item;
    int count = 0;

    if (text == NULL) {
        return NULL;
    }
    if (!cJSON_IsArray(array) || array->child == NULL) {
        reply_error(call->reply, 40002, "%s: Not a valid JSON array.", name);
        cJSON_Delete(array);
        return NULL;
    }
    cJSON_ArrayForEach(item, array)
    {
        count++;
        if (!cJSON_IsString(item)) {
            reply_error(call->reply, 40002, "%s: Not a valid string.", name);
            cJSON_Delete(array);
            return NULL;
        }
    }
    if (count > most) {
        reply_error(call->reply, 40011, "%s: at most %d ids are accepted, got %d.", name, most, count);
        cJSON_Delete(array);
        return NULL;
    }
    return array;
}

static bool check_blocked(struct api_call *call)
{
    if (call->app != NULL && call->app->blocked) {
        reply_error(call->reply, (long)call->app->blocked_code, "%s", call->app->blocked_message);
        return false;
    }
    return true;
}

bool api_check_app(struct api_call *call, const char *app_id, const char *secret)
{
    call->app = world_app(call->sandbox->world, app_id);
    if (call->app == NULL) {
        reply_error(call->reply, 40113, "The app %.40s doesn't exist.", app_id);
        return false;
    }
    if (!check_blocked(call)) {
        return false;
    }
    if (strcmp(call->app->secret, secret) != 0) {
        reply_error(call->reply, 40101, "The secret is inconsistent with the app_id.");
        return false;
    }
    return true;
}

bool api_check_token(struct api_call *call)
{
    const char *text = call->request->token;

    if (text == NULL || text[0] == '\0') {
        reply_error(call->reply, 40104,
                    "Access token is null, you should set it in http header with key Access-Token.");
        return false;
    }
    call->token = world_token(call->sandbox->world, text);
    if (call->token == NULL || call->token->state == WORLD_TOKEN_REVOKED) {
        reply_error(call->reply, 40105, "Access token is incorrect or has been revoked.");
        return false;
    }
    if (world_expired(call->token, sandbox_now_ms(call->sandbox))) {
        reply_error(call->reply, 40102, "Access token is expired.");
        return false;
    }
    call->app = call->token->app;
    return check_blocked(call);
}

bool api_check_advertiser(struct api_call *call, const char *id)
{
    const struct world_advertiser *advertiser = world_advertiser(call->sandbox->world, id);

    if (advertiser == NULL || advertiser->deleted) {
        reply_error(call->reply, advertiser == NULL ? 40002 : (long)advertiser->deleted_code,
                    "The advertiser %.40s doesn't exist or has been deleted.", id);
        return false;
    }
    if (!world_covers(call->token, advertiser)) {
        reply_error(call->reply, 40001, "No permission to operate advertiser: %s", id);
        return false;
    }
    return true;
}

bool api_check_grant(struct api_call *call, const char *method, const char *path)
{
    const struct world_endpoint *endpoint = world_endpoint(call->sandbox->world, method, path, call->token);

    if (endpoint == NULL || endpoint->granted) {
        return true;
    }
    if (endpoint->message != NULL) {
        reply_error(call->reply, (long)endpoint->code, "%s", endpoint->message);
    } else if (endpoint->scope_words) {
        reply_error(call->reply, (long)endpoint->code,
                    "Permission error: The access token lacks the required scope for endpoint '%s(method=%s)'. "
                    "Please first check if the request method is correct then ask the user to generate a new "
                    "access token and reauthorize your API App with the necessary API scopes.",
                    path, method);
    } else {
        reply_error(call->reply, (long)endpoint->code, "advertiser does not grant you %s:%s permission", path,
                    method);
    }
    return false;
}

/* What the scenario declared: an empty page for whoever may see it. */
static void api_declared(struct api_call *call, const char *path)
{
    const char *id;

    if (!api_check_token(call) || (id = api_need(call, "advertiser_id")) == NULL ||
        !api_check_advertiser(call, id) || !api_check_grant(call, call->request->method, path)) {
        return;
    }
    buf_text(&call->reply->data,
             "{\"list\":[],\"page_info\":{\"page\":1,\"page_size\":1,\"total_number\":0,\"total_page\":0}}");
}

static bool api_quota(struct api_call *call)
{
    int64_t limit = 0;
    enum quota_window window;

    if (call->app == NULL) {
        return true;
    }
    window = quota_take(&call->app->quota, sandbox_now_ms(call->sandbox), &limit);
    if (window == QUOTA_NONE) {
        return true;
    }
    reply_error(call->reply, 40100, "App %s reaches the %s limit %lld", call->app->id, quota_window_name(window),
                (long long)limit);
    return false;
}

static void api_route(struct api_call *call, const char *path)
{
    const char *method = call->request->method;

    for (size_t i = 0; i < API_ENDPOINTS; i++) {
        if (strcmp(api_endpoints[i].path, path) != 0) {
            continue;
        }
        if (strcmp(api_endpoints[i].method, method) != 0) {
            reply_error(call->reply, 40002, "The method %.16s is not supported by %s.", method, path);
        } else if (!api_endpoints[i].wants_token ||
                   (api_check_token(call) && api_check_grant(call, method, path))) {
            api_endpoints[i].answer(call);
        }
        return;
    }
    if (world_endpoint(call->sandbox->world, method, path, NULL) != NULL) {
        api_declared(call, path);
    } else {
        reply_error(call->reply, 40400, "No such route: %.200s", path);
    }
}

bool api_answer(struct sandbox *sandbox, const struct request *request, struct world_app *app, const cJSON *omit,
                struct reply *reply)
{
    struct api_call call = {.sandbox = sandbox, .request = request, .reply = reply, .app = app, .omit = omit};

    if (strncmp(request->path, API_PREFIX "/", sizeof API_PREFIX) != 0) {
        return false;
    }
    if (api_quota(&call)) {
        api_route(&call, request->path + sizeof API_PREFIX - 1);
    }
    return true;
}
