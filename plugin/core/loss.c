/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Follows each advertiser through its changes: well, lost, well again, retired. */
#include "core/loss.h"

#include "core/board.h"
#include "core/grow.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

/* An advertiser under one app, as far as its changes were read. */
struct loss_course {
    const char *app, *id; /* the losses' */
    bool lost, stands;
    struct loss loss; /* while lost */
};

enum step { STEP_NONE, STEP_LOST, STEP_WELL, STEP_RETIRED };

static enum step step_of(const struct loss_change *change)
{
    const struct verdict verdict = {.cause = change->cause, .state = change->state, .verified_at = change->at};

    if (change->cause == CAUSE_RETIRED)
        return STEP_RETIRED;
    if (change->cause == CAUSE_NOT_VERIFIED || cause_info(change->cause)->keeps)
        return STEP_NONE;
    return verdict_is_unauthorized(&verdict) ? STEP_LOST : STEP_WELL;
}

void losses_init(struct losses *losses, int64_t since)
{
    *losses = (struct losses){.since = since};
}

void losses_free(struct losses *losses)
{
    free(losses->item);
    free(losses->course);
    arena_free(&losses->arena);
    *losses = (struct losses){0};
}

static bool keep(struct losses *losses, const struct loss *loss)
{
    struct loss *grown;

    if ((loss->end == LOSS_REPAIRED || loss->end == LOSS_RETIRED) && loss->ended_at < losses->since)
        return true;
    /* Nobody knows when it was removed: it counts where it began. */
    if (loss->end == LOSS_REMOVED && loss->lost_at < losses->since)
        return true;
    grown = grow_by_one(losses->item, losses->count, sizeof(*grown));
    if (!grown)
        return false;
    losses->item = grown;
    losses->item[losses->count++] = *loss;
    return true;
}

/* Ends the courses of the id that was read; what is lost by then is lost still. */
static bool end_courses(struct losses *losses)
{
    bool ok = true;

    for (size_t i = 0; i < losses->courses; i++) {
        struct loss_course *course = &losses->course[i];

        if (!course->lost)
            continue;
        course->loss.end = course->stands ? LOSS_OPEN : LOSS_REMOVED;
        ok = keep(losses, &course->loss) && ok;
    }
    losses->courses = 0;
    return ok;
}

/* NULL: out of memory. */
static struct loss_course *course_of(struct losses *losses, const struct loss_change *change)
{
    struct loss_course *grown;

    for (size_t i = 0; i < losses->courses; i++)
        if (strcmp(losses->course[i].app, change->app) == 0)
            return &losses->course[i];
    grown = reallocarray(losses->course, losses->courses + 1, sizeof(*grown));
    if (!grown)
        return NULL;
    losses->course = grown;
    grown += losses->courses++;
    *grown = (struct loss_course){
        .app = arena_dup(&losses->arena, change->app),
        .id = losses->courses > 1 ? losses->course[0].id : arena_dup(&losses->arena, change->id),
    };
    return grown;
}

static void begin_loss(struct losses *losses, struct loss_course *course, const struct loss_change *change)
{
    course->lost = true;
    course->loss = (struct loss){
        .app = course->app,
        .id = course->id,
        .name = arena_dup(&losses->arena, change->name),
        .owner = "",
        .client = "",
        .cause = change->cause,
        .state = change->state,
        .has_code = change->has_code,
        .code = change->code,
        .root_kind = arena_dup(&losses->arena, change->root_kind),
        .root_id = arena_dup(&losses->arena, change->root_id),
        .lost_at = change->at,
    };
}

bool losses_change(struct losses *losses, const struct loss_change *change)
{
    enum step step = step_of(change);
    struct loss_course *course;

    if (losses->courses > 0 && strcmp(losses->course[0].id, change->id) != 0 && !end_courses(losses))
        return false;
    course = course_of(losses, change);
    if (!course)
        return false;
    course->stands = change->stands;
    if (step == STEP_LOST && !course->lost)
        begin_loss(losses, course, change);
    if ((step == STEP_WELL || step == STEP_RETIRED) && course->lost) {
        course->lost = false;
        course->loss.end = step == STEP_WELL ? LOSS_REPAIRED : LOSS_RETIRED;
        course->loss.ended_at = change->at < course->loss.lost_at ? course->loss.lost_at : change->at;
        if (!keep(losses, &course->loss))
            return false;
    }
    return !losses->arena.failed;
}

static int by_time(const void *left, const void *right)
{
    const struct loss *a = left, *b = right;
    int order;

    if (a->lost_at != b->lost_at)
        return a->lost_at < b->lost_at ? -1 : 1;
    order = strcmp(a->app, b->app);
    if (order == 0)
        order = advertiser_id_order(a->id, b->id);
    if (order == 0)
        order = (a->ended_at > b->ended_at) - (a->ended_at < b->ended_at);
    return order;
}

bool losses_finish(struct losses *losses)
{
    bool ok = end_courses(losses);

    if (losses->count > 1)
        qsort(losses->item, losses->count, sizeof(*losses->item), by_time);
    return ok;
}

int64_t loss_repair_s(const struct loss *loss)
{
    return loss->end == LOSS_REPAIRED ? loss->ended_at - loss->lost_at : -1;
}

const char *loss_end_name(enum loss_end end)
{
    switch (end) {
    case LOSS_OPEN:
        return "open";
    case LOSS_REPAIRED:
        return "repaired";
    case LOSS_RETIRED:
        return "retired";
    case LOSS_REMOVED:
        return "removed";
    }
    return "";
}
