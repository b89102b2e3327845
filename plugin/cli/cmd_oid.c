/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * oid: where SNMP has an advertiser, a token, an app or the whole, for tools that ask for single objects. */
#include "base/parse.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/screen.h"
#include "cli/table.h"
#include "probe/probe.h"

#include <string.h>

static const struct option_row OPTION[] = {
    {"app", "NAME", "the advertiser in this app only; without ID the app itself"},
    {"token", "NAME", "this token"},
    {"json", NULL, "JSON instead of tables"},
    {NULL, NULL, NULL},
};

/* What carries the whole; without ID, --app and --token all scalars are shown. */
static const enum mib_object WHOLE[] = {
    MIB_SUMMARY,
    MIB_WORST_STATE,
    MIB_ADVERTISERS,
    MIB_ADVERTISERS_OK,
    MIB_ADVERTISERS_WARNING,
    MIB_ADVERTISERS_CRITICAL,
    MIB_ADVERTISERS_UNKNOWN,
    MIB_ADVERTISERS_UNAUTHORIZED,
    MIB_ROOT_CAUSES,
    MIB_API_STATE,
    MIB_API_SUMMARY,
    MIB_ROUND_AGE,
    MIB_OLDEST_VERIFIED_AGE,
};

/* Where it goes: text in `out`, or JSON in `w` over it. */
struct sheet {
    const struct screen *screen;
    struct buf *out;
    struct jsonw *w; /* NULL: text */
    struct table *table;
    size_t rows;
};

static const char *type_of(enum mib_syntax syntax)
{
    switch (syntax) {
    case MIB_TEXT:
    case MIB_LONG_TEXT:
    case MIB_WORD:
        return "text";
    case MIB_TIME:
        return "time";
    case MIB_AGE:
        return "seconds";
    case MIB_GAUGE:
    case MIB_NUMBER:
        return "number";
    case MIB_COUNTER:
        return "counter";
    case MIB_STATE:
        return "state";
    case MIB_CAUSE:
        return "cause";
    case MIB_URGENCY:
        return "urgency";
    case MIB_ACTOR:
        return "actor";
    case MIB_KIND:
        return "kind";
    case MIB_GRANTOR:
        return "grantor";
    case MIB_CONFIG:
        return "configuration";
    }
    return "";
}

static void json_values(struct jsonw *w, enum mib_syntax syntax)
{
    const char *label;

    if (!mib_label(syntax, 1))
        return;
    jsonw_object(w, "values");
    for (uint32_t value = 1; (label = mib_label(syntax, value)) != NULL; value++)
        jsonw_int(w, label, value);
    jsonw_object_end(w);
}

static void put_object(struct sheet *sheet, enum mib_object object, const struct mib_oid *index)
{
    const struct mib_object_info *info = mib_object(object);
    struct mib_oid oid = mib_object_oid(object);
    struct buf text;

    mib_oid_append(&oid, index);
    buf_init(&text, 2048);
    if (!mib_oid_write(&oid, &text))
        buf_fail(sheet->out);
    else if (sheet->w) {
        jsonw_object(sheet->w, NULL);
        jsonw_string(sheet->w, "name", info->name);
        jsonw_string(sheet->w, "oid", buf_text(&text));
        jsonw_string(sheet->w, "type", type_of(info->syntax));
        json_values(sheet->w, info->syntax);
        jsonw_object_end(sheet->w);
    } else
        table_row(sheet->table, PAINT_NONE, (const char *[]){info->name, type_of(info->syntax), buf_text(&text)});
    buf_free(&text);
}

static void begin_objects(struct sheet *sheet, const char *key)
{
    static const struct table_column COLUMN[] = {{"OBJECT", 0}, {"TYPE", 0}, {"OID", 0}};

    if (sheet->w)
        jsonw_array(sheet->w, key);
    else if (!(sheet->table = table_new(sheet->screen, COLUMN, TTA_LEN(COLUMN))))
        buf_fail(sheet->out);
}

static void end_objects(struct sheet *sheet)
{
    if (sheet->w)
        jsonw_array_end(sheet->w);
    else if (sheet->table) {
        if (!table_write(sheet->table, sheet->out))
            buf_fail(sheet->out);
        table_free(sheet->table);
        sheet->table = NULL;
    }
}

/* The readable columns of a row, under a title. `id` NULL: it is the app itself. */
static void put_row(struct sheet *sheet, enum mib_group group, const char *kind, const char *app, const char *id,
                    const char *name, const struct mib_oid *index)
{
    size_t count;
    enum mib_object first = mib_group_first(group, &count);

    sheet->rows++;
    if (sheet->w) {
        jsonw_object(sheet->w, NULL);
        jsonw_string(sheet->w, "kind", kind);
        jsonw_string(sheet->w, "app", app);
        jsonw_string(sheet->w, "id", id ? id : app);
        jsonw_string(sheet->w, "name", name && name[0] ? name : NULL);
    } else {
        buf_printf(sheet->out, "%s %s%s%s", kind, id ? id : app, id ? " of app " : "", id ? app : "");
        if (name && name[0]) {
            buf_str(sheet->out, ", ");
            screen_text(sheet->screen, name, sheet->out);
        }
        buf_char(sheet->out, '\n');
    }
    begin_objects(sheet, "objects");
    for (size_t i = 0; i < count && buf_ok(sheet->out); i++)
        if (mib_object((enum mib_object)(first + i))->access == MIB_READ)
            put_object(sheet, (enum mib_object)(first + i), index);
    end_objects(sheet);
    if (sheet->w)
        jsonw_object_end(sheet->w);
    else
        buf_char(sheet->out, '\n');
}

static void put_advertiser(struct sheet *sheet, const struct snapshot *snapshot, const struct selection *selection)
{
    struct board_advertiser a;
    struct board_app app;

    for (uint32_t i = 0; i < snapshot_board(snapshot)->app_count; i++) {
        struct mib_oid index;

        if (!snapshot_app(snapshot, i, &app) || (selection->app && strcmp(app.name, selection->app) != 0) ||
            !snapshot_find_advertiser(snapshot, i, selection->id, &a, NULL))
            continue;
        index = mib_index_advertiser(app.name, a.id);
        put_row(sheet, MIB_GROUP_ADVERTISER, "advertiser", app.name, a.id, a.name, &index);
    }
}

static void put_token(struct sheet *sheet, const struct snapshot *snapshot, const struct selection *selection)
{
    struct board_token token;
    struct board_app app;
    struct mib_oid index;

    if (!snapshot_find_token(snapshot, selection->id, &token, NULL) || !snapshot_app(snapshot, token.app, &app))
        return;
    index = mib_index_token(app.name, token.name);
    put_row(sheet, MIB_GROUP_TOKEN, "token", app.name, token.name, NULL, &index);
}

static void put_app(struct sheet *sheet, const struct snapshot *snapshot, const struct selection *selection)
{
    struct board_app app;
    struct mib_oid index;

    if (!snapshot_find_app(snapshot, selection->app, &app, NULL))
        return;
    index = mib_index_app(app.name);
    put_row(sheet, MIB_GROUP_APP, "app", app.name, NULL, NULL, &index);
}

/* What the selection names, as published: these are the rows that the agent has. Complains and returns false when
 * it names nothing. */
static bool put_selection(const struct call *call, struct sheet *sheet, const struct view *view,
                          const struct selection *selection)
{
    struct thresholds none = {.has_warning = false};
    const struct snapshot *snapshot = view_snapshot(view);
    struct judgement judgement;

    if (snapshot && selection->kind == SELECT_ADVERTISER)
        put_advertiser(sheet, snapshot, selection);
    else if (snapshot && selection->kind == SELECT_TOKEN)
        put_token(sheet, snapshot, selection);
    else if (snapshot)
        put_app(sheet, snapshot, selection);
    if (sheet->rows > 0)
        return true;
    judgement_make(view_config(view), view_complaints(view), snapshot, view_why(view), selection, &none,
                   STATE_UNKNOWN, 0, &judgement);
    if (judgement.refusal[0])
        (void)call_failed(call, "%s - %s", judgement.refusal, judgement.fix_short);
    else
        (void)call_failed(call, "the published snapshot has no row of it");
    return false;
}

static void put_scalars(struct sheet *sheet, bool all)
{
    struct mib_oid index = {.len = 1};
    size_t count;
    enum mib_object first = mib_group_first(MIB_GROUP_SCALARS, &count);

    if (!sheet->w)
        buf_str(sheet->out, "the whole\n");
    begin_objects(sheet, "scalars");
    for (size_t i = 0; i < (all ? count : TTA_LEN(WHOLE)) && buf_ok(sheet->out); i++)
        put_object(sheet, all ? (enum mib_object)(first + i) : WHOLE[i], &index);
    end_objects(sheet);
    if (!sheet->w) {
        const char *label;

        buf_str(sheet->out, "\nstates:");
        for (uint32_t value = 1; (label = mib_label(MIB_STATE, value)) != NULL; value++)
            buf_printf(sheet->out, " %s(%u)", label, value);
        buf_str(sheet->out, "; other values: tiktok-auth oid --json\n");
    }
}

static int print(const struct call *call, const struct view *view, const struct selection *selection)
{
    struct screen screen;
    struct buf out;
    struct jsonw w;
    struct sheet sheet = {.screen = &screen, .out = &out, .w = call_has(call, "json") ? &w : NULL};

    if (!screen_of(stdout, NULL, &screen))
        return COMMAND_FAILED;
    buf_init(&out, LINES_OUTPUT_MAX);
    if (sheet.w) {
        jsonw_init(&w, &out, true);
        jsonw_object(&w, NULL);
        jsonw_int(&w, "schema", 1);
        jsonw_array(&w, "rows");
    }
    if (view && !put_selection(call, &sheet, view, selection)) {
        buf_free(&out);
        return COMMAND_FAILED;
    }
    if (sheet.w)
        jsonw_array_end(&w);
    put_scalars(&sheet, !view);
    if (sheet.w) {
        jsonw_object_end(&w);
        buf_char(&out, '\n');
    }
    return lines_print(&out) ? COMMAND_DONE : COMMAND_FAILED;
}

static int run(const struct call *call)
{
    const char *token = call_value(call, "token");
    struct selection selection = {.kind = SELECT_ADVERTISER, .app = call_value(call, "app"), .id = call->word[0]};
    struct err err = {.text = ""};
    struct view *view;
    int code;

    if (selection.id && !parse_advertiser_id(selection.id))
        return call_misused(call, "'%s' is not an advertiser id: allowed are 1 to %d digits", selection.id,
                            ADVERTISER_ID_MAX);
    if (token && (selection.id || selection.app))
        return call_misused(call, "--token stands alone");
    if (token) {
        selection.kind = SELECT_TOKEN;
        selection.id = token;
    } else if (!selection.id && !selection.app)
        return print(call, NULL, NULL);
    else if (!selection.id)
        selection.kind = SELECT_APP;
    view = view_open(call->config, &err);
    if (!view)
        return call_failed(call, "%s", err.text);
    code = print(call, view, &selection);
    view_close(view);
    return code;
}

const struct command command_oid = {
    .name = "oid",
    .summary = "Where SNMP has an advertiser, token, app or the whole.",
    .words = "[ID]",
    .words_min = 0,
    .words_max = 1,
    .options = OPTION,
    .more = "For tools that ask for single objects: the numbers of every readable object of an advertiser (under "
            "all its apps unless --app names one), of a token or an app, and of the scalars that carry the whole. "
            "Without a word or option, all scalars.",
    .run = run,
};
