/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * report: what is lost now as a page, and what was lost and repaired as a table, into files. */
#include "base/clock.h"
#include "base/file.h"
#include "base/parse.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/report_assets.h"
#include "cli/screen.h"
#include "cli/table.h"
#include "probe/probe.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_MODE = 0640, ROWS_SHOWN = 50 };

static const char SINCE_DEFAULT[] = "30d";

static const struct option_row OPTION[] = {
    {"html", "FILE", "write a page of what is lost, who must act and how; - is standard output"},
    {"csv", "FILE", "write the losses of the time as CSV, and sum them up; - is standard output"},
    {"since", "DURATION", "how far back: 12h, 30d; default 30d"},
    {NULL, NULL, NULL},
};

struct task {
    const struct call *call;
    const struct view *view;
    struct losses losses;
    bool has_losses;
    struct err why; /* there are none */
    int64_t since, now;
};

/* --- summary ------------------------------------------------------------------------------------------------- */

static void add_tally(struct table *table, const struct tally *tally, const char *key)
{
    char losses[24], repaired[24], open[24], median[CLOCK_TEXT_MAX] = "", longest[CLOCK_TEXT_MAX] = "";

    (void)snprintf(losses, sizeof(losses), "%zu", tally->losses);
    (void)snprintf(repaired, sizeof(repaired), "%zu", tally->repaired);
    (void)snprintf(open, sizeof(open), "%zu", tally->open);
    if (tally->median_s >= 0) {
        clock_span(tally->median_s, median);
        clock_span(tally->longest_s, longest);
    }
    table_row(table, PAINT_NONE, (const char *[]){key, losses, repaired, open, median, longest});
}

/* False: out of memory. */
static bool tally_table(const struct task *task, const struct screen *screen, enum tally_by by, const char *title,
                        struct buf *out)
{
    const struct table_column column[] = {{title, 12}, {"LOSSES", 0}, {"REPAIRED", 0},
                                          {"OPEN", 0}, {"MEDIAN", 0}, {"LONGEST", 0}};
    struct table *table = table_new(screen, column, TTA_LEN(column));
    size_t rows;
    struct tally *tally = tally_make(task->losses.item, task->losses.count, by, &rows);
    bool ok = table && tally;
    char since[CLOCK_TEXT_MAX];

    clock_short(task->since, task->now, since);
    for (size_t i = 0; ok && i < rows && i < ROWS_SHOWN; i++)
        add_tally(table, &tally[i], by == TALLY_ALL ? since : (tally[i].key[0] ? tally[i].key : "(none)"));
    ok = ok && table_write(table, out);
    if (ok && rows > ROWS_SHOWN)
        buf_printf(out, "and %zu more\n", rows - ROWS_SHOWN);
    table_free(table);
    free(tally);
    return ok;
}

/* False: out of memory. */
static bool summarize(const struct task *task, FILE *to)
{
    char since[CLOCK_TEXT_MAX];
    struct screen screen;
    struct buf out;
    bool ok = true;

    buf_init(&out, LINES_OUTPUT_MAX);
    if (!screen_of(to, NULL, &screen))
        return false;
    if (task->losses.count == 0)
        buf_printf(&out, "No loss since %s.\n", clock_short(task->since, task->now, since));
    else {
        ok = tally_table(task, &screen, TALLY_ALL, "SINCE", &out) && buf_char(&out, '\n') &&
             tally_table(task, &screen, TALLY_OWNER, "OWNER", &out) && buf_char(&out, '\n') &&
             tally_table(task, &screen, TALLY_CLIENT, "CLIENT", &out) && buf_char(&out, '\n') &&
             tally_table(task, &screen, TALLY_CAUSE, "CAUSE", &out);
    }
    ok = ok && buf_ok(&out);
    if (ok)
        (void)fwrite(buf_text(&out), 1, buf_len(&out), to); /* main looks at ferror(stdout) */
    buf_free(&out);
    return ok;
}

/* --- files --------------------------------------------------------------------------------------------------- */

static bool is_output(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

static int put(const struct call *call, const char *path, const struct buf *text)
{
    struct err err = {.text = ""};

    if (is_output(path)) {
        (void)fwrite(buf_text(text), 1, buf_len(text), stdout); /* main looks at ferror(stdout) */
        return COMMAND_DONE;
    }
    if (!file_replace(path, buf_text(text), buf_len(text), FILE_MODE, &err))
        return call_failed(call, "%s", err.text);
    return COMMAND_DONE;
}

static int write_page(const struct task *task, const char *path)
{
    const struct report_assets assets = {
        .css = report_css, .css_hash = report_css_hash, .js = report_js, .js_hash = report_js_hash};
    const struct report_input input = {
        .config = view_config(task->view),
        .complaints = view_complaints(task->view),
        .snapshot = view_snapshot(task->view),
        .why = view_why(task->view),
        .losses = task->has_losses ? &task->losses : NULL,
        .losses_why = task->why.text,
        .since = task->since,
        .now = task->now,
        .assets = &assets,
    };
    struct buf page;
    int code;

    buf_init(&page, LINES_OUTPUT_MAX);
    code = report_page(&input, &page) ? put(task->call, path, &page) : call_failed(task->call, "out of memory");
    buf_free(&page);
    if (code == COMMAND_DONE && !input.snapshot)
        call_note(task->call, "%s; the page says so", input.why);
    return code;
}

static int write_table(const struct task *task, const char *path, FILE *summary)
{
    struct buf text;
    int code;

    if (!task->has_losses)
        return call_failed(task->call, "%s", task->why.text);
    buf_init(&text, LINES_OUTPUT_MAX);
    code =
        report_csv(&task->losses, &text) ? put(task->call, path, &text) : call_failed(task->call, "out of memory");
    buf_free(&text);
    if (code == COMMAND_DONE && !summarize(task, summary))
        code = call_failed(task->call, "out of memory");
    return code;
}

/* --- the command --------------------------------------------------------------------------------------------- */

static int report(const struct call *call, int64_t since_s)
{
    const char *html = call_value(call, "html"), *csv = call_value(call, "csv");
    struct task task = {.call = call, .now = clock_wall()};
    struct err err = {.text = ""};
    struct view *view = view_open(call->config, &err);
    int code = COMMAND_DONE, other = COMMAND_DONE;

    if (!view)
        return call_failed(call, "%s", err.text);
    task.view = view;
    task.since = task.now - since_s;
    task.has_losses = losses_read(view_config(view), view_snapshot(view), task.since, &task.losses, &task.why);
    if (html)
        code = write_page(&task, html);
    if (csv)
        other = write_table(&task, csv, is_output(html) || is_output(csv) ? stderr : stdout);
    losses_free(&task.losses);
    view_close(view);
    return code != COMMAND_DONE ? code : other;
}

static int run(const struct call *call)
{
    const char *html = call_value(call, "html"), *csv = call_value(call, "csv"),
               *since = call_value(call, "since");
    int64_t since_ms = 0;

    if (!html && !csv)
        return call_misused(call, "--html FILE or --csv FILE is missing");
    if ((html && !html[0]) || (csv && !csv[0]))
        return call_misused(call, "the name of a file is empty");
    if (html && csv && strcmp(html, csv) == 0)
        return call_misused(call, "--html and --csv can't both go to '%s'", html);
    if (!parse_duration(since ? since : SINCE_DEFAULT, &since_ms) || since_ms < 1000)
        return call_misused(call, "--since '%s': allowed: 1s and longer, as in 12h or 30d", since);
    return report(call, since_ms / 1000);
}

const struct command command_report = {
    .name = "report",
    .summary = "A page or CSV of what is lost, since when, and who acts.",
    .words = "",
    .options = OPTION,
    .more =
        "At least one of --html and --csv. The page needs no network and no other file. The CSV has a line for "
        "each loss that was open at some moment of the time; its sums by owner, client and cause go to standard "
        "output, or to standard error when a file does. A file that is there is replaced whole and keeps its "
        "owner, group and mode; a new one is readable for owner and group: it names clients.",
    .run = run,
};
