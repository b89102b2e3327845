/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One request as it came in. */
#include "request.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

struct request *request_new(const char *target)
{
    struct request *request = mem_new(1, sizeof *request);

    request->target = mem_text(target);
    return request;
}

void request_free(struct request *request)
{
    if (request == NULL) {
        return;
    }
    for (size_t i = 0; i < request->param_count; i++) {
        free(request->params[i].name);
        free(request->params[i].value);
    }
    free(request->params);
    free(request->target);
    free(request->method);
    free(request->path);
    free(request->version);
    free(request->host);
    free(request->user_agent);
    free(request->token);
    free(request->authorization);
    buf_free(&request->body);
    cJSON_Delete(request->json);
    free(request);
}

void request_add_param(struct request *request, const char *name, const char *value)
{
    struct request_param *param;

    request->params = mem_grow(request->params, request->param_count + 1, sizeof *request->params);
    param = &request->params[request->param_count++];
    param->name = mem_text(name);
    param->value = mem_text(value == NULL ? "" : value);
}

static int request_hex(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit | 0x20);

    return at == NULL ? -1 : (int)(at - digits);
}

/* Decodes %XX and '+' in place. */
static void request_decode(char *text)
{
    char *to = text;

    for (; *text != '\0'; text++) {
        if (*text == '%' && request_hex(text[1]) >= 0 && request_hex(text[2]) >= 0) {
            *to++ = (char)(request_hex(text[1]) * 16 + request_hex(text[2]));
            text += 2;
        } else {
            *to++ = *text;
            if (*text == '+') {
                to[-1] = ' ';
            }
        }
    }
    *to = '\0';
}

void request_add_form(struct request *request)
{
    char *form = mem_text(buf_string(&request->body));
    char *rest = form;
    char *pair;

    while ((pair = strsep(&rest, "&")) != NULL) {
        char *value = strchr(pair, '=');

        if (value != NULL) {
            *value++ = '\0';
            request_decode(value);
        }
        request_decode(pair);
        request_add_param(request, pair, value);
    }
    free(form);
}

const char *request_param(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->param_count; i++) {
        if (strcmp(request->params[i].name, name) == 0) {
            return request->params[i].value;
        }
    }
    return NULL;
}

const char *request_value(const struct request *request, const char *name)
{
    const char *param = request_param(request, name);
    const cJSON *item;

    if (param != NULL || request->json == NULL) {
        return param;
    }
    item = cJSON_GetObjectItemCaseSensitive(request->json, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

bool request_names_advertiser(const struct request *request, const char *id)
{
    const char *one = request_value(request, "advertiser_id");
    const char *many = request_param(request, "advertiser_ids");
    const cJSON *item = NULL;
    bool found = one != NULL && strcmp(one, id) == 0;

    if (!found && many != NULL) {
        const char *at = strstr(many, id);

        /* The id with its quotes, so that no longer id is taken for it. */
        found = at != NULL && at > many && at[-1] == '"' && at[strlen(id)] == '"';
    }
    if (!found && request->json != NULL) {
        cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(request->json, "advertiser_ids"))
        {
            found = found || (cJSON_IsString(item) && strcmp(item->valuestring, id) == 0);
        }
    }
    return found;
}
