/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Root causes, one line each: what is lost, since when, and who must act how soon. */
#include "core/output_words.h"
#include "core/report_private.h"

static void write_subject(const struct report *r, const struct board_root *root)
{
    struct board_advertiser a;
    struct board_app app;
    uint32_t index;

    if (root->kind == SCOPE_API) {
        buf_str(r->out, "TikTok API");
        return;
    }
    buf_printf(r->out, "<span class=\"kind\">%s</span> ", scope_name(root->kind));
    if (root->kind == SCOPE_ADVERTISER && snapshot_find_app(r->in->snapshot, root->app, &app, &index) &&
        snapshot_find_advertiser(r->in->snapshot, index, root->id, &a, NULL) && a.name[0]) {
        html_name(r->out, a.name);
        buf_char(r->out, ' ');
        buf_printf(r->out, "<span class=\"id\">%s</span>", a.id);
    } else
        html_name(r->out, root->id);
    if (r->several_apps && root->kind != SCOPE_APP) {
        buf_str(r->out, " <span class=\"kind\">app ");
        html_text(r->out, root->app);
        buf_str(r->out, "</span>");
    }
}

static void write_urgency(struct buf *out, const struct board_root *root)
{
    switch (root->urgency) {
    case URGENCY_HIGH:
        buf_str(out, "high: now");
        break;
    case URGENCY_LOW:
        buf_str(out, root->actor == ACTOR_US ? "low: in working hours" : "low: nothing for us tonight");
        break;
    case URGENCY_NONE:
        buf_str(out, "none");
        break;
    }
}

static void write_root(const struct report *r, const struct board_root *root)
{
    buf_str(r->out, "<tr role=\"row\">");
    report_begin_cell(r, "State");
    report_badge(r->out, root->state);
    buf_str(r->out, "</td><th role=\"rowheader\" scope=\"row\">");
    write_subject(r, root);
    buf_str(r->out, "</th>");
    report_begin_cell(r, "What happened");
    html_text(r->out, output_lost_words(root->cause, root->kind != SCOPE_ADVERTISER));
    buf_str(r->out, "</td>");
    report_begin_cell(r, "Advertisers");
    report_number(r->out, root->members);
    buf_str(r->out, "</td>");
    report_begin_cell(r, "Since");
    html_time(r->out, root->since, r->in->now);
    buf_str(r->out, "</td>");
    report_begin_cell(r, "Who acts");
    report_sentence(r->out, cause_fix_short(root->cause, output_grantor(root->actor)));
    buf_printf(r->out, "<div class=\"kind\">acts: %s</div></td>", output_actor_words(root->actor));
    report_begin_cell(r, "Urgency");
    write_urgency(r->out, root);
    buf_str(r->out, "</td></tr>\n");
}

void report_write_roots(const struct report *r)
{
    static const char *const COLUMN[] = {"State", "Root cause", "What happened", "Advertisers",
                                         "Since", "Who acts",   "Urgency"};
    uint32_t count = r->board->root_count, shown = 0;
    struct board_root root;

    buf_str(r->out, "<section aria-labelledby=\"h-roots\">\n<h2 id=\"h-roots\">Who must act</h2>\n");
    if (count == 0)
        buf_str(r->out, r->problem_count == 0 ? "<p>Nobody: nothing is lost.</p>\n"
                                              : "<p>The last round found no root cause.</p>\n");
    else {
        if (r->ages.stale > 0)
            buf_str(r->out, "<p>As of the last round, which is not today's truth for all of them.</p>\n");
        buf_str(r->out,
                "<table role=\"table\" class=\"cards roots\">\n<caption class=\"away\">Root causes, the worst "
                "first</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">");
        for (size_t i = 0; i < TTA_LEN(COLUMN); i++)
            buf_printf(r->out, "<th role=\"columnheader\" scope=\"col\">%s</th>", COLUMN[i]);
        buf_str(r->out, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
        for (uint32_t i = 0; i < count && shown < REPORT_ROOTS_MAX; i++, shown++)
            if (snapshot_root(r->in->snapshot, i, &root))
                write_root(r, &root);
        buf_str(r->out, "</tbody></table>\n");
    }
    if (count > shown) {
        buf_str(r->out, "<p>And ");
        report_number(r->out, count - shown);
        buf_str(r->out, " smaller ones; every advertiser stands below.</p>\n");
    }
    buf_str(r->out, "</section>\n");
}
