/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names of locks. */
#include "probe/token_lock.h"

#include <stdio.h>
#include <stdlib.h>

struct lock_file *token_lock_open(const struct config *config, struct err *err)
{
    char *path = config_state_file(config, "sweep.lock");
    struct lock_file *file = NULL;

    if (path)
        file = lock_open(path, err);
    else
        err_set(err, "out of memory");
    free(path);
    return file;
}

void token_lock_name(const struct config *config, size_t token, char out[TOKEN_LOCK_MAX])
{
    const struct config_token *t = &config->token[token];

    (void)snprintf(out, TOKEN_LOCK_MAX, "token/%s/%s", config->app[t->app].name, t->name); /* fits */
}
