/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words for counts, causes, faults and root causes. */
#include "cli/lines.h"

#include "base/clock.h"
#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void line_counts(const struct counts *counts, struct buf *out)
{
    static const enum state ORDER[] = {STATE_CRITICAL, STATE_UNKNOWN, STATE_WARNING, STATE_OK};
    bool first = true;

    for (size_t i = 0; i < TTA_LEN(ORDER); i++) {
        if (counts->state[ORDER[i]] == 0)
            continue;
        buf_printf(out, "%s%" PRIu32 " %s", first ? "" : ", ", counts->state[ORDER[i]], state_name(ORDER[i]));
        first = false;
    }
    if (first)
        buf_str(out, "none");
}

void line_cause(const struct verdict *verdict, struct buf *out)
{
    buf_str(out, cause_info(verdict->cause)->lost);
    if (verdict->has_code && verdict->code != 0)
        buf_printf(out, " [%" PRId64 "]", verdict->code);
}

void line_fault(const struct fault *fault, struct buf *out)
{
    if (fault->has_code)
        buf_printf(out, "TikTok %" PRId64, fault->code);
    else
        buf_str(out, cause_info(fault->cause)->lost);
    if (fault->message[0])
        buf_printf(out, ": %s", fault->message);
    if (fault->http_status != 0 && fault->http_status != 200)
        buf_printf(out, " (HTTP %d)", fault->http_status);
}

static void root_row(struct table *table, const struct board_root *root, int64_t now, bool narrow)
{
    char since[CLOCK_TEXT_MAX], members[16];
    bool us = root->actor == ACTOR_US;
    const char *action = cause_fix_short(root->cause, us ? GRANTED_BY_US : GRANTED_BY_CLIENT);
    const char *cell[] = {
        state_upper_name(root->state),
        scope_name(root->kind),
        root->id,
        cause_info(root->cause)->lost,
        members,
        clock_short(root->since, now, since),
        action,
    };

    (void)snprintf(members, sizeof(members), "%" PRIu32, root->members); /* 10 digits at most */
    table_row(table, screen_paint_of(root->state), cell);
    if (narrow)
        table_below(table, action);
}

bool lines_roots(const struct screen *screen, const struct snapshot *snapshot, int64_t now, struct buf *out)
{
    static const struct table_column COLUMN[] = {{"STATE", 0},  {"KIND", 0},  {"NAME", 12},    {"CAUSE", 16},
                                                 {"LOSSES", 0}, {"SINCE", 0}, {"WHO ACTS", 14}};
    bool narrow = screen_is_narrow(screen), any = false, ok;
    struct table *table = table_new(screen, COLUMN, TTA_LEN(COLUMN) - (narrow ? 1 : 0));
    struct board_root root;

    ok = table != NULL;
    for (uint32_t i = 0; table && snapshot_root(snapshot, i, &root); i++) {
        if (root.kind == SCOPE_ADVERTISER)
            continue;
        root_row(table, &root, now, narrow);
        any = true;
    }
    if (any) {
        screen_begin(screen, PAINT_BOLD, out);
        buf_str(out, "Root causes");
        screen_end(screen, PAINT_BOLD, out);
        buf_char(out, '\n');
        ok = table_write(table, out);
        buf_char(out, '\n');
    }
    table_free(table);
    return ok;
}

int64_t lines_stale_after_s(const struct config *config, const struct snapshot *snapshot)
{
    int64_t published = snapshot_board(snapshot)->stale_after_s;

    return published > 0 ? published : config->sweep.stale_after_s;
}

/* --- advertisers --------------------------------------------------------------------------------------------- */

enum column {
    COLUMN_STATE,
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_APP,
    COLUMN_CAUSE,
    COLUMN_SINCE,
    COLUMN_ACTION,
    COLUMN_OWNER
};

static const struct table_column COLUMN[] = {
    [COLUMN_STATE] = {"STATE", 0},      [COLUMN_ID] = {"ADVERTISER", 0}, [COLUMN_NAME] = {"NAME", 7},
    [COLUMN_APP] = {"APP", 6},          [COLUMN_CAUSE] = {"CAUSE", 25},  [COLUMN_SINCE] = {"SINCE", 0},
    [COLUMN_ACTION] = {"WHO ACTS", 16}, [COLUMN_OWNER] = {"OWNER", 8},
};

struct lines_advertisers {
    const struct config *config;
    const struct snapshot *snapshot;
    int64_t now;
    bool narrow;
    size_t columns;
    enum column shown[TTA_LEN(COLUMN)];
    struct table_column column[TTA_LEN(COLUMN)];
    struct table *table;
};

struct lines_advertisers *lines_advertisers_new(const struct screen *screen, const struct config *config,
                                                const struct snapshot *snapshot, int64_t now)
{
    struct lines_advertisers *lines = calloc(1, sizeof(*lines));

    if (!lines)
        return NULL;
    lines->config = config;
    lines->snapshot = snapshot;
    lines->now = now;
    lines->narrow = screen_is_narrow(screen);
    for (unsigned i = 0; i < TTA_LEN(COLUMN); i++) {
        if ((i == COLUMN_APP && snapshot_board(snapshot)->app_count < 2) ||
            (lines->narrow && (i == COLUMN_SINCE || i == COLUMN_ACTION || i == COLUMN_OWNER)))
            continue;
        lines->shown[lines->columns] = (enum column)i;
        lines->column[lines->columns++] = COLUMN[i];
    }
    lines->table = table_new(screen, lines->column, lines->columns);
    if (lines->table)
        return lines;
    free(lines);
    return NULL;
}

void lines_advertisers_free(struct lines_advertisers *lines)
{
    if (!lines)
        return;
    table_free(lines->table);
    free(lines);
}

static void add_below(struct lines_advertisers *lines, const char *action, const char *since, const char *owner)
{
    struct buf text;

    buf_init(&text, 4096);
    buf_printf(&text, "%s (since %s%s%s)", action, since, owner[0] ? ", owner " : "", owner);
    table_below(lines->table, buf_text(&text));
    buf_free(&text);
}

void lines_advertisers_add(struct lines_advertisers *lines, uint32_t index)
{
    struct board_advertiser a;
    struct board_token token;
    struct board_app app;
    struct verdict v;
    struct buf cause;
    char since[CLOCK_TEXT_MAX];
    const char *cell[TTA_LEN(COLUMN)], *all[TTA_LEN(COLUMN)];

    if (!snapshot_advertiser(lines->snapshot, index, &a))
        return;
    if (!snapshot_token(lines->snapshot, a.token, &token))
        token.granted_by = GRANTED_BY_CLIENT;
    if (!snapshot_app(lines->snapshot, a.app, &app))
        app.name = "";
    verdict_at(lines->config, &a.verdict, lines_stale_after_s(lines->config, lines->snapshot), lines->now, &v);
    buf_init(&cause, 512);
    line_cause(&v, &cause);
    if (a.held)
        buf_str(&cause, ", missing from the list, being confirmed");
    all[COLUMN_STATE] = state_upper_name(v.state);
    all[COLUMN_ID] = a.id;
    all[COLUMN_NAME] = a.name;
    all[COLUMN_APP] = app.name;
    all[COLUMN_CAUSE] = buf_text(&cause);
    all[COLUMN_SINCE] = clock_short(v.since, lines->now, since);
    all[COLUMN_ACTION] = v.state == STATE_OK ? "" : cause_fix_short(v.cause, token.granted_by);
    all[COLUMN_OWNER] = a.owner;
    for (size_t i = 0; i < lines->columns; i++)
        cell[i] = all[lines->shown[i]];
    table_row(lines->table, screen_paint_of(v.state), cell);
    if (lines->narrow && v.state != STATE_OK)
        add_below(lines, all[COLUMN_ACTION], all[COLUMN_SINCE], a.owner);
    buf_free(&cause);
}

bool lines_advertisers_write(const struct lines_advertisers *lines, struct buf *out)
{
    return table_write(lines->table, out);
}

/* ------------------------------------------------------------------------------------------------------------- */

void lines_json_time(struct jsonw *w, const char *key, int64_t t)
{
    char text[CLOCK_TEXT_MAX];

    jsonw_string(w, key, t > 0 ? clock_rfc3339(t, text) : NULL);
}

void lines_json_counts(struct jsonw *w, const char *key, const struct counts *counts)
{
    static const enum state ORDER[] = {STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN};

    jsonw_object(w, key);
    for (size_t i = 0; i < TTA_LEN(ORDER); i++)
        jsonw_int(w, state_name(ORDER[i]), counts->state[ORDER[i]]);
    jsonw_int(w, "unauthorized", counts->unauthorized);
    jsonw_object_end(w);
}

bool lines_has_word(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; *at;) {
        size_t n = strcspn(at, " ");

        if (n == len && n > 0 && strncmp(at, word, n) == 0)
            return true;
        at += n;
        at += strspn(at, " ");
    }
    return false;
}

bool lines_print(struct buf *out)
{
    bool ok = buf_ok(out);

    if (ok)
        (void)fwrite(buf_text(out), 1, buf_len(out), stdout); /* main looks at ferror(stdout) */
    else
        fprintf(stderr, "tiktok-auth: out of memory\n");
    buf_free(out);
    return ok;
}
