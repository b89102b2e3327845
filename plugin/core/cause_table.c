/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What each cause means, is worth and asks for: texts for an operator at night. They reach engines and terminals
 * as they are: US-ASCII, no semicolon, none of the characters that text_engine removes. */
#include "core/cause_table.h"

#define ROW(name_, class_, state_, urgency_, scope_, actor_)                                         \
    .name = (name_), .class = (class_), .state = (state_), .urgency = (urgency_), .scope = (scope_), \
    .actor = (actor_)
/* The last known state stands. */
#define KEEPS(name_, class_, urgency_, scope_, actor_) \
    ROW(name_, class_, STATE_UNKNOWN, urgency_, scope_, actor_), .keeps = true

/* The four actions for a grant that is lost: whoever may have caused it, one of them mends it. */
#define STEP_REGRANT                                                                                       \
    "Have whoever granted access re-grant the app: TikTok Business Center, App Management, find the app, " \
    "re-grant."
#define STEP_SAME_APP \
    "Check that app_id and token belong together: a token works only with the app it was issued for."
#define STEP_DEVELOPER                                                                                           \
    "Check the status of the developer account in the TikTok developer portal: it and the app must be approved " \
    "and not suspended."
#define STEP_AUTHORIZE                                                                                          \
    "Run the authorization again for a new token, with a login that has a role on every account the old token " \
    "covered."
#define STEP_OUR_SHARE                                                                                         \
    "Is the account still shared with our Business Center, and has the authorizing login still a role on it? " \
    "Restore what is missing."

#define STEP_PERMISSION_ADD "Add the missing permission to the app in the TikTok developer portal and submit it."
#define STEP_PERMISSION_WAIT "Wait until TikTok has approved it."
#define STEP_PERMISSION_AUTHORIZE \
    "Authorize again with that permission switched on, for a new token: one already issued gains nothing."

#define STEP_RETIRE "Correct the id in the inventory, or take it out for good: tiktok-auth retire ID."
#define STEP_BACK_OFF "Nothing to do: monitoring backs off by itself and asks again."

const struct cause_info cause_table[CAUSE_COUNT] = {
    [CAUSE_AUTHORIZED] =
        {
            ROW("authorized", CLASS_OK, STATE_OK, URGENCY_NONE, SCOPE_ADVERTISER, ACTOR_NOBODY),
            .lost = "authorized",
            .meaning = "A living token covers the account and holds the required permissions.",
            .impact = "Everything works.",
            .fix_short = "nothing to do",
            .fix = {"Nothing to do."},
        },
    [CAUSE_RETIRED] =
        {
            ROW("retired", CLASS_OK, STATE_OK, URGENCY_NONE, SCOPE_ADVERTISER, ACTOR_NOBODY),
            .lost = "retired",
            .meaning =
                "We ended our work for this account on purpose, so its authorization is no longer expected.",
            .impact = "None: the account leaves the lists after 30 days.",
            .fix_short = "nothing to do",
            .fix = {"Nothing to do. Take the account out of the inventory when convenient."},
        },
    [CAUSE_REVOKED] =
        {
            ROW("revoked", CLASS_AUTHZ, STATE_CRITICAL, URGENCY_LOW, SCOPE_ADVERTISER, ACTOR_GRANTOR),
            .reauthorize = true,
            .lost = "app access lost",
            .meaning =
                "The app could act for this account and no longer can: access was withdrawn, the partner share "
                "ended, or the authorizing login lost its role on the account.",
            .impact =
                "Software using this app can neither read nor change this account. Running ads keep spending.",
            .fix_short = "client must re-authorize",
            .fix_short_us = "restore our role, re-authorize",
            .fix = {STEP_REGRANT, STEP_SAME_APP, STEP_DEVELOPER, STEP_AUTHORIZE},
            .fix_us_first = STEP_OUR_SHARE,
        },
    [CAUSE_NEVER_CONNECTED] =
        {
            ROW("never_connected", CLASS_AUTHZ, STATE_CRITICAL, URGENCY_LOW, SCOPE_ADVERTISER, ACTOR_GRANTOR),
            .reauthorize = true,
            .lost = "never authorized",
            .meaning = "The inventory expects this account, but no token of ours has ever covered it.",
            .impact = "Software using this app can neither read nor change this account.",
            .fix_short = "client must authorize the app",
            .fix_short_us = "share the account, then authorize",
            .fix = {"Check the id in the inventory: a wrong id can never be authorized.", STEP_REGRANT,
                    STEP_SAME_APP, STEP_DEVELOPER, STEP_AUTHORIZE},
            .fix_us_first = STEP_OUR_SHARE,
        },
    [CAUSE_ACCOUNT_ACCESS] =
        {
            ROW("account_access", CLASS_AUTHZ, STATE_CRITICAL, URGENCY_LOW, SCOPE_ADVERTISER, ACTOR_GRANTOR),
            .reauthorize = true,
            .lost = "no app access",
            .meaning = "TikTok confirms that the app may not act for this account, and our history does not say "
                       "whether it ever could.",
            .impact =
                "Software using this app can neither read nor change this account. Running ads keep spending.",
            .fix_short = "client must re-authorize",
            .fix_short_us = "restore our role, re-authorize",
            .fix = {STEP_REGRANT, STEP_SAME_APP, STEP_DEVELOPER, STEP_AUTHORIZE},
            .fix_us_first = STEP_OUR_SHARE,
        },
    [CAUSE_ENDPOINT_PERMISSION] =
        {
            ROW("endpoint_permission", CLASS_AUTHZ, STATE_CRITICAL, URGENCY_LOW, SCOPE_ENDPOINT, ACTOR_US),
            .reauthorize = true,
            .lost = "endpoint permission missing",
            .meaning = "The grant does not include one endpoint. The rest of the API still works.",
            .impact =
                "Software using this app gets an error from this endpoint for every account under the token.",
            .fix_short = "add the permission, re-authorize",
            .fix = {STEP_PERMISSION_ADD, STEP_PERMISSION_WAIT, STEP_PERMISSION_AUTHORIZE},
        },
    [CAUSE_SCOPE_MISSING] =
        {
            ROW("scope_missing", CLASS_AUTHZ, STATE_CRITICAL, URGENCY_LOW, SCOPE_ENDPOINT, ACTOR_US),
            .reauthorize = true,
            .lost = "token lacks a scope",
            .meaning =
                "The token was issued without a scope that the endpoint needs. The rest of the API still works.",
            .impact =
                "Software using this app gets an error from this endpoint for every account under the token.",
            .fix_short = "add the scope, re-authorize",
            .fix = {"Check that the request used the right method for the endpoint.", STEP_PERMISSION_ADD,
                    STEP_PERMISSION_WAIT, STEP_PERMISSION_AUTHORIZE},
        },
    [CAUSE_ASSET_PERMISSION] =
        {
            ROW("asset_permission", CLASS_AUTHZ, STATE_CRITICAL, URGENCY_LOW, SCOPE_ADVERTISER,
                ACTOR_BUSINESS_CENTER_ADMIN),
            .lost = "asset permission missing",
            .meaning = "The account itself is authorized, but one asset or one Business Center feature is not: a "
                       "catalog, a pixel, Automated Rules or the like.",
            .impact = "Software using this app can not work with that asset. The rest of the account works.",
            .fix_short = "Business Center admin must grant",
            .fix =
                {"Find the asset or feature in the message.",
                 "Have an admin of the Business Center that owns it assign it to the authorizing login, with the "
                 "role that the operation needs: Business Center, Assets.",
                 "If the error stays after an hour, authorize again for a new token."},
        },
    [CAUSE_NOT_ALLOWED] =
        {
            ROW("not_allowed", CLASS_AUTHZ, STATE_CRITICAL, URGENCY_LOW, SCOPE_APP, ACTOR_US),
            .lost = "not allow-listed by TikTok",
            .meaning =
                "TikTok has not admitted this app or company to what was asked: it is on no allow list, or the "
                "method is forbidden to it.",
            .impact = "Software using this app can not use this feature for any account.",
            .fix_short = "ask TikTok to allow-list us",
            .fix = {"Check in the documentation whether the feature is open to every app.",
                    "Check that the company of the developer account is the company the grant was made to.",
                    "Ask the TikTok representative or support to put the app on the allow list, naming app_id and "
                    "request_id."},
        },
    [CAUSE_APP_MISMATCH] =
        {
            ROW("app_mismatch", CLASS_APP, STATE_CRITICAL, URGENCY_HIGH, SCOPE_TOKEN, ACTOR_US),
            .reauthorize = true,
            .lost = "token is of another app",
            .lost_own = "belongs to another app",
            .meaning = "app_id and token do not belong together: the token was issued for another app.",
            .impact = "No account under this token can be reached with this configuration.",
            .fix_short = "fix our app_id or token now",
            .fix =
                {"Compare app_id in the configuration with the app the token was issued for: tiktok-auth doctor.",
                 "Name the right app in the section of the token, or put the right token in its file.",
                 "If the right token is lost, run the authorization again for a new token."},
        },
    [CAUSE_APP_BLOCKED] =
        {
            ROW("app_blocked", CLASS_APP, STATE_CRITICAL, URGENCY_HIGH, SCOPE_APP, ACTOR_US),
            .lost = "app blocked by TikTok",
            .lost_own = "blocked by TikTok",
            .meaning = "TikTok has rejected, suspended or blocked the app or its developer account.",
            .impact = "Nothing that uses this app works, for any account.",
            .fix_short = "review our developer account now",
            .fix =
                {"Open the TikTok developer portal and read the status of the app and of the developer account.",
                 "Mend what the notice there names, and submit the app again or appeal.",
                 "Escalate to the TikTok representative, naming app_id and request_id.",
                 "Once it is approved, check whether the tokens still work: tiktok-auth sweep."},
        },
    [CAUSE_APP_CREDENTIALS] =
        {
            ROW("app_credentials", CLASS_APP, STATE_CRITICAL, URGENCY_HIGH, SCOPE_APP, ACTOR_US),
            .lost = "app_id or secret refused",
            .meaning = "TikTok refuses app_id or secret: one of them is wrong, or the secret was reset.",
            .impact = "The accounts of this app can not be verified. After a reset of the secret its tokens may "
                      "be dead.",
            .fix_short = "correct our app secret now",
            .fix = {"Compare app_id and secret with those shown in the TikTok developer portal.",
                    "Put the right secret into the secret_file of the app, then run tiktok-auth doctor.",
                    "If the secret was reset and tokens fail, run the authorization again for each token."},
        },
    [CAUSE_TOKEN_REVOKED] =
        {
            ROW("token_revoked", CLASS_TOKEN, STATE_CRITICAL, URGENCY_HIGH, SCOPE_TOKEN, ACTOR_GRANTOR),
            .reauthorize = true,
            .lost = "its token is dead",
            .lost_own = "dead",
            .meaning = "The access token is incorrect or was revoked.",
            .impact = "Every account that only this token covers is out of reach for software using this app.",
            .fix_short = "its owner must re-authorize now",
            .fix_short_us = "we must re-authorize now",
            .fix = {"Check that the token in its file is whole and the one last issued.",
                    "Ask whether somebody revoked it, or reset the secret of the app: both end tokens for good.",
                    STEP_AUTHORIZE, "Compare the accounts the new token covers with those of the old one."},
        },
    [CAUSE_TOKEN_EXPIRED] =
        {
            ROW("token_expired", CLASS_TOKEN, STATE_CRITICAL, URGENCY_HIGH, SCOPE_TOKEN, ACTOR_US),
            .reauthorize = true,
            .lost = "its token has expired",
            .lost_own = "expired",
            .meaning = "The token is past its lifetime. Marketing tokens do not expire, those of TikTok users do.",
            .impact = "Every account that only this token covers is out of reach for software using this app.",
            .fix_short = "we must refresh the token now",
            .fix = {"Refresh it with its refresh token: tiktok-auth refresh --token NAME.",
                    "If the refresh token has expired too, run the authorization again for a new token.",
                    "Find out why it was not refreshed in time."},
        },
    [CAUSE_TOKEN_USER] =
        {
            ROW("token_user", CLASS_TOKEN, STATE_CRITICAL, URGENCY_LOW, SCOPE_ADVERTISER, ACTOR_GRANTOR),
            .reauthorize = true,
            .lost = "login lost its role",
            .meaning =
                "The login behind the token is not valid for this account: it has no role on it, or no longer.",
            .impact = "Software using this app can neither read nor change this account. Others may still work.",
            .fix_short = "client must restore the role",
            .fix_short_us = "restore the role of our login",
            .fix = {"See whose login the token is: tiktok-auth doctor.",
                    "Give that login its role on the account back: TikTok Business Center, Members or Partners.",
                    "Or authorize with a login that has a role on the account, for a new token."},
            .fix_us_first = STEP_OUR_SHARE,
        },
    [CAUSE_TOKEN_EMPTY] =
        {
            ROW("token_empty", CLASS_TOKEN, STATE_UNKNOWN, URGENCY_HIGH, SCOPE_TOKEN, ACTOR_US),
            .reauthorize = true,
            .lost = "no token configured",
            .meaning =
                "The request carried no access token: our configuration is at fault, not the authorization.",
            .impact = "The accounts of this token can not be verified.",
            .fix_short = "fix our token file now",
            .fix = {"Look at the file or command that yields the token: is it empty, or not readable for us?",
                    "Check that no proxy on the way removes the header Access-Token.", "Run tiktok-auth doctor."},
        },
    [CAUSE_REFRESH_DUE] =
        {
            ROW("refresh_due", CLASS_TOKEN, STATE_WARNING, URGENCY_LOW, SCOPE_TOKEN, ACTOR_US),
            .reauthorize = true,
            .lost = "it can not be refreshed for long",
            .lost_own = "can not be refreshed for long",
            .meaning =
                "The refresh token nears its end, is not valid, or can not be used. Past the end of the access "
                "token nothing works any more.",
            .impact = "None yet. When it ends, every account under this token is out of reach within a day.",
            .fix_short = "authorize again before it ends",
            .fix =
                {"Where the message names a file or a secret of ours, mend that: the token is then refreshed by "
                 "itself.",
                 "Else run the authorization again, and write the new pair of tokens into the token file before "
                 "the date shown.",
                 "Check that the new token covers the same accounts."},
        },
    [CAUSE_DELETED] =
        {
            ROW("deleted", CLASS_ACCOUNT, STATE_CRITICAL, URGENCY_LOW, SCOPE_ADVERTISER, ACTOR_US),
            .lost = "account gone or id wrong",
            .meaning = "TikTok knows no account with this id: it was deleted, or the id is wrong.",
            .impact = "Nothing can be read from or changed on this account by anybody.",
            .fix_short = "correct the id or retire it",
            .fix = {"Do not re-authorize: it will not help.", "Compare the id with TikTok Ads Manager.",
                    STEP_RETIRE},
        },
    [CAUSE_ACCOUNT_CLOSED] =
        {
            ROW("account_closed", CLASS_ACCOUNT, STATE_CRITICAL, URGENCY_LOW, SCOPE_ADVERTISER, ACTOR_US),
            .lost = "account closed",
            .meaning = "The account was closed for good.",
            .impact = "No ads run on this account and none can be started.",
            .fix_short = "retire it: tiktok-auth retire",
            .fix = {"Do not re-authorize: it will not help.", "Ask the client whether the closing was meant.",
                    STEP_RETIRE},
        },
    [CAUSE_ACCOUNT_SUSPENDED] =
        {
            ROW("account_suspended", CLASS_ACCOUNT, STATE_WARNING, URGENCY_LOW, SCOPE_ADVERTISER,
                ACTOR_ADVERTISER),
            .lost = "account suspended",
            .meaning = "TikTok has suspended or limited the account. Our authorization still stands.",
            .impact = "Ads of this account do not deliver until the suspension is lifted.",
            .fix_short = "advertiser must appeal to TikTok",
            .fix = {"Do not re-authorize: it will not help.",
                    "Have the advertiser read the notice in TikTok Ads Manager and appeal there."},
        },
    [CAUSE_ACCOUNT_IN_REVIEW] =
        {
            ROW("account_in_review", CLASS_ACCOUNT, STATE_WARNING, URGENCY_LOW, SCOPE_ADVERTISER, ACTOR_TIKTOK),
            .lost = "account in review",
            .meaning = "TikTok is still reviewing the account. Our authorization stands.",
            .impact = "Ads of this account do not deliver until the review is over.",
            .fix_short = "wait for the review of TikTok",
            .fix = {"Wait for the review.", "After three working days have the advertiser ask TikTok support."},
        },
    [CAUSE_ACCOUNT_REJECTED] =
        {
            ROW("account_rejected", CLASS_ACCOUNT, STATE_WARNING, URGENCY_LOW, SCOPE_ADVERTISER, ACTOR_ADVERTISER),
            .lost = "account failed its review",
            .meaning = "The review of the account failed. Our authorization stands.",
            .impact = "Ads of this account do not deliver until it passes.",
            .fix_short = "advertiser must mend and resubmit",
            .fix = {"Do not re-authorize: it will not help.",
                    "Have the advertiser mend what TikTok Ads Manager names, and submit the account again."},
        },
    [CAUSE_VIDEO_PROCESSING] =
        {
            ROW("video_processing", CLASS_FILE, STATE_WARNING, URGENCY_LOW, SCOPE_VIDEO, ACTOR_TIKTOK),
            .lost = "video not usable yet",
            .lost_own = "not usable yet",
            .meaning = "TikTok has not finished processing the uploaded video.",
            .impact = "The video can not be used in an ad yet.",
            .fix_short = "wait: TikTok is still processing",
            .fix = {"Wait until the video is usable or its deadline passes: tiktok-auth videos --wait asks with "
                    "growing pauses.",
                    "Do not upload it again before that."},
        },
    [CAUSE_VIDEO_FAILED] =
        {
            ROW("video_failed", CLASS_FILE, STATE_CRITICAL, URGENCY_LOW, SCOPE_VIDEO, ACTOR_US),
            .lost = "video failed",
            .lost_own = "failed",
            .meaning = "The video failed in processing, is unknown to TikTok, or was not usable by its deadline.",
            .impact = "The video can not be used in an ad.",
            .fix_short = "check the file, upload it again",
            .fix = {"Check format, length and size of the file against the video specification.",
                    "Upload it again and use the new video id. If it is watched: tiktok-auth videos --unwatch "
                    "lets it go."},
        },
    [CAUSE_THROTTLED] =
        {
            KEEPS("throttled", CLASS_RATE, URGENCY_NONE, SCOPE_APP, ACTOR_NOBODY),
            .lost = "TikTok quota reached",
            .meaning =
                "A request quota is used up, perhaps by other software of the same app. It says nothing about "
                "authorization.",
            .impact =
                "Verdicts age until the quota is free again. Other software of this app may be throttled too.",
            .fix_short = "no action, monitoring backs off",
            .fix = {STEP_BACK_OFF,
                    "If it lasts for hours, see which software of the app uses up the quota, or lower "
                    "budget in its section."},
        },
    [CAUSE_TIKTOK_FAULT] =
        {
            KEEPS("tiktok_fault", CLASS_TRANSIENT, URGENCY_NONE, SCOPE_API, ACTOR_TIKTOK),
            .lost = "TikTok error",
            .meaning = "TikTok failed to process a sound request. It says nothing about authorization.",
            .impact = "Verdicts age until TikTok answers again.",
            .fix_short = "no action, TikTok must recover",
            .fix = {"Nothing to do at first: requests are repeated after 1, 2, 4, 8 and 16 s, at most 5 times.",
                    "If it lasts for more than 30 min, look at the TikTok status page and escalate to TikTok with "
                    "the "
                    "request_id."},
        },
    [CAUSE_EDGE_FAULT] =
        {
            KEEPS("edge_fault", CLASS_TRANSIENT, URGENCY_NONE, SCOPE_API, ACTOR_TIKTOK),
            .lost = "unreadable answer",
            .meaning =
                "The answer did not come from the API itself: an HTTP error, a page or text without a code, or "
                "broken JSON.",
            .impact = "Verdicts age until the API answers again.",
            .fix_short = "no action, the API must recover",
            .fix = {"Nothing to do at first: requests are repeated.",
                    "If it lasts, check that base_url is right and no proxy of ours answers in place of TikTok.",
                    "After 30 min look at the TikTok status page and escalate."},
        },
    [CAUSE_NETWORK_FAULT] =
        {
            KEEPS("network_fault", CLASS_TRANSIENT, URGENCY_NONE, SCOPE_API, ACTOR_US),
            .lost = "TikTok not reached",
            .meaning = "No answer arrived: name lookup, connection, TLS or a time limit failed.",
            .impact = "Verdicts age until the API can be reached again.",
            .fix_short = "check our network if it lasts",
            .fix = {"If it lasts, check from this host: name lookup, firewall, proxy and CA file (tiktok-auth "
                    "doctor)."},
        },
    [CAUSE_EGRESS_BLOCKED] =
        {
            KEEPS("egress_blocked", CLASS_NETWORK, URGENCY_HIGH, SCOPE_API, ACTOR_US),
            .lost = "our address is refused",
            .meaning = "TikTok refuses the address our requests come from. The credentials are not at fault.",
            .impact =
                "Nothing can be verified from this host, and other software behind the same address fails too.",
            .fix_short = "change our outgoing address now",
            .fix = {"Find the address our requests leave from: a VPN, proxy or cloud region may have changed it.",
                    "Route them through an address in a country that TikTok serves, or set proxy in the section "
                    "api."},
        },
    [CAUSE_REQUEST_FAULT] =
        {
            KEEPS("request_fault", CLASS_PARAM, URGENCY_LOW, SCOPE_API, ACTOR_US),
            .lost = "our request was refused",
            .meaning = "TikTok refuses our request as malformed: a fault of ours, not of the authorization.",
            .impact = "What was asked could not be verified, so its verdict ages.",
            .fix_short = "check our configuration",
            .fix =
                {"Read the message: it names the field. Check base_url, ids and permissions in the configuration.",
                 "If they are right, report it as a fault of this program, with message and request_id."},
        },
    [CAUSE_UNKNOWN] =
        {
            KEEPS("unknown", CLASS_UNKNOWN, URGENCY_LOW, SCOPE_ADVERTISER, ACTOR_US),
            .lost = "answer not understood",
            .meaning = "Neither the code nor the message is known to this version.",
            .impact = "What was asked could not be verified, so its verdict ages.",
            .fix_short = "look the code up with TikTok",
            .fix = {"Look the code up in the documentation of return codes.",
                    "Ask TikTok support, naming code, message and request_id.",
                    "Report it, so that the next version knows it."},
        },
    [CAUSE_NOT_VERIFIED] =
        {
            ROW("not_verified", CLASS_NONE, STATE_UNKNOWN, URGENCY_LOW, SCOPE_API, ACTOR_US),
            .lost = "not verified",
            .meaning =
                "Nothing could be verified for longer than stale_after, so the last known state no longer counts.",
            .impact = "A loss of authorization would not be noticed now.",
            .fix_short = "find out why sweeps fail",
            .fix = {"Run tiktok-auth doctor: it tests configuration, secrets, store, network and each token.",
                    "Run tiktok-auth sweep and see whether it ends well."},
        },
    [CAUSE_AUTH_CODE] =
        {
            KEEPS("auth_code", CLASS_APP, URGENCY_NONE, SCOPE_CONNECT, ACTOR_GRANTOR),
            .lost = "authorization not completed",
            .meaning =
                "The auth_code was cancelled, used already, or older than an hour. Only connecting is concerned.",
            .impact = "No new token was issued. Tokens issued before keep working.",
            .fix_short = "start the authorization again",
            .fix = {"Open the authorization link again and confirm, for a new auth_code.",
                    "Complete it within an hour. Each auth_code works once."},
        },
    [CAUSE_NOT_HANDED_OVER] =
        {
            ROW("not_handed_over", CLASS_NONE, STATE_CRITICAL, URGENCY_HIGH, SCOPE_TOKEN, ACTOR_US),
            .lost = "new token not handed over",
            .meaning =
                "The token was authorized again and works, but on_new_token did not take it: other software "
                "that uses this app goes on with the old one.",
            .impact = "Software that still uses the old token may fail for every account under it.",
            .fix_short = "hand the new token over",
            .fix =
                {"Find out why on_new_token failed: the message says how, its own log says why. It gets the token "
                 "on standard input.",
                 "Mend it, then run: tiktok-auth reauthorize --token NAME --hand-over.",
                 "Until then give your software the token by hand, from its token_file."},
        },
};
