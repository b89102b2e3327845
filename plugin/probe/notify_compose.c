/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Composes the letter of a delivery, or of alerts that are said again, from what the outbox and the book hold. */
#include "probe/notify_private.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ENDS_MIN_S = 300, RESENDS_MISSED = 4 };

const char *notify_hours_of(const struct config *config, const char *name)
{
    const struct config_owner *owner = config_find_owner(config, name);

    return owner && owner->hours ? owner->hours : "";
}

/* Alertmanager ends what is not sent again: not for one that was sent late. */
static int64_t ends_at(const struct target *target, enum tell tell, const struct notice *notice, int64_t now)
{
    int64_t lasts = RESENDS_MISSED * target_resend_ms(target) / 1000;

    if (tell == TELL_RESOLVE)
        return notice->at;
    return now + (lasts > ENDS_MIN_S ? lasts : ENDS_MIN_S);
}

static struct message message_of(const struct notify *notify, const struct target *target, enum tell tell,
                                 const struct notice *notice, const struct notice *first)
{
    int64_t now = notify_wall(notify) / 1000;

    return (struct message){.tell = tell,
                            .notice = notice,
                            .first = first,
                            .hours = notify_hours_of(notify->config, notice->owner),
                            .version = PACKAGE_VERSION,
                            .now = now,
                            .ends_at = ends_at(target, tell, notice, now)};
}

static bool decode(const char *body, struct arena *arena, struct notice *out, struct err *err)
{
    return notice_decode(body, strlen(body), arena, out, err);
}

/* --- one notice -----------------------------------------------------------------------------------------------
 */

static bool compose_one(struct flight *flight, struct arena *arena, struct err *err)
{
    const struct item *item = flight->item;
    const struct standing_alert *alert = book_find_alert(&flight->notify->book, item->target, item->key);
    struct notice notice, first;
    struct message message;

    flight->tell = item->tell;
    flight->first = text_dup(alert ? alert->first : flight->body);
    if (!flight->first)
        return err_set(err, "out of memory");
    if (!decode(flight->body, arena, &notice, err) || !decode(flight->first, arena, &first, err))
        return false;
    message = message_of(flight->notify, item->target, item->tell, &notice, alert ? &first : NULL);
    return letter_write(item->target, &message, 1, &flight->letter, err);
}

/* --- a group --------------------------------------------------------------------------------------------------
 */

struct members {
    struct group_member *item;
    struct notice *notice;
    size_t count;
};

static bool read_members(const struct notify *notify, const struct target *target, const char *key,
                         struct arena *arena, struct members *out, struct err *err)
{
    size_t room = notify->book.alert_count + 1;

    out->item = calloc(room, sizeof(*out->item));
    out->notice = calloc(room, sizeof(*out->notice));
    if (!out->item || !out->notice)
        return err_set(err, "out of memory");
    for (const struct standing_alert *alert = notify->book.alert; alert; alert = alert->next) {
        if (alert->target != target || strcmp(alert->group, key) != 0)
            continue;
        if (!decode(alert->body, arena, &out->notice[out->count], err))
            return false;
        out->item[out->count] = (struct group_member){
            .notice = &out->notice[out->count], .acknowledged = alert->acknowledged, .over = alert->over};
        out->count++;
    }
    return true;
}

static void free_members(struct members *members)
{
    free(members->item);
    free(members->notice);
}

static bool group_message(const struct notify *notify, const struct target *target, const char *key,
                          int64_t number, struct arena *arena, const struct members *members,
                          struct notice *notice, struct notice *first, struct message *out, struct err *err)
{
    const struct standing_alert *alert = book_find_alert(&notify->book, target, key);
    enum tell tell = group_tell(members->item, members->count);
    bool keeps_acknowledgements = target->receiver.kind != NOTIFY_ALERTMANAGER;
    const char *id = arena_printf(arena, "%s/%" PRId64, key, number);

    if (!group_notice(members->item, members->count, key, id, arena, notice))
        return err_set(err, "out of memory");
    if (alert && !decode(alert->first, arena, first, err))
        return false;
    if (tell == TELL_ACKNOWLEDGE && !keeps_acknowledgements)
        tell = TELL_TRIGGER;
    *out = message_of(notify, target, tell, notice, alert ? first : NULL);
    out->member = members->item;
    out->member_count = members->count;
    return true;
}

static char *encode(const struct notice *notice)
{
    struct buf line;
    char *text;

    buf_init(&line, NOTIFY_LINE_MAX);
    text = notice_encode(notice, &line) ? buf_take(&line, NULL) : NULL;
    buf_free(&line);
    return text;
}

static bool compose_group(struct flight *flight, struct arena *arena, struct err *err)
{
    const struct notify *notify = flight->notify;
    const struct item *item = flight->item;
    const struct standing_alert *alert = book_find_alert(&notify->book, item->target, item->key);
    struct members members = {.count = 0};
    struct notice notice, first;
    struct message message;
    bool ok = read_members(notify, item->target, item->key, arena, &members, err);

    if (ok && (members.count == 0 || (!alert && item->attempts == 0 && !item->maybe_out &&
                                      group_tell(members.item, members.count) == TELL_RESOLVE))) {
        flight->tell = TELL_NOTHING; /* all were over before anybody heard of it */
    } else if (ok) {
        ok = group_message(notify, item->target, item->key, item->id, arena, &members, &notice, &first, &message,
                           err);
        if (ok) {
            flight->tell = message.tell;
            free(flight->body);
            flight->body = encode(&notice);
            flight->first = alert ? text_dup(alert->first) : flight->body ? text_dup(flight->body) : NULL;
            ok = (flight->body && flight->first) || err_set(err, "out of memory");
        }
        ok = ok && letter_write(item->target, &message, 1, &flight->letter, err);
    }
    free_members(&members);
    return ok;
}

bool notify_compose(struct flight *flight, struct err *err)
{
    struct arena arena = {0};
    bool ok = flight->item->group ? compose_group(flight, &arena, err) : compose_one(flight, &arena, err);

    arena_free(&arena);
    return ok;
}

/* --- said again -----------------------------------------------------------------------------------------------
 */

/* An alert as it is said again. */
struct again {
    struct notice notice, first;
    struct members members; /* of a group */
};

static bool compose_again(const struct notify *notify, const struct target *target,
                          const struct standing_alert *alert, struct arena *arena, struct again *again,
                          struct message *out, struct err *err)
{
    if (!read_members(notify, target, alert->key, arena, &again->members, err))
        return false;
    if (again->members.count > 0)
        return group_message(notify, target, alert->key, 0, arena, &again->members, &again->notice, &again->first,
                             out, err);
    if (!decode(alert->body, arena, &again->notice, err) || !decode(alert->first, arena, &again->first, err))
        return false;
    *out = message_of(notify, target, TELL_TRIGGER, &again->notice, &again->first);
    return true;
}

bool notify_compose_again(struct flight *flight, struct standing_alert *const *alert, size_t count,
                          struct err *err)
{
    struct again *again = calloc(count, sizeof(*again));
    struct message *message = calloc(count, sizeof(*message));
    struct arena arena = {0};
    bool ok = (again && message) || err_set(err, "out of memory");

    for (size_t i = 0; i < count && ok; i++)
        ok = compose_again(flight->notify, flight->target, alert[i], &arena, &again[i], &message[i], err);
    ok = ok && letter_write(flight->target, message, count, &flight->letter, err);
    for (size_t i = 0; again && i < count; i++)
        free_members(&again[i].members);
    free(again);
    free(message);
    arena_free(&arena);
    return ok;
}
