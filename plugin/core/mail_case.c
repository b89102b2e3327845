/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The table of mails: words for people who know nothing of APIs. */
#include "core/mail_case.h"

#include "base/attr.h"

#include <stddef.h>

static const char NO_ACCESS[] = "Until this is mended we can neither see nor change anything in this account. Ads "
                                "that are running go on and keep spending money.";
static const char PART_MISSING[] = "Until this is mended, part of what we do for you does not work.";
static const char PERMISSION_FIRST[] =
    "send this only when the permission has been added to the app and TikTok has "
    "approved it; before that, connecting again changes nothing";

static const struct mail_case CASES[] = {
    {CAUSE_REVOKED, true, false, WAY_CONNECT, "Please reconnect your TikTok ad account:",
     "Our access to your TikTok ad account has ended. That happens when the access is removed in TikTok, or when "
     "the person who connected the account no longer has a role on it.",
     NO_ACCESS, NULL},
    {CAUSE_NEVER_CONNECTED, true, false, WAY_CONNECT, "Please connect your TikTok ad account:",
     "Your TikTok ad account is not connected to our software yet. Perhaps it was not chosen when the other "
     "accounts "
     "were connected.",
     "Until it is connected we can neither see nor change anything in this account.", NULL},
    {CAUSE_ACCOUNT_ACCESS, true, false, WAY_CONNECT, "Please reconnect your TikTok ad account:",
     "TikTok does not let our software work with your ad account: the access is missing or has ended.", NO_ACCESS,
     NULL},
    {CAUSE_TOKEN_REVOKED, true, false, WAY_CONNECT, "Please reconnect your TikTok ad account:",
     "The connection between your TikTok login and our software has ended. It concerns all accounts that were "
     "connected with this login.",
     NO_ACCESS, NULL},
    {CAUSE_TOKEN_EXPIRED, true, false, WAY_CONNECT, "Please reconnect your TikTok ad account:",
     "The connection between your TikTok login and our software has run out. It concerns all accounts that were "
     "connected with this login.",
     NO_ACCESS, NULL},
    {CAUSE_TOKEN_USER, true, false, WAY_CONNECT, "Please reconnect your TikTok ad account:",
     "The TikTok login that connected your ad account is no longer allowed to work with it.", NO_ACCESS, NULL},
    {CAUSE_ENDPOINT_PERMISSION, true, false, WAY_CONNECT,
     "Please renew the permissions for your TikTok ad account:",
     "The connection to your TikTok ad account works, but one permission is missing from it.", PART_MISSING,
     PERMISSION_FIRST},
    {CAUSE_SCOPE_MISSING, true, false, WAY_CONNECT, "Please renew the permissions for your TikTok ad account:",
     "The connection to your TikTok ad account works, but one permission is missing from it.", PART_MISSING,
     PERMISSION_FIRST},
    {CAUSE_REVOKED, false, true, WAY_SHARE, "Please share your TikTok ad account with us again:",
     "Our access to your TikTok ad account has ended. That happens when the account is no longer shared with our "
     "Business Center.",
     NO_ACCESS, "make sure that our own login still has a role on the account in our Business Center"},
    {CAUSE_NEVER_CONNECTED, false, true, WAY_SHARE, "Please share your TikTok ad account with us:",
     "Your TikTok ad account is not shared with our Business Center yet.",
     "Until it is shared we can neither see nor change anything in this account.",
     "make sure that the id in the inventory is right and that our own login has a role on the account"},
    {CAUSE_ACCOUNT_ACCESS, false, true, WAY_SHARE, "Please share your TikTok ad account with us again:",
     "TikTok does not let us work with your ad account: it seems to be no longer shared with our Business Center.",
     NO_ACCESS, "make sure that our own login still has a role on the account in our Business Center"},
    {CAUSE_ASSET_PERMISSION, true, true, WAY_ASSET, "A permission is missing for your TikTok ad account:",
     "We can work with your TikTok ad account, but not with one thing that belongs to it, such as a catalog, a "
     "pixel "
     "or a feature of your Business Center.",
     PART_MISSING, NULL},
    {CAUSE_DELETED, true, true, WAY_CONFIRM, "Is this still your TikTok ad account?",
     "TikTok tells us that your ad account does not exist or has been deleted.",
     "We can neither see nor change anything in it. Connecting it again would not help.", NULL},
    {CAUSE_ACCOUNT_CLOSED, true, true, WAY_REPLACE, "Your TikTok ad account is closed:",
     "TikTok tells us that your ad account has been closed. A closed account can not be opened again.",
     "No ads run in it any more. Connecting it again would not help.", NULL},
    {CAUSE_ACCOUNT_SUSPENDED, true, true, WAY_APPEAL, "TikTok has suspended your ad account:",
     "TikTok has suspended your ad account. Our access to it still works, but ads can not run.",
     "Connecting it again would not help: only TikTok can lift the suspension, and only you can ask for it.",
     NULL},
    {CAUSE_ACCOUNT_REJECTED, true, true, WAY_CORRECT, "TikTok did not approve your ad account:",
     "TikTok has reviewed your ad account and did not approve it. Ads can not run until it is approved.",
     "Connecting it again would not help: only you can correct what TikTok objects to.", NULL},
};

const struct mail_case *mail_case_of(enum cause cause, enum grantor granted_by)
{
    for (size_t i = 0; i < TTA_LEN(CASES); i++) {
        const struct mail_case *c = &CASES[i];

        if (c->cause == cause && (granted_by == GRANTED_BY_US ? c->from_us : c->from_client))
            return c;
    }
    return NULL;
}
