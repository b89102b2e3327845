/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The long text: line 1, what it means and what to do, facts, notes, and perfdata last. */
#include "core/output.h"

#include "base/clock.h"
#include "base/text.h"
#include "core/complaint_walk.h"
#include "core/member_walk.h"
#include "core/output_words.h"

#include <inttypes.h>
#include <string.h>

enum {
    VALUE_MAX = 2000,
    ROOTS_SHOWN_MAX = 20,
    PROBLEMS_SHOWN_MAX = 20,
    COMPLAINTS_SHOWN_MAX = 20,
    PERFDATA_MAX = 1024
};

struct text {
    const struct judgement *j;
    struct buf *out;
    bool verbose;
};

/* Text of others on a line of its own: no '|', behind which engines look for perfdata. */
static void put_safe(struct text *t, const char *value, size_t max)
{
    size_t start = buf_len(t->out);

    text_safe(t->out, value, strlen(value), false, max);
    if (buf_ok(t->out))
        for (size_t i = start; i < buf_len(t->out); i++)
            if (t->out->bytes[i] == '|')
                t->out->bytes[i] = '/';
}

/* "Label: value"; nothing when the value is empty. */
static void put(struct text *t, const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    buf_printf(t->out, "%s: ", label);
    put_safe(t, value, VALUE_MAX);
    buf_char(t->out, '\n');
}

static void put_time(struct text *t, const char *label, int64_t when)
{
    char time[CLOCK_TEXT_MAX], ago[CLOCK_TEXT_MAX];

    if (when == 0)
        buf_printf(t->out, "%s: never\n", label);
    else
        buf_printf(t->out, "%s: %s, %s ago\n", label, clock_short(when, t->j->now, time),
                   clock_span(member_age(when, t->j->now), ago));
}

/* --- what it means and what to do --------------------------------------------------------------------------- */

static void put_who(struct text *t)
{
    const struct verdict *v = &t->j->verdict;
    const char *who = output_actor_words(v->actor);

    buf_printf(t->out, "Who acts: %s. Urgency: %s", who, urgency_name(v->urgency));
    switch (v->urgency) {
    case URGENCY_HIGH:
        buf_str(t->out, v->actor == ACTOR_US ? ", act now" : ", we must reach them now");
        break;
    case URGENCY_LOW:
        if (v->actor == ACTOR_US)
            buf_str(t->out, ", in our working hours");
        else
            buf_printf(t->out, ", nothing to do tonight: %s must act", who);
        break;
    case URGENCY_NONE:
        buf_str(t->out, ", nothing to do");
        break;
    }
    buf_char(t->out, '\n');
}

static void put_fix(struct text *t)
{
    const char *const *fix = t->j->fix;

    put(t, "Impact", cause_info(t->j->verdict.cause)->impact);
    if (fix[0])
        buf_str(t->out, "Fix:\n");
    for (unsigned i = 0; fix[i]; i++) {
        buf_printf(t->out, "%u. ", i + 1);
        put_safe(t, fix[i], VALUE_MAX);
        buf_char(t->out, '\n');
    }
    put_who(t);
}

static void put_root(struct text *t)
{
    const struct verdict *v = &t->j->verdict;
    struct board_token token;

    buf_str(t->out, "Root cause: ");
    output_root_words(v->root_kind, v->root_id, VALUE_MAX, t->out);
    if (v->root_kind == SCOPE_TOKEN && t->j->snapshot &&
        snapshot_find_token(t->j->snapshot, v->root_id, &token, NULL)) {
        buf_str(t->out, ", ");
        output_lost_advertisers(&token.members, t->out);
    }
    buf_char(t->out, '\n');
}

/* --- facts ----------------------------------------------------------------------------------------------------
 */

static void put_named(struct text *t, const char *label, const char *name, const char *more)
{
    if (name[0] == '\0')
        return;
    buf_printf(t->out, "%s: ", label);
    put_safe(t, name, OUTPUT_NAME_MAX);
    if (more[0]) {
        buf_str(t->out, " (");
        put_safe(t, more, VALUE_MAX);
        buf_char(t->out, ')');
    }
    buf_char(t->out, '\n');
}

static void put_facts(struct text *t)
{
    const struct judgement *j = t->j;
    bool several = strcmp(j->tokens, j->token) != 0;

    put(t, "Owner", j->owner);
    put(t, "Client", j->client);
    put_named(t, "App", j->app, j->app_id);
    put_named(t, "Token", j->token, several ? j->tokens : "");
    if (j->token[0] && j->login[0]) {
        buf_printf(t->out, "Authorized by: %s",
                   j->granted_by == GRANTED_BY_US ? "us, login " : "the client, login ");
        put_safe(t, j->login, VALUE_MAX);
        buf_char(t->out, '\n');
    } else if (j->token[0])
        buf_printf(t->out, "Authorized by: %s\n", j->granted_by == GRANTED_BY_US ? "us" : "the client");
    if (j->selection.kind != SELECT_ALL)
        put_time(t, "Last OK", j->verdict.last_ok);
    put_time(t, j->selection.kind == SELECT_ALL ? "Oldest verification" : "Last verified", j->verdict.verified_at);
    if (j->verdict.cause != CAUSE_AUTHORIZED && j->verdict.since)
        put_time(t, "Since", j->verdict.since);
}

static void put_answer(struct text *t, bool has_code, int64_t code, const char *message, const char *request_id)
{
    if (has_code)
        buf_printf(t->out, "Code: %" PRId64 "\n", code);
    put(t, "Message", message);
    put(t, "Request id", request_id);
}

static void put_fault(struct text *t)
{
    const struct fault *f = &t->j->fault;
    bool said = f->has_code == t->j->verdict.has_code && f->code == t->j->verdict.code &&
                strcmp(f->message, t->j->verdict.message) == 0;

    if (!output_has_fault(f))
        return;
    buf_str(t->out, "Last attempt verified nothing: ");
    output_fault_words(f, t->out);
    if (f->http_status > 0)
        buf_printf(t->out, ", HTTP status %d", f->http_status);
    buf_printf(t->out, " (%s)\n", cause_name(f->cause));
    if (!said)
        put_answer(t, false, 0, f->message, f->request_id);
}

static void put_links(struct text *t, bool in_trouble)
{
    if (in_trouble && (t->j->verdict.has_code || t->j->fault.has_code))
        put(t, "Documentation", cause_documentation);
    if (in_trouble) {
        put(t, "Runbook", t->j->runbook_url);
        put(t, "Authorize again at", t->j->reauth_url);
    }
}

/* --- many advertisers -----------------------------------------------------------------------------------------
 */

static void put_counts(struct text *t)
{
    const struct counts *c = &t->j->counts;

    output_advertisers(t->j->total, t->out);
    buf_printf(t->out,
               ": %" PRIu32 " unauthorized. States: %" PRIu32 " ok, %" PRIu32 " warning, %" PRIu32
               " critical, %" PRIu32 " unknown.\n",
               c->unauthorized, c->state[STATE_OK], c->state[STATE_WARNING], c->state[STATE_CRITICAL],
               c->state[STATE_UNKNOWN]);
    if (t->j->never > 0) {
        output_advertisers(t->j->never, t->out);
        buf_str(t->out, " never verified yet.\n");
    }
    if (t->j->stale > t->j->never) {
        output_advertisers(t->j->stale - t->j->never, t->out);
        buf_str(t->out, " not verified for longer than stale_after.\n");
    }
}

static void put_roots(struct text *t)
{
    uint32_t count = snapshot_board(t->j->snapshot)->root_count, shown = 0;
    char since[CLOCK_TEXT_MAX];

    if (count > 0)
        buf_str(t->out, t->j->stale > 0 ? "Root causes as of the last round:\n" : "Root causes:\n");
    for (uint32_t i = 0; i < count && (t->verbose || shown < ROOTS_SHOWN_MAX); i++) {
        struct board_root root;

        if (!snapshot_root(t->j->snapshot, i, &root))
            continue;
        shown++;
        buf_printf(t->out, "%s ", state_upper_name(root.state));
        output_root_words(root.kind, root.id, VALUE_MAX, t->out);
        buf_printf(t->out, ": %s", output_lost_words(root.cause, root.kind != SCOPE_ADVERTISER));
        if (root.since)
            buf_printf(t->out, " %s", clock_short(root.since, t->j->now, since));
        if (root.kind != SCOPE_ADVERTISER) {
            buf_str(t->out, ", ");
            output_advertisers(root.members, t->out);
        }
        buf_printf(t->out, " - %s\n", cause_fix_short(root.cause, output_grantor(root.actor)));
    }
    if (count > shown)
        buf_printf(t->out, "and %" PRIu32 " more, shown by --verbose\n", count - shown);
}

static void put_problem(struct text *t, const struct board_advertiser *row, const struct verdict *v)
{
    char since[CLOCK_TEXT_MAX];

    buf_printf(t->out, "%s ", state_upper_name(v->state));
    if (row->name[0]) {
        put_safe(t, row->name, OUTPUT_NAME_MAX);
        buf_str(t->out, " (");
    }
    put_safe(t, row->id, OUTPUT_NAME_MAX);
    buf_printf(t->out, "%s: %s", row->name[0] ? ")" : "", cause_info(v->cause)->lost);
    if (v->cause == CAUSE_NOT_VERIFIED)
        buf_printf(t->out, v->verified_at ? " since %s" : " ever", clock_short(v->verified_at, t->j->now, since));
    else if (v->since && v->verified_at)
        buf_printf(t->out, " %s", clock_short(v->since, t->j->now, since));
    if (v->has_code && v->cause != CAUSE_NOT_VERIFIED)
        buf_printf(t->out, " [%" PRId64 "]", v->code);
    if (row->owner[0]) {
        buf_str(t->out, ", owner ");
        put_safe(t, row->owner, OUTPUT_NAME_MAX);
    }
    buf_char(t->out, '\n');
}

static bool is_member(const struct judgement *j, const struct board_advertiser *row)
{
    struct board_token token;
    struct board_app app;

    switch (j->selection.kind) {
    case SELECT_TOKEN:
        return snapshot_token(j->snapshot, row->token, &token) && strcmp(token.name, j->token) == 0;
    case SELECT_APP:
        return snapshot_app(j->snapshot, row->app, &app) && strcmp(app.name, j->app) == 0;
    case SELECT_ALL:
        return true;
    case SELECT_ADVERTISER:
    case SELECT_API:
        return false;
    }
    return false;
}

/* Those that were OK when the snapshot was made and have not been verified for too long since. */
static void put_stale(struct text *t)
{
    struct member_walk walk;
    struct member member;

    if (t->j->stale == 0)
        return;
    member_walk_judged(&walk, t->j);
    while (member_next(&walk, &member))
        if (member.row.verdict.state == STATE_OK && member.verdict.state != STATE_OK)
            put_problem(t, &member.row, &member.verdict);
}

/* Advertisers that are not OK, worst first: as published, each as it reads now. */
static void put_problems(struct text *t)
{
    const struct judgement *j = t->j;
    uint32_t bad = j->total - j->counts.state[STATE_OK], shown = 0;
    uint32_t published = snapshot_board(j->snapshot)->problem_count;

    if (bad > 0)
        buf_str(t->out, "Advertisers that are not OK:\n");
    for (uint32_t i = 0; i < published && shown < bad && (t->verbose || shown < PROBLEMS_SHOWN_MAX); i++) {
        struct board_advertiser row;
        struct verdict v;

        if (!snapshot_problem(j->snapshot, i, &row) || !is_member(j, &row))
            continue;
        verdict_at(j->config, &row.verdict, j->stale_after_s, j->now, &v);
        put_problem(t, &row, &v);
        shown++;
    }
    if (t->verbose)
        put_stale(t);
    else if (bad > shown)
        buf_printf(t->out, "%s%" PRIu32 " more, shown by --verbose\n", shown > 0 ? "and " : "", bad - shown);
}

/* --- notes and perfdata ---------------------------------------------------------------------------------------
 */

static void put_complaints(struct text *t)
{
    struct complaint_walk walk;
    unsigned shown = 0;

    complaint_walk(&walk, t->j->complaints, t->j->snapshot);
    while (complaint_next(&walk)) {
        if (!t->verbose && shown == COMPLAINTS_SHOWN_MAX) {
            buf_printf(t->out, "and %u more: tiktok-auth doctor\n", t->j->complaint_count - shown);
            return;
        }
        shown++;
        put(t, "Fault in the configuration", walk.text);
    }
}

static void put_notes(struct text *t)
{
    const struct judgement *j = t->j;
    struct board_token token;

    if (j->held)
        buf_str(t->out, "Note: the token's list lacks this advertiser; until that is confirmed the state before "
                        "stands\n");
    for (unsigned i = 0; i < j->note_count; i++)
        put(t, "Note", j->note[i]);
    /* One of many advertisers says it only when asked for details. */
    if (t->verbose && j->selection.kind == SELECT_ADVERTISER && j->snapshot &&
        snapshot_find_token(j->snapshot, j->token, &token, NULL))
        put(t, "Note on the token", token.note);
}

/* A threshold as engines keep it: one plain number, or nothing. */
static void put_threshold(struct text *t, bool given, const struct range *range)
{
    double plain;

    buf_char(t->out, ';');
    if (!given || !range_plain(range, &plain))
        return;
    if (plain < 1e15 && plain == (double)(int64_t)plain)
        buf_printf(t->out, "%" PRId64, (int64_t)plain);
    else if (plain < 1e15)
        buf_printf(t->out, "%.6f", plain);
}

static void put_perfdata(struct text *t)
{
    const struct judgement *j = t->j;
    const struct thresholds *h = &j->thresholds;
    const char *between = "";

    if (j->refusal[0])
        return;
    if (j->selection.kind == SELECT_ADVERTISER) {
        buf_printf(t->out, "unauthorized=%d;;;0;1", verdict_is_unauthorized(&j->verdict));
        between = " ";
    } else if (j->has_counts) {
        buf_printf(t->out, "unauthorized=%" PRIu32, j->counts.unauthorized);
        put_threshold(t, h->has_warning, &h->warning);
        put_threshold(t, h->has_critical, &h->critical);
        buf_printf(t->out, ";0;%" PRIu32 " warning=%" PRIu32 ";;;0;%" PRIu32 " unknown=%" PRIu32 ";;;0;%" PRIu32,
                   j->total, j->counts.state[STATE_WARNING], j->total, j->counts.state[STATE_UNKNOWN], j->total);
        between = " ";
    }
    if (j->age_s >= 0)
        buf_printf(t->out, "%sage=%" PRId64 "s;;;0", between, j->age_s);
}

/* --- the whole -------------------------------------------------------------------------------------------------
 */

static void put_trouble(struct text *t)
{
    if (t->j->fix[0])
        put_fix(t);
    if (!t->j->refusal[0])
        put_root(t);
}

static void put_verdict(struct text *t, bool sound)
{
    const struct verdict *v = &t->j->verdict;

    put_facts(t);
    if (!sound) {
        put(t, "Endpoint", v->endpoint);
        put_answer(t, v->has_code, v->code, v->message, v->request_id);
    }
    put_fault(t);
}

static void put_long(struct text *t)
{
    const struct judgement *j = t->j;
    bool sound = j->verdict.cause == CAUSE_AUTHORIZED || j->verdict.cause == CAUSE_RETIRED;
    bool all = j->has_counts && j->selection.kind == SELECT_ALL;

    /* Line 1 may have cut it. */
    if (j->refusal[0] && !strstr(buf_text(t->out), j->refusal))
        put(t, "Not judged", j->refusal);
    if (all) {
        put_counts(t);
        put_roots(t);
    }
    if (!sound)
        put_trouble(t);
    if (j->has_counts && !all)
        put_counts(t);
    if (!j->refusal[0])
        put_verdict(t, sound);
    put_links(t, !sound);
    if (j->has_counts)
        put_problems(t);
    if (j->selection.kind == SELECT_API)
        put_complaints(t);
    put_notes(t);
}

bool output_parts(const struct judgement *judgement, int verbose, struct buf *text, struct buf *perfdata)
{
    struct text t = {.j = judgement, .out = text, .verbose = verbose > 0};

    output_line(judgement, text);
    buf_char(text, '\n');
    put_long(&t);
    t.out = perfdata;
    put_perfdata(&t);
    return buf_ok(text) && buf_ok(perfdata);
}

bool output_text(const struct judgement *judgement, int verbose, struct buf *out)
{
    struct buf perfdata;

    buf_init(&perfdata, PERFDATA_MAX);
    if (!output_parts(judgement, verbose, out, &perfdata))
        buf_fail(out);
    if (buf_len(&perfdata) > 0)
        buf_printf(out, "| %s\n", buf_text(&perfdata));
    buf_free(&perfdata);
    return buf_ok(out);
}

bool output_root_parts(const struct judgement *member, const struct board_root *root, struct buf *text,
                       struct buf *perfdata)
{
    struct text t = {.j = member, .out = text};
    const struct verdict *v = &member->verdict;

    output_root_line(member, root, text);
    buf_char(text, '\n');
    put_trouble(&t);
    put(&t, "Client", member->client);
    put_named(&t, "App", member->app, member->app_id);
    if (root->kind == SCOPE_ENDPOINT)
        put_named(&t, "Token", member->token, "");
    put(&t, "Endpoint", v->endpoint);
    put_answer(&t, v->has_code, v->code, v->message, v->request_id);
    put_links(&t, true);
    buf_printf(perfdata, "unauthorized=%" PRIu32 ";;;0", root->members);
    return buf_ok(text) && buf_ok(perfdata);
}

bool output_quiet_parts(enum scope kind, const char *id, bool stale, enum state state, int64_t verified_at,
                        int64_t now, struct buf *text, struct buf *perfdata)
{
    output_quiet_line(kind, id, stale, state, verified_at, now, text);
    buf_char(text, '\n');
    if (!stale)
        buf_str(perfdata, "unauthorized=0;;;0");
    return buf_ok(text) && buf_ok(perfdata);
}
