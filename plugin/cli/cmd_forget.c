/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * forget: removes what is kept of an advertiser, a client or the login behind a token. */
#include "base/clock.h"
#include "cli/command.h"
#include "probe/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct option_row OPTION[] = {
    {"history", NULL, "the past alone: events and alerts, also of what is still in the inventory"},
    {"yes", NULL, "do not ask first"},
    {NULL, NULL, NULL},
};

/* What it is, for a sentence. */
static const char *words_of(enum forget_kind kind)
{
    switch (kind) {
    case FORGET_ADVERTISER:
        return "advertiser";
    case FORGET_CLIENT:
        return "client";
    case FORGET_LOGIN:
        break;
    }
    return "the login of token";
}

/* On a terminal; whoever can't be asked must say --yes. True: go on. */
static bool is_meant(const struct call *call, const struct forget_found *found, int *code)
{
    char answer[16] = "";

    if (call_has(call, "yes"))
        return true;
    if (!isatty(STDIN_FILENO)) {
        *code = call_misused(call, "nobody can be asked here: --yes is missing");
        return false;
    }
    fprintf(stderr, "Forget %s %s for ever: %" PRId64 " rows, %zu notifications on their way? [y/N] ",
            words_of(found->kind), call->word[0], found->rows, found->spooled);
    if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
        return true;
    printf("Nothing was changed.\n");
    *code = COMMAND_FAILED;
    return false;
}

static int tell(const struct call *call, const struct forget_found *found)
{
    if (found->rows == 0 && found->spooled == 0)
        printf("Nothing is kept of it.\n");
    else
        printf("Forgotten: %" PRId64 " rows, %zu notifications on their way.\n", found->rows, found->spooled);
    if (found->kind == FORGET_LOGIN && found->rows > 0)
        printf("tiktok-auth doctor and whoever authorizes again learn it anew.\n");
    if (found->client)
        call_note(call, "its client has a history of its own: tiktok-auth forget '%s'", found->client);
    if (found->fault[0])
        return call_failed(call, "%s; what was deleted stays deleted, run it again", found->fault);
    return COMMAND_DONE;
}

static int with_setup(const struct call *call, const struct setup *setup)
{
    char who[AUDIT_WHO_MAX];
    struct forget_options options = {
        .id = call->word[0], .history_only = call_has(call, "history"), .who = who, .now = clock_wall()};
    struct forget_found found = {.rows = 0};
    struct err err = {.text = ""};
    int code = COMMAND_FAILED;
    bool ok = forget_look(setup, &options, &found, &err);

    audit_local(who);
    if (ok && (found.rows == 0 || is_meant(call, &found, &code))) {
        forget_found_clear(&found);
        ok = forget_do(setup, &options, &found, &err);
        if (ok)
            code = tell(call, &found);
    }
    forget_found_clear(&found);
    return ok ? code : call_failed(call, "%s", err.text);
}

static int run(const struct call *call)
{
    struct err err = {.text = ""};
    struct setup *setup = setup_load(&(struct setup_options){.config_path = call->config, .remember = true}, &err);
    int code;

    if (!setup)
        return call_failed(call, "%s", err.text);
    code = with_setup(call, setup);
    setup_free(setup);
    return code;
}

const struct command command_forget = {
    .name = "forget",
    .summary = "Remove what is kept of an advertiser, a client or a login.",
    .words = "ID",
    .words_min = 1,
    .words_max = 1,
    .options = OPTION,
    .more =
        "ID is an advertiser id, the name of a client, or that of a token, whose login is meant. What is in the "
        "inventory is refused: take it out first.",
    .run = run,
};
