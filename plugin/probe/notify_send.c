/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Deliveries under way: begun in the order of their keys, several receivers at once, and what became of them.
 *
 *     waits --due, nothing of its key before it--> under way --taken--> gone
 *       ^                                              | not now: the receiver has a pause
 *       +----------------------------------------------+ never, or for too long: a dead letter */
#include "probe/notify_private.h"

#include "base/log.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_MAX = 100 /* alerts that are said again in one request */ };

/* --- begun ----------------------------------------------------------------------------------------------------
 */

static void take_answer(void *arg, const struct http_answer *answer)
{
    struct flight *flight = arg;

    flight->call = NULL;
    flight->target->calls--;
    flight->ended = true;
    flight->status = answer->outcome == HTTP_DONE ? answer->status : 0;
    flight->retry_after_s = answer->retry_after_s;
    letter_answer(&flight->letter, answer, flight->fault, sizeof(flight->fault));
}

static void free_flight(struct flight *flight)
{
    letter_free(&flight->letter);
    free(flight->body);
    free(flight->first);
    free(flight);
}

static struct flight *new_flight(struct notify *notify, struct target *target, struct item *item)
{
    struct flight *flight = calloc(1, sizeof(*flight));

    if (!flight)
        return NULL;
    *flight = (struct flight){.notify = notify, .target = target, .item = item, .next = notify->flights};
    notify->flights = flight;
    target->flights++;
    if (item)
        item->flight = flight;
    return flight;
}

/* It could not even be begun. A walk that the callback ended has no sentence. */
static void fail_flight(struct flight *flight, const struct err *err)
{
    flight->ended = true;
    flight->status = 0;
    (void)snprintf(flight->fault, sizeof(flight->fault), "%s",
                   err->text[0] ? err->text : "out of memory"); /* cut is fine */
}

static void post(struct flight *flight)
{
    struct err err = {""};

    if (!target_reach(flight->target, flight->notify->env, &err)) {
        fail_flight(flight, &err);
        return;
    }
    flight->call = letter_post(&flight->letter, flight->target, take_answer, flight, &err);
    if (flight->call)
        flight->target->calls++;
    else
        fail_flight(flight, &err);
}

static bool keep_body(void *arg, const struct outbox_delivery *row)
{
    struct flight *flight = arg;

    flight->body = text_dup(row->body);
    return flight->body != NULL;
}

static void begin(struct flight *flight)
{
    struct notify *notify = flight->notify;
    struct err err = {""};

    if (!outbox_load_delivery(notify->outbox, flight->item->id, keep_body, flight, &err) ||
        (!flight->body && !err_set(&err, "it is missing from the outbox")) || !notify_compose(flight, &err))
        fail_flight(flight, &err);
    else if (flight->tell == TELL_NOTHING)
        flight->ended = true;
    else
        post(flight);
}

/* After a failure one goes ahead, and the others follow when it was taken. */
static size_t flights_allowed(const struct target *target)
{
    return target->failures > 0 ? 1 : NOTIFY_FLIGHTS_MAX;
}

static bool may_go(const struct item *item, int64_t mono, int64_t *wake_ms)
{
    const struct target *target = item->target;
    int64_t at = item->due_ms > target->pause_ms ? item->due_ms : target->pause_ms;

    /* What is said again and what is news of the same alert must not overtake each other. */
    if (item->flight || item->before || target->again > 0 || target->flights >= flights_allowed(target))
        return false;
    if (at > mono) {
        *wake_ms = at < *wake_ms ? at : *wake_ms;
        return false;
    }
    return !item->windowed;
}

/* --- said again -----------------------------------------------------------------------------------------------
 */

/* Those of which no news is on its way. */
static size_t standing(const struct notify *notify, const struct target *target, struct standing_alert **out)
{
    size_t count = 0;

    for (struct standing_alert *alert = notify->book.alert; alert; alert = alert->next)
        if (alert->target == target && !alert->group[0] && !alert->over &&
            !book_find_item(&notify->book, target, alert->key))
            out[count++] = alert;
    return count;
}

static void say_again(struct notify *notify, struct target *target)
{
    struct standing_alert **alert = calloc(notify->book.alert_count + 1, sizeof(*alert));
    size_t count = alert ? standing(notify, target, alert) : 0;

    for (size_t at = 0; at < count; at += AGAIN_MAX) {
        struct flight *flight = new_flight(notify, target, NULL);
        struct err err = {""};

        if (!flight)
            break;
        target->again++;
        if (notify_compose_again(flight, alert + at, count - at < AGAIN_MAX ? count - at : AGAIN_MAX, &err))
            post(flight);
        else
            fail_flight(flight, &err);
    }
    free(alert);
}

static void look_at_target(struct notify *notify, struct target *target, int64_t mono, int64_t *wake_ms)
{
    if (target->receiver.kind != NOTIFY_ALERTMANAGER || target->again > 0)
        return;
    if (mono >= target->resend_ms && mono >= target->pause_ms) {
        say_again(notify, target);
        target->resend_ms = mono + target_resend_ms(target);
    }
    if (target->resend_ms < *wake_ms)
        *wake_ms = target->resend_ms;
}

/* What is begun may be at the receiver before anybody writes down that it was taken: whoever comes after us must
 * not think that nobody heard of it. */
static bool mark(struct notify *notify, struct item *const *item, size_t count, struct err *err)
{
    struct outbox_delivery *put = calloc(count + 1, sizeof(*put));
    struct outbox_step step = {.put = put};
    bool ok;

    if (!put)
        return err_set(err, "out of memory");
    for (size_t i = 0; i < count; i++)
        if (!item[i]->marked && item[i]->attempts == 0)
            put[step.put_count++] = (struct outbox_delivery){.id = item[i]->id};
    ok = step.put_count == 0 || outbox_commit(notify->outbox, &step, err);
    for (size_t i = 0; i < count && ok; i++)
        item[i]->marked = true;
    free(put);
    return ok;
}

/* Whether one that was tried less often may go in its place: a receiver that fails with some takes others. */
static bool is_outranked(const struct notify *notify, const struct item *item, int64_t mono, int64_t *wake_ms)
{
    if (item->target->failures == 0 || !item->target->picks)
        return false;
    for (const struct item *i = notify->book.first; i && item->attempts > 0; i = i->next)
        if (i->target == item->target && i->attempts < item->attempts && may_go(i, mono, wake_ms))
            return true;
    return false;
}

/* Gives those that are due a flight each; how many. */
static size_t take_off(struct notify *notify, int64_t *wake_ms, struct item **item)
{
    int64_t mono = notify_mono(notify);
    size_t count = 0;

    for (struct item *i = notify->book.first; i; i = i->next)
        if (may_go(i, mono, wake_ms) && !is_outranked(notify, i, mono, wake_ms) &&
            new_flight(notify, i->target, i))
            item[count++] = i;
    return count;
}

/* They have not begun, and wait again. */
static void call_back(struct notify *notify, size_t count)
{
    while (count-- > 0) {
        struct flight *flight = notify->flights;

        notify->flights = flight->next;
        flight->item->flight = NULL;
        flight->target->flights--;
        free_flight(flight);
    }
}

static bool send_due(struct notify *notify, int64_t *wake_ms, struct err *err)
{
    struct item **item = calloc(notify->book.item_count + 1, sizeof(struct item *));
    size_t count = item ? take_off(notify, wake_ms, item) : 0;
    bool ok = (item || err_set(err, "out of memory")) && mark(notify, item, count, err);

    for (size_t i = 0; i < count && ok; i++)
        begin(item[i]->flight);
    if (!ok)
        call_back(notify, count);
    free(item);
    return ok;
}

bool notify_send(struct notify *notify, int64_t *wake_ms, struct err *err)
{
    int64_t mono = notify_mono(notify);
    bool ok = send_due(notify, wake_ms, err);

    for (size_t i = 0; i < notify->book.target_count; i++)
        look_at_target(notify, notify->book.target[i], mono, wake_ms);
    for (const struct flight *flight = notify->flights; flight; flight = flight->next)
        if (flight->ended)
            *wake_ms = mono;
    return ok;
}

/* --- ended ----------------------------------------------------------------------------------------------------
 */

/* What has ended, as one step of the outbox. */
struct settling {
    struct notify *notify;
    struct outbox_delivery *put;
    int64_t *drop;
    struct outbox_alert *open, *close;
    size_t put_count, drop_count, open_count, close_count;
};

static bool make_room(struct settling *s)
{
    size_t flights = 1, rows;

    for (const struct flight *flight = s->notify->flights; flight; flight = flight->next)
        flights++;
    rows = flights + s->notify->book.item_count;
    s->put = calloc(rows, sizeof(*s->put));
    s->drop = calloc(rows, sizeof(*s->drop));
    s->open = calloc(flights, sizeof(*s->open));
    s->close = calloc(rows + s->notify->book.alert_count, sizeof(*s->close));
    return s->put && s->drop && s->open && s->close;
}

static void open_of(struct settling *s, const struct flight *flight, bool acknowledged)
{
    const struct standing_alert *alert = book_find_alert(&s->notify->book, flight->target, flight->item->key);

    s->open[s->open_count++] = (struct outbox_alert){
        .target = flight->target->id,
        .key = flight->item->key,
        .first = alert ? alert->first : flight->first,
        .body = alert && acknowledged && !flight->item->group ? alert->body : flight->body,
        .group = "",
        .acknowledged = acknowledged || (alert && alert->acknowledged && !alert->over),
        .at = alert && !alert->over ? alert->at : notify_wall(s->notify) / 1000,
    };
}

static void close_of(struct settling *s, const struct item *item)
{
    s->close[s->close_count++] = (struct outbox_alert){.target = item->target->id, .key = item->key};
    if (!item->group)
        return;
    for (const struct standing_alert *alert = s->notify->book.alert; alert; alert = alert->next)
        if (alert->target == item->target && alert->over && strcmp(alert->group, item->key) == 0)
            s->close[s->close_count++] = (struct outbox_alert){.target = item->target->id, .key = alert->key};
}

static void settle_taken(struct settling *s, const struct flight *flight)
{
    s->drop[s->drop_count++] = flight->item->id;
    switch (flight->tell) {
    case TELL_TRIGGER:
        open_of(s, flight, false);
        break;
    case TELL_ACKNOWLEDGE:
        if (flight->item->group || book_find_alert(&s->notify->book, flight->target, flight->item->key))
            open_of(s, flight, true);
        break;
    case TELL_NOTHING:
    case TELL_RESOLVE:
        close_of(s, flight->item);
        break;
    case TELL_ONCE:
        break;
    }
}

/* Whether it tells the end of an alert. */
static bool is_end(const struct settling *s, const struct item *item)
{
    bool over = item->tell == TELL_RESOLVE;

    for (const struct standing_alert *alert = s->notify->book.alert; alert && item->group; alert = alert->next)
        if (alert->target == item->target && strcmp(alert->group, item->key) == 0 && !alert->over)
            return false;
    return over || item->group;
}

static void put(struct settling *s, const struct item *item, int64_t attempts, const char *fault, bool dead)
{
    s->put[s->put_count++] = (struct outbox_delivery){
        .id = item->id, .due_ms = notify_wall(s->notify), .attempts = attempts, .fault = fault, .dead = dead};
    /* An end that can't be told is one all the same: what is over is not said again. */
    if (dead && is_end(s, item))
        close_of(s, item);
}

static void bury(struct book *book, const struct outbox_delivery *row)
{
    struct item *item = book->first;

    while (item && item->id != row->id)
        item = item->next;
    if (!item)
        return;
    item->attempts = row->attempts;
    if (!row->dead)
        return;
    log_warning("notify", "%s: %s of %s could not be delivered and is a dead letter now: %s",
                item->target->section, tell_name(item->tell), item->key, row->fault);
    book_drop_item(book, item);
}

static bool is_expired(const struct notify *notify, const struct item *item)
{
    return item->age_ms + notify_mono(notify) - item->came_ms > target_expire_s(item->target) * 1000;
}

static void settle_flight(struct settling *s, struct flight *flight)
{
    enum answered answered = flight->tell == TELL_NOTHING && flight->fault[0] == '\0'
                                 ? ANSWERED_TAKEN
                                 : message_answered(flight->status);

    if (!flight->item)
        return;
    switch (answered) {
    case ANSWERED_TAKEN:
        settle_taken(s, flight);
        break;
    case ANSWERED_LATER:
        put(s, flight->item, flight->item->attempts + 1, flight->fault, is_expired(s->notify, flight->item));
        break;
    case ANSWERED_NEVER:
        put(s, flight->item, flight->item->attempts + 1, flight->fault, true);
        break;
    }
}

/* Those behind one that fails wait for as long as it does. */
static void settle_expired(struct settling *s)
{
    for (const struct item *item = s->notify->book.first; item; item = item->next)
        if (!item->flight && item->target->failures > 0 && is_expired(s->notify, item))
            put(s, item, item->attempts, item->target->fault, true);
}

/* --- and remembered -------------------------------------------------------------------------------------------
 */

/* Whether others may fare better. What the whole receiver fails with leaves them as they are: never tried, so that
 * what is over by then need not be told. */
static bool is_of_the_letter(int status)
{
    switch (status) {
    case 0:   /* no answer */
    case 401: /* the key, the password or the address */
    case 403:
    case 404:
    case 405:
    case 407:
    case 408:
    case 429:
    case 502: /* what stands before it */
    case 503:
    case 504:
        return false;
    default:
        return true;
    }
}

static void remember_target(struct notify *notify, struct flight *flight)
{
    struct target *target = flight->target;
    bool was_sent = flight->tell != TELL_NOTHING || !flight->item || flight->fault[0];
    bool later = was_sent && message_answered(flight->status) == ANSWERED_LATER;

    target->flights--;
    if (!flight->item)
        target->again--;
    if (!was_sent)
        return;
    if (later) {
        target->failures++;
        target->picks = is_of_the_letter(flight->status);
        notify->failed++;
        target->pause_ms =
            notify_mono(notify) +
            target_pause_of_ms(target, flight->retry_after_s, notify->env->env->random(notify->env->env->ctx));
        if (!target->fault[0])
            log_warning("notify", "%s: not taken, it is tried again: %s", target->section, flight->fault);
        (void)snprintf(target->fault, sizeof(target->fault), "%s", flight->fault); /* the same size */
        return;
    }
    if (target->fault[0])
        log_info("notify", "%s: takes again", target->section);
    target->failures = 0;
    target->pause_ms = 0;
    target->fault[0] = '\0';
}

static void forget_ended(struct notify *notify)
{
    struct flight **at = &notify->flights;

    while (*at) {
        struct flight *flight = *at;

        if (!flight->ended) {
            at = &flight->next;
            continue;
        }
        *at = flight->next;
        remember_target(notify, flight);
        free_flight(flight);
    }
}

static void take_over(struct settling *s)
{
    struct book *book = &s->notify->book;
    bool ok = true;

    for (size_t i = 0; i < s->open_count && ok; i++)
        ok = book_open(book, book_find_target(book, s->open[i].target), &s->open[i]);
    for (size_t i = 0; i < s->close_count; i++)
        book_close(book, book_find_target(book, s->close[i].target), s->close[i].key);
    for (struct flight *flight = s->notify->flights; flight; flight = flight->next)
        if (flight->ended && flight->item)
            flight->item->flight = NULL;
    for (size_t i = 0; i < s->drop_count; i++)
        book_drop_id(book, s->drop[i]);
    for (size_t i = 0; i < s->put_count; i++)
        bury(book, &s->put[i]);
    forget_ended(s->notify); /* last: the rows borrow from the flights */
    s->notify->said += (int64_t)s->drop_count;
    s->notify->stale = s->notify->stale || !ok;
}

static bool is_needed(const struct notify *notify)
{
    for (const struct flight *flight = notify->flights; flight; flight = flight->next)
        if (flight->ended)
            return true;
    for (size_t i = 0; i < notify->book.target_count; i++)
        if (notify->book.target[i]->failures > 0)
            return true;
    return false;
}

static bool commit(struct settling *s, struct err *err)
{
    struct outbox_step step = {
        .put = s->put,
        .put_count = s->put_count,
        .drop = s->drop,
        .drop_count = s->drop_count,
        .open = s->open,
        .open_count = s->open_count,
        .close = s->close,
        .close_count = s->close_count,
    };

    if (s->put_count + s->drop_count + s->open_count + s->close_count == 0)
        return true;
    return outbox_commit(s->notify->outbox, &step, err);
}

bool notify_settle(struct notify *notify, struct err *err)
{
    struct settling s = {.notify = notify};
    bool ok;

    if (!is_needed(notify))
        return true;
    ok = make_room(&s) || err_set(err, "out of memory");
    if (ok) {
        for (struct flight *flight = notify->flights; flight; flight = flight->next)
            if (flight->ended)
                settle_flight(&s, flight);
        settle_expired(&s);
        ok = commit(&s, err);
        if (ok)
            take_over(&s);
    }
    free(s.put);
    free(s.drop);
    free(s.open);
    free(s.close);
    return ok;
}

void notify_abandon(struct notify *notify)
{
    while (notify->flights) {
        struct flight *flight = notify->flights;

        notify->flights = flight->next;
        if (flight->call) {
            flight->target->env.cancel(flight->target->env.ctx, flight->call);
            flight->target->calls--;
        }
        if (flight->item)
            flight->item->flight = NULL;
        flight->target->flights--;
        free_flight(flight);
    }
}
