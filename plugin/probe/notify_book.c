/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The book: what waits and what is open, kept in memory as the outbox has it. Bodies of what waits are left there.
 */
#include "probe/notify_private.h"

#include "base/hash.h"
#include "base/text.h"
#include "core/grow.h"

#include <stdlib.h>
#include <string.h>

/* --- targets --------------------------------------------------------------------------------------------------
 */

struct target *book_find_target(const struct book *book, const char *id)
{
    for (size_t i = 0; i < book->target_count; i++)
        if (strcmp(book->target[i]->id, id) == 0)
            return book->target[i];
    return NULL;
}

struct target *book_add_target(struct book *book, const char *id, const char *section, const char *reach,
                               struct err *err)
{
    struct target **grown = grow_by_one(book->target, book->target_count, sizeof(*grown));
    struct target *target;

    if (!grown) {
        err_set(err, "out of memory");
        return NULL;
    }
    book->target = grown;
    target = target_new(id, section, reach, err);
    if (target)
        book->target[book->target_count++] = target;
    return target;
}

void book_configure(struct book *book, const struct config *config)
{
    for (size_t i = 0; i < book->target_count; i++)
        book->target[i]->by = config_find_notify(config, book->target[i]->section);
}

void book_follow(struct book *book, const struct config *config)
{
    for (size_t i = 0; i < book->target_count; i++)
        target_follow(book->target[i], config);
}

/* --- what waits -----------------------------------------------------------------------------------------------
 */

struct item *book_find_item(const struct book *book, const struct target *target, const char *key)
{
    uint64_t hash = hash_text(key);

    for (struct item *item = book->last; item; item = item->prev)
        if (item->hash == hash && item->target == target && strcmp(item->key, key) == 0)
            return item;
    return NULL;
}

static enum tell tell_of(const char *name)
{
    static const enum tell TELLS[] = {TELL_TRIGGER, TELL_ACKNOWLEDGE, TELL_RESOLVE, TELL_ONCE};

    for (size_t i = 0; i < TTA_LEN(TELLS); i++)
        if (strcmp(tell_name(TELLS[i]), name) == 0)
            return TELLS[i];
    return TELL_ONCE;
}

bool book_may_be_out(const struct item *item)
{
    return item->flight || item->attempts > 0 || item->maybe_out;
}

/* A loss waits for others; what is open alone, or may be, stays alone. False: out of memory. */
static bool put_into_window(const struct book *book, struct item *item, const char *body)
{
    const struct standing_alert *alert = book_find_alert(book, item->target, item->key);
    struct arena arena = {0};
    struct err unheard = {""};
    struct notice notice;
    bool ok = true;

    if (item->tell == TELL_TRIGGER && !item->group && !book_may_be_out(item) && (!alert || alert->over) &&
        notice_decode(body, strlen(body), &arena, &notice, &unheard) && group_takes(&notice)) {
        item->part = text_dup(group_part(item->target->receiver.kind, &notice));
        item->windowed = item->part != NULL;
        ok = item->windowed;
    }
    arena_free(&arena);
    return ok;
}

static void link_item(struct book *book, struct item *item)
{
    struct item *prev = book->last;

    while (prev && prev->id > item->id)
        prev = prev->prev;
    item->prev = prev;
    item->next = prev ? prev->next : book->first;
    if (item->next)
        item->next->prev = item;
    else
        book->last = item;
    if (prev)
        prev->next = item;
    else
        book->first = item;
    book->item_count++;
}

/* Into the line of its key. */
static void link_key(const struct book *book, struct item *item)
{
    struct item *after = book_find_item(book, item->target, item->key);

    if (after && after->id < item->id) {
        item->before = after;
        after->after = item;
        return;
    }
    while (after && after->before && after->before->id > item->id)
        after = after->before;
    if (!after)
        return;
    item->before = after->before;
    item->after = after;
    after->before = item;
    if (item->before)
        item->before->after = item;
}

static void free_item(struct item *item)
{
    free(item->key);
    free(item->part);
    free(item);
}

struct item *book_add_item(struct book *book, struct target *target, const struct outbox_delivery *row,
                           int64_t wall_ms, int64_t mono_ms)
{
    struct item *item = calloc(1, sizeof(*item));
    int64_t wait_ms = row->due_ms - wall_ms, most_ms = target_group_wait_ms(target);
    int64_t age_ms = wall_ms - (row->at * 1000 + 999); /* nothing is given up early for a second's rest */

    if (!item)
        return NULL;
    item->key = text_dup(row->key);
    item->hash = hash_text(row->key);
    item->id = row->id;
    item->target = target;
    item->tell = tell_of(row->kind);
    item->group = row->group;
    item->attempts = row->attempts;
    item->at = row->at;
    item->marked = item->maybe_out = row->due_ms == 0;
    /* A clock that was set back makes nothing wait longer than it was to. */
    item->due_ms = mono_ms + (wait_ms < 0 ? 0 : wait_ms < most_ms ? wait_ms : most_ms);
    item->age_ms = age_ms > 0 ? age_ms : 0;
    item->came_ms = mono_ms;
    if (!item->key || !put_into_window(book, item, row->body)) {
        free_item(item);
        return NULL;
    }
    link_key(book, item);
    link_item(book, item);
    return item;
}

void book_drop_item(struct book *book, struct item *item)
{
    if (item->before)
        item->before->after = item->after;
    if (item->after)
        item->after->before = item->before;
    if (item->prev)
        item->prev->next = item->next;
    else
        book->first = item->next;
    if (item->next)
        item->next->prev = item->prev;
    else
        book->last = item->prev;
    book->item_count--;
    free_item(item);
}

void book_drop_id(struct book *book, int64_t id)
{
    for (struct item *item = book->first; item; item = item->next) {
        if (item->id == id) {
            book_drop_item(book, item);
            return;
        }
    }
}

/* --- what is open ---------------------------------------------------------------------------------------------
 */

struct standing_alert *book_find_alert(const struct book *book, const struct target *target, const char *key)
{
    uint64_t hash = hash_text(key);

    for (struct standing_alert *alert = book->alert; alert; alert = alert->next)
        if (alert->hash == hash && alert->target == target && strcmp(alert->key, key) == 0)
            return alert;
    return NULL;
}

static void free_alert(struct standing_alert *alert)
{
    if (!alert)
        return;
    free(alert->key);
    free(alert->first);
    free(alert->body);
    free(alert->group);
    free(alert);
}

bool book_open(struct book *book, struct target *target, const struct outbox_alert *row)
{
    struct standing_alert *alert = calloc(1, sizeof(*alert));

    if (alert) {
        *alert = (struct standing_alert){.target = target,
                                         .key = text_dup(row->key),
                                         .hash = hash_text(row->key),
                                         .first = text_dup(row->first),
                                         .body = text_dup(row->body),
                                         .group = text_dup(row->group ? row->group : ""),
                                         .acknowledged = row->acknowledged,
                                         .over = row->over,
                                         .at = row->at};
    }
    if (!alert || !alert->key || !alert->first || !alert->body || !alert->group) {
        free_alert(alert);
        return false;
    }
    book_close(book, target, row->key);
    alert->next = book->alert;
    book->alert = alert;
    book->alert_count++;
    return true;
}

void book_close(struct book *book, const struct target *target, const char *key)
{
    struct standing_alert *alert = book_find_alert(book, target, key);

    if (!alert)
        return;
    for (struct standing_alert **at = &book->alert; *at; at = &(*at)->next) {
        if (*at == alert) {
            *at = alert->next;
            break;
        }
    }
    book->alert_count--;
    free_alert(alert);
}

/* --- all of it ------------------------------------------------------------------------------------------------
 */

struct loading {
    struct book *book;
    struct item *at; /* where the walk over the outbox is in the book */
    int64_t wall_ms, mono_ms;
    struct err *err; /* a walk clears its own */
};

static bool load_target(void *arg, const struct outbox_target *row)
{
    struct loading *loading = arg;

    return book_find_target(loading->book, row->id) ||
           book_add_target(loading->book, row->id, row->receiver, row->reach, loading->err);
}

static bool load_item(void *arg, const struct outbox_delivery *row)
{
    struct loading *loading = arg;
    struct target *target = book_find_target(loading->book, row->target);

    while (loading->at && loading->at->id < row->id)
        loading->at = loading->at->next;
    if ((loading->at && loading->at->id == row->id) || !target)
        return true;
    return book_add_item(loading->book, target, row, loading->wall_ms, loading->mono_ms) ||
           err_set(loading->err, "out of memory");
}

static bool load_alert(void *arg, const struct outbox_alert *row)
{
    struct loading *loading = arg;
    struct target *target = book_find_target(loading->book, row->target);

    if (!target || book_find_alert(loading->book, target, row->key))
        return true;
    return book_open(loading->book, target, row) || err_set(loading->err, "out of memory");
}

bool book_load(struct book *book, struct outbox *outbox, const struct config *config, int64_t wall_ms,
               int64_t mono_ms, struct err *err)
{
    struct err why = {""};
    struct loading loading = {
        .book = book, .at = book->first, .wall_ms = wall_ms, .mono_ms = mono_ms, .err = &why};

    bool ok = outbox_each_target(outbox, load_target, &loading, err);

    book_configure(book, config);
    book_follow(book, config);
    if (ok && outbox_each_alert(outbox, load_alert, &loading, err) &&
        outbox_each_delivery(outbox, false, load_item, &loading, err))
        return true;
    if (!err->text[0])
        *err = why;
    return false;
}

void book_clear(struct book *book)
{
    while (book->first)
        book_drop_item(book, book->first);
    while (book->alert) {
        struct standing_alert *next = book->alert->next;

        free_alert(book->alert);
        book->alert = next;
    }
    for (size_t i = 0; i < book->target_count; i++)
        target_free(book->target[i]);
    free(book->target);
    *book = (struct book){0};
}
