/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of one token between sweeps: its status, its grants, its endpoints. */
#include "core/memory.h"

#include "base/text.h"
#include "core/backoff.h"

#include <stdlib.h>
#include <string.h>

void said_clear(struct said *said)
{
    free(said->message);
    free(said->request_id);
    *said = (struct said){.cause = CAUSE_AUTHORIZED};
}

bool said_something(const struct said *said)
{
    return said->cause != CAUSE_AUTHORIZED;
}

static bool said_texts(struct said *said, const char *message, const char *request_id)
{
    said->message = text_dup(message);
    said->request_id = text_dup(request_id);
    return (said->message || !message) && (said->request_id || !request_id);
}

bool said_take(struct said *said, const struct answer *answer)
{
    said_clear(said);
    said->cause = answer->finding.cause;
    said->scope = answer->finding.scope;
    said->has_code = answer->has_code;
    said->code = answer->code;
    said->http_status = answer->http_status;
    return said_texts(said, answer->message, answer->request_id);
}

bool said_own(struct said *said, enum cause cause, const char *sentence)
{
    said_clear(said);
    said->cause = cause;
    said->scope = cause_info(cause)->scope;
    return said_texts(said, sentence, NULL);
}

bool said_copy(struct said *to, const struct said *from)
{
    struct said copy = *from;

    said_clear(to);
    *to = copy;
    return said_texts(to, from->message, from->request_id);
}

void memory_init(struct memory *memory)
{
    *memory = (struct memory){.status = TOKEN_NEVER};
}

void memory_free(struct memory *memory)
{
    for (size_t i = 0; i < memory->grant_count; i++) {
        said_clear(&memory->grant[i].said);
        said_clear(&memory->grant[i].fault);
    }
    for (size_t i = 0; i < memory->endpoint_count; i++) {
        said_clear(&memory->endpoint[i].said);
        free(memory->endpoint[i].method);
        free(memory->endpoint[i].path);
    }
    free(memory->grant);
    free(memory->endpoint);
    free(memory->login);
    free(memory->login_mail);
    free(memory->secret_stamp);
    said_clear(&memory->said);
    said_clear(&memory->fault);
    memory_init(memory);
}

int advertiser_id_order(const char *a, const char *b)
{
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);

    if (a_len != b_len)
        return a_len < b_len ? -1 : 1;
    return memcmp(a, b, a_len);
}

static int grant_order(const void *key, const void *item)
{
    return advertiser_id_order(key, ((const struct grant *)item)->id);
}

struct grant *memory_grant(const struct memory *memory, const char *id)
{
    if (memory->grant_count == 0)
        return NULL;
    return bsearch(id, memory->grant, memory->grant_count, sizeof(*memory->grant), grant_order);
}

/* Room for one more item of `size` bytes in an array; NULL: out of memory, the array stands. */
static void *array_room(void *array, size_t count, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 16;
    void *grown;

    if (count < *room)
        return array;
    grown = reallocarray(array, more, size);
    if (grown)
        *room = more;
    return grown;
}

struct grant *memory_add_grant(struct memory *memory, const char *id)
{
    struct grant *grown;
    size_t len = strlen(id);

    if (len == 0 || len > ADVERTISER_ID_MAX)
        return NULL;
    if (memory->grant_count && advertiser_id_order(memory->grant[memory->grant_count - 1].id, id) >= 0)
        return NULL;
    grown = array_room(memory->grant, memory->grant_count, &memory->grant_room, sizeof(*grown));
    if (!grown)
        return NULL;
    memory->grant = grown;
    grown = &memory->grant[memory->grant_count++];
    *grown = (struct grant){.status = GRANT_UNSEEN};
    memcpy(grown->id, id, len + 1);
    return grown;
}

bool memory_expect(struct memory *memory, const char *const *ids, size_t count)
{
    size_t missing = 0;
    size_t room;
    struct grant *merged;
    size_t old = 0;
    size_t out = 0;

    for (size_t i = 0; i < count; i++)
        if (!memory_grant(memory, ids[i]))
            missing++;
    if (missing == 0)
        return true;
    room = memory->grant_count + missing;
    merged = calloc(room, sizeof(*merged));
    if (!merged)
        return false;
    for (size_t i = 0; i < count; i++) {
        while (old < memory->grant_count && advertiser_id_order(memory->grant[old].id, ids[i]) < 0)
            merged[out++] = memory->grant[old++];
        if (old < memory->grant_count && strcmp(memory->grant[old].id, ids[i]) == 0) {
            merged[out++] = memory->grant[old++];
            continue;
        }
        merged[out].status = GRANT_UNSEEN;
        memcpy(merged[out++].id, ids[i], strnlen(ids[i], ADVERTISER_ID_MAX) + 1);
    }
    while (old < memory->grant_count)
        merged[out++] = memory->grant[old++];
    free(memory->grant);
    memory->grant = merged;
    memory->grant_count = out;
    memory->grant_room = room;
    return true;
}

struct endpoint *memory_endpoint(struct memory *memory, const char *method, const char *path)
{
    struct endpoint *grown;

    for (size_t i = 0; i < memory->endpoint_count; i++)
        if (strcmp(memory->endpoint[i].method, method) == 0 && strcmp(memory->endpoint[i].path, path) == 0)
            return &memory->endpoint[i];
    grown = array_room(memory->endpoint, memory->endpoint_count, &memory->endpoint_room, sizeof(*grown));
    if (!grown)
        return NULL;
    memory->endpoint = grown;
    grown = &memory->endpoint[memory->endpoint_count];
    *grown = (struct endpoint){.method = text_dup(method), .path = text_dup(path)};
    if (!grown->method || !grown->path) {
        free(grown->method);
        free(grown->path);
        return NULL;
    }
    memory->endpoint_count++;
    return grown;
}

int64_t grant_verified_at(const struct memory *memory, const struct grant *grant)
{
    int64_t by_token = 0;

    if (grant->status == GRANT_UNSEEN)
        return 0;
    if (grant->missing_since == 0) {
        bool by_list = grant->status == GRANT_COVERED || !grant->by_info;
        bool by_pass = (grant->status == GRANT_COVERED || grant->by_info) && !said_something(&grant->fault);

        if (by_list)
            by_token = memory->list_at;
        if (by_pass && memory->account_at > by_token)
            by_token = memory->account_at;
    }
    return grant->verified_at > by_token ? grant->verified_at : by_token;
}

int64_t memory_not_before(const struct memory *memory, int64_t interval_s, const char *secret_stamp)
{
    bool died = memory->began_ms > memory->ended_ms; /* asked by nobody else: a lock guards those under way */
    int64_t failures = memory->failures + (died ? 1 : 0);
    int64_t end_ms = died ? memory->began_ms : memory->ended_ms;
    int64_t end = (end_ms + 999) / 1000;
    int64_t least = end + backoff_attempt_s(1, interval_s);
    /* Whoever asks once an interval is not made to skip a turn. */
    int64_t next = memory->began_ms / 1000 + interval_s;
    int64_t until = end + backoff_attempt_s(failures, interval_s);
    const char *then = memory->secret_stamp ? memory->secret_stamp : "";

    if (failures == 0 || (secret_stamp && secret_stamp[0] && strcmp(secret_stamp, then) != 0))
        return 0;
    if (next < until)
        until = next > least ? next : least;
    return until;
}

void grant_cover(struct grant *grant, enum cause account, int64_t now)
{
    bool same = grant->status == GRANT_COVERED && grant->said.cause == account;

    if (same && grant->missing_since == 0 && !said_something(&grant->fault))
        return;
    if (!same) {
        said_clear(&grant->said);
        grant->said.cause = account;
        grant->status = GRANT_COVERED;
        grant->since = now;
    }
    said_clear(&grant->fault);
    grant->missing_since = 0;
    grant->by_info = false;
    grant->last_ok = now;
    grant->verified_at = now;
    grant->changed = true;
}

void grant_miss(struct grant *grant, int64_t last_list_at, int64_t now)
{
    if (grant->missing_since)
        return;
    if (grant->status == GRANT_COVERED && grant->verified_at < last_list_at) {
        grant->verified_at = last_list_at;
        grant->last_ok = last_list_at;
    }
    grant->missing_since = now;
    grant->changed = true;
}

bool grant_lose(struct memory *memory, struct grant *grant, const struct answer *answer, bool by_info, int64_t now)
{
    bool ok = true;

    if (grant->status == GRANT_COVERED) {
        int64_t seen = grant_verified_at(memory, grant);

        grant->last_ok = seen > grant->last_ok ? seen : grant->last_ok;
    }
    if (answer)
        ok = said_take(&grant->said, answer);
    else
        ok = said_own(&grant->said, CAUSE_ACCOUNT_ACCESS, NULL);
    said_clear(&grant->fault);
    grant->status = GRANT_LOST;
    grant->since = now;
    grant->missing_since = 0;
    grant->by_info = by_info;
    grant->verified_at = now;
    grant->changed = true;
    return ok;
}

bool grant_doubt(const struct memory *memory, struct grant *grant, const struct answer *answer)
{
    grant->verified_at = grant_verified_at(memory, grant);
    grant->changed = true;
    return said_take(&grant->fault, answer);
}
