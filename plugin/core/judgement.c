/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Judges one thing by a snapshot at one moment. */
#include "core/judgement.h"

#include "core/judgement_parts.h"
#include "core/member_walk.h"
#include "core/reauth_url.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Nothing verified for this long is worth a WARNING of the api, whatever stale_after is. */
static const int64_t API_QUIET_S = 1800;

static const char ASK_DOCTOR[] = "run tiktok-auth doctor";

static const struct verdict NO_VERDICT = {.cause = CAUSE_AUTHORIZED,
                                          .message = "",
                                          .request_id = "",
                                          .endpoint = "",
                                          .root_kind = SCOPE_API,
                                          .root_id = ""};
static const struct fault NO_FAULT = {.cause = CAUSE_AUTHORIZED, .message = "", .request_id = ""};

static void begin(struct judgement *out, const struct selection *selection, int64_t now)
{
    memset(out, 0, sizeof(*out));
    out->selection = *selection;
    out->now = now;
    out->verdict = NO_VERDICT;
    out->fault = NO_FAULT;
    out->name = out->owner = out->client = out->token = out->app = out->app_id = out->login = out->tokens = "";
    out->fix_short = out->runbook_url = "";
    out->age_s = -1;
}

/* Nothing is judged, and that is nobody's loss of authorization. */
static void become_unverified(struct judgement *out, enum state state)
{
    const struct cause_info *info = cause_info(CAUSE_NOT_VERIFIED);

    out->state = state;
    out->verdict = NO_VERDICT;
    out->verdict.cause = CAUSE_NOT_VERIFIED;
    out->verdict.state = state;
    out->verdict.urgency = info->urgency;
    out->verdict.actor = info->actor;
}

static const char *selection_id(const struct selection *selection)
{
    switch (selection->kind) {
    case SELECT_ADVERTISER:
    case SELECT_TOKEN:
        return selection->id;
    case SELECT_APP:
        return selection->app;
    case SELECT_API:
    case SELECT_ALL:
        return "";
    }
    return "";
}

static const char *selection_word(const struct selection *selection)
{
    switch (selection->kind) {
    case SELECT_ADVERTISER:
        return "advertiser ";
    case SELECT_TOKEN:
        return "token ";
    case SELECT_APP:
        return "app ";
    case SELECT_API:
        return "TikTok API";
    case SELECT_ALL:
        return "";
    }
    return "";
}

void judgement_refuse(const struct selection *selection, enum state state, int64_t now, const char *why,
                      struct judgement *out)
{
    begin(out, selection, now);
    become_unverified(out, state);
    snprintf(out->refusal, sizeof(out->refusal), "%s%s%s%s", selection_word(selection), selection_id(selection),
             selection->kind == SELECT_ALL ? "" : ": ", why);
    out->fix_short = ASK_DOCTOR;
}

void judgement_say_refusal(struct judge *j, const char *fix_short, const char *format, ...)
{
    va_list args;

    become_unverified(j->out, STATE_UNKNOWN);
    j->out->fix_short = fix_short;
    va_start(args, format);
    vsnprintf(j->out->refusal, sizeof(j->out->refusal), format, args);
    va_end(args);
}

static size_t add_steps(const struct judge *j, enum cause cause, size_t count)
{
    const char **fix = j->out->fix;

    if (j->config->fix_text[cause]) {
        if (count < FIX_STEPS_MAX)
            fix[count++] = j->config->fix_text[cause];
        return count;
    }
    return count + cause_fix_steps(cause, j->out->granted_by, fix + count, FIX_STEPS_MAX - count);
}

static bool has_fault(const struct judgement *out)
{
    return out->fault.cause != CAUSE_AUTHORIZED;
}

/* What to do. What keeps us from verifying is mended by what mends the fault, so its steps come first. */
static void choose_fix(struct judge *j)
{
    enum cause cause = j->out->verdict.cause;
    bool by_fault = cause == CAUSE_NOT_VERIFIED && has_fault(j->out);
    const char *url = j->config->runbook_url[cause];
    size_t count = 0;

    if (j->out->refusal[0] && j->snapshot)
        return; /* the refusal has said what to do */
    if (by_fault)
        count = add_steps(j, j->out->fault.cause, count);
    count = add_steps(j, cause, count);
    j->out->fix[count] = NULL;
    if (!j->out->refusal[0])
        j->out->fix_short = cause_fix_short(cause, j->out->granted_by);
    if (!url && by_fault)
        url = j->config->runbook_url[j->out->fault.cause];
    j->out->runbook_url = url ? url : "";
}

/* Nothing is known but that asking failed: the fault is all there is to say. */
static void take_fault(struct judge *j, const char *id)
{
    struct verdict *v = &j->out->verdict;
    const struct fault *fault = &j->out->fault;
    const struct cause_info *info = cause_info(fault->cause);

    v->cause = fault->cause;
    v->state = info->state == STATE_UNKNOWN ? config_state_of(j->config, fault->cause) : STATE_UNKNOWN;
    v->urgency = info->urgency;
    v->actor = actor_resolve(info->actor, j->out->granted_by);
    v->has_code = fault->has_code;
    v->code = fault->code;
    v->message = fault->message;
    v->request_id = fault->request_id;
    v->root_kind = SCOPE_API;
    v->root_id = "";
    if (fault->scope == SCOPE_APP && j->out->app[0]) {
        v->root_kind = SCOPE_APP;
        v->root_id = j->out->app;
    } else if (fault->scope == SCOPE_TOKEN && j->out->token[0]) {
        v->root_kind = SCOPE_TOKEN;
        v->root_id = j->out->token;
    } else if (fault->scope == SCOPE_ADVERTISER && j->out->selection.kind == SELECT_ADVERTISER) {
        v->root_kind = SCOPE_ADVERTISER;
        v->root_id = id;
    }
}

/* The verdict as it reads now, with the fault that stands beside it. */
static void settle(struct judge *j, const struct verdict *stored, const struct fault *fault, const char *id)
{
    struct judgement *out = j->out;

    verdict_at(j->config, stored, out->stale_after_s, out->now, &out->verdict);
    out->fault = stored->cause == CAUSE_RETIRED ? NO_FAULT : *fault;
    out->age_s = member_age(stored->verified_at, out->now);
    if (stored->verified_at == 0 && stored->cause != CAUSE_RETIRED) {
        if (has_fault(out))
            take_fault(j, id);
        if (out->verdict.state == STATE_UNKNOWN)
            out->verdict.state = j->timeout_state;
    }
    out->state = out->verdict.state;
}

static void fill_reauth_url(struct judge *j, const char *stored, const char *advertiser_id, const char *link)
{
    const struct config_app *app = config_find_app(j->config, j->out->app);

    reauth_url_fill(app && app->reauth_url ? app->reauth_url : stored, advertiser_id, link, j->out->reauth_url,
                    sizeof(j->out->reauth_url));
}

static void take_app(struct judge *j, const struct board_app *app)
{
    j->out->app = app->name;
    j->out->app_id = app->app_id;
}

static void take_token(struct judge *j, const struct board_token *token)
{
    j->out->token = token->name;
    j->out->login = token->login;
    j->out->granted_by = token->granted_by;
}

static void judge_advertiser(struct judge *j)
{
    struct judgement *out = j->out;
    struct board_advertiser a;
    struct board_token token;
    struct board_app app;

    if (!judgement_find_advertiser(j, &a))
        return;
    if (!snapshot_token(j->snapshot, a.token, &token) || !snapshot_app(j->snapshot, a.app, &app)) {
        judgement_say_refusal(j, ASK_DOCTOR, "advertiser %s: its entry in the snapshot is damaged",
                              out->selection.id);
        return;
    }
    take_app(j, &app);
    take_token(j, &token);
    out->name = a.name;
    out->owner = a.owner;
    out->client = a.client;
    out->tokens = a.tokens;
    settle(j, &a.verdict, a.fault.cause != CAUSE_AUTHORIZED ? &a.fault : &token.fault, out->selection.id);
    out->held = a.held && out->state == STATE_OK && a.verdict.cause != CAUSE_RETIRED;
    out->held_since = token.mass_since ? token.mass_since : token.began;
    fill_reauth_url(j, app.reauth_url, out->selection.id, a.link);
    judgement_add_notes(j, &token);
}

/* Counts the members: as published, unless some of them have gone stale since. False: there are some that could be
 * known, and none ever was. */
static bool count_members(struct judge *j, const struct counts *published, int64_t oldest,
                          struct member_walk *walk)
{
    struct judgement *out = j->out;

    struct member_ages ages = {0};

    out->has_counts = true;
    out->counts = *published;
    if (walk->at < walk->end && member_is_stale(oldest, out->stale_after_s, out->now))
        member_count(walk, &out->counts, &ages);
    out->stale = ages.stale;
    out->never = ages.never;
    for (size_t i = 0; i < TTA_LEN(out->counts.state); i++)
        out->total += out->counts.state[i];
    return ages.known > 0 || ages.never == 0;
}

static enum state by_thresholds(const struct judgement *out)
{
    double lost = out->counts.unauthorized;

    if (out->thresholds.has_critical && range_alerts(&out->thresholds.critical, lost))
        return STATE_CRITICAL;
    if (out->thresholds.has_warning && range_alerts(&out->thresholds.warning, lost))
        return STATE_WARNING;
    return STATE_OK;
}

static void judge_token(struct judge *j)
{
    struct judgement *out = j->out;
    struct board_token token;
    struct board_app app;
    struct member_walk walk;
    uint32_t index;

    if (!snapshot_find_token(j->snapshot, out->selection.id, &token, &index) ||
        !snapshot_app(j->snapshot, token.app, &app)) {
        judgement_refuse_token(j);
        return;
    }
    take_app(j, &app);
    take_token(j, &token);
    out->name = token.name;
    out->tokens = token.name;
    settle(j, &token.verdict, &token.fault, token.name);
    member_walk_token(&walk, j->config, j->snapshot, out->stale_after_s, out->now, token.app, index);
    (void)count_members(j, &token.members, token.oldest, &walk);
    out->state = state_worst(out->state, by_thresholds(out));
    fill_reauth_url(j, app.reauth_url, NULL, token.link);
    judgement_add_notes(j, &token);
}

static void judge_app(struct judge *j)
{
    struct judgement *out = j->out;
    struct board_app app;
    struct member_walk walk;
    uint32_t index;

    if (!snapshot_find_app(j->snapshot, out->selection.app, &app, &index)) {
        judgement_refuse_app(j);
        return;
    }
    take_app(j, &app);
    out->name = app.name;
    settle(j, &app.verdict, &app.fault, app.name);
    member_walk_app(&walk, j->config, j->snapshot, out->stale_after_s, out->now, index);
    (void)count_members(j, &app.members, app.oldest, &walk);
    out->state = state_worst(out->state, by_thresholds(out));
    fill_reauth_url(j, app.reauth_url, NULL, "");
    judgement_add_notes(j, NULL);
}

void verdict_of_quiet_api(struct verdict *verdict, int64_t age_s)
{
    const struct cause_info *info = cause_info(CAUSE_NOT_VERIFIED);

    if (age_s <= API_QUIET_S || verdict->cause == CAUSE_NOT_VERIFIED)
        return;
    verdict->cause = CAUSE_NOT_VERIFIED;
    verdict->state = state_worst(verdict->state, STATE_WARNING);
    verdict->urgency = info->urgency;
    verdict->actor = info->actor;
}

static void judge_api(struct judge *j)
{
    struct judgement *out = j->out;
    const struct board *board = snapshot_board(j->snapshot);

    settle(j, &board->api, &board->api_fault, "");
    verdict_of_quiet_api(&out->verdict, out->age_s);
    out->state = out->verdict.state;
    if (judgement_count_complaints(j) || board->store_fault[0])
        out->state = state_worst(out->state, STATE_WARNING);
    judgement_add_notes(j, NULL);
}

/* What a root cause itself reads: code, message and grantor are said there. False: not in the snapshot. */
static bool verdict_of_root(struct judge *j, const struct board_root *root, struct verdict *out)
{
    struct board_advertiser a;
    struct board_token token;
    struct board_app app;
    uint32_t index;

    if (root->kind == SCOPE_API) {
        *out = snapshot_board(j->snapshot)->api;
        return true;
    }
    if (root->kind == SCOPE_TOKEN && snapshot_find_token(j->snapshot, root->id, &token, NULL)) {
        j->out->granted_by = token.granted_by;
        *out = token.verdict;
        return true;
    }
    if (!snapshot_find_app(j->snapshot, root->app, &app, &index))
        return false;
    if (root->kind == SCOPE_APP) {
        *out = app.verdict;
        return true;
    }
    if (root->kind == SCOPE_ADVERTISER && snapshot_find_advertiser(j->snapshot, index, root->id, &a, NULL)) {
        *out = a.verdict;
        return true;
    }
    return false;
}

/* With many causes the worst one speaks, unless that is only that nothing is verified any more. */
static void take_worst_root(struct judge *j)
{
    struct judgement *out = j->out;
    struct verdict said = NO_VERDICT;
    struct board_root root;

    if (!snapshot_root(j->snapshot, 0, &root) || root.state == STATE_OK ||
        (out->stale > 0 && root.state != out->state)) {
        if (out->stale > 0)
            become_unverified(out, out->state);
        return;
    }
    out->granted_by = root.actor == ACTOR_US ? GRANTED_BY_US : GRANTED_BY_CLIENT;
    if (!verdict_of_root(j, &root, &said) || said.cause != root.cause)
        said = NO_VERDICT;
    said.cause = root.cause;
    said.state = root.state;
    said.urgency = root.urgency;
    said.actor = root.actor;
    said.root_kind = root.kind;
    said.root_id = root.id;
    said.since = root.since;
    out->verdict = said;
}

/* What nobody suffers from yet can be worse than `state`. Roots stand worst first. */
static enum state worst_refresh(const struct judge *j, enum state state)
{
    struct board_root root;

    for (uint32_t i = 0; snapshot_root(j->snapshot, i, &root); i++) {
        if (state_severity(root.state) <= state_severity(state))
            break;
        if (root.cause == CAUSE_REFRESH_DUE || root.cause == CAUSE_NOT_HANDED_OVER)
            return root.state;
    }
    return state;
}

static void judge_all(struct judge *j)
{
    struct judgement *out = j->out;
    const struct board *board = snapshot_board(j->snapshot);
    struct member_walk walk;
    bool known;

    if (board->advertiser_count == 0) {
        judgement_refuse_empty(j);
        return;
    }
    if (!out->thresholds.has_warning && !out->thresholds.has_critical) {
        out->thresholds.has_critical = true;
        out->thresholds.critical = (struct range){.start = 0, .end = 0};
    }
    member_walk_all(&walk, j->config, j->snapshot, out->stale_after_s, out->now);
    known = count_members(j, &board->members, board->oldest, &walk);
    out->state = by_thresholds(out);
    if (out->counts.state[STATE_WARNING] > 0)
        out->state = state_worst(out->state, STATE_WARNING);
    if (out->counts.state[STATE_UNKNOWN] > 0)
        out->state = state_worst(out->state, STATE_UNKNOWN);
    out->state = worst_refresh(j, out->state);
    if (out->stale > 0)
        out->state = state_worst(out->state, config_state_of(j->config, CAUSE_NOT_VERIFIED));
    if (!known && out->state == STATE_UNKNOWN)
        out->state = j->timeout_state;
    out->fault = board->api_fault;
    out->age_s = member_age(board->oldest, out->now);
    if (out->state != STATE_OK)
        take_worst_root(j);
    else if (!known)
        become_unverified(out, STATE_OK);
    out->verdict.verified_at = board->oldest;
    judgement_add_notes(j, NULL);
}

void judgement_make(const struct config *config, const struct complaints *complaints,
                    const struct snapshot *snapshot, const char *why, const struct selection *selection,
                    const struct thresholds *thresholds, enum state timeout_state, int64_t now,
                    struct judgement *out)
{
    struct judge j = {config, complaints, snapshot, timeout_state, out};
    const struct board *board = snapshot ? snapshot_board(snapshot) : NULL;

    if (!snapshot)
        judgement_refuse(selection, timeout_state, now, why ? why : "no snapshot", out);
    else
        begin(out, selection, now);
    out->config = config;
    out->complaints = complaints;
    out->snapshot = snapshot;
    out->thresholds = *thresholds;
    out->stale_after_s = board && board->stale_after_s > 0 ? board->stale_after_s : config->sweep.stale_after_s;
    if (!snapshot) {
        choose_fix(&j);
        judgement_add_notes(&j, NULL);
        return;
    }
    switch (selection->kind) {
    case SELECT_ADVERTISER:
        judge_advertiser(&j);
        break;
    case SELECT_TOKEN:
        judge_token(&j);
        break;
    case SELECT_APP:
        judge_app(&j);
        break;
    case SELECT_API:
        judge_api(&j);
        break;
    case SELECT_ALL:
        judge_all(&j);
        break;
    }
    choose_fix(&j);
}
