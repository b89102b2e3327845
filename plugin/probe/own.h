/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Our own list of tokens, "tokens.own" in the state folder: those that an authorization brought beside others,
 * until somebody writes them into the configuration. Without secrets; each token lies in "tokens/NAME". */
#ifndef TTA_PROBE_OWN_H
#define TTA_PROBE_OWN_H

#include "base/attr.h"
#include "base/err.h"
#include "base/lock.h"
#include "core/config.h"

#include <stdbool.h>

/* Feeds the list to config_own_token. False with *err: it is there and can't be read. None: true. */
bool own_feed(struct config *config, const char *path, struct err *err) TTA_MUST_CHECK;
/* Who changes the list holds this from before it reads it; waits for others, 10 s at most. NULL with *err;
 * lock_close ends it. */
struct lock_file *own_lock(const struct config *config, struct err *err) TTA_MUST_CHECK;
/* Under own_lock: writes the list anew, as `config` has it, with this entry put in the place of the one of its
 * name. */
bool own_put(const struct config *config, const struct config_own *entry, struct err *err) TTA_MUST_CHECK;
/* Writes it anew without this advertiser, and without the tokens that were kept for it alone, whose files are
 * removed unless the configuration names them; nothing is written where it is in no entry. Takes the lock itself.
 */
bool own_forget(const struct config *config, const char *advertiser_id, struct err *err) TTA_MUST_CHECK;

#endif
