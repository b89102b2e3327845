/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is remembered of a token, read from the store and written back. */
#include "probe/recall.h"

#include "base/text.h"
#include "probe/said_row.h"

#include <stdlib.h>
#include <string.h>

static const char *const grant_word[] = {[GRANT_UNSEEN] = "", [GRANT_COVERED] = "covered", [GRANT_LOST] = "lost"};
static const char *const token_word[] = {[TOKEN_NEVER] = "", [TOKEN_ALIVE] = "alive", [TOKEN_DEAD] = "dead"};
static const char *const endpoint_word[] = {
    [ENDPOINT_UNVERIFIED] = "unverified", [ENDPOINT_PRESENT] = "present", [ENDPOINT_MISSING] = "missing"};

static int word_index(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return (int)i;
    return 0;
}

static char *dup_some(const char *text)
{
    return text[0] ? text_dup(text) : NULL;
}

static const char *text(const char *maybe)
{
    return maybe ? maybe : "";
}

/* --- reading ----------------------------------------------------------------------------------------------------
 */

struct reading {
    struct memory *memory;
    size_t known; /* members that the store knows */
    bool out_of_memory;
};

static bool read_token(void *arg, const char *app, const char *token, const struct store_token *row)
{
    struct memory *memory = ((struct reading *)arg)->memory;

    (void)app;
    (void)token;
    memory->status = (enum token_status)word_index(token_word, TTA_LEN(token_word), row->status);
    said_from_words(&memory->said, row->cause, row->has_code, row->code, row->message, row->request_id);
    memory->since = row->since;
    memory->last_ok = row->last_ok;
    memory->verified_at = row->verified_at;
    memory->list_at = row->list_at;
    memory->mass_since = row->mass_since;
    memory->account_at = row->account_at;
    memory->login = dup_some(row->login);
    memory->login_mail = dup_some(row->login_mail);
    memory->began_ms = row->began_ms;
    memory->ended_ms = row->ended_ms;
    memory->verified = row->verified;
    memory->failures = row->failures;
    memory->secret_stamp = dup_some(row->secret_stamp);
    said_from_row(&memory->fault, &row->fault);
    return true;
}

/* The rows come in the database's order of texts, which is not that of ids. */
static bool read_grant(void *arg, const struct store_grant *row)
{
    struct reading *reading = arg;
    struct grant *grant = memory_grant(reading->memory, row->advertiser_id);

    if (!grant)
        return true; /* left the inventory */
    reading->known++;
    grant->changed = false;
    grant->status = (enum grant_status)word_index(grant_word, TTA_LEN(grant_word), row->status);
    said_from_words(&grant->said, row->cause, row->has_code, row->code, row->message, row->request_id);
    said_from_row(&grant->fault, &row->fault);
    grant->since = row->since;
    grant->last_ok = row->last_ok;
    grant->verified_at = row->verified_at;
    grant->missing_since = row->missing_since;
    grant->by_info = row->by_info;
    return true;
}

static bool read_endpoint(void *arg, const struct store_endpoint *row)
{
    struct reading *reading = arg;
    struct endpoint *endpoint = memory_endpoint(reading->memory, row->method, row->path);

    if (!endpoint) {
        reading->out_of_memory = true;
        return false;
    }
    endpoint->status = (enum endpoint_status)word_index(endpoint_word, TTA_LEN(endpoint_word), row->status);
    said_from_words(&endpoint->said, row->cause, row->has_code, row->code, row->message, row->request_id);
    endpoint->since = row->since;
    endpoint->last_ok = row->last_ok;
    endpoint->verified_at = row->verified_at;
    endpoint->asked_at = row->asked_at;
    return true;
}

bool recall_token(struct store *store, const struct setup *setup, size_t token, const struct members *members,
                  struct memory *memory, bool *strange, struct err *err)
{
    const struct config *config = setup_config(setup);
    const char *name = config->token[token].name;
    const char *app = config->app[config->token[token].app].name;
    struct reading reading = {.memory = memory};
    bool ok;

    memory_free(memory);
    if (!memory_expect(memory, members->id, members->count))
        return err_set(err, "out of memory");
    /* A member without a row gets one with the next commit, whatever is learned of it: strange once. */
    for (size_t i = 0; i < memory->grant_count; i++)
        memory->grant[i].changed = true;
    ok = store_load_token(store, app, name, read_token, &reading, err) &&
         store_each_grant(store, app, name, read_grant, &reading, err) &&
         store_each_endpoint(store, app, name, read_endpoint, &reading, err);
    if (reading.out_of_memory)
        err_set(err, "out of memory");
    if (strange)
        *strange = reading.known < members->count;
    return ok && !reading.out_of_memory;
}

/* --- writing ----------------------------------------------------------------------------------------------------
 */

static struct store_token token_row(const struct memory *memory)
{
    return (struct store_token){
        .status = token_word[memory->status],
        .cause = memory->status == TOKEN_DEAD ? cause_name(memory->said.cause) : "",
        .has_code = memory->said.has_code,
        .code = memory->said.code,
        .message = text(memory->said.message),
        .request_id = text(memory->said.request_id),
        .since = memory->since,
        .last_ok = memory->last_ok,
        .verified_at = memory->verified_at,
        .list_at = memory->list_at,
        .mass_since = memory->mass_since,
        .account_at = memory->account_at,
        .login = text(memory->login),
        .login_mail = text(memory->login_mail),
        .began_ms = memory->began_ms,
        .ended_ms = memory->ended_ms,
        .verified = memory->verified,
        .failures = memory->failures,
        .secret_stamp = text(memory->secret_stamp),
        .fault = said_row(&memory->fault),
    };
}

static struct store_grant grant_row(const struct grant *grant)
{
    return (struct store_grant){
        .advertiser_id = grant->id,
        .status = grant_word[grant->status],
        .cause = grant->status == GRANT_UNSEEN ? "" : cause_name(grant->said.cause),
        .has_code = grant->said.has_code,
        .code = grant->said.code,
        .message = text(grant->said.message),
        .request_id = text(grant->said.request_id),
        .since = grant->since,
        .last_ok = grant->last_ok,
        .verified_at = grant->verified_at,
        .missing_since = grant->missing_since,
        .by_info = grant->by_info,
        .fault = said_row(&grant->fault),
    };
}

static struct store_endpoint endpoint_row(const struct endpoint *endpoint)
{
    return (struct store_endpoint){
        .method = endpoint->method,
        .path = endpoint->path,
        .status = endpoint_word[endpoint->status],
        .cause = said_something(&endpoint->said) ? cause_name(endpoint->said.cause) : "",
        .has_code = endpoint->said.has_code,
        .code = endpoint->said.code,
        .message = text(endpoint->said.message),
        .request_id = text(endpoint->said.request_id),
        .since = endpoint->since,
        .last_ok = endpoint->last_ok,
        .verified_at = endpoint->verified_at,
        .asked_at = endpoint->asked_at,
    };
}

bool recall_commit(struct store *store, const struct setup *setup, size_t token, struct memory *memory,
                   struct err *err)
{
    const struct config *config = setup_config(setup);
    struct store_grant *grants = calloc(memory->grant_count + 1, sizeof(*grants));
    struct store_endpoint *endpoints = calloc(memory->endpoint_count + 1, sizeof(*endpoints));
    struct store_token row = token_row(memory);
    struct store_step step = {
        .app = config->app[config->token[token].app].name,
        .token = config->token[token].name,
        .row = &row,
        .grants = grants,
        .endpoints = endpoints,
    };
    bool ok = grants && endpoints;

    if (!ok)
        err_set(err, "out of memory");
    for (size_t i = 0; ok && i < memory->grant_count; i++)
        if (memory->grant[i].changed)
            grants[step.grant_count++] = grant_row(&memory->grant[i]);
    for (size_t i = 0; ok && i < memory->endpoint_count; i++)
        if (memory->endpoint[i].changed)
            endpoints[step.endpoint_count++] = endpoint_row(&memory->endpoint[i]);
    ok = ok && store_commit_step(store, &step, err);
    for (size_t i = 0; ok && i < memory->grant_count; i++)
        memory->grant[i].changed = false;
    for (size_t i = 0; ok && i < memory->endpoint_count; i++)
        memory->endpoint[i].changed = false;
    free(grants);
    free(endpoints);
    return ok;
}
