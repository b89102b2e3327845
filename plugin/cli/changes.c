/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compares two snapshots advertiser by advertiser. */
#include "cli/changes.h"

#include <stdlib.h>

/* The advertiser as the older snapshot has it; apps may stand elsewhere in it. */
static bool find_older(const struct snapshot *older, const struct snapshot *newer,
                       const struct board_advertiser *a, struct board_advertiser *out)
{
    struct board_app app, old_app;
    uint32_t old_index = 0;

    return snapshot_app(newer, a->app, &app) && snapshot_find_app(older, app.name, &old_app, &old_index) &&
           snapshot_find_advertiser(older, old_index, a->id, out, NULL);
}

struct change *changes_between(const struct snapshot *older, const struct snapshot *newer, size_t *count)
{
    uint32_t all = snapshot_board(newer)->advertiser_count;
    struct change *change = calloc((size_t)all + 1, sizeof(*change));

    *count = 0;
    for (uint32_t i = 0; change && i < all; i++) {
        struct board_advertiser a, old;

        if (!snapshot_advertiser(newer, i, &a))
            continue;
        if (!find_older(older, newer, &a, &old))
            change[(*count)++] = (struct change){.index = i, .is_new = true};
        else if (old.verdict.state != a.verdict.state || old.verdict.cause != a.verdict.cause)
            change[(*count)++] =
                (struct change){.index = i, .old_state = old.verdict.state, .old_cause = old.verdict.cause};
    }
    return change;
}
