/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an answer's code and message mean together. */
#include "core/catalog.h"

#include "core/family.h"
#include "core/mention.h"
#include "core/words.h"

#include <string.h>

enum cause catalog_default_cause(enum answer_class class)
{
    switch (class) {
    case CLASS_OK:
        return CAUSE_AUTHORIZED;
    case CLASS_AUTHZ:
        return CAUSE_ACCOUNT_ACCESS;
    case CLASS_TOKEN:
        return CAUSE_TOKEN_REVOKED;
    case CLASS_APP:
        return CAUSE_APP_CREDENTIALS;
    case CLASS_RATE:
        return CAUSE_THROTTLED;
    case CLASS_PARTIAL:
    case CLASS_TRANSIENT:
        return CAUSE_TIKTOK_FAULT;
    case CLASS_PARAM:
        return CAUSE_REQUEST_FAULT;
    case CLASS_ACCOUNT:
        return CAUSE_DELETED;
    case CLASS_FILE:
        return CAUSE_VIDEO_PROCESSING;
    case CLASS_NETWORK:
        return CAUSE_EGRESS_BLOCKED;
    case CLASS_NONE:
        return CAUSE_NOT_VERIFIED;
    case CLASS_UNKNOWN:
        return CAUSE_UNKNOWN;
    }
    return CAUSE_UNKNOWN;
}

/* Whose quota the code itself speaks of. */
static enum scope throttled_by_code(int64_t code)
{
    switch (code) {
    case 40016: /* the app's, for one endpoint */
    case 40132:
        return SCOPE_ENDPOINT;
    case 40133:
        return SCOPE_ADVERTISER;
    }
    return SCOPE_APP;
}

void catalog_classify(int64_t code, const char *message, struct finding *out)
{
    const struct code_info *info = catalog_code(code);
    struct words words;

    if (!message)
        message = "";
    words_read(&words, message);
    memset(out, 0, sizeof *out);
    out->class = info ? info->class : CLASS_UNKNOWN;
    out->cause = info ? info->cause : CAUSE_UNKNOWN;
    if (out->class != CLASS_OK && out->class != CLASS_PARTIAL) {
        out->by_family = family_find(&words, code, out->class, &out->cause);
        if (out->by_family)
            out->class = cause_info(out->cause)->class;
        mention_endpoint(message, out->method, out->path);
        mention_advertiser(message, out->advertiser_id);
    }
    out->scope = cause_info(out->cause)->scope;
    if (out->cause == CAUSE_THROTTLED) {
        out->window = mention_window(&words);
        out->scope = mention_throttled(&words, throttled_by_code(code));
    }
}

enum cause catalog_account_status(const char *status)
{
    static const struct {
        const char *word;
        bool prefix;
        enum cause cause;
    } statuses[] = {
        {"STATUS_ENABLE", false, CAUSE_AUTHORIZED},
        {"STATUS_LIMIT", false, CAUSE_ACCOUNT_SUSPENDED},
        {"STATUS_PUNISH", true, CAUSE_ACCOUNT_SUSPENDED},
        {"STATUS_DISABLE", false, CAUSE_ACCOUNT_CLOSED},
        {"STATUS_PENDING_", true, CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_WAIT_FOR_", true, CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_SELF_SERVICE_UNAUDITED", false, CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_CONTRACT_PENDING", false, CAUSE_ACCOUNT_IN_REVIEW},
        {"STATUS_CONFIRM_FAIL", true, CAUSE_ACCOUNT_REJECTED},
        {"STATUS_CONFIRM_MODIFY_FAIL", false, CAUSE_ACCOUNT_REJECTED},
    };

    for (size_t i = 0; status && i < TTA_LEN(statuses); i++) {
        const char *word = statuses[i].word;

        if (statuses[i].prefix ? strncmp(status, word, strlen(word)) == 0 : strcmp(status, word) == 0)
            return statuses[i].cause;
    }
    return CAUSE_UNKNOWN;
}
