/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Configuration, inventory and token list, loaded from their files: what a sweep works from. */
#ifndef TTA_PROBE_SETUP_H
#define TTA_PROBE_SETUP_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/board.h"
#include "core/complaint.h"
#include "core/config.h"
#include "core/inventory.h"

#include <stdbool.h>
#include <stddef.h>

struct setup;

struct setup_options {
    const char *config_path;        /* made absolute: where the snapshot's readers stand does not matter */
    bool accept_shrink;             /* take an inventory or a token list that shrank by more than 10 % */
    const struct buf *config_text;  /* the configuration as it was accepted; NULL: as it stands in its file */
    struct file_stamp config_stamp; /* of the file then; only with config_text */
    bool remember; /* write "inventory.accepted" and "tokens.accepted" into the state folder when changed */
};

/* Reads the configuration, runs or reads [tokens], reads the inventory files. NULL with *err only when the
 * configuration file itself can't be read; all else is a complaint. The shrink guard: an inventory smaller by more
 * than 10 % than the accepted one is refused with a complaint about all (SUBJECT_NOBODY) that names both sizes and
 * the way out (tiktok-auth sweep --accept-shrink), and the accepted one stands; a missing or unreadable inventory
 * file likewise, and accept_shrink does not help there. Without an accepted one, what can be read stands.
 * A token list of [tokens] that can't be read, or is smaller by more than 10 % than the remembered one, is a
 * complaint of SUBJECT_ALL: the remembered tokens that it lacks stay in the configuration, not usable, so that the
 * last states of their advertisers stand. */
struct setup *setup_load(const struct setup_options *options, struct err *err) TTA_MUST_CHECK;
void setup_free(struct setup *setup);

const struct config *setup_config(const struct setup *setup);
const struct inventory *setup_inventory(const struct setup *setup);
const struct complaints *setup_complaints(const struct setup *setup);
/* The files it was made from (configuration, inventory, tokens file, our own list of tokens), with their stamps of
 * then. */
size_t setup_inputs(const struct setup *setup, const struct board_input **inputs);
/* True when the guard refused the inventory as it stands in its files. */
bool setup_inventory_refused(const struct setup *setup);

/* The secret of a token or app, read now. NULL with *err (why, naming the file). The caller frees. */
struct secret *setup_token_secret(const struct setup *setup, size_t token, struct err *err) TTA_MUST_CHECK;
struct secret *setup_app_secret(const struct setup *setup, size_t app, struct err *err) TTA_MUST_CHECK;

/* A connection pool as [api] has it, for env_real. NULL with *err. The caller frees with http_free, env's user
 * gone. */
struct http;
struct http *setup_http(const struct setup *setup, struct err *err) TTA_MUST_CHECK;

#endif
