/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The page as a whole: head with its policy, what is known and how old it is, and the order of its parts. */
#include "base/clock.h"
#include "core/output_words.h"
#include "core/report_private.h"

#include <inttypes.h>
#include <stdlib.h>

static void write_head(const struct report *r)
{
    const struct report_assets *assets = r->in->assets;

    buf_printf(r->out,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '%s'; "
               "script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'; "
               "require-trusted-types-for 'script'\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<title>TikTok ad accounts: authorization report</title>\n"
               "<link rel=\"icon\" href=\"data:,\">\n<style>",
               assets->css_hash, assets->js_hash);
    buf_str(r->out, assets->css);
    buf_str(r->out, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
}

/* --- what is known ------------------------------------------------------------------------------------------- */

static bool all_stale(const struct report *r)
{
    return r->ages.known + r->ages.never > 0 && r->ages.stale == r->ages.known + r->ages.never;
}

static void write_headline(const struct report *r)
{
    uint32_t others = r->problem_count > r->counts.unauthorized ? r->problem_count - r->counts.unauthorized : 0;

    if (!r->board)
        buf_str(r->out, "There is no data");
    else if (r->total == 0)
        buf_str(r->out, "There are no advertisers");
    else if (all_stale(r))
        buf_str(r->out, "Nothing is verified any more");
    else if (r->counts.unauthorized > 0) {
        report_number(r->out, r->counts.unauthorized);
        buf_str(r->out, " of ");
        report_advertisers(r->out, r->total);
        buf_str(r->out, r->total == 1 ? " has lost authorization" : " have lost authorization");
    } else if (others > 0) {
        buf_str(r->out, "No authorization is lost, ");
        report_advertisers(r->out, others);
        buf_str(r->out, others == 1 ? " needs a look" : " need a look");
    } else if (r->total == 1)
        buf_str(r->out, "The advertiser is authorized");
    else {
        buf_str(r->out, "All ");
        report_advertisers(r->out, r->total);
        buf_str(r->out, " are authorized");
    }
}

static void write_made(const struct report *r)
{
    char span[CLOCK_TEXT_MAX];

    buf_printf(r->out, "<p class=\"made\" id=\"made\" data-made=\"%" PRId64 "\">Page made ", r->in->now);
    html_time(r->out, r->in->now, r->in->now);
    if (r->board) {
        buf_str(r->out, " from what was published ");
        html_time(r->out, r->board->made_at, r->in->now);
        buf_printf(r->out, ", %s before. Oldest verification: ", clock_span(r->in->now - r->board->made_at, span));
        html_time(r->out, r->board->oldest, r->in->now);
        if (r->board->oldest > 0)
            buf_printf(r->out, " (%s old)", clock_span(r->in->now - r->board->oldest, span));
        buf_printf(r->out, ". Asked every %s.", clock_span(r->board->real_interval_s, span));
    } else
        buf_char(r->out, '.');
    buf_str(r->out, " Times are UTC.</p>\n");
}

static void write_counts(const struct report *r)
{
    static const enum state ORDER[] = {STATE_CRITICAL, STATE_UNKNOWN, STATE_WARNING, STATE_OK};

    buf_str(r->out, "<dl class=\"counts\" aria-label=\"Advertisers per state\">\n");
    for (size_t i = 0; i < TTA_LEN(ORDER); i++) {
        uint32_t count = r->counts.state[ORDER[i]];

        buf_printf(r->out, "<div class=\"%s\"><dt>", count > 0 ? state_name(ORDER[i]) : "zero");
        report_badge(r->out, ORDER[i]);
        buf_str(r->out, "</dt><dd>");
        report_number(r->out, count);
        buf_str(r->out, "</dd></div>\n");
    }
    buf_str(r->out, "</dl>\n");
}

static void write_item(const struct report *r, const char *text)
{
    buf_str(r->out, "<li>");
    report_sentence(r->out, text);
    buf_str(r->out, "</li>\n");
}

static void write_stale(const struct report *r)
{
    if (r->ages.stale > r->ages.never) {
        buf_str(r->out, "<li>");
        report_advertisers(r->out, r->ages.stale - r->ages.never);
        buf_str(r->out, " not verified for longer than ");
        report_span(r->out, r->stale_after_s);
        buf_str(r->out, ": nobody knows whether they are authorized today.</li>\n");
    }
    if (r->ages.never > 0) {
        buf_str(r->out, "<li>");
        report_advertisers(r->out, r->ages.never);
        buf_str(r->out, " never verified yet.</li>\n");
    }
}

static void write_api(const struct report *r)
{
    struct verdict api;
    struct buf words;

    verdict_at(r->in->config, &r->board->api, r->stale_after_s, r->in->now, &api);
    verdict_of_quiet_api(&api, member_age(r->board->api.verified_at, r->in->now));
    if (api.state == STATE_OK && !output_has_fault(&r->board->api_fault))
        return;
    buf_init(&words, HTML_TEXT_MAX);
    if (api.state != STATE_OK)
        buf_printf(&words, "TikTok API: %s.", output_lost_words(api.cause, true));
    if (output_has_fault(&r->board->api_fault)) {
        buf_printf(&words, "%sThe last attempt verified nothing: ", buf_len(&words) > 0 ? " " : "");
        output_fault_words(&r->board->api_fault, &words);
        if (r->board->api_fault.message[0])
            buf_printf(&words, " (%.300s)", r->board->api_fault.message);
        buf_char(&words, '.');
    }
    write_item(r, buf_text(&words));
    buf_free(&words);
}

/* What is worth saying before anything else. False: out of memory. */
static bool write_notes(const struct report *r)
{
    static const struct selection ALL = {.kind = SELECT_ALL};
    static const struct thresholds NONE = {.has_warning = false};
    struct judgement *j = malloc(sizeof(*j));
    size_t begun;

    if (!j)
        return false;
    buf_str(r->out, "<ul class=\"notes\">\n");
    begun = buf_len(r->out);
    if (!r->board)
        write_item(r, r->in->why);
    else {
        judgement_make(r->in->config, r->in->complaints, r->in->snapshot, r->in->why, &ALL, &NONE, STATE_UNKNOWN,
                       r->in->now, j);
        write_stale(r);
        write_api(r);
        if (j->refusal[0])
            write_item(r, j->refusal);
        for (unsigned i = 0; i < j->note_count; i++)
            write_item(r, j->note[i]);
    }
    free(j);
    if (buf_len(r->out) == begun)
        buf_cut(r->out, begun - sizeof("<ul class=\"notes\">\n") + 1);
    else
        buf_str(r->out, "</ul>\n");
    return true;
}

static bool write_now(const struct report *r)
{
    bool bad = !r->board || r->total == 0 || all_stale(r);

    buf_printf(r->out, "<header class=\"top%s\">\n<p class=\"product\">TikTok ad accounts</p>\n<h1>",
               bad || r->counts.unauthorized > 0 ? " bad" : (r->problem_count > 0 ? " fair" : " good"));
    write_headline(r);
    buf_str(r->out, "</h1>\n");
    write_made(r);
    buf_str(r->out, "</header>\n<main id=\"main\" tabindex=\"-1\">\n");
    if (r->board)
        write_counts(r);
    return write_notes(r);
}

bool report_page(const struct report_input *input, struct buf *out)
{
    struct report r = {.in = input, .out = out};
    bool ok = report_gather(&r);

    if (ok) {
        write_head(&r);
        ok = write_now(&r);
        if (r.board)
            report_write_roots(&r);
        report_write_curve(&r);
        if (r.board && r.total > 0) {
            report_write_filters(&r);
            report_write_problems(&r);
            report_write_rows(&r);
        }
        buf_str(out, "</main>\n<footer>\n<p>Made by tiktok-auth report");
        if (r.board && r.board->version[0]) {
            buf_str(out, "; data by release ");
            html_text(out, r.board->version);
        }
        buf_str(out, ". This page asks no server for anything.</p>\n</footer>\n<script>");
        buf_str(out, input->assets->js);
        buf_str(out, "</script>\n</body>\n</html>\n");
    }
    report_free(&r);
    return ok && buf_ok(out);
}
