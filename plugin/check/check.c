/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Opens the view, has it renewed where that is ours to do, judges, prints. */
#include "check/check.h"

#include "base/buf.h"
#include "base/clock.h"
#include "check/options.h"
#include "check/videos.h"
#include "check/watchdog.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SAY_MAX = 16 * 1024,
    MARGIN_MS = 1000, /* of the time is kept for the answer, */
    MARGIN_PART = 10, /* or this part of a short one */
    MAX_AGE_INTERVALS = 3
};

static const size_t OUTPUT_MAX = (size_t)256 << 20;

struct check {
    struct options options;
    struct view *view;
    int64_t sweep_until_ms; /* mono */
    struct judgement judgement;
    struct buf out;      /* the answer */
    struct buf fallback; /* what the watchdog says before anything is known, */
    struct buf last;     /* and while a sweep is waited for, */
    struct buf fed;      /* and while a feed is */
};

static bool print(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

/* The judgement as output; line 1 alone where the whole can't be had. */
static bool render(const struct check *check, bool whole, struct buf *out)
{
    const struct judgement *j = &check->judgement;

    if (check->options.json)
        return output_json(j, out) && buf_char(out, '\n');
    if (whole && output_text(j, check->options.verbose, out))
        return true;
    buf_reset(out);
    return output_line(j, out) && buf_char(out, '\n');
}

static int answer(struct check *check)
{
    bool ok = render(check, true, &check->out);

    watchdog_claim();
    ok = ok && print(buf_text(&check->out), buf_len(&check->out));
    return ok ? (int)check->judgement.state : STATE_UNKNOWN;
}

static void watch(struct check *check, struct buf *buf)
{
    if (render(check, false, buf))
        watchdog_answer(buf_text(buf), buf_len(buf), (int)check->judgement.state);
}

/* `why`: what to say where there is no snapshot. */
static void judge(struct check *check, const char *why)
{
    const struct options *o = &check->options;

    judgement_make(view_config(check->view), view_complaints(check->view), view_snapshot(check->view), why,
                   &o->selection, &o->thresholds, o->timeout_state, clock_wall(), &check->judgement);
}

static void refuse(struct check *check, enum state state, const char *why)
{
    judgement_refuse(&check->options.selection, state, clock_wall(), why, &check->judgement);
}

static int64_t max_age_ms(const struct check *check)
{
    const struct snapshot *snapshot = view_snapshot(check->view);
    int64_t interval_s = view_config(check->view)->sweep.interval_s;

    if (check->options.has_max_age)
        return check->options.max_age_ms;
    /* What the budget allows may be slower than what was configured. */
    if (snapshot && snapshot_board(snapshot)->real_interval_s > interval_s &&
        snapshot_board(snapshot)->real_interval_s < INT64_MAX / (MAX_AGE_INTERVALS * 1000))
        interval_s = snapshot_board(snapshot)->real_interval_s;
    return MAX_AGE_INTERVALS * interval_s * 1000;
}

static void note_outdated(struct check *check)
{
    if (view_snapshot(check->view) && view_is_outdated(check->view))
        judgement_note(&check->judgement,
                       "configuration or inventory changed after the last sweep: this is the answer from before");
}

/* Sweeps are the service's. */
static void judge_for_service(struct check *check)
{
    bool wanted = check->options.has_max_age &&
                  !view_is_fresh(check->view, &check->options.selection, max_age_ms(check), clock_wall_ms());

    judge(check, view_why(check->view));
    note_outdated(check);
    if (wanted)
        judgement_note(&check->judgement,
                       "--max-age: sweeps are made by the service here (by = service), so none was made now");
}

/* The sweeps are ours: one is made when the snapshot is too old. */
static void judge_swept(struct check *check)
{
    const struct options *o = &check->options;
    struct err err = {.text = ""};
    int64_t max_age = max_age_ms(check);

    if (view_is_fresh(check->view, &o->selection, max_age, clock_wall_ms())) {
        judge(check, view_why(check->view));
        return;
    }
    judge(check, view_why(check->view));
    watch(check, &check->last);
    if (view_refresh(check->view, &o->selection, max_age, check->sweep_until_ms, o->verbose > 0, &err)) {
        judge(check, view_why(check->view));
        note_outdated(check);
        return;
    }
    judge(check, err.text);
    if (view_snapshot(check->view))
        judgement_note(&check->judgement, "%s; this is the last known state", err.text);
}

/* Names of the feeds that there are. */
static void refuse_feed(struct check *check)
{
    const struct config *config = view_config(check->view);
    struct err err = {.text = ""};
    struct buf names;

    buf_init(&names, SAY_MAX);
    for (size_t i = 0; i < config->feed_count; i++)
        buf_printf(&names, "%s%s", i > 0 ? ", " : "", config->feed[i].name);
    err_set(&err, "--feed %s: no such section; there are: %s", check->options.feed,
            config->feed_count > 0 ? buf_text(&names) : "none");
    buf_free(&names);
    refuse(check, STATE_UNKNOWN, err.text);
    check->judgement.fix_short = "correct the name";
}

/* The state is that of what was judged, whatever becomes of the delivery: the engine's freshness tells. */
static void feed(struct check *check)
{
    const char *name = check->options.feed;
    struct err said = {.text = ""};

    watch(check, &check->fed);
    if (view_feed(check->view, name, check->sweep_until_ms, &said))
        judgement_note(&check->judgement, "feed %s: %s", name, said.text);
    else
        judgement_note(&check->judgement, "feed %s failed: %s", name, said.text);
}

static bool feed_is_known(const struct check *check)
{
    const char *name = check->options.feed;

    return !name || feed_is_adhoc(name) || config_find_feed(view_config(check->view), name);
}

static int run(struct check *check)
{
    struct err err = {.text = ""};

    check->view = view_open(check->options.config, &err);
    if (!check->view)
        refuse(check, STATE_UNKNOWN, err.text);
    else if (!feed_is_known(check))
        refuse_feed(check);
    else {
        if (view_config(check->view)->sweep.by_service)
            judge_for_service(check);
        else
            judge_swept(check);
        if (check->options.feed)
            feed(check);
    }
    return answer(check);
}

static int run_videos(struct check *check)
{
    struct err err = {.text = ""};
    enum state state;
    bool ok;

    check->view = view_open(check->options.config, &err);
    ok = videos_judge(&check->options, check->view, err.text, check->sweep_until_ms, &state, &check->out);
    watchdog_claim();
    ok = ok && print(buf_text(&check->out), buf_len(&check->out));
    return ok ? (int)state : STATE_UNKNOWN;
}

/* Ends before --timeout by a margin, in which the watchdog's turn is the last quarter. */
static void set_deadlines(struct check *check, int64_t start_ms)
{
    int64_t timeout = check->options.timeout_ms;
    int64_t margin = timeout / MARGIN_PART < MARGIN_MS ? timeout / MARGIN_PART : MARGIN_MS;
    struct err err = {.text = ""};

    check->sweep_until_ms = start_ms + timeout - margin;
    err_set(&err, "no answer within %" PRId64 " s, reading files hangs", timeout / 1000);
    refuse(check, check->options.timeout_state, err.text);
    check->judgement.fix_short = "check the disk";
    watch(check, &check->fallback);
    /* Without a thread the check still answers, unless a disk hangs. */
    (void)!watchdog_start(start_ms + timeout - margin / 4);
}

int check_main(int argc, char **argv)
{
    static struct check check;
    int64_t start_ms = clock_mono_ms();
    int status;

    signal(SIGPIPE, SIG_IGN); /* a reader that went away is a failed write */
    buf_init(&check.out, OUTPUT_MAX);
    buf_init(&check.fallback, SAY_MAX);
    buf_init(&check.last, OUTPUT_MAX);
    buf_init(&check.fed, OUTPUT_MAX);
    if (!options_read(argc, argv, &check.options, &check.out)) {
        (void)!print(buf_text(&check.out), buf_len(&check.out)); /* UNKNOWN either way */
        buf_free(&check.out);
        return STATE_UNKNOWN;
    }
    set_deadlines(&check, start_ms);
    status = check.options.videos ? run_videos(&check) : run(&check);
    watchdog_stop();
    view_close(check.view);
    buf_free(&check.out);
    buf_free(&check.fallback);
    buf_free(&check.last);
    buf_free(&check.fed);
    return status;
}
