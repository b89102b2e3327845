/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a new token: it may take the old one's place only where nothing is lost by that. */
#ifndef TTA_CORE_OAUTH_CHOICE_H
#define TTA_CORE_OAUTH_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

enum oauth_old {
    OLD_NONE,    /* there is no old token */
    OLD_ALIVE,   /* it answered: what it covers is known */
    OLD_DEAD,    /* TikTok knows it no more: it covers nothing */
    OLD_UNKNOWN, /* it could not be asked, so it may cover all of its own */
};

/* An advertiser of the app's inventory. */
struct oauth_member {
    bool named;      /* its row names the old token */
    bool asked;      /* it is the one that was asked for */
    bool old_covers; /* the old token still covers it, as far as is known */
    bool new_covers; /* as its list says */
    bool new_told;   /* its list leaves it out, as lists do at times, but TikTok named it with the new token */
};

enum oauth_choice {
    CHOOSE_REPLACE, /* the new token takes the old one's place */
    CHOOSE_KEEP,    /* it becomes a token of its own */
    CHOOSE_DROP,    /* it brings nothing that is expected: it is forgotten */
};

struct oauth_judgement {
    enum oauth_choice choice;
    bool satisfied; /* what was asked for is covered: the advertiser, or any of the token's */
    size_t covered; /* members that the new token covers, as its list says or as TikTok told with it */
    size_t still;   /* members that the old one still covers */
    size_t lost;    /* of them, those that the new one would not cover: why it can't replace */
    size_t missing; /* members whose rows name the old token, and that the new one does not cover */
};

/* `one_asked`: an advertiser was asked for, not the token as a whole. `replaceable`: the old token's file may be
 * rewritten by us. `covers_any`: the new token covers any account at all, in the inventory or not.
 *
 * Replaced is only a token of which every advertiser that it still covers stays covered; what was only told does
 * not count there. Beyond that, where one advertiser was asked for and the old token covers nothing any more, only
 * a new one that covers all of the old one's takes its place: else one client's consent would hide that an
 * agency's token is dead. */
struct oauth_judgement oauth_choose(const struct oauth_member *member, size_t count, enum oauth_old old,
                                    bool one_asked, bool replaceable, bool covers_any);

#endif
