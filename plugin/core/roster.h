/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The roster: hosts and services by which a monitoring engine knows what we watch. Generated objects and passive
 * results both come from it, so that they name the same things.
 *
 *     host tiktok-APP   services api -> app -> token-NAME -> token-NAME/path/of/endpoint, client-SLUG, ID
 *
 * Each of them stands below the one that explains its loss. The api is one for all apps: that of the first app is
 * the one who is heard, those of the others stand below it. */
#ifndef TTA_CORE_ROSTER_H
#define TTA_CORE_ROSTER_H

#include "base/arena.h"
#include "base/attr.h"
#include "core/config.h"
#include "core/inventory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum service_kind {
    SERVICE_API,
    SERVICE_APP,
    SERVICE_TOKEN,
    SERVICE_ENDPOINT,
    SERVICE_CLIENT,
    SERVICE_ADVERTISER
};

/* Who is called for what nobody else owns: apps, tokens, endpoints, the api, advertisers without an owner. */
extern const char roster_platform[];

enum { ROSTER_NONE = UINT32_MAX };

/* Strings are borrowed from configuration, inventory, or the roster. */
struct service {
    enum service_kind kind;
    size_t app;       /* index into config->app */
    const char *host; /* "tiktok-emea" */
    const char *name; /* the service description: "token-emea-07"; letters, digits, '.', '_', '-', '/' */
    const char *root; /* what names it as a root cause: app, token, "TOKEN GET /path/", client, id; "" the api */
    size_t token;     /* TOKEN, ENDPOINT: index into config->token */
    const struct advertiser *advertiser; /* ADVERTISER */
    bool retired;                        /* ADVERTISER: ended on purpose; CLIENT: but for at most one */
    uint32_t first, count; /* its parents: an extent of roster->parent. An advertiser of several tokens does not
                              stand below them: it is lost only when all of them lose it. Nothing stands below a
                              token of a TikTok user that alarms before its end, but below its app. */
};

struct roster {
    struct service *item; /* in the order of kinds within an app, apps as configured, advertisers by id */
    size_t count;
    uint32_t *parent; /* indices into item */
    size_t parent_count;
    struct arena arena;
};

/* Whether an advertiser of this app was retired. */
typedef bool roster_retired_fn(void *arg, const char *app, const char *id);

/* `host`: the pattern of a host's name, with {app}. An endpoint of a GET that is required by a token or by one of
 * its advertisers is a service; so is a client with two advertisers or more under one app. Apps and tokens that
 * can't be used are in it too: their services say why. False: out of memory; roster_free either way. */
bool roster_make(const struct config *config, const struct inventory *inventory, const char *host,
                 roster_retired_fn *retired, void *arg, int64_t now, struct roster *out) TTA_MUST_CHECK;
void roster_free(struct roster *roster);

/* The owner that is called for it, "" nobody's own; a client's are all those of its advertisers, so it has none
 * here. */
const char *roster_owner(const struct service *service);

/* A name as part of an object's name: lower-case letters and digits as they are, all else '-', at most 32 bytes,
 * and a hash where that lost something: "acme-gmbh-1f2e3d4c". */
const char *roster_slug(struct arena *arena, const char *text);

#endif
