/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loads what is fed as the last sweep accepted it. */
#include "base/file.h"
#include "probe/accepted.h"
#include "probe/config_file.h"
#include "probe/feed_private.h"
#include "probe/tokens.h"

#include <stdlib.h>

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
