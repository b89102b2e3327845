/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where notices come from: what the agent tells, what an engine's notification command is given, joined with what
 * the published snapshot knows. */
#ifndef TTA_CORE_NOTICE_SOURCE_H
#define TTA_CORE_NOTICE_SOURCE_H

#include "core/alert.h"
#include "core/config.h"
#include "core/notice.h"
#include "core/snapshot.h"

/* What a notice is joined with. Borrowed; the notices' strings are borrowed from it and from the arena. */
struct notice_source {
    const struct config *config;     /* NULL: it can't be read */
    const struct snapshot *snapshot; /* NULL: there is none */
    struct arena *arena;
    int64_t now;
};

/* An alert of the agent (`number`: its place in the log). A summary becomes no notice: the root causes that it
 * stands for are all in the snapshot (notices_of_board). */
bool notice_of_alert(const struct notice_source *source, int64_t number, const struct alert *alert,
                     struct notice *out) TTA_MUST_CHECK;

/* What is open somewhere, by the agent's word. */
struct notice_open {
    const char *key;
    const struct notice *notice; /* the newest of it */
};
typedef bool notice_fn(void *arg, const struct notice *notice);
/* For a summary: a notice of each root cause of the snapshot, as it is now, and a recovery of each that is open
 * and is none any more. What is open as it is now is left out. False: out of memory, or the callback said so. */
bool notices_of_board(const struct notice_source *source, int64_t number, const struct notice_open *open,
                      size_t open_count, notice_fn *fn, void *arg) TTA_MUST_CHECK;

/* What an engine's notification command was given, as it was written. NULL: not given. */
struct engine_event {
    const char *engine;            /* "nagios" or "icinga2" */
    const char *type;              /* PROBLEM, ... */
    const char *host, *service;    /* service NULL or "": of the host */
    const char *state, *old_state; /* OK, WARNING, CRITICAL, UNKNOWN; of a host UP, DOWN, UNREACHABLE */
    const char *time;              /* seconds since the epoch, of the notification */
    const char *since;             /* the same of the state's last change */
    const char *last_ok;           /* the same of when it was last OK or up */
    const char *event_id;          /* the engine's own number of this notification, the same for all contacts */
    const char *output, *author, *comment;
    const char *display_name;
    const char *engine_url, *notes_url;
};
/* As a line of JSON and back, for when the configuration can't be read: the notice is made later. The
 * arena's `failed` as in notice_decode. */
bool engine_event_encode(const struct engine_event *event, struct buf *out) TTA_MUST_CHECK;
bool engine_event_decode(const char *line, size_t len, struct arena *arena, struct engine_event *out,
                         struct err *err) TTA_MUST_CHECK;
/* Every event becomes a notice: one about a service that is not ours, or that nobody knows, says what the engine
 * gave, under the key tiktok-auth/engine/HOST/SERVICE. False: out of memory, or it has neither type nor host (*err
 * says so). */
bool notice_of_event(const struct notice_source *source, const struct engine_event *event, struct notice *out,
                     struct err *err) TTA_MUST_CHECK;

/* A notice for trying a receiver (tiktok-auth notify --test NAME); with type RECOVERY its end. */
bool notice_of_test(struct arena *arena, const char *receiver, enum notice_type type, int64_t now,
                    struct notice *out) TTA_MUST_CHECK;

#endif
