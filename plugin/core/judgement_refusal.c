/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Finds what is to be judged, or says why it can't be. */
#include "core/judgement_parts.h"

#include "core/complaint_walk.h"

#include <string.h>

/* The first complaint about exactly this; "" none. The text lives in *walk. */
static const char *complaint_about(const struct judge *j, enum subject subject, const char *name,
                                   struct complaint_walk *walk)
{
    complaint_walk(walk, j->complaints, j->snapshot);
    while (complaint_next(walk))
        if (walk->subject == (int)subject && strcmp(walk->name, name) == 0)
            return walk->text;
    return "";
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
    struct complaint_walk walk;
    const char *complaint = complaint_about(j, SUBJECT_ADVERTISER, selection->id, &walk);

    if (!complaint[0])
        complaint = complaint_about(j, SUBJECT_ALL, "", &walk);
    if (complaint[0])
        judgement_say_refusal(j, "advertiser %s: not in the inventory: %s", selection->id, complaint);
    else if (selection->app)
        judgement_say_refusal(
            j, "advertiser %s: not in the inventory of app %s; add it to %s or see tiktok-auth discover",
            selection->id, selection->app, inventory_file(j->config));
    else
        judgement_say_refusal(j, "advertiser %s: not in the inventory; add it to %s or see tiktok-auth discover",
                              selection->id, inventory_file(j->config));
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
    judgement_say_refusal(j, "advertiser %s: in the inventory of several apps (%s); say which with --app", id,
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
    struct complaint_walk walk;
    const char *complaint = complaint_about(j, SUBJECT_TOKEN, name, &walk);

    if (complaint[0])
        judgement_say_refusal(j, "token %s: %s", name, complaint);
    else if (config_find_token(j->config, name) != SIZE_MAX)
        judgement_say_refusal(j, "token %s is new in the configuration, no sweep has asked it yet", name);
    else if (j->config->tokens_file || j->config->tokens_command)
        judgement_say_refusal(j, "token %s is neither in the configuration nor in the last snapshot", name);
    else
        judgement_say_refusal(j, "token %s is not in the configuration", name);
}

void judgement_refuse_app(struct judge *j)
{
    const char *name = j->out->selection.app;
    struct complaint_walk walk;
    const char *complaint = complaint_about(j, SUBJECT_APP, name, &walk);

    if (complaint[0])
        judgement_say_refusal(j, "app %s: %s", name, complaint);
    else if (config_find_app(j->config, name))
        judgement_say_refusal(j, "app %s is new in the configuration, no sweep has asked it yet", name);
    else
        judgement_say_refusal(j, "app %s is not in the configuration", name);
}

void judgement_refuse_empty(struct judge *j)
{
    struct complaint_walk walk;
    const char *complaint = complaint_about(j, SUBJECT_ALL, "", &walk);

    if (complaint[0])
        judgement_say_refusal(j, "no advertisers in the inventory: %s", complaint);
    else
        judgement_say_refusal(j, "no advertisers in the inventory; add them to %s or see tiktok-auth discover",
                              inventory_file(j->config));
}
