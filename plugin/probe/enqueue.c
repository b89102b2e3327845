/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An engine's notification, put down for the worker. */
#include "probe/enqueue.h"

#include "probe/config_file.h"
#include "probe/spool.h"

#include <stdlib.h>
#include <string.h>

char *notify_spool_folder(const struct config *config)
{
    return config_state_file(config, "notify");
}

/* What a configuration of nothing but defaults says. */
static struct config *defaults(const char *path, struct complaints *complaints)
{
    struct config *config = config_new(path, complaints);

    if (config && config_finish(config))
        return config;
    config_free(config);
    return NULL;
}

/* A fault that keeps it from being told, or from being found: in what is for all, or of a receiver. What is
 * missing for sweeps is none: they may be made elsewhere. */
static const struct complaint *fault_of(const struct complaints *complaints)
{
    for (size_t i = 0; i < complaints->count; i++) {
        const struct complaint *complaint = &complaints->item[i];

        if ((complaint->subject == SUBJECT_ALL && complaint->line > 0) || strstr(complaint->text, "[notify "))
            return complaint;
    }
    return NULL;
}

static struct config *read_config(const char *path, struct complaints *complaints, struct err *err)
{
    struct config *config = config_file_read(path, false, complaints, err);
    const struct complaint *fault;

    if (!config)
        return NULL;
    if (!config_finish(config)) {
        err_set(err, "out of memory");
        config_free(config);
        return NULL;
    }
    fault = fault_of(complaints);
    if (fault)
        complaint_text(fault, err->text, sizeof(err->text));
    return config;
}

static bool put(const struct env *env, const char *folder, const struct engine_event *event, struct err *err)
{
    struct buf bytes;
    bool ok;

    buf_init(&bytes, SPOOL_FILE_MAX);
    ok = engine_event_encode(event, &bytes) || err_set(err, "out of memory");
    ok = ok && spool_make(folder, err) &&
         spool_put(folder, env->wall_ms(env->ctx), env->random(env->ctx), buf_text(&bytes), buf_len(&bytes), err);
    buf_free(&bytes);
    return ok;
}

enum enqueued notify_enqueue(const struct env *env, const char *config_path, const struct engine_event *event,
                             struct err *err)
{
    struct complaints complaints;
    struct err fault = {""};
    struct config *config;
    char *folder;
    bool kept;

    complaints_init(&complaints);
    config = read_config(config_path, &complaints, &fault);
    if (!config)
        config = defaults(config_path, &complaints);
    folder = config ? notify_spool_folder(config) : NULL;
    kept = folder ? put(env, folder, event, err) : err_set(err, "out of memory");
    /* Without a configuration that may not be where its worker looks. */
    if (kept && fault.text[0])
        err_set(err, "%s (it lies in %s)", fault.text, folder);
    free(folder);
    config_free(config);
    complaints_free(&complaints);
    if (!kept)
        return NOT_ENQUEUED;
    return fault.text[0] ? ENQUEUED_BLINDLY : ENQUEUED;
}
