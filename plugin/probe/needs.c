/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The permissions that a token's advertisers need, and who needs each. */
#include "probe/needs.h"

#include <stdlib.h>
#include <string.h>

static struct sweep_need *find(const struct needs *needs, const struct permission *permission)
{
    for (size_t i = 0; i < needs->count; i++)
        if (strcmp(needs->item[i].method, permission->method) == 0 &&
            strcmp(needs->item[i].path, permission->path) == 0)
            return &needs->item[i];
    return NULL;
}

/* The need for this permission, made when it is not there; NULL: out of memory. */
static struct sweep_need *need_for(struct needs *needs, const struct permission *permission)
{
    struct sweep_need *found = find(needs, permission);
    struct sweep_need *grown;

    if (found)
        return found;
    grown = reallocarray(needs->item, needs->count + 1, sizeof(*grown));
    if (!grown)
        return NULL;
    needs->item = grown;
    needs->item[needs->count] = (struct sweep_need){.method = permission->method, .path = permission->path};
    return &needs->item[needs->count++];
}

/* `all` members need it: no list of them is kept. */
static bool add_member(struct sweep_need *need, uint32_t member)
{
    uint32_t *grown;

    /* Room grows by doubling whenever the count is a power of two. */
    if ((need->member_count & (need->member_count - 1)) == 0) {
        size_t room = need->member_count ? need->member_count * 2 : 1;

        grown = reallocarray((void *)(uintptr_t)need->member, room, sizeof(*grown));
        if (!grown)
            return false;
        need->member = grown;
    }
    grown = (uint32_t *)(uintptr_t)need->member;
    grown[need->member_count++] = member;
    return true;
}

bool needs_of(const struct setup *setup, size_t token, const struct members *members, struct needs *out)
{
    const struct permissions *of_token = &setup_config(setup)->token[token].required;
    size_t for_all;
    bool ok = true;

    *out = (struct needs){0};
    for (size_t k = 0; ok && k < of_token->count; k++)
        ok = need_for(out, &of_token->item[k]) != NULL;
    for_all = out->count;
    for (size_t i = 0; ok && i < members->count; i++) {
        const struct permissions *own = &members->advertiser[i]->required;

        for (size_t k = 0; ok && k < own->count; k++) {
            struct sweep_need *need = need_for(out, &own->item[k]);

            ok = need && ((size_t)(need - out->item) < for_all || add_member(need, (uint32_t)i));
        }
    }
    if (!ok)
        needs_free(out);
    return ok;
}

void needs_free(struct needs *needs)
{
    for (size_t i = 0; i < needs->count; i++)
        free((void *)(uintptr_t)needs->item[i].member);
    free(needs->item);
    *needs = (struct needs){0};
}
