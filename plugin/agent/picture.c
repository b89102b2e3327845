/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Judges by the snapshot, at most once a second for the whole. */
#include "agent/picture.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

static const char NO_SNAPSHOT[] = "no round has ended yet";

void picture_renew(struct picture *picture, const struct config *config, const struct complaints *complaints,
                   const struct snapshot *snapshot)
{
    picture->config = config;
    picture->complaints = complaints;
    picture->snapshot = snapshot;
    picture->all.known = picture->api.known = picture->one.known = false;
}

void picture_at(struct picture *picture, int64_t now)
{
    if (now == picture->now)
        return;
    picture->now = now;
    picture->all.known = picture->api.known = picture->one.known = false;
}

static void judge(struct picture *picture, const struct selection *selection, struct judgement *out)
{
    static const struct thresholds none = {0};

    judgement_make(picture->config, picture->complaints, picture->snapshot, NO_SNAPSHOT, selection, &none,
                   STATE_UNKNOWN, picture->now, out);
}

static void write_line(const struct judgement *judgement, char *out, size_t size)
{
    struct buf line;

    buf_init(&line, size);
    out[0] = '\0';
    if (output_line(judgement, &line))
        snprintf(out, size, "%s", buf_text(&line));
    buf_free(&line);
}

static void judge_whole(struct picture *picture)
{
    if (!picture->all.known) {
        judge(picture, &(struct selection){.kind = SELECT_ALL}, &picture->all.judgement);
        write_line(&picture->all.judgement, picture->all.line, sizeof(picture->all.line));
    }
    if (!picture->api.known) {
        judge(picture, &(struct selection){.kind = SELECT_API}, &picture->api.judgement);
        write_line(&picture->api.judgement, picture->api.line, sizeof(picture->api.line));
    }
    picture->all.known = picture->api.known = true;
}

const struct judgement *picture_all(struct picture *picture)
{
    judge_whole(picture);
    return &picture->all.judgement;
}

const char *picture_all_line(struct picture *picture)
{
    judge_whole(picture);
    return picture->all.line;
}

const struct judgement *picture_api(struct picture *picture)
{
    judge_whole(picture);
    return &picture->api.judgement;
}

const char *picture_api_line(struct picture *picture)
{
    judge_whole(picture);
    return picture->api.line;
}

/* Selections point into the snapshot, so the same thing has the same pointers. */
static bool is_same(const struct selection *a, const struct selection *b)
{
    return a->kind == b->kind && a->app == b->app && a->id == b->id;
}

const struct judgement *picture_of(struct picture *picture, const struct selection *selection)
{
    if (!picture->one.known || !is_same(&picture->one.selection, selection)) {
        judge(picture, selection, &picture->one.judgement);
        picture->one.selection = *selection;
        picture->one.known = true;
    }
    return &picture->one.judgement;
}
