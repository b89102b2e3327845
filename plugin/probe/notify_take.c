/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Takes a notice in: who gets it, what it does there, and what it makes superfluous of what still waits. */
#include "probe/notify_private.h"

#include "base/text.h"
#include "core/grow.h"

#include <stdlib.h>
#include <string.h>

/* One receiver's part of it. */
struct share {
    char *id, *section, *reach;
    struct target *target; /* NULL: it is new */
    bool routed;           /* by a section of today; else only because the alert is open there */
};

struct taking {
    struct notify *notify;
    const struct notice *notice;
    const char *body; /* the notice, encoded */
    struct share *share;
    size_t share_count;
    /* the step */
    struct outbox_target *target;
    size_t target_count;
    struct outbox_delivery *add;
    size_t add_count;
    int64_t *drop;
    size_t drop_count;
    struct outbox_alert *open;
    size_t open_count;
    bool failed; /* out of memory */
};

/* --- who gets it ----------------------------------------------------------------------------------------------
 */

static struct share *find_share(struct taking *t, const char *id)
{
    for (size_t i = 0; i < t->share_count; i++)
        if (strcmp(t->share[i].id, id) == 0)
            return &t->share[i];
    return NULL;
}

static void add_share(struct taking *t, const char *id, const char *section, const char *reach, bool routed)
{
    struct share *grown;

    if (find_share(t, id))
        return;
    grown = grow_by_one(t->share, t->share_count, sizeof(*grown));
    if (!grown) {
        t->failed = true;
        return;
    }
    t->share = grown;
    grown += t->share_count++;
    *grown = (struct share){.id = text_dup(id),
                            .section = text_dup(section),
                            .reach = text_dup(reach),
                            .target = book_find_target(&t->notify->book, id),
                            .routed = routed};
    t->failed = t->failed || !grown->id || !grown->section || !grown->reach;
}

static void add_routed(struct taking *t, const struct config_notify *section)
{
    struct receiver receiver = receiver_of(t->notify->config, section, t->notice->owner);
    struct buf id, reach;

    buf_init(&id, NOTIFY_IDENTITY_MAX);
    buf_init(&reach, NOTIFY_REACH_MAX);
    if (target_identity(&receiver, &id) && receiver_encode(&receiver, &reach))
        add_share(t, buf_text(&id), section->name, buf_text(&reach), true);
    else
        t->failed = true;
    buf_free(&id);
    buf_free(&reach);
}

static void find_shares(struct taking *t)
{
    const struct book *book = &t->notify->book;
    const struct config *config = t->notify->config;
    size_t *section = calloc(config->notify_count + 1, sizeof(*section));
    size_t count = section ? route_targets(config, t->notice, section) : 0;

    t->failed = !section;
    for (size_t i = 0; i < count && !t->failed; i++)
        if (!t->notify->only || t->notify->only == &config->notify[section[i]])
            add_routed(t, &config->notify[section[i]]);
    free(section);
    if (t->notify->only)
        return;
    /* Whatever routes say now: the end of an alert goes to where it is open, or about to be. */
    for (size_t i = 0; i < book->target_count && !t->failed; i++) {
        const struct target *target = book->target[i];

        if (book_find_alert(book, target, t->notice->key) || book_find_item(book, target, t->notice->key))
            add_share(t, target->id, target->section, target->reach, false);
    }
}

/* --- what it does there ---------------------------------------------------------------------------------------
 */

static void put_target(struct taking *t, const struct share *share)
{
    struct outbox_target *grown = grow_by_one(t->target, t->target_count, sizeof(*grown));

    if (!grown) {
        t->failed = true;
        return;
    }
    t->target = grown;
    grown[t->target_count++] =
        (struct outbox_target){.id = share->id, .receiver = share->section, .reach = share->reach};
}

static void drop(struct taking *t, const struct item *item)
{
    int64_t *grown = grow_by_one(t->drop, t->drop_count, sizeof(*grown));

    if (!grown) {
        t->failed = true;
        return;
    }
    t->drop = grown;
    grown[t->drop_count++] = item->id;
}

static void add(struct taking *t, const struct share *share, struct outbox_delivery delivery)
{
    struct outbox_delivery *grown = grow_by_one(t->add, t->add_count, sizeof(*grown));

    if (!grown) {
        t->failed = true;
        return;
    }
    t->add = grown;
    delivery.notice = t->notice->id;
    delivery.target = share->id;
    delivery.receiver = share->section;
    delivery.at = delivery.at ? delivery.at : notify_wall(t->notify) / 1000;
    grown[t->add_count++] = delivery;
}

static void open_alert(struct taking *t, const struct share *share, struct outbox_alert alert)
{
    struct outbox_alert *grown = grow_by_one(t->open, t->open_count, sizeof(*grown));

    if (!grown) {
        t->failed = true;
        return;
    }
    t->open = grown;
    alert.target = share->id;
    grown[t->open_count++] = alert;
}

static int64_t group_wait_of(const struct taking *t, const struct share *share)
{
    const struct config_notify *by = config_find_notify(t->notify->config, share->section);

    return by ? by->group_wait_ms : share->target ? target_group_wait_ms(share->target) : 0;
}

/* The end of the wait that goes on for such losses; a new one begins where none does. */
static int64_t window_of(const struct taking *t, const struct share *share, const char *part)
{
    int64_t mono = notify_mono(t->notify), left = group_wait_of(t, share);

    for (const struct item *item = t->notify->book.first; item && share->target; item = item->next) {
        int64_t rest = item->due_ms - mono;

        if (item->target == share->target && item->windowed && strcmp(item->part, part) == 0 && rest > 0 &&
            rest < left)
            left = rest;
    }
    return notify_wall(t->notify) + left;
}

/* How a group is, is told at most once in a wait, but its end at once. */
static void tell_group(struct taking *t, const struct share *share, const struct standing_alert *member,
                       bool is_over)
{
    const struct item *waiting = book_find_item(&t->notify->book, share->target, member->group);
    int64_t now_ms = notify_wall(t->notify);
    bool ends = is_over;

    for (const struct standing_alert *other = t->notify->book.alert; other && ends; other = other->next)
        ends = other->target != member->target || other == member || other->over ||
               strcmp(other->group, member->group) != 0;
    if (waiting && !book_may_be_out(waiting)) {
        if (!ends)
            return;
        drop(t, waiting);
    }
    add(t, share,
        (struct outbox_delivery){.key = member->group,
                                 .kind = tell_name(ends ? TELL_RESOLVE : TELL_TRIGGER),
                                 .group = true,
                                 .due_ms = now_ms + (ends ? 0 : group_wait_of(t, share))});
}

static void tell_member(struct taking *t, const struct share *share, const struct standing_alert *member,
                        enum tell tell)
{
    bool over = tell == TELL_RESOLVE;

    if (tell == TELL_ONCE) { /* said of the member alone */
        add(t, share,
            (struct outbox_delivery){.key = t->notice->key,
                                     .kind = tell_name(tell),
                                     .body = t->body,
                                     .due_ms = notify_wall(t->notify)});
        return;
    }
    open_alert(t, share,
               (struct outbox_alert){.key = member->key,
                                     .first = member->first,
                                     .body = t->body,
                                     .group = member->group,
                                     .acknowledged = tell == TELL_ACKNOWLEDGE || (member->acknowledged && !over),
                                     .over = over,
                                     .at = member->at});
    tell_group(t, share, member, over);
}

/* What waits of the alert and was never tried need not be said when this is; *at: since when that waited. True:
 * that leaves nothing to be said, because nothing of it ever got out. */
static bool supersede(struct taking *t, const struct share *share, enum tell tell, bool is_open, int64_t *at)
{
    struct item *item = share->target ? book_find_item(&t->notify->book, share->target, t->notice->key) : NULL;
    bool out = is_open;

    *at = 0;
    if (tell == TELL_TRIGGER && item && item->tell == TELL_TRIGGER && !book_may_be_out(item)) {
        *at = item->at;
        drop(t, item);
    }
    if (tell != TELL_RESOLVE)
        return false;
    for (const struct item *i = item; i; i = i->before)
        out = out || book_may_be_out(i) || (i->tell != TELL_TRIGGER && i->tell != TELL_ACKNOWLEDGE);
    for (; item && !out; item = item->before)
        drop(t, item);
    return !out && t->drop_count > 0;
}

static bool is_repeat(const struct taking *t, const char *body)
{
    struct arena arena = {0};
    struct err unheard = {""};
    struct notice last;
    bool repeat =
        body[0] && notice_decode(body, strlen(body), &arena, &last, &unheard) && route_is_repeat(t->notice, &last);

    arena_free(&arena);
    return repeat;
}

struct body_check {
    const struct taking *taking;
    bool repeat;
};

static bool check_body(void *arg, const struct outbox_delivery *row)
{
    struct body_check *check = arg;

    check->repeat = is_repeat(check->taking, row->body);
    return true;
}

/* By the newest that is on its way there, or else was said. */
static bool was_said(struct taking *t, const struct share *share, const struct standing_alert *alert)
{
    const struct item *item =
        share->target ? book_find_item(&t->notify->book, share->target, t->notice->key) : NULL;
    struct body_check check = {.taking = t};
    struct err unheard = {""};

    if (!item)
        return alert && is_repeat(t, alert->body);
    return outbox_load_delivery(t->notify->outbox, item->id, check_body, &check, &unheard) && check.repeat;
}

static bool is_open_at(const struct taking *t, const struct share *share)
{
    const struct book *book = &t->notify->book;
    const struct standing_alert *alert;

    if (!share->target)
        return false;
    alert = book_find_alert(book, share->target, t->notice->key);
    return (alert && !alert->over) || book_find_item(book, share->target, t->notice->key);
}

/* A resolve goes to where its trigger went. With nothing open anywhere it goes to those that keep alerts of their
 * own, should the outbox have been lost. */
static bool is_for_nobody(const struct taking *t, const struct share *share, enum notify_kind kind, enum tell tell)
{
    if (tell == TELL_NOTHING || (!share->routed && tell != TELL_RESOLVE && tell != TELL_ACKNOWLEDGE))
        return true;
    if (tell != TELL_RESOLVE || is_open_at(t, share))
        return false;
    for (size_t i = 0; i < t->share_count; i++)
        if (is_open_at(t, &t->share[i]))
            return true;
    return kind == NOTIFY_WEBHOOK || kind == NOTIFY_SLACK;
}

static void tell_alone(struct taking *t, const struct share *share, enum notify_kind kind, enum tell tell,
                       bool is_open)
{
    bool waits = tell == TELL_TRIGGER && !is_open && group_takes(t->notice);
    int64_t at;

    if (supersede(t, share, tell, is_open, &at))
        return;
    put_target(t, share);
    add(t, share,
        (struct outbox_delivery){.key = t->notice->key,
                                 .kind = tell_name(tell),
                                 .body = t->body,
                                 .at = at,
                                 .due_ms = waits ? window_of(t, share, group_part(kind, t->notice))
                                                 : notify_wall(t->notify)});
}

static void tell_share(struct taking *t, const struct share *share)
{
    const struct standing_alert *alert =
        share->target ? book_find_alert(&t->notify->book, share->target, t->notice->key) : NULL;
    struct receiver receiver;
    struct arena arena = {0};
    struct err unheard = {""};
    enum tell tell = TELL_NOTHING;

    if (receiver_decode(share->reach, strlen(share->reach), &arena, &receiver, &unheard))
        tell = route_tell(receiver.kind, t->notice, is_open_at(t, share));
    else
        t->failed = t->failed || arena.failed;
    if (!is_for_nobody(t, share, receiver.kind, tell) && !was_said(t, share, alert)) {
        if (alert && alert->group[0] && !alert->over)
            tell_member(t, share, alert, tell);
        else
            tell_alone(t, share, receiver.kind, tell, alert && !alert->over);
    }
    arena_free(&arena);
}

/* --- written down ---------------------------------------------------------------------------------------------
 */

static bool take_over(struct taking *t, const int64_t *ids, bool together, struct err *err)
{
    struct book *book = &t->notify->book;
    int64_t wall = notify_wall(t->notify), mono = notify_mono(t->notify);
    bool ok = true;

    for (size_t i = 0; i < t->target_count && ok; i++)
        ok = book_find_target(book, t->target[i].id) ||
             book_add_target(book, t->target[i].id, t->target[i].receiver, t->target[i].reach, err);
    book_configure(book, t->notify->config);
    for (size_t i = 0; i < t->drop_count; i++)
        book_drop_id(book, t->drop[i]);
    for (size_t i = 0; i < t->add_count && ok; i++) {
        struct item *item;

        t->add[i].id = ids[i];
        item = book_add_item(book, book_find_target(book, t->add[i].target), &t->add[i], wall, mono);
        ok = item != NULL;
        if (item)
            item->together = together;
    }
    for (size_t i = 0; i < t->open_count && ok; i++)
        ok = book_open(book, book_find_target(book, t->open[i].target), &t->open[i]);
    return ok;
}

static bool commit(struct taking *t, const char *place, int64_t number, bool together, struct err *err)
{
    int64_t *ids = calloc(t->add_count + 1, sizeof(*ids));
    struct outbox_step step = {
        .notice = t->notify->only ? NULL : t->notice->id,
        .at = notify_wall(t->notify) / 1000,
        .place = place,
        .number = number,
        .target = t->target,
        .target_count = t->target_count,
        .add = t->add,
        .add_count = t->add_count,
        .added = ids,
        .drop = t->drop,
        .drop_count = t->drop_count,
        .open = t->open,
        .open_count = t->open_count,
    };
    bool ok = ids || err_set(err, "out of memory");

    ok = ok && outbox_commit(t->notify->outbox, &step, err);
    if (ok && !take_over(t, ids, together, err))
        t->notify->stale = true; /* it is written down: the book is read anew */
    free(ids);
    return ok;
}

static void forget(struct taking *t)
{
    for (size_t i = 0; i < t->share_count; i++) {
        free(t->share[i].id);
        free(t->share[i].section);
        free(t->share[i].reach);
    }
    free(t->share);
    free(t->target);
    free(t->add);
    free(t->drop);
    free(t->open);
}

bool notify_take(struct notify *notify, const struct notice *notice, const char *place, int64_t number,
                 bool together, struct err *err)
{
    struct taking t = {.notify = notify, .notice = notice};
    struct buf body;
    bool known = false, ok;

    buf_init(&body, NOTIFY_LINE_MAX);
    ok = notify->only || outbox_knows(notify->outbox, notice->id, &known, err);
    if (ok && !known) {
        ok = notice_encode(notice, &body) || err_set(err, "out of memory");
        t.body = buf_text(&body);
        if (ok)
            find_shares(&t);
        for (size_t i = 0; i < t.share_count && ok && !t.failed; i++)
            tell_share(&t, &t.share[i]);
        ok = ok && (!t.failed || err_set(err, "out of memory"));
    }
    ok = ok && commit(&t, place, number, together, err);
    forget(&t);
    buf_free(&body);
    return ok;
}
