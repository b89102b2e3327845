/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes what came of a merge to the store: verdicts, events, and the alerts that are to be told. */
#include "core/alert.h"
#include "core/judgement.h"
#include "probe/recall.h"

#include <stdlib.h>

/* The rows of one transaction, and what they borrow from. */
struct record {
    struct store_verdict *verdict;
    struct store_event *event;
    struct store_told *told;
    struct store_alert *alert;
    struct told *before;
    size_t before_count, before_room;
    bool begun; /* it is not the first board */
    struct arena arena;
};

static void record_free(struct record *record)
{
    free(record->verdict);
    free(record->event);
    free(record->told);
    free(record->alert);
    free(record->before);
    arena_free(&record->arena);
}

static void fill_changes(const struct merged *merged, int64_t now, struct record *record)
{
    for (size_t i = 0; i < merged->change_count; i++) {
        const struct change *change = &merged->change[i];
        const struct verdict *verdict = change->verdict;

        record->verdict[i] = (struct store_verdict){
            .kind = scope_name(change->kind),
            .app = change->app,
            .id = change->id,
            .state = state_name(verdict->state),
            .cause = cause_name(verdict->cause),
            .since = verdict->since,
            .first_ok = change->first_ok,
            .first_seen = change->first_seen,
        };
        record->event[i] = (struct store_event){
            .at = now,
            .kind = scope_name(change->kind),
            .app = change->app,
            .object = change->id,
            .name = change->name,
            .state = state_name(verdict->state),
            .old_state = change->past ? state_name(change->past->state) : "",
            .cause = cause_name(verdict->cause),
            .old_cause = change->past ? cause_name(change->past->cause) : "",
            .has_code = verdict->has_code,
            .code = verdict->code,
            .message = verdict->message,
            .request_id = verdict->request_id,
            .root_kind = scope_name(verdict->root_kind),
            .root_id = verdict->root_id,
            .note = change->past ? "" : "baseline",
        };
    }
    for (size_t i = 0; i < merged->gone_count; i++)
        record->verdict[merged->change_count + i] = (struct store_verdict){
            .kind = scope_name(merged->gone[i]->kind),
            .app = merged->gone[i]->app,
            .id = merged->gone[i]->id,
            .state = NULL,
            .cause = "",
        };
}

/* --- alerts -------------------------------------------------------------------------------------------------- */

static bool read_told(void *arg, const struct store_told *row)
{
    struct record *record = arg;
    struct told told = {.at = row->at, .alone = row->alone, .unheard = row->unheard};

    /* Words of another release: told anew. */
    if (!scope_from_name(row->kind, &told.kind) || !state_from_name(row->state, &told.state) ||
        !cause_from_name(row->cause, &told.cause) || !state_from_name(row->seen_state, &told.seen_state) ||
        !cause_from_name(row->seen_cause, &told.seen_cause))
        return true;
    if (record->before_count == record->before_room) {
        size_t room = record->before_room ? 2 * record->before_room : 64;
        struct told *grown = reallocarray(record->before, room, sizeof(*grown));

        if (!grown)
            return false;
        record->before = grown;
        record->before_room = room;
    }
    told.app = arena_dup(&record->arena, row->app);
    told.id = arena_dup(&record->arena, row->id);
    told.name = arena_dup(&record->arena, row->name);
    told.owner = arena_dup(&record->arena, row->owner);
    told.client = arena_dup(&record->arena, row->client);
    record->before[record->before_count++] = told;
    return !record->arena.failed;
}

static int told_sort(const void *a, const void *b)
{
    return told_order(a, b);
}

static bool read_all_told(struct store *store, struct record *record, struct err *err)
{
    err_clear(err);
    if (!store_alerts_begun(store, &record->begun, err) || !store_each_told(store, read_told, record, err)) {
        if (!err->text[0])
            err_set(err, "out of memory");
        return false;
    }
    if (record->before_count > 0)
        qsort(record->before, record->before_count, sizeof(*record->before), told_sort);
    return true;
}

/* NULL with *err. */
static struct alerts *find_alerts(struct store *store, const struct config *config, const struct merged *merged,
                                  int64_t now, struct record *record, struct err *err)
{
    struct verdict api = merged->api;
    struct alerts *alerts;

    if (!read_all_told(store, record, err))
        return NULL;
    if (api.verified_at)
        verdict_of_quiet_api(&api, now - api.verified_at);
    alerts = alerts_find(&(struct alert_input){
        .config = config,
        .board = &merged->board,
        .api = &api,
        .told = record->before,
        .told_count = record->before_count,
        .baseline = !record->begun,
        .now = now,
    });
    if (!alerts)
        err_set(err, "out of memory");
    return alerts;
}

static struct store_told stored_told(const struct told *told, bool drop)
{
    return (struct store_told){
        .kind = scope_name(told->kind),
        .app = told->app,
        .id = told->id,
        .name = told->name,
        .owner = told->owner,
        .client = told->client,
        .state = drop ? NULL : state_name(told->state),
        .cause = cause_name(told->cause),
        .at = told->at,
        .alone = told->alone,
        .seen_state = state_name(told->seen_state),
        .seen_cause = cause_name(told->seen_cause),
        .unheard = told->unheard,
    };
}

static struct store_alert stored_alert(const struct alert *alert)
{
    return (struct store_alert){
        .at = alert->at,
        .summary = alert->summary,
        .kind = scope_name(alert->kind),
        .app = alert->app,
        .object = alert->id,
        .name = alert->name,
        .owner = alert->owner,
        .client = alert->client,
        .state = state_name(alert->state),
        .old_state = state_name(alert->old_state),
        .cause = cause_name(alert->cause),
        .old_cause = cause_name(alert->old_cause),
        .has_code = alert->has_code,
        .code = alert->code,
        .message = alert->message,
        .request_id = alert->request_id,
        .urgency = urgency_name(alert->urgency),
        .actor = actor_name(alert->actor),
        .action = alert->action,
        .fix = alert->fix,
        .reauth_url = alert->reauth_url,
        .members = alert->members,
        .since = alert->since,
        .changes = alert->changes,
        .suppressed = alert->suppressed,
        .note = alert->note,
    };
}

static bool fill_alerts(const struct alerts *alerts, struct record *record)
{
    record->told = calloc(alerts->put_count + alerts->drop_count + 1, sizeof(*record->told));
    record->alert = calloc(alerts->alert_count + 1, sizeof(*record->alert));
    if (!record->told || !record->alert)
        return false;
    for (size_t i = 0; i < alerts->put_count; i++)
        record->told[i] = stored_told(&alerts->put[i], false);
    for (size_t i = 0; i < alerts->drop_count; i++)
        record->told[alerts->put_count + i] = stored_told(&alerts->drop[i], true);
    for (size_t i = 0; i < alerts->alert_count; i++)
        record->alert[i] = stored_alert(&alerts->alert[i]);
    return true;
}

static bool commit(struct store *store, const struct merged *merged, const struct alerts *alerts, int64_t now,
                   struct record *record, struct err *err)
{
    struct store_board board = {
        .verdict_count = merged->change_count + merged->gone_count,
        .event_count = merged->change_count,
        .told_count = alerts ? alerts->put_count + alerts->drop_count : 0,
        .alert_count = alerts ? alerts->alert_count : 0,
        .told_compared = alerts != NULL,
    };

    record->verdict = calloc(board.verdict_count + 1, sizeof(*record->verdict));
    record->event = calloc(board.event_count + 1, sizeof(*record->event));
    if (!record->verdict || !record->event || (alerts && !fill_alerts(alerts, record))) {
        store_abandon_board(store);
        return err_set(err, "out of memory");
    }
    fill_changes(merged, now, record);
    board.verdicts = record->verdict;
    board.events = record->event;
    board.told = record->told;
    board.alerts = record->alert;
    return store_commit_board(store, &board, err);
}

bool recall_record(struct store *store, const struct config *config, const struct merged *merged, bool last,
                   int64_t now, struct err *err)
{
    struct record record = {0};
    struct alerts *alerts = NULL;
    bool ok;

    if (!last && merged->change_count + merged->gone_count == 0)
        return true;
    if (!store_begin_board(store, err))
        return false;
    if (last)
        alerts = find_alerts(store, config, merged, now, &record, err);
    ok = !last || alerts;
    if (ok)
        ok = commit(store, merged, alerts, now, &record, err);
    else
        store_abandon_board(store);
    alerts_free(alerts);
    record_free(&record);
    return ok;
}

bool recall_record_api(struct store *store, const struct config *config, const struct verdict *api,
                       const struct fault *fault, int64_t now, struct err *err)
{
    static const struct merged nothing = {.change = NULL};
    const struct board board = {.api = *api, .api_fault = *fault};
    struct record record = {0};
    struct alerts *alerts = NULL;
    size_t i = 0;
    bool ok;

    if (!store_begin_board(store, err))
        return false;
    ok = read_all_told(store, &record, err);
    while (i < record.before_count && record.before[i].kind != SCOPE_API)
        i++;
    if (ok && record.begun) {
        alerts = alerts_find(&(struct alert_input){
            .config = config,
            .board = &board,
            .api = api,
            .told = record.before + i,
            .told_count = i < record.before_count,
            .now = now,
        });
        ok = alerts || err_set(err, "out of memory");
    }
    if (alerts)
        ok = commit(store, &nothing, alerts, now, &record, err);
    else
        store_abandon_board(store); /* no round has ended yet: the first one makes the baseline */
    alerts_free(alerts);
    record_free(&record);
    return ok;
}
