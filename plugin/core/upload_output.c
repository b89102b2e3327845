/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Uploads, judged together, as plugin output. */
#include "core/upload_output.h"

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "core/output.h"
#include "core/output_words.h"

#include <inttypes.h>
#include <string.h>

enum { SCHEMA = 1, LISTED_MAX = 50, REFUSAL_MAX = 90, FIX_MAX = 40 };

/* All of them, looked at once. */
struct tally {
    size_t usable, processing, failed, unverified;
    enum state state;
    const struct upload *worst; /* the first that is as bad as all; NULL without any */
    enum cause cause;           /* of that one */
};

static bool is_refused(const struct upload_report *report)
{
    return report->refusal && report->refusal[0];
}

static enum state state_of(const struct upload_report *report, size_t index, enum cause *cause)
{
    return upload_state(report->upload[index], report->config, report->stale_after_s, report->now, cause);
}

static struct tally tally_of(const struct upload_report *report)
{
    struct tally tally = {.state = is_refused(report) ? STATE_UNKNOWN : STATE_OK};

    for (size_t i = 0; i < report->count && !is_refused(report); i++) {
        enum cause cause;
        enum state state = state_of(report, i, &cause);

        tally.usable += cause == CAUSE_AUTHORIZED;
        tally.processing += cause == CAUSE_VIDEO_PROCESSING;
        tally.failed += cause == CAUSE_VIDEO_FAILED;
        if (!tally.worst || state_severity(state) > state_severity(tally.state)) {
            tally.worst = report->upload[i];
            tally.state = state;
            tally.cause = cause;
        }
    }
    tally.unverified = report->count - tally.usable - tally.processing - tally.failed;
    return tally;
}

enum state upload_report_state(const struct upload_report *report)
{
    return tally_of(report).state;
}

/* --- line 1 -------------------------------------------------------------------------------------------------- */

static void put_code(const struct upload *u, struct buf *out)
{
    if (u->has_code)
        buf_printf(out, " [%" PRId64 "]", u->code);
}

/* "failed", "app access lost": what is said of one. */
static const char *words_of(enum cause cause)
{
    return cause == CAUSE_AUTHORIZED ? "usable" : output_lost_words(cause, true);
}

static void put_one(const struct upload_report *report, const struct tally *t, bool whole, struct buf *out)
{
    const struct upload *u = t->worst;
    char at[CLOCK_TEXT_MAX];

    buf_printf(out, "video %s: %s", u->id, words_of(t->cause));
    if (whole && t->cause == u->cause)
        buf_printf(out, " since %s", clock_short(u->since, report->now, at));
    put_code(u, out);
}

static void put_count(size_t count, const char *words, bool *first, struct buf *out)
{
    if (count == 0)
        return;
    buf_printf(out, "%s%zu %s", *first ? "" : ", ", count, words);
    *first = false;
}

static void put_several(const struct upload_report *report, const struct tally *t, bool whole, struct buf *out)
{
    bool first = true;

    if (t->state == STATE_OK && t->usable == report->count) {
        buf_printf(out, "%zu videos usable", report->count);
        return;
    }
    if (whole)
        buf_printf(out, "%zu of %zu videos not usable: ", report->count - t->usable, report->count);
    else
        buf_str(out, "videos: ");
    put_count(t->failed, "failed", &first, out);
    put_count(t->processing, "processing", &first, out);
    put_count(t->unverified, t->cause == CAUSE_VIDEO_FAILED ? "not verified" : words_of(t->cause), &first, out);
    put_code(t->worst, out);
}

static void put_line(const struct upload_report *report, const struct tally *t, bool whole, struct buf *out)
{
    buf_printf(out, "TIKTOK AUTH %s - ", state_upper_name(t->state));
    if (is_refused(report)) {
        text_engine(out, report->refusal, strlen(report->refusal), REFUSAL_MAX);
        if (report->refusal_fix)
            buf_printf(out, " - %s", report->refusal_fix);
        return;
    }
    if (report->count == 0) {
        buf_str(out, "no upload is watched");
        return;
    }
    if (report->count == 1)
        put_one(report, t, whole, out);
    else
        put_several(report, t, whole, out);
    if (t->state != STATE_OK)
        buf_printf(out, " - %s", cause_fix_short(t->cause, t->worst->granted_by));
}

/* Whole where it fits, and else without what is merely good to know. */
static void put_line1(const struct upload_report *report, const struct tally *t, struct buf *out)
{
    size_t start = buf_len(out);

    put_line(report, t, true, out);
    if (buf_len(out) - start > OUTPUT_LINE_MAX) {
        buf_cut(out, start);
        put_line(report, t, false, out);
    }
    if (buf_len(out) - start > OUTPUT_LINE_MAX)
        buf_cut(out, start + OUTPUT_LINE_MAX);
}

/* --- text ---------------------------------------------------------------------------------------------------- */

static void put_safe(const char *text, struct buf *out)
{
    struct buf safe;

    /* No perfdata begins inside of a text. */
    buf_init(&safe, 4 * UPLOAD_TEXT_MAX);
    text_engine(&safe, text, strlen(text), UPLOAD_TEXT_MAX);
    buf_add(out, buf_text(&safe), buf_len(&safe));
    buf_free(&safe);
}

static void put_upload(const struct upload *u, enum cause cause, struct buf *out)
{
    char at[CLOCK_TEXT_MAX];

    buf_printf(out, "  %s of advertiser %s: %s", u->id, u->advertiser_id, words_of(cause));
    if (cause == u->cause)
        buf_printf(out, " since %s", clock_rfc3339(u->since, at));
    if (cause != CAUSE_AUTHORIZED && u->deadline)
        buf_printf(out, ", deadline %s", clock_rfc3339(u->deadline, at));
    put_code(u, out);
    if (u->message[0]) {
        buf_char(out, ' ');
        put_safe(u->message, out);
    }
    if (u->request_id[0]) {
        buf_str(out, " (request ");
        put_safe(u->request_id, out);
        buf_char(out, ')');
    }
    buf_char(out, '\n');
}

static void put_list(const struct upload_report *report, bool all, struct buf *out)
{
    size_t listed = 0, more = 0;

    for (size_t i = 0; i < report->count; i++) {
        enum cause cause;

        if (state_of(report, i, &cause) == STATE_OK && !all)
            continue;
        if (listed < LISTED_MAX || all) {
            put_upload(report->upload[i], cause, out);
            listed++;
        } else
            more++;
    }
    if (more > 0)
        buf_printf(out, "  and %zu more\n", more);
}

static size_t fix_of(const struct upload_report *report, const struct tally *t, const char **step)
{
    if (t->state == STATE_OK || !t->worst)
        return 0;
    if (report->config->fix_text[t->cause]) {
        step[0] = report->config->fix_text[t->cause];
        return 1;
    }
    return cause_fix_steps(t->cause, t->worst->granted_by, step, FIX_STEPS_MAX);
}

bool upload_report_text(const struct upload_report *report, bool all, struct buf *out)
{
    struct tally t = tally_of(report);
    const char *step[FIX_STEPS_MAX];
    size_t steps = is_refused(report) ? 0 : fix_of(report, &t, step);

    put_line1(report, &t, out);
    buf_char(out, '\n');
    if (is_refused(report)) {
        put_safe(report->refusal, out);
        buf_char(out, '\n');
        return buf_ok(out);
    }
    if (t.state != STATE_OK)
        buf_printf(out, "%s\n", cause_info(t.cause)->impact);
    for (size_t i = 0; i < steps; i++) {
        buf_printf(out, "%zu. ", i + 1);
        put_safe(step[i], out);
        buf_char(out, '\n');
    }
    put_list(report, all, out);
    if (report->note && report->note[0]) {
        put_safe(report->note, out);
        buf_char(out, '\n');
    }
    if (t.state != STATE_OK)
        buf_printf(out, "Documentation: %s\n", cause_documentation);
    buf_printf(out, "|videos=%zu;;;0 processing=%zu;;;0 failed=%zu;;;0 unverified=%zu;;;0\n", report->count,
               t.processing, t.failed, t.unverified);
    return buf_ok(out);
}

/* --- JSON ---------------------------------------------------------------------------------------------------- */

static void json_text_or_null(struct jsonw *w, const char *key, const char *text)
{
    jsonw_string(w, key, text[0] ? text : NULL);
}

static void json_time(struct jsonw *w, const char *key, int64_t t)
{
    char text[CLOCK_TEXT_MAX];

    jsonw_string(w, key, t ? clock_rfc3339(t, text) : NULL);
}

static void json_answer(struct jsonw *w, const struct upload *u)
{
    if (u && u->has_code)
        jsonw_int(w, "code", u->code);
    else
        jsonw_null(w, "code");
    json_text_or_null(w, "message", u ? u->message : "");
    json_text_or_null(w, "request_id", u ? u->request_id : "");
}

static void json_upload(struct jsonw *w, const struct upload_report *report, size_t index)
{
    const struct upload *u = report->upload[index];
    enum cause cause;
    enum state state = state_of(report, index, &cause);

    jsonw_object(w, NULL);
    jsonw_string(w, "video_id", u->id);
    jsonw_string(w, "advertiser_id", u->advertiser_id);
    jsonw_string(w, "app", u->app);
    jsonw_string(w, "state", state_name(state));
    jsonw_string(w, "cause", cause_name(cause));
    jsonw_bool(w, "usable", cause == CAUSE_AUTHORIZED);
    json_answer(w, u);
    json_time(w, "since", u->since);
    json_time(w, "verified_at", u->verified_at);
    json_time(w, "deadline", u->deadline);
    jsonw_string(w, "fault", u->fault != CAUSE_AUTHORIZED ? cause_name(u->fault) : NULL);
    jsonw_object_end(w);
}

static void json_verdict(struct jsonw *w, const struct upload_report *report, const struct tally *t)
{
    const struct cause_info *info = t->worst ? cause_info(t->cause) : NULL;
    enum grantor granted_by = t->worst ? t->worst->granted_by : GRANTED_BY_CLIENT;
    const char *step[FIX_STEPS_MAX];
    size_t steps = fix_of(report, t, step);

    jsonw_string(w, "class", info ? class_name(info->class) : NULL);
    jsonw_string(w, "cause", info ? cause_name(t->cause) : NULL);
    json_answer(w, t->worst);
    jsonw_string(w, "urgency", urgency_name(info && t->state != STATE_OK ? info->urgency : URGENCY_NONE));
    jsonw_string(w, "actor",
                 actor_name(info && t->state != STATE_OK ? actor_resolve(info->actor, granted_by) : ACTOR_NOBODY));
    jsonw_array(w, "fix");
    for (size_t i = 0; i < steps; i++)
        jsonw_string(w, NULL, step[i]);
    jsonw_array_end(w);
}

bool upload_report_json(const struct upload_report *report, struct buf *out)
{
    struct tally t = tally_of(report);
    struct jsonw w;
    struct buf line;

    buf_init(&line, 1024);
    put_line1(report, &t, &line);
    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", SCHEMA);
    jsonw_string(&w, "state", state_name(t.state));
    jsonw_int(&w, "exit", t.state);
    jsonw_string(&w, "summary", buf_text(&line));
    json_verdict(&w, report, &t);
    json_text_or_null(&w, "refusal", is_refused(report) ? report->refusal : "");
    json_text_or_null(&w, "note", report->note ? report->note : "");
    jsonw_object(&w, "counts");
    jsonw_int(&w, "usable", (int64_t)t.usable);
    jsonw_int(&w, "processing", (int64_t)t.processing);
    jsonw_int(&w, "failed", (int64_t)t.failed);
    jsonw_int(&w, "unverified", (int64_t)t.unverified);
    jsonw_object_end(&w);
    jsonw_array(&w, "videos");
    for (size_t i = 0; i < report->count && !is_refused(report); i++)
        json_upload(&w, report, i);
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    if (!buf_ok(&line))
        buf_fail(out);
    buf_free(&line);
    return buf_ok(out);
}
