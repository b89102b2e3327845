/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads token files and the rows of refreshes. */
#include "probe/renewal.h"

#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "probe/said_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *app_name(const struct config *config, size_t token)
{
    return config->app[config->token[token].app].name;
}

/* --- rows --------------------------------------------------------------------------------------------------- */

static bool read_row(void *arg, const struct store_refresh *row)
{
    struct refresh *refresh = arg;

    *refresh = (struct refresh){
        .began_ms = row->began_ms,
        .ended_ms = row->ended_ms,
        .result = refresh_result_from_name(row->result),
        .failures = row->failures,
        .lost = row->lost,
        .expires = row->expires,
        .refresh_expires = row->refresh_expires,
        .stamp = text_dup(row->stamp),
    };
    said_from_row(&refresh->said, &row->said);
    return refresh->stamp != NULL;
}

bool renewal_load(const struct setup *setup, struct store *store, size_t token, struct refresh *out,
                  struct err *err)
{
    const struct config *config = setup_config(setup);

    *out = (struct refresh){.said = {.cause = CAUSE_AUTHORIZED}};
    err_clear(err);
    if (store_load_refresh(store, app_name(config, token), config->token[token].name, read_row, out, err))
        return true;
    refresh_free(out);
    return err->text[0] ? false : err_set(err, "out of memory");
}

bool renewal_commit(const struct setup *setup, struct store *store, size_t token, const struct refresh *refresh,
                    struct err *err)
{
    const struct config *config = setup_config(setup);

    return store_put_refresh(store, app_name(config, token), config->token[token].name,
                             &(struct store_refresh){
                                 .began_ms = refresh->began_ms,
                                 .ended_ms = refresh->ended_ms,
                                 .result = refresh_result_name(refresh->result),
                                 .said = said_row(&refresh->said),
                                 .failures = refresh->failures,
                                 .lost = refresh->lost,
                                 .expires = refresh->expires,
                                 .refresh_expires = refresh->refresh_expires,
                                 .stamp = refresh->stamp,
                             },
                             err);
}

/* --- files -------------------------------------------------------------------------------------------------- */

char *renewal_kept_path(const struct config *config, size_t token)
{
    char name[SECTION_NAME_MAX + sizeof("refreshed.")];

    (void)snprintf(name, sizeof(name), "refreshed.%s", config->token[token].name); /* fits */
    return config_state_file(config, name);
}

char *renewal_file(const struct config *config, size_t token)
{
    const char *own = config->token[token].token_file;
    char *kept = config->token[token].kind == TOKEN_TT_USER ? renewal_kept_path(config, token) : NULL;
    struct file_stamp of_own, of_kept;

    (void)file_stamp_of(own, &of_own, NULL); /* zeroed when missing: then any is younger */
    if (kept && file_stamp_of(kept, &of_kept, NULL) && of_kept.mtime_ns >= of_own.mtime_ns)
        return kept;
    free(kept);
    return text_dup(own);
}

struct expiry {
    int64_t ended_ms;
    bool seen;
};

static bool look_for_expiry(void *arg, const char *app, const char *token, const struct store_token *row)
{
    struct expiry *expiry = arg;

    (void)app;
    (void)token;
    expiry->seen = strcmp(row->status, "dead") == 0 && strcmp(row->cause, cause_name(CAUSE_TOKEN_EXPIRED)) == 0 &&
                   row->verified_at > expiry->ended_ms / 1000;
    return true;
}

static bool read_store(const struct setup *setup, struct store *store, size_t token, struct refresh_watch *out,
                       struct err *err)
{
    const struct config *config = setup_config(setup);
    struct expiry expiry = {0};

    if (!renewal_load(setup, store, token, &out->known, err))
        return false;
    refresh_of_file(&out->known, out->stamp);
    expiry.ended_ms = out->known.ended_ms;
    if (!store_load_token(store, app_name(config, token), config->token[token].name, look_for_expiry, &expiry,
                          err))
        return false;
    out->expired_seen = expiry.seen;
    return true;
}

/* The ends that the file has. */
static bool read_file(const char *path, struct refresh_watch *out, int64_t *expires, int64_t *refresh_expires)
{
    struct token_file pair;
    struct err err = {""};

    if (!token_file_read(path, &pair, &err)) {
        out->fault = text_dup(err.text);
        return out->fault != NULL;
    }
    out->has_pair = pair.refresh != NULL;
    *expires = pair.expires;
    *refresh_expires = pair.refresh_expires;
    token_file_free(&pair);
    return true;
}

bool renewal_read(const struct setup *setup, struct store *store, size_t token, struct refresh_watch *out,
                  struct err *err)
{
    const struct config_token *t = &setup_config(setup)->token[token];
    char stamp[FILE_STAMP_TEXT_MAX];
    int64_t expires = 0, refresh_expires = 0;
    char *path;
    bool ok;

    *out = (struct refresh_watch){.known = {.said = {.cause = CAUSE_AUTHORIZED}}};
    if (t->kind != TOKEN_TT_USER || !t->token_file || t->app == SIZE_MAX)
        return true;
    out->watched = true;
    out->wanted = t->refresh;
    path = renewal_file(setup_config(setup), token);
    out->kept = path && strcmp(path, t->token_file) != 0;
    out->stamp = text_dup(file_stamp_text(t->token_file, stamp));
    ok = (path && out->stamp && read_file(path, out, &expires, &refresh_expires)) || err_set(err, "out of memory");
    free(path);
    ok = ok && (!store || read_store(setup, store, token, out, err));
    if (!ok) {
        refresh_watch_free(out);
        return false;
    }
    refresh_set_ends(out, expires, refresh_expires);
    return true;
}

struct refresh_watch *renewal_read_all(const struct setup *setup, struct store *store, struct err *err)
{
    size_t count = setup_config(setup)->token_count;
    struct refresh_watch *watch = calloc(count + 1, sizeof(*watch));

    if (!watch)
        err_set(err, "out of memory");
    for (size_t t = 0; watch && t < count; t++)
        if (!renewal_read(setup, store, t, &watch[t], err)) {
            renewal_free_all(setup, watch);
            return NULL;
        }
    return watch;
}

void renewal_free_all(const struct setup *setup, struct refresh_watch *watch)
{
    for (size_t t = 0; watch && t < setup_config(setup)->token_count; t++)
        refresh_watch_free(&watch[t]);
    free(watch);
}
