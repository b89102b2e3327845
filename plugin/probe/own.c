/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads and writes "tokens.own". */
#include "probe/own.h"

#include "base/buf.h"
#include "base/file.h"
#include "probe/setup.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OWN_BYTES_MAX = 16 << 20, LOCK_WAIT_MS = 10 * 1000, LOCK_POLL_MS = 20 };

bool own_feed(struct config *config, const char *path, struct err *err)
{
    struct file_stamp stamp;
    struct buf text;
    bool missing = false, ok;
    unsigned line = 1;

    if (!file_stamp_of(path, &stamp, &missing) && missing)
        return true;
    buf_init(&text, OWN_BYTES_MAX);
    ok = file_read(path, &text, err);
    for (const char *at = buf_text(&text), *stop; ok && (stop = strchr(at, '\n')); at = stop + 1)
        config_own_token(config, path, line++, at, (size_t)(stop - at));
    buf_free(&text);
    return ok;
}

struct lock_file *own_lock(const struct config *config, struct err *err)
{
    char *path = config_state_file(config, "connect.lock");
    struct lock_file *file = path ? lock_open(path, err) : NULL;
    enum lock_result locked = LOCK_BUSY;

    if (!path)
        err_set(err, "out of memory");
    for (int waited_ms = 0; file && waited_ms < LOCK_WAIT_MS; waited_ms += LOCK_POLL_MS) {
        locked = lock_try(file, "own", err);
        if (locked != LOCK_BUSY)
            break;
        (void)poll(NULL, 0, LOCK_POLL_MS);
    }
    free(path);
    if (locked == LOCK_HELD)
        return file;
    if (file && locked == LOCK_BUSY)
        err_set(err, "another process is changing the list of kept tokens");
    lock_close(file);
    return NULL;
}

/* The entry as it was read; ids that are `forgotten` (NULL: none) are left out. */
static void write_known(const struct config_token *token, const char *forgotten, struct buf *out)
{
    char(*id)[ADVERTISER_ID_MAX + 1] = calloc(token->bound_count + 1, sizeof(*id));
    struct config_own entry = {
        .name = token->name,
        .app = token->app_name ? token->app_name : "",
        .of = token->own_of ? token->own_of : "",
        .granted_by = token->granted_by,
    };

    if (!id) {
        buf_fail(out);
        return;
    }
    for (size_t i = 0; i < token->bound_count; i++)
        if (!forgotten || strcmp(token->bound[i], forgotten) != 0)
            memcpy(id[entry.count++], token->bound[i], sizeof(*id));
    entry.advertiser = (const char(*)[ADVERTISER_ID_MAX + 1]) id;
    config_own_write(&entry, out);
    free(id);
}

/* True when the advertiser is the last one that the token is kept for. */
static bool is_only_for(const struct config_token *token, const char *advertiser_id)
{
    for (size_t i = 0; advertiser_id && i < token->bound_count; i++)
        if (strcmp(token->bound[i], advertiser_id) != 0)
            return false;
    return advertiser_id && token->bound_count > 0;
}

static bool write_list(const struct config *config, const struct config_own *entry, const char *forgotten,
                       struct err *err)
{
    char *path = config_own_list(config);
    struct buf text;
    bool ok;

    buf_init(&text, OWN_BYTES_MAX);
    for (size_t i = 0; i < config->token_count; i++) {
        const struct config_token *token = &config->token[i];

        if (token->bound && !(entry && strcmp(entry->name, token->name) == 0) && !is_only_for(token, forgotten))
            write_known(token, forgotten, &text);
    }
    if (entry)
        config_own_write(entry, &text);
    ok = path && buf_ok(&text) ? file_replace(path, buf_text(&text), buf_len(&text), 0640, err)
                               : err_set(err, "out of memory");
    buf_free(&text);
    free(path);
    return ok;
}

bool own_put(const struct config *config, const struct config_own *entry, struct err *err)
{
    return write_list(config, entry, NULL, err);
}

/* True when a section of the configuration reads the file of this token of our own. */
static bool is_in_use(const struct config *config, const struct config_token *own)
{
    for (size_t i = 0; i < config->token_count; i++) {
        const struct config_token *token = &config->token[i];

        if (!token->own && token->token_file && strcmp(token->token_file, own->token_file) == 0)
            return true;
    }
    return false;
}

/* A token that nobody needs any more is of somebody's login still. */
static bool drop_files(const struct config *config, const char *advertiser_id, struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < config->token_count; i++) {
        const struct config_token *token = &config->token[i];

        if (token->own && is_only_for(token, advertiser_id) && !is_in_use(config, token) &&
            unlink(token->token_file) != 0 && errno != ENOENT)
            ok = err_set(err, "cannot remove %s: %s", token->token_file, strerror(errno));
    }
    return ok;
}

static bool forget_listed(const struct config *config, const char *advertiser_id, struct err *err)
{
    for (size_t i = 0; i < config->token_count; i++)
        for (size_t k = 0; k < config->token[i].bound_count; k++)
            if (strcmp(config->token[i].bound[k], advertiser_id) == 0)
                return write_list(config, NULL, advertiser_id, err) && drop_files(config, advertiser_id, err);
    return true;
}

bool own_forget(const struct config *config, const char *advertiser_id, struct err *err)
{
    struct lock_file *lock = own_lock(config, err);
    struct setup *setup = lock ? setup_load(&(struct setup_options){.config_path = config->path}, err) : NULL;
    bool ok = setup && forget_listed(setup_config(setup), advertiser_id, err);

    setup_free(setup);
    lock_close(lock);
    return ok;
}
