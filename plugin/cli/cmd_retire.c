/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * retire: an advertiser whose end is on purpose is no loss. */
#include "base/clock.h"
#include "base/parse.h"
#include "cli/command.h"
#include "probe/probe.h"

#include <stdio.h>

static const struct option_row OPTION[] = {
    {"app", "NAME", "the app, when the id is under several"},
    {"undo", NULL, "expect it to be authorized again"},
    {"reason", "TEXT", "why, for the history"},
    {NULL, NULL, NULL},
};

static int tell(const struct call *call, const char *id, bool undo, const struct retire_result *result)
{
    char since[CLOCK_TEXT_MAX];

    if (!result->changed && undo)
        printf("%s of app %s is not retired: nothing to do.\n", id, result->app);
    else if (!result->changed)
        printf("%s of app %s is retired already, since %s by %s.\n", id, result->app,
               clock_rfc3339(result->since, since), result->by);
    else if (undo)
        printf("%s of app %s is expected to be authorized again; it takes effect with the next sweep.\n", id,
               result->app);
    else
        printf("%s of app %s is retired; it takes effect with the next sweep, and it leaves the lists after 30 "
               "days.\n"
               "Take it out of the inventory when convenient. To take it back: tiktok-auth retire %s --app %s "
               "--undo\n",
               id, result->app, id, result->app);
    if (result->gap[0])
        call_note(call, "the history has no line of it: %s", result->gap);
    return COMMAND_DONE;
}

static int run(const struct call *call)
{
    char who[AUDIT_WHO_MAX];
    struct err err = {.text = ""};
    struct retire_options options = {
        .id = call->word[0],
        .app = call_value(call, "app"),
        .who = who,
        .reason = call_value(call, "reason"),
        .undo = call_has(call, "undo"),
        .now = clock_wall(),
    };
    struct retire_result result;
    struct setup *setup;
    int code;

    if (!parse_advertiser_id(options.id))
        return call_misused(call, "'%s' is not an advertiser id: allowed are 1 to %d digits", options.id,
                            ADVERTISER_ID_MAX);
    audit_local(who);
    setup = setup_load(&(struct setup_options){.config_path = call->config}, &err);
    if (!setup)
        return call_failed(call, "%s", err.text);
    if (retire_advertiser(setup_config(setup), setup_inventory(setup), &options, &result, &err))
        code = tell(call, options.id, options.undo, &result);
    else
        code = call_failed(call, "%s", err.text);
    setup_free(setup);
    return code;
}

const struct command command_retire = {
    .name = "retire",
    .summary = "Stop expecting an advertiser, or expect it again.",
    .words = "ID",
    .words_min = 1,
    .words_max = 1,
    .options = OPTION,
    .run = run,
};
