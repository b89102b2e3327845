/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * discover: what the tokens cover, against the inventory. */
#include "base/jsonw.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/progress.h"
#include "cli/screen.h"
#include "cli/table.h"
#include "probe/probe.h"

#include <stdio.h>
#include <string.h>

static const struct option_row OPTION[] = {
    {"app", "NAME", "only the tokens of this app"},
    {"adopt", NULL, "add the new ones to the inventory file"},
    {"output", "FILE", "with --adopt: to this CSV file; default the first of [inventory]"},
    {"json", NULL, "JSON instead of a table"},
    {NULL, NULL, NULL},
};

struct discover_call {
    const struct call *call;
    const struct setup *setup;
    const struct discover *discover;
    bool adopted;
    struct adopt_result result;
};

static const char *kind_name(enum discover_kind kind)
{
    switch (kind) {
    case DISCOVER_NEW:
        return "new";
    case DISCOVER_GONE:
        return "gone";
    case DISCOVER_UNOWNED:
        return "unowned";
    }
    return "";
}

static void token_names(const struct discover_call *c, const struct discover_item *item, struct buf *out)
{
    for (size_t i = 0; i < item->token_count; i++)
        buf_printf(out, "%s%s", i > 0 ? " " : "", setup_config(c->setup)->token[item->token[i]].name);
}

/* --- as text ------------------------------------------------------------------------------------------------- */

static size_t count_of(const struct discover_call *c, enum discover_kind kind)
{
    const struct discover_item *item;
    size_t all = discover_items(c->discover, &item), count = 0;

    for (size_t i = 0; i < all; i++)
        if (item[i].kind == kind)
            count++;
    return count;
}

static bool write_kind(const struct discover_call *c, const struct screen *screen, enum discover_kind kind,
                       const char *title, struct buf *out)
{
    static const struct table_column COLUMN[] = {{"ADVERTISER", 0}, {"NAME", 16}, {"APP", 6}, {"TOKENS", 12}};
    const struct discover_item *item;
    size_t all = discover_items(c->discover, &item), count = count_of(c, kind);
    struct table *table = table_new(screen, COLUMN, TTA_LEN(COLUMN));
    struct buf tokens;
    bool ok = true;

    buf_init(&tokens, 4096);
    for (size_t i = 0; table && i < all; i++) {
        if (item[i].kind != kind)
            continue;
        buf_reset(&tokens);
        token_names(c, &item[i], &tokens);
        table_row(table, PAINT_NONE,
                  (const char *[]){item[i].id, item[i].name, setup_config(c->setup)->app[item[i].app].name,
                                   buf_text(&tokens)});
    }
    if (count > 0) {
        buf_printf(out, "\n%zu %s\n", count, title);
        ok = table && table_write(table, out);
    }
    buf_free(&tokens);
    table_free(table);
    return ok;
}

static void write_tokens(const struct discover_call *c, const struct screen *screen, struct buf *out)
{
    const struct discover_token *token;
    size_t count = discover_tokens(c->discover, &token);
    struct buf why;

    buf_init(&why, 8192);
    for (size_t i = 0; i < count; i++) {
        const char *name = setup_config(c->setup)->token[token[i].token].name;

        if (token[i].listed)
            buf_printf(out, "token %s covers %zu advertiser%s\n", name, token[i].covered,
                       token[i].covered == 1 ? "" : "s");
        else {
            buf_reset(&why);
            buf_printf(&why, "token %s could not be listed: ", name);
            screen_text(screen, token[i].why.text, &why);
            screen_fold(screen, buf_text(&why), 2, 0, out);
        }
    }
    buf_free(&why);
    if (count == 0)
        buf_str(out, "There is no token with discover = yes.\n");
}

static void write_adopted(const struct discover_call *c, const struct screen *screen, struct buf *out)
{
    const struct adopt_result *r = &c->result;

    if (!c->adopted) {
        if (count_of(c, DISCOVER_NEW) > 0)
            buf_str(out, "\nTo take the new ones into the inventory: tiktok-auth discover --adopt\n");
        return;
    }
    buf_printf(out, "\n%zu row%s added to ", r->added, r->added == 1 ? "" : "s");
    screen_text(screen, r->path, out);
    buf_str(out, r->added > 0 ? "; fill in who owns them.\n" : ".\n");
    if (r->in_file > 0)
        buf_printf(out, "%zu left out: the file has a row for them with a fault, see tiktok-auth doctor.\n",
                   r->in_file);
    if (r->unlisted && r->added > 0)
        buf_str(out, "Add that file to [inventory] in the configuration: file = ...\n");
}

static int as_text(const struct discover_call *c)
{
    struct screen screen;
    struct buf out;
    bool ok;

    if (!screen_of(stdout, NULL, &screen))
        return COMMAND_FAILED;
    buf_init(&out, LINES_OUTPUT_MAX);
    write_tokens(c, &screen, &out);
    ok = write_kind(c, &screen, DISCOVER_NEW, "new: covered, but not in the inventory", &out) &&
         write_kind(c, &screen, DISCOVER_GONE, "gone: in the inventory, but on no list of their tokens", &out) &&
         write_kind(c, &screen, DISCOVER_UNOWNED, "unowned: in the inventory without an owner", &out);
    write_adopted(c, &screen, &out);
    if (!ok)
        buf_fail(&out);
    return lines_print(&out) ? COMMAND_DONE : COMMAND_FAILED;
}

/* --- as JSON ------------------------------------------------------------------------------------------------- */

static void json_tokens(const struct discover_call *c, struct jsonw *w)
{
    const struct discover_token *token;
    size_t count = discover_tokens(c->discover, &token);

    jsonw_array(w, "tokens");
    for (size_t i = 0; i < count; i++) {
        jsonw_object(w, NULL);
        jsonw_string(w, "token", setup_config(c->setup)->token[token[i].token].name);
        jsonw_bool(w, "listed", token[i].listed);
        if (token[i].listed)
            jsonw_int(w, "covered", (int64_t)token[i].covered);
        else
            jsonw_null(w, "covered");
        jsonw_string(w, "why", token[i].listed ? NULL : token[i].why.text);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static void json_kind(const struct discover_call *c, struct jsonw *w, enum discover_kind kind)
{
    const struct discover_item *item;
    size_t count = discover_items(c->discover, &item);

    jsonw_array(w, kind_name(kind));
    for (size_t i = 0; i < count; i++) {
        if (item[i].kind != kind)
            continue;
        jsonw_object(w, NULL);
        jsonw_string(w, "advertiser_id", item[i].id);
        jsonw_string(w, "name", item[i].name[0] ? item[i].name : NULL);
        jsonw_string(w, "app", setup_config(c->setup)->app[item[i].app].name);
        jsonw_array(w, "tokens");
        for (size_t k = 0; k < item[i].token_count; k++)
            jsonw_string(w, NULL, setup_config(c->setup)->token[item[i].token[k]].name);
        jsonw_array_end(w);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static int as_json(const struct discover_call *c)
{
    static const enum discover_kind KIND[] = {DISCOVER_NEW, DISCOVER_GONE, DISCOVER_UNOWNED};
    struct jsonw w;
    struct buf out;

    buf_init(&out, LINES_OUTPUT_MAX);
    jsonw_init(&w, &out, true);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", 1);
    json_tokens(c, &w);
    for (size_t i = 0; i < TTA_LEN(KIND); i++)
        json_kind(c, &w, KIND[i]);
    if (c->adopted) {
        jsonw_object(&w, "adopted");
        jsonw_string(&w, "file", c->result.path);
        jsonw_int(&w, "added", (int64_t)c->result.added);
        jsonw_int(&w, "left_out", (int64_t)c->result.in_file);
        jsonw_bool(&w, "in_configuration", !c->result.unlisted);
        jsonw_object_end(&w);
    } else
        jsonw_null(&w, "adopted");
    jsonw_object_end(&w);
    buf_char(&out, '\n');
    return lines_print(&out) ? COMMAND_DONE : COMMAND_FAILED;
}

/* ------------------------------------------------------------------------------------------------------------- */

static void show_progress(void *arg, size_t done, size_t total, const char *token)
{
    progress_say(arg, "asking TikTok about token %zu of %zu: %s", done + 1, total, token);
}

static bool any_listed(const struct discover *discover)
{
    const struct discover_token *token;
    size_t count = discover_tokens(discover, &token);

    for (size_t i = 0; i < count; i++)
        if (token[i].listed)
            return true;
    return false;
}

static int report(struct discover_call *c)
{
    struct err err = {.text = ""};
    int code;

    if (discover_store_fault(c->discover)[0])
        call_note(c->call, "the store could not be used: %s", discover_store_fault(c->discover));
    if (call_has(c->call, "adopt")) {
        if (!adopt(c->setup, c->discover, call_value(c->call, "output"), &c->result, &err))
            return call_failed(c->call, "%s", err.text);
        c->adopted = true;
    }
    code = call_has(c->call, "json") ? as_json(c) : as_text(c);
    adopt_free(&c->result);
    return any_listed(c->discover) ? code : COMMAND_FAILED;
}

static int with_setup(const struct call *call, struct setup *setup)
{
    struct err err = {.text = ""};
    struct http *http = setup_http(setup, &err);
    struct progress progress;
    struct discover *discover;
    struct env env;
    int code;

    if (!http)
        return call_failed(call, "%s", err.text);
    env = env_real(http);
    progress_begin(&progress, 0);
    discover =
        discover_run(&env, setup,
                     &(struct discover_options){
                         .app = call_value(call, "app"), .progress = show_progress, .progress_arg = &progress},
                     &err);
    progress_end(&progress);
    if (discover)
        code = report(&(struct discover_call){.call = call, .setup = setup, .discover = discover});
    else
        code = call_failed(call, "%s", err.text);
    discover_free(discover);
    http_free(http);
    return code;
}

static int run(const struct call *call)
{
    struct err err = {.text = ""};
    struct setup *setup;
    int code;

    if (call_has(call, "output") && !call_has(call, "adopt"))
        return call_misused(call, "--output goes with --adopt");
    setup = setup_load(&(struct setup_options){.config_path = call->config}, &err);
    if (!setup)
        return call_failed(call, "%s", err.text);
    code = with_setup(call, setup);
    setup_free(setup);
    return code;
}

const struct command command_discover = {
    .name = "discover",
    .summary = "What the tokens cover, against the inventory.",
    .words = "",
    .options = OPTION,
    .more = "--adopt only ever adds rows. What stands in the file stays as it is, comments too.",
    .run = run,
};
