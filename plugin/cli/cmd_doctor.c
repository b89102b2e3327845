/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * doctor: is everything as it must be, and if not, what to do. */
#include "base/jsonw.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/progress.h"
#include "cli/screen.h"
#include "probe/probe.h"

#include <stdio.h>
#include <string.h>

static const struct option_row OPTION[] = {
    {"offline", NULL, "ask TikTok nothing"},
    {"json", NULL, "JSON instead of text"},
    {NULL, NULL, NULL},
};

struct doctor_call {
    const struct call *call;
    struct screen screen;
    struct progress progress;
    bool json;
    struct buf text; /* JSON, all of it */
    struct jsonw w;
    size_t count[3]; /* by enum doctor_level */
};

static enum paint paint_of(enum doctor_level level)
{
    switch (level) {
    case DOCTOR_OK:
        return PAINT_GOOD;
    case DOCTOR_NOTE:
        return PAINT_WARNING;
    case DOCTOR_PROBLEM:
        return PAINT_BAD;
    }
    return PAINT_NONE;
}

/* Level, area, the sentence; below it what to do. Each as it is found: some take a while. */
static void print_finding(struct doctor_call *d, const struct doctor_finding *finding)
{
    enum { TEXT_COLUMN = 24 };
    struct buf line, safe;

    buf_init(&line, 64 * 1024);
    buf_init(&safe, 32 * 1024);
    screen_begin(&d->screen, paint_of(finding->level), &line);
    buf_printf(&line, "%-7s", doctor_level_name(finding->level));
    screen_end(&d->screen, paint_of(finding->level), &line);
    buf_printf(&line, "  %-13s  ", finding->area);
    screen_text(&d->screen, finding->text, &safe);
    screen_fold(&d->screen, buf_text(&safe), TEXT_COLUMN, TEXT_COLUMN, &line);
    if (finding->todo[0]) {
        buf_reset(&safe);
        screen_text(&d->screen, finding->todo, &safe);
        buf_printf(&line, "%*s", TEXT_COLUMN, "-> ");
        screen_fold(&d->screen, buf_text(&safe), TEXT_COLUMN, TEXT_COLUMN, &line);
    }
    progress_end(&d->progress);
    (void)lines_print(&line); /* out of memory is said, the next line may fit again */
    (void)fflush(stdout);     /* main looks at ferror(stdout) */
    buf_free(&safe);
}

static void take_finding(void *arg, const struct doctor_finding *finding)
{
    struct doctor_call *d = arg;

    d->count[finding->level]++;
    if (!d->json) {
        print_finding(d, finding);
        return;
    }
    jsonw_object(&d->w, NULL);
    jsonw_string(&d->w, "level",
                 finding->level == DOCTOR_OK     ? "ok"
                 : finding->level == DOCTOR_NOTE ? "note"
                                                 : "problem");
    jsonw_string(&d->w, "area", finding->area);
    jsonw_string(&d->w, "text", finding->text);
    jsonw_string(&d->w, "todo", finding->todo[0] ? finding->todo : NULL);
    jsonw_object_end(&d->w);
}

static void show_token(void *arg, size_t done, size_t total, const char *token)
{
    struct doctor_call *d = arg;

    progress_say(&d->progress, "asking TikTok about token %zu of %zu: %s", done + 1, total, token);
}

static void examine(struct doctor_call *d)
{
    const struct doctor_options options = {
        .version = PACKAGE_VERSION, .find = take_finding, .token = show_token, .arg = d};
    struct err err = {.text = ""};
    struct setup *setup = setup_load(&(struct setup_options){.config_path = d->call->config}, &err);
    struct http *http = NULL;
    struct env env;

    if (!setup) {
        take_finding(
            d, &(struct doctor_finding){.level = DOCTOR_PROBLEM,
                                        .area = "configuration",
                                        .text = err.text,
                                        .todo = "name the right file with --config FILE, or make it readable"});
        return;
    }
    if (!call_has(d->call, "offline")) {
        http = setup_http(setup, &err);
        if (!http)
            take_finding(
                d, &(struct doctor_finding){.level = DOCTOR_PROBLEM, .area = "api", .text = err.text, .todo = ""});
    }
    if (http)
        env = env_real(http);
    doctor_run(http ? &env : NULL, setup, &options);
    http_free(http);
    setup_free(setup);
}

static void begin_json(struct doctor_call *d)
{
    buf_init(&d->text, LINES_OUTPUT_MAX);
    jsonw_init(&d->w, &d->text, true);
    jsonw_object(&d->w, NULL);
    jsonw_int(&d->w, "schema", 1);
    jsonw_array(&d->w, "findings");
}

static bool end_json(struct doctor_call *d)
{
    jsonw_array_end(&d->w);
    jsonw_int(&d->w, "problems", (int64_t)d->count[DOCTOR_PROBLEM]);
    jsonw_int(&d->w, "notes", (int64_t)d->count[DOCTOR_NOTE]);
    jsonw_object_end(&d->w);
    buf_char(&d->text, '\n');
    return lines_print(&d->text);
}

static int run(const struct call *call)
{
    struct doctor_call d = {.call = call, .json = call_has(call, "json")};
    bool ok = true;

    if (!screen_of(stdout, NULL, &d.screen))
        return COMMAND_FAILED;
    progress_begin(&d.progress, 0);
    if (d.json)
        begin_json(&d);
    examine(&d);
    progress_end(&d.progress);
    if (d.json)
        ok = end_json(&d);
    else
        printf("%zu problem%s, %zu note%s.\n", d.count[DOCTOR_PROBLEM], d.count[DOCTOR_PROBLEM] == 1 ? "" : "s",
               d.count[DOCTOR_NOTE], d.count[DOCTOR_NOTE] == 1 ? "" : "s");
    return ok && d.count[DOCTOR_PROBLEM] == 0 ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "Examine all that monitoring needs, and say what to do.",
    .words = "",
    .options = OPTION,
    .more = "Each line is OK, NOTE or PROBLEM. The exit code is 1 when there is a PROBLEM.",
    .run = run,
};
