/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The advertisers of a token in the order of ids. */
#include "probe/recall.h"

#include <stdlib.h>

bool members_of(const struct inventory *inventory, size_t token, struct members *out)
{
    size_t count = 0;

    *out = (struct members){0};
    for (size_t i = 0; i < inventory->count; i++)
        for (size_t k = 0; k < inventory->item[i].token_count; k++)
            count += inventory->item[i].token[k] == token;
    out->id = calloc(count + 1, sizeof(*out->id));
    out->advertiser = calloc(count + 1, sizeof(*out->advertiser));
    if (!out->id || !out->advertiser) {
        members_free(out);
        return false;
    }
    for (size_t i = 0; i < inventory->count; i++) {
        for (size_t k = 0; k < inventory->item[i].token_count; k++) {
            if (inventory->item[i].token[k] != token)
                continue;
            out->id[out->count] = inventory->item[i].id;
            out->advertiser[out->count++] = &inventory->item[i];
        }
    }
    return true;
}

void members_free(struct members *members)
{
    free(members->id);
    free(members->advertiser);
    *members = (struct members){0};
}
