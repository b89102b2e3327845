/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the app table: what check_tiktok_auth --app says. */
#include "agent/columns.h"

#include "agent/columns_part.h"

static const struct part_column PART[] = {
    {MIB_APP_STATE, PART_STATE},
    {MIB_APP_CAUSE, PART_CAUSE},
    {MIB_APP_CODE, PART_CODE},
    {MIB_APP_MESSAGE, PART_MESSAGE},
    {MIB_APP_SINCE, PART_SINCE},
    {MIB_APP_SINCE_AGE, PART_SINCE_AGE},
    {MIB_APP_LAST_OK, PART_LAST_OK},
    {MIB_APP_LAST_OK_AGE, PART_LAST_OK_AGE},
    {MIB_APP_VERIFIED, PART_VERIFIED},
    {MIB_APP_VERIFIED_AGE, PART_VERIFIED_AGE},
    {MIB_APP_URGENCY, PART_URGENCY},
    {MIB_APP_ACTOR, PART_ACTOR},
    {MIB_APP_ADVERTISERS, PART_ADVERTISERS},
    {MIB_APP_OK, PART_OK},
    {MIB_APP_WARNING, PART_WARNING},
    {MIB_APP_CRITICAL, PART_CRITICAL},
    {MIB_APP_UNKNOWN, PART_UNKNOWN},
    {MIB_APP_UNAUTHORIZED, PART_UNAUTHORIZED},
};

bool app_value(struct picture *picture, const struct row_ref *row, enum mib_object object, struct value *out)
{
    const struct judgement *j;
    struct board_app app;

    if (!snapshot_app(picture->snapshot, row->at, &app))
        return false;
    j = picture_of(picture, &(struct selection){.kind = SELECT_APP, .app = app.name});
    if (part_value(PART, TTA_LEN(PART), object, j, out))
        return true;
    switch ((int)object) {
    case MIB_APP_NAME:
        value_text(out, MIB_WORD, app.name);
        return true;
    case MIB_APP_ID:
        value_text(out, MIB_WORD, app.app_id);
        return true;
    default:
        return false;
    }
}
