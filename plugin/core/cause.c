/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Looks causes up in their table. */
#include "core/cause.h"

#include "core/cause_table.h"

#include <string.h>

const char cause_documentation[] = "https://business-api.tiktok.com/portal/docs?id=1738373164380162";

const struct cause_info *cause_info(enum cause cause)
{
    return &cause_table[(size_t)cause < CAUSE_COUNT ? cause : CAUSE_UNKNOWN];
}

const char *cause_name(enum cause cause)
{
    return cause_info(cause)->name;
}

bool cause_from_name(const char *name, enum cause *out)
{
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        if (strcmp(cause_table[i].name, name) == 0) {
            *out = (enum cause)i;
            return true;
        }
    }
    return false;
}

const char *class_name(enum answer_class class)
{
    switch (class) {
    case CLASS_OK:
        return "ok";
    case CLASS_PARTIAL:
        return "partial";
    case CLASS_AUTHZ:
        return "authz";
    case CLASS_TOKEN:
        return "token";
    case CLASS_APP:
        return "app";
    case CLASS_RATE:
        return "rate";
    case CLASS_TRANSIENT:
        return "transient";
    case CLASS_PARAM:
        return "param";
    case CLASS_ACCOUNT:
        return "account";
    case CLASS_FILE:
        return "file";
    case CLASS_NETWORK:
        return "network";
    case CLASS_NONE:
        return "none";
    case CLASS_UNKNOWN:
        return "unknown";
    }
    return "unknown";
}

size_t cause_fix_steps(enum cause cause, enum grantor granted_by, const char **steps, size_t max)
{
    const struct cause_info *info = cause_info(cause);
    size_t count = 0;

    if (granted_by == GRANTED_BY_US && info->fix_us_first && count < max)
        steps[count++] = info->fix_us_first;
    for (size_t i = 0; info->fix[i] && count < max; i++)
        steps[count++] = info->fix[i];
    return count;
}

const char *cause_fix_short(enum cause cause, enum grantor granted_by)
{
    const struct cause_info *info = cause_info(cause);

    return granted_by == GRANTED_BY_US && info->fix_short_us ? info->fix_short_us : info->fix_short;
}
