/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The accepted inventory: a copy in the state folder, so that one cut short by accident does not blind us. */
#ifndef TTA_PROBE_ACCEPTED_H
#define TTA_PROBE_ACCEPTED_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/inventory.h"

#include <stdbool.h>
#include <stddef.h>

enum { INVENTORY_BYTES_MAX = 256 << 20 };

struct accepted {
    bool found;   /* there is one and it can be read */
    size_t count; /* advertisers in it */
    struct buf csv;
};

/* Reads the accepted copy. None yet: true, and not found. False with *err: it is there and can't be read; it then
 * counts as not found. The caller frees with accepted_free either way. */
bool accepted_read(const struct config *config, struct accepted *out, struct err *err) TTA_MUST_CHECK;
void accepted_free(struct accepted *accepted);
/* The inventory that the copy holds, under today's configuration: what names a token that is gone is left out.
 * NULL: out of memory. */
struct inventory *accepted_inventory(const struct config *config, const struct accepted *accepted) TTA_MUST_CHECK;
/* Makes `inventory` the accepted one, when it differs from `before`. False with *err when the state folder can't
 * be written. */
bool accepted_write(const struct config *config, const struct inventory *inventory, const struct accepted *before,
                    struct err *err) TTA_MUST_CHECK;

#endif
