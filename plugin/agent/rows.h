/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The rows of a table, in the order of their indexes. */
#ifndef TTA_AGENT_ROWS_H
#define TTA_AGENT_ROWS_H

#include "agent/columns.h"
#include "agent/netsnmp.h"
#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct row {
    netsnmp_index index; /* first: libnetsnmp takes a row for this */
    struct row_ref ref;
};

struct rows {
    struct row *row;
    size_t count;
    oid *oids; /* of all indexes, one after the other */
};

/* Each NULL when out of memory. Without a snapshot there are no rows. Rows that are damaged, or whose index stands
 * already, are left out. */
struct rows *rows_of_apps(const struct snapshot *snapshot) TTA_MUST_CHECK;
struct rows *rows_of_tokens(const struct snapshot *snapshot) TTA_MUST_CHECK;
struct rows *rows_of_advertisers(const struct snapshot *snapshot) TTA_MUST_CHECK;
/* Root causes and advertisers that are not OK; `api`: the api too. */
struct rows *rows_of_problems(const struct snapshot *snapshot, bool api) TTA_MUST_CHECK;
struct rows *rows_of_causes(void) TTA_MUST_CHECK;
void rows_free(struct rows *rows);

#endif
