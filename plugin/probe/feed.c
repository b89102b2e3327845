/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One delivery: whose turn it is, what is delivered, and what is remembered of it. */
#include "probe/feed.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "probe/accepted.h"
#include "probe/config_file.h"
#include "probe/feed_private.h"
#include "probe/published.h"
#include "probe/retired.h"
#include "probe/tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct feed_ground {
    struct config *config;
    struct inventory *inventory;
    struct complaints complaints;
};

/* --- what is fed ----------------------------------------------------------------------------------------------
 */

static bool read_inventory(struct feed_ground *ground)
{
    const struct config *config = ground->config;
    struct accepted accepted;
    struct inventory_builder *builder;
    struct err unheard = {""};

    /* One that can't be read is none: the files then count. */
    (void)!accepted_read(config, &accepted, &unheard);
    if (accepted.found) {
        ground->inventory = accepted_inventory(config, &accepted);
        accepted_free(&accepted);
        return ground->inventory != NULL;
    }
    accepted_free(&accepted);
    builder = inventory_begin(config, &ground->complaints);
    for (size_t i = 0; builder && i < config->inventory_count; i++) {
        struct buf text;

        buf_init(&text, INVENTORY_BYTES_MAX);
        if (file_read(config->inventory_file[i], &text, &unheard))
            inventory_csv(builder, config->inventory_file[i], buf_text(&text), buf_len(&text));
        buf_free(&text);
    }
    ground->inventory = builder ? inventory_finish(builder) : NULL;
    return ground->inventory != NULL;
}

static bool load(struct feed_ground *ground, const char *path, const struct buf *text, struct err *err)
{
    struct config *config;
    size_t recalled;

    config = ground->config = text ? config_text_read(path, text, true, &ground->complaints, err)
                                   : config_file_read(path, true, &ground->complaints, err);
    if (!config)
        return false;
    recalled = *tokens_source(config) ? tokens_recall(config) : config->token_count;
    if (!config_finish(config))
        return err_set(err, "out of memory");
    for (size_t i = recalled; i < config->token_count; i++)
        config->token[i].usable = true; /* its secret is not ours to know here */
    return read_inventory(ground) || err_set(err, "out of memory");
}

struct feed_ground *feed_ground_load(const char *config_path, const struct buf *config_text, struct err *err)
{
    struct feed_ground *ground = calloc(1, sizeof(*ground));

    if (!ground) {
        err_set(err, "out of memory");
        return NULL;
    }
    complaints_init(&ground->complaints);
    if (load(ground, config_path, config_text, err))
        return ground;
    feed_ground_free(ground);
    return NULL;
}

void feed_ground_free(struct feed_ground *ground)
{
    if (!ground)
        return;
    inventory_free(ground->inventory);
    config_free(ground->config);
    complaints_free(&ground->complaints);
    free(ground);
}

const struct config *feed_ground_config(const struct feed_ground *ground)
{
    return ground->config;
}

/* --- a delivery -----------------------------------------------------------------------------------------------
 */

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
