/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The advertisers of a token in the order of ids. */
#include "probe/recall.h"

#include <stdlib.h>

bool members_of(const struct inventory *inventory, size_t token, struct members *out)
{
    size_t count;
    const uint32_t *index = inventory_of_token(inventory, token, &count);

    *out = (struct members){0};
    out->id = calloc(count + 1, sizeof(*out->id));
    out->advertiser = calloc(count + 1, sizeof(*out->advertiser));
    if (!out->id || !out->advertiser) {
        members_free(out);
        return false;
    }
    for (; out->count < count; out->count++) {
        out->advertiser[out->count] = &inventory->item[index[out->count]];
        out->id[out->count] = out->advertiser[out->count]->id;
    }
    return true;
}

void members_free(struct members *members)
{
    free(members->id);
    free(members->advertiser);
    *members = (struct members){0};
}
