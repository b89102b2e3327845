/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Compares the root causes of a board with what was told of them. */
#include "core/alert.h"

#include "core/alert_trouble.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

struct comparison {
    const struct alert_input *input;
    struct alerts *out;
    struct troubles *troubles;
};

int told_order(const struct told *a, const struct told *b)
{
    int order;

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    order = strcmp(a->app, b->app);
    return order ? order : advertiser_id_order(a->id, b->id);
}

static int told_order_void(const void *a, const void *b)
{
    return told_order(a, b);
}

static bool is_same(enum state state, enum cause cause, enum state other_state, enum cause other_cause)
{
    if (state != other_state)
        return false;
    return state == STATE_OK || cause == other_cause || (cause_is_access(cause) && cause_is_access(other_cause));
}

static bool too_soon(const struct comparison *c, int64_t told_at)
{
    int64_t age_s = c->input->now - told_at;

    return age_s >= 0 && age_s < c->input->config->snmp.notify_interval_s;
}

static void put(struct comparison *c, const struct told *row)
{
    c->out->put[c->out->put_count++] = *row;
}

static void tell(struct comparison *c, const struct told *row, const struct told *before,
                 const struct trouble *trouble, const char *note)
{
    struct alert *alert = &c->out->alert[c->out->alert_count++];

    *alert = (struct alert){
        .at = c->input->now,
        .kind = row->kind,
        .app = row->app,
        .id = row->id,
        .name = row->name,
        .owner = row->owner,
        .client = row->client,
        .state = row->state,
        .cause = row->cause,
        .old_state = before ? before->state : STATE_OK,
        .old_cause = before ? before->cause : CAUSE_AUTHORIZED,
        .message = "",
        .request_id = "",
        .suppressed = before ? before->unheard : 0,
        .since = c->input->now,
        .note = note,
        .row = c->out->put_count, /* the next one */
        .was_alone = before && before->alone,
    };
    trouble_describe(c->input->config, trouble, &c->out->arena, alert);
}

/* How a root cause reads now, against the row of what was told (NULL: none). */
static void compare(struct comparison *c, const struct told *before, const struct told *now,
                    const struct trouble *trouble, const char *note)
{
    struct told row = *now;

    if (c->input->baseline) {
        put(c, &row);
        return;
    }
    if (!before || (!is_same(row.state, row.cause, before->state, before->cause) && !too_soon(c, before->at))) {
        tell(c, &row, before, trouble, note);
        row.alone = true;
        row.unheard = 0;
        put(c, &row);
        return;
    }
    if (is_same(row.state, row.cause, before->seen_state, before->seen_cause))
        return;
    /* It changed, and is not told now. What was waiting is never told, and neither is a return to what was. */
    row = *before;
    row.unheard += !is_same(before->seen_state, before->seen_cause, before->state, before->cause);
    row.unheard += is_same(now->state, now->cause, before->state, before->cause);
    row.seen_state = now->state;
    row.seen_cause = now->cause;
    put(c, &row);
}

static struct told row_of(const struct comparison *c, const struct trouble *trouble)
{
    return (struct told){
        .kind = trouble->kind,
        .app = trouble->app,
        .id = trouble->id,
        .name = trouble->name,
        .owner = trouble->owner,
        .client = trouble->client,
        .state = trouble->verdict.state,
        .cause = trouble->verdict.cause,
        .at = c->input->now,
        .seen_state = trouble->verdict.state,
        .seen_cause = trouble->verdict.cause,
    };
}

static const struct told *find_told(const struct comparison *c, const struct told *key)
{
    if (c->input->told_count == 0)
        return NULL;
    return bsearch(key, c->input->told, c->input->told_count, sizeof(*key), told_order_void);
}

/* Of a client that was told, one advertiser alone is left in trouble: the client's alert stands for it, and ends
 * with it. */
static bool is_left_of_client(const struct comparison *c, const struct told *row)
{
    struct told key = {.kind = SCOPE_CLIENT, .app = row->app, .id = row->client};
    const struct told *client = row->kind == SCOPE_ADVERTISER && row->client[0] ? find_told(c, &key) : NULL;

    return client && is_same(client->state, client->cause, row->state, row->cause) &&
           !troubles_find(c->troubles, client);
}

static void compare_trouble(struct comparison *c, const struct trouble *trouble)
{
    struct told row = row_of(c, trouble);
    const struct told *before = find_told(c, &row);

    if (before || !is_left_of_client(c, &row))
        compare(c, before, &row, trouble, "");
}

/* A row whose root cause is none any more: it is over, or a higher one explains it now. */
static void compare_rest(struct comparison *c, const struct told *before)
{
    enum trouble_rest rest = troubles_rest(c->troubles, before);
    struct told row = *before;

    if (rest == REST_TROUBLED)
        return;
    if (before->state == STATE_OK && is_same(STATE_OK, CAUSE_AUTHORIZED, before->seen_state, before->seen_cause) &&
        !too_soon(c, before->at)) {
        c->out->drop[c->out->drop_count++] = *before;
        return;
    }
    row.state = row.seen_state = STATE_OK;
    row.cause = row.seen_cause = CAUSE_AUTHORIZED;
    row.at = c->input->now;
    compare(c, before, &row, NULL, rest == REST_GONE ? "no longer monitored" : "");
}

/* Trouble before its end, higher causes first, the worst first; ends in the opposite direction. */
static int telling_order(const void *a, const void *b)
{
    const struct alert *x = a, *y = b;
    bool x_ends = x->state == STATE_OK, y_ends = y->state == STATE_OK;
    int order;

    if (x_ends != y_ends)
        return x_ends ? 1 : -1;
    if (x->kind != y->kind)
        return (x->kind < y->kind) == !x_ends ? -1 : 1;
    order = state_severity(y->state) - state_severity(x->state);
    if (order)
        return order;
    if (x->members != y->members)
        return x->members > y->members ? -1 : 1;
    order = strcmp(x->app, y->app);
    return order ? order : advertiser_id_order(x->id, y->id);
}

/* Ends beyond the burst of what was told alone wait for the next board: no summary closes an alarm. */
static void postpone_ends(struct alerts *out, size_t burst)
{
    size_t kept = burst, put = 0;

    for (size_t i = burst; i < out->alert_count; i++) {
        const struct alert *alert = &out->alert[i];

        if (alert->state == STATE_OK && alert->was_alone)
            out->put[alert->row].app = NULL; /* as if it had not been seen */
        else
            out->alert[kept++] = *alert;
    }
    out->alert_count = kept;
    for (size_t i = burst; i < kept; i++)
        out->put[out->alert[i].row].alone = false;
    for (size_t i = 0; i < out->put_count; i++)
        if (out->put[i].app)
            out->put[put++] = out->put[i];
    out->put_count = put;
}

/* Above notify_burst alerts the first of them, and a summary instead of the rest. */
static void summarize(struct comparison *c)
{
    struct alerts *out = c->out;
    size_t burst = (size_t)c->input->config->snmp.notify_burst;
    struct alert summary = {.summary = true, .at = c->input->now, .state = STATE_OK};
    size_t began = 0;

    if (out->alert_count > burst)
        postpone_ends(out, burst);
    if (out->alert_count <= burst)
        return;
    for (size_t i = 0; i < out->alert_count; i++) {
        began += out->alert[i].state != STATE_OK;
        if (i >= burst)
            summary.suppressed += 1 + out->alert[i].suppressed;
        summary.state = state_worst(summary.state, out->alert[i].state);
    }
    summary.old_state = summary.state;
    summary.changes = (int64_t)out->alert_count;
    summary.app = summary.id = summary.owner = summary.client = summary.message = summary.request_id = "";
    summary.action = summary.fix = summary.reauth_url = "";
    summary.name = "summary";
    summary.since = c->input->now;
    summary.note =
        arena_printf(&out->arena, "%zu changes at once: %zu new or worse, %zu over; %zu told one by one",
                     out->alert_count, began, out->alert_count - began, burst);
    out->alert[burst] = summary;
    out->alert_count = burst + 1;
}

struct alerts *alerts_find(const struct alert_input *input)
{
    struct alerts *out = calloc(1, sizeof(*out));
    struct comparison c = {.input = input, .out = out};
    size_t room;

    if (!out)
        return NULL;
    c.troubles = troubles_of(input);
    room = (c.troubles ? c.troubles->count : 0) + input->told_count + 2;
    out->alert = calloc(room, sizeof(*out->alert));
    out->put = calloc(room, sizeof(*out->put));
    out->drop = calloc(room, sizeof(*out->drop));
    if (c.troubles && out->alert && out->put && out->drop) {
        for (size_t i = 0; i < c.troubles->count; i++)
            compare_trouble(&c, &c.troubles->item[i]);
        for (size_t i = 0; !input->baseline && i < input->told_count; i++)
            if (!troubles_find(c.troubles, &input->told[i]))
                compare_rest(&c, &input->told[i]);
        qsort(out->alert, out->alert_count, sizeof(*out->alert), telling_order);
        summarize(&c);
    } else {
        out->arena.failed = true;
    }
    troubles_free(c.troubles);
    if (!out->arena.failed)
        return out;
    alerts_free(out);
    return NULL;
}

void alerts_free(struct alerts *alerts)
{
    if (!alerts)
        return;
    free(alerts->alert);
    free(alerts->put);
    free(alerts->drop);
    arena_free(&alerts->arena);
    free(alerts);
}
