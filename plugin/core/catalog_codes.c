/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The return codes of the API. A code alone never decides: family.c comes first. */
#include "core/catalog.h"

/* Sorted, without overlap: catalog_code searches by halves. */
static const struct code_info codes[] = {
    {-1, -1, "", CLASS_UNKNOWN, CAUSE_UNKNOWN, SOURCE_SEEN,
     "Generic failure without a meaning of its own. The message decides."},
    {0, 0, "OK", CLASS_OK, CAUSE_AUTHORIZED, SOURCE_DOCUMENTED, "Success."},
    {20001, 20001, "PARTIAL_OK", CLASS_PARTIAL, CAUSE_TIKTOK_FAULT, SOURCE_DOCUMENTED,
     "The request succeeded for a part of what was asked."},
    {40000, 40000, "INVALID_PARAMS", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "Parameters are invalid. Also seen where app_id and token do not belong together."},
    {40001, 40001, "PERMISSION_ERROR", CLASS_AUTHZ, CAUSE_ACCOUNT_ACCESS, SOURCE_DOCUMENTED,
     "The operation is not permitted. The message tells which of several causes it is."},
    {40002, 40002, "PARAM_ERROR", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "A parameter is wrong or missing. With a text about permissions, a resource is not granted."},
    {40003, 40003, "FORBIDDEN", CLASS_AUTHZ, CAUSE_ACCOUNT_ACCESS, SOURCE_SDK, "The operation is forbidden."},
    {40006, 40006, "VERSION_ERROR", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "The parameters do not fit the API version of the address."},
    {40007, 40007, "NOT_EXIST", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "The operation or the object asked for does not exist."},
    {40008, 40008, "NOT_IMPL", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "The endpoint is not implemented, or not in the sandbox."},
    {40009, 40009, "UNSUPPORTED_IN_SANDBOX", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "The sandbox does not support the operation."},
    {40010, 40010, "UNSUPPORTED_DOMAIN", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "The base URL is not the one for this request."},
    {40011, 40011, "ID_LIMIT_EXCEED", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "One request carried too many ids."},
    {40013, 40013, "SANDBOX_ADV_NOT_EXIST", CLASS_ACCOUNT, CAUSE_DELETED, SOURCE_DOCUMENTED,
     "The sandbox account does not exist."},
    {40016, 40016, "BIZ_FC_ERROR", CLASS_RATE, CAUSE_THROTTLED, SOURCE_DOCUMENTED,
     "The app has used up its quota for this endpoint."},
    {40050, 40050, "DUPLICATED_REQUEST", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "The same request was sent twice."},
    {40051, 40051, "INVALID_API_VERSION", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "The API version in the address is not valid."},
    {40053, 40053, "VIDEO_ID_INVALID_ERROR", CLASS_FILE, CAUSE_VIDEO_FAILED, SOURCE_DOCUMENTED,
     "TikTok knows no video with this id."},
    {40067, 40067, "", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_SEEN, "The query is too large."},
    {40100, 40100, "REQUEST_TOO_FREQUENT", CLASS_RATE, CAUSE_THROTTLED, SOURCE_DOCUMENTED,
     "The app has used up its request quota. Only a text about the token makes it a dead token."},
    {40101, 40101, "INVALID_PARTNER", CLASS_APP, CAUSE_APP_CREDENTIALS, SOURCE_DOCUMENTED,
     "app_id and secret do not fit each other, or the auth_code is bad."},
    {40102, 40102, "ACCESS_TOKEN_EXPIRE", CLASS_TOKEN, CAUSE_TOKEN_EXPIRED, SOURCE_DOCUMENTED,
     "The access token has expired."},
    {40103, 40103, "REFRESH_TOKEN_EXPIRE", CLASS_TOKEN, CAUSE_TOKEN_EXPIRED, SOURCE_DOCUMENTED,
     "The refresh token of a TikTok user has expired."},
    {40104, 40104, "EMPTY_ACCESS_TOKEN", CLASS_TOKEN, CAUSE_TOKEN_EMPTY, SOURCE_DOCUMENTED,
     "The request carried no access token."},
    {40105, 40105, "INVALID_ACCESS_TOKEN", CLASS_TOKEN, CAUSE_TOKEN_REVOKED, SOURCE_DOCUMENTED,
     "The access token is incorrect or was revoked."},
    {40106, 40106, "INVALID_CORE_USER", CLASS_TOKEN, CAUSE_TOKEN_USER, SOURCE_DOCUMENTED,
     "The user behind the token is not valid for this advertiser."},
    {40107, 40107, "INVALID_REFRESH_TOKEN", CLASS_TOKEN, CAUSE_TOKEN_REVOKED, SOURCE_DOCUMENTED,
     "The refresh token is not valid, or the token is of a kind that can not be refreshed."},
    {40110, 40110, "AUTH_CODE_ERROR", CLASS_APP, CAUSE_AUTH_CODE, SOURCE_DOCUMENTED,
     "The auth_code was cancelled, used or has expired."},
    {40113, 40113, "APP_FORBIDDEN", CLASS_APP, CAUSE_APP_CREDENTIALS, SOURCE_DOCUMENTED,
     "The app is blocked or unknown, its id or secret is wrong, or the token is of another app."},
    {40114, 40114, "ADVERTISER_LOGOUT", CLASS_ACCOUNT, CAUSE_DELETED, SOURCE_SDK,
     "The advertiser is logged out, so the account can not be used."},
    {40115, 40115, "AUTH_TIMESTAMP_EXPIRE", CLASS_APP, CAUSE_AUTH_CODE, SOURCE_DOCUMENTED,
     "The authorization took too long, or its auth_code is for another endpoint."},
    {40116, 40116, "AUTH_SIG_ERROR", CLASS_APP, CAUSE_APP_CREDENTIALS, SOURCE_DOCUMENTED,
     "The signature of the authorization request is wrong."},
    {40117, 40117, "APP_METHOD_FORBIDDEN", CLASS_AUTHZ, CAUSE_NOT_ALLOWED, SOURCE_DOCUMENTED,
     "The app may not use this method."},
    {40118, 40118, "NOT_IN_WHITELIST", CLASS_AUTHZ, CAUSE_NOT_ALLOWED, SOURCE_DOCUMENTED,
     "The app or the advertiser is not on the allow list of this feature."},
    {40119, 40119, "NOT_SAME_IDENTITY", CLASS_AUTHZ, CAUSE_NOT_ALLOWED, SOURCE_DOCUMENTED,
     "Developer and advertiser are not the same company."},
    {40120, 40120, "TIKTOK_USER_NOT_LOGGED_IN", CLASS_TOKEN, CAUSE_TOKEN_REVOKED, SOURCE_SDK,
     "The TikTok user is not logged in."},
    {40124, 40124, "DEVELOPER_REJECTED", CLASS_APP, CAUSE_APP_BLOCKED, SOURCE_DOCUMENTED,
     "The profile of the developer is not approved."},
    {40125, 40125, "DEVELOPER_NO_PERMISSION", CLASS_AUTHZ, CAUSE_NOT_ALLOWED, SOURCE_DOCUMENTED,
     "The developer account lacks the permission."},
    {40130, 40130, "SCOPE_NOT_AUTHORIZED", CLASS_AUTHZ, CAUSE_SCOPE_MISSING, SOURCE_SDK,
     "The TikTok user has not granted this scope."},
    {40131, 40131, "SCOPE_TT_USER_OAUTH_FAILED", CLASS_TOKEN, CAUSE_TOKEN_REVOKED, SOURCE_SDK,
     "The authorization of the TikTok user failed."},
    {40132, 40132, "REQUEST_FREQUENCY_LIMITED", CLASS_RATE, CAUSE_THROTTLED, SOURCE_DOCUMENTED,
     "Too many requests with the same value of one field."},
    {40133, 40133, "", CLASS_RATE, CAUSE_THROTTLED, SOURCE_DOCUMENTED,
     "The quota of this advertiser for this endpoint is used up."},
    {40200, 40200, "GENERAL_TASK_ERROR", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_DOCUMENTED,
     "A task on the side of TikTok failed."},
    {40201, 40201, "TASK_NOT_READY", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_DOCUMENTED,
     "A task on the side of TikTok is not ready."},
    {40202, 40202, "WRITE_CONFLICT", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_DOCUMENTED,
     "Two changes met. The request can be repeated."},
    {40300, 40300, "ADVERTISER_NOT_EXIST", CLASS_ACCOUNT, CAUSE_DELETED, SOURCE_DOCUMENTED,
     "The advertiser does not exist or was deleted."},
    {40301, 40301, "ADVERTISER_ROLE_ERROR", CLASS_ACCOUNT, CAUSE_DELETED, SOURCE_DOCUMENTED,
     "TikTok can not match the advertiser to an account."},
    {40302, 40302, "CUSTOMER_ADVERTISER_NOT_EXIST", CLASS_ACCOUNT, CAUSE_DELETED, SOURCE_SDK,
     "The customer has no such advertiser."},
    {40400, 40400, "ROUTE_NOT_FOUND", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_SDK,
     "The address names no endpoint."},
    {40700, 40700, "RPC_VALIDATION_ERROR", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_DOCUMENTED,
     "A check between services of TikTok failed."},
    {40901, 40901, "VIDEO_TRANSCODING", CLASS_FILE, CAUSE_VIDEO_PROCESSING, SOURCE_DOCUMENTED,
     "The video is still being transcoded."},
    {41000, 41000, "BLOCKED", CLASS_NETWORK, CAUSE_EGRESS_BLOCKED, SOURCE_DOCUMENTED,
     "Our address is in a country that TikTok refuses. The credentials are not at fault."},
    {41001, 41001, "INTERFACE_OFFLINE", CLASS_PARAM, CAUSE_REQUEST_FAULT, SOURCE_DOCUMENTED,
     "The endpoint has been taken out of service."},
    {50000, 50000, "SYS_ERROR", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_DOCUMENTED, "System error of TikTok."},
    {50001, 50001, "", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_SEEN, "A service of TikTok is in trouble."},
    {50002, 50002, "SYS_TIMEOUT", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_DOCUMENTED,
     "TikTok could not process the request in time. Retried after 1, 2, 4, 8 and 16 s."},
    {51000, 51099, "INTERNAL_*", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_SDK,
     "An internal service of TikTok failed."},
    {51305, 51305, "", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_DOCUMENTED,
     "An internal service of TikTok failed."},
    {52000, 52204, "STORAGE_*", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_SDK,
     "A storage service of TikTok failed."},
    {60001, 60001, "MAINTENANCE", CLASS_TRANSIENT, CAUSE_TIKTOK_FAULT, SOURCE_DOCUMENTED,
     "TikTok is in maintenance."},
    {61000, 61000, "TOO_MANY_REQUESTS_BL", CLASS_RATE, CAUSE_THROTTLED, SOURCE_SDK, "Too many requests."},
    {2200006, 2200006, "", CLASS_FILE, CAUSE_VIDEO_PROCESSING, SOURCE_CLAIMED,
     "The uploaded video is not processed yet, or failed to be. It is polled until its deadline."},
};

const struct code_info *catalog_code(int64_t code)
{
    size_t low = 0, high = TTA_LEN(codes);

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (code < codes[middle].first)
            high = middle;
        else if (code > codes[middle].last)
            low = middle + 1;
        else
            return &codes[middle];
    }
    return NULL;
}

const struct code_info *catalog_at(size_t index)
{
    return index < TTA_LEN(codes) ? &codes[index] : NULL;
}
