/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Goes through the beginnings and ends of losses in the order of time. */
#include "core/lost_series.h"

#include <stdlib.h>

struct edge {
    int64_t at;
    int step; /* one more lost, or one less */
};

static int edge_order(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;

    return (a->at > b->at) - (a->at < b->at);
}

static int64_t start_of(int64_t from, int64_t to, size_t part, size_t parts)
{
    double span = (double)to - (double)from + 1;

    return from + (int64_t)(span * (double)part / (double)parts);
}

static size_t part_of(const struct lost_part *part, size_t parts, int64_t at)
{
    size_t low = 0, high = parts;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (part[middle].from <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void count_edges(const struct edge *edge, size_t edges, uint32_t lost, struct lost_part *part, size_t parts)
{
    size_t next = 0;

    for (size_t i = 0; i < parts; i++) {
        part[i].most = lost;
        while (next < edges && (i + 1 == parts || edge[next].at < part[i + 1].from)) {
            int64_t at = edge[next].at;

            /* What happens in one second happens at once: one repaired and another lost is no peak. */
            for (; next < edges && edge[next].at == at; next++)
                lost += (uint32_t)edge[next].step;
            if (lost > part[i].most)
                part[i].most = lost;
        }
        part[i].last = lost;
    }
}

bool lost_series(const struct loss *loss, size_t count, int64_t from, int64_t to, struct lost_part *part,
                 size_t parts)
{
    struct edge *edge = calloc(2 * count + 1, sizeof(*edge));
    uint32_t lost = 0;
    size_t edges = 0;

    if (!edge)
        return false;
    for (size_t i = 0; i < parts; i++)
        part[i] = (struct lost_part){.from = start_of(from, to, i, parts)};
    for (size_t i = 0; i < count; i++) {
        bool ended = loss[i].end == LOSS_REPAIRED || loss[i].end == LOSS_RETIRED;

        if (loss[i].end == LOSS_REMOVED || loss[i].lost_at > to || (ended && loss[i].ended_at < from))
            continue;
        if (loss[i].lost_at < from)
            lost++;
        else {
            edge[edges++] = (struct edge){.at = loss[i].lost_at, .step = 1};
            part[part_of(part, parts, loss[i].lost_at)].begun++;
        }
        if (ended && loss[i].ended_at <= to) {
            struct lost_part *at = &part[part_of(part, parts, loss[i].ended_at)];

            edge[edges++] = (struct edge){.at = loss[i].ended_at, .step = -1};
            if (loss[i].end == LOSS_REPAIRED)
                at->repaired++;
            else
                at->retired++;
        }
    }
    qsort(edge, edges, sizeof(*edge), edge_order);
    count_edges(edge, edges, lost, part, parts);
    free(edge);
    return true;
}
