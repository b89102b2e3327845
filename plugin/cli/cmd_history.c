/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * history: what happened to an advertiser, a token, an app or the api. */
#include "base/clock.h"
#include "base/parse.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/screen.h"
#include "cli/table.h"
#include "probe/probe.h"

#include <inttypes.h>
#include <string.h>

enum { MOST_DEFAULT = 50, MOST_MAX = 100000 };

static const struct option_row OPTION[] = {
    {"app", "NAME", "only what belongs to this app"},
    {"most", "N", "at most N events; default 50"},
    {"json", NULL, "JSON instead of a table"},
    {NULL, NULL, NULL},
};

/* --- as text ------------------------------------------------------------------------------------------------- */

static const struct table_column COLUMN[] = {{"TIME", 0},        {"OF", 0},       {"CHANGE", 0}, {"CAUSE", 16},
                                             {"ROOT CAUSE", 10}, {"MESSAGE", 12}, {"NOTE", 12},  {"WHO", 0}};
enum { NARROW_COLUMNS = 4 }; /* the others stand below the row */

struct event_table {
    struct table *table;
    bool narrow;
};

static void add_cause(const struct store_event *event, struct buf *out)
{
    enum cause cause;

    buf_str(out, cause_from_name(event->cause, &cause) ? cause_info(cause)->lost : event->cause);
    if (event->has_code && event->code != 0)
        buf_printf(out, " [%" PRId64 "]", event->code);
}

static void add_root(const struct store_event *event, struct buf *out)
{
    bool itself = strcmp(event->root_kind, event->kind) == 0 && strcmp(event->root_id, event->object) == 0;

    if (!itself && event->root_kind[0])
        buf_printf(out, "%s %s", event->root_kind, event->root_id);
}

static void add_part(struct buf *out, const char *label, const char *text)
{
    if (text[0])
        buf_printf(out, "%s%s%s", buf_len(out) > 0 ? "; " : "", label, text);
}

static void below(struct table *table, const struct store_event *event, const char *root)
{
    struct buf text;

    buf_init(&text, 4096);
    add_part(&text, "root cause ", root);
    add_part(&text, "TikTok: ", event->message);
    add_part(&text, "", event->note);
    add_part(&text, "by ", event->who);
    table_below(table, buf_text(&text));
    buf_free(&text);
}

static bool event_row(void *arg, const struct store_event *event)
{
    struct event_table *t = arg;
    char at[CLOCK_TEXT_MAX];
    struct buf of, change, cause, root;
    enum state state = STATE_UNKNOWN;
    bool known = state_from_name(event->state, &state);

    buf_init(&of, 512);
    buf_init(&change, 512);
    buf_init(&cause, 512);
    buf_init(&root, 512);
    buf_printf(&of, "%s%s%s", event->kind, event->app[0] ? " of " : "", event->app);
    if (event->old_state[0] && strcmp(event->old_state, event->state) != 0)
        buf_printf(&change, "%s to %s", event->old_state, event->state);
    else
        buf_str(&change, event->state);
    add_cause(event, &cause);
    add_root(event, &root);
    table_row(t->table, known ? screen_paint_of(state) : PAINT_NONE,
              (const char *[]){clock_rfc3339(event->at, at), buf_text(&of), buf_text(&change), buf_text(&cause),
                               buf_text(&root), event->message, event->note, event->who});
    if (t->narrow)
        below(t->table, event, buf_text(&root));
    buf_free(&of);
    buf_free(&change);
    buf_free(&cause);
    buf_free(&root);
    return true;
}

/* --- as JSON ------------------------------------------------------------------------------------------------- */

static const char *or_null(const char *text)
{
    return text[0] ? text : NULL;
}

static bool event_json(void *arg, const struct store_event *event)
{
    struct jsonw *w = arg;

    jsonw_object(w, NULL);
    lines_json_time(w, "at", event->at);
    jsonw_string(w, "kind", event->kind);
    jsonw_string(w, "app", or_null(event->app));
    jsonw_string(w, "id", event->object);
    jsonw_string(w, "name", or_null(event->name));
    jsonw_string(w, "state", or_null(event->state));
    jsonw_string(w, "old_state", or_null(event->old_state));
    jsonw_string(w, "cause", or_null(event->cause));
    jsonw_string(w, "old_cause", or_null(event->old_cause));
    if (event->has_code)
        jsonw_int(w, "code", event->code);
    else
        jsonw_null(w, "code");
    jsonw_string(w, "message", or_null(event->message));
    jsonw_string(w, "request_id", or_null(event->request_id));
    jsonw_object(w, "root_cause");
    jsonw_string(w, "kind", or_null(event->root_kind));
    jsonw_string(w, "id", or_null(event->root_id));
    jsonw_object_end(w);
    jsonw_string(w, "note", or_null(event->note));
    jsonw_string(w, "who", or_null(event->who));
    jsonw_object_end(w);
    return true;
}

/* ------------------------------------------------------------------------------------------------------------- */

static int print_text(const struct call *call, const struct config *config, const struct history_options *options)
{
    struct screen screen;
    struct event_table t;
    struct buf out;
    struct err err = {.text = ""};
    int code = COMMAND_FAILED;

    if (!screen_of(stdout, NULL, &screen))
        return COMMAND_FAILED;
    t.narrow = screen_is_narrow(&screen);
    t.table = table_new(&screen, COLUMN, t.narrow ? NARROW_COLUMNS : TTA_LEN(COLUMN));
    buf_init(&out, LINES_OUTPUT_MAX);
    if (!t.table)
        code = call_failed(call, "out of memory");
    else if (!history_read(config, options, event_row, &t, &err))
        code = call_failed(call, "%s", err.text);
    else if (table_rows(t.table) == 0)
        code = call_failed(call, "nothing is known of '%s'%s%s: it never changed, or the name or id is wrong",
                           options->id, options->app ? " in app " : "", options->app ? options->app : "");
    else {
        if (!table_write(t.table, &out))
            buf_fail(&out);
        code = lines_print(&out) ? COMMAND_DONE : COMMAND_FAILED;
    }
    buf_free(&out);
    table_free(t.table);
    return code;
}

static int print_json(const struct call *call, const struct config *config, const struct history_options *options)
{
    struct jsonw w;
    struct buf out;
    struct err err = {.text = ""};

    buf_init(&out, LINES_OUTPUT_MAX);
    jsonw_init(&w, &out, true);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", 1);
    jsonw_string(&w, "id", options->id);
    jsonw_array(&w, "events");
    if (!history_read(config, options, event_json, &w, &err)) {
        buf_free(&out);
        return call_failed(call, "%s", err.text);
    }
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    buf_char(&out, '\n');
    return lines_print(&out) ? COMMAND_DONE : COMMAND_FAILED;
}

static int run(const struct call *call)
{
    struct history_options options = {.id = call->word[0], .app = call_value(call, "app"), .most = MOST_DEFAULT};
    struct err err = {.text = ""};
    struct view *view;
    int code;

    if (!call_number(call, "most", 1, MOST_MAX, &options.most))
        return COMMAND_USAGE;
    view = view_open(call->config, &err);
    if (!view)
        return call_failed(call, "%s", err.text);
    code = (call_has(call, "json") ? print_json : print_text)(call, view_config(view), &options);
    view_close(view);
    return code;
}

const struct command command_history = {
    .name = "history",
    .summary = "What happened to an advertiser, token, app or the api.",
    .words = "ID",
    .words_min = 1,
    .words_max = 1,
    .options = OPTION,
    .more = "ID is an advertiser id, the name of a token, an app or a client, or the word api.",
    .run = run,
};
