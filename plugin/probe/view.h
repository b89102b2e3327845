/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a check sees: configuration and snapshot, no store, no secret, no network. */
#ifndef TTA_PROBE_VIEW_H
#define TTA_PROBE_VIEW_H

#include "base/attr.h"
#include "base/err.h"
#include "core/judgement.h"

#include <stdbool.h>
#include <stdint.h>

struct view;

/* Reads the configuration (NULL with *err when that can't be read at all) and opens the published snapshot if
 * there is one. Advertiser sections and files of the inventory are not read. */
struct view *view_open(const char *config_path, struct err *err) TTA_MUST_CHECK;
void view_close(struct view *view);
const struct config *view_config(const struct view *view);
const struct complaints *view_complaints(const struct view *view);
/* NULL: none; view_why says why. */
const struct snapshot *view_snapshot(const struct view *view);
const char *view_why(const struct view *view);

/* True when every token that speaks of the selection was asked no longer than max_age_ms ago (or may not be asked
 * again yet) and no file that the snapshot was made from has changed. */
bool view_is_fresh(const struct view *view, const struct selection *selection, int64_t max_age_ms, int64_t now_ms);
/* True when a file that the snapshot was made from has changed since. */
bool view_is_outdated(const struct view *view);

/* Runs the sweep program (tiktok-auth-sweep, beside this program or in PKGLIBEXECDIR) for the selection, waits
 * until it is done or `deadline_ms` (clock_mono_ms) is reached, and opens the snapshot anew. False with *err when
 * it could not be run or brought nothing; a snapshot that was published meanwhile all the same is opened even
 * then, else the old one stays open. Either way what was borrowed from the old one is gone. */
bool view_refresh(struct view *view, const struct selection *selection, int64_t max_age_ms, int64_t deadline_ms,
                  bool verbose, struct err *err) TTA_MUST_CHECK;

/* Has the feed program (tiktok-auth-feed, found likewise) deliver to this feed until `deadline_ms` at the latest.
 * *said: what became of it, a sentence. False: not all was delivered. */
bool view_feed(const struct view *view, const char *feed, int64_t deadline_ms, struct err *said) TTA_MUST_CHECK;

/* Has the sweep program ask about the watched uploads that are due (probe/watched), until `deadline_ms`. False
 * with *err: it could not be run, or could not publish. */
bool view_poll_videos(const struct view *view, int64_t deadline_ms, struct err *err) TTA_MUST_CHECK;

/* Default of --config: $TIKTOK_AUTH_CONFIG, or SYSCONFDIR/tiktok-auth/tiktok-auth.conf. */
const char *view_default_config(void);

#endif
