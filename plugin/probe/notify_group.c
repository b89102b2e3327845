/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Losses whose wait is over: told alone, or as a group. */
#include "probe/notify_private.h"

#include "base/log.h"
#include "base/text.h"
#include "core/grow.h"

#include <stdlib.h>
#include <string.h>

/* The losses of one part at one target. */
struct batch {
    struct notify *notify;
    struct target *target;
    const char *part;
    struct item **item;
    char **body;
    bool *acknowledged;
    size_t count;
    size_t read; /* bodies */
    bool together;
};

static bool is_of(const struct batch *batch, const struct item *item)
{
    return item->windowed && item->target == batch->target && strcmp(item->part, batch->part) == 0;
}

static bool gather(struct batch *batch)
{
    size_t most = batch->notify->book.item_count + 1;

    batch->item = calloc(most, sizeof(struct item *));
    batch->body = calloc(most, sizeof(char *));
    batch->acknowledged = calloc(most, sizeof(bool));
    if (!batch->item || !batch->body || !batch->acknowledged)
        return false;
    for (struct item *item = batch->notify->book.first; item; item = item->next) {
        const struct standing_alert *alert;

        if (!is_of(batch, item) || item->before)
            continue;
        alert = book_find_alert(&batch->notify->book, item->target, item->key);
        if (alert && !alert->over) { /* what was before it is open by now, and stays alone */
            item->windowed = false;
            continue;
        }
        batch->item[batch->count++] = item;
        batch->together = batch->together || item->together;
    }
    return true;
}

static bool keep_body(void *arg, const struct outbox_delivery *row)
{
    char **body = arg;

    *body = text_dup(row->body);
    return *body != NULL;
}

static bool read_bodies(struct batch *batch, struct err *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (!outbox_load_delivery(batch->notify->outbox, batch->item[i]->id, keep_body, &batch->body[i], err))
            return err->text[0] ? false : err_set(err, "out of memory");
        if (!batch->body[i])
            return err_set(err, "a delivery is missing from the outbox");
    }
    return true;
}

static void forget(struct batch *batch)
{
    for (size_t i = 0; batch->body && i < batch->count; i++)
        free(batch->body[i]);
    free(batch->body);
    free(batch->item);
    free(batch->acknowledged);
}

/* --- one that is open ------------------------------------------------------------------------------------------
 */

/* The key of the newest group of this part that is open, and when its last member came; NULL: none. */
static const char *newest_group(const struct batch *batch, int64_t *joined_at)
{
    const char *key = NULL;

    *joined_at = 0;
    for (const struct standing_alert *alert = batch->notify->book.alert; alert; alert = alert->next) {
        struct arena arena = {0};
        struct err unheard = {""};
        struct notice notice;

        if (alert->target != batch->target || !alert->group[0] || alert->at <= *joined_at)
            continue;
        if (notice_decode(alert->first, strlen(alert->first), &arena, &notice, &unheard) &&
            strcmp(group_part(batch->target->receiver.kind, &notice), batch->part) == 0) {
            key = alert->group;
            *joined_at = alert->at;
        }
        arena_free(&arena);
    }
    return key;
}

static char *new_key(const struct batch *batch)
{
    struct arena arena = {0};
    struct err unheard = {""};
    struct notice first;
    char *key = NULL;

    if (notice_decode(batch->body[0], strlen(batch->body[0]), &arena, &first, &unheard))
        key = text_dup(group_key(&arena, &first));
    arena_free(&arena);
    return key;
}

/* --- made of them ---------------------------------------------------------------------------------------------
 */

struct grouping {
    struct outbox_alert *open;
    int64_t *drop;
    size_t drop_count;
};

/* Whoever acknowledged one while it waited has taken it. */
static void drop_of(struct grouping *g, struct batch *batch, size_t i)
{
    for (const struct item *item = batch->item[i]; item; item = item->after) {
        batch->acknowledged[i] = batch->acknowledged[i] || item->tell == TELL_ACKNOWLEDGE;
        if (item->tell == TELL_TRIGGER || item->tell == TELL_ACKNOWLEDGE)
            g->drop[g->drop_count++] = item->id;
    }
}

static void take_over(struct notify *notify, const struct batch *batch, const struct grouping *g,
                      const struct outbox_delivery *add, size_t add_count)
{
    struct book *book = &notify->book;
    bool ok = true;

    for (size_t i = 0; i < batch->count && ok; i++)
        ok = book_open(book, batch->target, &g->open[i]);
    for (size_t i = 0; i < add_count && ok; i++)
        ok = book_add_item(book, batch->target, &add[i], notify_wall(notify), notify_mono(notify)) != NULL;
    for (size_t i = 0; i < g->drop_count; i++)
        book_drop_id(book, g->drop[i]); /* last: the rows above borrow their keys */
    notify->stale = notify->stale || !ok;
}

static bool make(struct notify *notify, struct batch *batch, struct grouping *g, const char *key, struct err *err)
{
    int64_t wall = notify_wall(notify), id = 0;
    const struct item *waiting = book_find_item(&notify->book, batch->target, key);
    struct outbox_delivery add = {.notice = key,
                                  .target = batch->target->id,
                                  .receiver = batch->target->section,
                                  .key = key,
                                  .kind = tell_name(TELL_TRIGGER),
                                  .group = true,
                                  .at = wall / 1000,
                                  .due_ms = wall};
    size_t add_count = waiting && !waiting->flight ? 0 : 1;
    struct outbox_step step = {
        .add = &add, .add_count = add_count, .added = &id, .open = g->open, .open_count = batch->count};

    for (size_t i = 0; i < batch->count; i++) {
        drop_of(g, batch, i);
        g->open[i] = (struct outbox_alert){.target = batch->target->id,
                                           .key = batch->item[i]->key,
                                           .first = batch->body[i],
                                           .body = batch->body[i],
                                           .group = key,
                                           .acknowledged = batch->acknowledged[i],
                                           .at = wall / 1000};
    }
    step.drop = g->drop;
    step.drop_count = g->drop_count;
    if (!outbox_commit(notify->outbox, &step, err))
        return false;
    add.id = id;
    log_info("notify", "%s: %zu loss%s told as one alert: %s", batch->target->section, batch->count,
             batch->count == 1 ? " is" : "es are", key);
    take_over(notify, batch, g, &add, add_count);
    return true;
}

static bool group(struct notify *notify, struct batch *batch, const char *open_key, struct err *err)
{
    struct grouping g = {
        .open = calloc(batch->count, sizeof(*g.open)),
        .drop = calloc(notify->book.item_count + 1, sizeof(*g.drop)),
    };
    char *key = open_key ? text_dup(open_key) : new_key(batch); /* the book changes under it */
    bool ok = (g.open && g.drop && key) || err_set(err, "out of memory");

    ok = ok && make(notify, batch, &g, key, err);
    free(key);
    free(g.open);
    free(g.drop);
    return ok;
}

static void leave_alone(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        batch->item[i]->windowed = false;
}

static bool close_window(struct notify *notify, struct item *item, struct err *err)
{
    struct batch batch = {.notify = notify, .target = item->target, .part = item->part};
    int64_t joined_at;
    const char *open_key;
    bool ok = gather(&batch) || err_set(err, "out of memory");

    if (ok && batch.count > 0) {
        open_key = newest_group(&batch, &joined_at);
        switch (group_choose(batch.count, batch.together ? 1 : target_group_over(item->target), joined_at,
                             notify_wall(notify) / 1000)) {
        case GROUP_ALONE:
            leave_alone(&batch);
            break;
        case GROUP_NEW:
            ok = read_bodies(&batch, err) && group(notify, &batch, NULL, err);
            break;
        case GROUP_JOIN:
            ok = read_bodies(&batch, err) && group(notify, &batch, open_key, err);
            break;
        }
    } else if (ok) {
        item->windowed = false; /* something of its key goes before it */
    }
    forget(&batch);
    return ok;
}

bool notify_close_windows(struct notify *notify, struct err *err)
{
    int64_t mono = notify_mono(notify);
    struct item *item = notify->book.first;

    while (item && !notify->stale) {
        if (!item->windowed || item->due_ms > mono) {
            item = item->next;
            continue;
        }
        if (!close_window(notify, item, err))
            return false;
        item = notify->book.first; /* the book has changed */
    }
    return true;
}
