/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Refreshing at a person's word: what would be done, and doing it. */
#ifndef TTA_PROBE_REFRESH_RUN_H
#define TTA_PROBE_REFRESH_RUN_H

#include "probe/refresher.h"

/* A token that can be refreshed, as it stands. */
typedef void refresh_look_fn(void *arg, size_t token, const struct refresh_watch *watch, enum refresh_turn turn,
                             int64_t at);
/* Each chosen token (by token) of kind tt_user; sends and changes nothing. Without a store the files alone tell.
 * False with *err: out of memory, or a store that is there can't be read. */
bool refresh_look(const struct setup *setup, const bool *chosen, bool by_hand, int64_t now, refresh_look_fn *fn,
                  void *arg, struct err *err) TTA_MUST_CHECK;

/* Refreshes them; options' store and locks are opened here. False with *err: the store or the locks can't be used,
 * so nothing was sent, or the store failed on the way (*result has what was done). */
bool refresh_run(const struct refresher_options *options, struct refresher_result *result,
                 struct err *err) TTA_MUST_CHECK;

#endif
