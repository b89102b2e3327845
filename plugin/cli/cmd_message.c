/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * message: a mail to the advertiser, in plain words. */
#include "base/clock.h"
#include "base/parse.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "probe/probe.h"

#include <string.h>

static const struct option_row OPTION[] = {
    {"app", "NAME", "the app, when the id is under several"},
    {"language", "LANGUAGE", "allowed: en, the default"},
    {NULL, NULL, NULL},
};

/* Further accounts of the same client that are lost in the same way: one visit of the client mends them all. */
struct others {
    struct mail_account account[MAIL_OTHERS_MAX];
    size_t count;
};

static void find_others(const struct judgement *j, struct others *out)
{
    struct board_advertiser a;
    struct board_app app;
    struct verdict v;

    out->count = 0;
    for (uint32_t i = 0; j->client[0] && i < snapshot_board(j->snapshot)->problem_count; i++) {
        if (!snapshot_problem(j->snapshot, i, &a) || !snapshot_app(j->snapshot, a.app, &app))
            continue;
        verdict_at(j->config, &a.verdict, j->stale_after_s, j->now, &v);
        if (strcmp(a.client, j->client) != 0 || strcmp(app.name, j->app) != 0 || v.cause != j->verdict.cause ||
            strcmp(a.id, j->selection.id) == 0)
            continue;
        if (out->count < MAIL_OTHERS_MAX)
            out->account[out->count] = (struct mail_account){.id = a.id, .name = a.name};
        out->count++;
    }
}

static int write_mail(const struct call *call, const struct judgement *j)
{
    struct others others;
    const char *before = NULL;
    struct buf out;
    struct err err = {.text = ""};
    struct mail_facts facts = {
        .cause = j->verdict.cause,
        .granted_by = j->granted_by,
        .account = {.id = j->selection.id, .name = j->name},
        .owner = j->owner,
        .app = j->app,
        .login = j->login,
        .reauth_url = j->reauth_url,
        .message = j->verdict.message,
        .request_id = j->verdict.request_id,
        .has_code = j->verdict.has_code,
        .code = j->verdict.code,
        .since = j->verdict.since,
        .last_ok = j->verdict.last_ok,
        .other = others.account,
    };

    find_others(j, &others);
    facts.other_count = others.count;
    buf_init(&out, LINES_OUTPUT_MAX);
    if (!mail_write(&facts, &out, &before, &err)) {
        buf_free(&out);
        return call_failed(call, "%s", err.text);
    }
    if (before)
        call_note(call, "%s", before);
    return lines_print(&out) ? COMMAND_DONE : COMMAND_FAILED;
}

static int run(const struct call *call)
{
    const char *language = call_value(call, "language");
    struct selection selection = {.kind = SELECT_ADVERTISER, .app = call_value(call, "app"), .id = call->word[0]};
    struct thresholds none = {.has_warning = false};
    struct judgement judgement;
    struct err err = {.text = ""};
    struct view *view;
    int code;

    if (language && strcmp(language, "en") != 0)
        return call_misused(call, "--language '%s': allowed: en", language);
    if (!parse_advertiser_id(selection.id))
        return call_misused(call, "'%s' is not an advertiser id: allowed are 1 to %d digits", selection.id,
                            ADVERTISER_ID_MAX);
    view = view_open(call->config, &err);
    if (!view)
        return call_failed(call, "%s", err.text);
    judgement_make(view_config(view), view_complaints(view), view_snapshot(view), view_why(view), &selection,
                   &none, STATE_UNKNOWN, clock_wall(), &judgement);
    if (judgement.refusal[0])
        code = call_failed(call, "%s - %s", judgement.refusal, judgement.fix_short);
    else
        code = write_mail(call, &judgement);
    view_close(view);
    return code;
}

const struct command command_message = {
    .name = "message",
    .summary = "A mail to the advertiser in plain words, ready to forward.",
    .words = "ID",
    .words_min = 1,
    .words_max = 1,
    .options = OPTION,
    .more =
        "The mail goes to standard output. Where the client can do nothing, a sentence says so and the exit code "
        "is 1.",
    .run = run,
};
