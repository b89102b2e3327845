/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the answer of an exchange; all of it is remote text. */
#include "core/oauth_grant.h"

#include "core/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_id(const void *a, const void *b)
{
    return advertiser_id_order(a, b);
}

/* The ids, or none of them where one is no id. False: out of memory. */
static bool read_ids(const struct json *list, struct oauth_grant *out)
{
    size_t kept = 0;

    if (json_type_of(list) != JSON_ARRAY)
        return true;
    out->id = calloc(json_count(list) + 1, sizeof(*out->id));
    if (!out->id)
        return false;
    for (const struct json *item = json_first(list); item; item = json_next(item)) {
        const char *id = json_text(item);

        if (!id || !parse_advertiser_id(id)) {
            out->count = 0;
            return true;
        }
        memcpy(out->id[out->count++], id, strlen(id) + 1);
    }
    qsort(out->id, out->count, sizeof(*out->id), by_id);
    for (size_t i = 0; i < out->count; i++)
        if (i == 0 || strcmp(out->id[i], out->id[kept - 1]) != 0)
            memmove(out->id[kept++], out->id[i], sizeof(*out->id));
    out->count = kept;
    out->ids_known = true;
    return true;
}

static void read_scope(const struct json *list, struct oauth_grant *out)
{
    size_t len = 0;

    if (json_type_of(list) != JSON_ARRAY)
        return;
    for (const struct json *item = json_first(list); item; item = json_next(item)) {
        int64_t number;
        int more;

        if (!json_whole(item, &number) || number < 0) {
            out->scope[0] = '\0';
            return;
        }
        more = snprintf(out->scope + len, sizeof(out->scope) - len, "%s%" PRId64, len > 0 ? " " : "", number);
        if (more < 0 || len + (size_t)more >= sizeof(out->scope)) {
            out->scope[len] = '\0'; /* more than anybody has: the first ones */
            return;
        }
        len += (size_t)more;
    }
}

bool oauth_grant_read(const struct answer *answer, struct oauth_grant *out, struct err *why)
{
    const char *token = json_text(json_member(answer->data, "access_token"));

    *out = (struct oauth_grant){.token = NULL};
    if (!token)
        return err_set(why, "TikTok's answer brings no access_token");
    out->token = secret_new(token, strlen(token));
    if (!out->token)
        return err_set(why,
                       "the access_token in TikTok's answer is empty, too long, or holds a byte that no token "
                       "has");
    read_scope(json_member(answer->data, "scope"), out);
    return read_ids(json_member(answer->data, "advertiser_ids"), out) || err_set(why, "out of memory");
}

void oauth_grant_clear(struct oauth_grant *grant)
{
    secret_free(grant->token);
    free(grant->id);
    *grant = (struct oauth_grant){.token = NULL};
}

bool oauth_grant_has(const struct oauth_grant *grant, const char *advertiser_id)
{
    return grant->count > 0 && bsearch(advertiser_id, grant->id, grant->count, sizeof(*grant->id), by_id) != NULL;
}
