/* SPDX-FileCopyrightText: tiktok-auth-monitor authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * An uploaded video on its way to being usable. */
#ifndef TTA_CORE_UPLOAD_H
#define TTA_CORE_UPLOAD_H

#include "base/attr.h"
#include "base/parse.h"
#include "core/answer.h"
#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PROCESSING --listed--> USABLE
 *     |  ^
 *     |  +-- left out, 40901, 2200006 (upload_wait), before the deadline
 *     +--> FAILED                 40053 (upload_fail), or upload_wait at the deadline or later
 *
 * The cause says which: video_processing, authorized, video_failed. USABLE and FAILED are settled: nobody asks
 * again. A question that told nothing (upload_miss) leaves the cause as it is and stands beside it as `fault`. */
enum { UPLOAD_TEXT_MAX = 240, UPLOADS_MAX = 5000 };

struct upload {
    char app[SECTION_NAME_MAX + 1];
    char advertiser_id[ADVERTISER_ID_MAX + 1];
    char id[VIDEO_ID_MAX + 1];
    enum grantor granted_by; /* of the token that was asked last */
    enum cause cause;
    enum cause fault; /* CAUSE_AUTHORIZED: none */
    bool has_code;    /* code, message and request_id are of the newest answer, be it a fault's */
    int64_t code;
    char message[UPLOAD_TEXT_MAX];
    char request_id[ANSWER_REQUEST_ID_MAX];
    int64_t since;       /* the cause changed; at first when it was taken on */
    int64_t verified_at; /* 0 never */
    int64_t asked_at;    /* 0 never */
    int64_t next_at;     /* not asked again before */
    int64_t asked;       /* times */
    int64_t deadline;    /* 0: none */
};

/* One that was never asked about. The texts are sound and fit. */
void upload_begin(struct upload *upload, const char *app, const char *advertiser_id, const char *id,
                  int64_t deadline, int64_t now);
bool upload_is_settled(const struct upload *upload);

/* What an answer said of it. `answer` NULL, or one of code 0: left out or listed, there is no code of its own. */
void upload_use(struct upload *upload, int64_t now);
void upload_wait(struct upload *upload, const struct answer *answer, int64_t now);
void upload_fail(struct upload *upload, const struct answer *answer, int64_t now);
void upload_miss(struct upload *upload, const struct answer *answer);

/* Counts a question, and says when the next one is: after `first_ms` doubled for each one before, at most
 * `longest_s`, but at the deadline at the latest. */
void upload_asked(struct upload *upload, int64_t first_ms, int64_t longest_s, int64_t now);
/* The same pause before question number `asked` + 1, in milliseconds. */
int64_t upload_pause_ms(int64_t asked, int64_t first_ms, int64_t longest_s);

/* What it reads at `now`, with [severity] applied: the cause in *cause is its own, or that of the fault where the
 * fault is about an authorization or nothing was ever verified, or not_verified when it is past stale_after_s (0:
 * never) without verification. */
enum state upload_state(const struct upload *upload, const struct config *config, int64_t stale_after_s,
                        int64_t now, enum cause *cause);

#endif
