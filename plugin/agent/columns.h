/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which value an object has for a row of the snapshot. */
#ifndef TTA_AGENT_COLUMNS_H
#define TTA_AGENT_COLUMNS_H

#include "agent/picture.h"
#include "agent/value.h"

#include <stdbool.h>
#include <stdint.h>

/* A row by its place in the snapshot. */
struct row_ref {
    enum scope kind; /* of a row of the problem table */
    uint32_t at;     /* of the app, token, advertiser or root cause; in the fix table the cause */
    uint32_t member; /* of a client's or endpoint's root cause: the advertiser that speaks for it */
};

/* False: there is no such instance (an index, or a damaged row). */
bool scalar_value(struct picture *picture, enum mib_object object, struct value *out);
bool app_value(struct picture *picture, const struct row_ref *row, enum mib_object object, struct value *out);
bool token_value(struct picture *picture, const struct row_ref *row, enum mib_object object, struct value *out);
bool advertiser_value(struct picture *picture, const struct row_ref *row, enum mib_object object,
                      struct value *out);
bool problem_value(struct picture *picture, const struct row_ref *row, enum mib_object object, struct value *out);
bool fix_value(struct picture *picture, const struct row_ref *row, enum mib_object object, struct value *out);

#endif
