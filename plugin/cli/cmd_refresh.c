/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * refresh: new tokens for those that can be refreshed, or what would be done. */
#include "base/clock.h"
#include "cli/command.h"
#include "probe/probe.h"

#include <stdio.h>
#include <stdlib.h>

static const struct option_row OPTION[] = {
    {"token", "NAME", "this token, at once, whatever its refresh key says"},
    {"dry-run", NULL, "say what would be done; nothing is sent or changed"},
    {NULL, NULL, NULL},
};

struct refresh_call {
    const struct call *call;
    struct setup *setup;
    bool *chosen; /* by token */
    size_t count; /* of them */
    bool by_hand;
    size_t stuck; /* tokens that nothing but people can help */
};

static const char *name_of(const struct refresh_call *c, size_t token)
{
    return setup_config(c->setup)->token[token].name;
}

/* Why a token is left alone; `at` 0: not known. */
static void say_turn(enum refresh_turn turn, int64_t at, const char *sentence)
{
    char when[CLOCK_TEXT_MAX];

    switch (turn) {
    case REFRESH_NOT_WANTED:
        printf("its expiry is only watched (refresh = no)");
        break;
    case REFRESH_UNDER_WAY:
        printf("being refreshed just now, or by a process that died: the next refresh finds out");
        break;
    case REFRESH_NO_PAIR:
        printf("can't be refreshed: %s", sentence[0] ? sentence : "its file holds no refresh token");
        break;
    case REFRESH_OVER:
        printf("can't be refreshed any more: authorize again");
        break;
    case REFRESH_LATER:
        printf("not due before %s", clock_rfc3339(at, when));
        break;
    case REFRESH_HELD_BACK:
        printf("failed, and is tried again at %s", clock_rfc3339(at, when));
        break;
    case REFRESH_NOW:
        printf("due now");
        break;
    }
}

static void say_look(void *arg, size_t token, const struct refresh_watch *watch, enum refresh_turn turn,
                     int64_t at)
{
    const struct refresh_call *c = arg;
    struct buf note;

    printf("%s: ", name_of(c, token));
    say_turn(turn, at, watch->fault ? watch->fault : "");
    buf_init(&note, ERR_TEXT_MAX + 256);
    refresh_note(watch, &note);
    printf("; %s\n", buf_text(&note));
    buf_free(&note);
}

static void say_told(void *arg, const struct refresher_told *told)
{
    struct refresh_call *c = arg;
    char when[CLOCK_TEXT_MAX];

    printf("%s: ", name_of(c, told->token));
    switch (told->end) {
    case REFRESHER_DONE:
    case REFRESHER_SHARED:
        printf("%s", told->end == REFRESHER_DONE ? "refreshed" : "refreshed by another process just now");
        if (told->at)
            printf(", good until %s", clock_rfc3339(told->at, when));
        if (told->sentence[0])
            printf(", but not handed over: %s", told->sentence);
        break;
    case REFRESHER_FAILED:
        printf("not refreshed: %s", told->sentence);
        break;
    case REFRESHER_NOT_DUE:
        say_turn(told->turn, told->at, told->sentence);
        c->stuck += told->turn == REFRESH_NO_PAIR || told->turn == REFRESH_OVER;
        break;
    case REFRESHER_LEFT:
        printf("left alone: %s", told->sentence);
        break;
    }
    printf("\n");
    (void)fflush(stdout); /* the exit code tells */
}

/* What is asked for. False, and said on standard error: it can't be. */
static bool choose(struct refresh_call *c)
{
    const struct config *config = setup_config(c->setup);
    const char *name = call_value(c->call, "token");
    size_t named = name ? config_find_token(config, name) : SIZE_MAX;

    if (name && named == SIZE_MAX) {
        (void)call_failed(c->call, "there is no token '%s' in the configuration", name);
        return false;
    }
    if (name && config->token[named].kind != TOKEN_TT_USER) {
        (void)call_failed(c->call,
                          "token %s is a long-term Marketing token (kind = marketing): it does not end by itself, "
                          "and can't be refreshed",
                          name);
        return false;
    }
    if (name && !config->token[named].usable) {
        (void)call_failed(c->call, "token %s can't be used: tiktok-auth doctor says why", name);
        return false;
    }
    c->by_hand = name != NULL;
    for (size_t t = 0; t < config->token_count; t++) {
        const struct config_token *token = &config->token[t];

        c->chosen[t] = name ? t == named
                            : token->kind == TOKEN_TT_USER && token->usable &&
                                  (token->refresh || call_has(c->call, "dry-run"));
        c->count += c->chosen[t];
    }
    return true;
}

static int refresh_now(struct refresh_call *c)
{
    struct refresher_result result = {0};
    struct err err = {.text = ""};
    struct http *http = setup_http(c->setup, &err);
    const struct env env = env_real(http);
    char who[AUDIT_WHO_MAX];
    bool ok;

    if (!http)
        return call_failed(c->call, "%s", err.text);
    audit_local(who);
    ok = refresh_run(
        &(struct refresher_options){
            .env = &env,
            .setup = c->setup,
            .chosen = c->chosen,
            .by_hand = c->by_hand,
            .began_ms = env.wall_ms(env.ctx),
            .deadline_ms = INT64_MAX,
            .who = who,
            .told = say_told,
            .told_arg = c,
        },
        &result, &err);
    http_free(http);
    if (!ok)
        return call_failed(c->call, "%s", err.text);
    return result.failed > 0 || result.not_handed > 0 || c->stuck > 0 ||
                   (c->by_hand && result.done == 0 && !result.shared)
               ? COMMAND_FAILED
               : COMMAND_DONE;
}

static int with_setup(struct refresh_call *c)
{
    struct err err = {.text = ""};

    if (!choose(c))
        return COMMAND_FAILED;
    if (c->count == 0) {
        printf("No token of kind = tt_user has refresh = yes: nothing to do.\n");
        return COMMAND_DONE;
    }
    if (!call_has(c->call, "dry-run"))
        return refresh_now(c);
    if (!refresh_look(c->setup, c->chosen, c->by_hand, clock_wall(), say_look, c, &err))
        return call_failed(c->call, "%s", err.text);
    return COMMAND_DONE;
}

static int run(const struct call *call)
{
    struct refresh_call c = {.call = call};
    struct err err = {.text = ""};
    int code;

    c.setup = setup_load(&(struct setup_options){.config_path = call->config}, &err);
    if (!c.setup)
        return call_failed(call, "%s", err.text);
    c.chosen = calloc(setup_config(c.setup)->token_count + 1, sizeof(*c.chosen));
    code = c.chosen ? with_setup(&c) : call_failed(call, "out of memory");
    free(c.chosen);
    setup_free(c.setup);
    return code;
}

const struct command command_refresh = {
    .name = "refresh",
    .summary = "Refresh the tokens of TikTok users that need it.",
    .words = "",
    .options = OPTION,
    .more = "Without --token those with refresh = yes that are due. The exit code is 0 unless one of them failed, "
            "or can't be refreshed any more.",
    .run = run,
};
