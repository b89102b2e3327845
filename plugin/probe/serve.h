/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The service on which clients authorize again: the page behind a signed link, the way to TikTok's portal, and the
 * page to which TikTok sends them back. It looks things up itself and leaves to a process of its own whatever may
 * take time, touch the store or ask TikTok. */
#ifndef TTA_PROBE_SERVE_H
#define TTA_PROBE_SERVE_H

#include "base/attr.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct serve;
struct pollfd;

struct serve_options {
    const char *config_path;
    const char *listen;         /* NULL: as [serve] has it */
    const char *css, *css_hash; /* of the pages; the hash as a Content-Security-Policy has it */
};

enum { SERVE_JOBS_MAX = 8, SERVE_FDS_MAX = SERVE_JOBS_MAX + 2 };

/* Reads the configuration and listens. NULL with *err: one or the other can't be. */
struct serve *serve_new(const struct serve_options *options, struct err *err) TTA_MUST_CHECK;
/* Ends what is under way. NULL is fine. */
void serve_free(struct serve *serve);
/* "127.0.0.1:8040" */
const char *serve_address(const struct serve *serve);

/* Reads the configuration anew. False with *err: it is refused, and the one before stands. */
bool serve_reload(struct serve *serve, struct err *err) TTA_MUST_CHECK;

/* For the caller's loop: what to poll, until when at most (mono), and the work. */
size_t serve_fds(const struct serve *serve, struct pollfd *fds); /* at most SERVE_FDS_MAX */
int64_t serve_wake_ms(const struct serve *serve);
void serve_step(struct serve *serve, int64_t mono_ms);
/* Nobody waits for the end of something that was begun. */
bool serve_is_idle(const struct serve *serve);

#endif
