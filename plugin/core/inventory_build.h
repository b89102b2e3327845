/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An inventory while it is being built: rows in the order they came. */
#ifndef TTA_CORE_INVENTORY_BUILD_H
#define TTA_CORE_INVENTORY_BUILD_H

#include "core/inventory.h"

/* One advertiser as someone wrote it down. NULL or "" = not given. Borrowed. */
struct row_text {
    const char *file; /* lives as long as the builder */
    unsigned line;
    const char *id, *name, *tokens, *owner, *client, *until, *required;
};

struct row {
    struct advertiser advertiser;
    size_t app_rank; /* of its app's name, in the order of bytes */
    size_t sequence;
    const char *file;
    unsigned line;
};

struct inventory_builder {
    const struct config *config;
    struct complaints *complaints;
    struct row *row;
    size_t count;
    char **file; /* names of the CSV files, for the rows to point at */
    size_t files;
    size_t *app_rank; /* per app of the config */
    bool no_memory;   /* something given was not kept */
};

/* Adds an advertiser under each app that its tokens belong to, or complains and leaves it out. */
void inventory_add_row(struct inventory_builder *builder, const struct row_text *text);

#endif
