/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The doctor's look at authorizing again: what it needs, and what it left to do. */
#include "base/clock.h"
#include "probe/connect.h"
#include "probe/doctor_private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char AREA[] = "authorizing";

static void examine_app(const struct doctor *d, const struct config_app *app)
{
    const char *command = app->on_new_token;
    char program[ERR_TEXT_MAX];

    /* Nothing is wrong with doing it elsewhere. */
    if (!app->redirect_uri && !app->reauth_url)
        doctor_say(
            d, DOCTOR_OK, AREA, "",
            "app %s has no redirect_uri: to use tiktok-auth reauthorize, register one in the TikTok developer "
            "portal, such as http://127.0.0.1:8765/callback, and give it in [app %s]",
            app->name, app->name);
    if (app->redirect_uri && !app->secret_file)
        doctor_say(d, DOCTOR_NOTE, AREA, "give secret_file",
                   "app %s has a redirect_uri and no secret: no code can be exchanged", app->name);
    if (!command)
        return;
    command += strspn(command, " \t");
    (void)snprintf(program, sizeof(program), "%.*s", (int)strcspn(command, " \t"), command); /* cut is fine */
    if (program[0] != '/')
        doctor_say(d, DOCTOR_PROBLEM, AREA, "begin it with the absolute path of a program",
                   "app %s: on_new_token can't be run: there is no shell to find its program", app->name);
    else if (access(program, X_OK) != 0)
        doctor_say(d, DOCTOR_PROBLEM, AREA, "name a program that can be run",
                   "app %s: on_new_token: %s can't be run", app->name, program);
}

static bool tell_exchange(void *arg, const struct store_exchange *exchange)
{
    const struct doctor *d = arg;
    char at[CLOCK_TEXT_MAX];

    if (clock_wall() - exchange->began <= CONNECT_TIME_MS / 1000)
        return true; /* under way */
    doctor_say(d, DOCTOR_PROBLEM, AREA, "tiktok-auth reauthorize --token NAME finishes it, or says what is lost",
               "token %s: an authorization of %s did not come to its end", exchange->token,
               clock_rfc3339(exchange->began, at));
    return true;
}

static bool tell_handover(void *arg, const struct store_handover *handover)
{
    const struct doctor *d = arg;
    char since[CLOCK_TEXT_MAX];

    doctor_say(d, DOCTOR_PROBLEM, AREA,
               "mend on_new_token, then: tiktok-auth reauthorize --token NAME --hand-over",
               "token %s: the new token has not been handed over since %s: %s", handover->token,
               clock_rfc3339(handover->since, since), handover->why);
    return true;
}

static void tell_own(const struct doctor *d)
{
    for (size_t i = 0; i < d->config->token_count; i++) {
        const struct config_token *token = &d->config->token[i];

        if (token->own)
            doctor_say(d, DOCTOR_NOTE, AREA,
                       "give it a [token NAME] with this token_file, and name it in the inventory; where it is "
                       "not needed, "
                       "remove the file and its line in tokens.own beside that folder",
                       "token %s was kept from an authorization, in %s; it stands in no configuration",
                       token->name, token->token_file);
    }
}

void doctor_connect(struct doctor *d)
{
    struct err err = {""};

    for (size_t i = 0; i < d->config->app_count; i++)
        examine_app(d, &d->config->app[i]);
    tell_own(d);
    if (d->store && (!store_each_exchange(d->store, tell_exchange, d, &err) ||
                     !store_each_handover(d->store, tell_handover, d, &err)))
        doctor_say(d, DOCTOR_PROBLEM, AREA, "", "%s", err.text);
}
