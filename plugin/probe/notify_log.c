/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The agent as a source: the log of alerts, read from a place that the outbox keeps.
 *
 *     no place --there is a snapshot--> place: the end of the log
 *     place --an alert--> taken in --> place behind it
 *           --a summary--> the whole board is compared with what is open --> place behind it
 *           --the log is shorter: the store was made anew--> the same, from its beginning
 *
 * A receiver that was never told anything is first told what is wrong now, together. */
#include "probe/notify_private.h"

#include "base/log.h"
#include "core/notice_source.h"
#include "probe/alert_log.h"

#include <stdlib.h>
#include <string.h>

static const char PLACE[] = "agent";
enum { ALERTS_AT_ONCE = 200, READ_MS = 10000, UNPUBLISHED_MAX_S = 600, FIRST_ROUND_MAX_MS = 600000 };

struct reading {
    struct notify *notify;
    struct arena arena;
    int64_t number;
    bool together;
    bool later;      /* there is more, or the snapshot of what is told is not there yet */
    struct err *err; /* a walk over a database clears its own */
};

static struct notice_source source_of(struct reading *reading)
{
    return (struct notice_source){
        .config = reading->notify->config,
        .snapshot = latest_snapshot(reading->notify->latest),
        .arena = &reading->arena,
        .now = notify_wall(reading->notify) / 1000,
    };
}

/* --- one alert ------------------------------------------------------------------------------------------------
 */

/* False: a release that knows more wrote it. */
static bool read_alert(const struct store_alert *row, struct alert *out)
{
    *out = (struct alert){
        .at = row->at,
        .summary = row->summary,
        .app = row->app,
        .id = row->object,
        .name = row->name,
        .owner = row->owner,
        .client = row->client,
        .has_code = row->has_code,
        .code = row->code,
        .message = row->message,
        .request_id = row->request_id,
        .action = row->action,
        .fix = row->fix,
        .reauth_url = row->reauth_url,
        .members = row->members > 0 && row->members < UINT32_MAX ? (uint32_t)row->members : 0,
        .since = row->since,
        .changes = row->changes,
        .suppressed = row->suppressed,
        .note = row->note,
    };
    if (!urgency_from_name(row->urgency, &out->urgency))
        out->urgency = URGENCY_NONE;
    if (!actor_from_name(row->actor, &out->actor))
        out->actor = ACTOR_NOBODY;
    return scope_from_name(row->kind, &out->kind) && state_from_name(row->state, &out->state) &&
           state_from_name(row->old_state, &out->old_state) && cause_from_name(row->cause, &out->cause) &&
           cause_from_name(row->old_cause, &out->old_cause);
}

/* --- the whole board ------------------------------------------------------------------------------------------
 */

struct opens {
    struct notice_open *item;
    struct notice *notice;
    size_t count, room;
    struct arena *arena;
};

static bool add_open(struct opens *opens, const char *body)
{
    struct notice *notice = &opens->notice[opens->count];
    struct err unheard = {""};

    if (opens->count == opens->room || !notice_decode(body, strlen(body), opens->arena, notice, &unheard))
        return !opens->arena->failed;
    if (!notice->from_engine && notice_is_trouble(notice)) {
        opens->item[opens->count] = (struct notice_open){.key = notice->key, .notice = notice};
        opens->count++;
    }
    return true;
}

static bool add_waiting(void *arg, const struct outbox_delivery *row)
{
    return row->group || strcmp(row->kind, tell_name(TELL_TRIGGER)) != 0 || add_open(arg, row->body);
}

/* What is open somewhere, or about to be, by the agent's word. */
static bool find_opens(struct reading *reading, struct opens *opens)
{
    struct notify *notify = reading->notify;
    bool ok;

    opens->arena = &reading->arena;
    opens->room = notify->book.alert_count + notify->book.item_count;
    opens->item = calloc(opens->room + 1, sizeof(*opens->item));
    opens->notice = calloc(opens->room + 1, sizeof(*opens->notice));
    ok = opens->item && opens->notice;
    for (const struct standing_alert *alert = notify->book.alert; alert && ok; alert = alert->next)
        ok = alert->over || add_open(opens, alert->body);
    if (!ok)
        return err_set(reading->err, "out of memory");
    if (outbox_each_delivery(notify->outbox, false, add_waiting, opens, reading->err))
        return true;
    return reading->err->text[0] ? false : err_set(reading->err, "out of memory");
}

static bool take_of_board(void *arg, const struct notice *notice)
{
    struct reading *reading = arg;

    return notify_take(reading->notify, notice, NULL, 0, reading->together, reading->err);
}

static bool keep_place(struct reading *reading, const char *place)
{
    const struct outbox_step step = {.place = place, .number = reading->number};

    return outbox_commit(reading->notify->outbox, &step, reading->err);
}

static bool take_board(struct reading *reading, const char *place)
{
    struct notice_source source = source_of(reading);
    struct opens opens = {.count = 0};
    bool ok = reading->notify->only || find_opens(reading, &opens);

    if (ok && !notices_of_board(&source, reading->number, opens.item, opens.count, take_of_board, reading))
        ok = reading->err->text[0] ? false : err_set(reading->err, "out of memory");
    free(opens.item);
    free(opens.notice);
    return ok && keep_place(reading, place);
}

/* --- the log --------------------------------------------------------------------------------------------------
 */

/* A round records before it publishes. */
static bool is_published(struct reading *reading, int64_t at)
{
    const struct snapshot *snapshot = latest_snapshot(reading->notify->latest);

    return (snapshot && snapshot_board(snapshot)->made_at >= at) ||
           notify_wall(reading->notify) / 1000 - at > UNPUBLISHED_MAX_S;
}

static bool take_row(void *arg, const struct store_alert *row)
{
    struct reading *reading = arg;
    struct notice_source source = source_of(reading);
    struct notice notice;
    struct alert alert;
    bool ok;

    reading->number = row->number;
    if (!read_alert(row, &alert)) {
        log_warning("notify", "alert %lld is of another release and is passed over", (long long)row->number);
        return true;
    }
    if (row->summary) {
        reading->later = !is_published(reading, row->at);
        return !reading->later && (!latest_snapshot(reading->notify->latest) || take_board(reading, PLACE));
    }
    ok = notice_of_alert(&source, row->number, &alert, &notice) || err_set(reading->err, "out of memory");
    return ok && notify_take(reading->notify, &notice, PLACE, row->number, false, reading->err);
}

static bool has_agent_receivers(const struct config *config)
{
    for (size_t i = 0; i < config->notify_count; i++)
        if (config->notify[i].usable && !config->notify[i].from_engine)
            return true;
    return false;
}

/* Zero `most`: only how long it is. */
static bool read_rows(struct reading *reading, int64_t after, size_t most, int64_t *last, int64_t *pending)
{
    struct err err = {""};

    if (alert_log_read(reading->notify->config, after, most, take_row, reading, last, pending, &err) ||
        reading->later)
        return true;
    if (reading->err->text[0])
        return false;
    return err_set(reading->err, "%s", err.text[0] ? err.text : "out of memory");
}

/* A long first round publishes in parts, so that what it finds in the later ones looks like news: all of it is the
 * beginning. It ends when every token was asked, but one that can't be is not waited for. */
static bool has_ended_a_round(const struct notify *notify)
{
    const struct snapshot *snapshot = latest_snapshot(notify->latest);

    return snapshot &&
           (snapshot_oldest_attempt(snapshot) > 0 || notify_mono(notify) - notify->began_ms > FIRST_ROUND_MAX_MS);
}

/* What was told before there were receivers is not for them. */
static bool begin(struct reading *reading)
{
    int64_t pending;

    if (!has_agent_receivers(reading->notify->config) || !has_ended_a_round(reading->notify))
        return true;
    return read_rows(reading, INT64_MAX, 0, &reading->number, &pending) && keep_place(reading, PLACE);
}

static bool read_log(struct reading *reading, int64_t place)
{
    int64_t last = 0, pending = 0;

    if (!read_rows(reading, place, ALERTS_AT_ONCE, &last, &pending))
        return false;
    if (pending > ALERTS_AT_ONCE)
        reading->later = true;
    if (last < place) {
        log_warning("notify", "the store was made anew: what is wrong now is compared with what is open");
        reading->number = last;
        return !latest_snapshot(reading->notify->latest) || take_board(reading, PLACE);
    }
    return true;
}

/* But what is wrong now is, for each that was never told anything. */
static bool begin_section(struct reading *reading, const struct config_notify *section, int64_t place)
{
    struct arena arena = {0};
    const char *name = arena_printf(&arena, "%s/%s %s", PLACE, section->name, section->url);
    int64_t number;
    bool known = true, ok = outbox_place(reading->notify->outbox, name, &number, &known, reading->err);

    if (ok && !known) {
        reading->number = place;
        reading->together = true;
        reading->notify->only = section;
        ok = take_board(reading, name);
        reading->notify->only = NULL;
        reading->together = false;
    }
    arena_free(&arena);
    return ok;
}

static bool begin_sections(struct reading *reading, int64_t place)
{
    const struct config *config = reading->notify->config;
    bool ok = true;

    for (size_t i = 0; ok && i < config->notify_count && latest_snapshot(reading->notify->latest); i++)
        if (config->notify[i].usable && !config->notify[i].from_engine)
            ok = begin_section(reading, &config->notify[i], place);
    return ok;
}

/* Whether somebody wrote to the store since it was read. */
static bool has_changed(struct notify *notify)
{
    static const char *const SUFFIX[] = {"", "-wal"};
    bool changed = notify_mono(notify) >= notify->log_ms;

    for (size_t i = 0; i < TTA_LEN(SUFFIX); i++) {
        struct file_stamp stamp = {0};
        struct buf path;

        buf_init(&path, 2 * NOTIFY_IDENTITY_MAX);
        if (buf_printf(&path, "%s%s", notify->config->store_path, SUFFIX[i]))
            (void)file_stamp_of(buf_text(&path), &stamp, NULL); /* zeroed where there is none */
        buf_free(&path);
        changed = changed || !file_stamp_equal(&stamp, &notify->log_stamp[i]);
        notify->log_stamp[i] = stamp;
    }
    return changed;
}

bool notify_look_at_log(struct notify *notify, struct err *err)
{
    struct reading reading = {.notify = notify, .err = err};
    int64_t place;
    bool known, ok;

    if (!has_changed(notify))
        return true;
    notify->log_ms = notify_mono(notify) + READ_MS;
    ok = outbox_place(notify->outbox, PLACE, &place, &known, err) && (known || begin(&reading));
    ok = ok && outbox_place(notify->outbox, PLACE, &place, &known, err) &&
         (!known || (begin_sections(&reading, place) && read_log(&reading, place)));
    if (reading.later || !ok)
        notify->log_ms = 0;
    arena_free(&reading.arena);
    return ok;
}
