/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The objects of TIKTOK-AUTH-MIB: one list, from which come their names in C and the table in mib.c. A number is
 * never given again; new objects are added at a group's end. */
#ifndef TTA_CORE_MIB_OBJECTS_H
#define TTA_CORE_MIB_OBJECTS_H

/* X(group, number, name in C, name, syntax, access) */
#define MIB_OBJECTS(X)                                                                    \
    X(SCALARS, 1, SUMMARY, "ttaSummary", TEXT, READ)                                      \
    X(SCALARS, 2, WORST_STATE, "ttaWorstState", STATE, READ)                              \
    X(SCALARS, 3, ADVERTISERS, "ttaAdvertisers", GAUGE, READ)                             \
    X(SCALARS, 4, ADVERTISERS_OK, "ttaAdvertisersOk", GAUGE, READ)                        \
    X(SCALARS, 5, ADVERTISERS_WARNING, "ttaAdvertisersWarning", GAUGE, READ)              \
    X(SCALARS, 6, ADVERTISERS_CRITICAL, "ttaAdvertisersCritical", GAUGE, READ)            \
    X(SCALARS, 7, ADVERTISERS_UNKNOWN, "ttaAdvertisersUnknown", GAUGE, READ)              \
    X(SCALARS, 8, ADVERTISERS_UNAUTHORIZED, "ttaAdvertisersUnauthorized", GAUGE, READ)    \
    X(SCALARS, 9, ROOT_CAUSES, "ttaRootCauses", GAUGE, READ)                              \
    X(SCALARS, 10, API_STATE, "ttaApiState", STATE, READ)                                 \
    X(SCALARS, 11, API_SUMMARY, "ttaApiSummary", TEXT, READ)                              \
    X(SCALARS, 12, ROUND_TIME, "ttaRoundTime", TIME, READ)                                \
    X(SCALARS, 13, ROUND_AGE, "ttaRoundAge", AGE, READ)                                   \
    X(SCALARS, 14, OLDEST_VERIFIED, "ttaOldestVerified", TIME, READ)                      \
    X(SCALARS, 15, OLDEST_VERIFIED_AGE, "ttaOldestVerifiedAge", AGE, READ)                \
    X(SCALARS, 16, ROUND_INTERVAL, "ttaRoundInterval", NUMBER, READ)                      \
    X(SCALARS, 17, STALE_AFTER, "ttaStaleAfter", NUMBER, READ)                            \
    X(SCALARS, 18, ROUNDS, "ttaRounds", COUNTER, READ)                                    \
    X(SCALARS, 19, ROUNDS_FAILED, "ttaRoundsFailed", COUNTER, READ)                       \
    X(SCALARS, 20, API_CALLS, "ttaApiCalls", COUNTER, READ)                               \
    X(SCALARS, 21, THROTTLED, "ttaThrottled", COUNTER, READ)                              \
    X(SCALARS, 22, FAULTS, "ttaFaults", COUNTER, READ)                                    \
    X(SCALARS, 23, NOTIFICATIONS_SENT, "ttaNotificationsSent", COUNTER, READ)             \
    X(SCALARS, 24, NOTIFICATIONS_SUPPRESSED, "ttaNotificationsSuppressed", COUNTER, READ) \
    X(SCALARS, 25, NOTIFICATIONS_PENDING, "ttaNotificationsPending", GAUGE, READ)         \
    X(SCALARS, 26, LAST_EVENT, "ttaLastEvent", NUMBER, READ)                              \
    X(SCALARS, 27, CONFIG_STATE, "ttaConfigState", CONFIG, READ)                          \
    X(SCALARS, 28, CONFIG_FAULT, "ttaConfigFault", LONG_TEXT, READ)                       \
    X(SCALARS, 29, VERSION, "ttaVersion", TEXT, READ)                                     \
    X(SCALARS, 30, STARTED, "ttaStarted", TIME, READ)                                     \
    X(SCALARS, 31, UPTIME, "ttaUptime", AGE, READ)                                        \
    X(APP, 1, APP_INDEX, "ttaAppIndex", WORD, INDEX)                                      \
    X(APP, 2, APP_NAME, "ttaAppName", WORD, READ)                                         \
    X(APP, 3, APP_ID, "ttaAppId", WORD, READ)                                             \
    X(APP, 4, APP_STATE, "ttaAppState", STATE, READ)                                      \
    X(APP, 5, APP_CAUSE, "ttaAppCause", CAUSE, READ)                                      \
    X(APP, 6, APP_CODE, "ttaAppCode", WORD, READ)                                         \
    X(APP, 7, APP_MESSAGE, "ttaAppMessage", TEXT, READ)                                   \
    X(APP, 8, APP_SINCE, "ttaAppSince", TIME, READ)                                       \
    X(APP, 9, APP_SINCE_AGE, "ttaAppSinceAge", AGE, READ)                                 \
    X(APP, 10, APP_LAST_OK, "ttaAppLastOk", TIME, READ)                                   \
    X(APP, 11, APP_LAST_OK_AGE, "ttaAppLastOkAge", AGE, READ)                             \
    X(APP, 12, APP_VERIFIED, "ttaAppVerified", TIME, READ)                                \
    X(APP, 13, APP_VERIFIED_AGE, "ttaAppVerifiedAge", AGE, READ)                          \
    X(APP, 14, APP_ADVERTISERS, "ttaAppAdvertisers", GAUGE, READ)                         \
    X(APP, 15, APP_OK, "ttaAppOk", GAUGE, READ)                                           \
    X(APP, 16, APP_WARNING, "ttaAppWarning", GAUGE, READ)                                 \
    X(APP, 17, APP_CRITICAL, "ttaAppCritical", GAUGE, READ)                               \
    X(APP, 18, APP_UNKNOWN, "ttaAppUnknown", GAUGE, READ)                                 \
    X(APP, 19, APP_UNAUTHORIZED, "ttaAppUnauthorized", GAUGE, READ)                       \
    X(APP, 20, APP_URGENCY, "ttaAppUrgency", URGENCY, READ)                               \
    X(APP, 21, APP_ACTOR, "ttaAppActor", ACTOR, READ)                                     \
    X(TOKEN, 1, TOKEN_INDEX_APP, "ttaTokenIndexApp", WORD, INDEX)                         \
    X(TOKEN, 2, TOKEN_INDEX, "ttaTokenIndex", WORD, INDEX)                                \
    X(TOKEN, 3, TOKEN_APP, "ttaTokenApp", WORD, READ)                                     \
    X(TOKEN, 4, TOKEN_NAME, "ttaTokenName", WORD, READ)                                   \
    X(TOKEN, 5, TOKEN_STATE, "ttaTokenState", STATE, READ)                                \
    X(TOKEN, 6, TOKEN_CAUSE, "ttaTokenCause", CAUSE, READ)                                \
    X(TOKEN, 7, TOKEN_CODE, "ttaTokenCode", WORD, READ)                                   \
    X(TOKEN, 8, TOKEN_MESSAGE, "ttaTokenMessage", TEXT, READ)                             \
    X(TOKEN, 9, TOKEN_SINCE, "ttaTokenSince", TIME, READ)                                 \
    X(TOKEN, 10, TOKEN_SINCE_AGE, "ttaTokenSinceAge", AGE, READ)                          \
    X(TOKEN, 11, TOKEN_LAST_OK, "ttaTokenLastOk", TIME, READ)                             \
    X(TOKEN, 12, TOKEN_LAST_OK_AGE, "ttaTokenLastOkAge", AGE, READ)                       \
    X(TOKEN, 13, TOKEN_VERIFIED, "ttaTokenVerified", TIME, READ)                          \
    X(TOKEN, 14, TOKEN_VERIFIED_AGE, "ttaTokenVerifiedAge", AGE, READ)                    \
    X(TOKEN, 15, TOKEN_GRANTED_BY, "ttaTokenGrantedBy", GRANTOR, READ)                    \
    X(TOKEN, 16, TOKEN_LOGIN, "ttaTokenLogin", TEXT, READ)                                \
    X(TOKEN, 17, TOKEN_ATTEMPT, "ttaTokenAttempt", TIME, READ)                            \
    X(TOKEN, 18, TOKEN_ATTEMPT_AGE, "ttaTokenAttemptAge", AGE, READ)                      \
    X(TOKEN, 19, TOKEN_FAULT, "ttaTokenFault", CAUSE, READ)                               \
    X(TOKEN, 20, TOKEN_ADVERTISERS, "ttaTokenAdvertisers", GAUGE, READ)                   \
    X(TOKEN, 21, TOKEN_OK, "ttaTokenOk", GAUGE, READ)                                     \
    X(TOKEN, 22, TOKEN_WARNING, "ttaTokenWarning", GAUGE, READ)                           \
    X(TOKEN, 23, TOKEN_CRITICAL, "ttaTokenCritical", GAUGE, READ)                         \
    X(TOKEN, 24, TOKEN_UNKNOWN, "ttaTokenUnknown", GAUGE, READ)                           \
    X(TOKEN, 25, TOKEN_UNAUTHORIZED, "ttaTokenUnauthorized", GAUGE, READ)                 \
    X(TOKEN, 26, TOKEN_URGENCY, "ttaTokenUrgency", URGENCY, READ)                         \
    X(TOKEN, 27, TOKEN_ACTOR, "ttaTokenActor", ACTOR, READ)                               \
    X(TOKEN, 28, TOKEN_NOTE, "ttaTokenNote", TEXT, READ)                                  \
    X(ADVERTISER, 1, ADVERTISER_INDEX_APP, "ttaAdvertiserIndexApp", WORD, INDEX)          \
    X(ADVERTISER, 2, ADVERTISER_INDEX, "ttaAdvertiserIndex", WORD, INDEX)                 \
    X(ADVERTISER, 3, ADVERTISER_APP, "ttaAdvertiserApp", WORD, READ)                      \
    X(ADVERTISER, 4, ADVERTISER_ID, "ttaAdvertiserId", WORD, READ)                        \
    X(ADVERTISER, 5, ADVERTISER_NAME, "ttaAdvertiserName", TEXT, READ)                    \
    X(ADVERTISER, 6, ADVERTISER_STATE, "ttaAdvertiserState", STATE, READ)                 \
    X(ADVERTISER, 7, ADVERTISER_CAUSE, "ttaAdvertiserCause", CAUSE, READ)                 \
    X(ADVERTISER, 8, ADVERTISER_OWNER, "ttaAdvertiserOwner", TEXT, READ)                  \
    X(ADVERTISER, 9, ADVERTISER_SINCE, "ttaAdvertiserSince", TIME, READ)                  \
    X(ADVERTISER, 10, ADVERTISER_SINCE_AGE, "ttaAdvertiserSinceAge", AGE, READ)           \
    X(ADVERTISER, 11, ADVERTISER_VERIFIED, "ttaAdvertiserVerified", TIME, READ)           \
    X(ADVERTISER, 12, ADVERTISER_VERIFIED_AGE, "ttaAdvertiserVerifiedAge", AGE, READ)     \
    X(PROBLEM, 1, PROBLEM_INDEX_KIND, "ttaProblemIndexKind", KIND, INDEX)                 \
    X(PROBLEM, 2, PROBLEM_INDEX_APP, "ttaProblemIndexApp", WORD, INDEX)                   \
    X(PROBLEM, 3, PROBLEM_INDEX, "ttaProblemIndex", TEXT, INDEX)                          \
    X(PROBLEM, 4, PROBLEM_KIND, "ttaProblemKind", KIND, READ)                             \
    X(PROBLEM, 5, PROBLEM_APP, "ttaProblemApp", WORD, READ)                               \
    X(PROBLEM, 6, PROBLEM_ID, "ttaProblemId", TEXT, READ)                                 \
    X(PROBLEM, 7, PROBLEM_NAME, "ttaProblemName", TEXT, READ)                             \
    X(PROBLEM, 8, PROBLEM_STATE, "ttaProblemState", STATE, READ)                          \
    X(PROBLEM, 9, PROBLEM_CAUSE, "ttaProblemCause", CAUSE, READ)                          \
    X(PROBLEM, 10, PROBLEM_CODE, "ttaProblemCode", WORD, READ)                            \
    X(PROBLEM, 11, PROBLEM_MESSAGE, "ttaProblemMessage", TEXT, READ)                      \
    X(PROBLEM, 12, PROBLEM_REQUEST_ID, "ttaProblemRequestId", TEXT, READ)                 \
    X(PROBLEM, 13, PROBLEM_SINCE, "ttaProblemSince", TIME, READ)                          \
    X(PROBLEM, 14, PROBLEM_SINCE_AGE, "ttaProblemSinceAge", AGE, READ)                    \
    X(PROBLEM, 15, PROBLEM_LAST_OK, "ttaProblemLastOk", TIME, READ)                       \
    X(PROBLEM, 16, PROBLEM_LAST_OK_AGE, "ttaProblemLastOkAge", AGE, READ)                 \
    X(PROBLEM, 17, PROBLEM_VERIFIED, "ttaProblemVerified", TIME, READ)                    \
    X(PROBLEM, 18, PROBLEM_VERIFIED_AGE, "ttaProblemVerifiedAge", AGE, READ)              \
    X(PROBLEM, 19, PROBLEM_OWNER, "ttaProblemOwner", TEXT, READ)                          \
    X(PROBLEM, 20, PROBLEM_CLIENT, "ttaProblemClient", TEXT, READ)                        \
    X(PROBLEM, 21, PROBLEM_URGENCY, "ttaProblemUrgency", URGENCY, READ)                   \
    X(PROBLEM, 22, PROBLEM_ACTOR, "ttaProblemActor", ACTOR, READ)                         \
    X(PROBLEM, 23, PROBLEM_ACTION, "ttaProblemAction", TEXT, READ)                        \
    X(PROBLEM, 24, PROBLEM_FIX, "ttaProblemFix", LONG_TEXT, READ)                         \
    X(PROBLEM, 25, PROBLEM_REAUTH_URL, "ttaProblemReauthUrl", LONG_TEXT, READ)            \
    X(PROBLEM, 26, PROBLEM_RUNBOOK_URL, "ttaProblemRunbookUrl", LONG_TEXT, READ)          \
    X(PROBLEM, 27, PROBLEM_ROOT_KIND, "ttaProblemRootKind", KIND, READ)                   \
    X(PROBLEM, 28, PROBLEM_ROOT_ID, "ttaProblemRootId", TEXT, READ)                       \
    X(PROBLEM, 29, PROBLEM_MEMBERS, "ttaProblemMembers", GAUGE, READ)                     \
    X(FIX, 1, FIX_INDEX, "ttaFixIndex", CAUSE, INDEX)                                     \
    X(FIX, 2, FIX_CAUSE, "ttaFixCause", WORD, READ)                                       \
    X(FIX, 3, FIX_CLASS, "ttaFixClass", WORD, READ)                                       \
    X(FIX, 4, FIX_STATE, "ttaFixState", STATE, READ)                                      \
    X(FIX, 5, FIX_URGENCY, "ttaFixUrgency", URGENCY, READ)                                \
    X(FIX, 6, FIX_ACTOR, "ttaFixActor", ACTOR, READ)                                      \
    X(FIX, 7, FIX_MEANING, "ttaFixMeaning", LONG_TEXT, READ)                              \
    X(FIX, 8, FIX_IMPACT, "ttaFixImpact", LONG_TEXT, READ)                                \
    X(FIX, 9, FIX_CLIENT, "ttaFixClient", LONG_TEXT, READ)                                \
    X(FIX, 10, FIX_US, "ttaFixUs", LONG_TEXT, READ)                                       \
    X(FIX, 11, FIX_RUNBOOK_URL, "ttaFixRunbookUrl", LONG_TEXT, READ)                      \
    X(EVENT, 1, EVENT_NUMBER, "ttaEventNumber", NUMBER, NOTIFY)                           \
    X(EVENT, 2, EVENT_TIME, "ttaEventTime", TIME, NOTIFY)                                 \
    X(EVENT, 3, EVENT_PREVIOUS_STATE, "ttaEventPreviousState", STATE, NOTIFY)             \
    X(EVENT, 4, EVENT_PREVIOUS_CAUSE, "ttaEventPreviousCause", CAUSE, NOTIFY)             \
    X(EVENT, 5, EVENT_CHANGES, "ttaEventChanges", GAUGE, NOTIFY)                          \
    X(EVENT, 6, EVENT_SUPPRESSED, "ttaEventSuppressed", GAUGE, NOTIFY)                    \
    X(EVENT, 7, EVENT_NOTE, "ttaEventNote", TEXT, NOTIFY)

#define MIB_OBJECT_NAME(group, number, id, name, syntax, access) MIB_##id,
enum mib_object { MIB_OBJECTS(MIB_OBJECT_NAME) MIB_OBJECT_COUNT };
#undef MIB_OBJECT_NAME

#endif
