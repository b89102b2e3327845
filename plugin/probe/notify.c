/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The worker's step: what has ended is written down, what has come is taken in, what is due is sent. */
#include "probe/notify_private.h"

#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOK_MS = 500,   /* between two looks at the sources */
    FAULT_MS = 2000, /* after something failed here */
    PATIENCE_MS = 2000,
    PRUNE_MS = 3600000,
    KEEP_S = 30 * 86400, /* dead letters, and that a notice was taken in */
};

char *notify_outbox_path(const struct config *config)
{
    return config_state_file(config, "notify.db");
}

int64_t notify_mono(const struct notify *notify)
{
    return notify->env->env->mono_ms(notify->env->env->ctx);
}

int64_t notify_wall(const struct notify *notify)
{
    return notify->env->env->wall_ms(notify->env->env->ctx);
}

struct notify *notify_new(const struct notify_env *env, const struct config *config)
{
    struct notify *notify = calloc(1, sizeof(*notify));

    if (!notify)
        return NULL;
    notify->env = env;
    notify->config = config;
    notify->began_ms = notify_mono(notify);
    notify->latest = latest_new();
    if (notify->latest)
        return notify;
    free(notify);
    return NULL;
}

static void close_outbox(struct notify *notify)
{
    notify_abandon(notify);
    for (size_t i = 0; i < notify->book.target_count; i++)
        target_leave(notify->book.target[i], notify->env);
    book_clear(&notify->book);
    outbox_close(notify->outbox);
    notify->outbox = NULL;
    notify->stale = false;
    free(notify->outbox_path);
    notify->outbox_path = NULL;
}

void notify_free(struct notify *notify)
{
    if (!notify)
        return;
    close_outbox(notify);
    latest_free(notify->latest);
    free(notify);
}

void notify_reload(struct notify *notify, const struct config *config)
{
    char *path = notify_outbox_path(config);

    notify->config = config;
    notify->kept[0] = '\0';
    if (notify->outbox_path && (!path || strcmp(path, notify->outbox_path) != 0))
        close_outbox(notify);
    free(path);
    book_configure(&notify->book, config);
    book_follow(&notify->book, config);
    notify->look_ms = 0;
    notify->log_ms = 0;
    notify->fault_ms = 0;
    /* What was mended may be tried at once. */
    for (size_t i = 0; i < notify->book.target_count; i++)
        notify->book.target[i]->pause_ms = 0;
}

void notify_leave(struct notify *notify)
{
    notify->leaving = true;
}

/* --- one step -------------------------------------------------------------------------------------------------
 */

static bool load(struct notify *notify, struct err *err)
{
    return book_load(&notify->book, notify->outbox, notify->config, notify_wall(notify), notify_mono(notify), err);
}

static bool open_outbox(struct notify *notify, struct err *err)
{
    if (notify->outbox)
        return true;
    notify->outbox_path = notify_outbox_path(notify->config);
    if (!notify->outbox_path)
        return err_set(err, "out of memory");
    notify->outbox = outbox_open(notify->outbox_path, true, PATIENCE_MS, err);
    if (notify->outbox && outbox_changed(notify->outbox, &notify->version, err) && load(notify, err))
        return true;
    close_outbox(notify);
    return false;
}

/* What others have written, such as "notify --retry", and what could not be remembered. */
static bool read_anew(struct notify *notify, struct err *err)
{
    int64_t version = 0;

    if (notify->stale && !notify->flights) {
        for (size_t i = 0; i < notify->book.target_count; i++)
            target_leave(notify->book.target[i], notify->env);
        book_clear(&notify->book);
        if (!load(notify, err))
            return false;
        notify->stale = false;
    }
    if (!outbox_changed(notify->outbox, &version, err))
        return false;
    if (version == notify->version)
        return true;
    if (!load(notify, err))
        return false;
    notify->version = version;
    return true;
}

static bool look(struct notify *notify, struct err *err)
{
    int64_t mono = notify_mono(notify);
    bool ok;

    if (mono < notify->look_ms || notify->stale) {
        *err = notify->look_fault;
        return !err->text[0];
    }
    notify->look_ms = mono + LOOK_MS;
    (void)latest_look(notify->latest, notify->config);
    ok = notify_look_at_spool(notify, err);
    ok = notify_look_at_log(notify, ok ? err : &(struct err){""}) && ok;
    notify->look_fault = ok ? (struct err){""} : *err;
    return ok;
}

static bool prune(struct notify *notify, struct err *err)
{
    if (notify_mono(notify) < notify->prune_ms)
        return true;
    notify->prune_ms = notify_mono(notify) + PRUNE_MS;
    return outbox_prune(notify->outbox, notify_wall(notify) / 1000 - KEEP_S, err);
}

/* What a source can't give is no reason to keep what there is. */
static bool step(struct notify *notify, int64_t *wake_ms, struct err *err)
{
    bool ok = open_outbox(notify, err) && notify_settle(notify, err) && read_anew(notify, err), looked;

    if (!ok || notify->leaving)
        return ok;
    looked = look(notify, err);
    if (!notify->stale) {
        struct err *more = looked ? err : &(struct err){""};

        ok = notify_close_windows(notify, more) && prune(notify, more);
        ok = notify_send(notify, wake_ms, ok ? more : &(struct err){""}) && ok;
    }
    return looked && ok;
}

static void say_fault(struct notify *notify, const struct err *err)
{
    if (err->text[0] && strcmp(err->text, notify->fault) != 0)
        log_warning("notify", "%s", err->text);
    if (!err->text[0] && notify->fault[0])
        log_info("notify", "works again");
    (void)snprintf(notify->fault, sizeof(notify->fault), "%s", err->text); /* the same size */
}

void notify_step(struct notify *notify, int64_t *wake_ms)
{
    struct err err = {""};
    int64_t mono = notify_mono(notify);

    *wake_ms = mono + LOOK_MS;
    if (!notify->outbox && mono < notify->fault_ms)
        return;
    if (step(notify, wake_ms, &err))
        err_clear(&err);
    else if (!err.text[0])
        err_set(&err, "out of memory");
    say_fault(notify, &err);
    if (err.text[0]) {
        notify->fault_ms = mono + FAULT_MS;
        *wake_ms = mono + LOOK_MS;
    }
}

struct notify_counts notify_counts(const struct notify *notify)
{
    struct notify_counts counts = {.waiting = notify->book.item_count,
                                   .open = notify->book.alert_count,
                                   .said = notify->said,
                                   .failed = notify->failed};

    for (const struct flight *flight = notify->flights; flight; flight = flight->next)
        counts.flights++;
    return counts;
}

const char *notify_fault(const struct notify *notify)
{
    return notify->fault;
}

/* --- the real outside -----------------------------------------------------------------------------------------
 */

static void *real_reach(void *ctx, const struct http_options *options, struct env *out, struct err *err)
{
    struct http *server = http_new_beside(ctx, options, err);

    if (server)
        *out = env_real(server);
    return server;
}

static void real_leave(void *ctx, void *server)
{
    (void)ctx;
    http_free(server);
}

struct notify_env notify_env_real(const struct env *env, struct http *pool)
{
    return (struct notify_env){.env = env, .ctx = pool, .reach = real_reach, .leave = real_leave};
}

struct http *notify_pool(struct err *err)
{
    const struct http_options nobody = {
        .base_url = "http://127.0.0.1:1", .connect_timeout_ms = 1, .request_timeout_ms = 1};

    return http_new(&nobody, err);
}
