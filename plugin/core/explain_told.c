/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which causes a code can stand for, and how they are told apart. */
#include "core/explain_told.h"

static const char *const told_by[CAUSE_COUNT] = {
    [CAUSE_AUTHORIZED] = "A list of a token names the account, or advertiser/info serves it.",
    [CAUSE_RETIRED] = "The until date in the inventory has passed, or somebody ran tiktok-auth retire.",
    [CAUSE_REVOKED] = "The history knows the account as authorized, and its loss is confirmed.",
    [CAUSE_NEVER_CONNECTED] =
        "The history has never known the account as authorized, for longer than known_after.",
    [CAUSE_ACCOUNT_ACCESS] = "The message speaks of the account or of nothing known, and the history is silent.",
    [CAUSE_ENDPOINT_PERMISSION] = "The message names an endpoint that the advertiser does not grant.",
    [CAUSE_SCOPE_MISSING] = "The message says that the token lacks a scope.",
    [CAUSE_ASSET_PERMISSION] = "The message names an asset or a resource: a catalog, a pixel, a Business Center.",
    [CAUSE_NOT_ALLOWED] = "The message speaks of an allow list, of another company or of a forbidden method.",
    [CAUSE_APP_MISMATCH] = "The message says that app_id and token do not fit each other.",
    [CAUSE_APP_BLOCKED] = "The message calls the app or its developer suspended, rejected, blocked or in review.",
    [CAUSE_APP_CREDENTIALS] =
        "The message speaks of app_id or secret, or of nothing known with a code about the app.",
    [CAUSE_TOKEN_REVOKED] = "The message calls the token incorrect, invalid or revoked.",
    [CAUSE_TOKEN_EXPIRED] = "The message calls the token expired.",
    [CAUSE_TOKEN_USER] = "The message speaks of the user behind the token, for one account.",
    [CAUSE_TOKEN_EMPTY] = "The message says that no token arrived.",
    [CAUSE_NOT_HANDED_OVER] = "Our own record: on_new_token was run and did not take the token.",
    [CAUSE_REFRESH_DUE] = "Our record of the token says when its refresh token ends.",
    [CAUSE_DELETED] = "The message says that the account does not exist or was deleted.",
    [CAUSE_ACCOUNT_CLOSED] = "advertiser/info reports STATUS_DISABLE, or the message calls the account closed.",
    [CAUSE_ACCOUNT_SUSPENDED] =
        "advertiser/info reports STATUS_LIMIT, or the message calls the account suspended.",
    [CAUSE_ACCOUNT_IN_REVIEW] = "advertiser/info reports a pending status, or the message speaks of a review.",
    [CAUSE_ACCOUNT_REJECTED] = "advertiser/info reports STATUS_CONFIRM_FAIL, or the message says so.",
    [CAUSE_VIDEO_PROCESSING] = "The message says that the video is being processed, and its deadline is ahead.",
    [CAUSE_VIDEO_FAILED] =
        "The video id is not known, the message says that it failed, or its deadline has passed.",
    [CAUSE_THROTTLED] =
        "The message speaks of a limit or too many requests, or of nothing known with such a code.",
    [CAUSE_TIKTOK_FAULT] = "The code or the message speaks of an error inside TikTok.",
    [CAUSE_EDGE_FAULT] = "No code could be read from the answer.",
    [CAUSE_NETWORK_FAULT] = "No answer arrived.",
    [CAUSE_EGRESS_BLOCKED] = "The message speaks of our address or its country.",
    [CAUSE_REQUEST_FAULT] = "The message speaks of a parameter, or of nothing known with a code about parameters.",
    [CAUSE_UNKNOWN] = "The code is not in the catalog, and the message is of no known family.",
    [CAUSE_NOT_VERIFIED] = "The last verification is older than stale_after.",
    [CAUSE_AUTH_CODE] = "The message speaks of the auth_code, while an authorization is being completed.",
};

/* Causes beside the one that the code means by itself. */
static const struct {
    int64_t code;
    enum cause causes[TOLD_CAUSES_MAX];
    size_t count;
} others[] = {
    {40000, {CAUSE_APP_MISMATCH}, 1},
    {40001,
     {CAUSE_ENDPOINT_PERMISSION, CAUSE_SCOPE_MISSING, CAUSE_ASSET_PERMISSION, CAUSE_DELETED, CAUSE_APP_MISMATCH,
      CAUSE_APP_BLOCKED},
     6},
    {40002, {CAUSE_ASSET_PERMISSION, CAUSE_ACCOUNT_ACCESS, CAUSE_DELETED}, 3},
    {40100, {CAUSE_TOKEN_REVOKED}, 1},
    {40101, {CAUSE_AUTH_CODE}, 1},
    {40113, {CAUSE_APP_MISMATCH, CAUSE_APP_BLOCKED}, 2},
    {40901, {CAUSE_VIDEO_FAILED}, 1},
    {2200006, {CAUSE_VIDEO_FAILED}, 1},
    {-1, {CAUSE_EGRESS_BLOCKED}, 1},
};

size_t explain_causes_of(int64_t code, enum cause causes[TOLD_CAUSES_MAX])
{
    const struct code_info *info = catalog_code(code);
    enum cause own = info ? info->cause : CAUSE_UNKNOWN;
    size_t count = 0;

    if (own == CAUSE_ACCOUNT_ACCESS) { /* the history tells these three apart */
        causes[count++] = CAUSE_REVOKED;
        causes[count++] = CAUSE_NEVER_CONNECTED;
    }
    causes[count++] = own;
    for (size_t i = 0; i < TTA_LEN(others); i++)
        for (size_t j = 0; others[i].code == code && j < others[i].count && count < TOLD_CAUSES_MAX; j++)
            causes[count++] = others[i].causes[j];
    return count;
}

const char *explain_told_by(enum cause cause)
{
    return told_by[(size_t)cause < CAUSE_COUNT ? cause : CAUSE_UNKNOWN];
}
