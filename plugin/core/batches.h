/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A stack of batches of members to ask about; a batch can be split or lose a member. */
#ifndef TTA_CORE_BATCHES_H
#define TTA_CORE_BATCHES_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct batch {
    size_t first, count; /* into `member` */
    bool part;           /* came of a split or a drop */
};

struct batches {
    uint32_t *member;
    size_t member_count;
    size_t pending; /* members from here on are in no batch yet */
    struct batch *stack;
    size_t depth;
    size_t room; /* of both arrays */
};

/* Room for `members` members between two clears. */
bool batches_init(struct batches *batches, size_t members) TTA_MUST_CHECK;
void batches_free(struct batches *batches);
void batches_clear(struct batches *batches);

/* Adds a member to the pending ones; more than there is room for are left out. */
void batches_add(struct batches *batches, uint32_t member);
/* Orders the pending members (qsort_r's comparison of uint32_t). */
void batches_sort(struct batches *batches, int (*order)(const void *, const void *, void *), void *arg);
/* Makes batches of at most `size` of the pending members and puts them on top, the first to be current. */
void batches_cut(struct batches *batches, size_t size);

/* The current batch is the one on top; none when empty. */
bool batches_empty(const struct batches *batches);
size_t batches_current_count(const struct batches *batches);
uint32_t batches_current(const struct batches *batches, size_t index);
bool batches_current_has(const struct batches *batches, uint32_t member);
bool batches_current_is_part(const struct batches *batches);
/* Takes the current batch off. */
void batches_done(struct batches *batches);
/* Takes one member out of the current batch; an empty batch goes. */
void batches_drop(struct batches *batches, uint32_t member);
/* Makes two halves of the current batch, which has at least two members. */
void batches_split(struct batches *batches);

#endif
