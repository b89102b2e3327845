/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Makes the rows of each table from a snapshot. */
#include "agent/rows.h"

#include <stdlib.h>
#include <string.h>

/* Rows under construction. */
struct making {
    struct rows *rows;
    size_t room;
    size_t oids, oid_room;
    bool failed;
};

static bool grow(void **array, size_t *room, size_t need, size_t size)
{
    size_t more = *room ? 2 * *room : 64;
    void *grown;

    if (need <= *room)
        return true;
    if (more < need)
        more = need;
    grown = reallocarray(*array, more, size);
    if (!grown)
        return false;
    *array = grown;
    *room = more;
    return true;
}

static struct making begin(void)
{
    struct making making = {.rows = calloc(1, sizeof(struct rows))};

    making.failed = !making.rows;
    return making;
}

static void add(struct making *making, const struct mib_oid *index, struct row_ref ref)
{
    void *row = making->failed ? NULL : making->rows->row, *oids = making->failed ? NULL : making->rows->oids;

    if (making->failed)
        return;
    making->failed = !grow(&row, &making->room, making->rows->count + 1, sizeof(struct row)) ||
                     !grow(&oids, &making->oid_room, making->oids + index->len, sizeof(oid));
    making->rows->row = row;
    making->rows->oids = oids;
    if (making->failed)
        return;
    netsnmp_oid_of(index, making->rows->oids + making->oids);
    making->rows->row[making->rows->count++] = (struct row){.index = {.len = index->len}, .ref = ref};
    making->oids += index->len;
}

static int row_order(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return snmp_oid_compare(x->index.oids, x->index.len, y->index.oids, y->index.len);
}

/* The oids have their place now, so indexes can point to them. */
static struct rows *end(struct making *making)
{
    struct rows *rows = making->rows;
    size_t at = 0, kept = 0;
    bool sorted = true;

    if (making->failed) {
        rows_free(rows);
        return NULL;
    }
    for (size_t i = 0; i < rows->count; i++) {
        rows->row[i].index.oids = rows->oids + at;
        at += rows->row[i].index.len;
        sorted = sorted && (i == 0 || row_order(&rows->row[i - 1], &rows->row[i]) < 0);
    }
    if (sorted)
        return rows;
    qsort(rows->row, rows->count, sizeof(*rows->row), row_order);
    for (size_t i = 0; i < rows->count; i++)
        if (kept == 0 || row_order(&rows->row[kept - 1], &rows->row[i]) != 0)
            rows->row[kept++] = rows->row[i];
    rows->count = kept;
    return rows;
}

struct rows *rows_of_apps(const struct snapshot *snapshot)
{
    struct making making = begin();
    struct board_app app;

    for (uint32_t i = 0; snapshot && i < snapshot_board(snapshot)->app_count; i++) {
        struct mib_oid index;

        if (!snapshot_app(snapshot, i, &app))
            continue;
        index = mib_index_app(app.name);
        add(&making, &index, (struct row_ref){.kind = SCOPE_APP, .at = i});
    }
    return end(&making);
}

struct rows *rows_of_tokens(const struct snapshot *snapshot)
{
    struct making making = begin();
    struct board_token token;
    struct board_app app;

    for (uint32_t i = 0; snapshot && i < snapshot_board(snapshot)->token_count; i++) {
        struct mib_oid index;

        if (!snapshot_token(snapshot, i, &token) || !snapshot_app(snapshot, token.app, &app))
            continue;
        index = mib_index_token(app.name, token.name);
        add(&making, &index, (struct row_ref){.kind = SCOPE_TOKEN, .at = i});
    }
    return end(&making);
}

struct rows *rows_of_advertisers(const struct snapshot *snapshot)
{
    struct making making = begin();
    /* In the order of SNMP, in which shorter names come first; the snapshot has them by their letters. */
    struct rows *apps = rows_of_apps(snapshot);

    if (!apps)
        making.failed = true;
    for (size_t a = 0; apps && a < apps->count; a++) {
        struct board_advertiser row;
        struct board_app app;
        uint32_t first, count;

        if (!snapshot_app(snapshot, apps->row[a].ref.at, &app))
            continue;
        snapshot_app_members(snapshot, apps->row[a].ref.at, &first, &count);
        for (uint32_t i = first; i - first < count; i++) {
            struct mib_oid index;

            if (!snapshot_advertiser(snapshot, i, &row))
                continue;
            index = mib_index_advertiser(app.name, row.id);
            add(&making, &index, (struct row_ref){.kind = SCOPE_ADVERTISER, .at = i});
        }
    }
    rows_free(apps);
    return end(&making);
}

/* --- problems -------------------------------------------------------------------------------------------------
 */

static void add_problem(struct making *making, const char *app, const char *id, struct row_ref ref)
{
    struct mib_oid index = mib_index_problem(ref.kind, app, id);

    add(making, &index, ref);
}

/* A client's or an endpoint's root cause speaks through a member: `rows` has these alone, in order. */
static void take_member(struct rows *rows, const char *app, const struct board_advertiser *member, uint32_t at)
{
    struct mib_oid index = mib_index_problem(member->verdict.root_kind, app, member->verdict.root_id);
    oid oids[MIB_OID_MAX];
    struct row key = {.index = {.len = netsnmp_oid_of(&index, oids), .oids = oids}}, *found = NULL;

    if (rows->count > 0)
        found = bsearch(&key, rows->row, rows->count, sizeof(key), row_order);
    if (found && found->ref.member == UINT32_MAX)
        found->ref.member = at;
}

static bool speaks_through_member(enum scope kind)
{
    return kind == SCOPE_CLIENT || kind == SCOPE_ENDPOINT;
}

static void add_roots(struct making *making, const struct snapshot *snapshot)
{
    struct board_root root;

    for (uint32_t i = 0; i < snapshot_board(snapshot)->root_count; i++)
        if (snapshot_root(snapshot, i, &root) && root.kind != SCOPE_API && root.kind != SCOPE_ADVERTISER)
            add_problem(making, root.app, root.id,
                        (struct row_ref){.kind = root.kind, .at = i, .member = UINT32_MAX});
}

struct rows *rows_of_problems(const struct snapshot *snapshot, bool api)
{
    struct making making = begin();
    struct rows *roots;
    uint32_t count = snapshot ? snapshot_board(snapshot)->problem_count : 0;
    struct board_advertiser row;
    struct board_app app;
    uint32_t at;

    if (api)
        add_problem(&making, "", "", (struct row_ref){.kind = SCOPE_API});
    if (snapshot)
        add_roots(&making, snapshot);
    roots = end(&making);
    if (!roots)
        return NULL;
    making = begin();
    for (uint32_t i = 0; i < count; i++) {
        if (!snapshot_problem(snapshot, i, &row) || !snapshot_app(snapshot, row.app, &app) ||
            !snapshot_find_advertiser(snapshot, row.app, row.id, &row, &at))
            continue;
        if (speaks_through_member(row.verdict.root_kind))
            take_member(roots, app.name, &row, at);
        add_problem(&making, app.name, row.id, (struct row_ref){.kind = SCOPE_ADVERTISER, .at = at});
    }
    for (size_t i = 0; i < roots->count; i++) {
        struct mib_oid index = {.len = roots->row[i].index.len};

        for (size_t k = 0; k < index.len; k++)
            index.id[k] = (uint32_t)roots->row[i].index.oids[k];
        add(&making, &index, roots->row[i].ref);
    }
    rows_free(roots);
    return end(&making);
}

struct rows *rows_of_causes(void)
{
    struct making making = begin();

    for (uint32_t cause = 0; cause < CAUSE_COUNT; cause++) {
        struct mib_oid index = mib_index_fix(cause + 1);

        add(&making, &index, (struct row_ref){.at = cause});
    }
    return end(&making);
}

void rows_free(struct rows *rows)
{
    if (!rows)
        return;
    free(rows->row);
    free(rows->oids);
    free(rows);
}
