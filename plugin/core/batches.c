/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A stack of batches of members to ask about; a batch can be split or lose a member. */
#include "core/batches.h"

#include <stdlib.h>

bool batches_init(struct batches *batches, size_t members)
{
    *batches = (struct batches){.room = members + 1};
    batches->member = calloc(batches->room, sizeof(*batches->member));
    batches->stack = calloc(batches->room, sizeof(*batches->stack));
    return batches->member && batches->stack;
}

void batches_free(struct batches *batches)
{
    free(batches->member);
    free(batches->stack);
    *batches = (struct batches){0};
}

void batches_clear(struct batches *batches)
{
    batches->member_count = 0;
    batches->pending = 0;
    batches->depth = 0;
}

void batches_add(struct batches *batches, uint32_t member)
{
    if (batches->member_count < batches->room)
        batches->member[batches->member_count++] = member;
}

void batches_sort(struct batches *batches, int (*order)(const void *, const void *, void *), void *arg)
{
    if (batches->member_count > batches->pending)
        qsort_r(batches->member + batches->pending, batches->member_count - batches->pending,
                sizeof(*batches->member), order, arg);
}

void batches_cut(struct batches *batches, size_t size)
{
    size_t end = batches->member_count;

    /* From the back, so that the first lies on top. The short batch, if any, is the last one. */
    while (end > batches->pending) {
        size_t waiting = end - batches->pending;
        size_t count = waiting % size ? waiting % size : size;

        end -= count;
        batches->stack[batches->depth++] = (struct batch){.first = end, .count = count};
    }
    batches->pending = batches->member_count;
}

static struct batch *top(const struct batches *batches)
{
    return &batches->stack[batches->depth - 1];
}

bool batches_empty(const struct batches *batches)
{
    return batches->depth == 0;
}

size_t batches_current_count(const struct batches *batches)
{
    return batches->depth ? top(batches)->count : 0;
}

uint32_t batches_current(const struct batches *batches, size_t index)
{
    return batches->member[top(batches)->first + index];
}

bool batches_current_has(const struct batches *batches, uint32_t member)
{
    for (size_t k = 0; k < batches_current_count(batches); k++)
        if (batches_current(batches, k) == member)
            return true;
    return false;
}

bool batches_current_is_part(const struct batches *batches)
{
    return batches->depth && top(batches)->part;
}

void batches_done(struct batches *batches)
{
    if (batches->depth)
        batches->depth--;
}

void batches_drop(struct batches *batches, uint32_t member)
{
    struct batch *batch = batches->depth ? top(batches) : NULL;

    for (size_t k = 0; batch && k < batch->count; k++) {
        uint32_t *slot = &batches->member[batch->first + k];

        if (*slot != member)
            continue;
        *slot = batches->member[batch->first + batch->count - 1];
        batch->count--;
        batch->part = true;
        break;
    }
    if (batch && batch->count == 0)
        batches->depth--;
}

void batches_split(struct batches *batches)
{
    struct batch *whole = top(batches);
    size_t half = whole->count / 2;
    struct batch upper = {.first = whole->first + half, .count = whole->count - half, .part = true};

    whole->count = half;
    whole->part = true;
    /* Each batch holds a member of its own, so there is never more of them than room. */
    batches->stack[batches->depth++] = upper;
}
