/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lost advertisers over time: a picture, and the same as a sentence and a table. */
#include "core/lost_series.h"
#include "core/report_private.h"
#include "core/report_tally.h"

#include <inttypes.h>
#include <stdlib.h>

enum { POINTS = 360, HEIGHT = 120, ROWS_MAX = 31, DAY_S = 86400 };

struct curve {
    int64_t from, to;
    struct lost_part point[POINTS];
    struct lost_part row[ROWS_MAX];
    size_t rows;
    uint32_t most, now;
    struct tally all;
};

static unsigned height_of(const struct curve *c, uint32_t lost)
{
    return HEIGHT - (unsigned)((uint64_t)HEIGHT * lost / (c->most > 0 ? c->most : 1));
}

static void write_path(const struct report *r, const struct curve *c, bool area)
{
    buf_printf(r->out, "<path vector-effect=\"non-scaling-stroke\" class=\"%s\" d=\"M0 %u", area ? "area" : "line",
               area ? (unsigned)HEIGHT : height_of(c, c->point[0].most));
    for (size_t i = 0; i < POINTS; i++)
        if (i == 0 || c->point[i].most != c->point[i - 1].most)
            buf_printf(r->out, "H%zuV%u", i, height_of(c, c->point[i].most));
    buf_printf(r->out, "H%dV%u", (int)POINTS, height_of(c, c->now));
    if (area)
        buf_printf(r->out, "V%dH0Z", (int)HEIGHT);
    buf_str(r->out, "\"/>\n");
}

static void write_sentence(const struct report *r, const struct curve *c)
{
    buf_str(r->out, "From ");
    html_time(r->out, c->from, r->in->now);
    buf_str(r->out, " to ");
    html_time(r->out, c->to, r->in->now);
    buf_str(r->out, ": at most ");
    report_advertisers(r->out, c->most);
    buf_str(r->out, " lost at once, ");
    report_number(r->out, c->now);
    buf_str(r->out, " at the end. ");
    report_number(r->out, c->all.losses);
    buf_str(r->out, c->all.losses == 1 ? " loss, " : " losses, ");
    report_number(r->out, c->all.repaired);
    buf_str(r->out, " repaired");
    if (c->all.median_s >= 0) {
        buf_str(r->out, " (half of them within ");
        report_span(r->out, c->all.median_s);
        buf_str(r->out, ", the longest took ");
        report_span(r->out, c->all.longest_s);
        buf_char(r->out, ')');
    }
    buf_str(r->out, ", ");
    report_number(r->out, c->all.open);
    buf_str(r->out, " still open.");
}

static void write_picture(const struct report *r, const struct curve *c)
{
    buf_str(r->out, "<figure class=\"curve\">\n<div class=\"plot\"><span class=\"y\" aria-hidden=\"true\">");
    report_number(r->out, c->most);
    buf_printf(r->out,
               "</span><span class=\"y0\" aria-hidden=\"true\">0</span>\n<svg viewBox=\"0 -2 %d %d\" "
               "preserveAspectRatio=\"none\" role=\"img\" aria-labelledby=\"curve-title curve-desc\">\n"
               "<title id=\"curve-title\">Lost advertisers over time</title>\n<desc id=\"curve-desc\">",
               (int)POINTS, HEIGHT + 4);
    buf_printf(r->out, "At most %" PRIu32 " at once, %" PRIu32 " at the end. The table below has the numbers.",
               c->most, c->now);
    buf_str(r->out, "</desc>\n");
    buf_printf(r->out, "<path vector-effect=\"non-scaling-stroke\" class=\"grid\" d=\"M0 0H%d M0 %dH%d\"/>\n",
               (int)POINTS, (int)HEIGHT, (int)POINTS);
    write_path(r, c, true);
    write_path(r, c, false);
    buf_str(r->out, "</svg>\n<span class=\"x\" aria-hidden=\"true\">");
    html_time(r->out, c->from, r->in->now);
    buf_str(r->out, "</span><span class=\"x1\" aria-hidden=\"true\">");
    html_time(r->out, c->to, r->in->now);
    buf_str(r->out, "</span></div>\n<figcaption>");
    write_sentence(r, c);
    buf_str(r->out, "</figcaption>\n</figure>\n");
}

static void write_number_cell(const struct report *r, uint32_t number)
{
    buf_str(r->out, "<td>");
    report_number(r->out, number);
    buf_str(r->out, "</td>");
}

static void write_table(const struct report *r, const struct curve *c)
{
    buf_str(r->out,
            "<details><summary>The curve as a table</summary>\n<div class=\"wide\" tabindex=\"0\" "
            "role=\"region\" aria-label=\"The curve as a table\"><table class=\"numbers\">\n<thead><tr>"
            "<th scope=\"col\">From</th><th scope=\"col\">New losses</th><th scope=\"col\">Repaired</th>"
            "<th scope=\"col\">Most at once</th><th scope=\"col\">At the end</th></tr></thead>\n<tbody>\n");
    for (size_t i = c->rows; i-- > 0;) {
        buf_str(r->out, "<tr><th scope=\"row\">");
        html_time(r->out, c->row[i].from, r->in->now);
        buf_str(r->out, "</th>");
        write_number_cell(r, c->row[i].begun);
        write_number_cell(r, c->row[i].repaired);
        write_number_cell(r, c->row[i].most);
        write_number_cell(r, c->row[i].last);
        buf_str(r->out, "</tr>\n");
    }
    buf_str(r->out, "</tbody></table></div></details>\n");
}

/* False: out of memory. */
static bool fill(const struct report *r, struct curve *c)
{
    const struct losses *losses = r->in->losses;
    size_t rows;
    struct tally *all = tally_make(losses->item, losses->count, TALLY_ALL, &rows);

    if (!all)
        return false;
    c->all = rows > 0 ? all[0] : (struct tally){.key = "", .median_s = -1, .longest_s = -1};
    free(all);
    c->to = r->in->now;
    c->from = losses->begins > r->in->since ? losses->begins : r->in->since;
    if (c->from >= c->to)
        c->from = c->to - 1;
    c->rows = (size_t)((c->to - c->from) / DAY_S) + 1;
    if (c->rows > ROWS_MAX)
        c->rows = ROWS_MAX;
    if (!lost_series(losses->item, losses->count, c->from, c->to, c->point, POINTS) ||
        !lost_series(losses->item, losses->count, c->from, c->to, c->row, c->rows))
        return false;
    for (size_t i = 0; i < POINTS; i++)
        if (c->point[i].most > c->most)
            c->most = c->point[i].most;
    c->now = c->point[POINTS - 1].last;
    return true;
}

void report_write_curve(const struct report *r)
{
    struct curve *c = NULL;

    buf_str(r->out, "<section aria-labelledby=\"h-curve\">\n<h2 id=\"h-curve\">Lost over time</h2>\n");
    if (!r->in->losses) {
        buf_str(r->out, "<p>The history can not be shown: ");
        html_text(r->out, r->in->losses_why);
        buf_str(r->out, ".</p>\n");
    } else if (r->in->losses->begins == 0)
        buf_str(r->out, "<p>The history is empty yet.</p>\n");
    else {
        c = calloc(1, sizeof(*c));
        if (!c || !fill(r, c))
            buf_fail(r->out);
        else {
            write_picture(r, c);
            write_table(r, c);
        }
        free(c);
    }
    buf_str(r->out, "</section>\n");
}
