/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compares what two tokens cover. */
#include "core/oauth_choice.h"

/* What the members add up to. */
struct sums {
    size_t named, named_covered; /* of the old token's own */
    size_t gained;               /* covered by the new one alone */
    bool asked_covered;
};

static bool old_covers(const struct oauth_member *m, enum oauth_old old)
{
    switch (old) {
    case OLD_NONE:
    case OLD_DEAD:
        return false;
    case OLD_UNKNOWN:
        return m->named;
    case OLD_ALIVE:
        break;
    }
    return m->old_covers;
}

struct oauth_judgement oauth_choose(const struct oauth_member *member, size_t count, enum oauth_old old,
                                    bool one_asked, bool replaceable, bool covers_any)
{
    struct oauth_judgement j = {.choice = CHOOSE_KEEP};
    struct sums s = {.named = 0};

    for (size_t i = 0; i < count; i++) {
        const struct oauth_member *m = &member[i];
        bool still = old_covers(m, old), covered = m->new_covers || m->new_told;

        j.covered += covered;
        j.still += still;
        j.lost += still && !m->new_covers;
        s.gained += covered && !still;
        s.named += m->named;
        s.named_covered += m->named && covered;
        s.asked_covered = s.asked_covered || (m->asked && covered);
    }
    j.missing = s.named - s.named_covered;
    /* A token that no row names yet is judged by the accounts that it brings. */
    j.satisfied = one_asked ? s.asked_covered : s.named > 0 ? s.named_covered > 0 : covers_any;
    if (!j.satisfied && s.gained == 0)
        j.choice = CHOOSE_DROP;
    else if (j.satisfied && replaceable && j.lost == 0 && old != OLD_UNKNOWN &&
             (!one_asked || j.still > 0 || s.named_covered == s.named))
        j.choice = CHOOSE_REPLACE;
    return j;
}
