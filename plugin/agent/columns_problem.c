/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rows of the problem table: what is not OK, for people. */
#include "agent/columns.h"

#include "agent/columns_part.h"

#include "base/buf.h"

static const struct part_column PART[] = {
    {MIB_PROBLEM_CODE, PART_CODE},         {MIB_PROBLEM_MESSAGE, PART_MESSAGE},
    {MIB_PROBLEM_LAST_OK, PART_LAST_OK},   {MIB_PROBLEM_LAST_OK_AGE, PART_LAST_OK_AGE},
    {MIB_PROBLEM_VERIFIED, PART_VERIFIED}, {MIB_PROBLEM_VERIFIED_AGE, PART_VERIFIED_AGE},
};

/* What a row stands for, whatever its kind. */
struct problem {
    const char *app, *id, *name;
    const struct judgement *j; /* of itself, or of the member that speaks for it */
    enum state state;
    enum cause cause;
    int64_t since;
    enum urgency urgency;
    enum actor actor;
    uint32_t members;
    enum scope root_kind;
    const char *root_id;
};

static void take_judgement(struct problem *p, const struct judgement *j)
{
    p->j = j;
    p->state = j->verdict.state;
    p->cause = j->verdict.cause;
    p->since = j->verdict.since;
    p->urgency = j->verdict.urgency;
    p->actor = j->verdict.actor;
}

static bool read_advertiser(struct picture *picture, uint32_t at, struct problem *p)
{
    struct board_advertiser a;
    struct board_app app;

    if (!snapshot_advertiser(picture->snapshot, at, &a) || !snapshot_app(picture->snapshot, a.app, &app))
        return false;
    take_judgement(
        p, picture_of(picture, &(struct selection){.kind = SELECT_ADVERTISER, .app = app.name, .id = a.id}));
    p->app = app.name;
    p->id = a.id;
    p->name = a.name;
    p->members = 1;
    p->root_kind = p->j->verdict.root_kind;
    p->root_id = p->j->verdict.root_id;
    return true;
}

/* An app or token speaks for itself, a client or an endpoint through one of its members. */
static bool read_root(struct picture *picture, const struct row_ref *row, struct problem *p)
{
    struct board_root root;

    if (!snapshot_root(picture->snapshot, row->at, &root))
        return false;
    if (root.kind == SCOPE_APP)
        take_judgement(p, picture_of(picture, &(struct selection){.kind = SELECT_APP, .app = root.app}));
    else if (root.kind == SCOPE_TOKEN)
        take_judgement(p, picture_of(picture, &(struct selection){.kind = SELECT_TOKEN, .id = root.id}));
    else if (!read_advertiser(picture, row->member, p))
        return false;
    else {
        p->state = root.state;
        p->cause = root.cause;
        p->since = root.since;
    }
    p->app = root.app;
    p->id = p->name = root.id;
    p->members = root.members;
    p->root_kind = root.kind;
    p->root_id = root.id;
    return true;
}

static bool read_problem(struct picture *picture, const struct row_ref *row, struct problem *p)
{
    if (row->kind == SCOPE_ADVERTISER)
        return read_advertiser(picture, row->at, p);
    if (row->kind != SCOPE_API)
        return read_root(picture, row, p);
    take_judgement(p, picture_api(picture));
    p->state = p->j->state;
    p->app = p->id = p->root_id = "";
    p->name = "TikTok API";
    p->members = snapshot_board(picture->snapshot)->advertiser_count;
    p->root_kind = SCOPE_API;
    return true;
}

static void put_fix(const struct judgement *j, struct value *out)
{
    struct buf line;
    size_t count = 0;

    while (j->fix[count])
        count++;
    buf_init(&line, FIX_LINE_MAX);
    fix_line(j->fix, count, &line);
    value_text(out, MIB_LONG_TEXT, buf_text(&line));
    buf_free(&line);
}

bool problem_value(struct picture *picture, const struct row_ref *row, enum mib_object object, struct value *out)
{
    struct problem p = {0};

    if (!read_problem(picture, row, &p))
        return false;
    if (part_value(PART, TTA_LEN(PART), object, p.j, out))
        return true;
    switch ((int)object) {
    case MIB_PROBLEM_KIND:
        value_enum(out, MIB_KIND, row->kind);
        return true;
    case MIB_PROBLEM_APP:
        value_text(out, MIB_WORD, p.app);
        return true;
    case MIB_PROBLEM_ID:
        value_text(out, MIB_TEXT, p.id);
        return true;
    case MIB_PROBLEM_NAME:
        value_text(out, MIB_TEXT, p.name);
        return true;
    case MIB_PROBLEM_STATE:
        value_enum(out, MIB_STATE, p.state);
        return true;
    case MIB_PROBLEM_CAUSE:
        value_enum(out, MIB_CAUSE, p.cause);
        return true;
    case MIB_PROBLEM_REQUEST_ID:
        value_text(out, MIB_TEXT, p.j->verdict.request_id);
        return true;
    case MIB_PROBLEM_SINCE:
        value_time(out, p.since);
        return true;
    case MIB_PROBLEM_SINCE_AGE:
        value_age(out, p.since, picture->now);
        return true;
    case MIB_PROBLEM_OWNER:
        value_text(out, MIB_TEXT, p.j->owner);
        return true;
    case MIB_PROBLEM_CLIENT:
        value_text(out, MIB_TEXT, p.j->client);
        return true;
    case MIB_PROBLEM_URGENCY:
        value_enum(out, MIB_URGENCY, p.urgency);
        return true;
    case MIB_PROBLEM_ACTOR:
        value_enum(out, MIB_ACTOR, p.actor);
        return true;
    case MIB_PROBLEM_ACTION:
        value_text(out, MIB_TEXT, p.j->fix_short);
        return true;
    case MIB_PROBLEM_FIX:
        put_fix(p.j, out);
        return true;
    case MIB_PROBLEM_REAUTH_URL:
        value_text(out, MIB_LONG_TEXT, p.j->reauth_url);
        return true;
    case MIB_PROBLEM_RUNBOOK_URL:
        value_text(out, MIB_LONG_TEXT, p.j->runbook_url);
        return true;
    case MIB_PROBLEM_ROOT_KIND:
        value_enum(out, MIB_KIND, p.root_kind);
        return true;
    case MIB_PROBLEM_ROOT_ID:
        value_text(out, MIB_TEXT, p.root_id);
        return true;
    case MIB_PROBLEM_MEMBERS:
        value_number(out, MIB_GAUGE, p.members);
        return true;
    default:
        return false;
    }
}
