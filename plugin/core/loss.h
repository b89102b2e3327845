/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Losses: from the changes of advertisers to what was lost when, and when it was repaired. */
#ifndef TTA_CORE_LOSS_H
#define TTA_CORE_LOSS_H

#include "base/arena.h"
#include "base/attr.h"
#include "core/cause.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum loss_end {
    LOSS_OPEN,
    LOSS_REPAIRED, /* it was seen authorized again */
    LOSS_RETIRED,  /* given up on purpose */
    LOSS_REMOVED,  /* left the inventory while lost; nobody knows when */
};

/* One time without authorization, from when that was verified to when it was verified that it had passed. Strings
 * live as long as the losses, and are never NULL. */
struct loss {
    const char *app, *id, *name;
    const char *owner, *client; /* "" until somebody fills them in */
    enum cause cause;           /* with state, code and root: as it began */
    enum state state;
    bool has_code;
    int64_t code;
    const char *root_kind, *root_id;
    int64_t lost_at;
    int64_t ended_at; /* 0: not known, or not yet */
    enum loss_end end;
};

/* A recorded change of an advertiser's verdict, as it reads since `at`. */
struct loss_change {
    const char *app, *id, *name;
    int64_t at;
    enum state state;
    enum cause cause;
    bool has_code;
    int64_t code;
    const char *root_kind, *root_id;
    bool stands; /* the advertiser is still judged today */
};

struct losses {
    int64_t since;  /* losses that ended before are left out */
    int64_t begins; /* oldest change that is kept; 0 not known. The caller's. */
    struct loss *item;
    size_t count;
    struct arena arena; /* for what the items say */
    /* loss.c's: one advertiser id under each of its apps */
    struct loss_course *course;
    size_t courses;
};

void losses_init(struct losses *losses, int64_t since);
/* Takes the changes of one advertiser id after the other, each one's oldest first; apps may be mixed within an id.
 *
 * A loss is what verdict_is_unauthorized says. What verified nothing neither begins nor ends one; another cause of
 * loss goes on with it. False: out of memory. */
bool losses_change(struct losses *losses, const struct loss_change *change) TTA_MUST_CHECK;
/* Behind the last change: orders by the time lost, app and id. False: out of memory. */
bool losses_finish(struct losses *losses) TTA_MUST_CHECK;
void losses_free(struct losses *losses);

/* Seconds from the loss to its repair; -1 when it was not repaired. */
int64_t loss_repair_s(const struct loss *loss);
const char *loss_end_name(enum loss_end end);

#endif
