/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The doctor's look at the links to authorize again and the service behind them. */
#include "probe/doctor_private.h"
#include "probe/reauth_sign.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool lies_below(const char *url, const char *folder)
{
    size_t len = strlen(folder);

    return strncmp(url, folder, len) == 0 && (url[len] == '/' || url[len] == '?' || url[len] == '\0');
}

/* True when links of ours are shown for it. */
static bool examine_app(const struct doctor *d, const struct config_app *app)
{
    if (!app->public_url)
        return false;
    if (app->reauth_url)
        doctor_say(d, DOCTOR_OK, "links", "", "app %s: reauth_url is shown, a page of your own", app->name);
    else if (!app->redirect_uri)
        doctor_say(d, DOCTOR_PROBLEM, "links", "give redirect_uri, and register it for the app at TikTok",
                   "app %s: public_url without redirect_uri: no link is shown", app->name);
    else if (!app->secret_file)
        doctor_say(d, DOCTOR_PROBLEM, "links", "give secret_file",
                   "app %s: public_url without secret_file: nothing could be exchanged, no link is shown",
                   app->name);
    else if (!lies_below(app->redirect_uri, app->public_url))
        doctor_say(
            d, DOCTOR_PROBLEM, "links",
            "let redirect_uri begin with public_url, and register it so for the app at TikTok",
            "app %s: redirect_uri does not lie below public_url: TikTok sends people where nobody answers them",
            app->name);
    else
        return true;
    return false;
}

static void examine_key(const struct doctor *d)
{
    struct err err = {""};
    bool missing;

    if (reauth_key_ok(d->config, &missing, &err))
        doctor_say(d, DOCTOR_OK, "links", "", "the links to authorize again are signed");
    else if (missing)
        doctor_say(d, DOCTOR_NOTE, "links", "the first round makes it: tiktok-auth sweep",
                   "there is no key to sign the links to authorize again with");
    else
        doctor_say(
            d, DOCTOR_PROBLEM, "links",
            "let the group of the state folder read it; or delete it, generate the objects anew and restart "
            "tiktok-auth serve: older links are worthless then",
            "no link is shown: %s", err.text);
}

/* A new token replaces the old one's file by a new one beside it. */
static bool has_place(const struct config_token *token)
{
    char *folder = token->token_file ? strdup(token->token_file) : NULL;
    char *slash = folder ? strrchr(folder, '/') : NULL;
    bool writable = true;

    if (slash) {
        *(slash == folder ? slash + 1 : slash) = '\0';
        writable = access(folder, W_OK) == 0;
    }
    free(folder);
    return writable;
}

static void examine_places(const struct doctor *d)
{
    const struct config_token *first = NULL;
    size_t count = 0;

    for (size_t t = 0; t < d->config->token_count; t++) {
        const struct config_token *token = &d->config->token[t];

        if (token->app == SIZE_MAX || token->kind != TOKEN_MARKETING ||
            !reauth_link_is_ours(&d->config->app[token->app]) || has_place(token))
            continue;
        first = first ? first : token;
        count++;
    }
    if (first)
        doctor_say(d, DOCTOR_NOTE, "links",
                   "let who runs tiktok-auth serve write there, or run the doctor as that user",
                   "%zu token%s, %s %s: a new token could not be put in place of the old one, its folder is not "
                   "writable for us",
                   count, count == 1 ? "" : "s", count == 1 ? "namely" : "first", first->name);
}

void doctor_links(struct doctor *d)
{
    const struct config_serve *serve = &d->config->serve;
    bool shown = false;

    for (size_t a = 0; a < d->config->app_count; a++)
        shown |= examine_app(d, &d->config->app[a]);
    if (!shown) {
        if (serve->name || serve->contact)
            doctor_say(d, DOCTOR_NOTE, "links", "give public_url and redirect_uri in [app NAME]",
                       "[serve] is filled in, but no app has links to its pages");
        return;
    }
    examine_key(d);
    if (!serve->name || !serve->contact)
        doctor_say(d, DOCTOR_NOTE, "links", "fill in [serve] name and contact",
                   "clients are not told who asks, or whom they can ask");
    examine_places(d);
}
