/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes a board as the bytes of a snapshot. */
#include "core/snapshot.h"

#include "core/snapshot_format.h"

#include <stdlib.h>
#include <string.h>

/* The pool of strings while it grows, and a hash table of where each begins. */
struct pool {
    struct buf bytes;
    uint32_t *slot; /* offset of a string; 0 = free, for the empty string at 0 is never looked up here */
    size_t slots;   /* a power of two */
    size_t count;
    bool failed;
};

enum { POOL_SLOTS_FIRST = 1024 };

static bool pool_begin(struct pool *pool)
{
    *pool = (struct pool){.slots = POOL_SLOTS_FIRST};
    buf_init(&pool->bytes, SNAPSHOT_SIZE_MAX);
    pool->slot = calloc(pool->slots, sizeof(*pool->slot));
    pool->failed = !pool->slot || !buf_char(&pool->bytes, '\0');
    return !pool->failed;
}

static void pool_free(struct pool *pool)
{
    free(pool->slot);
    buf_free(&pool->bytes);
}

/* FNV-1a, with its high bits folded in: the table uses the low ones. */
static size_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

/* The slot that holds the string, or the free one where it belongs. */
static uint32_t *pool_slot(const struct pool *pool, uint32_t *slot, size_t slots, const char *text)
{
    size_t at = hash_of(text) & (slots - 1);

    while (slot[at] && strcmp(buf_text(&pool->bytes) + slot[at], text) != 0)
        at = (at + 1) & (slots - 1);
    return &slot[at];
}

static bool pool_widen(struct pool *pool)
{
    size_t slots = pool->slots * 2;
    uint32_t *slot = calloc(slots, sizeof(*slot));

    if (!slot)
        return false;
    for (size_t i = 0; i < pool->slots; i++)
        if (pool->slot[i])
            *pool_slot(pool, slot, slots, buf_text(&pool->bytes) + pool->slot[i]) = pool->slot[i];
    free(pool->slot);
    pool->slot = slot;
    pool->slots = slots;
    return true;
}

/* Where the string lies in the pool; it is added when it is new. */
static uint32_t intern(struct pool *pool, const char *text)
{
    uint32_t *slot;

    if (text[0] == '\0' || pool->failed)
        return 0;
    if (pool->count * 2 >= pool->slots && !pool_widen(pool)) {
        pool->failed = true;
        return 0;
    }
    slot = pool_slot(pool, pool->slot, pool->slots, text);
    if (*slot == 0) {
        uint32_t offset = (uint32_t)buf_len(&pool->bytes);

        if (!buf_add(&pool->bytes, text, strlen(text) + 1)) {
            pool->failed = true;
            return 0;
        }
        *slot = offset;
        pool->count++;
    }
    return *slot;
}

static struct row_verdict verdict_row(struct pool *pool, const struct verdict *v)
{
    return (struct row_verdict){
        .code = v->code,
        .since = v->since,
        .last_ok = v->last_ok,
        .verified_at = v->verified_at,
        .message = intern(pool, v->message),
        .request_id = intern(pool, v->request_id),
        .endpoint = intern(pool, v->endpoint),
        .root_id = intern(pool, v->root_id),
        .cause = (uint8_t)v->cause,
        .state = (uint8_t)v->state,
        .urgency = (uint8_t)v->urgency,
        .actor = (uint8_t)v->actor,
        .has_code = v->has_code,
        .root_kind = (uint8_t)v->root_kind,
    };
}

/* No fault at all is one row of zeroes, whatever lies in the other fields. */
static struct row_fault fault_row(struct pool *pool, const struct fault *f)
{
    if (f->cause == CAUSE_AUTHORIZED)
        return (struct row_fault){.cause = CAUSE_AUTHORIZED};
    return (struct row_fault){
        .code = f->code,
        .http_status = f->http_status,
        .message = intern(pool, f->message),
        .request_id = intern(pool, f->request_id),
        .cause = (uint8_t)f->cause,
        .scope = (uint8_t)f->scope,
        .has_code = f->has_code,
    };
}

static struct row_counts counts_row(const struct counts *c)
{
    return (struct row_counts){
        .state = {c->state[0], c->state[1], c->state[2], c->state[3]},
        .unauthorized = c->unauthorized,
    };
}

struct encoding {
    const struct board *board;
    struct buf *out;
    struct pool pool;
    size_t start; /* of the header in `out` */
    int64_t oldest_attempt;
};

static void pad(struct encoding *e)
{
    size_t over = (buf_len(e->out) - e->start) % SNAPSHOT_ALIGN;

    if (over > 0)
        buf_grow(e->out, SNAPSHOT_ALIGN - over);
}

/* Advertisers are ordered by app name, so each app's lie in one run. */
static bool runs_of_apps(const struct board *board, struct row_app *rows)
{
    uint32_t i = 0;

    while (i < board->advertiser_count) {
        uint32_t app = board->advertiser[i].app, first = i;

        if (app >= board->app_count || rows[app].count > 0)
            return false;
        while (i < board->advertiser_count && board->advertiser[i].app == app)
            i++;
        rows[app].first = first;
        rows[app].count = i - first;
    }
    return true;
}

static bool add_apps(struct encoding *e)
{
    const struct board *board = e->board;
    struct row_app *rows = calloc(board->app_count + 1U, sizeof(*rows));
    bool ok = rows && runs_of_apps(board, rows);

    for (uint32_t i = 0; ok && i < board->app_count; i++) {
        const struct board_app *app = &board->app[i];

        rows[i].verdict = verdict_row(&e->pool, &app->verdict);
        rows[i].fault = fault_row(&e->pool, &app->fault);
        rows[i].members = counts_row(&app->members);
        rows[i].oldest = app->oldest;
        rows[i].name = intern(&e->pool, app->name);
        rows[i].app_id = intern(&e->pool, app->app_id);
        rows[i].reauth_url = intern(&e->pool, app->reauth_url);
        ok = buf_add(e->out, &rows[i], sizeof(rows[i]));
    }
    free(rows);
    pad(e);
    return ok;
}

static bool add_tokens(struct encoding *e)
{
    e->oldest_attempt = INT64_MAX;
    for (uint32_t i = 0; i < e->board->token_count; i++) {
        const struct board_token *token = &e->board->token[i];
        struct row_token row = {
            .verdict = verdict_row(&e->pool, &token->verdict),
            .fault = fault_row(&e->pool, &token->fault),
            .members = counts_row(&token->members),
            .oldest = token->oldest,
            .began = token->began,
            .ended = token->ended,
            .not_before = token->not_before,
            .mass_since = token->mass_since,
            .name = intern(&e->pool, token->name),
            .app = token->app,
            .login = intern(&e->pool, token->login),
            .note = intern(&e->pool, token->note),
            .granted_by = (uint32_t)token->granted_by,
            .link = intern(&e->pool, token->link),
        };
        int64_t attempt;

        if (token->app >= e->board->app_count || !buf_add(e->out, &row, sizeof(row)))
            return false;
        attempt = token->not_before > token->ended ? 0 : token->ended; /* a failed one is to be repeated */
        if (attempt < e->oldest_attempt)
            e->oldest_attempt = attempt;
    }
    pad(e);
    return true;
}

/* Shorter ids first, then as bytes: ids of one length compare as numbers. */
static int compare_ids(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);

    return a_len != b_len ? (a_len < b_len ? -1 : 1) : memcmp(a, b, a_len);
}

static bool add_advertisers(struct encoding *e)
{
    const struct board *board = e->board;

    for (uint32_t i = 0; i < board->advertiser_count; i++) {
        const struct board_advertiser *a = &board->advertiser[i];
        struct row_advertiser row = {
            .id = intern(&e->pool, a->id),
            .app = a->app,
            .token = a->token,
            .name = intern(&e->pool, a->name),
            .owner = intern(&e->pool, a->owner),
            .client = intern(&e->pool, a->client),
            .tokens = intern(&e->pool, a->tokens),
            .held = a->held,
            .link = intern(&e->pool, a->link),
            .verdict = verdict_row(&e->pool, &a->verdict),
            .fault = fault_row(&e->pool, &a->fault),
        };
        if (a->token >= board->token_count ||
            (i > 0 && a[-1].app == a->app && compare_ids(a[-1].id, a->id) >= 0) ||
            !buf_add(e->out, &row, sizeof(row)))
            return false;
    }
    pad(e);
    return true;
}

static bool add_roots(struct encoding *e)
{
    for (uint32_t i = 0; i < e->board->root_count; i++) {
        const struct board_root *root = &e->board->root[i];
        struct row_root row = {
            .since = root->since,
            .app = intern(&e->pool, root->app),
            .id = intern(&e->pool, root->id),
            .members = root->members,
            .kind = (uint8_t)root->kind,
            .state = (uint8_t)root->state,
            .cause = (uint8_t)root->cause,
            .urgency = (uint8_t)root->urgency,
            .actor = (uint8_t)root->actor,
        };
        buf_add(e->out, &row, sizeof(row));
    }
    pad(e);
    return true;
}

static bool add_problems(struct encoding *e)
{
    for (uint32_t i = 0; i < e->board->problem_count; i++) {
        if (e->board->problem[i] >= e->board->advertiser_count)
            return false;
        buf_add(e->out, &e->board->problem[i], sizeof(e->board->problem[i]));
    }
    pad(e);
    return true;
}

static bool add_inputs(struct encoding *e)
{
    for (uint32_t i = 0; i < e->board->input_count; i++) {
        const struct board_input *input = &e->board->input[i];
        struct row_input row = {
            .inode = input->stamp.inode,
            .size = input->stamp.size,
            .mtime_ns = input->stamp.mtime_ns,
            .path = intern(&e->pool, input->path),
        };
        buf_add(e->out, &row, sizeof(row));
    }
    pad(e);
    return true;
}

static bool add_complaints(struct encoding *e)
{
    for (uint32_t i = 0; i < e->board->complaint_count; i++) {
        const struct board_complaint *complaint = &e->board->complaint[i];
        struct row_complaint row = {
            .subject = complaint->subject,
            .name = intern(&e->pool, complaint->name),
            .text = intern(&e->pool, complaint->text),
        };
        buf_add(e->out, &row, sizeof(row));
    }
    pad(e);
    return true;
}

struct named {
    const char *name;
    uint32_t index;
};

static int compare_named(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

/* The indices 0 to count - 1 in the order of their names, which are all different. */
static bool add_order(struct encoding *e, struct named *named, uint32_t count)
{
    bool ok = true;

    qsort(named, count, sizeof(*named), compare_named);
    for (uint32_t i = 0; ok && i < count; i++)
        ok = (i == 0 || strcmp(named[i - 1].name, named[i].name) != 0) &&
             buf_add(e->out, &named[i].index, sizeof(named[i].index));
    pad(e);
    return ok;
}

static bool add_names(struct encoding *e)
{
    const struct board *board = e->board;
    uint32_t most = board->app_count > board->token_count ? board->app_count : board->token_count;
    struct named *named = calloc(most + 1U, sizeof(*named));
    bool ok = named != NULL;

    for (uint32_t i = 0; ok && i < board->app_count; i++)
        named[i] = (struct named){board->app[i].name, i};
    ok = ok && add_order(e, named, board->app_count);
    for (uint32_t i = 0; ok && i < board->token_count; i++)
        named[i] = (struct named){board->token[i].name, i};
    ok = ok && add_order(e, named, board->token_count);
    free(named);
    return ok;
}

static bool add_all(struct encoding *e)
{
    const struct board *board = e->board;
    struct row_header header = {
        .magic = SNAPSHOT_MAGIC,
        .order = SNAPSHOT_ORDER,
        .version = SNAPSHOT_VERSION,
        .count = {board->app_count, board->token_count, board->advertiser_count, board->root_count,
                  board->problem_count, board->input_count, board->complaint_count, board->app_count,
                  board->token_count},
        .made_at = board->made_at,
        .interval_s = board->interval_s,
        .real_interval_s = board->real_interval_s,
        .stale_after_s = board->stale_after_s,
        .oldest = board->oldest,
        .api = verdict_row(&e->pool, &board->api),
        .api_fault = fault_row(&e->pool, &board->api_fault),
        .members = counts_row(&board->members),
        .store_fault = intern(&e->pool, board->store_fault),
        .version_text = intern(&e->pool, board->version),
        .by_service = board->by_service,
    };
    if (!buf_grow(e->out, sizeof(header)) || !add_apps(e) || !add_tokens(e) || !add_advertisers(e) ||
        !add_roots(e) || !add_problems(e) || !add_inputs(e) || !add_complaints(e) || !add_names(e) ||
        e->pool.failed || !buf_add(e->out, buf_text(&e->pool.bytes), buf_len(&e->pool.bytes)))
        return false;
    header.oldest_attempt = e->oldest_attempt;
    header.pool_length = (uint32_t)buf_len(&e->pool.bytes);
    header.length = buf_len(e->out) - e->start;
    memcpy(e->out->bytes + e->start, &header, sizeof(header));
    return header.length <= SNAPSHOT_SIZE_MAX;
}

bool snapshot_encode(const struct board *board, struct buf *out)
{
    struct encoding e = {.board = board, .out = out, .start = buf_len(out)};
    bool ok = pool_begin(&e.pool) && add_all(&e);

    pool_free(&e.pool);
    return ok || buf_fail(out);
}
