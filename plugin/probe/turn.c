/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whose turn it is: the order in which a round asks the tokens. */
#include "probe/turn.h"

#include "probe/published.h"

#include <stdint.h>
#include <stdlib.h>

static int turn_compare(const void *a, const void *b, void *arg)
{
    const int64_t *ended = arg;
    size_t x = *(const size_t *)a;
    size_t y = *(const size_t *)b;

    if (ended[x] != ended[y])
        return ended[x] < ended[y] ? -1 : 1;
    return (x > y) - (x < y);
}

size_t *turn_order(const struct config *config)
{
    size_t count = config->token_count;
    size_t *order = calloc(count + 1, sizeof(*order));
    int64_t *ended = calloc(count + 1, sizeof(*ended)); /* 0: never */
    struct published published = published_open(config);

    for (size_t t = 0; order && ended && t < count; t++) {
        struct board_token row;

        order[t] = t;
        if (published.snapshot && snapshot_find_token(published.snapshot, config->token[t].name, &row, NULL))
            ended[t] = row.ended;
    }
    published_close(&published);
    if (order && ended)
        qsort_r(order, count, sizeof(*order), turn_compare, ended);
    else {
        free(order);
        order = NULL;
    }
    free(ended);
    return order;
}
