/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes the mail: the ways hold the clicks, the table of mail_case.c says which way a cause takes. */
#include "core/mail.h"

#include "base/clock.h"
#include "base/text.h"
#include "core/mail_case.h"

#include <string.h>

enum { WIDTH = 76, NAME_SHOWN_MAX = 80, TEXT_SHOWN_MAX = 300, LINK_SHOWN_MAX = 2000 };

static bool nothing_to_ask(const struct mail_facts *facts, struct err *err)
{
    const struct cause_info *info = cause_info(facts->cause);
    const char *id = facts->account.id;

    switch (actor_resolve(info->actor, facts->granted_by)) {
    case ACTOR_NOBODY:
        return err_set(err, "%s is %s: there is nothing to ask the client for", id, info->lost);
    case ACTOR_TIKTOK:
        return err_set(err, "%s: %s; only TikTok can change that, the client can do nothing", id, info->lost);
    case ACTOR_US:
    case ACTOR_GRANTOR:
    case ACTOR_CLIENT:
    case ACTOR_ADVERTISER:
    case ACTOR_BUSINESS_CENTER_ADMIN:
        break;
    }
    return err_set(err, "%s: %s; this is ours to mend (%s), the client can do nothing", id, info->lost,
                   cause_fix_short(facts->cause, facts->granted_by));
}

/* --- plain text, folded -------------------------------------------------------------------------------------- */

/* Appends a paragraph of lines no wider than WIDTH bytes, a word that is longer (a link) on its own. `first` opens
 * the first line, blanks of its length the others. */
static void paragraph(struct buf *out, const char *first, const char *text)
{
    size_t indent = strlen(first), column = indent;
    bool fresh = true;

    buf_str(out, first);
    while (*text) {
        size_t len = strcspn(text, " ");

        if (!fresh && column + 1 + len > WIDTH) {
            buf_printf(out, "\n%*s", (int)indent, "");
            column = indent;
            fresh = true;
        }
        if (!fresh) {
            buf_char(out, ' ');
            column++;
        }
        buf_add(out, text, len);
        column += len;
        fresh = false;
        text += len;
        text += strspn(text, " ");
    }
    buf_char(out, '\n');
}

static void gap(struct buf *out)
{
    buf_char(out, '\n');
}

/* A numbered step. */
static void step(struct buf *out, int *number, const char *text)
{
    char label[] = " 1. ";

    label[1] = (char)('0' + (*number)++);
    paragraph(out, label, text);
}

/* A step that was put together in `draft`, which is empty afterwards. */
static void draft_step(struct buf *out, int *number, struct buf *draft)
{
    step(out, number, buf_text(draft));
    buf_reset(draft);
}

static void safe(struct buf *out, const char *text, size_t max)
{
    text_safe(out, text, strlen(text), false, max);
}

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
            return false;
    return true;
}

static void account(struct buf *out, const struct mail_account *a)
{
    if (a->name[0]) {
        buf_char(out, '"');
        safe(out, a->name, NAME_SHOWN_MAX);
        buf_str(out, "\" (number ");
        safe(out, a->id, NAME_SHOWN_MAX);
        buf_char(out, ')');
    } else {
        buf_str(out, "number ");
        safe(out, a->id, NAME_SHOWN_MAX);
    }
}

/* "22 November 2026, 02:14 UTC" */
static void date(struct buf *out, int64_t t)
{
    static const char *const MONTH[] = {"January", "February", "March",     "April",   "May",      "June",
                                        "July",    "August",   "September", "October", "November", "December"};
    char text[CLOCK_TEXT_MAX];
    const char *iso = clock_rfc3339(t, text);
    int month = (iso[5] - '0') * 10 + (iso[6] - '0');

    buf_printf(out, "%.*s %s %.4s, %.5s UTC", iso[8] == '0' ? 1 : 2, iso + (iso[8] == '0' ? 9 : 8),
               MONTH[month - 1], iso, iso + 11);
}

/* --- the ways ------------------------------------------------------------------------------------------------ */

static void way_connect(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    int n = 1;

    if (f->reauth_url[0]) {
        step(out, &n, "Open this link in the browser of a computer:");
        gap(out);
        safe(draft, f->reauth_url, LINK_SHOWN_MAX);
        paragraph(out, "      ", buf_text(draft));
        gap(out);
        buf_reset(draft);
        buf_str(draft, "Log in to TikTok for Business");
    } else {
        step(out, &n,
             "Open TikTok Business Center (https://business.tiktok.com), go to App Management, find our app and "
             "grant "
             "the access again. If you do not find it there, answer this mail: we will send you a link.");
        buf_str(draft, "If you are asked to log in, do so");
    }
    buf_str(draft, " with a login that has a role on this ad account");
    if (f->login[0]) {
        buf_str(draft, ", best the one that was used before (");
        safe(draft, f->login, NAME_SHOWN_MAX);
        buf_char(draft, ')');
    }
    buf_char(draft, '.');
    draft_step(out, &n, draft);
    buf_str(draft, "TikTok shows the ad accounts of this login. Choose ");
    account(draft, &f->account);
    buf_str(draft, f->other_count > 0 ? ", the further accounts listed below, and all others" : " and all others");
    buf_str(draft, " that we work on for you, also those that work today: what is not chosen is not connected.");
    draft_step(out, &n, draft);
    step(out, &n, "TikTok shows a list of permissions. Please leave all switches on.");
    step(
        out, &n,
        "TikTok may send a code by e-mail to the address of this login. Type it in and confirm. If no mail comes, "
        "look into the spam folder.");
    step(out, &n, "That is all. We see it by ourselves, as a rule within a quarter of an hour.");
}

static void way_share(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    int n = 1;

    step(out, &n,
         "Open TikTok Business Center (https://business.tiktok.com) and log in as an admin of the Business Center "
         "that "
         "owns the account.");
    buf_str(draft, "Go to Assets, then Advertiser accounts, and choose ");
    account(draft, &f->account);
    buf_char(draft, '.');
    draft_step(out, &n, draft);
    step(out, &n,
         "Look under Partners whether our Business Center is listed. If not, add it, with a role that may manage "
         "campaigns. We gladly send you the number of our Business Center: answer this mail.");
    step(out, &n, "TikTok may send a code by e-mail. Type it in and confirm.");
    step(out, &n,
         "Tell us that it is done. If our Business Center is listed and you changed nothing, tell us that too: "
         "then "
         "the fault is on our side.");
}

static void way_asset(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    int n = 1;

    if (f->message[0]) {
        buf_str(draft, "TikTok describes what is missing so: \"");
        safe(draft, f->message, TEXT_SHOWN_MAX);
        buf_str(draft, "\"");
        draft_step(out, &n, draft);
    }
    step(out, &n,
         "Have an admin of the Business Center that owns it open TikTok Business Center "
         "(https://business.tiktok.com), then Assets.");
    buf_str(draft, "Find it there and assign it to the login that connected the account");
    if (f->login[0]) {
        buf_str(draft, " (");
        safe(draft, f->login, NAME_SHOWN_MAX);
        buf_char(draft, ')');
    }
    buf_str(draft, ", with a role that may change it.");
    draft_step(out, &n, draft);
    step(out, &n, "Tell us that it is done.");
}

static void way_confirm(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    int n = 1;

    (void)f;
    (void)draft;
    step(out, &n, "Open TikTok Ads Manager (https://ads.tiktok.com) and the ad account that we work on for you.");
    step(out, &n, "Its number stands beside its name, at the top. Please compare it with the number above.");
    step(out, &n,
         "Tell us the right number, or that the account is no longer in use: then we take it off our list.");
}

static void way_replace(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    int n = 1;

    (void)f;
    (void)draft;
    step(out, &n, "If you meant to close it, tell us: then we take it off our list.");
    step(out, &n,
         "If another account takes its place, tell us its number: then we send you a link to connect it.");
    step(out, &n,
         "If you did not expect this, ask TikTok's support in TikTok Ads Manager (https://ads.tiktok.com).");
}

static void way_appeal(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    int n = 1;

    buf_str(draft, "Open TikTok Ads Manager (https://ads.tiktok.com) and there ");
    account(draft, &f->account);
    buf_char(draft, '.');
    draft_step(out, &n, draft);
    step(out, &n,
         "A notice at the top says why: often an unpaid balance, missing company details, or an ad against the "
         "rules.");
    step(out, &n, "Follow the notice: pay, complete the details, or send an appeal to TikTok.");
    step(out, &n, "Tell us what TikTok answers. We see by ourselves when the account works again.");
}

static void way_correct(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    int n = 1;

    buf_str(draft, "Open TikTok Ads Manager (https://ads.tiktok.com) and there ");
    account(draft, &f->account);
    buf_char(draft, '.');
    draft_step(out, &n, draft);
    step(out, &n,
         "Under Account setup, TikTok says what it objects to: often the company's name, address or website.");
    step(out, &n, "Correct it and send it in again. TikTok's review takes about a day.");
    step(out, &n, "Tell us if TikTok rejects it again. We see by ourselves when it is approved.");
}

static void way(enum way which, const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    switch (which) {
    case WAY_CONNECT:
        way_connect(f, out, draft);
        break;
    case WAY_SHARE:
        way_share(f, out, draft);
        break;
    case WAY_ASSET:
        way_asset(f, out, draft);
        break;
    case WAY_CONFIRM:
        way_confirm(f, out, draft);
        break;
    case WAY_REPLACE:
        way_replace(f, out, draft);
        break;
    case WAY_APPEAL:
        way_appeal(f, out, draft);
        break;
    case WAY_CORRECT:
        way_correct(f, out, draft);
        break;
    }
}

/* --- the mail ------------------------------------------------------------------------------------------------ */

/* A header stays ASCII: a name that is not gives way to the account's number. */
static void subject(const struct mail_facts *f, const struct mail_case *c, struct buf *out)
{
    buf_printf(out, "Subject: %s ", c->subject);
    if (f->account.name[0] && is_ascii(f->account.name))
        safe(out, f->account.name, NAME_SHOWN_MAX);
    else
        safe(out, f->account.id, NAME_SHOWN_MAX);
    buf_str(out, "\n\n");
}

static void what_happened(const struct mail_facts *f, const struct mail_case *c, struct buf *out,
                          struct buf *draft)
{
    buf_printf(draft, "%s The account is ", c->happened);
    account(draft, &f->account);
    buf_char(draft, '.');
    if (f->since > 0) {
        buf_str(draft, " We know of it since ");
        date(draft, f->since);
        buf_char(draft, '.');
    }
    paragraph(out, "", buf_text(draft));
    buf_reset(draft);
    gap(out);
    paragraph(out, "", c->effect);
}

static void other_accounts(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    size_t shown = f->other_count < MAIL_OTHERS_MAX ? f->other_count : MAIL_OTHERS_MAX;

    if (f->other_count == 0)
        return;
    gap(out);
    paragraph(out, "", "Further accounts of yours to which the same happened:");
    gap(out);
    for (size_t i = 0; i < shown; i++) {
        account(draft, &f->other[i]);
        paragraph(out, "  - ", buf_text(draft));
        buf_reset(draft);
    }
    if (shown < f->other_count)
        buf_printf(out, "  - and %zu more\n", f->other_count - shown);
}

static void whom_to_ask(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    buf_str(draft, "If anything is unclear, just answer this mail");
    if (f->owner[0]) {
        buf_str(draft, " or ask ");
        safe(draft, f->owner, NAME_SHOWN_MAX);
    }
    buf_str(draft, ". None of us will ever ask you for a password or for the code from TikTok's e-mail.");
    gap(out);
    paragraph(out, "", buf_text(draft));
    buf_reset(draft);
    gap(out);
    paragraph(out, "", "Thank you and kind regards");
    if (f->owner[0]) {
        safe(draft, f->owner, NAME_SHOWN_MAX);
        paragraph(out, "", buf_text(draft));
        buf_reset(draft);
    }
}

/* For us, when the mail comes back. */
static void reference(const struct mail_facts *f, struct buf *out, struct buf *draft)
{
    buf_printf(draft, "Reference for our support: account %s, app %s, %s", f->account.id, f->app,
               cause_name(f->cause));
    if (f->has_code)
        buf_printf(draft, ", code %lld", (long long)f->code);
    if (f->request_id[0]) {
        buf_str(draft, ", request ");
        safe(draft, f->request_id, NAME_SHOWN_MAX);
    }
    if (f->last_ok > 0) {
        buf_str(draft, ", last seen working ");
        date(draft, f->last_ok);
    }
    gap(out);
    paragraph(out, "", buf_text(draft));
    buf_reset(draft);
}

bool mail_write(const struct mail_facts *facts, struct buf *out, const char **before, struct err *err)
{
    const struct mail_case *c = mail_case_of(facts->cause, facts->granted_by);
    struct buf draft;

    *before = NULL;
    if (!c)
        return nothing_to_ask(facts, err);
    buf_init(&draft, MAIL_SIZE_MAX);
    subject(facts, c, out);
    paragraph(out, "", "Hello,");
    gap(out);
    what_happened(facts, c, out, &draft);
    gap(out);
    paragraph(out, "", "What we ask you to do:");
    gap(out);
    way(c->way, facts, out, &draft);
    other_accounts(facts, out, &draft);
    whom_to_ask(facts, out, &draft);
    reference(facts, out, &draft);
    *before = c->before;
    if (!buf_ok(&draft))
        buf_fail(out);
    buf_free(&draft);
    return buf_ok(out) || err_set(err, "out of memory");
}
