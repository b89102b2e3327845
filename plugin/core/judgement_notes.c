/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is worth saying beside a verdict and changes no state. */
#include "core/judgement_parts.h"

#include "base/clock.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/complaint_walk.h"
#include "core/member_walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMPLAINTS_SHOWN_MAX = 4,
    ROUNDS_LATE_MAX = 3, /* a service that published nothing for so many rounds has stopped */
    CLOCK_AHEAD_MAX_S = 60
};

void judgement_note(struct judgement *judgement, const char *format, ...)
{
    char draft[JUDGEMENT_TEXT_MAX + 4]; /* text_cut looks at the byte behind the cut */
    char *note;
    va_list args;
    size_t len;

    if (judgement->note_count >= JUDGEMENT_NOTES_MAX)
        return;
    va_start(args, format);
    if (vsnprintf(draft, sizeof(draft), format, args) < 0)
        draft[0] = '\0';
    va_end(args);
    note = judgement->note[judgement->note_count++];
    len = text_cut(draft, strlen(draft), JUDGEMENT_TEXT_MAX - 1);
    memcpy(note, draft, len);
    note[len] = '\0';
}

static bool has_word(const char *list, const char *wanted)
{
    const char *word;
    size_t len;

    while ((len = parse_word(&list, " ", &word)) > 0)
        if (strlen(wanted) == len && memcmp(word, wanted, len) == 0)
            return true;
    return false;
}

static bool token_is_of_app(const struct judge *j, const char *token_name, const char *app_name)
{
    size_t token = config_find_token(j->config, token_name);

    return token != SIZE_MAX && j->config->token[token].app < j->config->app_count &&
           strcmp(j->config->app[j->config->token[token].app].name, app_name) == 0;
}

/* True when a complaint affects what is judged. */
static bool concerns(const struct judge *j, const struct complaint_walk *c)
{
    const struct judgement *out = j->out;

    if (c->subject == SUBJECT_ALL)
        return true;
    switch (out->selection.kind) {
    case SELECT_ADVERTISER:
        return (c->subject == SUBJECT_ADVERTISER && strcmp(c->name, out->selection.id) == 0) ||
               (c->subject == SUBJECT_TOKEN && has_word(out->tokens, c->name)) ||
               (c->subject == SUBJECT_APP && strcmp(c->name, out->app) == 0);
    case SELECT_TOKEN:
        return (c->subject == SUBJECT_TOKEN && strcmp(c->name, out->selection.id) == 0) ||
               (c->subject == SUBJECT_APP && strcmp(c->name, out->app) == 0);
    case SELECT_APP:
        return (c->subject == SUBJECT_APP && strcmp(c->name, out->selection.app) == 0) ||
               (c->subject == SUBJECT_TOKEN && token_is_of_app(j, c->name, out->selection.app));
    case SELECT_API:
        return false; /* the output lists every one */
    case SELECT_ALL:
        return true;
    }
    return false;
}

bool judgement_count_complaints(struct judge *j)
{
    struct complaint_walk walk;
    bool about_all = false;

    complaint_walk(&walk, j->complaints, j->snapshot);
    while (complaint_next(&walk)) {
        j->out->complaint_count++;
        about_all |= walk.subject == SUBJECT_ALL;
    }
    return about_all;
}

static void note_complaints(struct judge *j)
{
    struct complaint_walk walk;
    unsigned shown = 0, more = 0;

    if (j->out->selection.kind == SELECT_API)
        return;
    complaint_walk(&walk, j->complaints, j->snapshot);
    while (complaint_next(&walk)) {
        if (!concerns(j, &walk))
            continue;
        if (shown < COMPLAINTS_SHOWN_MAX) {
            judgement_note(j->out, "%s", walk.text);
            shown++;
        } else
            more++;
    }
    if (more > 0)
        judgement_note(j->out, "%u more faults in configuration and inventory: tiktok-auth doctor lists them",
                       more);
}

/* Lists outside the configuration may have the token: one of the user's, or that of tokens kept from
 * authorizations. */
static bool is_listed_elsewhere(const struct judge *j)
{
    static const struct file_stamp none; /* of a file that is missing */
    uint32_t count = snapshot_board(j->snapshot)->input_count;
    char *own = config_own_list(j->config);
    bool listed = j->config->tokens_file || j->config->tokens_command;
    struct board_input input;

    for (uint32_t i = 0; own && !listed && i < count; i++)
        listed = snapshot_input(j->snapshot, i, &input) && strcmp(input.path, own) == 0 &&
                 !file_stamp_equal(&input.stamp, &none);
    free(own);
    return listed;
}

static void note_token(struct judge *j, const struct board_token *token)
{
    char since[CLOCK_TEXT_MAX];

    if (token->note[0] && j->out->selection.kind == SELECT_TOKEN)
        judgement_note(j->out, "token %s: %s", token->name, token->note);
    if (token->mass_since)
        judgement_note(
            j->out,
            "token %s: many advertisers left its list at once at %s; until that is confirmed the states "
            "before stand",
            token->name, clock_short(token->mass_since, j->out->now, since));
    if (config_find_token(j->config, token->name) == SIZE_MAX && !is_listed_elsewhere(j))
        judgement_note(j->out, "token %s is no longer in the configuration", token->name);
}

static void note_age(struct judge *j, const struct board *board)
{
    int64_t round = board->real_interval_s > board->interval_s ? board->real_interval_s : board->interval_s;
    int64_t age = member_age(board->made_at, j->out->now);
    char when[CLOCK_TEXT_MAX], span[CLOCK_TEXT_MAX];

    clock_short(board->made_at, j->out->now, when);
    /* The age that now would have then. */
    if (member_age(j->out->now, board->made_at) > CLOCK_AHEAD_MAX_S)
        judgement_note(j->out, "the snapshot was made at %s, which is ahead of the clock of this host", when);
    if (j->config->sweep.by_service && round > 0 && age / ROUNDS_LATE_MAX > round)
        judgement_note(j->out, "the last snapshot is of %s: is the service tiktok-auth-agent running?", when);
    if (j->out->selection.kind == SELECT_API && board->interval_s > 0 &&
        board->real_interval_s > board->interval_s)
        judgement_note(j->out, "a full round takes %s at this budget, longer than the interval",
                       clock_span(board->real_interval_s, span));
}

void judgement_add_notes(struct judge *j, const struct board_token *token)
{
    const struct board *board = j->snapshot ? snapshot_board(j->snapshot) : NULL;

    note_complaints(j);
    if (!board)
        return;
    if (board->store_fault[0])
        judgement_note(j->out, "the store can not be used, so history and quota are not kept: %s",
                       board->store_fault);
    if (token)
        note_token(j, token);
    note_age(j, board);
}
