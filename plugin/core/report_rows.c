/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * All other advertisers as data that the script shows a page at a time, and the form that searches them. */
#include "base/jsonw.h"
#include "base/text.h"
#include "core/grow.h"
#include "core/name_index.h"
#include "core/report_private.h"

#include <stdlib.h>
#include <string.h>

enum { DATA_MAX = 512 << 20 };

/* What a row says besides its names. */
enum { MARK_NONE, MARK_RETIRED, MARK_HELD };

/* Names by number, each once, in the order of their first use. */
struct names {
    const char **name; /* the snapshot's */
    size_t count;
    struct name_index index;
};

struct rows {
    const struct report *report;
    struct names owners, clients, texts;
    struct jsonw w;
    struct buf safe;
    bool failed;
};

void report_write_filters(const struct report *r)
{
    static const char *const STATE[] = {"critical", "unknown", "warning", "ok"};

    buf_str(r->out,
            "<form id=\"filters\" role=\"search\" aria-label=\"Search and filter advertisers\" hidden>\n"
            "<div><label for=\"q\">Search</label><input id=\"q\" type=\"search\" autocomplete=\"off\" "
            "spellcheck=\"false\" placeholder=\"Name, id, token&#8230;\"></div>\n"
            "<div><label for=\"owner\">Owner</label><select id=\"owner\"><option value=\"\">all</option>"
            "</select></div>\n"
            "<div><label for=\"client\">Client</label><select id=\"client\"><option value=\"\">all</option>"
            "</select></div>\n");
    if (r->several_apps)
        buf_str(r->out, "<div><label for=\"app\">App</label><select id=\"app\"><option value=\"\">all</option>"
                        "</select></div>\n");
    buf_str(r->out, "<div><label for=\"state\">State</label><select id=\"state\"><option value=\"\">all</option>"
                    "<option value=\"bad\">not OK</option>");
    for (size_t i = 0; i < TTA_LEN(STATE); i++)
        buf_printf(r->out, "<option value=\"%s\">%s</option>", STATE[i], STATE[i]);
    buf_str(r->out, "</select></div>\n<button type=\"reset\">Show all</button>\n"
                    "<p id=\"matches\" role=\"status\" aria-live=\"polite\"></p>\n</form>\n");
}

/* --- data ---------------------------------------------------------------------------------------------------- */

static int64_t number_of(struct rows *rows, struct names *names, const char *name)
{
    size_t number = name_index_find(&names->index, name);
    const char **grown;

    if (number != SIZE_MAX)
        return (int64_t)number;
    grown = grow_by_one(names->name, names->count, sizeof(*grown));
    if (!grown || !name_index_add(&names->index, name, names->count)) {
        rows->failed = true;
        names->name = grown ? grown : names->name;
        return 0;
    }
    names->name = grown;
    names->name[names->count] = name;
    return (int64_t)names->count++;
}

static void free_names(struct names *names)
{
    name_index_free(&names->index);
    free(names->name);
}

/* Made safe here: the script shows what it is given. */
static void put_text(struct rows *rows, const char *key, const char *text)
{
    buf_reset(&rows->safe);
    text_safe(&rows->safe, text, strlen(text), false, HTML_TEXT_MAX);
    jsonw_string(&rows->w, key, buf_text(&rows->safe));
}

static void put_names(struct rows *rows, const char *key, const struct names *names)
{
    jsonw_array(&rows->w, key);
    for (size_t i = 0; i < names->count; i++)
        put_text(rows, NULL, names->name[i]);
    jsonw_array_end(&rows->w);
}

/* [id, name, owner, client, token, seconds from last OK to now (-1 never), mark] */
static void begin_row(struct rows *rows, const struct member *m)
{
    bool held = m->row.held && m->verdict.state == STATE_OK;
    int64_t mark = m->verdict.cause == CAUSE_RETIRED ? MARK_RETIRED : (held ? MARK_HELD : MARK_NONE);

    jsonw_array(&rows->w, NULL);
    jsonw_string(&rows->w, NULL, m->row.id);
    put_text(rows, NULL, m->row.name);
    jsonw_int(&rows->w, NULL, number_of(rows, &rows->owners, m->row.owner));
    jsonw_int(&rows->w, NULL, number_of(rows, &rows->clients, m->row.client));
    jsonw_int(&rows->w, NULL, m->row.token);
    jsonw_int(&rows->w, NULL, member_age(m->verdict.last_ok, rows->report->in->now));
    jsonw_int(&rows->w, NULL, mark);
}

/* The same, then state, group, seconds since the loss, code (or null), message and request id (of
 * the texts), link */
static void put_problem(struct rows *rows, const struct report_problem *problem, struct judgement *j)
{
    struct member m;

    if (!report_member(rows->report, problem->index, &m) || !report_judge(rows->report, problem->index, j))
        return;
    begin_row(rows, &m);
    jsonw_string(&rows->w, NULL, state_name(m.verdict.state));
    jsonw_int(&rows->w, NULL, problem->group + 1);
    jsonw_int(&rows->w, NULL, member_age(m.verdict.since, rows->report->in->now));
    if (m.verdict.has_code)
        jsonw_int(&rows->w, NULL, m.verdict.code);
    else
        jsonw_null(&rows->w, NULL);
    jsonw_int(&rows->w, NULL, number_of(rows, &rows->texts, m.verdict.message));
    jsonw_int(&rows->w, NULL, number_of(rows, &rows->texts, m.verdict.request_id));
    jsonw_string(&rows->w, NULL, html_is_link(j->reauth_url) ? j->reauth_url : "");
    jsonw_array_end(&rows->w);
}

static void put_ok(struct rows *rows)
{
    const struct report *r = rows->report;

    jsonw_array(&rows->w, "ok");
    for (uint32_t i = 0; i < r->board->advertiser_count; i++) {
        struct member m;

        if (!report_member(r, i, &m) || m.verdict.state != STATE_OK)
            continue;
        begin_row(rows, &m);
        jsonw_array_end(&rows->w);
    }
    jsonw_array_end(&rows->w);
}

static void put_more(struct rows *rows, struct judgement *j)
{
    const struct report *r = rows->report;

    jsonw_array(&rows->w, "more");
    for (uint32_t i = REPORT_PROBLEMS_MAX; i < r->problem_count; i++)
        put_problem(rows, &r->problem[i], j);
    jsonw_array_end(&rows->w);
}

static void put_tables(struct rows *rows)
{
    const struct report *r = rows->report;
    struct board_token token;
    struct board_app app;

    put_names(rows, "owners", &rows->owners);
    put_names(rows, "clients", &rows->clients);
    put_names(rows, "texts", &rows->texts);
    jsonw_array(&rows->w, "apps");
    for (uint32_t i = 0; i < r->board->app_count; i++)
        put_text(rows, NULL, snapshot_app(r->in->snapshot, i, &app) ? app.name : "");
    jsonw_array_end(&rows->w);
    jsonw_array(&rows->w, "tokens"); /* name, app, name, app, ... */
    for (uint32_t i = 0; i < r->board->token_count; i++) {
        bool known = snapshot_token(r->in->snapshot, i, &token);

        put_text(rows, NULL, known ? token.name : "");
        jsonw_int(&rows->w, NULL, known ? token.app : 0);
    }
    jsonw_array_end(&rows->w);
}

static void write_data(struct rows *rows, struct judgement *j, struct buf *json)
{
    const struct report *r = rows->report;

    jsonw_init(&rows->w, json, false);
    jsonw_object(&rows->w, NULL);
    jsonw_int(&rows->w, "now", r->in->now);
    put_more(rows, j);
    put_ok(rows);
    put_tables(rows);
    jsonw_object_end(&rows->w);
    if (rows->failed || !buf_ok(json) || !buf_ok(&rows->safe))
        buf_fail(r->out);
    buf_str(r->out, "<script type=\"application/json\" id=\"data\">");
    html_json(r->out, buf_text(json), buf_len(json));
    buf_str(r->out, "</script>\n");
}

static void write_table(const struct report *r)
{
    uint32_t hidden = r->total - (r->problem_count < REPORT_PROBLEMS_MAX ? r->problem_count : REPORT_PROBLEMS_MAX);

    buf_str(r->out, "<section aria-labelledby=\"h-rest\" id=\"rest\">\n<h2 id=\"h-rest\">");
    buf_str(r->out, r->problem_count > REPORT_PROBLEMS_MAX ? "All other advertisers" : "Advertisers that are OK");
    buf_str(r->out, "</h2>\n<noscript><p>");
    report_advertisers(r->out, hidden);
    buf_str(r->out, hidden == 1 ? " is" : " are");
    buf_str(r->out,
            " listed here only where scripts run, and so are search and filters.</p></noscript>\n"
            "<table role=\"table\" class=\"cards\" id=\"rows\" hidden>\n<caption class=\"away\">Advertisers, "
            "a page at a time</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">"
            "<th role=\"columnheader\" scope=\"col\">State</th>"
            "<th role=\"columnheader\" scope=\"col\">Advertiser</th>"
            "<th role=\"columnheader\" scope=\"col\">Owner, client</th>"
            "<th role=\"columnheader\" scope=\"col\">");
    buf_str(r->out, r->several_apps ? "App, token" : "Token");
    buf_str(r->out, "</th><th role=\"columnheader\" scope=\"col\">Last OK</th></tr></thead>\n"
                    "<tbody role=\"rowgroup\"></tbody></table>\n"
                    "<nav id=\"pages\" aria-label=\"Pages of advertisers\" hidden>"
                    "<button type=\"button\" id=\"prev\">Previous</button> <span id=\"where\"></span> "
                    "<button type=\"button\" id=\"next\">Next</button></nav>\n</section>\n");
}

void report_write_rows(const struct report *r)
{
    struct rows rows = {.report = r};
    struct judgement *j = malloc(sizeof(*j));
    struct buf json;

    buf_init(&json, DATA_MAX);
    buf_init(&rows.safe, HTML_TEXT_MAX);
    write_table(r);
    if (j)
        write_data(&rows, j, &json);
    else
        buf_fail(r->out);
    free_names(&rows.owners);
    free_names(&rows.clients);
    free_names(&rows.texts);
    buf_free(&rows.safe);
    buf_free(&json);
    free(j);
}
