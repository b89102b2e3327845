/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * videos: whether uploads are usable, now, when they are, or watched from now on. */
#include "base/clock.h"
#include "base/parse.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/progress.h"
#include "probe/probe.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_S = 60, QUIET_MS = 500, DEADLINE_MAX_S = 7 * 86400 };

static const struct option_row OPTION[] = {
    {"advertiser", "ID", "whose videos they are"},
    {"app", "NAME", "the app, when the advertiser is under several"},
    {"video", "ID", "a video; further ids may stand behind it, and it may be given again"},
    {"wait", NULL, "ask again, with growing pauses, until all are usable or failed"},
    {"watch", NULL, "take them on: sweeps ask from now on, check_tiktok_auth --videos tells"},
    {"unwatch", NULL, "let them go, usable or not"},
    {"deadline", "DURATION", "with --wait or --watch: not usable by then is failed; default [videos] deadline"},
    {"format", "FORMAT", "text (default) or json"},
    {NULL, NULL, NULL},
};

struct videos_call {
    const struct call *call;
    struct setup *setup;
    const struct advertiser *advertiser;
    const char *app;
    int64_t deadline_s;
    bool json;
    struct upload_list list;
    struct upload **item; /* all of the list */
    size_t count;
    struct progress progress;
    int64_t next_ms; /* mono; when they are asked about again; 0: now */
};

/* --- Ctrl-C -------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* The first one ends the waiting, and the next one the program. */
static void catch_interrupt(void)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL); /* can't fail with these */
}

/* --- saying -------------------------------------------------------------------------------------------------- */

static int print(const struct videos_call *v, const struct upload_report *report)
{
    struct buf out;
    enum state state = upload_report_state(report);

    buf_init(&out, LINES_OUTPUT_MAX);
    if (v->json)
        (void)(upload_report_json(report, &out) && buf_char(&out, '\n')); /* lines_print tells */
    else
        upload_report_text(report, true, &out);
    return lines_print(&out) ? (int)state : COMMAND_UNKNOWN;
}

static int refuse(const struct videos_call *v, const char *why, const char *fix)
{
    return print(v, &(struct upload_report){.refusal = why, .refusal_fix = fix, .now = clock_wall()});
}

static int tell(const struct videos_call *v, int64_t stale_after_s, const char *note)
{
    return print(v, &(struct upload_report){
                        .config = setup_config(v->setup),
                        .upload = (const struct upload *const *)v->item,
                        .count = v->count,
                        .stale_after_s = stale_after_s,
                        .now = clock_wall(),
                        .note = note,
                    });
}

static size_t unsettled(const struct videos_call *v)
{
    size_t count = 0;

    for (size_t i = 0; i < v->count; i++)
        count += !upload_is_settled(v->item[i]);
    return count;
}

/* Keeps the line on the terminal fresh while anything is waited for, and says whether to go on. */
static bool stop(void *arg)
{
    struct videos_call *v = arg;
    int64_t now_ms = clock_mono_ms();
    char pause[CLOCK_TEXT_MAX], left[CLOCK_TEXT_MAX];
    size_t open = unsettled(v);

    if (v->next_ms > now_ms)
        progress_say(&v->progress, "%zu of %zu videos settled; asking again in %s, for %s at most",
                     v->count - open, v->count, clock_span((v->next_ms - now_ms + 999) / 1000, pause),
                     clock_span(v->item[0]->deadline - clock_wall(), left));
    else
        progress_say(&v->progress, "%zu of %zu videos settled; asking TikTok", v->count - open, v->count);
    return interrupted != 0;
}

/* --- asking -------------------------------------------------------------------------------------------------- */

/* Those that are not settled: into `open`, which has room for all. */
static size_t gather(const struct videos_call *v, struct upload **open)
{
    size_t count = 0;

    for (size_t i = 0; i < v->count; i++)
        if (!upload_is_settled(v->item[i]))
            open[count++] = v->item[i];
    return count;
}

/* True when waiting is of use: something is processing, not merely forbidden, and has time. */
static bool is_worth_waiting(const struct videos_call *v, struct upload *const *open, size_t count)
{
    int64_t now = clock_wall();
    bool hope = false;

    for (size_t i = 0; i < count; i++) {
        enum cause fault = open[i]->fault;

        hope = hope || fault == CAUSE_AUTHORIZED || cause_info(fault)->keeps;
    }
    return hope && now < v->item[0]->deadline && !interrupted;
}

static bool ask_until(struct videos_call *v, const struct uploads_options *options, bool wait, struct err *err)
{
    const struct config *config = setup_config(v->setup);
    struct upload **open = calloc(v->count + 1, sizeof(struct upload *));
    size_t count = open ? gather(v, open) : 0;
    bool ok = open || err_set(err, "out of memory");

    while (ok && count > 0) {
        int64_t pause_ms, left_ms;

        v->next_ms = 0;
        ok = uploads_ask(options, open, count, err);
        count = gather(v, open);
        if (!ok || count == 0 || !wait || !is_worth_waiting(v, open, count))
            break;
        pause_ms = upload_pause_ms(open[0]->asked, config->videos.pause_ms, LONGEST_S);
        left_ms = v->item[0]->deadline * 1000 - clock_wall_ms();
        v->next_ms = clock_mono_ms() + (pause_ms < left_ms ? pause_ms : left_ms > 0 ? left_ms : 0);
        uploads_wait(options, v->next_ms);
        ok = ok && !interrupted;
        if (!ok)
            break;
    }
    free(open);
    return ok || interrupted;
}

static int run_asking(struct videos_call *v, struct http *http)
{
    bool wait = call_has(v->call, "wait");
    struct env env = env_real(http);
    struct err err = {.text = ""}, store_fault = {.text = ""};
    struct store *store = store_open(setup_config(v->setup)->store_path, STORE_WRITE, &store_fault);
    struct uploads_options options = {
        .env = &env,
        .setup = v->setup,
        .store = store,
        .advertiser = v->advertiser,
        .deadline_ms = INT64_MAX,
        .longest_s = LONGEST_S,
        .stop = stop,
        .stop_arg = v,
    };
    bool ok;

    if (!store)
        call_note(v->call, "%s: TikTok is asked once at most", store_fault.text);
    catch_interrupt();
    progress_begin(&v->progress, QUIET_MS);
    ok = ask_until(v, &options, wait, &err);
    progress_end(&v->progress);
    store_close(store);
    if (!ok)
        return call_failed(v->call, "%s", err.text);
    return tell(v, 0, interrupted ? "Interrupted: this is what was known by then." : NULL);
}

/* --- watching ------------------------------------------------------------------------------------------------ */

/* Shows of the watched ones those that were named. */
static int tell_watched(struct videos_call *v)
{
    struct upload_list watched = {.item = NULL};
    struct err err = {.text = ""};

    if (!watched_read(setup_config(v->setup), &watched, &err))
        return call_failed(v->call, "%s", err.text);
    for (size_t i = 0; i < v->count; i++)
        for (size_t k = 0; k < watched.count; k++)
            if (strcmp(watched.item[k].id, v->item[i]->id) == 0 && strcmp(watched.item[k].app, v->app) == 0 &&
                strcmp(watched.item[k].advertiser_id, v->item[i]->advertiser_id) == 0)
                *v->item[i] = watched.item[k];
    upload_list_free(&watched);
    return tell(v, 0, "Watched from now on: check_tiktok_auth --videos tells when they are usable or failed.");
}

static int run_watching(struct videos_call *v, struct http *http)
{
    struct env env = env_real(http);
    struct err err = {.text = ""};

    if (!watch_add(setup_config(v->setup), (const struct upload *const *)v->item, v->count, &err) ||
        !watch_poll(&(struct watch_options){.env = &env, .setup = v->setup, .deadline_ms = INT64_MAX}, &err))
        return call_failed(v->call, "%s", err.text);
    return tell_watched(v);
}

static bool is_named(const struct videos_call *v, const struct upload *u)
{
    const char *app = call_value(v->call, "app");

    if (strcmp(u->advertiser_id, call_value(v->call, "advertiser")) != 0 || (app && strcmp(u->app, app) != 0))
        return false;
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->item[i]->id, u->id) == 0)
            return true;
    return false;
}

/* Also of an advertiser that has left the inventory. */
static int run_unwatching(struct videos_call *v)
{
    struct upload_list watched = {.item = NULL};
    struct err err = {.text = ""};
    struct upload **gone = NULL;
    size_t count = 0;
    bool ok = watched_read(setup_config(v->setup), &watched, &err);

    if (ok) {
        gone = calloc(watched.count + 1, sizeof(struct upload *));
        ok = gone || err_set(&err, "out of memory");
    }
    for (size_t i = 0; ok && i < watched.count; i++)
        if (is_named(v, &watched.item[i]))
            gone[count++] = &watched.item[i];
    ok = ok &&
         (count == 0 || watch_remove(setup_config(v->setup), (const struct upload *const *)gone, count, &err));
    free(gone);
    upload_list_free(&watched);
    if (!ok)
        return call_failed(v->call, "%s", err.text);
    printf("%zu upload%s watched no longer.\n", count, count == 1 ? " is" : "s are");
    return COMMAND_DONE;
}

/* All that are watched, as the check sees them. */
static int run_listing(struct videos_call *v)
{
    struct err err = {.text = ""};
    int code;

    if (!watched_read(setup_config(v->setup), &v->list, &err))
        return call_failed(v->call, "%s", err.text);
    v->count = v->list.count;
    v->item = calloc(v->count + 1, sizeof(struct upload *));
    if (!v->item)
        return call_failed(v->call, "out of memory");
    for (size_t i = 0; i < v->count; i++)
        v->item[i] = &v->list.item[i];
    code = tell(v, setup_config(v->setup)->sweep.stale_after_s, NULL);
    return code;
}

/* --- the command line ---------------------------------------------------------------------------------------- */

static bool is_in(const struct videos_call *v, const char *id, size_t len)
{
    for (size_t i = 0; i < v->list.count; i++)
        if (strlen(v->list.item[i].id) == len && memcmp(v->list.item[i].id, id, len) == 0)
            return true;
    return false;
}

/* One id, which may stand there twice. False with the misuse said. */
static bool take_id(struct videos_call *v, const char *id, size_t len)
{
    char text[VIDEO_ID_MAX + 2];
    struct upload *u;

    if (is_in(v, id, len))
        return true;
    (void)snprintf(text, sizeof(text), "%.*s", (int)len, id); /* one that is too long is no id either way */
    if (!parse_video_id(text)) {
        (void)call_misused(v->call, "--video '%.*s': allowed are 1 to %d letters, digits, '-' and '_'", (int)len,
                           id, VIDEO_ID_MAX);
        return false;
    }
    u = upload_list_add(&v->list);
    if (!u) {
        (void)call_misused(v->call, "--video: more than %d are too many", UPLOADS_MAX);
        return false;
    }
    memcpy(u->id, text, strlen(text) + 1);
    return true;
}

static bool take_ids(struct videos_call *v)
{
    for (size_t i = 0; i < v->call->list_count; i++) {
        const char *given = v->call->list[i], *cursor = given, *word;
        size_t len, count = 0;

        while ((len = parse_word(&cursor, ", \t\r\n", &word)) > 0) {
            count++;
            if (!take_id(v, word, len))
                return false;
        }
        if (count == 0) /* a list that a script left empty must not read as one that is OK */
            return take_id(v, given, strlen(given));
    }
    return true;
}

static bool read_deadline(struct videos_call *v)
{
    const char *text = call_value(v->call, "deadline");
    int64_t ms;

    v->deadline_s = setup_config(v->setup)->videos.deadline_s;
    if (!text)
        return true;
    if (!parse_duration(text, &ms) || ms < 1000 || ms > DEADLINE_MAX_S * INT64_C(1000)) {
        (void)call_misused(v->call, "--deadline '%s': allowed is a duration from 1s to 7d, such as 30m", text);
        return false;
    }
    v->deadline_s = (ms + 999) / 1000;
    return true;
}

/* What does not go together. */
static bool is_sound(struct videos_call *v)
{
    const struct call *call = v->call;
    const char *id = call_value(call, "advertiser"), *format = call_value(call, "format");
    int ways = call_has(call, "wait") + call_has(call, "watch") + call_has(call, "unwatch");
    bool names = id || call->list_count > 0 || call_has(call, "app");

    v->json = format && strcmp(format, "json") == 0;
    if (format && !v->json && strcmp(format, "text") != 0)
        (void)call_misused(call, "--format '%s': allowed are text and json", format);
    else if (ways > 1)
        (void)call_misused(call, "--wait, --watch and --unwatch: only one of them at a time");
    else if ((names || ways > 0) && (!id || call->list_count == 0))
        (void)call_misused(call, "%s is missing", id ? "--video" : "--advertiser");
    else if (id && !parse_advertiser_id(id))
        (void)call_misused(call, "--advertiser '%s': allowed are 1 to %d digits", id, ADVERTISER_ID_MAX);
    else if (call_has(call, "deadline") && !call_has(call, "wait") && !call_has(call, "watch"))
        (void)call_misused(call, "--deadline goes with --wait or --watch");
    else
        return take_ids(v);
    return false;
}

/* Makes uploads of the ids. */
static bool begin(struct videos_call *v)
{
    bool timed = call_has(v->call, "wait") || call_has(v->call, "watch");
    int64_t now = clock_wall();

    v->count = v->list.count;
    v->item = calloc(v->count + 1, sizeof(struct upload *));
    for (size_t i = 0; v->item && i < v->count; i++) {
        char id[VIDEO_ID_MAX + 1];

        v->item[i] = &v->list.item[i];
        memcpy(id, v->item[i]->id, sizeof(id));
        upload_begin(v->item[i], v->app ? v->app : "", call_value(v->call, "advertiser"), id,
                     timed ? (clock_wall_ms() + 999) / 1000 + v->deadline_s : 0, now);
    }
    return v->item != NULL;
}

static int ask_or_watch(struct videos_call *v)
{
    const struct config *config = setup_config(v->setup);
    const char *id = call_value(v->call, "advertiser"), *app = call_value(v->call, "app");
    struct err err = {.text = ""};
    struct http *http;
    bool more = false;
    int code;

    v->advertiser = inventory_find(config, setup_inventory(v->setup), app, id, &more);
    if (!v->advertiser || (more && !app)) {
        err_set(&err,
                v->advertiser ? "advertiser %s is under more than one app"
                              : "advertiser %s is not in the inventory",
                id);
        return refuse(v, err.text, v->advertiser ? "say which with --app" : "add it to the inventory");
    }
    v->app = config->app[v->advertiser->app].name;
    if (!begin(v))
        return call_failed(v->call, "out of memory");
    http = setup_http(v->setup, &err);
    if (!http)
        return call_failed(v->call, "%s", err.text);
    code = call_has(v->call, "watch") ? run_watching(v, http) : run_asking(v, http);
    http_free(http);
    return code;
}

static int run_sound(struct videos_call *v)
{
    struct err err = {.text = ""};
    int code;

    v->setup = setup_load(&(struct setup_options){.config_path = v->call->config, .remember = true}, &err);
    if (!v->setup)
        return refuse(v, err.text, "run tiktok-auth doctor");
    if (v->call->list_count == 0)
        code = run_listing(v);
    else if (!read_deadline(v))
        code = COMMAND_UNKNOWN;
    else if (call_has(v->call, "unwatch"))
        code = begin(v) ? run_unwatching(v) : call_failed(v->call, "out of memory");
    else
        code = ask_or_watch(v);
    setup_free(v->setup);
    return code;
}

static int run(const struct call *call)
{
    struct videos_call v = {.call = call};
    int code = is_sound(&v) ? run_sound(&v) : COMMAND_UNKNOWN;

    free(v.item);
    upload_list_free(&v.list);
    return code;
}

const struct command command_videos = {
    .name = "videos",
    .summary = "Tell whether uploaded videos are usable; wait for or watch them.",
    .words = "[--video ID...]",
    .list = "video",
    .is_plugin = true,
    .options = OPTION,
    .more =
        "Without a video it shows those that are watched. Exit codes are a plugin's: 0 all are usable, 1 some are "
        "being processed, 2 some failed or may not be asked about, 3 nothing is known.",
    .run = run,
};
