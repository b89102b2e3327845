/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * reauthorize: the link to TikTok's portal, and what comes back made a token. */
#include "base/clock.h"
#include "base/parse.h"
#include "cli/command.h"
#include "probe/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PASTED_MAX = 8192, WAIT_DEFAULT_MS = 15 * 60 * 1000 };

static const struct option_row OPTION[] = {
    {"token", "NAME", "the token that is to be authorized again"},
    {"advertiser", "ID", "the advertiser that has lost its authorization; alone: its token is found"},
    {"app", "NAME", "the app, when the id is under several and no token is named"},
    {"code", "CODE", "the code, or the address that the browser was sent to; -: read it from standard input"},
    {"timeout", "DURATION", "how long the callback is waited for, at most 1h; default 15m"},
    {"hand-over", NULL, "only give the token to on_new_token again"},
    {NULL, NULL, NULL},
};

struct reauthorize_call {
    const struct call *call;
    struct setup *setup;
    struct connect_target target;
    char who[AUDIT_WHO_MAX];
    int64_t wait_ms;
    struct connect_outcome outcome;
};

/* --- what came of it ----------------------------------------------------------------------------------------- */

static int tell(const struct reauthorize_call *r)
{
    const struct connect_outcome *out = &r->outcome;
    bool worked = connect_worked(out);

    if (out->lines[0])
        printf("A new token is kept beside the old one. These lines make it permanent:\n\n%s\n", out->lines);
    (void)fflush(stdout); /* before standard error; a pipe that is closed is told at the end */
    call_fold(worked ? stdout : stderr, out->text, 0);
    return worked ? COMMAND_DONE : COMMAND_FAILED;
}

/* --- the code ------------------------------------------------------------------------------------------------ */

/* What a person brings: an address, its query, or the code alone. */
static int finish_with(struct reauthorize_call *r, const char *brought)
{
    const struct config_app *app = config_find_app(setup_config(r->setup), r->target.app);
    struct connect_callback callback = {.target = &r->target, .who = r->who};
    char query[PASTED_MAX] = "";
    struct secret *code = NULL;
    const char *begin = brought;
    size_t len = strlen(brought);
    struct err err = {.text = ""};

    if (strstr(brought, "://") && !oauth_callback_of_url(brought, app->redirect_uri, &begin, &len, &err))
        return call_failed(r->call, "what was brought is not the callback: %s", err.text);
    if (begin != brought || strchr(brought, '=')) {
        (void)snprintf(query, sizeof(query), "%.*s", (int)len, begin); /* PASTED_MAX holds what was brought */
        callback.query = query;
    } else {
        code = secret_new(brought, len);
        if (!code)
            return call_failed(r->call, "what was brought is no code: it is empty, too long, or holds a blank");
        callback.code = code;
    }
    connect_finish(r->call->config, NULL, &callback, &r->outcome);
    explicit_bzero(query, sizeof(query));
    secret_free(code);
    return tell(r);
}

/* One line of standard input. */
static int finish_with_input(struct reauthorize_call *r)
{
    char line[PASTED_MAX];
    bool read = fgets(line, sizeof(line), stdin) != NULL, whole = read && strlen(line) + 1 < sizeof(line);
    int code;

    if (whole)
        code = finish_with(r, parse_trim(line));
    else if (read)
        code = call_failed(r->call, "what was brought is too long");
    else
        code =
            call_failed(r->call, "nothing was brought, and nothing is lost: the link is good for an hour from its "
                                 "making; bring the address with --code -");
    explicit_bzero(line, sizeof(line));
    return code;
}

/* Takes the value out of the list of processes; what was seen until then is used up in a moment. */
static void hide(const char *value)
{
    union { /* it lies in argv, which is ours to write */
        const char *from;
        char *to;
    } text = {.from = value};

    explicit_bzero(text.to, strlen(value));
}

static int finish_with_code(struct reauthorize_call *r, const char *value)
{
    char brought[PASTED_MAX];
    bool whole = strlen(value) < sizeof(brought);
    int code;

    (void)snprintf(brought, sizeof(brought), "%s", value); /* fits, or is refused */
    hide(value);
    code = whole ? finish_with(r, brought) : call_misused(r->call, "--code: what was brought is too long");
    explicit_bzero(brought, sizeof(brought));
    return code;
}

/* --- the link ------------------------------------------------------------------------------------------------ */

static void say_whom(const struct reauthorize_call *r)
{
    if (r->target.advertiser[0])
        call_note(r->call, "the link is for whoever manages %s%s%s%s at TikTok", r->target.advertiser,
                  r->target.name[0] ? " (" : "", r->target.name, r->target.name[0] ? ")" : "");
    else
        call_note(r->call,
                  "the link is for the login that authorized token %s, or one with a role on the same "
                  "accounts",
                  r->target.token);
}

/* True while what came was not the answer to our link: anybody on this host can send it. */
static bool is_stray(const struct connect_outcome *outcome)
{
    switch (outcome->end) {
    case CONNECT_UNREADABLE:
    case CONNECT_FORGED:
    case CONNECT_REPLAYED:
    case CONNECT_EXPIRED:
    case CONNECT_OTHER:
    case CONNECT_BUSY:
        return true;
    case CONNECT_REPLACED:
    case CONNECT_KEPT:
    case CONNECT_DENIED:
    case CONNECT_NO_ACCOUNTS:
    case CONNECT_WRONG_ACCOUNT:
    case CONNECT_CODE_REFUSED:
    case CONNECT_APP_REFUSED:
    case CONNECT_NOT_NOW:
    case CONNECT_SPENT:
    case CONNECT_UNSAVED:
        break;
    }
    return false;
}

static int wait_for_callback(struct reauthorize_call *r, struct connect_listener *listener)
{
    int64_t deadline_ms = clock_mono_ms() + r->wait_ms;
    char span[CLOCK_TEXT_MAX];
    const char *query;

    while ((query = connect_listen_wait(listener, deadline_ms)) != NULL) {
        connect_finish(r->call->config, NULL,
                       &(struct connect_callback){.query = query, .target = &r->target, .who = r->who},
                       &r->outcome);
        connect_listen_answer(listener, &r->outcome);
        if (!is_stray(&r->outcome))
            return tell(r);
        call_note(r->call, "%s", r->outcome.text);
    }
    return call_failed(
        r->call,
        "no callback came within %s, and nothing is lost: the link is good for an hour from its making; "
        "bring the address that the browser was sent to with: tiktok-auth reauthorize --token %s%s%s "
        "--code -",
        clock_span(r->wait_ms / 1000, span), r->target.token, r->target.advertiser[0] ? " --advertiser " : "",
        r->target.advertiser);
}

static int with_link(struct reauthorize_call *r)
{
    const struct config_app *app = config_find_app(setup_config(r->setup), r->target.app);
    struct connect_listener *listener = NULL;
    char url[CONNECT_URL_MAX];
    struct err err = {.text = ""};
    int code;

    if (connect_can_listen(app->redirect_uri)) {
        listener = connect_listen(app->redirect_uri, &err);
        if (!listener)
            call_note(r->call, "the callback can't be waited for: %s", err.text);
    }
    if (!connect_begin(r->setup, &r->target, r->who, clock_wall(), url, &err)) {
        connect_listen_free(listener);
        return call_failed(r->call, "%s", err.text);
    }
    say_whom(r);
    printf("%s\n", url);
    (void)fflush(stdout); /* a pipe that is closed is told at the end */
    explicit_bzero(url, sizeof(url));
    if (listener) {
        call_note(
            r->call,
            "waiting for TikTok's answer at %s, which a browser on another host can't reach: there, end this "
            "and bring the address that it was sent to with --code -",
            app->redirect_uri);
        code = wait_for_callback(r, listener);
    } else {
        call_note(r->call, "when the browser was sent to %s: paste its whole address here", app->redirect_uri);
        code = finish_with_input(r);
    }
    connect_listen_free(listener);
    return code;
}

/* --- the command --------------------------------------------------------------------------------------------- */

static int hand_over(struct reauthorize_call *r, const char *token)
{
    struct err err = {.text = ""};

    if (!connect_hand_over(r->call->config, NULL, token, r->who, &err))
        return call_failed(r->call, "new token not handed over: %s", err.text);
    printf("on_new_token has taken token %s.\n", token);
    return COMMAND_DONE;
}

static int with_target(struct reauthorize_call *r)
{
    const char *code = call_value(r->call, "code");

    if (connect_resume(r->call->config, NULL, r->target.token, r->who, &r->outcome)) {
        call_note(r->call, "an authorization that did not come to its end is finished first");
        return tell(r);
    }
    if (!code)
        return with_link(r);
    return strcmp(code, "-") == 0 ? finish_with_input(r) : finish_with_code(r, code);
}

static int run(const struct call *call)
{
    struct reauthorize_call *r = calloc(1, sizeof(*r));
    const char *token = call_value(call, "token"), *advertiser = call_value(call, "advertiser");
    const char *timeout = call_value(call, "timeout");
    struct err err = {.text = ""};
    int code;

    if (!r)
        return call_failed(call, "out of memory");
    r->call = call;
    r->wait_ms = WAIT_DEFAULT_MS;
    if (!token && !advertiser)
        code = call_misused(call, "--token NAME or --advertiser ID is needed");
    else if (advertiser && !parse_advertiser_id(advertiser))
        code = call_misused(call, "'%s' is not an advertiser id: allowed are 1 to %d digits", advertiser,
                            ADVERTISER_ID_MAX);
    else if (timeout && (!parse_duration(timeout, &r->wait_ms) || r->wait_ms < 1 ||
                         r->wait_ms > (int64_t)CONNECT_LIFE_S * 1000))
        code = call_misused(call, "--timeout '%s': allowed is a duration up to 1h", timeout);
    else {
        audit_local(r->who);
        r->setup = setup_load(&(struct setup_options){.config_path = call->config}, &err);
        if (r->setup && token && call_has(call, "hand-over"))
            code = hand_over(r, token); /* also of a token that the portal does not give */
        else if (r->setup &&
                 connect_target_find(r->setup, token, call_value(call, "app"), advertiser, &r->target, &err))
            code = call_has(call, "hand-over") ? hand_over(r, r->target.token) : with_target(r);
        else
            code = call_failed(call, "%s", err.text);
        setup_free(r->setup);
    }
    free(r);
    return code;
}

const struct command command_reauthorize = {
    .name = "reauthorize",
    .summary = "Have a token authorized again at TikTok.",
    .words = "",
    .options = OPTION,
    .more =
        "Prints the link to TikTok's portal and waits for the answer where redirect_uri is an address of this "
        "host, "
        "else for the address to be pasted. A code on the command line can be seen by others until it is used: "
        "--code - is better.",
    .run = run,
};
