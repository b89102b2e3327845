/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the advertiser table: few columns, read often. */
#include "agent/columns.h"

bool advertiser_value(struct picture *picture, const struct row_ref *row, enum mib_object object,
                      struct value *out)
{
    struct board_advertiser a;
    struct board_app app;
    struct verdict verdict;

    if (!snapshot_advertiser(picture->snapshot, row->at, &a))
        return false;
    verdict_at(picture->config, &a.verdict, snapshot_board(picture->snapshot)->stale_after_s, picture->now,
               &verdict);
    switch ((int)object) {
    case MIB_ADVERTISER_APP:
        if (!snapshot_app(picture->snapshot, a.app, &app))
            return false;
        value_text(out, MIB_WORD, app.name);
        return true;
    case MIB_ADVERTISER_ID:
        value_text(out, MIB_WORD, a.id);
        return true;
    case MIB_ADVERTISER_NAME:
        value_text(out, MIB_TEXT, a.name);
        return true;
    case MIB_ADVERTISER_STATE:
        value_enum(out, MIB_STATE, verdict.state);
        return true;
    case MIB_ADVERTISER_CAUSE:
        value_enum(out, MIB_CAUSE, verdict.cause);
        return true;
    case MIB_ADVERTISER_OWNER:
        value_text(out, MIB_TEXT, a.owner);
        return true;
    case MIB_ADVERTISER_SINCE:
        value_time(out, verdict.since);
        return true;
    case MIB_ADVERTISER_SINCE_AGE:
        value_age(out, verdict.since, picture->now);
        return true;
    case MIB_ADVERTISER_VERIFIED:
        value_time(out, verdict.verified_at);
        return true;
    case MIB_ADVERTISER_VERIFIED_AGE:
        value_age(out, verdict.verified_at, picture->now);
        return true;
    default:
        return false;
    }
}
