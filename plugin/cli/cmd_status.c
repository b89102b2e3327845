/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * status: what the published snapshot says, as a table or as JSON. */
#include "base/clock.h"
#include "base/parse.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/screen.h"
#include "probe/probe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { OK_ROWS_SHOWN = 50, FAULTS_SHOWN = 10 };

/* What is to be shown of one advertiser, in the order of showing. */
struct row {
    uint32_t index;
    enum state state;
    int64_t since;
};

struct filter {
    const char *app, *token, *owner, *client;
    bool by_state;
    enum state state;
};

struct status {
    const struct call *call;
    const struct view *view;
    const struct config *config;
    const struct snapshot *snapshot;
    const struct board *board;
    int64_t now;
    int64_t stale_after_s;
    struct filter filter;
    struct row *row;
    size_t rows;
    struct counts counts; /* of all that the filter lets through, its state aside */
};

/* --- choosing ------------------------------------------------------------------------------------------------ */

static bool passes(const struct status *s, const struct board_advertiser *a)
{
    struct board_app app;

    if (s->filter.app && (!snapshot_app(s->snapshot, a->app, &app) || strcmp(app.name, s->filter.app) != 0))
        return false;
    return (!s->filter.token || lines_has_word(a->tokens, s->filter.token)) &&
           (!s->filter.owner || strcmp(a->owner, s->filter.owner) == 0) &&
           (!s->filter.client || strcmp(a->client, s->filter.client) == 0);
}

/* Problems first: the worst, and of these the newest; what is OK as the inventory has it. */
static int by_trouble(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int severity = state_severity(b->state) - state_severity(a->state);

    if (severity != 0)
        return severity;
    if (a->state != STATE_OK && a->since != b->since)
        return a->since > b->since ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static bool choose(struct status *s)
{
    s->row = calloc((size_t)s->board->advertiser_count + 1, sizeof(*s->row));
    if (!s->row)
        return false;
    for (uint32_t i = 0; i < s->board->advertiser_count; i++) {
        struct board_advertiser a;
        struct verdict v;

        if (!snapshot_advertiser(s->snapshot, i, &a) || !passes(s, &a))
            continue;
        verdict_at(s->config, &a.verdict, s->stale_after_s, s->now, &v);
        s->counts.state[v.state]++;
        s->counts.unauthorized += verdict_is_unauthorized(&v);
        if (!s->filter.by_state || v.state == s->filter.state)
            s->row[s->rows++] = (struct row){.index = i, .state = v.state, .since = v.since};
    }
    qsort(s->row, s->rows, sizeof(*s->row), by_trouble);
    return true;
}

/* --- as text ------------------------------------------------------------------------------------------------- */

static void header_line(const struct screen *screen, const char *label, enum paint paint, struct buf *text,
                        struct buf *out)
{
    struct buf safe;

    buf_init(&safe, 8192);
    screen_text(screen, buf_text(text), &safe);
    buf_printf(out, "%-12s ", label);
    screen_begin(screen, paint, out);
    screen_fold(screen, buf_text(&safe), 13, 13, out);
    buf_cut(out, buf_len(out) - 1);
    screen_end(screen, paint, out);
    buf_char(out, '\n');
    buf_free(&safe);
    buf_reset(text);
}

static void write_age(const struct status *s, const struct screen *screen, struct buf *text, struct buf *out)
{
    char made[CLOCK_TEXT_MAX], age[CLOCK_TEXT_MAX], interval[CLOCK_TEXT_MAX], real[CLOCK_TEXT_MAX];
    const struct board *b = s->board;

    buf_printf(text, "%s, %s ago; sweeps by %s every %s", clock_short(b->made_at, s->now, made),
               clock_span(s->now - b->made_at, age), b->by_service ? "the service" : "the checks",
               clock_duration(b->interval_s * 1000, interval));
    if (b->real_interval_s > b->interval_s)
        buf_printf(text, ", stretched to %s by the budget", clock_span(b->real_interval_s, real));
    header_line(screen, "Snapshot", PAINT_NONE, text, out);
    if (view_is_outdated(s->view)) {
        buf_str(text, "configuration or inventory changed since; the next sweep takes it up");
        header_line(screen, "", PAINT_WARNING, text, out);
    }
}

static void write_api(const struct status *s, const struct screen *screen, struct buf *text, struct buf *out)
{
    struct verdict api;
    char span[CLOCK_TEXT_MAX];

    verdict_at(s->config, &s->board->api, s->stale_after_s, s->now, &api);
    buf_printf(text, "%s", state_upper_name(api.state));
    if (api.state != STATE_OK) {
        buf_str(text, ", ");
        line_cause(&api, text);
    }
    if (api.verified_at > 0)
        buf_printf(text, ", verified %s ago", clock_span(s->now - api.verified_at, span));
    else
        buf_str(text, ", never verified");
    if (s->board->api_fault.cause != CAUSE_AUTHORIZED) {
        buf_str(text, "; last attempt: ");
        line_fault(&s->board->api_fault, text);
    }
    header_line(screen, "API", api.state == STATE_OK ? PAINT_NONE : screen_paint_of(api.state), text, out);
}

static void write_faults(const struct status *s, const struct screen *screen, struct buf *text, struct buf *out)
{
    size_t shown = 0, more = 0;
    struct board_token token;

    for (uint32_t i = 0; snapshot_token(s->snapshot, i, &token); i++) {
        if (token.fault.cause == CAUSE_AUTHORIZED)
            continue;
        if (shown == FAULTS_SHOWN) {
            more++;
            continue;
        }
        buf_printf(text, "%s: last attempt verified nothing: ", token.name);
        line_fault(&token.fault, text);
        header_line(screen, shown++ == 0 ? "Tokens" : "", PAINT_NONE, text, out);
    }
    if (more > 0) {
        buf_printf(text, "and %zu more tokens", more);
        header_line(screen, "", PAINT_NONE, text, out);
    }
}

static void write_header(const struct status *s, const struct screen *screen, struct buf *out)
{
    size_t complaints = (size_t)s->board->complaint_count;
    struct buf text;

    buf_init(&text, 8192);
    write_age(s, screen, &text, out);
    buf_printf(&text, "%u: ", s->counts.state[0] + s->counts.state[1] + s->counts.state[2] + s->counts.state[3]);
    line_counts(&s->counts, &text);
    header_line(screen, "Advertisers", PAINT_NONE, &text, out);
    write_api(s, screen, &text, out);
    write_faults(s, screen, &text, out);
    if (s->board->store_fault[0]) {
        buf_str(&text, s->board->store_fault);
        header_line(screen, "Store", PAINT_WARNING, &text, out);
    }
    if (complaints > 0) {
        buf_printf(&text, "%zu complaint%s about configuration or inventory: tiktok-auth doctor says which",
                   complaints, complaints == 1 ? "" : "s");
        header_line(screen, "Complaints", PAINT_WARNING, &text, out);
    }
    buf_char(out, '\n');
    buf_free(&text);
}

static bool write_rows(const struct status *s, const struct screen *screen, struct buf *out)
{
    struct lines_advertisers *table = lines_advertisers_new(screen, s->config, s->snapshot, s->now);
    size_t ok_rows = 0, shown = s->rows;
    bool ok;

    if (!table)
        return false;
    while (ok_rows < s->rows && s->row[s->rows - 1 - ok_rows].state == STATE_OK)
        ok_rows++;
    if (ok_rows > OK_ROWS_SHOWN && !call_has(s->call, "all"))
        shown -= ok_rows;
    for (size_t i = 0; i < shown; i++)
        lines_advertisers_add(table, s->row[i].index);
    ok = shown == 0 || lines_advertisers_write(table, out);
    if (s->rows == 0)
        buf_str(out, "No advertiser is shown: none fits what was asked for.\n");
    else if (shown < s->rows)
        buf_printf(out, "%s%zu %sOK and not shown; --all shows them.\n", shown > 0 ? "... and " : "",
                   s->rows - shown, shown > 0 ? "that are " : "advertisers are ");
    lines_advertisers_free(table);
    return ok;
}

static int as_text(const struct status *s, const struct screen *screen)
{
    struct buf out;

    buf_init(&out, LINES_OUTPUT_MAX);
    write_header(s, screen, &out);
    if (!lines_roots(screen, s->snapshot, s->now, &out) || !write_rows(s, screen, &out))
        buf_fail(&out);
    return lines_print(&out) ? COMMAND_DONE : COMMAND_FAILED;
}

/* --- as JSON ------------------------------------------------------------------------------------------------- */

static void json_roots(const struct status *s, struct jsonw *w)
{
    struct board_root root;

    jsonw_array(w, "root_causes");
    for (uint32_t i = 0; snapshot_root(s->snapshot, i, &root); i++) {
        jsonw_object(w, NULL);
        jsonw_string(w, "kind", scope_name(root.kind));
        jsonw_string(w, "app", root.app[0] ? root.app : NULL);
        jsonw_string(w, "id", root.id);
        jsonw_string(w, "state", state_name(root.state));
        jsonw_string(w, "cause", cause_name(root.cause));
        jsonw_string(w, "urgency", urgency_name(root.urgency));
        jsonw_string(w, "actor", actor_name(root.actor));
        lines_json_time(w, "since", root.since);
        jsonw_int(w, "members", root.members);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static void json_tokens(const struct status *s, struct jsonw *w)
{
    struct board_token token;
    struct board_app app;
    struct verdict v;

    jsonw_array(w, "tokens");
    for (uint32_t i = 0; snapshot_token(s->snapshot, i, &token); i++) {
        verdict_at(s->config, &token.verdict, s->stale_after_s, s->now, &v);
        jsonw_object(w, NULL);
        jsonw_string(w, "token", token.name);
        jsonw_string(w, "app", snapshot_app(s->snapshot, token.app, &app) ? app.name : NULL);
        jsonw_string(w, "granted_by", token.granted_by == GRANTED_BY_US ? "us" : "client");
        jsonw_string(w, "login", token.login[0] ? token.login : NULL);
        jsonw_string(w, "state", state_name(v.state));
        jsonw_string(w, "cause", cause_name(v.cause));
        jsonw_string(w, "fault", token.fault.cause != CAUSE_AUTHORIZED ? cause_name(token.fault.cause) : NULL);
        lines_json_time(w, "verified_at", v.verified_at);
        lines_json_time(w, "asked_at", token.ended);
        lines_json_counts(w, "counts", &token.members);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static void json_api(const struct status *s, struct jsonw *w)
{
    struct verdict v;

    verdict_at(s->config, &s->board->api, s->stale_after_s, s->now, &v);
    jsonw_object(w, "api");
    jsonw_string(w, "state", state_name(v.state));
    jsonw_string(w, "cause", cause_name(v.cause));
    lines_json_time(w, "verified_at", v.verified_at);
    jsonw_string(w, "fault",
                 s->board->api_fault.cause != CAUSE_AUTHORIZED ? cause_name(s->board->api_fault.cause) : NULL);
    jsonw_object_end(w);
}

static void json_advertisers(const struct status *s, struct jsonw *w)
{
    jsonw_array(w, "advertisers");
    for (size_t i = 0; i < s->rows; i++) {
        struct member member;

        if (!snapshot_advertiser(s->snapshot, s->row[i].index, &member.row))
            continue;
        verdict_at(s->config, &member.row.verdict, s->stale_after_s, s->now, &member.verdict);
        output_json_advertiser(w, s->snapshot, &member, s->now);
    }
    jsonw_array_end(w);
}

static int as_json(const struct status *s)
{
    struct buf out;
    struct jsonw w;

    buf_init(&out, LINES_OUTPUT_MAX);
    jsonw_init(&w, &out, true);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", 1);
    lines_json_time(&w, "made_at", s->board->made_at);
    jsonw_int(&w, "age_s", s->now > s->board->made_at ? s->now - s->board->made_at : 0);
    jsonw_int(&w, "interval_s", s->board->interval_s);
    jsonw_int(&w, "real_interval_s", s->board->real_interval_s);
    jsonw_bool(&w, "outdated", view_is_outdated(s->view));
    jsonw_string(&w, "store_fault", s->board->store_fault[0] ? s->board->store_fault : NULL);
    jsonw_int(&w, "complaints", s->board->complaint_count);
    json_api(s, &w);
    lines_json_counts(&w, "counts", &s->counts);
    json_roots(s, &w);
    json_tokens(s, &w);
    json_advertisers(s, &w);
    jsonw_object_end(&w);
    buf_char(&out, '\n');
    return lines_print(&out) ? COMMAND_DONE : COMMAND_FAILED;
}

/* --- the command --------------------------------------------------------------------------------------------- */

static const struct option_row OPTION[] = {
    {"app", "NAME", "only advertisers of this app"},
    {"token", "NAME", "only advertisers of this token"},
    {"state", "STATE", "only this state: ok, warning, critical or unknown"},
    {"client", "CLIENT", "only advertisers of this client"},
    {"owner", "OWNER", "only advertisers of this owner"},
    {"all", NULL, "list those that are OK too, when there are many"},
    {"json", NULL, "JSON instead of a table"},
    {"color", "WHEN", "always, never or auto: on a terminal, unless NO_COLOR is set"},
    {"no-color", NULL, "the same as --color never"},
    {NULL, NULL, NULL},
};

static int show(struct status *s, const struct screen *screen)
{
    int code;

    if (!s->snapshot)
        return call_failed(s->call, "%s", view_why(s->view));
    s->board = snapshot_board(s->snapshot);
    s->stale_after_s = lines_stale_after_s(s->config, s->snapshot);
    if (!choose(s))
        return call_failed(s->call, "out of memory");
    code = call_has(s->call, "json") ? as_json(s) : as_text(s, screen);
    free(s->row);
    return code;
}

static int run(const struct call *call)
{
    const char *state = call_value(call, "state");
    const char *color = call_has(call, "no-color") ? "never" : call_value(call, "color");
    struct status s = {
        .call = call,
        .now = clock_wall(),
        .filter = {.app = call_value(call, "app"),
                   .token = call_value(call, "token"),
                   .owner = call_value(call, "owner"),
                   .client = call_value(call, "client"),
                   .by_state = state != NULL},
    };
    struct err err = {.text = ""};
    struct screen screen;
    struct view *view;
    int code;

    if (state && !state_from_name(state, &s.filter.state))
        return call_misused(call, "--state '%s': allowed: ok, warning, critical, unknown", state);
    if (!screen_of(stdout, color, &screen))
        return call_misused(call, "--color '%s': allowed: always, never, auto", color);
    view = view_open(call->config, &err);
    if (!view)
        return call_failed(call, "%s", err.text);
    s.view = view;
    s.config = view_config(view);
    s.snapshot = view_snapshot(view);
    code = show(&s, &screen);
    view_close(view);
    return code;
}

const struct command command_status = {
    .name = "status",
    .summary = "What is authorized, what is lost, and who must act.",
    .words = "",
    .options = OPTION,
    .more = "The exit code says whether it could be shown, whatever the states are.",
    .run = run,
};
