/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the tables of apps, tokens and problems say alike of a verdict and of members. */
#ifndef TTA_AGENT_COLUMNS_PART_H
#define TTA_AGENT_COLUMNS_PART_H

#include "agent/value.h"

#include <stdbool.h>
#include <stddef.h>

enum part {
    PART_STATE,
    PART_CAUSE,
    PART_CODE,
    PART_MESSAGE,
    PART_SINCE,
    PART_SINCE_AGE,
    PART_LAST_OK,
    PART_LAST_OK_AGE,
    PART_VERIFIED,
    PART_VERIFIED_AGE,
    PART_URGENCY,
    PART_ACTOR,
    PART_ADVERTISERS,
    PART_OK,
    PART_WARNING,
    PART_CRITICAL,
    PART_UNKNOWN,
    PART_UNAUTHORIZED
};

/* Which part of a judgement an object shows. */
struct part_column {
    enum mib_object object;
    enum part part;
};

/* False: the object is none of these columns. */
bool part_value(const struct part_column *columns, size_t count, enum mib_object object,
                const struct judgement *judgement, struct value *out);

#endif
