/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One delivery: whose turn it is, what is delivered, and what is remembered of it. */
#include "probe/feed.h"

#include "base/clock.h"
#include "base/lock.h"
#include "probe/feed_private.h"
#include "probe/published.h"
#include "probe/retired.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* By the store, where `retire` wrote it down: the snapshot forgets after a time, and the service may still be
 * there. NULL: it can't be read, and then nobody is. */
static bool is_retired(void *arg, const char *app, const char *id)
{
    const struct retired *retired = arg;

    return retired && retired_has(retired, app, id);
}

static void fail(struct feed_outcome *out, const char *text)
{
    out->ok = false;
    (void)snprintf(out->text, sizeof(out->text), "%s", text); /* cut is fine */
}

static void deliver_judged(struct feed_job *job)
{
    job->out->total = (int64_t)feed_count(job->feed);
    switch ((enum feed_kind)job->target->kind) {
    case FEED_NAGIOS:
        feed_spool_deliver(job);
        break;
    case FEED_ICINGA2:
        feed_rest_deliver(job);
        break;
    }
}

static void deliver_snapshot(const struct feed_ground *ground, const struct snapshot *snapshot,
                             struct feed_job *job)
{
    const struct board *board = snapshot_board(snapshot);
    struct err unheard = {""};
    struct retired *retired = retired_load(job->config, &unheard);
    struct roster roster;
    int64_t interval = job->config->sweep.interval_s;

    job->slack_s = board->real_interval_s > interval ? board->real_interval_s : interval;
    if (roster_make(ground->config, ground->inventory, job->target->host, is_retired, retired, job->now,
                    &roster)) {
        job->feed = feed_new(&(struct feed_source){.config = ground->config,
                                                   .complaints = &ground->complaints,
                                                   .snapshot = snapshot,
                                                   .roster = &roster,
                                                   .now = job->now},
                             (enum feed_kind)job->target->kind);
    }
    if (job->feed)
        deliver_judged(job);
    else
        fail(job->out, "out of memory");
    feed_free(job->feed);
    roster_free(&roster);
    retired_free(retired);
}

static void remember(struct feed_job *job)
{
    struct feed_state *state = job->state;
    const struct feed_outcome *out = job->out;
    struct err err = {""};

    state->tried_at = job->now;
    state->total = out->total;
    state->delivered = out->delivered;
    state->newer = out->newer;
    state->missing = out->missing;
    if (out->ok) {
        state->delivered_at = job->now;
        state->failed_since = 0;
        state->fault[0] = '\0';
    } else {
        if (state->failed_since == 0)
            state->failed_since = job->now;
        memcpy(state->fault, out->text, sizeof(state->fault));
    }
    /* Where it can't be written, doctor says so of the state folder; what was delivered is delivered. */
    (void)!feed_state_write(job->config, job->target->name, state, &err);
}

static void deliver_locked(const struct feed_ground *ground, const struct snapshot *snapshot, struct feed_job *job)
{
    struct published published = {0};
    struct err err = {""};

    /* A damaged one is as good as none: at worst a file of ours stays behind until the engine takes it. */
    (void)feed_state_read(job->config, job->target->name, job->state, &err);
    if (!snapshot) {
        published = published_open(job->config);
        snapshot = published.snapshot;
    }
    if (snapshot)
        deliver_snapshot(ground, snapshot, job);
    else
        fail(job->out, "nothing was published yet: there is no snapshot to deliver");
    published_close(&published);
    remember(job);
}

void feed_deliver(const struct feed_ground *ground, const struct config_feed *feed,
                  const struct snapshot *snapshot, int64_t deadline_ms, struct feed_outcome *out)
{
    struct feed_state state;
    struct feed_job job = {.config = ground->config,
                           .target = feed,
                           .state = &state,
                           .now = clock_wall(),
                           .deadline_ms = deadline_ms,
                           .out = out};
    char *path = config_state_file(ground->config, "feed.lock");
    struct err err = {""};
    struct lock_file *lock;

    *out = (struct feed_outcome){.ok = false};
    lock = path ? lock_open(path, &err) : NULL;
    switch (lock ? lock_try(lock, feed->name, &err) : LOCK_FAILED) {
    case LOCK_HELD:
        deliver_locked(ground, snapshot, &job);
        break;
    case LOCK_BUSY:
        out->busy = true;
        fail(out, "another process is delivering");
        break;
    case LOCK_FAILED:
        fail(out, path ? err.text : "out of memory");
        break;
    }
    lock_close(lock);
    free(path);
}
