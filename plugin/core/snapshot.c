/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads the bytes of a snapshot: every index, offset and word is checked where it is used, for the file may be
 * damaged or hostile. */
#include "core/snapshot.h"

#include "core/snapshot_format.h"

#include <stdlib.h>
#include <string.h>

const uint32_t snapshot_row_size[SECTION_COUNT] = {
    [SECTION_APP] = sizeof(struct row_app),
    [SECTION_TOKEN] = sizeof(struct row_token),
    [SECTION_ADVERTISER] = sizeof(struct row_advertiser),
    [SECTION_ROOT] = sizeof(struct row_root),
    [SECTION_PROBLEM] = sizeof(uint32_t),
    [SECTION_INPUT] = sizeof(struct row_input),
    [SECTION_COMPLAINT] = sizeof(struct row_complaint),
    [SECTION_APP_BY_NAME] = sizeof(uint32_t),
    [SECTION_TOKEN_BY_NAME] = sizeof(uint32_t),
};

struct snapshot {
    const char *section[SECTION_COUNT];
    uint32_t count[SECTION_COUNT];
    const char *pool;
    uint32_t pool_length;
    int64_t oldest_attempt;
    struct board board;
};

/* Copied out of the bytes, which need not be aligned. False: no such row. */
static bool read_row(const struct snapshot *s, enum section section, uint32_t index, void *row)
{
    size_t size = snapshot_row_size[section];

    if (index >= s->count[section])
        return false;
    memcpy(row, s->section[section] + index * size, size);
    return true;
}

/* The pool ends in a NUL, so an offset inside it is a string. */
static bool read_text(const struct snapshot *s, uint32_t offset, const char **out)
{
    if (offset >= s->pool_length)
        return false;
    *out = s->pool + offset;
    return true;
}

static bool state_known(uint8_t state)
{
    return state <= STATE_UNKNOWN;
}

static bool urgency_known(uint8_t urgency)
{
    return urgency <= URGENCY_HIGH;
}

static bool actor_known(uint8_t actor)
{
    return actor <= ACTOR_TIKTOK && actor != ACTOR_GRANTOR;
}

static bool scope_known(uint8_t scope)
{
    return scope <= SCOPE_CONNECT;
}

static bool read_verdict(const struct snapshot *s, const struct row_verdict *row, struct verdict *out)
{
    if (row->cause >= CAUSE_COUNT || !state_known(row->state) || !urgency_known(row->urgency) ||
        !actor_known(row->actor) || !scope_known(row->root_kind))
        return false;
    *out = (struct verdict){
        .cause = (enum cause)row->cause,
        .state = (enum state)row->state,
        .urgency = (enum urgency)row->urgency,
        .actor = (enum actor)row->actor,
        .has_code = row->has_code != 0,
        .code = row->code,
        .root_kind = (enum scope)row->root_kind,
        .since = row->since,
        .last_ok = row->last_ok,
        .verified_at = row->verified_at,
    };
    return read_text(s, row->message, &out->message) && read_text(s, row->request_id, &out->request_id) &&
           read_text(s, row->endpoint, &out->endpoint) && read_text(s, row->root_id, &out->root_id);
}

static bool read_fault(const struct snapshot *s, const struct row_fault *row, struct fault *out)
{
    if (row->cause >= CAUSE_COUNT || !scope_known(row->scope))
        return false;
    *out = (struct fault){
        .cause = (enum cause)row->cause,
        .scope = (enum scope)row->scope,
        .has_code = row->has_code != 0,
        .code = row->code,
        .http_status = row->http_status,
    };
    return read_text(s, row->message, &out->message) && read_text(s, row->request_id, &out->request_id);
}

static struct counts read_counts(const struct row_counts *row)
{
    return (struct counts){
        .state = {row->state[0], row->state[1], row->state[2], row->state[3]},
        .unauthorized = row->unauthorized,
    };
}

/* Where the sections lie follows from their counts; together with the pool they must fill the bytes. */
static bool find_sections(struct snapshot *s, const char *bytes, size_t len, const struct row_header *header)
{
    uint64_t at = sizeof(*header);

    for (size_t i = 0; i < SECTION_COUNT; i++) {
        s->count[i] = header->count[i];
        s->section[i] = bytes + at;
        /* At most 9 * 2^32 * 168 in all: no overflow. */
        at += snapshot_section_size((enum section)i, header->count[i]);
        if (at > len)
            return false;
    }
    s->pool = bytes + at;
    s->pool_length = header->pool_length;
    return header->pool_length > 0 && header->pool_length == len - at && s->pool[header->pool_length - 1] == '\0';
}

static bool read_header(struct snapshot *s, const struct row_header *header)
{
    s->oldest_attempt = header->oldest_attempt;
    s->board = (struct board){
        .made_at = header->made_at,
        .interval_s = header->interval_s,
        .real_interval_s = header->real_interval_s,
        .stale_after_s = header->stale_after_s,
        .by_service = header->by_service != 0,
        .members = read_counts(&header->members),
        .oldest = header->oldest,
        .app_count = header->count[SECTION_APP],
        .token_count = header->count[SECTION_TOKEN],
        .advertiser_count = header->count[SECTION_ADVERTISER],
        .root_count = header->count[SECTION_ROOT],
        .problem_count = header->count[SECTION_PROBLEM],
        .input_count = header->count[SECTION_INPUT],
        .complaint_count = header->count[SECTION_COMPLAINT],
    };
    return header->count[SECTION_APP_BY_NAME] == header->count[SECTION_APP] &&
           header->count[SECTION_TOKEN_BY_NAME] == header->count[SECTION_TOKEN] &&
           read_verdict(s, &header->api, &s->board.api) &&
           read_fault(s, &header->api_fault, &s->board.api_fault) &&
           read_text(s, header->store_fault, &s->board.store_fault) &&
           read_text(s, header->version_text, &s->board.version);
}

static bool check_start(const struct row_header *header, size_t len, struct err *err)
{
    if (memcmp(header->magic, SNAPSHOT_MAGIC, sizeof(header->magic)) != 0)
        return err_set(err, "not a snapshot");
    if (header->order != SNAPSHOT_ORDER)
        return err_set(err, "written on a host of another byte order");
    if (header->version != SNAPSHOT_VERSION)
        return err_set(err, "snapshot version %u, this program reads version %d: upgrade both programs together",
                       header->version, SNAPSHOT_VERSION);
    if (header->length > len)
        return err_set(err, "cut short");
    if (header->length < len)
        return err_set(err, "bytes behind its end");
    return true;
}

struct snapshot *snapshot_open(const void *bytes, size_t len, struct err *err)
{
    struct row_header header;
    struct snapshot *s;

    if (len < sizeof(header)) {
        err_set(err, len == 0 ? "empty" : "cut short");
        return NULL;
    }
    memcpy(&header, bytes, sizeof(header));
    if (!check_start(&header, len, err))
        return NULL;
    s = malloc(sizeof(*s));
    if (!s) {
        err_set(err, "out of memory");
        return NULL;
    }
    if (find_sections(s, bytes, len, &header) && read_header(s, &header))
        return s;
    err_set(err, "damaged");
    free(s);
    return NULL;
}

void snapshot_close(struct snapshot *snapshot)
{
    free(snapshot);
}

const struct board *snapshot_board(const struct snapshot *snapshot)
{
    return &snapshot->board;
}

int64_t snapshot_oldest_attempt(const struct snapshot *snapshot)
{
    return snapshot->oldest_attempt;
}

bool snapshot_app(const struct snapshot *s, uint32_t index, struct board_app *out)
{
    struct row_app row;

    if (!read_row(s, SECTION_APP, index, &row) || !read_verdict(s, &row.verdict, &out->verdict) ||
        !read_fault(s, &row.fault, &out->fault))
        return false;
    out->members = read_counts(&row.members);
    out->oldest = row.oldest;
    return read_text(s, row.name, &out->name) && read_text(s, row.app_id, &out->app_id) &&
           read_text(s, row.reauth_url, &out->reauth_url);
}

bool snapshot_token(const struct snapshot *s, uint32_t index, struct board_token *out)
{
    struct row_token row;

    if (!read_row(s, SECTION_TOKEN, index, &row) || row.app >= s->count[SECTION_APP] ||
        row.granted_by > GRANTED_BY_US || !read_verdict(s, &row.verdict, &out->verdict) ||
        !read_fault(s, &row.fault, &out->fault))
        return false;
    out->app = row.app;
    out->granted_by = (enum grantor)row.granted_by;
    out->members = read_counts(&row.members);
    out->oldest = row.oldest;
    out->began = row.began;
    out->ended = row.ended;
    out->not_before = row.not_before;
    out->mass_since = row.mass_since;
    return read_text(s, row.name, &out->name) && read_text(s, row.login, &out->login) &&
           read_text(s, row.note, &out->note) && read_text(s, row.link, &out->link);
}

bool snapshot_advertiser(const struct snapshot *s, uint32_t index, struct board_advertiser *out)
{
    struct row_advertiser row;

    if (!read_row(s, SECTION_ADVERTISER, index, &row) || row.app >= s->count[SECTION_APP] ||
        row.token >= s->count[SECTION_TOKEN] || !read_verdict(s, &row.verdict, &out->verdict) ||
        !read_fault(s, &row.fault, &out->fault))
        return false;
    out->app = row.app;
    out->token = row.token;
    out->held = row.held != 0;
    return read_text(s, row.id, &out->id) && read_text(s, row.name, &out->name) &&
           read_text(s, row.owner, &out->owner) && read_text(s, row.client, &out->client) &&
           read_text(s, row.tokens, &out->tokens) && read_text(s, row.link, &out->link);
}

bool snapshot_root(const struct snapshot *s, uint32_t index, struct board_root *out)
{
    struct row_root row;

    if (!read_row(s, SECTION_ROOT, index, &row) || !scope_known(row.kind) || !state_known(row.state) ||
        row.cause >= CAUSE_COUNT || !urgency_known(row.urgency) || !actor_known(row.actor))
        return false;
    out->kind = (enum scope)row.kind;
    out->state = (enum state)row.state;
    out->cause = (enum cause)row.cause;
    out->urgency = (enum urgency)row.urgency;
    out->actor = (enum actor)row.actor;
    out->since = row.since;
    out->members = row.members;
    return read_text(s, row.app, &out->app) && read_text(s, row.id, &out->id);
}

bool snapshot_problem(const struct snapshot *s, uint32_t index, struct board_advertiser *out)
{
    uint32_t advertiser;

    return read_row(s, SECTION_PROBLEM, index, &advertiser) && snapshot_advertiser(s, advertiser, out);
}

bool snapshot_input(const struct snapshot *s, uint32_t index, struct board_input *out)
{
    struct row_input row;

    if (!read_row(s, SECTION_INPUT, index, &row))
        return false;
    out->stamp = (struct file_stamp){.inode = row.inode, .size = row.size, .mtime_ns = row.mtime_ns};
    return read_text(s, row.path, &out->path);
}

bool snapshot_complaint(const struct snapshot *s, uint32_t index, struct board_complaint *out)
{
    struct row_complaint row;

    if (!read_row(s, SECTION_COMPLAINT, index, &row))
        return false;
    out->subject = row.subject;
    return read_text(s, row.name, &out->name) && read_text(s, row.text, &out->text);
}

void snapshot_app_members(const struct snapshot *s, uint32_t app, uint32_t *first, uint32_t *count)
{
    struct row_app row;
    uint32_t all = s->count[SECTION_ADVERTISER];

    *first = 0;
    *count = 0;
    if (read_row(s, SECTION_APP, app, &row) && row.first <= all && row.count <= all - row.first) {
        *first = row.first;
        *count = row.count;
    }
}

/* Fetches the name that place `at` of an order stands for; false: damaged. */
typedef bool name_at_fn(const struct snapshot *s, uint32_t at, const char **name, uint32_t *index);

static bool app_name_at(const struct snapshot *s, uint32_t at, const char **name, uint32_t *index)
{
    struct row_app row;

    return read_row(s, SECTION_APP_BY_NAME, at, index) && read_row(s, SECTION_APP, *index, &row) &&
           read_text(s, row.name, name);
}

static bool token_name_at(const struct snapshot *s, uint32_t at, const char **name, uint32_t *index)
{
    struct row_token row;

    return read_row(s, SECTION_TOKEN_BY_NAME, at, index) && read_row(s, SECTION_TOKEN, *index, &row) &&
           read_text(s, row.name, name);
}

static bool find_name(const struct snapshot *s, uint32_t count, name_at_fn *name_at, const char *wanted,
                      uint32_t *index)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *name;
        int order;

        if (!name_at(s, middle, &name, index))
            return false;
        order = strcmp(name, wanted);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool snapshot_find_app(const struct snapshot *s, const char *name, struct board_app *out, uint32_t *index)
{
    uint32_t at;

    if (!find_name(s, s->count[SECTION_APP_BY_NAME], app_name_at, name, &at) || !snapshot_app(s, at, out))
        return false;
    if (index)
        *index = at;
    return true;
}

bool snapshot_find_token(const struct snapshot *s, const char *name, struct board_token *out, uint32_t *index)
{
    uint32_t at;

    if (!find_name(s, s->count[SECTION_TOKEN_BY_NAME], token_name_at, name, &at) || !snapshot_token(s, at, out))
        return false;
    if (index)
        *index = at;
    return true;
}

/* Order of an id in a row against the wanted one: shorter first, then as bytes. False: damaged. */
static bool compare_id(const struct snapshot *s, uint32_t index, const char *wanted, size_t wanted_len, int *order)
{
    uint32_t offset;
    const char *id;
    size_t len;

    memcpy(&offset, s->section[SECTION_ADVERTISER] + (size_t)index * sizeof(struct row_advertiser),
           sizeof(offset));
    if (!read_text(s, offset, &id))
        return false;
    len = strnlen(id, wanted_len + 1);
    *order = len != wanted_len ? (len < wanted_len ? -1 : 1) : memcmp(id, wanted, len);
    return true;
}

bool snapshot_find_advertiser(const struct snapshot *s, uint32_t app, const char *id, struct board_advertiser *out,
                              uint32_t *index)
{
    size_t len = strlen(id);
    uint32_t low, high, count;

    snapshot_app_members(s, app, &low, &count);
    high = low + count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order;

        if (!compare_id(s, middle, id, len, &order))
            return false;
        if (order == 0) {
            if (index)
                *index = middle;
            return snapshot_advertiser(s, middle, out) && out->app == app;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
