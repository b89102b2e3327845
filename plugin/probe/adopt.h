/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Takes discovered advertisers into the inventory's file. */
#ifndef TTA_PROBE_ADOPT_H
#define TTA_PROBE_ADOPT_H

#include "base/attr.h"
#include "base/err.h"
#include "probe/discover.h"
#include "probe/setup.h"

#include <stdbool.h>
#include <stddef.h>

struct adopt_result {
    char *path;     /* the file; adopt_free frees it */
    bool created;   /* there was none */
    bool unlisted;  /* no [inventory] file = ... names it yet */
    size_t added;   /* rows */
    size_t in_file; /* left out: the file has the id already, in a row that the inventory could not take */
};

/* Appends the new advertisers of `discover` as rows to `output`, or with NULL to the first inventory file; a file
 * that is not there is begun with a header line. What stands in the file stays as it is, byte for byte; its header
 * says which column is which. False with *err, nothing changed: no file to write to, a header without the needed
 * columns, an inventory that the shrink guard refuses, the file changed meanwhile. */
bool adopt(const struct setup *setup, const struct discover *discover, const char *output,
           struct adopt_result *out, struct err *err) TTA_MUST_CHECK;
void adopt_free(struct adopt_result *result);

#endif
