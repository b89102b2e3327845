/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The worker as a process. The lock is the kernel's and dies with its holder. */
#include "probe/notify_run.h"

#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { LOCK_MS = 1000, TELL_MS = 1000, LAST_WORDS_MS = 5000 };
static const char LOCK[] = "notify.lock", WORKER[] = "worker";

/* One run. */
struct run {
    const struct notify_hooks *hooks;
    struct http *pool;
    struct env env, inner; /* `env` waits for the hooks' descriptor too */
};

static int64_t run_wall(void *ctx)
{
    const struct run *run = ctx;

    return run->inner.wall_ms(run->inner.ctx);
}

static int64_t run_mono(void *ctx)
{
    const struct run *run = ctx;

    return run->inner.mono_ms(run->inner.ctx);
}

static uint32_t run_random(void *ctx)
{
    const struct run *run = ctx;

    return run->inner.random(run->inner.ctx);
}

static void run_wait(void *ctx, int64_t timeout_ms)
{
    const struct run *run = ctx;
    struct pollfd fd = {.fd = run->hooks->fd, .events = POLLIN};

    http_wait_with(run->pool, &fd, run->hooks->fd >= 0 ? 1 : 0, timeout_ms);
}

static enum notify_heard hear(const struct notify_hooks *hooks)
{
    return hooks->hear ? hooks->hear(hooks->arg) : NOTIFY_GO_ON;
}

static struct lock_file *open_lock(const struct config *config, struct err *err)
{
    char *path = config_state_file(config, LOCK);
    struct lock_file *lock = NULL;

    if (path)
        lock = lock_open(path, err);
    else
        err_set(err, "out of memory");
    free(path);
    return lock;
}

/* NULL: told to end before, or *err. */
static struct lock_file *take_turn(struct run *run, struct err *err)
{
    bool said = false;

    while (true) {
        struct lock_file *lock = open_lock(run->hooks->config(run->hooks->arg), err);

        if (!lock)
            return NULL;
        switch (lock_try(lock, WORKER, err)) {
        case LOCK_HELD:
            return lock;
        case LOCK_BUSY:
            break;
        case LOCK_FAILED:
            lock_close(lock);
            return NULL;
        }
        lock_close(lock);
        if (!said)
            log_info("notify", "another worker is at it: waiting for its end");
        said = true;
        if (run->hooks->tell)
            run->hooks->tell(run->hooks->arg, NULL);
        run_wait(run, LOCK_MS);
        if (hear(run->hooks) == NOTIFY_END)
            return NULL;
    }
}

static void deliver(struct run *run, struct notify *notify)
{
    int64_t tell_ms = 0, end_ms = INT64_MAX;

    while (true) {
        int64_t wake_ms, now_ms;
        enum notify_heard heard = hear(run->hooks);

        if (heard == NOTIFY_RELOAD)
            notify_reload(notify, run->hooks->config(run->hooks->arg));
        if (heard == NOTIFY_END && end_ms == INT64_MAX) {
            notify_leave(notify);
            end_ms = run_mono(run) + LAST_WORDS_MS;
        }
        notify_step(notify, &wake_ms);
        now_ms = run_mono(run);
        if (end_ms != INT64_MAX && (now_ms >= end_ms || notify_counts(notify).flights == 0))
            return;
        if (run->hooks->tell && now_ms >= tell_ms) {
            run->hooks->tell(run->hooks->arg, notify);
            tell_ms = now_ms + TELL_MS;
        }
        if (wake_ms > now_ms)
            run_wait(run, wake_ms - now_ms);
    }
}

static bool run_locked(struct run *run, struct err *err)
{
    struct notify_env env = notify_env_real(&run->env, run->pool);
    struct notify *notify = notify_new(&env, run->hooks->config(run->hooks->arg));

    if (!notify)
        return err_set(err, "out of memory");
    deliver(run, notify);
    notify_free(notify);
    return true;
}

bool notify_run(const struct notify_hooks *hooks, struct err *err)
{
    struct run run = {.hooks = hooks, .pool = notify_pool(err)};
    struct lock_file *lock;
    bool ok = true;

    if (!run.pool)
        return false;
    run.inner = env_real(run.pool);
    run.env = run.inner;
    run.env.ctx = &run;
    run.env.wall_ms = run_wall;
    run.env.mono_ms = run_mono;
    run.env.random = run_random;
    run.env.wait = run_wait;
    lock = take_turn(&run, err);
    if (lock)
        ok = run_locked(&run, err);
    else
        ok = err->text[0] == '\0';
    lock_close(lock);
    http_free(run.pool);
    return ok;
}

bool notify_is_running(const struct config *config, struct err *err)
{
    char *path = config_state_file(config, LOCK);
    struct lock_file *lock = NULL;
    struct file_stamp stamp;
    bool missing = false, busy;

    /* Looking makes no file. */
    if (path && (file_stamp_of(path, &stamp, &missing) || !missing))
        lock = lock_open(path, err);
    busy = lock && lock_try(lock, WORKER, err) == LOCK_BUSY;
    if (lock)
        lock_close(lock);
    free(path);
    return busy;
}

bool notify_is_needed(const struct config *config)
{
    char *path = notify_outbox_path(config);
    struct file_stamp stamp;
    bool needed = path && file_stamp_of(path, &stamp, NULL);

    for (size_t i = 0; i < config->notify_count; i++)
        needed = needed || config->notify[i].usable;
    free(path);
    return needed;
}
