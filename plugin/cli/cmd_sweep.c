/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * sweep: a round now, and what it changed. */
#include "base/clock.h"
#include "base/parse.h"
#include "cli/changes.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/progress.h"
#include "cli/screen.h"
#include "cli/table.h"
#include "probe/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_SHOWN = 20, QUIET_MS = 1000, TICK_MS = 250 };

static const struct option_row OPTION[] = {
    {"all", NULL, "ask every token; the default"},
    {"app", "NAME", "ask the tokens of this app"},
    {"token", "NAME", "ask this token"},
    {"advertiser", "ID", "ask the tokens of this advertiser (with --app when it is under several)"},
    {"max-age", "DURATION", "leave tokens alone that were asked no longer ago; default 0"},
    {"accept-shrink", NULL, "take an inventory or a token list that shrank by more than 10 % at once"},
    {"json", NULL, "JSON instead of text"},
    {NULL, NULL, NULL},
};

struct sweep_call {
    const struct call *call;
    struct setup *setup;
    struct view *before; /* as it was published before; NULL: not to be had */
    struct selection selection;
    int64_t max_age_ms;
    struct progress progress;
    size_t tokens; /* that can be asked; counted with the first progress */
};

/* --- what is asked ------------------------------------------------------------------------------------------- */

static bool read_selection(const struct call *call, struct selection *out)
{
    const char *app = call_value(call, "app"), *token = call_value(call, "token");
    const char *advertiser = call_value(call, "advertiser");
    int given =
        (call_has(call, "all") ? 1 : 0) + (token ? 1 : 0) + (advertiser ? 1 : 0) + (app && !advertiser ? 1 : 0);

    if (given > 1) {
        (void)call_misused(call, "--all, --app, --token and --advertiser: one of them");
        return false;
    }
    if (advertiser && !parse_advertiser_id(advertiser)) {
        (void)call_misused(call, "--advertiser '%s': allowed are 1 to %d digits", advertiser, ADVERTISER_ID_MAX);
        return false;
    }
    if (advertiser)
        *out = (struct selection){.kind = SELECT_ADVERTISER, .app = app, .id = advertiser};
    else if (token)
        *out = (struct selection){.kind = SELECT_TOKEN, .id = token};
    else if (app)
        *out = (struct selection){.kind = SELECT_APP, .app = app};
    else
        *out = (struct selection){.kind = SELECT_ALL};
    return true;
}

/* A name that nobody knows would ask nothing, and look like success. */
static bool is_known(const struct sweep_call *s, struct err *err)
{
    const struct config *config = setup_config(s->setup);
    const struct selection *sel = &s->selection;
    bool more = false;

    switch (sel->kind) {
    case SELECT_TOKEN:
        return config_find_token(config, sel->id) != SIZE_MAX ||
               err_set(err, "there is no token '%s' in the configuration", sel->id);
    case SELECT_APP:
        return config_find_app(config, sel->app) ||
               err_set(err, "there is no app '%s' in the configuration", sel->app);
    case SELECT_ADVERTISER:
        if (!inventory_find(config, setup_inventory(s->setup), sel->app, sel->id, &more))
            return err_set(err, "%s is not in the inventory%s%s", sel->id, sel->app ? " of app " : "",
                           sel->app ? sel->app : "");
        return sel->app || !more ||
               err_set(err, "%s is in the inventory of more than one app: say which with --app", sel->id);
    case SELECT_API:
    case SELECT_ALL:
        break;
    }
    return true;
}

/* --- what came of it ----------------------------------------------------------------------------------------- */

static void notes(const struct sweep_call *s, const struct round_result *r)
{
    const struct complaints *complaints = setup_complaints(s->setup);
    const struct complaint *about_all = complaints_about(complaints, SUBJECT_ALL, "");
    char text[1024];

    if (about_all) {
        complaint_text(about_all, text, sizeof(text));
        call_note(s->call, "%s", text);
    }
    if (setup_inventory_refused(s->setup))
        call_note(
            s->call,
            "the inventory as it stands in its files is refused, the accepted one was used; tiktok-auth doctor "
            "says why, and if it is meant so: tiktok-auth sweep --accept-shrink");
    if (complaints->count > 0)
        call_note(s->call, "%zu complaint%s about configuration or inventory: see tiktok-auth doctor",
                  complaints->count, complaints->count == 1 ? "" : "s");
    if (r->store_fault[0])
        call_note(s->call, "the store could not be used: %s", r->store_fault);
    if (!r->published)
        call_note(s->call, "the result is not published, checks do not see it: %s",
                  r->publish_fault[0] ? r->publish_fault : "no reason given");
}

static void write_result(const struct round_result *r, struct buf *out)
{
    buf_printf(out, "Asked %zu token%s with %" PRId64 " call%s, %zu brought a result", r->asked,
               r->asked == 1 ? "" : "s", r->calls, r->calls == 1 ? "" : "s", r->verified);
    if (r->shared > 0)
        buf_printf(out, "; %zu more were just asked by another process", r->shared);
    if (r->left > 0)
        buf_printf(out, "; %zu could not be asked now", r->left);
    buf_str(out, ".\n");
}

static bool write_changes(const struct screen *screen, const struct snapshot *snapshot,
                          const struct change *change, size_t count, struct buf *out)
{
    static const struct table_column COLUMN[] = {{"NOW", 0}, {"BEFORE", 0}, {"ADVERTISER", 0},   {"NAME", 12},
                                                 {"APP", 6}, {"CAUSE", 18}, {"CAUSE BEFORE", 18}};
    struct table *table = table_new(screen, COLUMN, TTA_LEN(COLUMN));
    size_t shown = count < ROWS_SHOWN ? count : ROWS_SHOWN;
    struct buf cause;
    bool ok;

    if (!table)
        return false;
    buf_init(&cause, 512);
    for (size_t i = 0; i < shown; i++) {
        struct board_advertiser a;
        struct board_app app;

        if (!snapshot_advertiser(snapshot, change[i].index, &a) || !snapshot_app(snapshot, a.app, &app))
            continue;
        line_cause(&a.verdict, &cause);
        table_row(table, screen_paint_of(a.verdict.state),
                  (const char *[]){state_upper_name(a.verdict.state),
                                   change[i].is_new ? "new" : state_upper_name(change[i].old_state), a.id, a.name,
                                   app.name, buf_text(&cause),
                                   change[i].is_new ? "" : cause_info(change[i].old_cause)->lost});
        buf_reset(&cause);
    }
    buf_printf(out, "\n%zu change%s%s\n", count, count == 1 ? "" : "s",
               count == 0 ? " since the last snapshot." : ":");
    ok = count == 0 || table_write(table, out);
    if (shown < count)
        buf_printf(out, "... and %zu more\n", count - shown);
    buf_free(&cause);
    table_free(table);
    return ok;
}

/* Root causes, and what is not OK. */
static bool write_lost(const struct sweep_call *s, const struct screen *screen, const struct snapshot *snapshot,
                       struct buf *out)
{
    const struct board *board = snapshot_board(snapshot);
    uint32_t shown = board->problem_count < ROWS_SHOWN ? board->problem_count : ROWS_SHOWN;
    int64_t now = clock_wall();
    struct lines_advertisers *lines = lines_advertisers_new(screen, setup_config(s->setup), snapshot, now);
    struct board_advertiser a;
    uint32_t index;
    bool ok = lines != NULL;

    buf_printf(out, "\nNow %" PRIu32 " advertisers: ", board->advertiser_count);
    line_counts(&board->members, out);
    buf_str(out, "\n\n");
    ok = ok && lines_roots(screen, snapshot, now, out);
    for (uint32_t i = 0; ok && i < shown; i++)
        if (snapshot_problem(snapshot, i, &a) && snapshot_find_advertiser(snapshot, a.app, a.id, &a, &index))
            lines_advertisers_add(lines, index);
    ok = ok && (shown == 0 || lines_advertisers_write(lines, out));
    if (shown < board->problem_count)
        buf_printf(out, "... and %" PRIu32 " more: tiktok-auth status\n", board->problem_count - shown);
    lines_advertisers_free(lines);
    return ok;
}

static void json_changes(struct jsonw *w, const struct snapshot *snapshot, const struct change *change,
                         size_t count)
{
    jsonw_array(w, "changes");
    for (size_t i = 0; i < count; i++) {
        struct board_advertiser a;
        struct board_app app;

        if (!snapshot_advertiser(snapshot, change[i].index, &a) || !snapshot_app(snapshot, a.app, &app))
            continue;
        jsonw_object(w, NULL);
        jsonw_string(w, "advertiser_id", a.id);
        jsonw_string(w, "name", a.name);
        jsonw_string(w, "app", app.name);
        jsonw_string(w, "state", state_name(a.verdict.state));
        jsonw_string(w, "cause", cause_name(a.verdict.cause));
        jsonw_string(w, "old_state", change[i].is_new ? NULL : state_name(change[i].old_state));
        jsonw_string(w, "old_cause", change[i].is_new ? NULL : cause_name(change[i].old_cause));
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static void write_json(const struct sweep_call *s, const struct round_result *r, const struct snapshot *snapshot,
                       const struct change *change, size_t count, struct buf *out)
{
    struct jsonw w;

    jsonw_init(&w, out, true);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", 1);
    jsonw_int(&w, "asked", (int64_t)r->asked);
    jsonw_int(&w, "verified", (int64_t)r->verified);
    jsonw_int(&w, "shared", (int64_t)r->shared);
    jsonw_int(&w, "left", (int64_t)r->left);
    jsonw_int(&w, "calls", r->calls);
    jsonw_bool(&w, "published", r->published);
    jsonw_string(&w, "publish_fault", r->publish_fault[0] ? r->publish_fault : NULL);
    jsonw_string(&w, "store_fault", r->store_fault[0] ? r->store_fault : NULL);
    jsonw_bool(&w, "inventory_refused", setup_inventory_refused(s->setup));
    jsonw_int(&w, "complaints", (int64_t)setup_complaints(s->setup)->count);
    if (snapshot)
        lines_json_counts(&w, "counts", &snapshot_board(snapshot)->members);
    else
        jsonw_null(&w, "counts");
    json_changes(&w, snapshot, change, count);
    jsonw_object_end(&w);
    buf_char(out, '\n');
}

static bool write_text(const struct sweep_call *s, const struct round_result *r, const struct snapshot *snapshot,
                       const struct change *change, size_t count, struct buf *out)
{
    struct screen screen;

    write_result(r, out);
    return !snapshot || (screen_of(stdout, NULL, &screen) &&
                         (!change || write_changes(&screen, snapshot, change, count, out)) &&
                         write_lost(s, &screen, snapshot, out));
}

/* Without an earlier snapshot there are no changes to tell: it is the baseline. */
static int report(const struct sweep_call *s, const struct round *round)
{
    const struct round_result *r = round_result(round);
    const struct buf *bytes = round_snapshot(round);
    const struct snapshot *older = s->before ? view_snapshot(s->before) : NULL;
    struct err err = {.text = ""};
    struct snapshot *made = buf_len(bytes) > 0 ? snapshot_open(buf_text(bytes), buf_len(bytes), &err) : NULL;
    /* A round that asked nothing makes none where the published one is current. */
    struct view *published = buf_len(bytes) > 0 ? NULL : view_open(s->call->config, &err);
    const struct snapshot *snapshot = published ? view_snapshot(published) : made;
    size_t count = 0;
    struct change *change = older && snapshot ? changes_between(older, snapshot, &count) : NULL;
    struct buf out;

    notes(s, r);
    if (!snapshot)
        call_note(s->call, "there is no result: %s", published ? view_why(published) : err.text);
    if (s->tokens == 0)
        call_note(s->call, "no token could be asked: tiktok-auth doctor says why");
    buf_init(&out, LINES_OUTPUT_MAX);
    if (call_has(s->call, "json"))
        write_json(s, r, snapshot, change, count, &out);
    else if (!write_text(s, r, snapshot, change, count, &out))
        buf_fail(&out);
    free(change);
    snapshot_close(made);
    if (published)
        view_close(published);
    if (!lines_print(&out) || s->tokens == 0)
        return COMMAND_FAILED;
    return r->verified > 0 || r->shared > 0 || (r->asked == 0 && r->left == 0) ? COMMAND_DONE : COMMAND_FAILED;
}

/* --- the round ----------------------------------------------------------------------------------------------- */

static void show_progress(void *arg, const struct round_progress *p)
{
    struct sweep_call *s = arg;
    struct progress *progress = &s->progress;
    char span[CLOCK_TEXT_MAX];

    s->tokens = p->tokens_total;
    if (p->waiting_s > 0)
        progress_say(progress, "token %zu of %zu: %s, waiting %s for the quota", p->tokens_done + 1,
                     p->tokens_total, p->token, clock_span(p->waiting_s, span));
    else
        progress_say(progress, "token %zu of %zu: %s", p->tokens_done + 1, p->tokens_total, p->token);
}

/* As round_run, with the line on the terminal kept fresh. */
static void run_visibly(struct round *round, const struct env *env)
{
    int64_t wake_ms;

    while (round_step(round, &wake_ms)) {
        int64_t now = env->mono_ms(env->ctx);
        int64_t pause = wake_ms > now ? wake_ms - now : 0;

        env->wait(env->ctx, pause < TICK_MS ? pause : TICK_MS);
    }
}

static int run_round(struct sweep_call *s, struct http *http)
{
    const struct env env = env_real(http);
    struct err err = {.text = ""};
    struct round *round = round_new(&env, s->setup,
                                    &(struct round_options){
                                        .selection = s->selection,
                                        .max_age_ms = s->max_age_ms,
                                        .began_ms = env.wall_ms(env.ctx),
                                        .deadline_ms = INT64_MAX,
                                        .ignore_backoff = true,
                                        .progress = show_progress,
                                        .progress_arg = s,
                                    });
    int code;

    if (!round)
        return call_failed(s->call, "out of memory");
    progress_begin(&s->progress, QUIET_MS);
    run_visibly(round, &env);
    progress_end(&s->progress);
    code = report(s, round);
    round_free(round);
    if (!watch_poll(&(struct watch_options){.env = &env, .setup = s->setup, .deadline_ms = INT64_MAX}, &err))
        call_note(s->call, "watched uploads: %s", err.text);
    return code;
}

static int with_setup(struct sweep_call *s)
{
    struct err err = {.text = ""};
    struct http *http;
    int code;

    if (!is_known(s, &err))
        return call_failed(s->call, "%s", err.text);
    http = setup_http(s->setup, &err);
    if (!http)
        return call_failed(s->call, "%s", err.text);
    code = run_round(s, http);
    http_free(http);
    return code;
}

static int run(const struct call *call)
{
    struct sweep_call s = {.call = call};
    const char *max_age = call_value(call, "max-age");
    struct err err = {.text = ""};
    int code;

    if (!read_selection(call, &s.selection))
        return COMMAND_USAGE;
    if (max_age && !parse_duration(max_age, &s.max_age_ms))
        return call_misused(call, "--max-age '%s': allowed is a duration such as 30s, 5m, 2h, or 0", max_age);
    s.setup = setup_load(&(struct setup_options){.config_path = call->config,
                                                 .accept_shrink = call_has(call, "accept-shrink"),
                                                 .remember = true},
                         &err);
    if (!s.setup)
        return call_failed(call, "%s", err.text);
    s.before = view_open(call->config, &err); /* NULL: no changes can be told */
    code = with_setup(&s);
    if (s.before)
        view_close(s.before);
    setup_free(s.setup);
    return code;
}

const struct command command_sweep = {
    .name = "sweep",
    .summary = "Ask TikTok now, publish the result, and say what changed.",
    .words = "",
    .options = OPTION,
    .more = "The exit code is 0 when at least one token brought a result.",
    .run = run,
};
