/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What came of an authorization, said to an operator and to the advertiser: what happened, and what to do next. */
#include "base/text.h"
#include "probe/connect_private.h"

#include <stdio.h>
#include <string.h>

static void say(struct buf *out, const char *text)
{
    buf_printf(out, "%s%s", buf_len(out) > 0 ? " " : "", text);
}

/* Names from files of others. */
static void add_safe(struct buf *out, const char *text, size_t max)
{
    text_safe(out, text, strlen(text), false, max);
}

/* "7502022393087590401 (Acme GmbH)", or the token's name. */
static void add_asked(const struct connecting *c, struct buf *out)
{
    const struct connect_target *t = &c->out->target;

    if (!t->advertiser[0]) {
        buf_printf(out, "token %s", t->token);
        return;
    }
    buf_str(out, t->advertiser);
    if (t->name[0]) {
        buf_str(out, " (");
        add_safe(out, t->name, 80);
        buf_char(out, ')');
    }
}

/* The account as its owner knows it. */
static void add_account(const struct connecting *c, struct buf *out)
{
    const struct connect_target *t = &c->out->target;

    if (!t->advertiser[0])
        buf_str(out, "your advertiser accounts");
    else {
        buf_str(out, "the account ");
        if (t->name[0])
            add_safe(out, t->name, 80);
        buf_printf(out, "%s%s%s", t->name[0] ? " (" : "", t->advertiser, t->name[0] ? ")" : "");
    }
}

static void add_again(const struct connecting *c, struct buf *out)
{
    const struct connect_target *t = &c->out->target;

    if (!t->token[0])
        say(out, "Begin again: tiktok-auth reauthorize --token NAME, or the link in the alert.");
    else
        buf_printf(out, " Begin again: tiktok-auth reauthorize --token %s%s%s", t->token,
                   t->advertiser[0] ? " --advertiser " : "", t->advertiser);
}

/* --- for the operator ---------------------------------------------------------------------------------------- */

static void say_old(const struct connecting *c, struct buf *out)
{
    const char *token = c->out->target.token;

    switch (c->old) {
    case OLD_ALIVE:
        buf_printf(out, " Token %s stays as it is: it still covers %zu of the expected accounts%s.", token,
                   c->judgement.still, c->judgement.lost > 0 ? ", and the new one not all of them" : "");
        break;
    case OLD_DEAD:
        if (c->out->old_ended)
            buf_printf(out,
                       " Token %s worked before this authorization and no longer does: have its "
                       "owner authorize again, too.",
                       token);
        else
            buf_printf(out,
                       " Token %s is dead, and the new one does not cover all of its accounts: have "
                       "its owner authorize again, too.",
                       token);
        break;
    case OLD_UNKNOWN:
        buf_printf(out, " What token %s covers could not be asked, so it stays as it is.", token);
        break;
    case OLD_NONE:
        break;
    }
}

static void say_hand(const struct connecting *c, const char *fault, struct buf *out)
{
    const char *token = c->out->own[0] ? c->out->own : c->out->target.token;

    switch (c->out->hand) {
    case HAND_NOBODY:
        buf_printf(out, " Your own software still uses the old token: give it the new one, which lies in %s.",
                   c->place_path);
        break;
    case HAND_DONE:
        say(out, "on_new_token has handed the new token to your software.");
        break;
    case HAND_FAILED:
        buf_printf(out,
                   " NEW TOKEN NOT HANDED OVER: %s. Your own software still uses the old one. When that is "
                   "mended: tiktok-auth reauthorize --token %s --hand-over",
                   fault, token);
        break;
    }
}

static void say_sweep(const struct connecting *c, struct buf *out)
{
    if (c->out->authorized) {
        buf_str(out, " Checked: ");
        add_asked(c, out);
        buf_str(out, " is authorized.");
    } else if (c->out->swept)
        say(out, "Checked, and not all is well yet: tiktok-auth status says what is left.");
    else
        say(out, "It could not be checked at once; the next sweep does.");
}

static void say_kept(const struct connecting *c, struct buf *out)
{
    buf_printf(out,
               "%sThe new token covers %zu of the expected accounts and is kept as a token of its own, %s, which "
               "they are bound to.",
               buf_len(out) > 0 ? " " : "", c->judgement.covered, c->out->own);
    if (c->fixed[0])
        buf_printf(out, " It can't take the place of the old one: %s.", c->fixed);
    say_old(c, out);
}

static void say_changed(const struct connecting *c, const char *hand_fault, struct buf *out)
{
    if (c->out->own[0])
        say_kept(c, out);
    else
        buf_printf(out,
                   "%sThe new token covers %zu of the expected accounts and has taken the place of the old one "
                   "in %s.",
                   buf_len(out) > 0 ? " " : "", c->judgement.covered, c->place_path);
    if (!c->out->own[0] && c->judgement.missing > 0) {
        if (c->out->old_ended)
            say(out, "The old one worked before this authorization and no longer did after it.");
        buf_printf(
            out, " %zu of the accounts of this token it does not cover: have whoever manages them authorize, too.",
            c->judgement.missing);
    }
    say_sweep(c, out);
    say_hand(c, hand_fault, out);
}

static void say_wrong(const struct connecting *c, const char *hand_fault, struct buf *out)
{
    buf_str(out, "The login that authorized does not bring ");
    add_asked(c, out);
    buf_str(out, c->out->target.advertiser[0] ? "." : ": none of its accounts is covered.");
    if (c->out->changed)
        say_changed(c, hand_fault, out);
    else
        say(out, "Nothing was changed, and its token was not kept.");
    say(out, "Have somebody authorize whose login has a role on the account, and who ticks it in TikTok's list.");
    add_again(c, out);
}

static void write_text(const struct connecting *c, const char *hand_fault, struct buf *out)
{
    const char *said = c->said;

    switch (c->out->end) {
    case CONNECT_REPLACED:
    case CONNECT_KEPT:
        say_changed(c, hand_fault, out);
        return;
    case CONNECT_DENIED:
        buf_printf(out,
                   "The authorization was refused at TikTok (%s). Nothing was changed. Ask why, and have it "
                   "confirmed next time.",
                   said);
        break;
    case CONNECT_NO_ACCOUNTS:
        say(out, "The authorization was confirmed, but for no account at all: none was ticked, or the login has "
                 "none. Nothing was changed. Tick the accounts in TikTok's list next time.");
        break;
    case CONNECT_WRONG_ACCOUNT:
        say_wrong(c, hand_fault, out);
        return;
    case CONNECT_CODE_REFUSED:
        buf_printf(out,
                   "TikTok refuses the code: %s. A code works once, for an hour, with the app it was made for. "
                   "Nothing was changed.",
                   said);
        break;
    case CONNECT_APP_REFUSED:
        buf_printf(out,
                   "TikTok refuses the app: %s. Nothing was changed. Compare app_id and the secret of [app %s] "
                   "with the TikTok developer portal first.",
                   said, c->out->target.app);
        break;
    case CONNECT_UNREADABLE:
        buf_printf(out,
                   "This is no callback of TikTok's portal: %s. Nothing was exchanged. Bring the whole address "
                   "that the browser was sent to.",
                   said);
        return;
    case CONNECT_FORGED:
        say(out, "The state in this callback was not made here, or its link ended over a week ago. Nothing was "
                 "exchanged.");
        break;
    case CONNECT_REPLAYED:
        say(out, "This link was used before: tiktok-auth history tells what came of it. Nothing was exchanged.");
        break;
    case CONNECT_EXPIRED:
        say(out, "This link is older than an hour. Nothing was exchanged.");
        break;
    case CONNECT_OTHER:
        buf_printf(out, "This callback belongs to another authorization, of token %s. Nothing was exchanged.",
                   said);
        break;
    case CONNECT_BUSY:
        say(out,
            "Another exchange for this token is under way. Nothing was spent: bring the same callback again in "
            "a minute.");
        return;
    case CONNECT_NOT_NOW:
        buf_printf(out,
                   "The code can't be exchanged now: %s. Nothing was spent: bring the same callback again within "
                   "the hour.",
                   said);
        return;
    case CONNECT_SPENT:
        buf_printf(out, "The code may be spent, and no token came of it: %s. The old token stays as it is.", said);
        break;
    case CONNECT_UNSAVED:
        buf_printf(out,
                   "The code is exchanged and the new token safe, in %s, but it could not be put in its place: "
                   "%s. When that is mended, go on with: tiktok-auth reauthorize --token %s",
                   c->fresh_path, said, c->out->target.token);
        return;
    }
    add_again(c, out);
}

/* --- for the advertiser -------------------------------------------------------------------------------------- */

static void write_plain(const struct connecting *c, struct buf *out)
{
    switch (c->out->end) {
    case CONNECT_REPLACED:
    case CONNECT_KEPT:
        buf_str(out, "Thank you. The connection to ");
        add_account(c, out);
        buf_str(out,
                c->out->authorized || !c->out->swept
                    ? " works again. You can close this page."
                    : " was made, but something is still missing. We have been told and will come back to you.");
        break;
    case CONNECT_DENIED:
        say(out,
            "You did not confirm the connection, so nothing has changed. If that was not meant, open the link "
            "again and confirm at the end.");
        break;
    case CONNECT_NO_ACCOUNTS:
        say(out,
            "You confirmed, but no advertiser account was ticked, so nothing has changed. Open the link again "
            "and tick the account in TikTok's list. If the list is empty, log in to TikTok with the login that "
            "manages the account.");
        break;
    case CONNECT_WRONG_ACCOUNT:
        buf_str(out, "You confirmed, but not for ");
        add_account(c, out);
        buf_str(out,
                ". Open the link again, log in to TikTok with the login that manages it, and tick it in TikTok's "
                "list.");
        break;
    case CONNECT_CODE_REFUSED:
    case CONNECT_EXPIRED:
    case CONNECT_SPENT:
        say(out,
            "That took too long, or the page was opened twice, and nothing has changed. Open the link again and "
            "go through it in one go.");
        break;
    case CONNECT_REPLAYED:
        say(out, "This page was opened before. If the connection still does not work, open the link that you were "
                 "given again.");
        break;
    case CONNECT_UNREADABLE:
    case CONNECT_FORGED:
    case CONNECT_OTHER:
        say(out, "This page belongs to no connection that is under way. Open the link that you were given again.");
        break;
    case CONNECT_BUSY:
    case CONNECT_NOT_NOW:
        say(out, "That did not work just now; nothing has changed. Load this page again in a few minutes.");
        break;
    case CONNECT_APP_REFUSED:
    case CONNECT_UNSAVED:
        say(out, "Thank you. Something on our side is not in order; we have been told and will come back to you. "
                 "There is nothing more for you to do.");
        break;
    }
}

/* --- what makes it permanent --------------------------------------------------------------------------------- */

static void write_lines(const struct connecting *c, struct buf *out)
{
    const struct inventory *inventory = setup_inventory(c->setup);
    const char *own = c->out->own;
    size_t more = 0;

    buf_printf(out, "# %s\n[token %s]\napp = %s\ntoken_file = %s\ngranted_by = %s\n", c->config->path, own,
               c->out->target.app, c->place_path,
               c->out->target.advertiser[0] || connect_token(c)->granted_by != GRANTED_BY_US ? "client" : "us");
    buf_printf(out, "# in the inventory, column token, add %s to:\n", own);
    for (size_t i = 0; i < inventory->count; i++) {
        const struct advertiser *a = &inventory->item[i];

        if (strcmp(c->config->app[a->app].name, c->out->target.app) != 0 || !oauth_grant_has(&c->grant, a->id))
            continue;
        if (buf_len(out) + 200 > CONNECT_LINES_MAX) {
            more++;
            continue;
        }
        buf_printf(out, "# %s ", a->id);
        add_safe(out, a->name, 80);
        buf_char(out, '\n');
    }
    if (more > 0)
        buf_printf(out, "# and %zu more, which tokens.own in the state folder lists\n", more);
}

/* --- the whole ----------------------------------------------------------------------------------------------- */

static void take(struct buf *from, char *out, size_t size)
{
    (void)snprintf(out, size, "%s", buf_text(from)); /* cut is fine */
    buf_free(from);
}

void connect_words(struct connecting *c, const char *hand_fault)
{
    struct buf text, plain, lines;

    buf_init(&text, 4 * CONNECT_TEXT_MAX);
    buf_init(&plain, 4 * CONNECT_TEXT_MAX);
    buf_init(&lines, 2 * CONNECT_LINES_MAX);
    write_text(c, hand_fault, &text);
    write_plain(c, &plain);
    if (c->out->own[0] && c->out->changed)
        write_lines(c, &lines);
    take(&text, c->out->text, sizeof(c->out->text));
    take(&plain, c->out->plain, sizeof(c->out->plain));
    take(&lines, c->out->lines, sizeof(c->out->lines));
}

void connect_what(const struct connecting *c, char *out, size_t size)
{
    static const char *const what[] = {
        [CONNECT_REPLACED] = "re-authorized",
        [CONNECT_KEPT] = "re-authorized",
        [CONNECT_DENIED] = "authorization refused by the person",
        [CONNECT_NO_ACCOUNTS] = "authorization without any account",
        [CONNECT_WRONG_ACCOUNT] = "authorization with a login that does not bring the account",
        [CONNECT_CODE_REFUSED] = "authorization failed, TikTok refuses the code",
        [CONNECT_APP_REFUSED] = "authorization failed, TikTok refuses the app",
        [CONNECT_UNREADABLE] = "authorization failed",
        [CONNECT_FORGED] = "authorization failed",
        [CONNECT_REPLAYED] = "authorization failed",
        [CONNECT_EXPIRED] = "authorization failed",
        [CONNECT_OTHER] = "authorization failed",
        [CONNECT_BUSY] = "authorization failed",
        [CONNECT_NOT_NOW] = "authorization failed",
        [CONNECT_SPENT] = "authorization failed, its code may be spent",
        [CONNECT_UNSAVED] = "authorized again, the token waits for its place",
    };

    if (c->out->own[0])
        (void)snprintf(out, size, "%s, token kept as %s", what[c->out->end], c->out->own); /* cut is fine */
    else
        (void)snprintf(out, size, "%s", what[c->out->end]); /* cut is fine */
}
