/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pages of serve. */
#include "core/serve_page.h"

#include "core/html.h"

#include <string.h>

/* --- what all pages have ---------------------------------------------------------------------------------------
 */

static void begin(const struct serve_look *look, const char *title, struct buf *out)
{
    buf_str(out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n"
            "<meta name=\"format-detection\" content=\"telephone=no\">\n<title>");
    html_text(out, title);
    buf_str(out, "</title>\n<style>");
    buf_str(out, look->css);
    buf_str(out, "</style>\n</head>\n<body>\n<div class=\"page\">\n");
    if (look->name) {
        buf_str(out, "<header>");
        html_name(out, look->name);
        buf_str(out, "</header>\n");
    }
    buf_str(out, "<main>\n");
}

static bool end(const struct serve_look *look, struct buf *out)
{
    buf_str(out, "</main>\n");
    if (look->contact) {
        buf_str(out, "<footer>\n<p>Questions, or something does not work? Ask us: ");
        html_name(out, look->contact);
        buf_str(out, "</p>\n</footer>\n");
    }
    buf_str(out, "</div>\n</body>\n</html>\n");
    return buf_ok(out);
}

/* At the beginning of a sentence, or within one. */
static void who(const struct serve_look *look, bool first, struct buf *out)
{
    if (look->name)
        html_name(out, look->name);
    else
        buf_str(out,
                first ? "The agency or software that you work with" : "the agency or software that you work with");
}

static void contact(const struct serve_look *look, struct buf *out)
{
    if (look->contact)
        html_name(out, look->contact);
    else
        buf_str(out, "whoever sent you the link");
}

/* --- the question ----------------------------------------------------------------------------------------------
 */

static void write_account(const struct serve_ask *ask, struct buf *out)
{
    buf_str(out, "<dl class=\"account\">\n");
    if (ask->account) {
        if (ask->account[0]) {
            buf_str(out, "<dt>Ad account</dt><dd>");
            html_name(out, ask->account);
            buf_str(out, "</dd>\n");
        }
        buf_str(out, "<dt>Ad account ID</dt><dd>");
        html_text(out, ask->id);
        buf_str(out, "</dd>\n");
    } else if (ask->ours) {
        buf_str(out, "<dt>Token</dt><dd>");
        html_text(out, ask->id);
        buf_printf(out, "</dd>\n<dt>Ad accounts under it</dt><dd>%zu</dd>\n", ask->accounts);
    } else {
        buf_printf(out, "<dt>Ad accounts</dt><dd>All that we work with for you%s</dd>\n",
                   ask->accounts == 1 ? " (1)" : "");
    }
    buf_str(out, "</dl>\n");
}

static void write_steps(const struct serve_ask *ask, struct buf *out)
{
    buf_str(out, "<h2 id=\"next\">What happens next</h2>\n<ol aria-labelledby=\"next\">\n"
                 "<li>The button leads you to TikTok. If TikTok asks you to log in, use the login that ");
    if (ask->account)
        buf_str(out, "manages this ad account.");
    else
        buf_str(out, ask->ours ? "has a role on every one of these ad accounts." : "manages these ad accounts.");
    buf_str(out, " Look at the address first: it must be TikTok&#39;s.</li>\n"
                 "<li>TikTok lists the ad accounts of this login. Choose ");
    if (ask->account) {
        buf_str(out, "<strong>");
        html_name(out, ask->account[0] ? ask->account : ask->id);
        buf_str(out,
                "</strong>, and leave chosen what is chosen already: what you leave out is not connected.</li>\n");
    } else {
        buf_str(out, "all of them: what you leave out is not connected.</li>\n");
    }
    buf_str(out,
            "<li>TikTok lists permissions with switches. Leave all of them on.</li>\n"
            "<li>TikTok may send a code to the e-mail address of the login. Enter it. If none comes, look into "
            "the spam folder.</li>\n"
            "<li>You come back to a page of ours that says whether it worked.</li>\n</ol>\n");
}

bool serve_page_ask(const struct serve_look *look, const struct serve_ask *ask, struct buf *out)
{
    const char *title =
        ask->account ? "Confirm access to a TikTok ad account" : "Confirm access to your TikTok ad accounts";

    begin(look, title, out);
    buf_printf(out, "<h1>%s</h1>\n", title);
    if (ask->connected) {
        buf_printf(out,
                   "<div class=\"said good\"><p><strong>%s connected at the moment.</strong> You need not do "
                   "anything.</p></div>\n",
                   ask->account ? "This ad account is" : "These ad accounts are");
    }
    buf_str(out, "<p>");
    who(look, true, out);
    buf_printf(out, " asks you to confirm on TikTok that %s may work with %s. It takes about two minutes.</p>\n",
               look->name ? "it" : "they", ask->account ? "this ad account" : "these ad accounts");
    write_account(ask, out);
    write_steps(ask, out);
    buf_str(out, "<form method=\"post\">\n<button type=\"submit\">Continue to TikTok</button>\n"
                 "<p class=\"under\">The way to TikTok stays open for one hour.</p>\n</form>\n"
                 "<h2>Good to know</h2>\n<ul>\n<li>Opening this page has changed nothing.</li>\n<li>Your password "
                 "stays with TikTok: ");
    who(look, false, out);
    buf_str(out, " never sees it.</li>\n<li>You can take the permission back at any time, in TikTok Business "
                 "Center.</li>\n</ul>\n");
    return end(look, out);
}

/* --- what is said ----------------------------------------------------------------------------------------------
 */

/* %C: whom to ask. */
static const struct note_row {
    unsigned status;
    const char *title;
    const char *text;
} NOTE[] = {
    [SERVE_NOTE_STRANGE] =
        {404, "This link does not work",
         "It may have been cut off on its way to you: try to open it again from the message that "
         "brought it, or copy all of it. If that does not help, ask %C for a new one."},
    [SERVE_NOTE_OVER] =
        {410, "This link has ended",
         "Links are good for 30 days, and this one is older. Nothing is lost: ask %C for a new one."},
    [SERVE_NOTE_GONE] = {410, "This link is no longer needed",
                         "What it was made for is no longer expected of you. If you think that this is wrong, ask "
                         "%C."},
    [SERVE_NOTE_OFTEN] =
        {429, "Please wait a minute",
         "Too many requests came from your network within a minute. Wait a minute, then try again. "
         "Nothing has been changed."},
    [SERVE_NOTE_BUSY] =
        {503, "Please try again in a minute",
         "Many people are here at this moment. Wait a minute, then load this page again. Nothing is "
         "lost."},
    [SERVE_NOTE_FAULT] =
        {503, "This does not work right now",
         "The fault is on our side, and nothing has been changed. Try again in some minutes. If it "
         "stays so, ask %C."},
    [SERVE_NOTE_DIED] =
        {500, "We could not finish this",
         "You did everything right; the fault is on our side. What TikTok gave us is not lost as "
         "far as we have it: we go on by ourselves. If you are asked again to confirm, please do, or "
         "ask %C."},
    [SERVE_NOTE_HEAD] = {405, "This link does not work so",
                         "Open it in a browser. If that does not help, ask %C."},
};

unsigned serve_note_status(enum serve_note note)
{
    return NOTE[note].status;
}

static void said(const char *title, bool good, struct buf *out)
{
    buf_printf(out, "<div class=\"said %s\" role=\"status\">\n<h1>", good ? "good" : "bad");
    html_text(out, title);
    buf_str(out, "</h1>\n");
}

bool serve_page_note(const struct serve_look *look, enum serve_note note, struct buf *out)
{
    const char *text = NOTE[note].text;
    size_t len = strcspn(text, "%");

    begin(look, NOTE[note].title, out);
    said(NOTE[note].title, false, out);
    buf_str(out, "<p>");
    buf_add(out, text, len);
    if (text[len]) {
        contact(look, out);
        buf_str(out, text + len + 2);
    }
    buf_str(out, "</p>\n</div>\n");
    return end(look, out);
}

bool serve_page_end(const struct serve_look *look, bool good, const char *title, const char *text,
                    const char *again, struct buf *out)
{
    struct buf line;

    begin(look, title, out);
    said(title, good, out);
    buf_init(&line, SERVE_PAGE_MAX);
    while (*text) {
        size_t len = strcspn(text, "\n");

        buf_reset(&line);
        buf_add(&line, text, len);
        if (len > 0) {
            buf_str(out, "<p>");
            html_text(out, buf_text(&line));
            buf_str(out, "</p>\n");
        }
        text += len + (text[len] == '\n');
    }
    if (!buf_ok(&line))
        buf_fail(out);
    buf_free(&line);
    buf_str(out, "</div>\n");
    if (html_is_link(again)) {
        buf_str(out, "<p class=\"way\"><a class=\"button\" href=\"");
        html_text(out, again);
        buf_str(out, "\">Try again</a></p>\n");
    }
    return end(look, out);
}
