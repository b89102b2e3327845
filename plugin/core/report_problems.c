/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Advertisers that are not OK, each group of them below the steps that mend it. */
#include "core/output_words.h"
#include "core/report_private.h"

#include <inttypes.h>
#include <stdlib.h>

static void write_part(const struct report *r, const char *class, const char *text, const char *none)
{
    buf_printf(r->out, "<div class=\"%s\">", class);
    if (text[0])
        html_name(r->out, text);
    else
        buf_printf(r->out, "<span class=\"none\">%s</span>", none);
    buf_str(r->out, "</div>");
}

static void write_when(const struct report *r, const char *label, int64_t t)
{
    buf_printf(r->out, "<div><span class=\"kind\">%s</span> ", label);
    html_time(r->out, t, r->in->now);
    buf_str(r->out, "</div>");
}

static void write_answer(const struct report *r, const struct verdict *v)
{
    if (v->has_code)
        buf_printf(r->out, "<b class=\"code\">%" PRId64 "</b> ", v->code);
    if (v->message[0])
        html_name(r->out, v->message);
    if (!v->has_code && !v->message[0])
        buf_str(r->out, "<span class=\"none\">no code was received</span>");
    if (v->endpoint[0]) {
        buf_str(r->out, "<div><span class=\"kind\">endpoint</span> ");
        html_text(r->out, v->endpoint);
        buf_str(r->out, "</div>");
    }
    if (v->request_id[0]) {
        buf_str(r->out, "<div><span class=\"kind\">request id</span> <span class=\"id\">");
        html_text(r->out, v->request_id);
        buf_str(r->out, "</span></div>");
    }
}

static void write_fault(const struct report *r, const struct judgement *j)
{
    struct buf words;

    if (!output_has_fault(&j->fault))
        return;
    buf_init(&words, HTML_TEXT_MAX);
    output_fault_words(&j->fault, &words);
    buf_str(r->out, "<div class=\"kind\">last attempt: ");
    html_text(r->out, buf_text(&words));
    buf_str(r->out, "</div>");
    buf_free(&words);
}

static void write_row(const struct report *r, const struct member *m, const struct judgement *j)
{
    const struct verdict *v = &m->verdict;

    buf_str(r->out, "<tr role=\"row\">");
    report_begin_cell(r, "State");
    report_badge(r->out, v->state);
    buf_printf(r->out, "<div class=\"kind\">%s acts, urgency %s</div></td>", output_actor_words(v->actor),
               urgency_name(v->urgency));
    buf_str(r->out, "<th role=\"rowheader\" scope=\"row\">");
    write_part(r, "name", m->row.name, "no name");
    buf_str(r->out, "<div class=\"id\">");
    html_text(r->out, m->row.id);
    buf_str(r->out, "</div></th>");
    report_begin_cell(r, "Owner, client");
    write_part(r, "o", m->row.owner, "no owner");
    write_part(r, "c", m->row.client, "");
    buf_str(r->out, "</td>");
    report_begin_cell(r, r->several_apps ? "App, token" : "Token");
    if (r->several_apps)
        write_part(r, "a", j->app, "");
    write_part(r, "t", j->token, "");
    buf_str(r->out, "</td>");
    report_begin_cell(r, "");
    write_when(r, "since", v->since);
    write_when(r, "last OK", v->last_ok);
    buf_str(r->out, "</td>");
    report_begin_cell(r, "TikTok&#39;s answer");
    write_answer(r, v);
    write_fault(r, j);
    buf_str(r->out, "</td>");
    report_begin_cell(r, "");
    html_link(r->out, j->reauth_url, "Authorize again");
    buf_str(r->out, "</td></tr>\n");
}

static void write_steps(const struct report *r, const struct judgement *j)
{
    buf_printf(r->out, "<p>%s</p>\n", cause_info(j->verdict.cause)->impact);
    buf_str(r->out, "<p><b>Who acts:</b> ");
    html_text(r->out, output_actor_words(j->verdict.actor));
    buf_printf(r->out, ". <b>Urgency:</b> %s.</p>\n<ol class=\"fix\">\n", urgency_name(j->verdict.urgency));
    for (size_t i = 0; j->fix[i]; i++) {
        buf_str(r->out, "<li>");
        html_text(r->out, j->fix[i]);
        buf_str(r->out, "</li>\n");
    }
    buf_str(r->out, "</ol>\n<p class=\"links\">");
    html_link(r->out, j->runbook_url, "Runbook");
    if (html_is_link(j->runbook_url))
        buf_char(r->out, ' ');
    html_link(r->out, cause_documentation, "TikTok&#39;s return codes");
    buf_str(r->out, "</p>\n");
}

static void write_rows(const struct report *r, uint32_t group, struct judgement *j)
{
    static const char *const COLUMN[] = {"State",          "Advertiser",          "Owner, client", "Token",
                                         "Since, last OK", "TikTok&#39;s answer", "Link"};
    uint32_t end = r->problem_count < REPORT_PROBLEMS_MAX ? r->problem_count : REPORT_PROBLEMS_MAX;

    buf_str(r->out, "<table role=\"table\" class=\"cards problems\">\n<thead role=\"rowgroup\"><tr role=\"row\">");
    for (size_t i = 0; i < TTA_LEN(COLUMN); i++)
        buf_printf(r->out, "<th role=\"columnheader\" scope=\"col\">%s%s</th>",
                   i == 3 && r->several_apps ? "App, " : "", COLUMN[i]);
    buf_str(r->out, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for (uint32_t i = r->group[group].first; i < end; i++) {
        struct member member;

        if (r->problem[i].group == group && report_member(r, r->problem[i].index, &member) &&
            report_judge(r, r->problem[i].index, j))
            write_row(r, &member, j);
    }
    buf_str(r->out, "</tbody></table>\n");
}

static void write_group(const struct report *r, uint32_t group, struct judgement *j)
{
    const struct report_group *g = &r->group[group];

    if (!report_judge(r, r->problem[g->first].index, j))
        return;
    buf_printf(r->out,
               "<section class=\"group %s\" id=\"fix-%" PRIu32 "\" aria-labelledby=\"fix-%" PRIu32
               "-h\" tabindex=\"-1\">\n<h3 id=\"fix-%" PRIu32 "-h\">",
               state_name(r->problem[g->first].state), group + 1, group + 1, group + 1);
    report_sentence(r->out, cause_info(g->cause)->lost);
    buf_str(r->out, ": ");
    html_text(r->out, j->fix_short);
    buf_str(r->out, " <span class=\"kind\">");
    report_advertisers(r->out, g->members);
    buf_str(r->out, "</span></h3>\n");
    write_steps(r, j);
    if (g->first < REPORT_PROBLEMS_MAX)
        write_rows(r, group, j);
    buf_str(r->out, "</section>\n");
}

void report_write_problems(const struct report *r)
{
    struct judgement *j = malloc(sizeof(*j));

    if (!j) {
        buf_fail(r->out);
        return;
    }
    buf_str(r->out, "<section aria-labelledby=\"h-problems\" id=\"problems\">\n"
                    "<h2 id=\"h-problems\">Advertisers that are not OK</h2>\n");
    if (r->problem_count == 0)
        buf_str(r->out, "<p>There are none.</p>\n");
    for (uint32_t i = 0; i < r->group_count; i++)
        write_group(r, i, j);
    buf_str(r->out, "</section>\n");
    free(j);
}
