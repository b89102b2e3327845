/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The API: which endpoint answers, and the checks that all of them share. */
#ifndef SANDBOX_API_H
#define SANDBOX_API_H

#include "reply.h"
#include "request.h"
#include "sandbox.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

#define API_PREFIX "/open_api/v1.3"

/* One call on its way through the checks. */
struct api_call {
    struct sandbox *sandbox;
    const struct request *request;
    struct reply *reply;
    struct world_app *app;     /* once known */
    struct world_token *token; /* once known */
    const cJSON *omit;         /* ids that a lagging list does not show; a string: none is shown */
};

/* Answers requests below API_PREFIX; false for others. omit may be NULL. */
bool api_answer(struct sandbox *sandbox, const struct request *request, struct world_app *app, const cJSON *omit,
                struct reply *reply);

/* Each check answers with the API's error and returns false when the call may not go on. */
bool api_check_token(struct api_call *call);
bool api_check_app(struct api_call *call, const char *app_id, const char *secret);
bool api_check_advertiser(struct api_call *call, const char *id);
bool api_check_grant(struct api_call *call, const char *method, const char *path);

/* The text parameter of that name; "missing" is answered and NULL returned without one. */
const char *api_need(struct api_call *call, const char *name);

/* The parameter as a JSON array of 1 to most strings, which the caller deletes; answered and NULL otherwise. */
cJSON *api_need_texts(struct api_call *call, const char *name, int most);

/* The endpoints, by file. */
void oauth_list(struct api_call *call);
void oauth_access_token(struct api_call *call);
void oauth_revoke(struct api_call *call);
void oauth_refresh(struct api_call *call);
void advertiser_info(struct api_call *call);
void user_info(struct api_call *call);
void video_info(struct api_call *call);

#endif
