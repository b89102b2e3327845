/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the check says of watched uploads. */
#include "check/videos.h"

#include "base/clock.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

static bool is_meant(const struct options *o, const struct upload *u)
{
    return (!o->selection.app || strcmp(u->app, o->selection.app) == 0) &&
           (!o->selection.id || strcmp(u->advertiser_id, o->selection.id) == 0) &&
           (!o->video || strcmp(u->id, o->video) == 0);
}

static bool any_is_due(const struct options *o, const struct upload_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (is_meant(o, &list->item[i]) && watched_is_due(&list->item[i], clock_wall()))
            return true;
    return false;
}

static bool say(const struct options *o, const struct upload_report *report, enum state *state, struct buf *out)
{
    *state = upload_report_state(report);
    return o->json ? upload_report_json(report, out) && buf_char(out, '\n')
                   : upload_report_text(report, o->verbose > 0, out);
}

static bool refuse(const struct options *o, const char *why, const char *fix, enum state *state, struct buf *out)
{
    return say(o, &(struct upload_report){.refusal = why, .refusal_fix = fix, .now = clock_wall()}, state, out);
}

static bool say_list(const struct options *o, const struct config *config, const struct upload_list *list,
                     const char *note, enum state *state, struct buf *out)
{
    const struct upload **meant = calloc(list->count + 1, sizeof(*meant));
    struct upload_report report = {
        .config = config,
        .upload = meant,
        .stale_after_s = config->sweep.stale_after_s,
        .now = clock_wall(),
        .note = note,
    };
    bool ok;

    if (!meant)
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (is_meant(o, &list->item[i]))
            meant[report.count++] = &list->item[i];
    if (o->video && report.count == 0)
        ok = refuse(o, "this video is not watched, or was settled long ago", "see tiktok-auth videos", state, out);
    else
        ok = say(o, &report, state, out);
    free(meant);
    return ok;
}

bool videos_judge(const struct options *o, const struct view *view, const char *why, int64_t until_ms,
                  enum state *state, struct buf *out)
{
    struct upload_list list = {.item = NULL};
    struct err err = {.text = ""}, note = {.text = ""};
    const struct config *config;
    bool ok;

    if (!view)
        return refuse(o, why, "run tiktok-auth doctor", state, out);
    config = view_config(view);
    ok = watched_read(config, &list, &err);
    if (ok && !config->sweep.by_service && any_is_due(o, &list)) {
        if (!view_poll_videos(view, until_ms, &note))
            err_set(&err, "%s; this is the last known state", note.text);
        note = err;
        upload_list_free(&list);
        ok = watched_read(config, &list, &err);
    }
    ok = ok ? say_list(o, config, &list, note.text, state, out)
            : refuse(o, err.text, "run tiktok-auth doctor", state, out);
    upload_list_free(&list);
    return ok;
}
