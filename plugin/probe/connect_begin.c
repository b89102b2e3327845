/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Who is asked to authorize, and the link that asks. */
#include "probe/connect.h"

#include "core/inventory.h"
#include "core/oauth_portal.h"
#include "ext/sign.h"
#include "ext/store.h"
#include "probe/connect_digest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum {
    FORGET_AFTER_S = 7 * 24 * 60 * 60
}; /* until then a link that comes again is told from one that never was */

/* Of an advertiser's tokens the one that speaks for the fewest: a client's own before an agency's. */
static size_t narrowest(const struct inventory *inventory, const struct advertiser *advertiser)
{
    size_t best = advertiser->token[0], fewest = SIZE_MAX;

    for (size_t i = 0; i < advertiser->token_count; i++) {
        size_t members;

        (void)inventory_of_token(inventory, advertiser->token[i], &members); /* only how many */
        if (members < fewest) {
            fewest = members;
            best = advertiser->token[i];
        }
    }
    return best;
}

/* What the portal needs of the app and can give for the token. */
static bool can_connect(const struct config *config, size_t token, struct err *err)
{
    const struct config_token *t = &config->token[token];
    const struct config_app *app;

    if (t->app == SIZE_MAX || !config->app[t->app].usable)
        return err_set(err, "token %s: its app can't be used; tiktok-auth doctor says why", t->name);
    app = &config->app[t->app];
    if (t->kind == TOKEN_TT_USER)
        return err_set(
            err,
            "token %s is of kind tt_user, which the portal for advertisers does not give: have the user "
            "log in again where your software asks for it",
            t->name);
    if (!app->redirect_uri)
        return err_set(err,
                       "[app %s] redirect_uri: is missing; give it, exactly as it is registered for the app in "
                       "the TikTok developer portal",
                       app->name);
    if (!app->secret_file)
        return err_set(err, "[app %s] secret_file: is missing; without the secret no code can be exchanged",
                       app->name);
    return true;
}

bool connect_target_find(const struct setup *setup, const char *token, const char *app, const char *advertiser,
                         struct connect_target *out, struct err *err)
{
    const struct config *config = setup_config(setup);
    const struct inventory *inventory = setup_inventory(setup);
    size_t index = token ? config_find_token(config, token) : SIZE_MAX;
    const struct advertiser *a = NULL;
    bool more = false;

    *out = (struct connect_target){.app = ""};
    if (token && index == SIZE_MAX)
        return err_set(err, "there is no token '%s' in the configuration", token);
    if (token && config->token[index].app != SIZE_MAX)
        app = config->app[config->token[index].app].name;
    if (advertiser) {
        a = inventory_find(config, inventory, app, advertiser, &more);
        if (!a)
            return err_set(err, "%s is not in the inventory%s%s", advertiser, app ? " of app " : "",
                           app ? app : "");
        if (!app && more)
            return err_set(err, "%s is in the inventory of more than one app: say which with --app", advertiser);
        if (!token)
            index = narrowest(inventory, a);
    }
    if (index == SIZE_MAX)
        return err_set(err, "neither a token nor an advertiser is named");
    if (!can_connect(config, index, err))
        return false;
    (void)snprintf(out->app, sizeof(out->app), "%s", config->app[config->token[index].app].name); /* fits */
    (void)snprintf(out->token, sizeof(out->token), "%s", config->token[index].name);              /* fits */
    if (a) {
        (void)snprintf(out->advertiser, sizeof(out->advertiser), "%s", a->id); /* fits */
        (void)snprintf(out->name, sizeof(out->name), "%s", a->name);           /* ADVERTISER_TEXT_MAX */
    }
    return true;
}

void connect_digest(const char *state, char out[CONNECT_DIGEST_LEN + 1])
{
    unsigned char digest[SIGN_BYTES];

    sign_digest(state, strlen(state), digest);
    for (size_t i = 0; i < SIGN_BYTES; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]); /* fits */
}

static bool make_state(char state[OAUTH_STATE_LEN + 1], struct err *err)
{
    unsigned char random[OAUTH_STATE_BYTES];

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return err_set(err, "no randomness to be had: %s", strerror(errno));
    oauth_state_write(random, state);
    return true;
}

static bool keep_link(const struct config *config, const struct connect_target *target, const char *state,
                      const char *who, int64_t now, struct err *err)
{
    char digest[CONNECT_DIGEST_LEN + 1];
    struct store *store = store_open(config->store_path, STORE_WRITE, err);
    bool ok;

    if (!store)
        return false;
    connect_digest(state, digest);
    ok = store_add_link(store,
                        &(struct store_link){
                            .digest = digest,
                            .app = target->app,
                            .token = target->token,
                            .advertiser_id = target->advertiser,
                            .who = who,
                            .made = now,
                            .expires = now + CONNECT_LIFE_S,
                        },
                        now - FORGET_AFTER_S, err);
    store_close(store);
    return ok;
}

bool connect_begin(const struct setup *setup, const struct connect_target *target, const char *who, int64_t now,
                   char url[CONNECT_URL_MAX], struct err *err)
{
    const struct config *config = setup_config(setup);
    const struct config_app *app = config_find_app(config, target->app);
    char state[OAUTH_STATE_LEN + 1];
    struct buf text;
    bool ok;

    url[0] = '\0';
    if (!app || !app->app_id || !app->redirect_uri)
        return err_set(err, "app %s can't be used", target->app);
    if (!make_state(state, err))
        return false;
    buf_init(&text, CONNECT_URL_MAX - 1);
    ok = oauth_portal_url(config->api.base_url, app->app_id, app->redirect_uri, state, &text)
             ? keep_link(config, target, state, who, now, err)
             : err_set(err, "[app %s] redirect_uri: is too long", app->name);
    if (ok)
        (void)snprintf(url, CONNECT_URL_MAX, "%s", buf_text(&text)); /* fits: its limit */
    buf_free(&text);
    return ok;
}
