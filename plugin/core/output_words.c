/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words that line 1 and the long text share. */
#include "core/output_words.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

bool output_has_fault(const struct fault *fault)
{
    return fault->cause != CAUSE_AUTHORIZED;
}

void output_fault_words(const struct fault *fault, struct buf *out)
{
    if (fault->has_code)
        buf_printf(out, "TikTok %" PRId64, fault->code);
    else if (fault->http_status > 0 && fault->http_status != 200)
        buf_printf(out, "HTTP %d", fault->http_status);
    else
        buf_str(out, cause_info(fault->cause)->lost);
}

static const char *kind_words(enum scope kind)
{
    switch (kind) {
    case SCOPE_API:
        return "TikTok API";
    case SCOPE_APP:
        return "app ";
    case SCOPE_TOKEN:
        return "token ";
    case SCOPE_CLIENT:
        return "client ";
    case SCOPE_ENDPOINT:
        return "endpoint ";
    case SCOPE_ADVERTISER:
        return "advertiser ";
    case SCOPE_VIDEO:
        return "video ";
    case SCOPE_CONNECT:
        return "connection ";
    }
    return "";
}

void output_root_words(enum scope kind, const char *id, size_t max, struct buf *out)
{
    buf_str(out, kind_words(kind));
    if (kind != SCOPE_API)
        text_engine(out, id, strlen(id), max);
}

void output_advertisers(uint32_t count, struct buf *out)
{
    buf_printf(out, "%" PRIu32 " advertiser%s", count, count == 1 ? "" : "s");
}

void output_lost_advertisers(const struct counts *counts, struct buf *out)
{
    uint32_t total = 0;

    for (size_t i = 0; i < TTA_LEN(counts->state); i++)
        total += counts->state[i];
    if (counts->unauthorized > 0 && counts->unauthorized < total)
        buf_printf(out, "%" PRIu32 " of ", counts->unauthorized);
    output_advertisers(total, out);
}

const char *output_lost_words(enum cause cause, bool own)
{
    const struct cause_info *info = cause_info(cause);

    return own && info->lost_own ? info->lost_own : info->lost;
}

enum grantor output_grantor(enum actor actor)
{
    return actor == ACTOR_US ? GRANTED_BY_US : GRANTED_BY_CLIENT;
}

const char *output_actor_words(enum actor actor)
{
    switch (actor) {
    case ACTOR_NOBODY:
        return "nobody";
    case ACTOR_GRANTOR:
        return "whoever granted access";
    case ACTOR_US:
        return "us";
    case ACTOR_CLIENT:
        return "the client";
    case ACTOR_ADVERTISER:
        return "the advertiser";
    case ACTOR_BUSINESS_CENTER_ADMIN:
        return "an admin of the Business Center";
    case ACTOR_TIKTOK:
        return "TikTok";
    }
    return "nobody";
}
