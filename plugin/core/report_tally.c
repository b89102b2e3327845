/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sorts losses by key and repair time, so that each key's median stands in the middle of its run. */
#include "core/report_tally.h"

#include <stdlib.h>
#include <string.h>

struct item {
    const char *key;
    int64_t repair_s; /* -1: not repaired */
    bool open;
};

static const char *key_of(const struct loss *loss, enum tally_by by)
{
    switch (by) {
    case TALLY_ALL:
        return "";
    case TALLY_OWNER:
        return loss->owner;
    case TALLY_CLIENT:
        return loss->client;
    case TALLY_CAUSE:
        return cause_name(loss->cause);
    }
    return "";
}

static int item_order(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    int order = strcmp(a->key, b->key);

    return order ? order : (a->repair_s > b->repair_s) - (a->repair_s < b->repair_s);
}

static int tally_order(const void *left, const void *right)
{
    const struct tally *a = left, *b = right;

    if (a->losses != b->losses)
        return a->losses > b->losses ? -1 : 1;
    return strcmp(a->key, b->key);
}

/* The items of one key, those that were not repaired first. */
static struct tally tally_of(const struct item *item, size_t count)
{
    struct tally tally = {.key = item[0].key, .losses = count, .median_s = -1, .longest_s = -1};
    const struct item *repaired;

    for (size_t i = 0; i < count; i++) {
        tally.open += item[i].open;
        tally.repaired += item[i].repair_s >= 0;
    }
    repaired = item + count - tally.repaired;
    if (tally.repaired > 0) {
        int64_t low = repaired[(tally.repaired - 1) / 2].repair_s, high = repaired[tally.repaired / 2].repair_s;

        tally.median_s = low + (high - low) / 2;
        tally.longest_s = item[count - 1].repair_s;
    }
    return tally;
}

struct tally *tally_make(const struct loss *loss, size_t count, enum tally_by by, size_t *rows)
{
    struct item *item = calloc(count + 1, sizeof(*item));
    struct tally *tally = calloc(count + 1, sizeof(*tally));

    *rows = 0;
    if (!item || !tally) {
        free(item);
        free(tally);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        item[i] = (struct item){
            .key = key_of(&loss[i], by), .repair_s = loss_repair_s(&loss[i]), .open = loss[i].end == LOSS_OPEN};
    qsort(item, count, sizeof(*item), item_order);
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && strcmp(item[next].key, item[first].key) == 0; next++)
            ;
        tally[(*rows)++] = tally_of(&item[first], next - first);
    }
    qsort(tally, *rows, sizeof(*tally), tally_order);
    free(item);
    return tally;
}
