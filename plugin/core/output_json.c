/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A judgement as one JSON object, schema 1. */
#include "core/output.h"

#include "base/clock.h"
#include "core/output_words.h"

enum { SCHEMA = 1, SUMMARY_MAX = 1024 };

/* null when there is none. */
static void put_text(struct jsonw *w, const char *key, const char *text)
{
    jsonw_string(w, key, text[0] ? text : NULL);
}

static void put_time(struct jsonw *w, const char *key, int64_t t)
{
    char text[CLOCK_TEXT_MAX];

    jsonw_string(w, key, t ? clock_rfc3339(t, text) : NULL);
}

static void put_age(struct jsonw *w, int64_t age)
{
    if (age < 0)
        jsonw_null(w, "age_s");
    else
        jsonw_int(w, "age_s", age);
}

static void put_code(struct jsonw *w, bool has_code, int64_t code)
{
    if (has_code)
        jsonw_int(w, "code", code);
    else
        jsonw_null(w, "code");
}

/* What nothing is wrong with has no root cause. */
static void put_root(struct jsonw *w, const struct verdict *v)
{
    if (v->cause == CAUSE_AUTHORIZED || v->cause == CAUSE_RETIRED) {
        jsonw_null(w, "root_cause");
        return;
    }
    jsonw_object(w, "root_cause");
    jsonw_string(w, "kind", scope_name(v->root_kind));
    put_text(w, "id", v->root_id);
    jsonw_object_end(w);
}

static void put_class_and_answer(struct jsonw *w, const struct verdict *v)
{
    jsonw_string(w, "class", class_name(cause_info(v->cause)->class));
    jsonw_string(w, "cause", cause_name(v->cause));
    put_code(w, v->has_code, v->code);
    put_text(w, "message", v->message);
    put_text(w, "request_id", v->request_id);
}

static void put_fault(struct jsonw *w, const struct fault *f)
{
    if (!output_has_fault(f)) {
        jsonw_null(w, "fault");
        return;
    }
    jsonw_object(w, "fault");
    jsonw_string(w, "cause", cause_name(f->cause));
    jsonw_string(w, "scope", scope_name(f->scope));
    put_code(w, f->has_code, f->code);
    put_text(w, "message", f->message);
    if (f->http_status > 0)
        jsonw_int(w, "http_status", f->http_status);
    else
        jsonw_null(w, "http_status");
    jsonw_object_end(w);
}

static void put_subject(struct jsonw *w, const struct judgement *j)
{
    const struct selection *s = &j->selection;

    jsonw_string(w, "advertiser_id", s->kind == SELECT_ADVERTISER ? s->id : NULL);
    put_text(w, "name", j->name);
    put_text(w, "owner", j->owner);
    put_text(w, "client", j->client);
    put_text(w, "token", s->kind == SELECT_TOKEN ? s->id : j->token);
    put_text(w, "app", s->app ? s->app : j->app);
    put_text(w, "app_id", j->app_id);
}

static void put_fix(struct jsonw *w, const struct judgement *j)
{
    jsonw_array(w, "fix");
    for (size_t i = 0; j->fix[i]; i++)
        jsonw_string(w, NULL, j->fix[i]);
    jsonw_array_end(w);
}

static void put_counts(struct jsonw *w, const struct counts *counts)
{
    jsonw_object(w, "counts");
    for (size_t i = 0; i < TTA_LEN(counts->state); i++)
        jsonw_int(w, state_name((enum state)i), counts->state[i]);
    jsonw_object_end(w);
}

void output_json_advertiser(struct jsonw *w, const struct snapshot *snapshot, const struct member *m, int64_t now)
{
    const struct verdict *v = &m->verdict;
    struct board_token token;
    struct board_app app;

    jsonw_object(w, NULL);
    jsonw_string(w, "advertiser_id", m->row.id);
    put_text(w, "name", m->row.name);
    put_text(w, "owner", m->row.owner);
    put_text(w, "client", m->row.client);
    put_text(w, "token", snapshot_token(snapshot, m->row.token, &token) ? token.name : "");
    put_text(w, "app", snapshot_app(snapshot, m->row.app, &app) ? app.name : "");
    jsonw_string(w, "state", state_name(v->state));
    put_class_and_answer(w, v);
    put_text(w, "endpoint", v->endpoint);
    put_root(w, v);
    put_time(w, "since", v->since);
    put_time(w, "last_ok", v->last_ok);
    put_time(w, "verified_at", v->verified_at);
    put_age(w, member_age(v->verified_at, now));
    jsonw_object_end(w);
}

static void put_members(struct jsonw *w, const struct judgement *j)
{
    struct member_walk walk;
    struct member member;

    jsonw_array(w, "advertisers");
    if (j->has_counts) {
        member_walk_judged(&walk, j);
        while (member_next(&walk, &member))
            output_json_advertiser(w, j->snapshot, &member, j->now);
    }
    jsonw_array_end(w);
}

static bool speaks_of_many(const struct judgement *j)
{
    return j->selection.kind == SELECT_TOKEN || j->selection.kind == SELECT_APP || j->selection.kind == SELECT_ALL;
}

bool output_json(const struct judgement *judgement, struct buf *out)
{
    const struct judgement *j = judgement;
    const struct verdict *v = &j->verdict;
    struct buf summary;
    struct jsonw w;

    buf_init(&summary, SUMMARY_MAX);
    output_line(j, &summary);
    jsonw_init(&w, out, false);
    jsonw_object(&w, NULL);
    jsonw_int(&w, "schema", SCHEMA);
    jsonw_string(&w, "state", state_name(j->state));
    jsonw_int(&w, "exit", (int)j->state);
    jsonw_string(&w, "summary", buf_text(&summary));
    put_subject(&w, j);
    put_class_and_answer(&w, v);
    jsonw_string(&w, "urgency", urgency_name(v->urgency));
    jsonw_string(&w, "actor", actor_name(v->actor));
    put_fix(&w, j);
    put_text(&w, "endpoint", v->endpoint);
    put_text(&w, "reauth_url", j->reauth_url);
    put_root(&w, v);
    put_time(&w, "since", v->since);
    put_time(&w, "last_ok", v->last_ok);
    put_time(&w, "verified_at", v->verified_at);
    put_age(&w, j->age_s);
    put_fault(&w, &j->fault);
    if (speaks_of_many(j)) {
        put_counts(&w, &j->counts);
        put_members(&w, j);
    }
    jsonw_object_end(&w);
    buf_free(&summary);
    return buf_ok(out);
}
