/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What people ask of on call. */
#include "probe/notify_try.h"

#include "core/notice_source.h"
#include "probe/enqueue.h"
#include "probe/notify_private.h"
#include "probe/spool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRY_MS = 30000, ENDS_S = 300, PATIENCE_MS = 5000 };

/* --- a test alert ---------------------------------------------------------------------------------------------
 */

struct
try {
    const struct notify_env *env;
    const struct config *config;
    const struct config_notify *section;
    struct target *target;
    bool done;
    int status;
    struct letter letter;
    char said[ERR_TEXT_MAX];
};

static void take_answer(void *arg, const struct http_answer *answer)
{
    struct try *try = arg;

    try->done = true;
    try->status = answer->outcome == HTTP_DONE ? answer->status : 0;
    letter_answer(&try->letter, answer, try->said, sizeof(try->said));
}

static bool write_letter(struct try *try, enum tell tell, enum notice_type type, struct arena *arena,
                         struct err *err)
{
    int64_t now = try->env->env->wall_ms(try->env->env->ctx) / 1000;
    struct notice notice, first;
    struct message message;

    if (!notice_of_test(arena, try->section->name, NOTICE_PROBLEM, now, &first) ||
        !notice_of_test(arena, try->section->name, type, now, &notice))
        return err_set(err, "out of memory");
    message = (struct message){.tell = tell,
                               .notice = &notice,
                               .first = tell == TELL_RESOLVE ? &first : NULL,
                               .hours = "",
                               .version = PACKAGE_VERSION,
                               .now = now,
                               .ends_at = tell == TELL_RESOLVE ? now : now + ENDS_S};
    return letter_write(try->target, &message, 1, &try->letter, err);
}

static bool exchange(struct try *try, struct err *err)
{
    const struct env *env = try->env->env;
    int64_t deadline_ms = env->mono_ms(env->ctx) + TRY_MS;
    struct http_call *call;

    try->done = false;
    call = letter_post(&try->letter, try->target, take_answer, try, err);
    if (!call)
        return false;
    while (!try->done && env->mono_ms(env->ctx) < deadline_ms)
        env->wait(env->ctx, deadline_ms - env->mono_ms(env->ctx));
    if (try->done)
        return true;
    try->target->env.cancel(try->target->env.ctx, call);
    return err_set(err, "no answer within %d s", TRY_MS / 1000);
}

static bool say(struct try *try, enum tell tell, enum notice_type type, notify_tried_fn *fn, void *arg,
                struct err *err)
{
    struct notify_tried tried = {.what = tell_name(tell)};
    struct arena arena = {0};
    bool ok = write_letter(try, tell, type, &arena, err) && exchange(try, err);

    letter_free(&try->letter);
    arena_free(&arena);
    if (!ok)
        return false;
    tried.answered = try->status != 0;
    tried.taken = message_answered(try->status) == ANSWERED_TAKEN;
    (void)snprintf(tried.said, sizeof(tried.said), "%s", try->said); /* the same size */
    fn(arg, &tried);
    return true;
}

static struct target *target_of(const struct config *config, const struct config_notify *section, struct err *err)
{
    struct receiver receiver = receiver_of(config, section, "");
    struct target *target = NULL;
    struct buf id, reach;

    buf_init(&id, NOTIFY_IDENTITY_MAX);
    buf_init(&reach, NOTIFY_REACH_MAX);
    if (target_identity(&receiver, &id) && receiver_encode(&receiver, &reach))
        target = target_new(buf_text(&id), section->name, buf_text(&reach), err);
    else
        err_set(err, "out of memory");
    buf_free(&id);
    buf_free(&reach);
    return target;
}

bool notify_try(const struct notify_env *env, const struct config *config, const struct config_notify *section,
                notify_tried_fn *fn, void *arg, struct err *err)
{
    struct try try = {.env = env, .config = config, .section = section, .target = target_of(config, section, err)};
    bool keeps = section->kind == NOTIFY_PAGERDUTY || section->kind == NOTIFY_ALERTMANAGER;
    bool ok = try.target && target_reach(try.target, env, err);

    ok = ok && say(&try, TELL_TRIGGER, NOTICE_PROBLEM, fn, arg, err) &&
         (!keeps || say(&try, TELL_RESOLVE, NOTICE_RECOVERY, fn, arg, err));
    if (try.target)
        target_leave(try.target, env);
    target_free(try.target);
    return ok;
}

/* --- what lies there ------------------------------------------------------------------------------------------
 */

struct listing {
    notify_letter_fn *fn;
    void *arg;
};

static bool list_one(void *arg, const struct outbox_delivery *row)
{
    const struct listing *listing = arg;

    return listing->fn(listing->arg, &(struct notify_letter){.id = row->id,
                                                             .dead = row->dead,
                                                             .receiver = row->receiver,
                                                             .key = row->key,
                                                             .kind = row->kind,
                                                             .at = row->at,
                                                             .attempts = row->attempts,
                                                             .fault = row->fault});
}

static bool list_outbox(const char *path, notify_letter_fn *fn, void *arg, struct err *err)
{
    struct listing listing = {fn, arg};
    struct file_stamp stamp;
    struct outbox *outbox;
    bool missing = false, ok;

    if (!file_stamp_of(path, &stamp, &missing) && missing)
        return true;
    outbox = outbox_open(path, false, PATIENCE_MS, err);
    ok = outbox && outbox_each_delivery(outbox, true, list_one, &listing, err) &&
         outbox_each_delivery(outbox, false, list_one, &listing, err);
    outbox_close(outbox);
    return ok;
}

bool notify_list(const struct config *config, notify_letter_fn *fn, void *arg, size_t *spooled, size_t *aside,
                 struct err *err)
{
    char *path = notify_outbox_path(config), *folder = notify_spool_folder(config);
    struct spool_list list = {0};
    bool ok = (path && folder) || err_set(err, "out of memory");

    ok = ok && spool_list(folder, &list, err) && list_outbox(path, fn, arg, err);
    *spooled = list.count;
    *aside = list.aside;
    spool_list_free(&list);
    free(path);
    free(folder);
    return ok;
}

bool notify_retry(const struct config *config, int64_t id, int64_t now_ms, int64_t *again, int64_t *dropped,
                  struct err *err)
{
    char *path = notify_outbox_path(config);
    struct outbox *outbox = path ? outbox_open(path, true, PATIENCE_MS, err) : NULL;
    struct outbox_retried retried = {0};
    bool ok = outbox && outbox_retry(outbox, id, now_ms, &retried, err);

    if (!path)
        err_set(err, "out of memory");
    *again = retried.again;
    *dropped = retried.dropped;
    outbox_close(outbox);
    free(path);
    return ok;
}
