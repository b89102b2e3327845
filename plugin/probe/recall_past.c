/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Past verdicts and retirements, read from the store, and changes written to it. */
#include "probe/recall.h"

#include <stdlib.h>
#include <string.h>

void recollection_free(struct recollection *recollection)
{
    free(recollection->past);
    free(recollection->retired);
    free(recollection->untaken);
    arena_free(&recollection->arena);
    *recollection = (struct recollection){0};
}

static void *one_more(void **array, size_t *count, size_t *room, size_t size)
{
    if (*count == *room) {
        size_t more = *room ? *room * 2 : 64;
        void *grown = reallocarray(*array, more, size);

        if (!grown)
            return NULL;
        *array = grown;
        *room = more;
    }
    return (char *)*array + (*count)++ * size;
}

static struct past *one_more_past(struct recollection *out)
{
    void *array = out->past;
    void *item = one_more(&array, &out->past_count, &out->past_room, sizeof(*out->past));

    out->past = array;
    return item;
}

static bool read_verdict(void *arg, const struct store_verdict *row)
{
    struct recollection *out = arg;
    struct past *past;
    enum scope kind;
    enum cause cause;
    enum state state;

    /* Words of another release: judged anew, without a past. */
    if (!scope_from_name(row->kind, &kind) || !cause_from_name(row->cause, &cause) ||
        !state_from_name(row->state, &state))
        return true;
    past = one_more_past(out);
    if (!past)
        return false;
    *past = (struct past){
        .kind = kind,
        .app = arena_dup(&out->arena, row->app),
        .id = arena_dup(&out->arena, row->id),
        .state = state,
        .cause = cause,
        .since = row->since,
        .first_ok = row->first_ok,
        .first_seen = row->first_seen,
    };
    return !out->arena.failed;
}

static bool read_retired(void *arg, const char *app, const char *advertiser_id, int64_t at, const char *who)
{
    struct recollection *out = arg;
    void *array = out->retired;
    struct retirement *item = one_more(&array, &out->retired_count, &out->retired_room, sizeof(*out->retired));

    (void)who;
    out->retired = array;
    if (!item)
        return false;
    *item = (struct retirement){
        .app = arena_dup(&out->arena, app),
        .id = arena_dup(&out->arena, advertiser_id),
        .at = at,
    };
    return !out->arena.failed;
}

static bool read_untaken(void *arg, const struct store_handover *row)
{
    struct recollection *out = arg;
    void *array = out->untaken;
    struct untaken *item = one_more(&array, &out->untaken_count, &out->untaken_room, sizeof(*out->untaken));

    out->untaken = array;
    if (!item)
        return false;
    *item = (struct untaken){
        .app = arena_dup(&out->arena, row->app),
        .token = arena_dup(&out->arena, row->token),
        .why = arena_dup(&out->arena, row->why),
        .since = row->since,
    };
    return !out->arena.failed;
}

static int past_sort(const void *a, const void *b)
{
    return past_order(a, b);
}

static int retired_sort(const void *a, const void *b)
{
    const struct retirement *x = a;
    const struct retirement *y = b;
    int order = strcmp(x->app, y->app);

    return order ? order : advertiser_id_order(x->id, y->id);
}

bool recall_past(struct store *store, struct recollection *out, struct err *err)
{
    err_clear(err);
    if (!store_each_verdict(store, read_verdict, out, err) || !store_each_retired(store, read_retired, out, err) ||
        !store_each_handover(store, read_untaken, out, err)) {
        if (!err->text[0])
            err_set(err, "out of memory");
        return false;
    }
    if (out->past_count)
        qsort(out->past, out->past_count, sizeof(*out->past), past_sort);
    if (out->retired_count)
        qsort(out->retired, out->retired_count, sizeof(*out->retired), retired_sort);
    return true;
}

static bool add_past(struct recollection *out, enum scope kind, const char *app, const char *id,
                     const struct verdict *verdict)
{
    struct past *past;

    if (verdict->verified_at == 0)
        return true;
    past = one_more_past(out);
    if (!past)
        return false;
    *past = (struct past){
        .kind = kind,
        .app = arena_dup(&out->arena, app),
        .id = arena_dup(&out->arena, id),
        .state = verdict->state,
        .cause = verdict->cause,
        .since = verdict->since,
        .first_ok = verdict->last_ok,
        .first_seen = verdict->since,
    };
    return !out->arena.failed;
}

bool recall_past_snapshot(const struct snapshot *snapshot, struct recollection *out)
{
    const struct board *board = snapshot ? snapshot_board(snapshot) : NULL;
    bool ok = true;

    if (!board)
        return true;
    ok = add_past(out, SCOPE_API, "", "", &board->api);
    for (uint32_t i = 0; ok && i < board->app_count; i++) {
        struct board_app row;

        if (snapshot_app(snapshot, i, &row))
            ok = add_past(out, SCOPE_APP, row.name, row.name, &row.verdict);
    }
    for (uint32_t i = 0; ok && i < board->token_count; i++) {
        struct board_token row;
        struct board_app app;

        if (snapshot_token(snapshot, i, &row) && snapshot_app(snapshot, row.app, &app))
            ok = add_past(out, SCOPE_TOKEN, app.name, row.name, &row.verdict) &&
                 (row.verdict.cause != CAUSE_NOT_HANDED_OVER ||
                  read_untaken(
                      out, &(struct store_handover){app.name, row.name, row.verdict.since, row.verdict.message}));
    }
    for (uint32_t i = 0; ok && i < board->advertiser_count; i++) {
        struct board_advertiser row;
        struct board_app app;

        if (!snapshot_advertiser(snapshot, i, &row) || !snapshot_app(snapshot, row.app, &app))
            continue;
        ok = add_past(out, SCOPE_ADVERTISER, app.name, row.id, &row.verdict);
        if (ok && row.verdict.cause == CAUSE_RETIRED)
            ok = read_retired(out, app.name, row.id, row.verdict.since, "");
    }
    if (out->past_count)
        qsort(out->past, out->past_count, sizeof(*out->past), past_sort);
    if (out->retired_count)
        qsort(out->retired, out->retired_count, sizeof(*out->retired), retired_sort);
    return ok;
}
