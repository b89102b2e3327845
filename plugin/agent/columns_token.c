/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the token table: what check_tiktok_auth --token says. */
#include "agent/columns.h"

#include "agent/columns_part.h"

static const struct part_column PART[] = {
    {MIB_TOKEN_STATE, PART_STATE},
    {MIB_TOKEN_CAUSE, PART_CAUSE},
    {MIB_TOKEN_CODE, PART_CODE},
    {MIB_TOKEN_MESSAGE, PART_MESSAGE},
    {MIB_TOKEN_SINCE, PART_SINCE},
    {MIB_TOKEN_SINCE_AGE, PART_SINCE_AGE},
    {MIB_TOKEN_LAST_OK, PART_LAST_OK},
    {MIB_TOKEN_LAST_OK_AGE, PART_LAST_OK_AGE},
    {MIB_TOKEN_VERIFIED, PART_VERIFIED},
    {MIB_TOKEN_VERIFIED_AGE, PART_VERIFIED_AGE},
    {MIB_TOKEN_URGENCY, PART_URGENCY},
    {MIB_TOKEN_ACTOR, PART_ACTOR},
    {MIB_TOKEN_ADVERTISERS, PART_ADVERTISERS},
    {MIB_TOKEN_OK, PART_OK},
    {MIB_TOKEN_WARNING, PART_WARNING},
    {MIB_TOKEN_CRITICAL, PART_CRITICAL},
    {MIB_TOKEN_UNKNOWN, PART_UNKNOWN},
    {MIB_TOKEN_UNAUTHORIZED, PART_UNAUTHORIZED},
};

bool token_value(struct picture *picture, const struct row_ref *row, enum mib_object object, struct value *out)
{
    const struct judgement *j;
    struct board_token token;

    if (!snapshot_token(picture->snapshot, row->at, &token))
        return false;
    j = picture_of(picture, &(struct selection){.kind = SELECT_TOKEN, .id = token.name});
    if (part_value(PART, TTA_LEN(PART), object, j, out))
        return true;
    switch ((int)object) {
    case MIB_TOKEN_APP:
        value_text(out, MIB_WORD, j->app);
        return true;
    case MIB_TOKEN_NAME:
        value_text(out, MIB_WORD, token.name);
        return true;
    case MIB_TOKEN_GRANTED_BY:
        value_enum(out, MIB_GRANTOR, token.granted_by);
        return true;
    case MIB_TOKEN_LOGIN:
        value_text(out, MIB_TEXT, token.login);
        return true;
    case MIB_TOKEN_ATTEMPT:
        value_time(out, token.ended);
        return true;
    case MIB_TOKEN_ATTEMPT_AGE:
        value_age(out, token.ended, picture->now);
        return true;
    case MIB_TOKEN_FAULT:
        value_enum(out, MIB_CAUSE, j->fault.cause);
        return true;
    case MIB_TOKEN_NOTE:
        value_text(out, MIB_TEXT, token.note);
        return true;
    default:
        return false;
    }
}
