/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The verdicts of api, apps and tokens. */
#include "core/merge_private.h"
#include "core/plan.h"
#include "core/reauth_link.h"

#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 2048 };

static int time_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The moment at which the most grants were lost, and how many. */
static size_t largest_loss(const struct memory *memory, int64_t *when)
{
    int64_t *since = calloc(memory->grant_count + 1, sizeof(*since));
    size_t count = 0;
    size_t best = 0;

    *when = 0;
    if (!since)
        return 0;
    for (size_t i = 0; i < memory->grant_count; i++)
        if (memory->grant[i].status == GRANT_LOST && memory->grant[i].last_ok)
            since[count++] = memory->grant[i].since;
    qsort(since, count, sizeof(*since), time_order);
    for (size_t first = 0; first < count;) {
        size_t next = first;

        while (next < count && since[next] == since[first])
            next++;
        if (next - first > best) {
            best = next - first;
            *when = since[first];
        }
        first = next;
    }
    free(since);
    return best;
}

static void count_members(struct merging *merging)
{
    const struct inventory *inventory = merging->input->inventory;

    for (size_t i = 0; i < inventory->count; i++) {
        const struct advertiser *advertiser = &inventory->item[i];

        for (size_t k = 0; k < advertiser->token_count && !merge_retired_at(merging, advertiser); k++) {
            size_t t = advertiser->token[k];
            const struct grant *grant = memory_grant(&merging->input->memory[t], advertiser->id);

            merging->token[t].members++;
            if (grant && grant->status == GRANT_LOST)
                merging->token[t].lost++;
        }
    }
    for (size_t t = 0; t < merging->input->config->token_count; t++) {
        struct token_view *view = &merging->token[t];
        int64_t when;
        size_t together;

        if (view->members >= 2 && view->lost == view->members) {
            view->collective = true;
            continue;
        }
        if (view->lost < MASS_LOSS_MIN)
            continue;
        together = largest_loss(&merging->input->memory[t], &when);
        if (together >= MASS_LOSS_MIN && together * 100 >= view->members * MASS_LOSS_PERCENT) {
            view->collective = true;
            view->mass_since = when;
        }
    }
}

/* What the collective loss of a token's advertisers has as its cause: the newest loss speaks for it. */
static const struct grant *speaking_loss(const struct memory *memory, int64_t mass_since)
{
    const struct grant *best = NULL;

    for (size_t i = 0; i < memory->grant_count; i++) {
        const struct grant *grant = &memory->grant[i];

        if (grant->status != GRANT_LOST || (mass_since && grant->since != mass_since))
            continue;
        if (!best || (grant->said.has_code && !best->said.has_code) ||
            (grant->said.has_code == best->said.has_code && grant->since > best->since))
            best = grant;
    }
    return best;
}

/* A living token that can not be refreshed for long, or any more. False: out of memory. */
static bool judge_refresh(struct merging *merging, size_t t, struct verdict *verdict)
{
    const struct config *config = merging->input->config;
    struct arena *arena = &merging->out->arena;
    struct refresh_verdict due;
    const struct past *past;
    bool ok;

    if (!merging->input->watch)
        return true;
    ok = refresh_judge(&merging->input->watch[t], merging->input->now, &due);
    if (ok && due.due) {
        merge_say(merging, verdict, CAUSE_REFRESH_DUE, &due.said, config->token[t].granted_by);
        verdict->message = arena_dup(arena, verdict->message);
        verdict->request_id = arena_dup(arena, verdict->request_id);
        if (due.critical && config->severity[CAUSE_REFRESH_DUE] < 0)
            verdict->state = STATE_CRITICAL;
        past = merge_past(merging, SCOPE_TOKEN, config->app[config->token[t].app].name, config->token[t].name);
        verdict->since = past && past->cause == verdict->cause && past->state == verdict->state
                             ? past->since
                             : merging->input->now;
    }
    said_clear(&due.said);
    return ok;
}

/* A living token that other software does not have yet. True: it is one. */
static bool judge_untaken(struct merging *merging, size_t t, struct verdict *verdict)
{
    const struct config *config = merging->input->config;
    const struct config_token *token = &config->token[t];

    for (size_t i = 0; i < merging->input->untaken_count; i++) {
        const struct untaken *untaken = &merging->input->untaken[i];

        if (strcmp(untaken->token, token->name) != 0 || strcmp(untaken->app, config->app[token->app].name) != 0)
            continue;
        merge_say(merging, verdict, CAUSE_NOT_HANDED_OVER, NULL, token->granted_by);
        verdict->message = untaken->why;
        verdict->since = untaken->since;
        return true;
    }
    return false;
}

static bool judge_token(struct merging *merging, size_t t)
{
    const struct config_token *token = &merging->input->config->token[t];
    const struct memory *memory = &merging->input->memory[t];
    const struct token_view *view = &merging->token[t];
    struct board_token *row = &merging->out->board.token[view->row];
    struct verdict *verdict = &row->verdict;
    const struct grant *loss = view->collective ? speaking_loss(memory, view->mass_since) : NULL;

    verdict->verified_at = memory->verified_at;
    verdict->since = memory->since;
    verdict->last_ok = memory->last_ok;
    verdict->root_kind = view->dead_by_app ? SCOPE_APP : SCOPE_TOKEN;
    verdict->root_id = view->dead_by_app ? merging->out->board.app[row->app].name : token->name;
    switch (memory->status) {
    case TOKEN_NEVER:
        merge_say(merging, verdict, said_something(&memory->fault) ? memory->fault.cause : CAUSE_NOT_VERIFIED,
                  &memory->fault, token->granted_by);
        verdict->state = STATE_UNKNOWN;
        verdict->verified_at = 0;
        break;
    case TOKEN_DEAD:
        merge_say(merging, verdict, memory->said.cause, &memory->said, token->granted_by);
        verdict->endpoint = merge_endpoint_named(merging, &memory->said);
        break;
    case TOKEN_ALIVE:
        if (!loss) {
            merge_say(merging, verdict, CAUSE_AUTHORIZED, NULL, token->granted_by);
            return judge_untaken(merging, t, verdict) || judge_refresh(merging, t, verdict);
        }
        merge_say(merging, verdict, merge_loss_cause(merging, loss, 0), &loss->said, token->granted_by);
        verdict->since = loss->since;
        verdict->last_ok = loss->last_ok;
        break;
    }
    return true;
}

/* Permissions that only a request that changes something could show. */
static const char *unverified_note(struct merging *merging, const struct memory *memory)
{
    const char *note = "";

    for (size_t i = 0; i < memory->endpoint_count; i++) {
        const struct endpoint *endpoint = &memory->endpoint[i];

        if (endpoint->status != ENDPOINT_UNVERIFIED)
            continue;
        note = arena_printf(&merging->out->arena, "%s%s%s %s", note, note[0] ? ", " : "", endpoint->method,
                            endpoint->path);
    }
    return note[0] ? arena_printf(&merging->out->arena, "not verified: %s", note) : "";
}

/* What is worth saying of a token and changes no state. */
static const char *token_note(struct merging *merging, size_t t)
{
    struct arena *arena = &merging->out->arena;
    const char *note = unverified_note(merging, &merging->input->memory[t]);
    struct buf ends;

    if (!merging->input->watch || !merging->input->watch[t].watched)
        return note;
    buf_init(&ends, ERR_TEXT_MAX + 256);
    refresh_note(&merging->input->watch[t], &ends);
    note = arena_printf(arena, "%s%s%s", buf_text(&ends), note[0] ? "; " : "", note);
    buf_free(&ends);
    return note;
}

static bool is_about_app(enum cause cause)
{
    return cause == CAUSE_APP_BLOCKED || cause == CAUSE_APP_CREDENTIALS;
}

/* An app is lost by what a token was told about the app itself, or when every one of at least two tokens is dead.
 */
static void judge_app(struct merging *merging, size_t a)
{
    const struct merge_input *input = merging->input;
    struct board_app *row = &merging->out->board.app[a];
    struct verdict *verdict = &row->verdict;
    const struct memory *told = NULL;
    const struct memory *faulty = NULL;
    bool all_faulty = true;
    size_t known = 0;
    size_t dead = 0;
    size_t speaker = 0;
    int64_t alive_at = 0;

    for (size_t t = 0; t < input->config->token_count; t++) {
        const struct memory *memory = &input->memory[t];

        if (input->config->token[t].app != a || !input->config->token[t].usable)
            continue;
        if (memory->verified_at > verdict->verified_at)
            verdict->verified_at = memory->verified_at;
        if (said_something(&memory->fault) && (!faulty || memory->ended_ms > faulty->ended_ms))
            faulty = memory;
        if (!said_something(&memory->fault))
            all_faulty = false;
        if (memory->last_ok > alive_at)
            alive_at = memory->last_ok;
        if (memory->status == TOKEN_NEVER)
            continue;
        known++;
        if (memory->status != TOKEN_DEAD)
            continue;
        dead++;
        if (!told || (is_about_app(memory->said.cause) && !is_about_app(told->said.cause))) {
            told = memory;
            speaker = t;
        }
    }
    verdict->root_kind = SCOPE_APP;
    verdict->root_id = row->name;
    verdict->last_ok = alive_at;
    if (faulty && all_faulty)
        row->fault = merge_fault(&faulty->fault);
    else
        row->fault = merge_fault(&(struct said){.cause = CAUSE_AUTHORIZED});
    /* A token that works since then shows that the app is not what is wrong. */
    if (told &&
        ((is_about_app(told->said.cause) && alive_at <= told->verified_at) || (dead >= 2 && dead == known))) {
        merge_say(merging, verdict, told->said.cause, &told->said, input->config->token[speaker].granted_by);
        verdict->urgency = URGENCY_HIGH;
        verdict->since = told->since;
        for (size_t t = 0; t < input->config->token_count; t++)
            if (input->config->token[t].app == a && input->memory[t].status == TOKEN_DEAD)
                merging->token[t].dead_by_app = true;
        return;
    }
    if (verdict->verified_at == 0) {
        merge_say(merging, verdict, faulty ? faulty->fault.cause : CAUSE_NOT_VERIFIED,
                  faulty ? &faulty->fault : NULL, GRANTED_BY_US);
        verdict->state = STATE_UNKNOWN;
        return;
    }
    merge_say(merging, verdict, CAUSE_AUTHORIZED, NULL, GRANTED_BY_US);
}

static void judge_api(struct merging *merging)
{
    const struct merge_input *input = merging->input;
    struct board *board = &merging->out->board;
    const struct memory *newest = NULL;

    board->api.root_kind = SCOPE_API;
    board->api.root_id = "";
    for (size_t t = 0; t < input->config->token_count; t++) {
        const struct memory *memory = &input->memory[t];

        if (memory->verified_at > board->api.verified_at)
            board->api.verified_at = memory->verified_at;
        if (memory->ended_ms && (!newest || memory->ended_ms >= newest->ended_ms))
            newest = memory;
    }
    board->api.last_ok = board->api.verified_at;
    board->api_fault = merge_fault(newest ? &newest->fault : &(struct said){.cause = CAUSE_AUTHORIZED});
    if (board->api.verified_at) {
        merge_say(merging, &board->api, CAUSE_AUTHORIZED, NULL, GRANTED_BY_US);
        return;
    }
    merge_say(merging, &board->api,
              newest && said_something(&newest->fault) ? newest->fault.cause : CAUSE_NOT_VERIFIED,
              newest ? &newest->fault : NULL, GRANTED_BY_US);
    board->api.state = STATE_UNKNOWN;
}

static const char *pattern_of(struct merging *merging, const struct config_app *app)
{
    const char *pattern;
    struct buf text;

    buf_init(&text, PATTERN_MAX);
    reauth_link_pattern(app, &text);
    pattern = arena_dup(&merging->out->arena, buf_text(&text));
    buf_free(&text);
    return pattern;
}

bool merge_tokens(struct merging *merging)
{
    const struct config *config = merging->input->config;
    struct board *board = &merging->out->board;

    count_members(merging);
    for (size_t a = 0; a < config->app_count; a++) {
        const struct config_app *app = &config->app[a];

        board->app[a].name = app->name;
        board->app[a].app_id = app->app_id ? app->app_id : "";
        board->app[a].reauth_url = pattern_of(merging, app);
        judge_app(merging, a);
    }
    for (size_t t = 0; t < config->token_count; t++) {
        const struct memory *memory = &merging->input->memory[t];
        struct board_token *row = &board->token[board->token_count];

        if (config->token[t].app == SIZE_MAX) {
            merging->token[t].row = UINT32_MAX;
            continue;
        }
        merging->token[t].row = board->token_count++;
        row->name = config->token[t].name;
        row->app = (uint32_t)config->token[t].app;
        row->granted_by = config->token[t].granted_by;
        row->login = memory->login ? memory->login : "";
        row->fault = merge_fault(&memory->fault);
        row->began = memory->began_ms / 1000;
        row->ended = memory->ended_ms / 1000;
        row->not_before = memory_not_before(memory, config->sweep.interval_s,
                                            merging->input->secret_stamp ? merging->input->secret_stamp[t] : NULL);
        row->mass_since = memory->mass_since;
        row->note = token_note(merging, t);
        row->link = "";
        if (!judge_token(merging, t))
            return false;
    }
    judge_api(merging);
    return true;
}
