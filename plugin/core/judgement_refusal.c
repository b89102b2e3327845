/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds what is to be judged, or says why it can't be. */
#include "core/judgement_parts.h"

#include "core/complaint_walk.h"

#include <string.h>

static const char ADD_ADVERTISER[] = "add it, see tiktok-auth discover";
static const char ADD_SECTION[] = "correct the name or add it";
static const char AWAIT_SWEEP[] = "wait for the next sweep";
static const char CORRECT_CONFIGURATION[] = "correct the configuration";
static const char CORRECT_INVENTORY[] = "correct the inventory";
static const char ASK_DOCTOR[] = "run tiktok-auth doctor";

enum { REASON_MAX = COMPLAINT_WALK_TEXT_MAX + 4 };

/* What the first complaint about exactly this says, its place last; false: there is none. */
static bool complaint_about(const struct judge *j, enum subject subject, const char *name, char reason[REASON_MAX])
{
    struct complaint_walk walk;

    complaint_walk(&walk, j->complaints, j->snapshot);
    while (complaint_next(&walk))
        if (walk.subject == (int)subject && strcmp(walk.name, name) == 0) {
            complaint_reason_first(&walk, reason, REASON_MAX);
            return true;
        }
    return false;
}

/* The file an advertiser would be added to, without its folder. */
static const char *inventory_file(const struct config *config)
{
    const char *path = config->inventory_count > 0 ? config->inventory_file[0] : "advertisers.csv";
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void refuse_advertiser(struct judge *j)
{
    const struct selection *selection = &j->out->selection;
    char reason[REASON_MAX];

    if (complaint_about(j, SUBJECT_ADVERTISER, selection->id, reason))
        judgement_say_refusal(j, CORRECT_INVENTORY, "advertiser %s: not in the inventory: %s", selection->id,
                              reason);
    else if (complaint_about(j, SUBJECT_ALL, "", reason))
        judgement_say_refusal(j, ASK_DOCTOR, "advertiser %s: not in the inventory: %s", selection->id, reason);
    else if (selection->app)
        judgement_say_refusal(j, ADD_ADVERTISER, "advertiser %s: not in the inventory of app %s (%s)",
                              selection->id, selection->app, inventory_file(j->config));
    else
        judgement_say_refusal(j, ADD_ADVERTISER, "advertiser %s: not in the inventory (%s)", selection->id,
                              inventory_file(j->config));
}

static void refuse_several(struct judge *j, uint32_t first)
{
    const struct board *board = snapshot_board(j->snapshot);
    const char *id = j->out->selection.id;
    char names[JUDGEMENT_TEXT_MAX / 2] = "";
    size_t len = 0;

    for (uint32_t i = first; i < board->app_count; i++) {
        struct board_advertiser a;
        struct board_app app;
        size_t name_len;

        if (!snapshot_find_advertiser(j->snapshot, i, id, &a, NULL) || !snapshot_app(j->snapshot, i, &app))
            continue;
        name_len = strlen(app.name);
        if (name_len + 3 > sizeof(names) - len)
            break;
        if (len > 0) {
            memcpy(names + len, ", ", 2);
            len += 2;
        }
        memcpy(names + len, app.name, name_len + 1);
        len += name_len;
    }
    judgement_say_refusal(j, "say which with --app", "advertiser %s: in the inventory of several apps (%s)", id,
                          names);
}

bool judgement_find_advertiser(struct judge *j, struct board_advertiser *out)
{
    const struct selection *selection = &j->out->selection;
    uint32_t apps = snapshot_board(j->snapshot)->app_count, found = UINT32_MAX;
    struct board_advertiser other;
    struct board_app app;

    if (selection->app) {
        uint32_t index;

        if (!snapshot_find_app(j->snapshot, selection->app, &app, &index)) {
            judgement_refuse_app(j);
            return false;
        }
        if (snapshot_find_advertiser(j->snapshot, index, selection->id, out, NULL))
            return true;
        refuse_advertiser(j);
        return false;
    }
    for (uint32_t i = 0; i < apps; i++) {
        if (found == UINT32_MAX) {
            if (snapshot_find_advertiser(j->snapshot, i, selection->id, out, NULL))
                found = i;
        } else if (snapshot_find_advertiser(j->snapshot, i, selection->id, &other, NULL)) {
            refuse_several(j, found);
            return false;
        }
    }
    if (found == UINT32_MAX)
        refuse_advertiser(j);
    return found != UINT32_MAX;
}

void judgement_refuse_token(struct judge *j)
{
    const char *name = j->out->selection.id;
    char reason[REASON_MAX];

    if (complaint_about(j, SUBJECT_TOKEN, name, reason))
        judgement_say_refusal(j, CORRECT_CONFIGURATION, "token %s: %s", name, reason);
    else if (config_find_token(j->config, name) != SIZE_MAX)
        judgement_say_refusal(j, AWAIT_SWEEP, "token %s is new in the configuration, no sweep has asked it yet",
                              name);
    else if (j->config->tokens_file || j->config->tokens_command)
        judgement_say_refusal(j, ASK_DOCTOR, "token %s is neither in the configuration nor in the last snapshot",
                              name);
    else
        judgement_say_refusal(j, ADD_SECTION, "token %s is not in the configuration", name);
}

void judgement_refuse_app(struct judge *j)
{
    const char *name = j->out->selection.app;
    char reason[REASON_MAX];

    if (complaint_about(j, SUBJECT_APP, name, reason))
        judgement_say_refusal(j, CORRECT_CONFIGURATION, "app %s: %s", name, reason);
    else if (config_find_app(j->config, name))
        judgement_say_refusal(j, AWAIT_SWEEP, "app %s is new in the configuration, no sweep has asked it yet",
                              name);
    else
        judgement_say_refusal(j, ADD_SECTION, "app %s is not in the configuration", name);
}

void judgement_refuse_empty(struct judge *j)
{
    char reason[REASON_MAX];

    if (complaint_about(j, SUBJECT_ALL, "", reason))
        judgement_say_refusal(j, ASK_DOCTOR, "no advertisers in the inventory: %s", reason);
    else
        judgement_say_refusal(j, "add some, see tiktok-auth discover", "no advertisers in the inventory (%s)",
                              inventory_file(j->config));
}
