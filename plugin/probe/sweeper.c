/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Forks, runs a round in the child, and brings its result back through a pipe. */
#include "probe/sweeper.h"

#include "base/log.h"
#include "ext/http.h"
#include "probe/round.h"
#include "probe/watch.h"
#include "probe/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A round that has come to its deadline publishes what it has: so much longer it lives. */
enum { GRACE_MS = 60000, VIDEOS_MS = 20000 };

struct sweeper {
    struct worker *worker;
    int snapshot_fd;
    bool has_snapshot;
};

/* What the child is given. */
struct work {
    const struct standing *standing;
    const struct sweeper_options *options;
    int snapshot_fd;
};

struct sweeper *sweeper_new(void)
{
    struct sweeper *sweeper = calloc(1, sizeof(*sweeper));

    if (!sweeper)
        return NULL;
    sweeper->snapshot_fd = -1;
    sweeper->worker = worker_new(sizeof(struct sweeper_result));
    if (sweeper->worker)
        return sweeper;
    free(sweeper);
    return NULL;
}

static void drop_snapshot(struct sweeper *sweeper)
{
    if (sweeper->snapshot_fd >= 0)
        close(sweeper->snapshot_fd);
    sweeper->snapshot_fd = -1;
    sweeper->has_snapshot = false;
}

void sweeper_free(struct sweeper *sweeper)
{
    if (!sweeper)
        return;
    worker_free(sweeper->worker);
    drop_snapshot(sweeper);
    free(sweeper);
}

/* --- in the child ---------------------------------------------------------------------------------------------
 */

static bool write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t wrote = write(fd, at, len);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        at += wrote;
        len -= (size_t)wrote;
    }
    return true;
}

static void take_result(const struct round *round, int snapshot_fd, struct sweeper_result *out)
{
    const struct round_result *r = round_result(round);
    const struct buf *bytes = round_snapshot(round);

    out->ran = true;
    out->verified = r->verified > 0 || r->shared > 0;
    out->quiet = r->asked == 0 && r->left == 0;
    out->asked = (int64_t)r->asked;
    out->left = (int64_t)r->left;
    out->calls = r->calls;
    out->throttled = r->throttled;
    out->faulty = (int64_t)r->faulty;
    out->changes = (int64_t)r->changes;
    out->published = r->published;
    snprintf(out->fault, sizeof(out->fault), "%s", r->publish_fault[0] ? r->publish_fault : r->store_fault);
    if (!r->published && buf_len(bytes) > 0 && !write_all(snapshot_fd, buf_text(bytes), buf_len(bytes)))
        snprintf(out->fault, sizeof(out->fault), "the snapshot can't be handed over: %s", strerror(errno));
}

/* The watched uploads, once the tokens have had their turn. */
static void poll_videos(const struct env *env, const struct setup *setup)
{
    struct err err = {""};

    if (!watch_poll(
            &(struct watch_options){.env = env, .setup = setup, .deadline_ms = env->mono_ms(env->ctx) + VIDEOS_MS},
            &err))
        log_warning("videos", "%s", err.text);
}

static void run_round(const void *arg, void *result)
{
    const struct work *work = arg;
    const struct sweeper_options *options = work->options;
    struct sweeper_result *out = result;
    struct err err = {""};
    struct setup *setup = standing_setup(work->standing, &err);
    struct http *http = setup ? setup_http(setup, &err) : NULL;
    struct env env = env_real(http);
    struct round *round = NULL;

    if (http) {
        round = round_new(&env, setup,
                          &(struct round_options){
                              .selection = {.kind = SELECT_ALL},
                              .max_age_ms = options->max_age_ms,
                              .began_ms = env.wall_ms(env.ctx),
                              .deadline_ms = options->deadline_ms,
                              .ignore_backoff = options->ignore_backoff,
                              .who = "agent",
                          });
        if (!round)
            err_set(&err, "out of memory");
    }
    if (round) {
        round_run(round);
        take_result(round, work->snapshot_fd, out);
        poll_videos(&env, setup);
    } else {
        snprintf(out->fault, sizeof(out->fault), "%s", err.text);
    }
    round_free(round);
    http_free(http);
    setup_free(setup);
}

/* --- in the parent --------------------------------------------------------------------------------------------
 */

bool sweeper_start(struct sweeper *sweeper, const struct standing *standing, const struct sweeper_options *options,
                   struct err *err)
{
    struct work work = {.standing = standing, .options = options};

    drop_snapshot(sweeper);
    work.snapshot_fd = sweeper->snapshot_fd = memfd_create("tiktok-auth-snapshot", MFD_CLOEXEC);
    if (work.snapshot_fd < 0)
        return err_set(err, "no round can be begun: %s", strerror(errno));
    return worker_start(sweeper->worker, run_round, &work, work.snapshot_fd, options->deadline_ms + GRACE_MS,
                        err) ||
           err_prefix(err, "no round can be begun");
}

bool sweeper_is_running(const struct sweeper *sweeper)
{
    return worker_is_running(sweeper->worker);
}

int sweeper_fd(const struct sweeper *sweeper)
{
    return worker_fd(sweeper->worker);
}

int64_t sweeper_wake_ms(const struct sweeper *sweeper)
{
    return worker_wake_ms(sweeper->worker);
}

int sweeper_snapshot_fd(const struct sweeper *sweeper)
{
    return sweeper->has_snapshot ? sweeper->snapshot_fd : -1;
}

bool sweeper_step(struct sweeper *sweeper, int64_t mono_ms, struct sweeper_result *result)
{
    const struct sweeper_result *brought;
    struct err err = {""};

    if (!worker_step(sweeper->worker, mono_ms))
        return false;
    brought = worker_result(sweeper->worker, "the round", &err);
    *result = brought ? *brought : (struct sweeper_result){.ran = false};
    if (!brought)
        memcpy(result->fault, err.text, sizeof(result->fault));
    result->fault[sizeof(result->fault) - 1] = '\0';
    sweeper->has_snapshot = result->ran && !result->published;
    if (!sweeper->has_snapshot)
        drop_snapshot(sweeper);
    return true;
}
